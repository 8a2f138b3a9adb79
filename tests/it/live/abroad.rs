//! Subagents in another directory end with the session: the server aborts a session only where it works.

use super::act::{actions, stop_at};
use super::family::{STARTS_A_HELPER, plugin};
use crate::support::{Live, Running, live_shell};
use serde_json::{Value, json};

/// A session that waits, with a helper below it that is at work in another directory.
const HELPER_IS_BUSY: &str = r#"{"task": "Prepare the release.", "turns": [
    {"text": "A helper writes the notes.", "calls": [{"tool": "bash", "input": {"command": "echo start", "description": "Starts"}}]},
    {"text": "I wait for it.", "calls": [{"tool": "bash", "input": {"command": "sleep 601", "description": "Waits"}}]}],
    "agents": [{"prompt": "Write the notes", "turns": [
        {"text": "I write.", "calls": [{"tool": "bash", "input": {"command": "sleep 602", "description": "Writes"}}]}]}]}"#;

/// The server with the plugin, which it reads at its first request.
fn live() -> Option<Live> {
    let live = Live::play(HELPER_IS_BUSY)?;
    std::fs::create_dir_all(live.project.dir().join("docs")).unwrap();
    plugin(live.project.dir(), STARTS_A_HELPER);
    Some(live)
}

/// Which sessions work in the directory of the helper.
fn busy_in_docs(live: &Live) -> Value {
    let docs = live.project.dir().join("docs").display().to_string();
    let query: String = url::form_urlencoded::byte_serialize(docs.as_bytes()).collect();
    live.server.get(&format!("/session/status?directory={query}")).1
}

/// Waits until both sessions work.
fn wait_for_both(run: &mut Running, live: &Live) {
    run.wait_for("\"command\":\"sleep 602\"");
    assert_ne!(busy_in_docs(live), json!({}), "the helper does not work");
}

#[test]
fn abort_reaches_a_helper_in_another_directory() {
    let Some(live) = live() else { return };
    let line = format!(
        "ocr-stream --server {} --task 'Prepare the release.' | {} | ocr-act",
        live.server.url(),
        stop_at("sleep 602.*\"status\":\"running\"|\"status\":\"running\".*sleep 602")
    );
    let mut run = live_shell(&line, &live.opencode, &live.project);
    wait_for_both(&mut run, &live);
    let done = run.finish();
    assert_eq!(actions(&done), ["abort begun", "abort taken"], "{}", done.stderr);
    assert_eq!(busy_in_docs(&live), json!({}), "the helper works on: {}", done.stderr);
}

#[test]
fn signal_ends_a_helper_in_another_directory() {
    let Some(live) = live() else { return };
    let line = format!("exec ocr-stream --server {} --task 'Prepare the release.'", live.server.url());
    let mut run = live_shell(&line, &live.opencode, &live.project);
    wait_for_both(&mut run, &live);
    run.signal("-TERM");
    let done = run.finish();
    assert_eq!(done.code(), Some(143), "{}", done.stderr);
    assert_eq!(busy_in_docs(&live), json!({}), "the helper works on: {}", done.stderr);
}
