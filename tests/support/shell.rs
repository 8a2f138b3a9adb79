//! A pipe as a user types it: real binaries, a real shell.

use super::{OpenCode, Project, measured};
use assert_cmd::cargo::cargo_bin;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How long a test waits for something: far more than anything takes on a busy machine.
const TIMEOUT: Duration = Duration::from_mins(2);

/// A finished command line.
#[derive(Debug)]
pub struct Finished {
    /// Its exit status.
    pub status: ExitStatus,
    /// The lines on standard output.
    pub lines: Vec<String>,
    /// Its standard error.
    pub stderr: String,
}

impl Finished {
    /// The exit code.
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// Every line as JSON.
    pub fn json(&self) -> Vec<Value> {
        let parse = |line: &String| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        self.lines.iter().map(parse).collect()
    }

    /// The lines of one type.
    pub fn of(&self, kind: &str) -> Vec<Value> {
        self.json().into_iter().filter(|line| line["type"] == kind).collect()
    }
}

/// A running command line.
pub struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
    lines: Vec<String>,
    stderr: std::thread::JoinHandle<String>,
}

/// Starts `line` with our binaries on the `PATH`, in a process group of its own.
///
/// # Panics
/// If there is no shell.
pub fn shell(line: &str, directory: &Path) -> Running {
    start(command(line, directory))
}

/// The same with this `OpenCode` on the `PATH`, in the project and with its home.
///
/// # Panics
/// If there is no shell.
pub fn live_shell(line: &str, opencode: &OpenCode, project: &Project) -> Running {
    live_shell_with(line, opencode, project, &[])
}

/// The same with further environment variables.
///
/// # Panics
/// If there is no shell.
pub fn live_shell_with(line: &str, opencode: &OpenCode, project: &Project, env: &[(&str, &str)]) -> Running {
    let mut command = command(line, project.dir());
    let bins = cargo_bin("ocr-run");
    let own = bins.parent().expect("a binary lies in a folder").to_owned();
    let path = opencode.path();
    let paths = std::iter::once(own).chain(std::env::split_paths(&path));
    command
        .env("PATH", std::env::join_paths(paths).expect("folders without a colon"))
        .envs(project.env())
        .envs(env.iter().copied());
    start(command)
}

