//! Snapshots of `--help` and `--schema`, in `fixtures/help`. `OCR_ACCEPT=1 cargo test --test it snapshot` writes
//! them and those of `messages.rs` anew; read the diff.

use crate::support::{Snapshots, ocr};

const BINARIES: [&str; 7] = ["ocr-stream", "ocr-detect", "ocr-review", "ocr-act", "ocr-watch", "ocr-report", "ocr-run"];

/// What a binary prints with this flag, at a fixed width.
fn printed(binary: &str, flag: &str) -> String {
    let mut command = ocr(binary);
    // clap takes the width from here if neither input nor output is a terminal.
    let output = command.arg(flag).env("COLUMNS", "100").write_stdin("").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{binary} {flag}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn snapshot_help() {
    let mut snapshots = Snapshots::in_folder("help");
    for binary in BINARIES {
        snapshots.check(&format!("{binary}.txt"), &printed(binary, "--help"));
    }
    snapshots.finish();
}

#[test]
fn snapshot_schemas() {
    let mut snapshots = Snapshots::in_folder("help");
    for binary in ["ocr-stream", "ocr-detect", "ocr-review", "ocr-act"] {
        let mut pretty = String::new();
        for line in printed(binary, "--schema").lines() {
            let schema: serde_json::Value = serde_json::from_str(line).unwrap();
            pretty += &serde_json::to_string_pretty(&schema).unwrap();
            pretty.push('\n');
        }
        snapshots.check(&format!("{binary}.schema.json"), &pretty);
    }
    snapshots.finish();
}

#[test]
fn run_prints_all_schemas() {
    let stages = ["ocr-stream", "ocr-detect", "ocr-review", "ocr-act"];
    let all: String = stages.iter().map(|stage| printed(stage, "--schema")).collect();
    assert_eq!(printed("ocr-run", "--schema"), all);
}

/// Someone who types -h sees it all at once.
#[test]
fn short_help_fits_a_screen() {
    const SCREEN: usize = 40;
    for binary in BINARIES {
        let short = printed(binary, "-h");
        assert!(short.lines().count() <= SCREEN, "{binary}: {}\n{short}", short.lines().count());
        assert!(short.lines().all(|line| line.chars().count() <= 100), "{binary}:\n{short}");
    }
}
