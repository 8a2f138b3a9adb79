//! Recorded sessions, through `ocr-detect` and `ocr-review`.

use super::fake::Fake;
use super::lines::decisions;
use crate::support::{ocr, recording};
use serde_json::{Value, json};

/// The reviewer that was asked about a recording, and its decisions.
fn reviewed(name: &str) -> (Fake, Vec<Value>) {
    let found = ocr("ocr-detect").write_stdin(recording(name)).output().unwrap();
    let fake = Fake::deciding("continue");
    let found = String::from_utf8(found.stdout).unwrap();
    let done = fake.review(&[], &found);
    assert_eq!(done.status.code(), Some(0));
    (fake, decisions(&done.stdout))
}

#[test]
fn names_files_of_patches() {
    let (fake, decided) = reviewed("edit-test");
    assert!(!decided.is_empty());
    let evidence = fake.requests().last().unwrap().evidence();
    assert_eq!(evidence["changedFiles"], json!(["answers.txt"]));
    assert_eq!(evidence["task"], "Make test.sh pass.");
}

#[test]
fn reviews_at_intervals() {
    let found = ocr("ocr-detect").args(["--review-every", "3"]).write_stdin(recording("edit-test")).output().unwrap();
    let found = String::from_utf8(found.stdout).unwrap();
    let fake = Fake::deciding("continue");
    let mut live = fake.live(&[]);
    let mut regular = 0;
    for line in found.split_inclusive('\n') {
        live.write(line);
        // Waiting for the decision keeps a later trigger from replacing this one.
        if line.contains(r#""ocr.detect.turn""#) && line.contains(r#""why":"interval""#) {
            regular += 1;
            assert_eq!(live.decision()["reason"], "as seen");
            let judged = fake.requests()[regular - 1].evidence()["judged"].clone();
            assert_eq!(judged["why"], "a regular look");
        }
    }
    assert!(regular >= 3, "{regular}");
    let (left, _) = live.finish();
    assert_eq!((left.len(), fake.requests().len()), (1, regular + 1), "one more at its rest");
}
