//! A recorded session, judged by ocr-detect and reviewed.

use super::fake::Fake;
use super::lines::{Live, decisions};
use crate::support::{ocr, recording};
use serde_json::{Value, json};

/// What a reviewer is asked about a recording, and what it decides.
fn reviewed(name: &str) -> (Fake, Vec<Value>) {
    let found = ocr("ocr-detect").write_stdin(recording(name)).output().unwrap();
    let fake = Fake::deciding("continue");
    let done = ocr("ocr-review")
        .args(["--only", "--reviewer-url", &fake.url])
        .write_stdin(found.stdout)
        .output()
        .unwrap();
    assert_eq!(done.status.code(), Some(0));
    (fake, decisions(&done.stdout))
}

#[test]
fn the_files_that_a_session_changed_are_named_also_where_its_diff_is_empty() {
    let (fake, decided) = reviewed("edit-test");
    assert!(!decided.is_empty());
    let evidence = fake.seen().last().unwrap().evidence();
    assert_eq!(evidence["changedFiles"], json!(["answers.txt"]));
    assert_eq!(evidence["task"], "Make test.sh pass.");
}

#[test]
fn every_so_many_steps_somebody_is_asked() {
    let found = ocr("ocr-detect")
        .args(["--review-every", "3"])
        .write_stdin(recording("edit-test"))
        .output()
        .unwrap();
    let found = String::from_utf8(found.stdout).unwrap();
    let fake = Fake::deciding("continue");
    let mut live = Live::start(&["--reviewer-url", &fake.url]);
    let mut regular = 0;
    for line in found.split_inclusive('\n') {
        live.write(line);
        // As a session goes on no faster than its reviewer, each look is a question of its own.
        if line.contains(r#""ocr.detect.turn""#) && line.contains(r#""why":"interval""#) {
            regular += 1;
            assert_eq!(live.decision()["reason"], "as seen");
            let judged = fake.seen()[regular - 1].evidence()["judged"].clone();
            assert_eq!(judged["why"], "a regular look");
        }
    }
    assert!(regular >= 3, "{regular}");
    let (left, _) = live.finish();
    assert_eq!(
        (left.len(), fake.seen().len()),
        (1, regular + 1),
        "and at its rest"
    );
}
