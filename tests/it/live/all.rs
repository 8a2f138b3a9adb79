//! `ocr-act --act-on-all` behind `ocr-stream --all`: each session gets its own result, and the worst is the exit code.

use super::act::actions;
use crate::support::{Finished, Live, live_shell};
use serde_json::Value;

const TWO: &str = r#"{"task": "Go.", "turns": [
    {"laps": 0, "turns": [{"text": "Let me look.", "calls": [{"tool": "bash", "input": {"command": "cat missing.log", "description": "Reads the log"}}]}]}],
    "agents": [{"prompt": "Write a note", "turns": [
        {"calls": [{"tool": "write", "input": {"filePath": "note.txt", "content": "a note\n"}}]},
        {"text": "The note is written. The task is done."}]}]}"#;

fn result_of<'a>(results: &'a [Value], session: &str) -> &'a Value {
    let found: Vec<&Value> = results.iter().filter(|line| line["properties"]["sessionID"] == session).collect();
    assert_eq!(found.len(), 1, "{results:?}");
    &found[0]["properties"]
}

/// Runs both sessions until both have a result, and then interrupts the stream.
fn both(live: &Live, act: &str) -> (String, String, Finished) {
    let url = live.server.url();
    let line = format!("ocr-stream --all --server {url} | ocr-detect | ocr-act --act-on-all {act}");
    let mut run = live_shell(&line, &live.opencode, &live.project);
    run.wait_for("ocr.stream.opened");
    let writes = live.server.begin("Write a note");
    let loops = live.server.begin("Go.");
    run.wait_for("\"ocr.act.result\"");
    run.wait_for("\"ocr.act.result\"");
    run.signal_stage("-TERM", "ocr-stream");
    (writes, loops, run.finish())
}

#[test]
fn each_session_has_its_own_result() {
    let Some(live) = Live::play(TWO) else { return };
    let (writes, loops, done) = both(&live, "--verify 'test -f note.txt'");
    let results = done.of("ocr.act.result");
    let written = result_of(&results, &writes);
    assert_eq!((&written["outcome"], &written["exitCode"]), (&"done".into(), &0.into()), "{written} {}", done.stderr);
    let looped = result_of(&results, &loops);
    assert_eq!((&looped["outcome"], &looped["exitCode"]), (&"loop".into(), &10.into()), "{looped}");
    assert_eq!(done.code(), Some(10), "{}", done.stderr);
    let mut acted = actions(&done);
    acted.sort();
    assert_eq!(acted, ["abort begun", "abort taken", "verify begun", "verify taken"], "{}", done.stderr);
    assert_eq!(live.server.get("/session/status").1, serde_json::json!({}), "the loop goes on");
    for session in [&writes, &loops] {
        assert!(done.stderr.contains(&format!("ocr-act: {session}: ")), "{}", done.stderr);
    }
}
