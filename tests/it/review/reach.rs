//! A reviewer that is down: it is said at the start, costs one attempt, and delays nothing.

use super::lines::{command, decisions, looping, opened, rest};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::Stdio;

/// Three rests in a row, of which each is due for a review, and a loop.
fn input() -> String {
    let rests = (1..=3).map(|n| rest(2000 + n, "candidate", &["uncheckedChange"], n.unsigned_abs()));
    [opened("x"), looping(1500, "warn", "open", 4), rests.collect()].concat()
}

#[test]
fn unreachable_endpoint() {
    // Nobody listens where somebody did.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{address}/v1");
    let mut stage = command(&["--reviewer-url", &url, "--deadline", "10000"]);
    let done = stage.write_stdin(input()).output().unwrap();
    let told = String::from_utf8(done.stderr).unwrap();
    let first = told.lines().next().unwrap();
    assert!(first.contains(&format!("cannot connect to the reviewer at {address}")), "{told}");
    assert_eq!(told.matches("cannot reach the reviewer").count(), 1, "{told}");
    let decided = decisions(&done.stdout);
    assert!(decided.len() >= 2, "{decided:?}");
    for decision in &decided {
        assert_eq!((decision["degraded"].as_bool(), decision["retries"].as_u64()), (Some(true), Some(0)), "{decision}");
    }
    assert_eq!(done.status.code(), Some(69), "every line passed, and every decision is one of the rules");
}

#[test]
fn missing_command() {
    let mut stage = std::process::Command::new(assert_cmd::cargo::cargo_bin("ocr-review"))
        .args(["--reviewer-cmd", "no-such-reviewer --now"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The lines wait for the shell's word only for a moment, so they end after it.
    let mut told = String::new();
    BufReader::new(stage.stderr.take().unwrap()).read_line(&mut told).unwrap();
    assert!(told.contains("cannot find the reviewer's command no-such-reviewer"), "{told}");
    drop(stage.stdin.take());
    assert_eq!(stage.wait().unwrap().code(), Some(0), "it was never asked");
    let done = command(&["--reviewer-cmd", "no-such-reviewer"]).write_stdin(input()).output().unwrap();
    assert_eq!(done.status.code(), Some(69));
}
