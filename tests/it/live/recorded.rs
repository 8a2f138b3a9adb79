//! What a run on a real `OpenCode` leaves: its recording, and a last line that says why and what to do.

use super::bench;
use crate::support::{Project, live_shell};
use serde_json::Value;
use std::path::PathBuf;

const LOOPS: &str = r#"{"task": "Go.", "turns": [
    {"laps": 0, "turns": [{"calls": [{"tool": "bash", "input": {"command": "cat missing.log", "description": "Reads the log"}}]}]}]}"#;
const ANSWERS: &str =
    r#"{"task": "What does the README say?", "turns": [{"text": "It explains how to build the project."}]}"#;
const CHANGES: &str = r#"{"task": "Write a note.", "turns": [
    {"calls": [{"tool": "write", "input": {"filePath": "note.sh", "content": "exit 0\n"}}]}, {"text": "I wrote the note."}]}"#;

/// The recordings that a project's runs have left.
fn recordings(project: &Project) -> Vec<PathBuf> {
    let state = project.env().into_iter().find(|(name, _)| *name == "XDG_STATE_HOME").unwrap().1;
    let entries = std::fs::read_dir(PathBuf::from(state).join("ocr/runs"));
    entries.into_iter().flatten().map(|entry| entry.unwrap().path()).collect()
}

fn result(line: &str) -> Value {
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["type"], "ocr.act.result", "{line}");
    line["properties"].clone()
}

#[test]
fn recording_is_kept_and_named() {
    let Some(bench) = bench(LOOPS) else { return };
    let done = live_shell("ocr-run --task Go.", &bench.opencode, &bench.project).finish();
    assert_eq!(done.code(), Some(10), "{}", done.stderr);
    let kept = recordings(&bench.project);
    let [kept] = &kept[..] else { panic!("{kept:?}") };
    assert_eq!(std::fs::read_to_string(kept).unwrap().lines().collect::<Vec<_>>(), done.lines);
    let told = done.stderr.lines().last().unwrap();
    assert_eq!(told, format!("recording: {}", kept.display()));
    let session = done.json()[0]["properties"]["sessionID"].as_str().unwrap().to_owned();
    assert!(kept.to_string_lossy().contains(&session), "{}", kept.display());
    for said in ["starting OpenCode", "totals   ", "calls that returned nothing new"] {
        assert!(done.stderr.contains(said), "{said} is missing in\n{}", done.stderr);
    }
}

#[test]
fn recording_is_complete_without_a_reader() {
    let Some(bench) = bench(LOOPS) else { return };
    let done = live_shell("ocr-run --headless --task Go. | head -n 3", &bench.opencode, &bench.project).finish();
    assert_eq!(done.lines.len(), 3, "{}", done.stderr);
    let end = std::time::Instant::now() + std::time::Duration::from_mins(1);
    // The shell has only waited for `head`.
    loop {
        let kept = recordings(&bench.project);
        let text = kept.first().map(|file| std::fs::read_to_string(file).unwrap()).unwrap_or_default();
        if text.ends_with('\n') && text.lines().last().is_some_and(|line| line.contains("ocr.act.result")) {
            break;
        }
        assert!(std::time::Instant::now() < end, "the recording has no end: {text}");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

#[test]
fn recording_in_the_repository_is_warned_of() {
    let Some(bench) = bench(ANSWERS) else { return };
    let line = "ocr-run --headless --task 'What does the README say?' --record run.ndjson";
    let done = live_shell(line, &bench.opencode, &bench.project).finish();
    assert_eq!(done.code(), Some(0), "{}", done.stderr);
    assert!(done.stderr.contains("git does not ignore it"), "{}", done.stderr);
    assert!(recordings(&bench.project).is_empty());
    std::fs::write(bench.project.dir().join(".git/info/exclude"), "*.ndjson\n").unwrap();
    let ignored = live_shell("ocr-stream --spawn --task Go. > run.ndjson", &bench.opencode, &bench.project).finish();
    assert!(!ignored.stderr.contains("git does not ignore it"), "{}", ignored.stderr);
}

#[test]
fn question_that_is_answered_is_done() {
    let Some(bench) = bench(ANSWERS) else { return };
    let line = "ocr-run --no-record --task 'What does the README say?'";
    let done = live_shell(line, &bench.opencode, &bench.project).finish();
    assert_eq!(done.code(), Some(0), "{}", done.stderr);
    assert!(done.stderr.contains("It explains how to build the project."), "{}", done.stderr);
    assert!(recordings(&bench.project).is_empty());
}

#[test]
fn unchecked_change_says_how_to_check_it() {
    for (args, code, says) in [("", 3, "add --verify"), (" --verify 'sh note.sh'", 0, "1 of 1 checks passed")] {
        let Some(bench) = bench(CHANGES) else { return };
        let done =
            live_shell(&format!("ocr-run --task 'Write a note.'{args}"), &bench.opencode, &bench.project).finish();
        assert_eq!(done.code(), Some(code), "{}", done.stderr);
        let result = result(done.lines.last().unwrap());
        assert!(result["reason"].as_str().unwrap().contains(says), "{result}");
    }
}

#[test]
fn result_names_the_real_cause() {
    let Some(bench) = bench(ANSWERS) else { return };
    let done = live_shell("ocr-run --task Go. --worker-model fake/nope", &bench.opencode, &bench.project).finish();
    assert_eq!(done.code(), Some(13), "{}\n{}", done.lines.join("\n"), done.stderr);
    let result = result(done.lines.last().unwrap());
    assert!(result["reason"].as_str().unwrap().contains("fake/nope"), "{result}");
}

#[test]
fn doctor_asks_the_model() {
    let Some(bench) = bench(ANSWERS) else { return };
    let done = live_shell("ocr-run doctor", &bench.opencode, &bench.project).finish();
    let told = done.lines.join("\n");
    assert_eq!(done.code(), Some(0), "{told}\n{}", done.stderr);
    let asked = bench.provider.requests();
    assert!(asked[0]["tools"].as_array().is_none_or(Vec::is_empty), "{}", asked[0]["tools"]);
    for says in ["ok    model        it answers: It explains", "ok    config       model fake/scripted", "ok    git"] {
        assert!(told.contains(says), "{says} is missing in\n{told}");
    }
    let done = live_shell("ocr-run doctor --worker-model fake/nope", &bench.opencode, &bench.project).finish();
    let told = done.lines.join("\n");
    assert_eq!(done.code(), Some(69), "{told}\n{}", done.stderr);
    assert!(told.contains("fail  model") && told.contains("fake/nope"), "{told}");
}

#[test]
fn doctor_lets_the_model_do_nothing() {
    let Some(bench) = bench(CHANGES) else { return };
    let done = live_shell("ocr-run doctor", &bench.opencode, &bench.project).finish();
    assert!(done.lines.join("\n").contains("model"), "{}", done.stderr);
    assert!(!bench.provider.requests().is_empty(), "the model was not asked");
    assert!(!bench.project.dir().join("note.sh").exists(), "{}", done.lines.join("\n"));
}
