//! `ocr-act` with a real server: actions take effect and are confirmed.

use super::bench;
use crate::support::{Finished, Live, Script, live_shell, wait_until_gone};
use serde_json::Value;
use std::time::{Duration, Instant};

/// How long an abort may take: one attempt, on a busy machine. Measured: 80 ms.
const PROMPT: Duration = Duration::from_secs(5);

pub(super) fn actions(done: &Finished) -> Vec<String> {
    let lines = done.of("ocr.act.action");
    lines
        .iter()
        .map(|l| format!("{} {}", l["properties"]["action"], l["properties"]["phase"]).replace('"', ""))
        .collect()
}

pub(super) fn outcome(done: &Finished) -> (String, i64) {
    let result = &done.of("ocr.act.result")[0]["properties"];
    (result["outcome"].as_str().unwrap().to_owned(), result["exitCode"].as_i64().unwrap())
}

/// A detector in one line of perl that reports a finding of grade stop as soon as a line contains `word`. Not awk: some
/// versions read their input in blocks, and see a line late.
pub(super) fn stop_at(word: &str) -> String {
    let finding = r#"{"ts":$1,"type":"ocr.detect.finding","properties":{"sessionID":"$s","kind":"loop","grade":"stop","rule":"mine","summary":"that is enough"}}"#;
    format!(
        r#"perl -ne 'BEGIN {{ $| = 1 }} print; $s = $1 if /"ocr.stream.opened"/ && /(ses_[A-Za-z0-9]+)/; if (/{word}/ && !$n++) {{ /([0-9]+)/; print qq~{finding}~, "\n" }}'"#
    )
}

/// Aborts a session of this script as soon as a line contains `word`, and checks that it ended.
fn aborts(script: &str, word: &str) {
    let Some(bench) = bench(script) else { return };
    let line = format!("ocr-stream --spawn --task 'Go.' | {} | ocr-act", stop_at(word));
    let mut run = live_shell(&line, &bench.opencode, &bench.project);
    run.wait_for(r#""phase":"begun""#);
    let begun = Instant::now();
    run.wait_for(r#""phase":"taken""#);
    let took = begun.elapsed();
    assert!(took < PROMPT, "at {word}: it took {took:?}");
    let done = run.finish();
    // Measured: a session that waits for a retry just ends; any other reports that it was aborted.
    let says_so = !word.contains("retry");
    assert!(
        !says_so || done.lines.iter().any(|l| l.contains("MessageAbortedError")),
        "at {word}: the server did not report the abort"
    );
    assert_eq!(actions(&done), ["abort begun", "abort taken"], "at {word}: {}", done.stderr);
    assert_eq!((outcome(&done), done.code()), (("loop".to_owned(), 10), Some(10)));
    wait_until_gone(done.of("ocr.stream.opened")[0]["properties"]["server"].as_str().unwrap());
}

#[test]
fn aborts_tool() {
    aborts(
        r#"{"task": "Go.", "turns": [{"calls": [{"tool": "bash", "input": {"command": "echo begun; sleep 600", "description": "Waits"}}]}, {"text": "Done."}]}"#,
        r#""status":"running""#,
    );
}

#[test]
fn aborts_text() {
    aborts(r#"{"task": "Go.", "turns": [{"text": "Well, ", "hang": true}]}"#, "message.part.delta");
}

#[test]
fn aborts_retry() {
    aborts(
        r#"{"task": "Go.", "turns": [{"laps": 0, "turns": [{"status": 503, "error": "busy"}]}]}"#,
        r#""type":"retry""#,
    );
}

#[test]
fn aborts_permission_request() {
    aborts(
        r#"{"task": "Go.", "config": {"permission": {"bash": "ask"}}, "turns": [{"calls": [{"tool": "bash", "input": {"command": "date", "description": "Looks at the clock"}}]}, {"text": "Done."}]}"#,
        "permission.asked",
    );
}

#[test]
fn aborts_subagent() {
    aborts(
        r#"{"task": "Go.", "turns": [{"calls": [{"tool": "task", "input": {"description": "Wait", "prompt": "Wait for me.", "subagent_type": "general"}}]}, {"text": "Done."}],
            "agents": [{"prompt": "Wait for me", "turns": [{"calls": [{"tool": "bash", "input": {"command": "sleep 600", "description": "Waits"}}]}]}]}"#,
        r#""command":"sleep 600""#,
    );
}

#[test]
fn dead_server() {
    let Some(live) = Live::play(r#"{"task": "Go.", "turns": [{"text": "Well, ", "hang": true}]}"#) else {
        return;
    };
    let line = format!(
        "ocr-stream --server {} --task 'Go.' --reconnect-timeout 1 | {} | ocr-act --confirm-timeout 1",
        live.server.url(),
        // The server is killed before the finding that asks for the abort.
        stop_at("message.part.delta").replacen(
            "!$n++) {",
            &format!("!$n++) {{ system(\"kill -9 {}\");", live.server.pid()),
            1
        )
    );
    let done = live_shell(&line, &live.opencode, &live.project).finish();
    assert_eq!(actions(&done), ["abort begun", "abort failed"], "{}", done.stderr);
    assert_eq!(outcome(&done), ("loop".to_owned(), 10), "{}", done.stderr);
}

/// Does something useful, and then loops and makes a mess.
const MAKES_A_MESS: &str = r#"{"task": "Go.", "turns": [
    {"calls": [{"tool": "write", "input": {"filePath": "work.txt", "content": "useful\n"}}]},
    {"laps": 30, "turns": [{"calls": [{"tool": "bash", "input": {"command": "echo x > mess.txt; cat missing.log", "description": "Reads the log"}}]}]}]}"#;

