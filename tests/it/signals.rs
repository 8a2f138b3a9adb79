//! A signal ends a filter soon, whether or not its input is ever closed, and loses nothing that came before.
#![cfg(target_os = "linux")]

use crate::support::measured;
use assert_cmd::cargo::cargo_bin;
use rustix::process::{Pid, Signal, kill_process};
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The most that a prompt end takes on a busy machine; a filter that waits for a live stream takes longer.
const SOON: Duration = Duration::from_secs(3);

const LINE: &str = r#"{"ts":1000,"id":"e","type":"session.idle","properties":{"sessionID":"ses_1"}}"#;

/// A filter that heeds signals by now, and whose input stays open.
fn started(program: &[&str], input: &str) -> Child {
    let mut command = Command::new(cargo_bin(program[0]));
    command.args(&program[1..]).env_clear().envs(measured());
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("a filter");
    child.stdin.as_mut().unwrap().write_all(input.as_bytes()).unwrap();
    let until = Instant::now() + Duration::from_mins(1);
    let heeds = |text: String| {
        let caught = text.lines().find_map(|line| line.strip_prefix("SigCgt:")).map(str::trim).unwrap_or_default();
        u64::from_str_radix(caught, 16).is_ok_and(|set| set & (1 << 14) != 0)
    };
    while !heeds(std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap()) {
        assert!(Instant::now() < until, "{program:?} never heeds a signal");
        std::thread::sleep(Duration::from_millis(5));
    }
    child
}

fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

/// What a filter still wrote, and how it ended.
fn rest(mut child: Child) -> (String, Option<i32>) {
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    (text, child.wait().unwrap().code())
}

const FILTERS: [&[&str]; 5] =
    [&["ocr-detect"], &["ocr-review"], &["ocr-act", "-q"], &["ocr-watch", "--story"], &["ocr-report", "-"]];

#[test]
fn silent_input_ends_soon() {
    for (number, code) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 143)] {
        for program in FILTERS {
            // The last line is not complete, and nobody will complete it.
            let mut child = started(program, &format!("{LINE}\n{{\"unfinished"));
            let input = child.stdin.take();
            let begun = Instant::now();
            signal(&child, number);
            let (text, ended) = rest(child);
            assert!(begun.elapsed() < SOON, "{program:?} took {:?}", begun.elapsed());
            assert_eq!(ended, Some(code), "{program:?}: {text}");
            let passes = program[0] != "ocr-report";
            assert!(!passes || (text.contains(LINE) && text.contains("{\"unfinished")), "{program:?}: {text}");
            drop(input);
        }
    }
}

#[test]
fn live_stream_says_how_it_ended() {
    let opened = r#"{"ts":1,"id":"o","type":"ocr.stream.opened","properties":{"sessionID":"ses_1","replay":false}}"#;
    let closed = r#"{"ts":2,"id":"c","type":"ocr.stream.closed","properties":{"sessionID":"ses_1","reason":"signal"}}"#;
    for program in &FILTERS[..4] {
        let mut child = started(program, &format!("{opened}\n"));
        signal(&child, Signal::TERM);
        std::thread::sleep(Duration::from_secs(1));
        let mut input = child.stdin.take().unwrap();
        writeln!(input, "{closed}").unwrap();
        drop(input);
        let (text, ended) = rest(child);
        assert!(text.contains(closed), "{program:?}: {text}");
        assert_eq!(ended, Some(143), "{program:?}: {text}");
    }
}
