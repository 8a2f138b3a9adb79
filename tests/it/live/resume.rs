//! A session goes on after its quota: with one message, if the server does not go on by itself, and whoever sends it.

use super::act::{actions, outcome};
use super::bench;
use crate::support::{Live, Running, live_shell};

/// A provider whose limit is over in a few seconds, and that the server does not ask again by itself.
const LIMITED: &str = r#"{"task": "Go.", "turns": [
    {"status": 402, "error": "Your plan is used up. Your limit resets in 8 seconds.", "code": "billing"},
    {"text": "I went on. The task is done."}]}"#;

/// One that the server does ask again.
const ASKED_AGAIN: &str = r#"{"task": "Go.", "turns": [
    {"status": 429, "error": "You have hit your usage limit. Your usage limit resets in 20 seconds.", "code": "usage_limit_reached", "retry_after_ms": 20000},
    {"text": "I went on. The task is done."}]}"#;

#[test]
fn goes_on_after_quota() {
    let Some(bench) = bench(LIMITED) else { return };
    let line = "ocr-stream --spawn --follow --task 'Go.' | ocr-detect --max-iterations 1 | ocr-act --resume-at-reset --verify true";
    let done = live_shell(line, &bench.opencode, &bench.project).finish();
    assert_eq!(actions(&done), ["resume begun", "resume taken", "verify begun", "verify taken"], "{}", done.stderr);
    assert_eq!((outcome(&done), done.code()), (("done".to_owned(), 0), Some(0)), "{}", done.stderr);
    let findings = done.of("ocr.detect.finding");
    let rules: Vec<&str> = findings.iter().filter_map(|line| line["properties"]["rule"].as_str()).collect();
    assert!(rules.iter().all(|rule| *rule == "quota"), "no storm, no stall and no iteration: {rules:?}");
}

#[test]
fn leaves_a_server_alone_that_asks_again() {
    let Some(bench) = bench(ASKED_AGAIN) else { return };
    let line = "ocr-run --headless --task 'Go.' --resume-at-reset --verify true";
    let done = live_shell(line, &bench.opencode, &bench.project).finish();
    assert_eq!(actions(&done), ["verify begun", "verify taken"], "{}", done.stderr);
    assert_eq!((outcome(&done), done.code()), (("done".to_owned(), 0), Some(0)), "{}", done.stderr);
    assert!(done.lines.iter().any(|line| line.contains(r#""state":"quota""#)), "the quota was not seen");
    assert_eq!(bench.provider.requests().len(), 2);
}

/// The end of the limit is far away, and nobody waits for a session that was ended.
#[test]
fn who_is_ended_is_not_resumed() {
    let Some(bench) = bench(&LIMITED.replace("8 seconds", "40 minutes")) else { return };
    let line = "ocr-run --headless --task 'Go.' --resume-at-reset --on quota=abort";
    let done = live_shell(line, &bench.opencode, &bench.project).finish();
    assert_eq!(actions(&done), ["abort begun", "abort taken"], "{}", done.stderr);
    assert_eq!(bench.provider.requests().len(), 1);
}

/// Every hand reads the lines of the same stream, from a file, as after a restart.
#[test]
fn one_message_from_three_hands() {
    let Some(live) = Live::play(LIMITED) else { return };
    let url = live.server.url();
    let start = |line: &str| live_shell(line, &live.opencode, &live.project);
    let mut source = start(&format!("ocr-stream --server {url} --follow --task 'Go.' | ocr-detect | tee lines"));
    source.wait_for(r#""state":"quota""#);
    let hand = || start(&format!("tail -n +1 -f lines | ocr-act --server {url} --resume-at-reset --verify true"));
    // The first waits for the quota to be over, and the second has just begun to send.
    killed(hand(), r#""state":"quota""#);
    killed(hand(), r#""action":"resume","phase":"begun""#);
    let done = hand().finish();
    assert_eq!((outcome(&done), done.code()), (("done".to_owned(), 0), Some(0)), "{}", done.stderr);
    source.signal("-TERM");
    let opened = source.finish().of("ocr.stream.opened").remove(0);
    let session = opened["properties"]["sessionID"].as_str().unwrap();
    let (_, messages) = live.server.get(&format!("/session/{session}/message"));
    let messages = messages.as_array().unwrap();
    let from_user = messages.iter().filter(|message| message["info"]["role"] == "user").count();
    assert_eq!(from_user, 2, "the task and one message: {messages:#?}");
    assert_eq!(live.provider.requests().len(), 2);
}

/// The first hand was killed in its pipe. The second has a stream of its own, which tells it what was said before.
#[test]
fn one_message_from_a_second_stream() {
    let Some(live) = Live::play(LIMITED) else { return };
    let url = live.server.url();
    let start = |line: &str| live_shell(line, &live.opencode, &live.project);
    let mut first = start(&format!("exec ocr-run --headless --server {url} --task 'Go.' --resume-at-reset"));
    first.wait_for(r#""state":"quota""#);
    first.signal_stage_of_run("-KILL", "ocr-act");
    let opened = first.finish().of("ocr.stream.opened").remove(0);
    let session = opened["properties"]["sessionID"].as_str().unwrap();
    let stream = format!("ocr-stream --server {url} --follow --from-start --session {session}");
    let done = start(&format!("{stream} | ocr-detect | ocr-act --resume-at-reset --verify true")).finish();
    assert_eq!(actions(&done), ["resume begun", "resume taken", "verify begun", "verify taken"], "{}", done.stderr);
    assert_eq!((outcome(&done), done.code()), (("done".to_owned(), 0), Some(0)), "{}", done.stderr);
    assert_eq!(live.provider.requests().len(), 2);
}

/// Kills a hand as soon as it has written a line with `word`.
fn killed(mut hand: Running, word: &str) {
    hand.wait_for(word);
    hand.signal_stage("-KILL", "ocr-act");
    hand.finish();
}