#[test]
fn rollback_keeps_earlier_work() {
    for (flag, mess) in [("", true), ("--rollback", false)] {
        let Some(bench) = bench(MAKES_A_MESS) else { return };
        let pipe = format!("ocr-stream --spawn --task 'Go.' | ocr-detect | ocr-act --quiet {flag}");
        let done = live_shell(&pipe, &bench.opencode, &bench.project).finish();
        assert_eq!(done.code(), Some(10), "{}", done.stderr);
        let is_there = |file: &str| bench.project.dir().join(file).exists();
        assert!(is_there("work.txt"), "the work before the loop was reverted");
        assert_eq!(is_there("mess.txt"), mess, "{flag}: {:?}", done.of("ocr.act.action"));
    }
}

/// Writes the same again and again, slowly enough for a person to write something in between.
const WRITES_AGAIN: &str = r#"{"task": "Go.", "turns": [
    {"laps": 30, "turns": [{"delay_ms": 700, "calls": [{"tool": "write", "input": {"filePath": "own.txt", "content": "x\n"}}]}]}]}"#;

#[test]
fn rollback_spares_what_a_person_wrote() {
    let Some(bench) = bench(WRITES_AGAIN) else { return };
    let pipe = "ocr-stream --spawn --task 'Go.' | ocr-detect | ocr-act --quiet --rollback";
    let mut running = live_shell(pipe, &bench.opencode, &bench.project);
    running.wait_for("own.txt");
    std::fs::write(bench.project.dir().join("notes.txt"), "mine").unwrap();
    let done = running.finish();
    assert_eq!(done.code(), Some(10), "{}", done.stderr);
    assert!(bench.project.dir().join("notes.txt").exists(), "{:?}", done.of("ocr.act.action"));
    let rollback = done.of("ocr.act.action").into_iter().rfind(|line| line["properties"]["action"] == "rollback");
    let detail = rollback.map(|line| line["properties"]["detail"].to_string()).unwrap_or_default();
    assert!(detail.contains("somebody else changed") && detail.contains("notes.txt"), "{detail}");
}

