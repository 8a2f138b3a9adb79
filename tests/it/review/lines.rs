//! Lines as `ocr-stream` and `ocr-detect` write them, and review stages to feed them to.

use crate::support::{measured, ocr};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// A command that reviews: it decides so, with the ticket of its question.
pub fn deciding(action: &str) -> String {
    let ticket = r#"sed -n 's/.*"ticket": "\([0-9a-f]*\)".*/\1/p' | tail -n 1"#;
    format!(r#"t=$({ticket}); echo "{{\"action\": \"{action}\", \"reason\": \"fine\", \"ticket\": \"$t\"}}""#)
}

/// How long a test waits for a line before it fails.
pub const LONG: Duration = Duration::from_secs(90);

pub fn opened(task: &str) -> String {
    ours(1000, "ocr.stream.opened", &json!({ "sessionID": "ses_1", "task": task, "replay": false }))
}

pub fn ours(ts: i64, kind: &str, properties: &Value) -> String {
    json!({ "ts": ts, "type": kind, "properties": properties }).to_string() + "\n"
}

pub fn tick(ts: i64) -> String {
    ours(ts, "ocr.stream.tick", &json!({}))
}

/// A text of the agent.
pub fn text(ts: i64, text: &str) -> String {
    let part = json!({ "id": format!("prt_{ts}"), "messageID": "msg_a", "type": "text", "text": text });
    let properties = json!({ "sessionID": "ses_1", "part": part });
    json!({ "ts": ts, "id": format!("evt_{ts}"), "type": "message.part.updated", "properties": properties }).to_string()
        + "\n"
}

pub fn busy(ts: i64) -> String {
    let properties = json!({ "sessionID": "ses_1", "status": { "type": "busy" } });
    json!({ "ts": ts, "id": format!("evt_{ts}"), "type": "session.status", "properties": properties }).to_string()
        + "\n"
}

/// A loop and its turn.
pub fn looping(ts: i64, grade: &str, state: &str, laps: u64) -> String {
    finding(ts, "loop", grade, state, laps) + &turn(ts, "finding", laps)
}

pub fn finding(ts: i64, kind: &str, grade: &str, state: &str, laps: u64) -> String {
    let finding = json!({
        "sessionID": "ses_1", "finding": format!("{kind}-1"), "kind": kind, "rule": "repeat", "grade": grade,
        "state": state, "summary": format!("the same call {laps} times"), "laps": laps,
        "last": { "ts": ts, "id": format!("evt_{ts}") },
        "evidence": [{ "id": format!("evt_{ts}"), "excerpt": "bash ls → nothing" }],
    });
    ours(ts, "ocr.detect.finding", &finding)
}

pub fn turn(ts: i64, why: &str, n: u64) -> String {
    let at = json!({ "ts": ts, "id": format!("evt_{ts}") });
    ours(ts, "ocr.detect.turn", &json!({ "sessionID": "ses_1", "turn": n, "why": why, "at": at }))
}

/// A rest and its turn.
pub fn rest(ts: i64, outcome: &str, contradictions: &[&str], n: u64) -> String {
    let done = json!({
        "sessionID": "ses_1", "outcome": outcome, "claim": "prose", "contradictions": contradictions, "evidence": [],
    });
    ours(ts, "ocr.detect.done", &done) + &turn(ts, "rest", n)
}

/// The decisions in an output.
pub fn decisions(output: &[u8]) -> Vec<Value> {
    let lines = output.split(|b| *b == b'\n').filter(|l| !l.is_empty());
    let parsed = lines.map(|line| serde_json::from_slice::<Value>(line).unwrap());
    parsed.filter(|line| line["type"] == "ocr.review.decision").map(|mut line| line["properties"].take()).collect()
}

/// A stage that writes only its own lines, with short pauses between retries.
pub fn command(args: &[&str]) -> assert_cmd::Command {
    let mut command = ocr("ocr-review");
    command.args(["--only", "--retry-pause", "0.01"]).args(args);
    command
}

/// Runs such a stage on `input`.
pub fn review(args: &[&str], input: &str) -> Output {
    command(args).write_stdin(input).output().unwrap()
}

/// A review stage that is fed line by line.
pub struct Live {
    pub child: Child,
    input: Option<ChildStdin>,
    output: Receiver<String>,
}

impl Live {
    pub fn start(args: &[&str]) -> Self {
        Self::start_with(args, &[])
    }

    pub fn start_with(args: &[&str], env: &[(&str, &str)]) -> Self {
        let mut child = Command::new(assert_cmd::cargo::cargo_bin("ocr-review"))
            .args(args)
            .env_clear()
            .envs(measured())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("OCR_LOG", "off")
            .envs(env.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (send, output) = channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        let input = child.stdin.take();
        Self { child, input, output }
    }

    pub fn write(&mut self, lines: &str) {
        self.input.as_mut().unwrap().write_all(lines.as_bytes()).unwrap();
    }

    pub fn end_input(&mut self) {
        self.input = None;
    }

    /// The input, to write to it from another thread.
    pub fn take_input(&mut self) -> ChildStdin {
        self.input.take().unwrap()
    }

    /// Closes the output.
    pub fn leave(&mut self) {
        self.output = channel().1;
    }

    pub fn line(&self) -> Value {
        let line = self.output.recv_timeout(LONG).expect("a line");
        serde_json::from_str(&line).unwrap()
    }

    /// The next line of this type. Skips all lines before it.
    pub fn next(&self, kind: &str) -> Value {
        loop {
            let line = self.line();
            if line["type"] == kind {
                return line;
            }
        }
    }

    /// The next decision.
    pub fn decision(&self) -> Value {
        self.next("ocr.review.decision")["properties"].take()
    }

    /// Ends the input, and returns the remaining decisions and the exit code.
    pub fn finish(mut self) -> (Vec<Value>, Option<i32>) {
        self.end_input();
        let mut left = Vec::new();
        while let Ok(line) = self.output.recv_timeout(LONG) {
            left.extend(decisions(line.as_bytes()));
        }
        (left, self.child.wait().unwrap().code())
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        // It is still running only if its test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
