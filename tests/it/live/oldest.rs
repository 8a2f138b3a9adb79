//! The oldest `OpenCode` that is supported: no ids on its events, no log of them; and one of those between, whose log
//! is always empty.

use crate::support::{
    OLDEST, OpenCode, Project, Provider, Proxy, Rng, Script, Server, live_shell, live_shell_with,
    nothing_left, wait_until_gone,
};
use serde_json::Value;

/// Answers `/sync/history` with nothing, whatever happened.
const MIDDLE: &str = "1.14.41";

/// How many runs with a crash there are, each with a seed of its own.
const RUNS: u64 = 20;
/// How many go on side by side: each has a server, and that is what costs.
const SIDE_BY_SIDE: u64 = 3;
/// The crash comes after this many lines at most.
const LINES: usize = 30;
const PASSWORD: &str = "open sesame";

const LOOPS: &str = r#"{"task": "Look.", "turns": [
    {"laps": 0, "turns": [{"text": "Let me look.", "calls": [{"tool": "bash", "input": {"command": "cat missing.log", "description": "Reads the log"}}]}]}]}"#;

const WORKS: &str = r#"{"task": "Count.", "turns": [
    {"laps": 6, "turns": [{"reasoning": "Next is {lap}.", "delay_ms": 60,
        "calls": [{"tool": "bash", "input": {"command": "echo {lap} größer", "description": "Counts"}}]}]},
    {"text": "Counted."}]}"#;

/// A session of its own, and one whose subagent works.
const TWICE: &str = r#"{"task": "Count.", "turns": [
    {"laps": 0, "turns": [{"calls": [{"tool": "bash", "input": {"command": "echo {lap}", "description": "Counts"}}]}, {"text": "Counted {lap}."}]}],
    "agents": [
        {"prompt": "Have it looked at.", "turns": [
            {"calls": [{"tool": "task", "input": {"description": "Look", "prompt": "Look at the project.", "subagent_type": "general"}}]},
            {"text": "They looked."}]},
        {"prompt": "Look at the project.", "turns": [
            {"calls": [{"tool": "bash", "input": {"command": "ls", "description": "Lists"}}]}, {"text": "It is there."}]}]}"#;

