//! `ocr-detect` as a user runs it: flags, exit codes, and the page for people.
#![allow(clippy::unwrap_used, reason = "what cannot be set up must stop the test")]

use crate::support::{ocr, recording};
use predicates::prelude::*;
use predicates::str::contains;

fn detect(args: &[&str], name: &str) -> assert_cmd::assert::Assert {
    ocr("ocr-detect").args(args).write_stdin(recording(name)).assert()
}

#[test]
fn judging_twice_is_said_and_drops_nothing() {
    let once = ocr("ocr-detect").write_stdin(recording("ab-loop")).output().unwrap();
    assert!(once.stderr.is_empty(), "{}", String::from_utf8_lossy(&once.stderr));
    let twice = ocr("ocr-detect").write_stdin(once.stdout.clone()).output().unwrap();
    let told = String::from_utf8(twice.stderr).unwrap();
    assert!(told.contains("standard input was judged before") && told.contains("ocr-stream --replay"), "{told}");
    let (once, twice) = (String::from_utf8(once.stdout).unwrap(), String::from_utf8(twice.stdout).unwrap());
    let mut passed = twice.lines();
    assert!(once.lines().all(|line| passed.any(|other| other == line)), "a line is missing");
    // Only what is added, or a replay: there is nothing to say.
    let replayed = ocr("ocr-stream").args(["--replay", "-"]).write_stdin(once.clone()).output().unwrap().stdout;
    for (args, lines) in [(&["--only"][..], once.into_bytes()), (&[], replayed)] {
        let done = ocr("ocr-detect").args(args).write_stdin(lines).output().unwrap();
        assert!(done.stderr.is_empty(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    }
    // A detector of someone else's writes findings alone.
    let foreign = r#"{"ts":1,"type":"ocr.detect.finding","properties":{"sessionID":"s","kind":"loop","rule":"own","grade":"stop"}}"#;
    let done = ocr("ocr-detect").write_stdin(format!("{}{foreign}\n", recording("ab-loop"))).output().unwrap();
    assert!(done.stderr.is_empty(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn findings_follow_their_cause() {
    let input = recording("one-call-loop");
    let output = ocr("ocr-detect").write_stdin(input.as_str()).output().unwrap().stdout;
    let output = String::from_utf8(output).unwrap();
    let passed: String = output.split_inclusive('\n').filter(|line| !line.contains("\"type\":\"ocr.detect.")).collect();
    assert_eq!(passed, input);
    let finding = output.find("\"ocr.detect.finding\"").unwrap();
    assert!(output[finding..].contains("\"ocr.detect.turn\""));
}

#[test]
fn only_added_lines() {
    detect(&["--only"], "ab-loop")
        .success()
        .stdout(contains("message.part.updated").not().and(contains("ocr.detect.done")));
}

#[test]
fn fail_on() {
    detect(&["--fail-on", "loop"], "one-call-loop").code(10);
    detect(&["--fail-on", "blocked,stall"], "one-call-loop").code(0);
    detect(&["--fail-on", "any"], "permission-block").code(11);
    detect(&["--fail-on", "storm"], "retry-storm").code(13);
    detect(&["--fail-on", "storm"], "compaction-storm").code(10);
    detect(&["--fail-on", "budget", "--max-steps", "2"], "one-call-loop").code(12);
    // A notice does not count.
    detect(&["--fail-on", "any"], "asked-ten-runs").code(0);
    detect(&["--fail-on", "nonsense"], "ab-loop").code(2).stderr(contains("steering"));
}

#[test]
fn disable_limit_grade() {
    detect(&["--only", "--disable", "repeat,novelty"], "one-call-loop").stdout(contains("\"rule\":\"repeat\"").not());
    let stops = "\"rule\":\"repeat\",\"grade\":\"stop\"";
    detect(&["--only"], "one-call-loop").stdout(contains(stops));
    detect(&["--only", "--limit", "repeat.stop=100"], "one-call-loop").stdout(contains(stops).not());
    detect(&["--only", "--grade", "repeat=notice"], "one-call-loop").stdout(contains(stops).not());
    detect(&["--limit", "repeat.stop=1"], "ab-loop").code(2).stderr(contains("repeat.stop is at least 2"));
    detect(&["--limit", "repeat.stopp=1"], "ab-loop").code(2).stderr(contains("no limit is named repeat.stopp"));
    detect(&["--disable", "reapet"], "ab-loop").code(2).stderr(contains("no rule is named reapet"));
}

#[test]
fn poll_pattern() {
    detect(&["--only", "--poll", "bash|read"], "one-call-loop").stdout(contains("\"rule\":\"repeat\"").not());
}

#[test]
fn done_pattern() {
    detect(&["--only"], "clean-completion").stdout(contains("\"outcome\":\"candidate\""));
    detect(&["--only", "--done-pattern", ".+"], "clean-completion").stdout(contains("\"outcome\":\"done\""));
    detect(&["--only", "--done-pattern", ".+"], "todos-left")
        .stdout(contains("\"outcome\":\"candidate\"").and(contains("openTodos")));
}

#[test]
fn reads_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("one");
    std::fs::write(&file, recording("ab-loop")).unwrap();
    let read = ocr("ocr-detect").arg(&file).output().unwrap().stdout;
    assert_eq!(read, detect(&[], "ab-loop").get_output().stdout);
    ocr("ocr-detect").arg(folder.path().join("none")).assert().code(1).stderr(contains("no such file"));
}

#[test]
fn strict() {
    let event = "{\"type\":\"server.connected\",\"properties\":{}}\n";
    let garbage = format!("{event}no json\nnor this\n{event}");
    ocr("ocr-detect")
        .arg("--strict")
        .write_stdin(garbage.as_str())
        .assert()
        .code(65)
        .stdout(format!("{event}no json\n"))
        .stderr(contains("line 2"));
    let lenient = ocr("ocr-detect").write_stdin(garbage.as_str()).assert().success().stdout(garbage);
    let stderr = String::from_utf8_lossy(&lenient.get_output().stderr).into_owned();
    assert_eq!(stderr.matches("is not a JSON object").count(), 1, "{stderr}");
}

#[test]
fn explain() {
    let page = detect(&["--explain"], "ab-loop").success();
    let page = String::from_utf8_lossy(&page.get_output().stdout).into_owned();
    assert_eq!(page.matches("┌─▶").count(), 1, "{page}");
    assert!(page.contains("(stop)") && page.contains("laps") && page.contains("Came to rest"), "{page}");
    assert!(!page.contains("\"type\""), "{page}");
    detect(&["--explain"], "pagination").stdout(contains("\nNothing found"));
}

#[test]
fn help_and_schema() {
    ocr("ocr-detect").arg("--help").assert().success().stdout(
        contains("near-duplicate").and(contains("repeat.stop")).and(contains("Examples:")).and(contains("OCR_STRICT")),
    );
    let schemas = ocr("ocr-detect").arg("--schema").assert().success();
    assert_eq!(schemas.get_output().stdout.iter().filter(|b| **b == b'\n').count(), 4);
}

#[test]
fn reports_eviction() {
    let lines: String = (0..4)
        .map(|n| format!("{{\"ts\":{n},\"type\":\"session.status\",\"properties\":{{\"sessionID\":\"ses_{n}\",\"status\":{{\"type\":\"busy\"}}}}}}\n"))
        .collect();
    let output = ocr("ocr-detect").args(["--only", "--max-sessions", "3"]).write_stdin(lines).assert().success();
    let output = String::from_utf8_lossy(&output.get_output().stdout).into_owned();
    assert!(output.contains("\"rule\":\"evicted\"") && output.contains("\"sessionID\":\"ses_0\""), "{output}");
}

#[test]
fn ignored_steering() {
    let text = recording("one-call-loop");
    let session = text.split("\"sessionID\":\"").nth(1).unwrap().split('"').next().unwrap();
    let plain = String::from_utf8(ocr("ocr-detect").write_stdin(text.as_str()).output().unwrap().stdout).unwrap();
    let mut steered = String::new();
    for line in plain.split_inclusive('\n') {
        steered.push_str(line);
        if line.contains("\"rule\":\"repeat\"") && line.contains("\"grade\":\"warn\"") {
            let ts = line.split("\"ts\":").nth(1).unwrap().split(',').next().unwrap();
            steered.push_str(&format!(
                "{{\"ts\":{ts},\"type\":\"ocr.act.action\",\"properties\":{{\"sessionID\":\"{session}\",\"action\":\"steer\",\"phase\":\"taken\"}}}}\n"
            ));
        }
    }
    ocr("ocr-detect")
        .arg("--only")
        .write_stdin(steered)
        .assert()
        .stdout(contains("\"kind\":\"steering\"").and(contains("it goes on after our message")));
    assert!(!plain.contains("\"kind\":\"steering\""));
}

#[test]
fn many_recordings() {
    let file = |name: &str| format!("{}/fixtures/sessions/{name}.ndjson", env!("CARGO_MANIFEST_DIR"));
    let names = ["one-call-loop", "edit-test", "ab-loop", "pagination", "one-call-loop"];
    let alone: String =
        names.iter().map(|name| String::from_utf8(detect(&[], name).get_output().stdout.clone()).unwrap()).collect();
    for jobs in ["1", "2", "9"] {
        ocr("ocr-detect")
            .args(["-j", jobs, "--fail-on", "loop"])
            .args(names.map(file))
            .assert()
            .code(10)
            .stdout(alone.clone());
    }
    ocr("ocr-detect")
        .args(["--only", "no-such-file", &file("ab-loop")])
        .assert()
        .code(1)
        .stderr(contains("cannot read no-such-file"))
        .stdout(contains("\"rule\":\"repeat\""));
    ocr("ocr-detect").args(["-j", "0", "a", "b"]).assert().code(2);
}
