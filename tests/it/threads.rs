//! Many lines on several threads: the output is the same as on one.

use crate::support::{names, ocr, recording};
use std::fs;

/// All recordings, one after the other, with invalid lines in between.
fn bulk() -> String {
    let mut lines = String::new();
    for name in names() {
        lines.push_str(&recording(&name));
        lines.push_str("no JSON at all\n\n{\"ts\":1,\"type\":\"x\"\n");
    }
    lines.push_str("{\"type\":\"session.idle\",\"properties\":{}}");
    lines
}

/// Standard output, standard error and the exit code on this many threads.
fn judged(jobs: &str, args: &[&str], lines: &[u8]) -> (Vec<u8>, Vec<u8>, Option<i32>) {
    // A file is read in full blocks.
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("run.ndjson"), lines).unwrap();
    let mut detect = ocr("ocr-detect");
    detect.current_dir(folder.path()).args(["-j", jobs]).args(args).arg("run.ndjson");
    let output = detect.output().unwrap();
    (output.stdout, output.stderr, output.status.code())
}

#[test]
fn jobs_do_not_change_output() {
    let mut lines = bulk().into_bytes();
    // An event with invalid UTF-8.
    lines
        .extend_from_slice(b"\n{\"ts\":1,\"type\":\"session.error\",\"properties\":{\"error\":{\"name\":\"\xff\"}}}\n");
    for args in [&[][..], &["--only"], &["--explain"], &["--fail-on", "any"]] {
        let one = judged("1", args, &lines);
        assert!(!one.0.is_empty());
        for jobs in ["2", "5"] {
            assert!(judged(jobs, args, &lines) == one, "-j {jobs} {args:?}");
        }
    }
}

#[test]
fn strict_ends_at_bad_line() {
    let lines = recording("long-test-output").repeat(50) + "no JSON\n" + &recording("one-call-loop").repeat(50);
    let one = judged("1", &["--strict"], lines.as_bytes());
    assert_eq!(one.2, Some(65));
    assert!(judged("4", &["--strict"], lines.as_bytes()) == one);
}
