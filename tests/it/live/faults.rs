//! A real server that crashes during its work and restarts: nothing that its log has is lost.

use crate::support::{
    Faults, OpenCode, Project, Provider, Proxy, Rng, Script, Server, live_shell, live_shell_with, nothing_left,
};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many runs there are, each with its own seed.
const RUNS: u64 = 20;
/// How many run in parallel: each has a server, which is expensive.
const SIDE_BY_SIDE: usize = 3;
/// The crash happens after this many lines at most; the whole session has about twice as many.
const LINES: usize = 40;
const PASSWORD: &str = "open sesame";

const WORKS: &str = r#"{"task": "Count.", "turns": [
    {"laps": 6, "turns": [{"reasoning": "Next is {lap}.", "delay_ms": 60,
        "calls": [{"tool": "bash", "input": {"command": "echo {lap} größer", "description": "Counts"}}]}]},
    {"text": "Counted."}]}"#;

/// The ids of a session's log, in order.
pub(super) fn log_of(server: &Server, session: &str) -> Vec<String> {
    let (status, log) = server.post("/sync/history", &json!({}));
    assert_eq!(status, 200);
    let entries = log.as_array().expect("a log is a list").iter();
    let mut own: Vec<_> = entries.filter(|entry| entry["aggregate_id"] == session).collect();
    own.sort_by_key(|entry| entry["seq"].as_i64());
    own.iter().filter_map(|entry| Some(entry["id"].as_str()?.to_owned())).collect()
}

/// The ids of this log that were emitted, in order. No event is emitted twice, and time does not go back.
pub(super) fn emitted(lines: &[Value], log: &[String]) -> Vec<String> {
    let mut ids: Vec<String> = lines.iter().filter_map(|line| Some(line["id"].as_str()?.to_owned())).collect();
    let different: HashSet<&String> = ids.iter().collect();
    assert_eq!(different.len(), ids.len(), "an event was emitted twice");
    assert!(lines.iter().map(|line| line["ts"].as_i64()).is_sorted(), "time goes back");
    ids.retain(|id| log.contains(id));
    ids
}

/// One run: the server is killed after some lines and started again. Returns the other faults of the run.
fn crash(opencode: &OpenCode, seed: u64, password: Option<&str>) -> Result<Faults, String> {
    let mut rng = Rng::new(seed);
    let script = Script::parse(WORKS).expect("a scenario");
    let provider = Provider::start(script.clone());
    let project = Project::new(&script, &provider);
    let mut server = match password {
        Some(password) => Server::with_password(opencode, &project, password),
        None => Server::start(opencode, &project),
    };
    let proxy = Proxy::start_within(server.url(), seed, 1 + rng.below(3), Some(LINES));
    let line =
        format!("exec ocr-stream --server {} --task Count. --silence-timeout 12 --reconnect-timeout 600", proxy.url());
    let env = password.map(|p| ("OPENCODE_SERVER_PASSWORD", p));
    let mut run = live_shell_with(&line, opencode, &project, env.as_slice());
    let opened: Value = serde_json::from_str(&run.wait_for("ocr.stream.opened")).map_err(|e| e.to_string())?;
    let session = opened["properties"]["sessionID"].as_str().unwrap_or("").to_owned();
    // It is emitted even where a fault hit an event that is not in the log.
    run.wait_for("message.updated");
    for _ in 0..rng.below(LINES) {
        run.wait_for("{");
    }
    server.crash_and_restart(opencode, &project);
    let done = run.finish();
    // A busy machine may be slow to start the server.
    let mut told = done.stderr.lines().filter(|line| !line.contains("waiting for the server to prepare"));
    if done.code() != Some(0) || told.next().is_some() {
        return Err(format!("{}: {}", done.status, done.stderr));
    }
    let (lines, log) = (done.json(), log_of(&server, &session));
    let emitted = emitted(&lines, &log);
    if emitted != log {
        let missing: Vec<_> = log.iter().filter(|id| !emitted.contains(id)).collect();
        return Err(format!("emitted {} of {}, not {missing:?}", emitted.len(), log.len()));
    }
    let closed = &done.of("ocr.stream.closed")[0]["properties"]["reason"];
    let gaps = done.of("ocr.stream.gap");
    if closed != "rest" || gaps.is_empty() || gaps.iter().any(|gap| gap["properties"]["complete"] != true) {
        return Err(format!("closed by {closed}, gaps {gaps:?}"));
    }
    let home = project.env()[0].1.clone();
    drop(server);
    nothing_left(&home);
    Ok(proxy.faults())
}

