//! Standard error that is full, gone or stuck costs its words and nothing else; standard output that is full or gone
//! has its exit codes.
#![cfg(target_os = "linux")]

use crate::support::shell;
use std::path::Path;

const LOOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/sessions/ab-loop.ndjson");

/// The exit code of a command.
fn code(command: &str) -> Option<i32> {
    shell(command, Path::new(".")).finish().code()
}

/// Lines that end a run as a loop on a server that nobody serves.
const RUN: &str = r#"printf '%s\n' '{"ts":1000,"id":"o","type":"ocr.stream.opened","properties":{"sessionID":"s","server":"http://127.0.0.1:1/","directory":"/","replay":false}}' '{"ts":2000,"id":"c","type":"ocr.stream.closed","properties":{"sessionID":"s","reason":"serverGone","detail":"it left"}}'"#;

#[test]
fn outcome_stands_without_stderr() {
    for stderr in ["2>/dev/null", "2>/dev/full", "2>&-"] {
        let folder = tempfile::tempdir().unwrap();
        let command =
            format!("{RUN} | ocr-act --server http://127.0.0.1:9 --notify-cmd 'cat > told' >/dev/null {stderr}");
        assert_eq!(shell(&command, folder.path()).finish().code(), Some(69), "{stderr}");
        assert!(folder.path().join("told").metadata().is_ok_and(|told| told.len() > 0), "{stderr}");
    }
}

#[test]
fn outcome_stands_when_nobody_reads_stderr() {
    let folder = tempfile::tempdir().unwrap();
    let command = format!(
        "{{ {RUN} | ocr-act --server http://127.0.0.1:9 --log trace --notify-cmd 'cat > told' 2>&1 >/dev/null; echo $? > code; }} | true; cat code"
    );
    assert_eq!(shell(&command, folder.path()).finish().lines, ["69"]);
    assert!(folder.path().join("told").exists());
}

/// A pipe that is full, with a reader that never reads.
#[test]
fn outcome_stands_when_stderr_is_stuck() {
    let folder = tempfile::tempdir().unwrap();
    let command = format!(
        "mkfifo stuck; exec 9<>stuck; dd if=/dev/zero of=stuck bs=4096 oflag=nonblock 2>/dev/null; {RUN} | ocr-act --server http://127.0.0.1:9 --notify-cmd 'cat > told' >/dev/null 2>stuck; echo $?"
    );
    assert_eq!(shell(&command, folder.path()).finish().lines, ["69"]);
    assert!(folder.path().join("told").exists());
}

#[test]
fn demo_needs_no_stderr() {
    assert_eq!(code("ocr-run --demo >/dev/null 2>/dev/full"), Some(0));
    assert_eq!(code("ocr-run --demo >/dev/null 2>&-"), Some(0));
}

#[test]
fn errors_keep_their_codes() {
    for stderr in ["2>/dev/full", "2>&-"] {
        assert_eq!(code(&format!("ocr-detect --no-such-flag {stderr}")), Some(2));
        assert_eq!(code(&format!("ocr-stream --replay no-such-file {stderr}")), Some(1));
        assert_eq!(code(&format!("ocr-watch <{LOOP} >/dev/null {stderr}")), Some(0));
    }
}

#[test]
fn output_that_is_full_or_gone_has_its_code() {
    for command in ["ocr-detect --schema", "ocr-run --schema", "ocr-run --print --task x", "ocr-act --help"] {
        assert_eq!(code(&format!("{command} >/dev/full 2>/dev/null")), Some(1), "{command}");
        // The reader has left before anything is written.
        let folder = tempfile::tempdir().unwrap();
        let line = format!("mkfifo p; : <p & exec 3>p; wait; {command} >&3; echo $?");
        let gone = shell(&line, folder.path()).finish();
        assert_eq!(gone.lines, ["141"], "{command}: {}", gone.stderr);
    }
}

/// What a server that we start says, whole although it dies at once.
#[test]
fn server_is_repeated_without_secrets_and_commands() {
    let folder = tempfile::tempdir().unwrap();
    let key = format!("sk-{}-{}", "proj", "Ab12Cd34".repeat(5));
    let server = format!(
        "#!/bin/sh\nprintf 'boom {key} \\033[31m\\342\\200\\256red\\n::error::x\\n' >&2\necho \"$OPENCODE_SERVER_PASSWORD\" >&2\nprintf 'a ##[error]b\\nlast' >&2\nexit 3\n"
    );
    let program = folder.path().join("opencode");
    std::fs::write(&program, server).unwrap();
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    for password in ["", "OPENCODE_SERVER_PASSWORD=swordfish77 "] {
        let done =
            shell(&format!("{password}ocr-stream --spawn --opencode ./opencode --task x"), folder.path()).finish();
        assert_eq!(done.code(), Some(69), "{}", done.stderr);
        let told: Vec<&str> = done.stderr.lines().collect();
        assert!(told.len() == 6 && told[..5].iter().all(|line| line.starts_with("server: ")), "{}", done.stderr);
        assert!(told[5].contains("exited before it was ready"), "{}", done.stderr);
        assert_eq!(told[2..5], ["server: [masked]", "server: a #\\u{23}[error]b", "server: last"]);
        for bad in ["Ab12Cd34", "\u{1b}", "\u{202e}", "swordfish77"] {
            assert!(!done.stderr.contains(bad), "{}", done.stderr);
        }
    }
}