fn command(line: &str, directory: &Path) -> Command {
    let bins = cargo_bin("ocr-run");
    let own = bins.parent().expect("a binary lies in a folder").to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(own).chain(std::env::split_paths(&path));
    let mut command = Command::new("sh");
    command
        .args(["-c", line])
        .current_dir(directory)
        .env_clear()
        .envs(measured())
        .env("PATH", std::env::join_paths(paths).expect("folders without a colon"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0);
    command
}

fn start(mut command: Command) -> Running {
    let mut child = command.spawn().expect("a shell");
    let mut stderr = child.stderr.take().expect("standard error is piped");
    let stdout = BufReader::new(child.stdout.take().expect("standard output is piped"));
    let stderr = std::thread::spawn(move || {
        let mut text = String::new();
        let _ = stderr.read_to_string(&mut text);
        text
    });
    Running { child, stdout, lines: Vec::new(), stderr }
}

impl Running {
    /// Reads until a line contains `text`, and returns that line.
    ///
    /// # Panics
    /// If the output ends first.
    pub fn wait_for(&mut self, text: &str) -> String {
        loop {
            let line = self.next_line().unwrap_or_else(|| panic!("no line has {text}: {:#?}", self.lines));
            if line.contains(text) {
                return line;
            }
        }
    }

    /// Reads this many lines, or fewer where the output ends.
    ///
    /// # Panics
    /// If the output is not UTF-8.
    pub fn pass(&mut self, lines: usize) {
        for _ in 0..lines {
            if self.next_line().is_none() {
                return;
            }
        }
    }

    fn next_line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.stdout.read_line(&mut line).expect("lines are UTF-8 here");
        if read == 0 {
            return None;
        }
        let line = line.trim_end_matches('\n').to_owned();
        self.lines.push(line.clone());
        Some(line)
    }

    /// Sends a signal to every process of the command line, as the terminal does on Ctrl-C.
    ///
    /// # Panics
    /// If there is no `kill`.
    pub fn signal(&self, name: &str) {
        let group = format!("-{}", self.child.id());
        kill(&[name, "--", &group]);
    }

    /// Sends a signal to the processes of the command line that run `binary`.
    ///
    /// # Panics
    /// If there are none, or no `pkill`.
    pub fn signal_stage(&self, name: &str, binary: &str) {
        let group = self.child.id().to_string();
        let status = Command::new("pkill").args([name, "-g", &group, "-f", &format!("(^|/){binary}( |$)")]).status();
        assert!(status.expect("pkill").success(), "no {binary} runs");
    }

    /// Sends a signal, `-KILL` for example, to a stage of the `ocr-run` that the shell has become.
    ///
    /// # Panics
    /// If there is no such stage, or no `pkill`.
    pub fn signal_stage_of_run(&self, name: &str, stage: &str) {
        assert!(self.may_signal_stage_of_run(name, stage), "no {stage} runs");
    }

    /// The same for one that may have ended; returns whether it had not.
    ///
    /// # Panics
    /// If there is no `pkill`.
    pub fn may_signal_stage_of_run(&self, name: &str, stage: &str) -> bool {
        let run = self.child.id().to_string();
        let status = Command::new("pkill").args([name, "-P", &run, "-f", &format!(" {stage}( |$)")]).status();
        status.expect("pkill").success()
    }

    /// Closes the output, waits for the end and returns the exit code.
    ///
    /// # Panics
    /// If it cannot be waited for.
    pub fn leave(mut self) -> Option<i32> {
        drop(self.stdout);
        self.child.wait().expect("it was started").code()
    }

    /// Waits for the end.
    ///
    /// # Panics
    /// If the output is not UTF-8.
    pub fn finish(mut self) -> Finished {
        while self.next_line().is_some() {}
        Finished {
            status: self.child.wait().expect("it was started"),
            lines: self.lines,
            stderr: self.stderr.join().expect("reading does not panic"),
        }
    }
}

fn kill(args: &[&str]) {
    let status = Command::new("kill").args(args).status().expect("kill");
    assert!(status.success());
}

/// Waits until nothing listens at `url`.
///
/// # Panics
/// If something still does after two minutes.
pub fn wait_until_gone(url: &str) {
    let address = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let end = Instant::now() + TIMEOUT;
    while TcpStream::connect(&address).is_ok() {
        assert!(Instant::now() < end, "a server still listens at {url}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The processes with `marker` in their command line or environment, as `pid command line`.
///
/// # Panics
/// If the system does not list its processes.
pub fn processes(marker: &str) -> Vec<String> {
    let own = std::process::id().to_string();
    if let Ok(folders) = std::fs::read_dir("/proc") {
        let found = folders.flatten().filter_map(|folder| {
            let pid = folder.file_name().into_string().ok()?;
            let has = |bytes: &[u8]| bytes.windows(marker.len()).any(|w| w == marker.as_bytes());
            let read = |what: &str| std::fs::read(folder.path().join(what)).unwrap_or_default();
            let line = read("cmdline");
            let bears = pid.parse::<u32>().is_ok() && (has(&line) || has(&read("environ")));
            (bears && pid != own).then(|| format!("{pid} {}", String::from_utf8_lossy(&line).replace('\0', " ").trim()))
        });
        return found.collect();
    }
    let listed = Command::new("ps").args(["-A", "-E", "-ww", "-o", "pid=,command="]).output();
    let text = listed.expect("ps").stdout;
    let text = String::from_utf8_lossy(&text);
    let found = text.lines().filter(|line| line.contains(marker) && !line.contains("ps -A"));
    found.map(|line| line.trim().to_owned()).collect()
}

/// Waits until no process has `marker` in its command line or environment.
///
/// # Panics
/// If one still does after two minutes.
pub fn nothing_left(marker: &str) {
    let end = Instant::now() + TIMEOUT;
    loop {
        let left = processes(marker);
        if left.is_empty() {
            return;
        }
        assert!(Instant::now() < end, "left behind: {left:#?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
