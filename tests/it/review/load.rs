//! A long stream, and a reviewer that takes its time.

use super::fake::{Fake, answer};
use super::lines::{looping, opened, text};
use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{Mutex, mpsc};
use std::thread::JoinHandle;

/// How many events pass while the reviewer thinks.
const EVENTS: usize = 500_000;
/// The most memory that it may take, in KiB.
#[cfg(target_os = "linux")]
const MEMORY: u64 = 64 * 1024;

#[test]
fn half_a_million_events_pass_while_a_reviewer_thinks() {
    let (go, gone) = mpsc::channel::<()>();
    let gone = Mutex::new(gone);
    let fake = Fake::start(move |_, request, stream| {
        // It thinks until every line is through: if one waited for it, nothing would ever end.
        gone.lock().unwrap().recv().unwrap();
        answer(stream, &request.decide("abort"));
    });
    let mut stage = Command::new(assert_cmd::cargo::cargo_bin("ocr-review"))
        .args([
            "--reviewer-url",
            &fake.url,
            "--reviewer-timeout",
            "600",
            "--deadline",
            "600",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let feeder = feed(stage.stdin.take().unwrap());
    let mut lines = BufReader::new(stage.stdout.take().unwrap())
        .split(b'\n')
        .map(Result::unwrap);
    // What was opened, by whom it is reviewed, the finding and its turn come first.
    let passed = lines.by_ref().take(4 + EVENTS);
    let ours = passed
        .filter(|line| memchr::memmem::find(line, b"\"ocr.review.").is_some())
        .count();
    assert_eq!(ours, 1, "no decision, and still every line");
    let stdin = feeder.join().unwrap();
    #[cfg(target_os = "linux")]
    assert!(peak(stage.id()) < MEMORY, "{} KiB", peak(stage.id()));
    go.send(()).unwrap();
    let decision = String::from_utf8(lines.next().unwrap()).unwrap();
    assert!(
        decision.contains("\"ocr.review.decision\"") && decision.contains("\"abort\""),
        "{decision}"
    );
    drop(stdin);
    assert!(lines.next().is_none());
    assert_eq!(stage.wait().unwrap().code(), Some(0));
}

/// Writes a finding and then the events, and leaves the input open.
fn feed(mut stdin: ChildStdin) -> JoinHandle<ChildStdin> {
    std::thread::spawn(move || {
        stdin
            .write_all((opened("x") + &looping(2000, "warn", "open", 4)).as_bytes())
            .unwrap();
        let block: String = (0..1000)
            .map(|n| text(3000 + n, &"on and on ".repeat(20)))
            .collect();
        for _ in 0..EVENTS / 1000 {
            stdin.write_all(block.as_bytes()).unwrap();
        }
        stdin
    })
}

/// The most memory that a process ever had, in KiB.
#[cfg(target_os = "linux")]
fn peak(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
