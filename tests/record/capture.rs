//! One session, from its first event to its rest, through `ocr-stream` itself.

use crate::support::{Client, OpenCode, Project, Proxy, Script, Server, Teller, Told, Until};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The first argument that makes this program `ocr-stream`: so the recorder is never older than it.
pub const STREAM: &str = "ocr-stream";
/// How many minutes a scenario may take that says nothing else.
const MINUTES: u64 = 5;
/// The server's password, so that we may interfere.
const PASSWORD: &str = "recorded";
/// How long to wait before the server is asked again.
const LOOK: Duration = Duration::from_millis(200);

/// What has happened so far, as far as the end of the recording depends on it.
struct Progress {
    ends: Instant,
    heard: Instant,
    finished_calls: usize,
    compactions: usize,
    retries: usize,
    /// The permissions that nobody has given yet, and when each was asked for, as the lines say it.
    asked: Vec<(i64, String)>,
}

/// What was done to the session already.
#[derive(Default)]
struct Done {
    aborted: bool,
    told: usize,
    begun: bool,
    slept: bool,
    cut: bool,
    interrupted: bool,
}

/// A session that is recorded.
struct Scene<'a> {
    stream: &'a Child,
    project: &'a Project,
    script: &'a Script,
    proxy: Option<&'a Proxy>,
    /// The first line.
    opened: Value,
    done: Done,
}

/// Plays the scenario and returns the stream of its session.
pub fn capture(opencode: &OpenCode, project: &Project, script: &Script) -> std::io::Result<Vec<u8>> {
    let server = script.record.cut_after.map(|_| Server::with_password(opencode, project, PASSWORD));
    let proxy = server.as_ref().map(|server| Proxy::start(server.url(), 0, 0));
    let mut command = Command::new(std::env::current_exe()?);
    command.args([STREAM, "--worker-model", "fake/scripted", "--task", &script.task]);
    match &proxy {
        Some(proxy) => command.args(["--server", &proxy.url()]),
        None => command.arg("--spawn").arg("--opencode").arg(opencode.executable()),
    };
    let mut stream = command
        .arg("--working-dir")
        .arg(project.dir())
        .env_clear()
        .env("PATH", opencode.path())
        .envs(project.env())
        .env("OPENCODE_SERVER_PASSWORD", PASSWORD)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut lines = Vec::new();
    if let Some(stdout) = stream.stdout.take() {
        let proxy = proxy.as_ref();
        let scene = Scene { stream: &stream, project, script, proxy, opened: Value::Null, done: Done::default() };
        scene.follow(BufReader::new(stdout), &mut lines)?;
    }
    let status = stream.wait()?;
    eprintln!("{STREAM}: {status}");
    Ok(lines)
}

impl Scene<'_> {
    fn follow(mut self, mut stdout: impl BufRead, lines: &mut Vec<u8>) -> std::io::Result<()> {
        let limit = Duration::from_mins(self.script.record.minutes.unwrap_or(MINUTES));
        let mut progress = Progress {
            ends: Instant::now() + limit,
            heard: Instant::now(),
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
            self.interfere(&progress, &line);
            if let Some(seconds) = self.script.record.allow_after {
                for permission in progress.overdue(&line, seconds * 1000) {
                    self.allow(&permission);
                }
            }
            if progress.reached(self.script.record.until) && !std::mem::replace(&mut self.done.interrupted, true) {
                interrupt(self.stream);
            }
            if self.opened.is_null() {
                self.opened = line;
            }
        }
    }

    /// Does what the script wants done by now.
    fn interfere(&mut self, progress: &Progress, line: &Value) {
        let (record, calls) = (&self.script.record, progress.finished_calls);
        if record.abort && has_begun_to_print(line) && !std::mem::replace(&mut self.done.aborted, true) {
            self.client().abort(self.session());
        }
        if let Some(told) = &record.tell
            && self.done.told < told.times.unwrap_or(1)
            && calls >= told.calls * (self.done.told + 1)
            && (told.by != Teller::Driver || line["type"] == "session.idle")
        {
            self.done.told += 1;
            self.tell(told);
        }
        if let Some(task) = &record.background
            && calls >= task.calls
            && !std::mem::replace(&mut self.done.begun, true)
        {
            self.begin_below(&task.text);
        }
        if let Some(asleep) = record.asleep
            && calls >= asleep.calls
            && !std::mem::replace(&mut self.done.slept, true)
        {
            sleep(self.stream, Duration::from_secs(asleep.seconds));
        }
        if let (Some(after), Some(proxy)) = (record.cut_after, self.proxy)
            && calls >= after
            && !std::mem::replace(&mut self.done.cut, true)
        {
            proxy.shut();
            self.wait_for_rest();
            proxy.open();
        }
    }

    fn session(&self) -> &str {
        self.opened["properties"]["sessionID"].as_str().unwrap_or_default()
    }

    fn client(&self) -> Client {
        let server = self.opened["properties"]["server"].as_str().unwrap_or_default();
        Client::new(server, self.project.dir(), Some(PASSWORD))
    }

    /// Gives a permission once, as a person in another terminal does.
    fn allow(&self, permission: &str) {
        let answer = json!({"reply": "once"});
        let (status, said) = self.client().post(&format!("/permission/{permission}/reply"), &answer);
        assert_eq!(status, 200, "no permission given: {said}");
    }

    /// Tells the session something.
    fn tell(&self, told: &Told) {
        let mut part = json!({"type": "text", "text": told.text});
        if told.by != Teller::Driver {
            part["synthetic"] = json!(true);
        }
        if told.by == Teller::Act {
            part["metadata"] = json!({"ocr": "steer"});
        }
        let path = format!("/session/{}/prompt_async", self.session());
        let (status, said) = self.client().post(&path, &json!({"parts": [part]}));
        assert_eq!(status, 204, "not told: {said}");
    }

    /// Lets a subagent work that the session does not wait for.
    fn begin_below(&self, task: &str) {
        let client = self.client();
        let (status, child) = client.post("/session", &json!({"parentID": self.session(), "title": "Background"}));
        assert_eq!(status, 200, "no session: {child}");
        client.prompt(child["id"].as_str().unwrap_or_default(), task);
    }

    /// Waits until the session is at rest.
    fn wait_for_rest(&self) {
        let client = self.client();
        while !client.get("/session/status").1[self.session()].is_null() {
            std::thread::sleep(LOOK);
        }
    }
}

/// Stops the stream, and lets it go on.
fn sleep(stream: &Child, time: Duration) {
    signal(stream, Signal::STOP);
    std::thread::sleep(time);
    signal(stream, Signal::CONT);
}

/// What Ctrl-C does.
fn interrupt(stream: &Child) {
    signal(stream, Signal::INT);
}

fn signal(stream: &Child, signal: Signal) {
    if let Some(pid) = i32::try_from(stream.id()).ok().and_then(Pid::from_raw) {
        // It may have ended by itself.
        let _ = kill_process(pid, signal);
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
