//! A person is needed, is told, and answers with the command of the message.

use super::act::outcome;
use super::bench;
use crate::support::{Host, live_shell};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::Value;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// How long a message may take: far more than on a busy machine.
const PATIENCE: Duration = Duration::from_mins(5);

const ASKS: &str = r#"{"task": "Go.", "config": {"permission": {"bash": "ask"}}, "turns": [
    {"calls": [{"tool": "bash", "input": {"command": "date", "description": "Looks at the clock"}}]},
    {"text": "I looked at the clock. The task is done."}]}"#;

/// A webhook, and the bodies that it receives.
fn receiver() -> (Host, Receiver<Value>) {
    let (sender, receiver) = channel();
    let take = move |Json(body): Json<Value>| async move {
        let _ = sender.send(body);
    };
    (Host::serve(Router::new().route("/", post(take))), receiver)
}

/// Runs a pipe that is told to notify, answers with the command of the message, and sees the session go on.
fn answers(pipe: &str) {
    let Some(bench) = bench(ASKS) else { return };
    let (host, messages) = receiver();
    let line = format!("{pipe} --verify true --notify-on all --notify {}", host.url());
    let run = live_shell(&line, &bench.opencode, &bench.project);
    let asked = messages.recv_timeout(PATIENCE).expect("a message");
    assert_eq!((&*asked["type"].to_string(), &asked["data"]["event"]), ("\"ocr.act.notice\"", &"blocked".into()));
    let command = asked["data"]["command"].as_str().expect("a command");
    let answered = live_shell(command, &bench.opencode, &bench.project).finish();
    assert_eq!(answered.code(), Some(0), "{command}: {}", answered.stderr);
    let over = messages.recv_timeout(PATIENCE).expect("a follow-up");
    assert_eq!((&over["data"]["over"], &over["data"]["summary"]), (&true.into(), &"answered".into()));
    assert_eq!(over["data"]["episode"], asked["data"]["episode"]);
    let done = run.finish();
    assert_eq!((outcome(&done), done.code()), (("done".to_owned(), 0), Some(0)), "{}", done.stderr);
}

#[test]
fn command_of_the_message_works() {
    answers("ocr-stream --spawn --task 'Go.' | ocr-detect | ocr-act");
}

#[test]
fn command_of_the_message_works_with_run() {
    answers("ocr-run --headless --task 'Go.'");
}
