//! The programs in `examples/` work in a real pipe, and the README names them all.

use crate::support::{Finished, shell};
use std::fs;
use std::path::Path;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const README: &str = include_str!("../../README.md");

/// Runs a pipe with `examples/` and the recordings in reach, in a folder of its own.
fn pipe(line: &str) -> Finished {
    let folder = tempfile::tempdir().unwrap();
    let line = line.replace("examples/", &format!("{ROOT}/examples/"));
    let session = format!("'{ROOT}/fixtures/sessions/one-call-loop.ndjson'");
    let line = line.replace("SESSION", &session);
    shell(&line, folder.path()).finish()
}

/// Puts the detector between the stream and the action, on a session that runs the command it looks for.
fn assert_stops(detector: &str) {
    // No recording has such a command, so this one gets it.
    let done = pipe(&format!(
        "sed 's/cat missing.log/rm -rf build/' SESSION | ocr-stream --replay - | {detector} | ocr-act --only --quiet"
    ));
    assert_eq!(done.code(), Some(10), "{}", done.stderr);
    let first = &done.lines[0];
    assert!(first.contains("it wants to delete everything"), "{first}");
}

#[test]
fn python_detector_stops() {
    assert_stops("python3 examples/my-detector.py");
}

#[test]
fn jq_detector_stops() {
    assert_stops("jq -c --unbuffered -f examples/my-detector.jq");
}

#[test]
fn python_detector_passes_bytes() {
    let done = pipe("python3 examples/my-detector.py < SESSION | cmp - SESSION");
    assert_eq!(done.code(), Some(0), "{:?}", done.lines);
}

#[test]
fn notifies_of_stops_once() {
    let done = pipe(
        "ocr-detect < SESSION > judged && NOTIFY='cat >> notified' sh examples/notify.sh < judged | cmp - judged && cat notified",
    );
    assert_eq!(done.code(), Some(0), "{:?} {}", done.lines, done.stderr);
    assert_eq!(done.lines, ["the same call 5 times with the same result"]);
}

#[test]
fn readme_names_every_file() {
    for entry in fs::read_dir(Path::new(ROOT).join("examples")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(README.contains(&format!("examples/{name}")), "{name}");
    }
}
