//! Two sessions in one directory: each is known to the other, and a rollback takes nothing that may be another's.

use super::act::actions;
use crate::support::{Finished, Live, live_shell};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// A session that loops and makes a mess, and another one that writes a letter: before, or all the time.
const SHARED: &str = r#"{"task": "Go.", "turns": [
    {"calls": [{"tool": "write", "input": {"filePath": "work.txt", "content": "useful\n"}}]},
    {"laps": 30, "turns": [{"calls": [{"tool": "bash", "input": {"command": "echo x > mess.txt; sleep 1; cat missing.log", "description": "Reads the log"}}]}]}],
    "agents": [
        {"prompt": "Write a letter", "turns": [{"laps": 0, "turns": [
            {"calls": [{"tool": "write", "input": {"filePath": "letter.txt", "content": "line {lap}\n"}}]},
            {"calls": [{"tool": "bash", "input": {"command": "sleep 0.5; echo {lap}", "description": "Thinks"}}]}]}]},
        {"prompt": "Write a note", "turns": [
            {"calls": [{"tool": "write", "input": {"filePath": "note.txt", "content": "a note\n"}}]}, {"text": "The note is written."}]}]}"#;

fn wait_until(mut there: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_mins(2);
    while !there() {
        assert!(Instant::now() < end, "timed out");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Loops beside another session that was given this prompt and has written this file.
fn loops_beside(live: &Live, prompt: &str, file: &str) -> (String, Finished) {
    let other = live.server.begin(prompt);
    wait_until(|| live.project.dir().join(file).exists());
    if prompt.contains("note") {
        wait_until(|| live.server.get("/session/status").1 == json!({}));
    }
    let url = live.server.url();
    let line = format!("ocr-stream --server {url} --task 'Go.' | ocr-detect | ocr-act --quiet --rollback");
    (other, live_shell(&line, &live.opencode, &live.project).finish())
}

fn is_there(live: &Live, file: &str) -> bool {
    live.project.dir().join(file).exists()
}

#[test]
fn rollback_of_anothers_files_is_refused() {
    let Some(live) = Live::play(SHARED) else { return };
    let (other, done) = loops_beside(&live, "Write a letter", "letter.txt");
    assert_eq!(done.code(), Some(10), "{}", done.stderr);
    assert_eq!(actions(&done), ["abort begun", "abort taken", "rollback begun", "rollback skipped"], "{}", done.stderr);
    let lines = done.of("ocr.act.action");
    let detail = lines.last().unwrap()["properties"]["detail"].as_str().unwrap();
    assert!(detail.contains("letter.txt") && detail.contains(&other), "{detail}");
    assert!(is_there(&live, "letter.txt"), "the other's file was taken");
    assert!(done.stderr.contains("other sessions in") && done.stderr.contains(&other), "{}", done.stderr);
    let result: &Value = &done.of("ocr.act.result")[0]["properties"];
    assert_eq!(result["otherSessions"], json!([other]), "{result}");
}

#[test]
fn rollback_beside_a_session_that_changed_nothing_meanwhile() {
    let Some(live) = Live::play(SHARED) else { return };
    let (other, done) = loops_beside(&live, "Write a note", "note.txt");
    assert_eq!(actions(&done), ["abort begun", "abort taken", "rollback begun", "rollback taken"], "{}", done.stderr);
    assert!(is_there(&live, "note.txt") && is_there(&live, "work.txt"), "more than the mess was taken");
    assert!(!is_there(&live, "mess.txt"), "the mess is still there");
    assert!(!done.stderr.contains(&other), "{}", done.stderr);
}
