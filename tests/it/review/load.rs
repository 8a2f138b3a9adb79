//! A long stream and a slow reviewer.

use super::fake::Fake;
use super::lines::{looping, opened, rest, text, tick};
use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, Command, Stdio};
use std::thread::JoinHandle;

/// How many events pass while the reviewer works.
const EVENTS: usize = 500_000;
/// The maximum memory of the stage, in KiB.
#[cfg(target_os = "linux")]
const MEMORY: u64 = 64 * 1024;

#[test]
fn passes_half_a_million_events() {
    // It answers after the last line: if a line waited for the answer, the test would never end.
    let (fake, go) = Fake::gated("abort");
    let mut stage = Command::new(assert_cmd::cargo::cargo_bin("ocr-review"))
        .args(["--reviewer-url", &fake.url, "--reviewer-timeout", "600", "--deadline", "600"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let feeder = feed(stage.stdin.take().unwrap());
    let mut lines = BufReader::new(stage.stdout.take().unwrap()).split(b'\n').map(Result::unwrap);
    // The stream's and the reviewer's opening lines, the finding and its turn come first.
    let passed = lines.by_ref().take(4 + EVENTS);
    let ours = passed.filter(|line| memchr::memmem::find(line, b"\"ocr.review.").is_some()).count();
    assert_eq!(ours, 1, "every line, but no decision yet");
    let stdin = feeder.join().unwrap();
    #[cfg(target_os = "linux")]
    assert!(peak(stage.id()) < MEMORY, "{} KiB", peak(stage.id()));
    go.send(()).unwrap();
    let decision = String::from_utf8(lines.next().unwrap()).unwrap();
    assert!(decision.contains("\"ocr.review.decision\"") && decision.contains("\"abort\""), "{decision}");
    drop(stdin);
    assert!(lines.next().is_none());
    assert_eq!(stage.wait().unwrap().code(), Some(0));
}

/// Writes a finding and the events, and returns the input still open.
fn feed(mut stdin: ChildStdin) -> JoinHandle<ChildStdin> {
    std::thread::spawn(move || {
        stdin.write_all((opened("x") + &looping(2000, "warn", "open", 4)).as_bytes()).unwrap();
        let block: String = (0..1000).map(|n| text(3000 + n, &"on and on ".repeat(20))).collect();
        for _ in 0..EVENTS / 1000 {
            stdin.write_all(block.as_bytes()).unwrap();
        }
        stdin
    })
}

/// The peak memory of a process, in KiB.
#[cfg(target_os = "linux")]
fn peak(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// How many lines are written at a time; the next ones are written only when the last one has come out.
const BURST: usize = 100;

#[test]
fn slow_reviewer_delays_no_line() {
    // It answers after the last line: a line that waited for it, or for more input, would end neither the burst nor
    // the test.
    let (fake, go) = Fake::gated("continue");
    let mut stage = Command::new(assert_cmd::cargo::cargo_bin("ocr-review"))
        .args(["--reviewer-url", &fake.url, "--reviewer-timeout", "600", "--deadline", "600"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = stage.stdin.take().unwrap();
    let mut write = |lines: &str| stdin.write_all(lines.as_bytes()).unwrap();
    let mut lines = BufReader::new(stage.stdout.take().unwrap()).split(b'\n').map(Result::unwrap);
    let mut has = |word: &str| lines.find(|line| memchr::memmem::find(line, word.as_bytes()).is_some()).is_some();
    write(&(opened("x") + &looping(2000, "warn", "open", 4)));
    let burst: String = (1..BURST).map(|_| text(3000, &"on and on ".repeat(20))).collect();
    for n in 0..EVENTS / BURST {
        write(&burst);
        write(&text(4000, &format!("burst {n}.")));
        assert!(has(&format!("burst {n}.")), "burst {n} came out");
    }
    write(&(rest(9000, "candidate", &[], 10) + &tick(9001)));
    assert!(has("\"ocr.detect.done\""), "the rest came out before any decision");
    for _ in 0..2 {
        go.send(()).unwrap();
        assert!(has("\"ocr.review.decision\""));
    }
    #[cfg(target_os = "linux")]
    assert!(peak(stage.id()) < MEMORY, "{} KiB", peak(stage.id()));
    drop(stdin);
    assert_eq!(stage.wait().unwrap().code(), Some(0));
}