#[test]
fn crash_loses_nothing() {
    every_run_with(None);
}

#[test]
fn crash_with_password() {
    every_run_with(Some(PASSWORD));
}

fn every_run_with(password: Option<&str>) {
    let Some(opencode) = OpenCode::get() else { return };
    let next = AtomicU64::new(0);
    let (wrong, met) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= RUNS {
                        return;
                    }
                    match crash(&opencode, seed, password) {
                        Ok(faults) => met.lock().unwrap().push(faults),
                        Err(what) => wrong.lock().unwrap().push((seed, what)),
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} of {RUNS} runs: {wrong:#?}", wrong.len());
    let met = met.into_inner().unwrap();
    let hit = met.iter().filter(|met| **met != Faults::default()).count();
    eprintln!("{hit} of {RUNS} runs met a fault besides the crash");
    assert!(hit > met.len() / 2, "too few faults: {met:?}");
}

#[test]
fn killed_own_server() {
    let Some(opencode) = OpenCode::get() else { return };
    let script = Script::parse(r#"{"task": "Wait.", "turns": [{"text": "Hm", "hang": true}]}"#).unwrap();
    let provider = Provider::start(script.clone());
    let project = Project::new(&script, &provider);
    // With ten minutes of attempts, the test would not end.
    let line = "exec ocr-stream --spawn --task Wait. --reconnect-timeout 600";
    let mut run = live_shell(line, &opencode, &project);
    let opened: Value = serde_json::from_str(&run.wait_for("ocr.stream.opened")).unwrap();
    run.wait_for("message.part.delta");
    let url = opened["properties"]["server"].as_str().unwrap().to_owned();
    let port = url.trim_end_matches('/').rsplit(':').next().unwrap().to_owned();
    for pid in serving(&port) {
        let pid = rustix::process::Pid::from_raw(pid).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    }
    let done = run.finish();
    assert_eq!(done.code(), Some(69), "{}", done.stderr);
    assert!(done.stderr.contains("has ended"), "{}", done.stderr);
    assert_eq!(done.of("ocr.stream.closed")[0]["properties"]["reason"], "serverGone");
    assert!(done.of("ocr.stream.gap").is_empty());
    assert!(serving(&port).is_empty(), "a process is left");
}

/// The server's processes on this port, without their supervisor.
fn serving(port: &str) -> Vec<i32> {
    let listed = std::process::Command::new("ps").args(["-eo", "pid=,args="]).output().unwrap();
    let text = String::from_utf8_lossy(&listed.stdout).into_owned();
    let serves = |line: &&str| line.contains(&format!("--port {port}")) && !line.contains("__keep-server");
    let pid = |line: &str| line.split_whitespace().next()?.parse().ok();
    text.lines().filter(serves).filter_map(pid).collect()
}

#[test]
fn from_start_is_seamless() {
    let Some(opencode) = OpenCode::get() else { return };
    let script = Script::parse(WORKS).unwrap();
    let provider = Provider::start(script.clone());
    let project = Project::new(&script, &provider);
    let server = Server::start(&opencode, &project);
    let events = server.events();
    let session = server.begin(&script.task);
    // During its work, as close to its events as possible.
    events.wait(|event| event["properties"]["part"]["state"]["status"] == "completed");
    let line = format!("ocr-stream --server {} --session {session} --from-start", server.url());
    let done = live_shell(&line, &opencode, &project).finish();
    assert_eq!(done.code(), Some(0), "{}", done.stderr);
    let log = log_of(&server, &session);
    assert_eq!(emitted(&done.json(), &log), log);
    assert!(done.of("ocr.stream.gap").is_empty());
    // It is idle now: the same again comes from the log alone.
    let again = live_shell(&line, &opencode, &project).finish();
    let log = log_of(&server, &session);
    assert_eq!(emitted(&again.json(), &log), log);
    assert_eq!(again.of("ocr.stream.closed")[0]["properties"]["reason"], "rest");
}
