//! The laws that every stage obeys: lines pass byte for byte and at once, and a reader that leaves is noticed.

use crate::support::ocr;
use assert_cmd::cargo::cargo_bin;
use std::io::{Read, Write};
use std::process::{Command, Stdio};

/// Every filter, with its arguments.
const STAGES: [&[&str]; 5] =
    [&["ocr-stream", "--replay", "-"], &["ocr-detect"], &["ocr-review"], &["ocr-act", "--quiet"], &["ocr-watch"]];

fn run(stage: &[&str], input: &[u8]) -> Vec<u8> {
    let done = ocr(stage[0]).args(&stage[1..]).env("OCR_LOG", "off").write_stdin(input).output().unwrap();
    done.stdout
}

/// The output without the lines that the stage added.
fn passed(output: &[u8]) -> Vec<u8> {
    let ours = |line: &[u8]| line.starts_with(b"{\"ts\":") && memchr::memmem::find(line, b",\"type\":\"ocr.").is_some();
    output.split_inclusive(|b| *b == b'\n').filter(|line| !ours(line)).flatten().copied().collect()
}

fn assert_verbatim(input: &[u8], what: &str) {
    for stage in STAGES {
        let mut passed = passed(&run(stage, input));
        // A last line without a newline gets one before an added line.
        if passed.len() == input.len() + 1 && !input.ends_with(b"\n") && passed.ends_with(b"\n") {
            passed.pop();
        }
        assert!(passed == input, "{stage:?} changed {what}: {} bytes became {}", input.len(), passed.len());
    }
}

#[test]
fn any_bytes_pass() {
    let deep = format!("{{\"type\":\"x\",\"properties\":{}{}}}\n", "[".repeat(10_000), "]".repeat(10_000));
    let event = "{\"type\":\"session.idle\",\"properties\":{\"sessionID\":\"s\"}}";
    let utf16: Vec<u8> = format!("\u{feff}{event}\r\n").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: [(&str, Vec<u8>); 13] = [
        ("nothing", Vec::new()),
        ("invalid UTF-8", b"\xff\xfe{\"type\":\"\xc3\"}\n{\"a\":\"\xed\xa0\x80\"}\n".to_vec()),
        ("no final newline", b"{\"type\":\"a\"}\n{\"type\":\"b\"}".to_vec()),
        ("blank lines", b"\n\n \n\t\n\n".to_vec()),
        ("CRLF", b"{\"type\":\"a\"}\r\n\r\n{\"type\":\"b\"}\r\n".to_vec()),
        ("a byte order mark", format!("\u{feff}{event}\n\u{feff}").into_bytes()),
        ("UTF-16", utf16),
        ("server-sent events", format!(": x\nid: 1\ndata: {event}\r\n\ndata:{event}\n\n").into_bytes()),
        ("envelopes", format!("{{\"directory\":\"/p\", \"payload\":{event}}}\n{{\"payload\":5}}").into_bytes()),
        ("a NUL", b"\0\n{\"type\":\"a\0b\"}\n\0".to_vec()),
        ("deep nesting", deep.into_bytes()),
        ("a huge number", format!("{{\"ts\":{},\"type\":\"a\"}}\n", "9".repeat(100_000)).into_bytes()),
        ("arrays and scalars", b"[]\n[1,\"ocr.\"]\nnull\n1e999\n\"ocr.act\"\n{\n}\n".to_vec()),
    ];
    for (what, input) in cases {
        assert_verbatim(&input, what);
    }
}

#[test]
fn line_of_100_mb_passes() {
    let mut line = br#"{"ts":1,"type":"message.part.updated","properties":{"sessionID":"s","part":{"id":"p","messageID":"m","type":"text","text":""#.to_vec();
    line.resize(100 * 1024 * 1024, b'x');
    line.extend_from_slice(b"\"}}}\n");
    assert_verbatim(&line, "a line of 100 MB");
}

#[test]
fn recordings_pass() {
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/sessions")).unwrap() {
        let path = entry.unwrap().path();
        let recording = std::fs::read(&path).unwrap();
        for stage in &STAGES[1..] {
            let output = run(stage, &recording);
            let mut rest = output.split_inclusive(|b| *b == b'\n');
            for line in recording.split_inclusive(|b| *b == b'\n') {
                assert!(rest.any(|out| out == line), "{stage:?} lost or moved a line of {}", path.display());
            }
        }
    }
}

#[test]
fn line_leaves_at_once() {
    let line = b"{\"ts\":1,\"type\":\"server.heartbeat\",\"properties\":{}}\n";
    for stage in STAGES {
        let mut child = Command::new(cargo_bin(stage[0]))
            .args(&stage[1..])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(line).unwrap();
        let mut out = vec![0; line.len()];
        // Hangs if the line is held back.
        child.stdout.as_mut().unwrap().read_exact(&mut out).unwrap();
        assert_eq!(out, line, "{stage:?}");
        drop(stdin);
        child.wait().unwrap();
    }
}

#[test]
fn closed_output_ends_stage() {
    for stage in STAGES {
        let mut child = Command::new(cargo_bin(stage[0]))
            .args(&stage[1..])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Standard input stays open, so only the closed output can end the stage.
        let stdin = child.stdin.take();
        drop(child.stdout.take());
        let done = child.wait().unwrap();
        let mut told = String::new();
        child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        assert_eq!((done.code(), told.as_str()), (Some(141), ""), "{stage:?}");
        drop(stdin);
    }
}

#[test]
fn full_disk() {
    if !std::path::Path::new("/dev/full").exists() {
        return;
    }
    for stage in STAGES {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut child = Command::new(cargo_bin(stage[0]))
            .args(&stage[1..])
            .stdin(Stdio::piped())
            .stdout(full)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(b"{\"type\":\"a\"}\n").unwrap();
        let done = child.wait_with_output().unwrap();
        let told = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(1), "{stage:?}");
        assert!(told.contains("disk is full"), "{stage:?}: {told}");
    }
}