#[test]
fn failed_check_steers() {
    let script = r#"{"task": "Go.", "turns": [
        {"calls": [{"tool": "bash", "input": {"command": "echo half > out.txt", "description": "Writes"}}]},
        {"text": "The task is done.\nDONE"},
        {"calls": [{"tool": "bash", "input": {"command": "echo whole > out.txt", "description": "Writes again"}}]},
        {"text": "Now it is done.\nDONE"}]}"#;
    let Some(bench) = bench(script) else { return };
    let line = "ocr-stream --spawn --follow --task 'Go.' | ocr-detect --done-pattern '^DONE$' | ocr-act --verify 'cat out.txt; grep -q whole out.txt' --expect-file out.txt";
    let done = live_shell(line, &bench.opencode, &bench.project).finish();
    assert_eq!(
        actions(&done),
        ["verify begun", "verify failed", "steer begun", "steer taken", "verify begun", "verify taken"],
        "{}",
        done.stderr
    );
    assert_eq!((outcome(&done), done.code()), (("done".to_owned(), 0), Some(0)));
    let tail = |l: &Value| l["properties"]["detail"].as_str().unwrap_or_default().contains("half");
    assert!(done.of("ocr.act.action").iter().any(tail), "the agent did not get the end of the output");
}

#[test]
fn failing_check_exits_14() {
    let script = r#"{"task": "Go.", "turns": [{"laps": 0, "turns": [
        {"calls": [{"tool": "bash", "input": {"command": "date +%N > out.txt", "description": "Writes"}}]}, {"text": "DONE"}]}]}"#;
    let Some(bench) = bench(script) else { return };
    let line = "ocr-stream --spawn --follow --task 'Go.' | ocr-detect --done-pattern '^DONE$' | ocr-act --verify false --max-steers 1";
    let done = live_shell(line, &bench.opencode, &bench.project).finish();
    assert_eq!(
        (outcome(&done), done.code()),
        (("unverified".to_owned(), 14), Some(14)),
        "{:?} {}",
        actions(&done),
        done.stderr
    );
    assert_eq!(actions(&done).iter().filter(|a| *a == "steer taken").count(), 1);
}

#[test]
fn on_permission() {
    let script = r#"{"task": "Go.", "config": {"permission": {"bash": "ask"}}, "turns": [
        {"calls": [{"tool": "bash", "input": {"command": "echo allowed > out.txt", "description": "Writes"}}]}, {"text": "That is all."}]}"#;
    for (answer, written) in [("once", true), ("reject", false)] {
        let Some(bench) = bench(script) else { return };
        let line = format!(
            "ocr-stream --spawn --task 'Go.' | ocr-detect --blocked-after 1 | ocr-act --on-permission {answer}"
        );
        let done = live_shell(&line, &bench.opencode, &bench.project).finish();
        assert_eq!(actions(&done), ["answer begun", "answer taken"], "{}", done.stderr);
        assert_eq!(bench.project.dir().join("out.txt").exists(), written, "{answer}");
        // A rejected agent gets the reason.
        let reads = |l: &&Value| {
            l["properties"]["part"]["state"]["error"].as_str().is_some_and(|e| e.contains("Nobody is here to answer"))
        };
        assert_eq!(done.json().iter().any(|l| reads(&l)), !written, "{answer}: {:?}", done.lines);
    }
}

#[test]
fn on_question() {
    let Some(live) = Live::start(Script::load("question-block")) else {
        return;
    };
    let line = format!(
        "ocr-stream --server {} --task 'Ask.' | ocr-detect --blocked-after 1 | ocr-act --on-question reject",
        live.server.url()
    );
    let done = live_shell(&line, &live.opencode, &live.project).finish();
    assert_eq!(actions(&done), ["answer begun", "answer taken"], "{}", done.stderr);
}

#[test]
fn unwatched_session() {
    let Some(live) = Live::play(r#"{"task": "Go.", "turns": [{"text": "Well, ", "hang": true}]}"#) else {
        return;
    };
    let other = live.server.begin("Go.");
    let own = live.server.create();
    let decision = format!(
        r#"{{"ts":9,"type":"ocr.review.decision","properties":{{"sessionID":"{other}","action":"abort","reason":"x","reviewer":"me"}}}}"#
    );
    let line = format!("{{ ocr-stream --server {} --session {own}; echo '{decision}'; }} | ocr-act", live.server.url());
    let done = live_shell(&line, &live.opencode, &live.project).finish();
    assert_eq!(actions(&done), ["abort skipped"]);
    assert!(done.stderr.contains("does not watch"), "{}", done.stderr);
    let (_, status) = live.server.get("/session/status");
    assert!(status[&other].is_object(), "it was aborted: {status}");
}
