//! The built-in rules: with nobody to ask, they decide at once.

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
fn the_first_line_is_followed_by_who_reviews() {
    let out = run(&opened("x"));
    let second: Value = serde_json::from_str(out.lines().nth(1).unwrap()).unwrap();
    assert_eq!(
        second,
        json!({ "ts": 1000, "type": "ocr.review.opened", "properties": { "reviewer": "rules" } })
    );
    assert_eq!(run(""), "");
}

#[test]
fn ctl_04_ctl_06_a_decision_follows_the_turn_that_it_judges() {
    let lines = [opened("x"), looping(2000, "warn", "open", 4), text(3000, "on")].concat();
    let out = run(&lines);
    let kinds: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["type"].clone())
        .collect();
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
fn rev_06_ctl_07_a_loop_gets_a_chance_and_is_ended_when_it_goes_on() {
    let lines = [
        opened("x"),
        looping(2000, "notice", "open", 3),
        looping(3000, "warn", "graver", 4),
        looping(4000, "stop", "graver", 5),
        finding(5000, "loop", "stop", "grown", 10),
    ];
    let expected = [
        ("continue", "evt_3000"),
        ("abort", "evt_4000"),
        ("abort", "evt_5000"),
    ];
    assert_eq!(
        judged(&lines.concat()),
        expected.map(|(a, j)| (json!(a), json!(j)))
    );
}

#[test]
fn the_same_finding_is_not_judged_twice() {
    let lines = [
        opened("x"),
        looping(2000, "warn", "open", 4),
        looping(3000, "warn", "open", 4),
    ];
    assert_eq!(judged(&lines.concat()).len(), 1);
}

#[test]
fn findings_that_come_together_are_one_question_about_the_gravest() {
    let together = [
        finding(2000, "stagnation", "warn", "open", 6),
        finding(2000, "loop", "stop", "open", 5),
        finding(2000, "text", "notice", "open", 1),
        turn(2000, "finding", 1),
    ];
    let out = run(&[opened("x"), together.concat()].concat());
    let decisions = decisions(out.as_bytes());
    assert_eq!(decisions.len(), 1);
    assert_eq!(
        (&decisions[0]["finding"], &decisions[0]["action"]),
        (&json!("loop-1"), &json!("abort"))
    );
}

#[test]
fn a_rest_is_done_or_a_person_should_look() {
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
fn a_rest_without_a_word_on_how_or_without_a_turn_is_judged_as_well() {
    assert_eq!(
        judged(&[opened("x"), turn(2000, "rest", 1), text(3000, "on")].concat()).len(),
        1
    );
    let done = json!({ "sessionID": "ses_1", "outcome": "done", "claim": "promise" });
    assert_eq!(judged(&ours(2000, "ocr.detect.done", &done))[0].0, "done");
}

#[test]
fn a_silence_is_let_pass_and_a_stall_that_grows_is_not() {
    let lines = [
        opened("x"),
        finding(2000, "stall", "notice", "open", 1) + &turn(2000, "silence", 1),
        finding(3000, "stall", "warn", "graver", 2) + &turn(3000, "finding", 2),
        finding(4000, "stall", "warn", "grown", 4),
    ];
    let expected = [
        ("continue", "evt_2000"),
        ("continue", "evt_3000"),
        ("abort", "evt_4000"),
    ];
    assert_eq!(
        judged(&lines.concat()),
        expected.map(|(a, j)| (json!(a), json!(j)))
    );
}

#[test]
fn a_detector_of_a_users_own_needs_to_say_little() {
    let mine = |grade: &str| {
        let said = json!({ "sessionID": "ses_1", "kind": "loop", "rule": "mine", "grade": grade, "state": "open", "summary": "odd" });
        json!({ "type": "ocr.detect.finding", "properties": said }).to_string() + "\n"
    };
    let out = run(&[mine("warn"), tick(2), mine("warn"), tick(3), mine("stop")].concat());
    let decided: Vec<Value> = decisions(out.as_bytes())
        .iter()
        .map(|d| d["action"].clone())
        .collect();
    assert_eq!(decided, ["continue", "abort"]);
    assert_eq!(decisions(out.as_bytes())[0]["finding"], "mine");
    let broken = "{\"type\":\"ocr.detect.finding\",\"properties\":{\"sessionID\":\"s\",\"kind\":\"odd\"}}\n";
    let done = ocr("ocr-review").write_stdin(broken).output().unwrap();
    assert!(
        String::from_utf8(done.stderr)
            .unwrap()
            .contains("is not understood and not judged")
    );
}

#[test]
fn recordings_are_decided_the_same_every_time() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sessions");
    for name in [
        "one-call-loop",
        "clean-completion",
        "permission-block",
        "compaction-storm",
        "subagent",
    ] {
        let path = folder.join(name).with_extension("ndjson");
        let found = ocr("ocr-detect").arg(&path).output().unwrap().stdout;
        let decide = || {
            ocr("ocr-review")
                .write_stdin(found.clone())
                .output()
                .unwrap()
                .stdout
        };
        let once = decide();
        assert!(!decisions_of_bus(&once).is_empty(), "{name}");
        assert_eq!(once, decide(), "{name}");
    }
}

/// The decisions in an output that has lines of a server's, too.
fn decisions_of_bus(output: &[u8]) -> Vec<Value> {
    let lines = output.split_inclusive(|b| *b == b'\n');
    let ours = lines.filter(|line| memchr::memmem::find(line, b"\"ocr.review.decision\"").is_some());
    decisions(&ours.flatten().copied().collect::<Vec<u8>>())
}

#[test]
fn schemas_are_printed_and_decisions_obey_them() {
    let printed = ocr("ocr-review").arg("--schema").output().unwrap().stdout;
    let schemas: Vec<Value> = printed
        .split(|b| *b == b'\n')
        .filter(|l| !l.is_empty())
        .map(|l| serde_json::from_slice(l).unwrap())
        .collect();
    let of = |kind: &str| schemas.iter().find(|s| s["title"] == kind).unwrap();
    let out = run(&[opened("x"), looping(2000, "warn", "open", 4)].concat());
    for kind in ["ocr.review.opened", "ocr.review.decision"] {
        let line = out.lines().find(|line| line.contains(kind)).unwrap();
        assert!(
            jsonschema::is_valid(of(kind), &serde_json::from_str(line).unwrap()),
            "{line}"
        );
    }
}
