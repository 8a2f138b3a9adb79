//! A server that ignores an abort: first its tools are ended, then the server. No `OpenCode` does that on demand, so a
//! small `node` program stands in for it.

use super::act::{actions, outcome, stop_at};
use crate::support::{Finished, OpenCode, shell, wait_until_gone};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

const FAKE: &str = include_str!("../../support/stubborn-opencode.js");

/// Aborts a session of a server that fails in this manner, as soon as its tool runs.
fn aborts(manner: &str) -> Option<Finished> {
    // Where live tests are skipped, `node` may be missing too.
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
    assert!(!alive.status.success(), "the tool still runs");
    Some(done)
}

fn detail(done: &Finished, at: usize) -> String {
    let actions: Vec<Value> = done.of("ocr.act.action");
    actions[at]["properties"]["detail"].as_str().unwrap().to_owned()
}

#[test]
fn ends_tools() {
    let Some(done) = aborts("tool") else { return };
    let expected = ["abort begun", "abort escalated", "abort taken"];
    assert_eq!(actions(&done), expected, "{}", done.stderr);
    assert!(detail(&done, 2).contains("after its tools were ended"), "{}", detail(&done, 2));
}

#[test]
fn ends_server() {
    let Some(done) = aborts("ever") else { return };
    let expected = ["abort begun", "abort escalated", "abort escalated", "abort taken"];
    assert_eq!(actions(&done), expected, "{}", done.stderr);
    assert!(detail(&done, 3).contains("the server was ended"), "{}", detail(&done, 3));
}

#[test]
fn dead_server_processes() {
    let Some(done) = aborts("dies") else { return };
    assert_eq!(actions(&done), ["abort begun", "abort taken"], "{}", done.stderr);
    assert!(detail(&done, 1).contains("the server is gone"), "{}", detail(&done, 1));
}
