//! What every binary prints about itself, kept in `fixtures/help`. After a change of wording,
//! `OCR_ACCEPT=1 cargo test --test it snapshot` writes these files and those of `messages.rs`; read the diff.

use crate::support::{Snapshots, ocr};

const BINARIES: [&str; 6] = [
    "ocr-stream",
    "ocr-detect",
    "ocr-review",
    "ocr-act",
    "ocr-watch",
    "ocr-run",
];

/// What a binary prints with this flag, at a width that no terminal changes.
fn printed(binary: &str, flag: &str) -> String {
    let mut command = ocr(binary);
    // With a pipe in every place, clap takes the width from the environment.
    let output = command
        .arg(flag)
        .env("COLUMNS", "100")
        .write_stdin("")
        .output()
        .unwrap();
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
