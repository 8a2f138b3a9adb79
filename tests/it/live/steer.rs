//! Steering: a loop that becomes a finished task, and one that must be interrupted first.

use super::act::{actions, outcome, stop_at};
use super::bench;
use crate::support::{Finished, OLDEST, OpenCode, Project, Provider, Script, live_shell};
use serde_json::Value;

/// Loops until it is steered, then does its work.
const LOOPS_UNTIL_STEERED: &str = r#"{"task": "Go.", "turns": [
    {"until": "You are going in circles", "turns": [{"text": "Let me look.", "calls": [{"tool": "bash", "input": {"command": "cat missing.log", "description": "Reads the log"}}]}]},
    {"calls": [{"tool": "write", "input": {"filePath": "done.txt", "content": "There is no such log.\n"}}]},
    {"text": "I see: I was going in circles. The task is done."}]}"#;

/// The same with text only: the oldest server cannot parse calls in these answers.
const TALKS_UNTIL_STEERED: &str = r#"{"task": "Go.", "turns": [
    {"until": "You are going in circles", "turns": [{"text": "Let me look at the log once more.", "finish": "tool_calls"}]},
    {"text": "I see: I was going in circles. The task is done."}]}"#;

const STEERED: &str =
    "ocr-run --headless --task 'Go.' --on loop=steer --verify 'test -s done.txt' --expect-change done.txt";

/// The steering messages that the stream shows.
fn steers(done: &Finished) -> Vec<Value> {
    let ours = |l: &Value| {
        let part = &l["properties"]["part"];
        (part["metadata"]["ocr"] == "steer").then(|| part.clone())
    };
    done.json().iter().filter_map(ours).collect()
}

fn assert_finished(done: &Finished) {
    assert_eq!((outcome(done), done.code()), (("done".to_owned(), 0), Some(0)), "{:?} {}", actions(done), done.stderr);
    let taken: Vec<String> = actions(done).into_iter().filter(|a| a.ends_with("taken")).collect();
    assert_eq!(taken, ["steer taken", "verify taken"], "{:?}", actions(done));
    let steers = steers(done);
    assert!(!steers.is_empty(), "the session never saw the message");
    for part in steers {
        assert_eq!(part["synthetic"], true, "it is not marked as synthetic: {part}");
        assert!(part["text"].as_str().unwrap().contains("going in circles"), "{part}");
    }
}

#[test]
fn steer_ends_loop() {
    let Some(bench) = bench(LOOPS_UNTIL_STEERED) else {
        return;
    };
    assert_finished(&live_shell(STEERED, &bench.opencode, &bench.project).finish());
}

#[test]
fn steers_oldest_server() {
    let Some(opencode) = OpenCode::version(OLDEST) else {
        return;
    };
    let script = Script::parse(TALKS_UNTIL_STEERED).unwrap();
    let provider = Provider::start(script.clone());
    let project = Project::new(&script, &provider);
    let line = "ocr-run --headless --task 'Go.' --on text=steer --verify true";
    assert_finished(&live_shell(line, &opencode, &project).finish());
}

#[test]
fn aborts_before_steer() {
    let hangs =
        r#"{"task": "Go.", "turns": [{"text": "Well, ", "hang": true}, {"text": "I was told. The task is done."}]}"#;
    let Some(bench) = bench(hangs) else { return };
    let line = format!(
        "ocr-stream --spawn --follow --task 'Go.' | ocr-detect | {} | ocr-act --on mine=steer --verify true",
        stop_at("message.part.delta")
    );
    let done = live_shell(&line, &bench.opencode, &bench.project).finish();
    assert_eq!(actions(&done), ["steer begun", "steer taken", "verify begun", "verify taken"], "{}", done.stderr);
    assert_eq!((outcome(&done), done.code()), (("done".to_owned(), 0), Some(0)));
    let at = |what: &str| done.lines.iter().position(|l| l.contains(what));
    let (aborted, told) = (at("MessageAbortedError"), at(r#""ocr":"steer""#));
    assert!(aborted.is_some() && aborted < told, "{aborted:?} {told:?}");
}
