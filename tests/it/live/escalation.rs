//! A server that does not end a session when it is asked to: first its tools are ended, then the server.
//! No `OpenCode` does that on demand, so a small program stands in for it; it needs no more than `node`.

use super::act::{actions, outcome, stop_at};
use crate::support::{Finished, OpenCode, shell, wait_until_gone};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

const FAKE: &str = include_str!("../../support/stubborn-opencode.js");

/// Runs a session of a server that fails in this manner, and wants it ended as soon as its tool runs.
fn ends(manner: &str) -> Option<Finished> {
    // Where the live tests are skipped, there may be no node either.
    OpenCode::get()?;
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("opencode");
    std::fs::write(&program, FAKE).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let line = format!(
        "FAKE={manner} ocr-stream --spawn --opencode ./opencode --task 'Go.' --reconnect-timeout 1 | {} | ocr-act --confirm-timeout 1",
        stop_at(r#""status":"running""#)
    );
    let done = shell(&line, folder.path()).finish();
    assert_eq!((outcome(&done), done.code()), (("loop".to_owned(), 10), Some(10)));
    let opened = &done.of("ocr.stream.opened")[0];
    wait_until_gone(opened["properties"]["server"].as_str().unwrap());
    let tools = done.of("message.part.updated");
    let tool = tools[0]["properties"]["part"]["state"]["input"]["pid"].to_string();
    let alive = Command::new("kill").args(["-0", &tool]).output().unwrap();
    assert!(!alive.status.success(), "the tool goes on");
    Some(done)
}

fn detail(done: &Finished, at: usize) -> String {
    let actions: Vec<Value> = done.of("ocr.act.action");
    actions[at]["properties"]["detail"].as_str().unwrap().to_owned()
}

#[test]
fn ctl_08_a_session_that_goes_on_loses_its_tools() {
    let Some(done) = ends("tool") else { return };
    let expected = ["abort begun", "abort escalated", "abort taken"];
    assert_eq!(actions(&done), expected, "{}", done.stderr);
    assert!(
        detail(&done, 2).contains("once its tools were ended"),
        "{}",
        detail(&done, 2)
    );
}

#[test]
fn ctl_08_a_session_that_goes_on_without_its_tools_loses_its_server() {
    let Some(done) = ends("ever") else { return };
    let expected = ["abort begun", "abort escalated", "abort escalated", "abort taken"];
    assert_eq!(actions(&done), expected, "{}", done.stderr);
    assert!(
        detail(&done, 3).contains("the server was ended"),
        "{}",
        detail(&done, 3)
    );
}

#[test]
fn ctl_08_a_server_of_ours_that_died_has_ended_its_session() {
    let Some(done) = ends("dies") else { return };
    assert_eq!(actions(&done), ["abort begun", "abort taken"], "{}", done.stderr);
    assert!(
        detail(&done, 1).contains("the server is gone"),
        "{}",
        detail(&done, 1)
    );
}
