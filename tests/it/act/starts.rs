//! A pipe by hand whose earlier stage cannot start: `ocr-act` exits with that stage's code and has no result. Only where
//! `/proc` is can that stage tell who reads its output.

use crate::support::{Finished, shell};

fn run(line: &str) -> Finished {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("broken.json"), "{").unwrap();
    shell(line, folder.path()).finish()
}

#[test]
#[cfg(target_os = "linux")]
fn exit_code_is_that_of_the_stage_that_failed() {
    let rows = [
        ("ocr-stream --server http://127.0.0.1:9 --task x | ocr-detect | ocr-act", 69),
        ("ocr-stream --server nonsense --task x | ocr-detect | ocr-review | ocr-act", 2),
        ("ocr-stream --no-such-flag | ocr-detect | ocr-act", 2),
        ("ocr-stream --spawn --opencode no-such-program --task x | ocr-detect | ocr-act", 1),
        ("ocr-stream --import broken.json | ocr-detect | ocr-act", 65),
        ("ocr-stream --server http://127.0.0.1:9 --task x | ocr-detect | ocr-act --act-on-all", 69),
        (
            "ocr-stream --server http://127.0.0.1:9 --task x | ocr-detect | ocr-review --reviewer-url http://127.0.0.1:9/v1 --reviewer-key-file no-such-file | ocr-act",
            77,
        ),
        ("ocr-stream --replay - < /dev/null | ocr-detect --no-such-flag | ocr-act", 2),
    ];
    for (line, code) in rows {
        let done = run(line);
        assert_eq!(done.code(), Some(code), "{line}: {}", done.stderr);
        assert!(done.of("ocr.act.result").is_empty(), "{line}: {:?}", done.lines);
        assert!(
            !done.stderr.contains("ocr-act: ") && !done.stderr.contains("nothing is done"),
            "{line}: {}",
            done.stderr
        );
    }
}

#[test]
#[cfg(target_os = "linux")]
fn failed_stage_says_it_in_one_line() {
    let done = run("ocr-stream --server http://127.0.0.1:9 --task x | ocr-detect");
    let closed = &done.json()[0]["properties"];
    assert_eq!((done.lines.len(), &closed["reason"], &closed["exitCode"]), (1, &"serverGone".into(), &69.into()));
    // Other readers expect lines of a session, and nothing else.
    for reader in ["| cat", "> lines; cat lines"] {
        let done = run(&format!("ocr-stream --server http://127.0.0.1:9 --task x {reader}"));
        assert!(done.lines.is_empty(), "{reader}: {:?}", done.lines);
    }
}

#[test]
fn nothing_that_comes_in_is_said() {
    for line in ["ocr-act < /dev/null", "ocr-act --act-on-all < /dev/null"] {
        let done = run(line);
        assert_eq!((done.code(), done.lines.len()), (Some(3), 0), "{}", done.stderr);
        assert!(done.stderr.starts_with("ocr-act: the input has no session"), "{}", done.stderr);
        assert_eq!(done.stderr.lines().count(), 1, "{}", done.stderr);
    }
}