/// What a session's messages come to, as the server keeps them: the ids of calls that have ended and of
/// texts that were written to their end.
///
/// `None` where the server cannot read them itself: 1.1 writes a part in place, and a crash may come in the middle.
fn kept(server: &Server, session: &str) -> Option<Vec<String>> {
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

/// The id of a part that has come to its end.
fn final_state(part: &Value) -> Option<String> {
    let status = part["state"]["status"].as_str().unwrap_or_default();
    let text = matches!(part["type"].as_str(), Some("text" | "reasoning"));
    let ended = matches!(status, "completed" | "error") || (text && part["time"]["end"].is_i64());
    ended.then(|| part["id"].as_str().unwrap_or_default().to_owned())
}

/// The ids of parts that were told in their final state, each as often as it was told.
fn told(lines: &[Value]) -> Vec<String> {
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
    let line = format!(
        "exec ocr-stream --server {} --task Count. --silence-timeout 12 --reconnect-timeout 60",
        proxy.url()
    );
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
    let (told, kept) = (told(&done.json()), kept(&server, &session));
    if let Some(kept) = &kept {
        assert_eq!(&told, kept, "seed {seed}: twice, or missing");
    }
    assert!(told.windows(2).all(|two| two[0] != two[1]), "seed {seed}: twice");
    assert_eq!(done.of("ocr.stream.closed")[0]["properties"]["reason"], "rest");
    let gaps = done.of("ocr.stream.gap");
    assert!(!gaps.is_empty(), "seed {seed}: no gap was told");
    let complete = gaps.iter().all(|gap| gap["properties"]["complete"] == true);
    assert_eq!(complete, kept.is_some(), "seed {seed}: {gaps:?}");
    let home = project.env()[0].1.clone();
    drop(server);
    nothing_left(&home);
}

#[test]
fn final_states_survive_a_crash_without_a_log() {
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
fn final_states_survive_a_crash_with_a_log_that_is_always_empty() {
    let Some(opencode) = OpenCode::version(MIDDLE) else {
        return;
    };
    crash(&opencode, MIDDLE, 1);
}

/// Everything that happens while nobody may listen, in sessions that were silent until then or did not exist.
fn silent_until_the_gap(version: &str, arguments: &str) {
    let Some(opencode) = OpenCode::version(version) else {
        return;
    };
    let script = Script::parse(TWICE).unwrap();
    let provider = Provider::start(script.clone());
    let project = Project::new(&script, &provider);
    let server = Server::start(&opencode, &project);
    let events = server.events();
    let rests = |session: &str| {
        events.wait(|e| e["type"] == "session.idle" && e["properties"]["sessionID"] == session);
    };
    let silent = server.begin(&script.task);
    rests(&silent);
    let before = kept(&server, &silent).unwrap();
    let proxy = Proxy::start(server.url(), 0, 0);
    let line = format!(
        "exec ocr-stream --server {} --follow --reconnect-timeout 600 {arguments}",
        proxy.url()
    );
    let mut run = live_shell(&line, &opencode, &project);
    run.wait_for("server.connected");
    proxy.shut();
    server.prompt(&silent, &script.task);
    rests(&silent);
    let new = server.begin("Have it looked at.");
    rests(&new);
    proxy.open();
    let gap: Value = serde_json::from_str(&run.wait_for("ocr.stream.gap")).unwrap();
    run.signal("-TERM");
    let done = run.finish();
    let (_, listed) = server.get("/session");
    let listed = listed.as_array().unwrap().iter();
    let child = listed.filter(|session| session["parentID"] == new.as_str());
    let mut sessions: Vec<String> = child.map(|s| s["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(sessions.len(), 1, "a subagent has a session");
    sessions.extend([silent, new]);
    let mut expected: Vec<String> = sessions
        .iter()
        .flat_map(|session| kept(&server, session).unwrap())
        .collect();
    expected.retain(|id| !before.contains(id));
    expected.sort();
    assert_eq!(told(&done.json()), expected, "{version}: twice, or missing");
    let everything = !(arguments == "--all" && version == OLDEST);
    assert_eq!(gap["properties"]["complete"], everything, "{version}: {gap}");
}

#[test]
fn what_silent_and_new_sessions_do_in_a_gap_is_told() {
    for version in [OLDEST, MIDDLE] {
        silent_until_the_gap(version, "");
        silent_until_the_gap(version, "--all");
    }
}

#[test]
fn what_is_told_live_is_told_whole() {
    let Some(opencode) = OpenCode::version(OLDEST) else {
        return;
    };
    let script = Script::parse(WORKS).unwrap();
    let provider = Provider::start(script.clone());
    let project = Project::new(&script, &provider);
    let server = Server::start(&opencode, &project);
    let line = format!("ocr-stream --server {} --task Count.", server.url());
    let done = live_shell(&line, &opencode, &project).finish();
    assert_eq!(done.code(), Some(0), "{}", done.stderr);
    let lines = done.json();
    let late: Vec<_> = lines
        .iter()
        .filter(|l| l["type"] == "ocr.stream.gap" || l["recovered"] == true)
        .collect();
    assert!(late.is_empty(), "nothing was missed: {late:?}");
    let idle = lines.iter().position(|l| l["type"] == "session.idle").unwrap();
    let calls = lines[..idle]
        .iter()
        .filter(|l| l["properties"]["part"]["state"]["status"] == "completed");
    assert_eq!(calls.count(), 6, "every call ends before the session rests");
    let growing = lines.iter().filter(|l| !l["properties"]["delta"].is_null());
    assert!(growing.count() > 6, "the text was not told as it grew");
}

#[test]
fn the_whole_pipe_stops_a_loop() {
    let Some(opencode) = OpenCode::version(OLDEST) else {
        return;
    };
    let script = Script::parse(LOOPS).unwrap();
    let provider = Provider::start(script.clone());
    let project = Project::new(&script, &provider);
    let line = "ocr-stream --spawn --task Look. | ocr-detect | ocr-review | ocr-act";
    let done = live_shell(line, &opencode, &project).finish();
    assert_eq!(done.code(), Some(10), "{}", done.stderr);
    let actions = done.of("ocr.act.action");
    let phases: Vec<_> = actions.iter().map(|a| &a["properties"]["phase"]).collect();
    assert_eq!(phases, ["begun", "taken"], "{}", done.stderr);
    let opened = &done.of("ocr.stream.opened")[0]["properties"];
    assert_eq!(opened["version"], OLDEST);
    wait_until_gone(opened["server"].as_str().unwrap());
}

#[test]
fn what_was_before_and_what_comes_join_without_a_seam() {
    let Some(opencode) = OpenCode::version(OLDEST) else {
        return;
    };
    let script = Script::parse(WORKS).unwrap();
    let provider = Provider::start(script.clone());
    let project = Project::new(&script, &provider);
    let server = Server::start(&opencode, &project);
    let events = server.events();
    let session = server.begin(&script.task);
    events.wait(|event| event["properties"]["part"]["state"]["status"] == "completed");
    let line = format!(
        "ocr-stream --server {} --session {session} --from-start",
        server.url()
    );
    let done = live_shell(&line, &opencode, &project).finish();
    assert_eq!(done.code(), Some(0), "{}", done.stderr);
    let kept = kept(&server, &session).unwrap();
    assert_eq!(told(&done.json()), kept, "twice, or missing");
}

#[test]
fn a_wrong_password_is_one_clear_line() {
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
