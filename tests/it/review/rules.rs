//! The built-in rules, which decide at once if there is no reviewer.

use super::lines::{decisions, finding, looping, opened, ours, rest, text, tick, turn};
use crate::support::ocr;
use serde_json::{Value, json};
use std::path::Path;

fn run(input: &str) -> String {
    let done = ocr("ocr-review").write_stdin(input).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&done.stderr), "");
    assert_eq!(done.status.code(), Some(0));
    String::from_utf8(done.stdout).unwrap()
}

fn judged(input: &str) -> Vec<(Value, Value)> {
    let of = |d: &Value| (d["action"].clone(), d["judged"].clone());
    decisions(run(input).as_bytes()).iter().map(of).collect()
}

#[test]
fn names_reviewer_first() {
    let out = run(&opened("x"));
    let second: Value = serde_json::from_str(out.lines().nth(1).unwrap()).unwrap();
    assert_eq!(second, json!({ "ts": 1000, "type": "ocr.review.opened", "properties": { "reviewer": "rules" } }));
    assert_eq!(run(""), "");
}

#[test]
fn decision_follows_turn() {
    let lines = [opened("x"), looping(2000, "warn", "open", 4), text(3000, "on")].concat();
    let out = run(&lines);
    let kinds: Vec<Value> =
        out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["type"].clone()).collect();
    assert_eq!(
        kinds,
        [
            "ocr.stream.opened",
            "ocr.review.opened",
            "ocr.detect.finding",
            "ocr.detect.turn",
            "ocr.review.decision",
            "message.part.updated"
        ]
    );
}

#[test]
fn loop_gets_one_chance() {
    let lines = [
        opened("x"),
        looping(2000, "notice", "open", 3),
        looping(3000, "warn", "graver", 4),
        looping(4000, "stop", "graver", 5),
        finding(5000, "loop", "stop", "grown", 10),
    ];
    let expected = [("continue", "evt_3000"), ("abort", "evt_4000"), ("abort", "evt_5000")];
    assert_eq!(judged(&lines.concat()), expected.map(|(a, j)| (json!(a), json!(j))));
}

#[test]
fn judges_finding_once() {
    let lines = [opened("x"), looping(2000, "warn", "open", 4), looping(3000, "warn", "open", 4)];
    assert_eq!(judged(&lines.concat()).len(), 1);
}

#[test]
fn judges_gravest_finding() {
    let together = [
        finding(2000, "stagnation", "warn", "open", 6),
        finding(2000, "loop", "stop", "open", 5),
        finding(2000, "text", "notice", "open", 1),
        turn(2000, "finding", 1),
    ];
    let out = run(&[opened("x"), together.concat()].concat());
    let decisions = decisions(out.as_bytes());
    assert_eq!(decisions.len(), 1);
    assert_eq!((&decisions[0]["finding"], &decisions[0]["action"]), (&json!("loop-1"), &json!("abort")));
}

#[test]
fn rest_is_done_or_unsure() {
    for (outcome, against, action) in [
        ("done", &[][..], "done"),
        ("candidate", &[], "done"),
        ("candidate", &["openTodos"], "unsure"),
        ("waiting", &[], "unsure"),
        ("error", &[], "unsure"),
        ("length", &["cutOff"], "unsure"),
        ("aborted", &[], "unsure"),
    ] {
        let lines = [opened("x"), rest(2000, outcome, against, 1)].concat();
        assert_eq!(judged(&lines), [(json!(action), json!("evt_2000"))], "{outcome}");
    }
}

#[test]
fn judges_half_a_rest() {
    assert_eq!(judged(&[opened("x"), turn(2000, "rest", 1), text(3000, "on")].concat()).len(), 1);
    let done = json!({ "sessionID": "ses_1", "outcome": "done", "claim": "promise" });
    assert_eq!(judged(&ours(2000, "ocr.detect.done", &done))[0].0, "done");
}

#[test]
fn aborts_growing_stall() {
    let lines = [
        opened("x"),
        finding(2000, "stall", "notice", "open", 1) + &turn(2000, "silence", 1),
        finding(3000, "stall", "warn", "graver", 2) + &turn(3000, "finding", 2),
        finding(4000, "stall", "warn", "grown", 4),
    ];
    let expected = [("continue", "evt_2000"), ("continue", "evt_3000"), ("abort", "evt_4000")];
    assert_eq!(judged(&lines.concat()), expected.map(|(a, j)| (json!(a), json!(j))));
}

#[test]
fn accepts_custom_detector() {
    let mine = |grade: &str| {
        let finding = json!({ "sessionID": "ses_1", "kind": "loop", "rule": "mine", "grade": grade, "state": "open", "summary": "odd" });
        json!({ "type": "ocr.detect.finding", "properties": finding }).to_string() + "\n"
    };
    let out = run(&[mine("warn"), tick(2), mine("warn"), tick(3), mine("stop")].concat());
    let decided: Vec<Value> = decisions(out.as_bytes()).iter().map(|d| d["action"].clone()).collect();
    assert_eq!(decided, ["continue", "abort"]);
    assert_eq!(decisions(out.as_bytes())[0]["finding"], "mine");
    let broken = "{\"type\":\"ocr.detect.finding\",\"properties\":{\"sessionID\":\"s\",\"kind\":\"odd\"}}\n";
    let done = ocr("ocr-review").write_stdin(broken).output().unwrap();
    assert!(String::from_utf8(done.stderr).unwrap().contains("unreadable ocr.detect.finding record"));
}

#[test]
fn recordings_are_reproducible() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sessions");
    for name in ["one-call-loop", "clean-completion", "permission-block", "compaction-storm", "subagent"] {
        let path = folder.join(name).with_extension("ndjson");
        let found = ocr("ocr-detect").arg(&path).output().unwrap().stdout;
        let decide = || ocr("ocr-review").write_stdin(found.clone()).output().unwrap().stdout;
        let once = decide();
        assert!(!decisions_among_events(&once).is_empty(), "{name}");
        assert_eq!(once, decide(), "{name}");
    }
}

/// The decisions in an output that also has a server's events.
fn decisions_among_events(output: &[u8]) -> Vec<Value> {
    let lines = output.split_inclusive(|b| *b == b'\n');
    let ours = lines.filter(|line| memchr::memmem::find(line, b"\"ocr.review.decision\"").is_some());
    decisions(&ours.flatten().copied().collect::<Vec<u8>>())
}

#[test]
fn decisions_match_schema() {
    let printed = ocr("ocr-review").arg("--schema").output().unwrap().stdout;
    let schemas: Vec<Value> =
        printed.split(|b| *b == b'\n').filter(|l| !l.is_empty()).map(|l| serde_json::from_slice(l).unwrap()).collect();
    let of = |kind: &str| schemas.iter().find(|s| s["title"] == kind).unwrap();
    let out = run(&[opened("x"), looping(2000, "warn", "open", 4)].concat());
    for kind in ["ocr.review.opened", "ocr.review.decision"] {
        let line = out.lines().find(|line| line.contains(kind)).unwrap();
        assert!(jsonschema::is_valid(of(kind), &serde_json::from_str(line).unwrap()), "{line}");
    }
}
