//! One session, from its first event to its rest, through `ocr-stream` itself.

use crate::support::{Client, OpenCode, Project, Script, Until};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The first argument that makes this program `ocr-stream`: so the recorder is never older than it.
pub const STREAM: &str = "ocr-stream";
/// How many minutes a scenario may take that says nothing else.
const MINUTES: u64 = 5;

/// What has happened so far, as far as the end of the recording depends on it.
struct Progress {
    ends: Instant,
    heard: Instant,
    aborted: bool,
    told: bool,
    interrupted: bool,
    finished_calls: usize,
    compactions: usize,
    retries: usize,
    /// The permissions that nobody has given yet, and when each was asked for, as the lines say it.
    asked: Vec<(i64, String)>,
}

/// Plays the scenario and returns the stream of its session.
pub fn capture(opencode: &OpenCode, project: &Project, script: &Script) -> std::io::Result<Vec<u8>> {
    let mut stream = Command::new(std::env::current_exe()?)
        .args([STREAM, "--spawn", "--worker-model", "fake/scripted", "--task", &script.task])
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
    let limit = Duration::from_mins(script.record.minutes.unwrap_or(MINUTES));
    let mut progress = Progress {
        ends: Instant::now() + limit,
        heard: Instant::now(),
        aborted: false,
        told: false,
        interrupted: false,
        finished_calls: 0,
        compactions: 0,
        retries: 0,
        asked: Vec::new(),
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
        if let Some(told) = &script.record.tell
            && progress.finished_calls >= told.calls
            && !std::mem::replace(&mut progress.told, true)
        {
            tell(&opened, project, &told.text);
        }
        if let Some(seconds) = script.record.allow_after {
            for permission in progress.overdue(&line, seconds * 1000) {
                allow(&opened, project, &permission);
            }
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
    let session = opened["properties"]["sessionID"].as_str().unwrap_or_default();
    client(opened, project).abort(session);
}

/// Gives a permission once, as a person in another terminal does.
fn allow(opened: &Value, project: &Project, permission: &str) {
    let answer = json!({"reply": "once"});
    let (status, said) = client(opened, project).post(&format!("/permission/{permission}/reply"), &answer);
    assert_eq!(status, 200, "no permission given: {said}");
}

/// Tells the session something with the mark of `ocr-act`.
fn tell(opened: &Value, project: &Project, text: &str) {
    let session = opened["properties"]["sessionID"].as_str().unwrap_or_default();
    let part = json!({"type": "text", "text": text, "synthetic": true, "metadata": {"ocr": "steer"}});
    let (status, said) =
        client(opened, project).post(&format!("/session/{session}/prompt_async"), &json!({"parts": [part]}));
    assert_eq!(status, 204, "not told: {said}");
}

fn client(opened: &Value, project: &Project) -> Client {
    let server = opened["properties"]["server"].as_str().unwrap_or_default();
    Client::new(server, project.dir(), None)
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
            "permission.asked" => {
                let (ts, id) = (line["ts"].as_i64(), properties["id"].as_str());
                self.asked.extend(ts.zip(id.map(str::to_owned)));
            }
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

    /// The permissions that were asked for so many milliseconds before this line; they are forgotten here.
    fn overdue(&mut self, line: &Value, wait: i64) -> Vec<String> {
        let now = line["ts"].as_i64().unwrap_or_default();
        let late = self.asked.extract_if(.., |(asked, _)| now - *asked >= wait);
        late.map(|(_, permission)| permission).collect()
    }

    fn reached(&self, until: Until) -> bool {
        let enough = match until {
            Until::Rest => false,
            Until::Calls(calls) => self.finished_calls >= calls,
            Until::Compactions(compactions) => self.compactions >= compactions,
            Until::Retries(retries) => self.retries >= retries,
            Until::Silence(seconds) => self.heard.elapsed() >= Duration::from_secs(seconds),
        };
        enough || Instant::now() > self.ends
    }
}

fn has_begun_to_print(line: &Value) -> bool {
    let state = &line["properties"]["part"]["state"];
    state["status"] == "running" && state["metadata"]["output"].as_str().is_some_and(|o| !o.is_empty())
}
