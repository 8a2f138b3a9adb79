//! A session that waits for its quota since before we watched: no log has it, and nothing happens for hours.

use crate::support::{OLDEST, OpenCode, Project, Provider, Script, Server, live_shell};
use serde_json::Value;

/// A provider that wants to be asked again after a day.
const LIMITED: &str = r#"{"task": "Go.", "turns": [
    {"status": 429, "error": "You have hit your usage limit.", "code": "usage_limit_reached", "retry_after_ms": 86400000}]}"#;

fn is_told(opencode: Option<OpenCode>, watch: &str) {
    let Some(opencode) = opencode else { return };
    let script = Script::parse(LIMITED).unwrap();
    let provider = Provider::start(script.clone());
    let project = Project::new(&script, &provider);
    let server = Server::start(&opencode, &project);
    let events = server.events();
    let session = server.begin(&script.task);
    events.wait(|event| event["properties"]["status"]["type"] == "retry");
    let watch = watch.replace("URL", server.url()).replace("SESSION", &session);
    let mut run = live_shell(&watch, &opencode, &project);
    let state: Value = serde_json::from_str(&run.wait_for("ocr.detect.state")).unwrap();
    run.signal("-INT");
    let done = run.finish();
    assert_eq!(state["properties"]["state"], "quota", "{watch}: {state} {}", done.stderr);
    let until = state["properties"]["until"].as_i64().unwrap();
    assert!(until > state["ts"].as_i64().unwrap() + 80_000_000, "{watch}: {state}");
    let statuses = done.of("session.status");
    let retry = statuses.iter().find(|line| line["properties"]["status"]["type"] == "retry").unwrap();
    assert_eq!((&retry["recovered"], &retry["properties"]["sessionID"]), (&true.into(), &session.into()), "{watch}");
    assert!(done.of("ocr.detect.finding").iter().any(|line| line["properties"]["rule"] == "quota"), "{watch}");
}

#[test]
fn session_that_waited_before() {
    is_told(OpenCode::get(), "ocr-stream --server URL --session SESSION | ocr-detect");
}

#[test]
fn session_that_waited_before_a_run() {
    is_told(OpenCode::get(), "exec ocr-run --headless --server URL --session SESSION");
}

#[test]
fn session_of_all_that_waited_before() {
    is_told(OpenCode::get(), "ocr-stream --server URL --all | ocr-detect");
}

#[test]
fn session_that_waited_before_oldest() {
    is_told(OpenCode::version(OLDEST), "ocr-stream --server URL --session SESSION | ocr-detect");
}
