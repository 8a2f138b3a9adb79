//! The oldest `OpenCode` that is supported, whose events have no ids and no log; and a later one, whose log is always
//! empty.

use crate::support::{
    Live, OLDEST, OpenCode, Project, Provider, Proxy, Rng, Script, Server, live_shell, live_shell_with, nothing_left,
    wait_until_gone,
};
use serde_json::Value;

/// Answers `/sync/history` with an empty list, whatever happened.
const MIDDLE: &str = "1.14.41";

/// How many runs with a crash there are, each with its own seed.
const RUNS: u64 = 20;
/// How many run in parallel: each has a server, which is expensive.
const SIDE_BY_SIDE: u64 = 3;
/// The crash happens after this many lines at most.
const LINES: usize = 30;
const PASSWORD: &str = "open sesame";

const LOOPS: &str = r#"{"task": "Look.", "turns": [
    {"laps": 0, "turns": [{"text": "Let me look.", "calls": [{"tool": "bash", "input": {"command": "cat missing.log", "description": "Reads the log"}}]}]}]}"#;

const WORKS: &str = r#"{"task": "Count.", "turns": [
    {"laps": 6, "turns": [{"reasoning": "Next is {lap}.", "delay_ms": 60,
        "calls": [{"tool": "bash", "input": {"command": "echo {lap} größer", "description": "Counts"}}]}]},
    {"text": "Counted."}]}"#;

/// Runs a scenario with this version; `None` where live tests are skipped.
fn play(version: &str, script: &str) -> Option<Live> {
    let opencode = OpenCode::version(version)?;
    let script = Script::parse(script).unwrap();
    let provider = Provider::start(script.clone());
    let project = Project::new(&script, &provider);
    let server = Server::start(&opencode, &project);
    Some(Live { server, project, provider, script, opencode })
}

/// The ids of a session's finished calls and texts, as the server stores them.
///
/// `None` where the server cannot read them: 1.1 writes a part in place, and a crash may happen in the middle.
fn stored(server: &Server, session: &str) -> Option<Vec<String>> {
    let (status, messages) = server.get(&format!("/session/{session}/message"));
    if status == 500 {
        return None;
    }
    assert_eq!(status, 200);
    let messages = messages.as_array().expect("messages are a list");
    let parts = messages.iter().flat_map(|message| {
        let own = message["info"]["role"] == "assistant";
        message["parts"].as_array().filter(|_| own).into_iter().flatten()
    });
    let mut ids: Vec<String> = parts.filter_map(final_state).collect();
    ids.sort();
    Some(ids)
}

/// The id of a part that is finished.
fn final_state(part: &Value) -> Option<String> {
    let status = part["state"]["status"].as_str().unwrap_or_default();
    let text = matches!(part["type"].as_str(), Some("text" | "reasoning"));
    let ended = matches!(status, "completed" | "error") || (text && part["time"]["end"].is_i64());
    ended.then(|| part["id"].as_str().unwrap_or_default().to_owned())
}

/// The ids of parts that were emitted in their final state, as often as they were emitted.
fn emitted(lines: &[Value]) -> Vec<String> {
    let mut ids: Vec<String> = lines
        .iter()
        .filter(|line| line["type"] == "message.part.updated")
        .filter_map(|line| final_state(&line["properties"]["part"]))
        .collect();
    ids.sort();
    ids
}

/// One run: the server is killed when so many lines have been read, and started again.
fn crash(opencode: &OpenCode, version: &str, seed: u64) {
    let mut rng = Rng::new(seed);
    let script = Script::parse(WORKS).expect("a scenario");
    let provider = Provider::start(script.clone());
    let project = Project::new(&script, &provider);
    let mut server = Server::with_password(opencode, &project, PASSWORD);
    let proxy = Proxy::start(server.url(), seed, rng.below(3));
    let line =
        format!("exec ocr-stream --server {} --task Count. --silence-timeout 12 --reconnect-timeout 60", proxy.url());
    let env = [("OPENCODE_SERVER_PASSWORD", PASSWORD)];
    let mut run = live_shell_with(&line, opencode, &project, &env);
    let opened: Value = serde_json::from_str(&run.wait_for("ocr.stream.opened")).unwrap();
    assert_eq!(opened["properties"]["version"], version);
    let session = opened["properties"]["sessionID"].as_str().unwrap().to_owned();
    run.wait_for("message.updated");
    for _ in 0..rng.below(LINES) {
        run.wait_for("{");
    }
    server.crash_and_restart(opencode, &project);
    let done = run.finish();
    assert_eq!(done.code(), Some(0), "seed {seed}: {}", done.stderr);
    let (emitted, stored) = (emitted(&done.json()), stored(&server, &session));
    if let Some(stored) = &stored {
        assert_eq!(&emitted, stored, "seed {seed}: twice, or missing");
    }
    assert!(emitted.windows(2).all(|two| two[0] != two[1]), "seed {seed}: twice");
    assert_eq!(done.of("ocr.stream.closed")[0]["properties"]["reason"], "rest");
    let gaps = done.of("ocr.stream.gap");
    assert!(!gaps.is_empty(), "seed {seed}: no gap");
    let complete = gaps.iter().all(|gap| gap["properties"]["complete"] == true);
    assert_eq!(complete, stored.is_some(), "seed {seed}: {gaps:?}");
    let home = project.env()[0].1.clone();
    drop(server);
    nothing_left(&home);
}

