//! A bulk of lines on several threads: the same bytes come out as on one.

use crate::support::{names, ocr, recording};
use std::io::Write;

/// Every recording, one after the other, with lines among them that are none.
fn bulk() -> String {
    let mut lines = String::new();
    for name in names() {
        lines.push_str(&recording(&name));
        lines.push_str("no JSON at all\n\n{\"ts\":1,\"type\":\"x\"\n");
    }
    lines.push_str("{\"type\":\"session.idle\",\"properties\":{}}");
    lines
}

/// What comes out on so many threads, what is said, and how it ends.
fn judged(jobs: &str, args: &[&str], lines: &[u8]) -> (Vec<u8>, Vec<u8>, Option<i32>) {
    // From a file, whose blocks are whole ones.
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(lines).unwrap();
    let output = ocr("ocr-detect")
        .args(["-j", jobs])
        .args(args)
        .arg(file.path())
        .output()
        .unwrap();
    (output.stdout, output.stderr, output.status.code())
}

#[test]
fn the_same_comes_out_on_any_number_of_threads() {
    let mut lines = bulk().into_bytes();
    // Bytes that are no text, in an event that is one.
    lines.extend_from_slice(
        b"\n{\"ts\":1,\"type\":\"session.error\",\"properties\":{\"error\":{\"name\":\"\xff\"}}}\n",
    );
    for args in [&[][..], &["--only"], &["--explain"], &["--fail-on", "any"]] {
        let one = judged("1", args, &lines);
        assert!(!one.0.is_empty());
        for jobs in ["2", "5"] {
            assert!(judged(jobs, args, &lines) == one, "-j {jobs} {args:?}");
        }
    }
}

#[test]
fn a_bulk_ends_at_the_line_that_ends_it() {
    let lines =
        recording("long-test-output").repeat(50) + "no JSON\n" + &recording("one-call-loop").repeat(50);
    let one = judged("1", &["--strict"], lines.as_bytes());
    assert_eq!(one.2, Some(65));
    assert!(judged("4", &["--strict"], lines.as_bytes()) == one);
}
