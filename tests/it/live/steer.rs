//! Words to the agent: a loop that becomes a finished task, and one that has to be interrupted first.

use super::act::{actions, outcome, stop_at};
use super::bench;
use crate::support::{Finished, OLDEST, OpenCode, Project, Provider, Script, live_shell};
use serde_json::Value;

/// Goes in circles for as long as nobody tells it, then does its work.
const TURNS_WHEN_TOLD: &str = r#"{"task": "Go.", "turns": [
    {"until": "You are going in circles", "turns": [{"text": "Let me look.", "calls": [{"tool": "bash", "input": {"command": "cat missing.log", "description": "Reads the log"}}]}]},
    {"calls": [{"tool": "write", "input": {"filePath": "done.txt", "content": "There is no such log.\n"}}]},
    {"text": "I see: I was going in circles. The task is done."}]}"#;

/// The same in words alone: the oldest server makes no calls of these answers.
const TALKS_UNTIL_TOLD: &str = r#"{"task": "Go.", "turns": [
    {"until": "You are going in circles", "turns": [{"text": "Let me look at the log once more.", "finish": "tool_calls"}]},
    {"text": "I see: I was going in circles. The task is done."}]}"#;

const STEERED: &str =
    "ocr-run --headless --task 'Go.' --on loop=steer --verify 'test -s done.txt' --expect-change done.txt";

/// What the session was told, as the stream shows it.
fn told(done: &Finished) -> Vec<Value> {
    let ours = |l: &Value| {
        let part = &l["properties"]["part"];
        (part["metadata"]["ocr"] == "steer").then(|| part.clone())
    };
    done.json().iter().filter_map(ours).collect()
}

fn assert_finished(done: &Finished) {
    assert_eq!(
        (outcome(done), done.code()),
        (("done".to_owned(), 0), Some(0)),
        "{:?} {}",
        actions(done),
        done.stderr
    );
    let taken: Vec<String> = actions(done)
        .into_iter()
        .filter(|a| a.ends_with("taken"))
        .collect();
    assert_eq!(taken, ["steer taken", "verify taken"], "{:?}", actions(done));
    let told = told(done);
    assert!(!told.is_empty(), "the session never saw the message");
    for part in told {
        assert_eq!(part["synthetic"], true, "it is not marked as a program's: {part}");
        assert!(
            part["text"].as_str().unwrap().contains("going in circles"),
            "{part}"
        );
    }
}

#[test]
fn fdb_01_fdb_02_fdb_03_a_steer_turns_a_loop_into_a_finished_task() {
    let Some(bench) = bench(TURNS_WHEN_TOLD) else {
        return;
    };
    assert_finished(&live_shell(STEERED, &bench.opencode, &bench.project).finish());
}

#[test]
fn fdb_01_the_oldest_server_is_steered_too() {
    let Some(opencode) = OpenCode::version(OLDEST) else {
        return;
    };
    let script = Script::parse(TALKS_UNTIL_TOLD).unwrap();
    let provider = Provider::start(script.clone());
    let project = Project::new(&script, &provider);
    let line = "ocr-run --headless --task 'Go.' --on text=steer --verify true";
    assert_finished(&live_shell(line, &opencode, &project).finish());
}

#[test]
fn fdb_02_what_cannot_listen_is_interrupted_before_it_is_told() {
    let hangs = r#"{"task": "Go.", "turns": [{"text": "Well, ", "hang": true}, {"text": "I was told. The task is done."}]}"#;
    let Some(bench) = bench(hangs) else { return };
    let line = format!(
        "ocr-stream --spawn --follow --task 'Go.' | ocr-detect | {} | ocr-act --on mine=steer --verify true",
        stop_at("message.part.delta")
    );
    let done = live_shell(&line, &bench.opencode, &bench.project).finish();
    assert_eq!(
        actions(&done),
        ["steer begun", "steer taken", "verify begun", "verify taken"],
        "{}",
        done.stderr
    );
    assert_eq!((outcome(&done), done.code()), (("done".to_owned(), 0), Some(0)));
    let at = |what: &str| done.lines.iter().position(|l| l.contains(what));
    let (aborted, told) = (at("MessageAbortedError"), at(r#""ocr":"steer""#));
    assert!(aborted.is_some() && aborted < told, "{aborted:?} {told:?}");
}