#[test]
fn crash_without_log() {
    let Some(opencode) = OpenCode::version(OLDEST) else {
        return;
    };
    std::thread::scope(|scope| {
        for first in 0..SIDE_BY_SIDE {
            let opencode = &opencode;
            let own = usize::try_from(SIDE_BY_SIDE).unwrap();
            scope.spawn(move || {
                for seed in (first..RUNS).step_by(own) {
                    crash(opencode, OLDEST, seed);
                }
            });
        }
    });
}

#[test]
fn crash_with_empty_log() {
    let Some(opencode) = OpenCode::version(MIDDLE) else {
        return;
    };
    crash(&opencode, MIDDLE, 1);
}

/// What a session does while the connection is lost, and what of it is recovered when it or its directory is watched.
fn work_in_gap(version: &str) {
    let Some(live) = play(version, WORKS) else { return };
    let server = &live.server;
    let events = server.events();
    let work = |session: &str| {
        server.prompt(session, &live.script.task);
        events.wait(|e| e["type"] == "session.idle" && e["properties"]["sessionID"] == session);
    };
    let session = server.create();
    work(&session);
    for arguments in [&format!("--session {session}"), ""] {
        let before = stored(server, &session).unwrap();
        let proxy = Proxy::start(server.url(), 0, 0);
        let line = format!("exec ocr-stream --server {} --follow --reconnect-timeout 600 {arguments}", proxy.url());
        let mut run = live_shell(&line, &live.opencode, &live.project);
        run.wait_for("server.connected");
        proxy.shut();
        work(&session);
        proxy.open();
        let gap: Value = serde_json::from_str(&run.wait_for("ocr.stream.gap")).unwrap();
        run.signal("-TERM");
        let mut expected = stored(server, &session).unwrap();
        expected.retain(|id| !arguments.is_empty() && !before.contains(id));
        assert_eq!(emitted(&run.finish().json()), expected, "{version}: twice, or missing");
        assert_eq!(gap["properties"]["complete"], !arguments.is_empty(), "{version}: {gap}");
    }
}

#[test]
fn recovers_watched_session() {
    work_in_gap(OLDEST);
    work_in_gap(MIDDLE);
}

#[test]
fn misses_nothing_live() {
    let Some(live) = play(OLDEST, WORKS) else { return };
    let line = format!("ocr-stream --server {} --task Count.", live.server.url());
    let done = live_shell(&line, &live.opencode, &live.project).finish();
    assert_eq!(done.code(), Some(0), "{}", done.stderr);
    let lines = done.json();
    let late: Vec<_> = lines.iter().filter(|l| l["type"] == "ocr.stream.gap" || l["recovered"] == true).collect();
    assert!(late.is_empty(), "nothing was missed: {late:?}");
    let idle = lines.iter().position(|l| l["type"] == "session.idle").unwrap();
    let calls = lines[..idle].iter().filter(|l| l["properties"]["part"]["state"]["status"] == "completed");
    assert_eq!(calls.count(), 6, "every call ends before the session is idle");
    let growing = lines.iter().filter(|l| !l["properties"]["delta"].is_null());
    assert!(growing.count() > 6, "the text was not emitted as it grew");
}

#[test]
fn stops_loop() {
    let Some(live) = play(OLDEST, LOOPS) else { return };
    let line = "ocr-stream --spawn --task Look. | ocr-detect | ocr-review | ocr-act";
    let done = live_shell(line, &live.opencode, &live.project).finish();
    assert_eq!(done.code(), Some(10), "{}", done.stderr);
    let actions = done.of("ocr.act.action");
    let phases: Vec<_> = actions.iter().map(|a| &a["properties"]["phase"]).collect();
    assert_eq!(phases, ["begun", "taken"], "{}", done.stderr);
    let opened = &done.of("ocr.stream.opened")[0]["properties"];
    assert_eq!(opened["version"], OLDEST);
    wait_until_gone(opened["server"].as_str().unwrap());
}

#[test]
fn from_start_is_seamless() {
    let Some(live) = play(OLDEST, WORKS) else { return };
    let events = live.server.events();
    let session = live.server.begin(&live.script.task);
    events.wait(|event| event["properties"]["part"]["state"]["status"] == "completed");
    let line = format!("ocr-stream --server {} --session {session} --from-start", live.server.url());
    let done = live_shell(&line, &live.opencode, &live.project).finish();
    assert_eq!(done.code(), Some(0), "{}", done.stderr);
    let stored = stored(&live.server, &session).unwrap();
    assert_eq!(emitted(&done.json()), stored, "twice, or missing");
}

#[test]
fn wrong_password() {
    let Some(opencode) = OpenCode::version(OLDEST) else {
        return;
    };
    let script = Script::parse(WORKS).unwrap();
    let provider = Provider::start(script.clone());
    let project = Project::new(&script, &provider);
    let server = Server::with_password(&opencode, &project, PASSWORD);
    let line = format!("ocr-stream --server {} --task Count.", server.url());
    let env = [("OPENCODE_SERVER_PASSWORD", "swordfish")];
    let done = live_shell_with(&line, &opencode, &project, &env).finish();
    assert_eq!(done.code(), Some(77), "{}", done.stderr);
    assert!(done.lines.is_empty());
    assert_eq!(done.stderr.lines().count(), 1, "{}", done.stderr);
}
