//! A permission that was requested before we watched: no log has it, and the session waits for an answer.

use crate::support::{OLDEST, OpenCode, Project, Provider, Script, Server, live_shell};

const ASKS: &str = r#"{"task": "Go.", "config": {"permission": {"bash": "ask"}}, "turns": [
    {"calls": [{"tool": "bash", "input": {"command": "date", "description": "Looks at the clock"}}]}, {"text": "Done."}]}"#;

fn emits_once(opencode: Option<OpenCode>) {
    let Some(opencode) = opencode else { return };
    let script = Script::parse(ASKS).unwrap();
    let provider = Provider::start(script.clone());
    let project = Project::new(&script, &provider);
    let server = Server::start(&opencode, &project);
    let events = server.events();
    let session = server.begin(&script.task);
    events.wait(|event| event["type"] == "permission.asked");
    let line = format!("ocr-stream --server {} --session {session} | ocr-detect", server.url());
    let mut run = live_shell(&line, &opencode, &project);
    let finding = run.wait_for("ocr.detect.finding");
    assert!(finding.contains(r#""kind":"blocked""#), "{finding}");
    run.signal("-INT");
    let asked = run.finish().of("permission.asked");
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!(asked[0]["recovered"], true);
    assert_eq!(asked[0]["properties"]["sessionID"], *session);
}

#[test]
fn open_request() {
    emits_once(OpenCode::get());
}

#[test]
fn open_request_oldest() {
    emits_once(OpenCode::version(OLDEST));
}
