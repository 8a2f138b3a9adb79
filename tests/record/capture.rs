//! One session, from its first event to its rest, through `ocr-stream` itself.

use crate::support::{Client, OpenCode, Project, Script, Until};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The first argument that makes this program `ocr-stream`: so the recorder is never older than it.
pub const STREAM: &str = "ocr-stream";
/// No scenario takes longer; one that does has a mistake in its script.
const LIMIT: Duration = Duration::from_mins(5);

/// What has happened so far, as far as the end of the recording depends on it.
struct Progress {
    begun: Instant,
    heard: Instant,
    aborted: bool,
    interrupted: bool,
    finished_calls: usize,
    compactions: usize,
    retries: usize,
}

/// Plays the scenario and returns the stream of its session.
pub fn capture(opencode: &OpenCode, project: &Project, script: &Script) -> std::io::Result<Vec<u8>> {
    let mut stream = Command::new(std::env::current_exe()?)
        .args([
            STREAM,
            "--spawn",
            "--worker-model",
            "fake/scripted",
            "--task",
            &script.task,
        ])
        .arg("--working-dir")
        .arg(project.dir())
        .arg("--opencode")
        .arg(opencode.executable())
        .env_clear()
        .env("PATH", opencode.path())
        .envs(project.env())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut lines = Vec::new();
    if let Some(stdout) = stream.stdout.take() {
        follow(&stream, BufReader::new(stdout), project, script, &mut lines)?;
    }
    let status = stream.wait()?;
    eprintln!("{STREAM}: {status}");
    Ok(lines)
}

fn follow(
    stream: &Child,
    mut stdout: impl BufRead,
    project: &Project,
    script: &Script,
    lines: &mut Vec<u8>,
) -> std::io::Result<()> {
    let mut opened = Value::Null;
    let mut progress = Progress {
        begun: Instant::now(),
        heard: Instant::now(),
        aborted: false,
        interrupted: false,
        finished_calls: 0,
        compactions: 0,
        retries: 0,
    };
    loop {
        let start = lines.len();
        if stdout.read_until(b'\n', lines)? == 0 {
            return Ok(());
        }
        let line: Value = serde_json::from_slice(&lines[start..])?;
        progress.note(&line);
        if script.record.abort && !progress.aborted && has_begun_to_print(&line) {
            progress.aborted = true;
            abort(&opened, project);
        }
        if progress.reached(script.record.until) && !progress.interrupted {
            progress.interrupted = true;
            interrupt(stream);
        }
        if opened.is_null() {
            opened = line;
        }
    }
}

/// Aborts the session from outside, as a person in another terminal does.
fn abort(opened: &Value, project: &Project) {
    let member = |name: &str| opened["properties"][name].as_str().unwrap_or_default();
    Client::new(member("server"), project.dir(), None).abort(member("sessionID"));
}

/// What Ctrl-C does.
fn interrupt(stream: &Child) {
    if let Some(pid) = i32::try_from(stream.id()).ok().and_then(Pid::from_raw) {
        // It may have ended by itself.
        let _ = kill_process(pid, Signal::INT);
    }
}

impl Progress {
    fn note(&mut self, line: &Value) {
        let properties = &line["properties"];
        let kind = line["type"].as_str().unwrap_or_default();
        if !matches!(kind, "ocr.stream.tick" | "server.heartbeat") {
            self.heard = Instant::now();
        }
        match kind {
            "session.status" => self.retries += usize::from(properties["status"]["type"] == "retry"),
            "session.compacted" => self.compactions += 1,
            "message.part.updated" => {
                let part = &properties["part"];
                let status = &part["state"]["status"];
                let ended = status == "completed" || status == "error";
                self.finished_calls += usize::from(part["type"] == "tool" && ended);
            }
            _ => {}
        }
    }

    fn reached(&self, until: Until) -> bool {
        let enough = match until {
            Until::Rest => false,
            Until::Calls(calls) => self.finished_calls >= calls,
            Until::Compactions(compactions) => self.compactions >= compactions,
            Until::Retries(retries) => self.retries >= retries,
            Until::Silence(seconds) => self.heard.elapsed() >= Duration::from_secs(seconds),
        };
        enough || self.begun.elapsed() > LIMIT
    }
}

fn has_begun_to_print(line: &Value) -> bool {
    let state = &line["properties"]["part"]["state"];
    state["status"] == "running"
        && state["metadata"]["output"]
            .as_str()
            .is_some_and(|o| !o.is_empty())
}
