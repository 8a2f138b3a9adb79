//! Connections that are cut, stalled, delayed, duplicated and corrupted: nothing is lost, and nothing is emitted twice.

use crate::support::{Clock, Faults, Proxy, Recorded, Ways, measured, names, nothing_left, recording};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How many runs there are, each with its own seed.
const RUNS: u64 = 220;
/// How many of them must meet a fault; a short recording may end before its fault.
const MET: usize = 200;
/// How many run in parallel: most of the time they wait.
const SIDE_BY_SIDE: usize = 12;
/// The most faults of one run.
const FAULTS: u64 = 6;
/// Far longer than a run takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);
const PASSWORD: &str = "open sesame";

/// What is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Watched {
    Session,
    FromStart,
    Directory,
    All,
}

/// How a run goes, by its seed.
#[derive(Debug, Clone, Copy)]
struct Run {
    seed: u64,
    watched: Watched,
    ways: Ways,
}

impl Run {
    fn of(seed: u64, password: Option<&'static str>) -> Self {
        let watched = match seed % 8 {
            5 => Watched::Directory,
            6 => Watched::All,
            1 | 4 => Watched::FromStart,
            _ => Watched::Session,
        };
        let ids = match seed % 3 {
            0 => Clock::GoesOn,
            1 => Clock::StepsBack,
            _ => Clock::Wraps,
        };
        let ways = Ways { ids, password, log_fails: None };
        Self { seed, watched, ways }
    }

    /// Whether it ends when the session is idle; otherwise it is ended by a signal.
    fn ends_at_rest(self) -> bool {
        matches!(self.watched, Watched::Session | Watched::FromStart)
    }
}

/// The recordings of sessions that become idle.
fn idle_recordings() -> Vec<String> {
    let rests = |text: &String| {
        let mut events = text.lines().filter(|line| !line.contains("\"ocr."));
        events.any(|line| line.contains("\"type\":\"session.idle\""))
    };
    names().iter().map(|name| recording(name)).filter(rests).collect()
}

/// What a run wrote.
#[derive(Default)]
struct Output {
    lines: Vec<Value>,
    ids: HashSet<String>,
    gaps: usize,
}

impl Output {
    fn take(&mut self, line: &str) -> Result<(), String> {
        let line: Value = serde_json::from_str(line).map_err(|torn| format!("a line is torn: {torn}"))?;
        if let Some(id) = line["id"].as_str()
            && !self.ids.insert(id.to_owned())
        {
            return Err(format!("{id} was emitted twice"));
        }
        self.gaps += usize::from(line["type"] == "ocr.stream.gap");
        self.lines.push(line);
        Ok(())
    }
}

/// Compares a run's output with the server's log. `Err`: what is wrong.
fn judge(server: &Recorded, run: Run, output: &Output, faults: Faults) -> Result<(), String> {
    let lines = &output.lines;
    let family = server.family();
    for session in &family {
        let log = server.log_of(session);
        let logged: HashSet<&String> = log.iter().collect();
        let id = |line: &Value| line["id"].as_str().map(str::to_owned);
        let ids: Vec<String> = lines.iter().filter_map(id).filter(|id| logged.contains(id)).collect();
        if ids != log {
            let (missing, emitted) = (log.iter().find(|id| !ids.contains(id)), ids.len());
            return Err(format!("{session}: {emitted} of {} events, missing {missing:?}", log.len()));
        }
    }
    let session = |line: &Value| line["properties"]["sessionID"].as_str().map(str::to_owned);
    if let Some(strange) = lines.iter().filter_map(session).find(|s| !family.contains(s)) {
        return Err(format!("{strange} is not watched"));
    }
    if !lines.iter().map(|line| line["ts"].as_i64()).is_sorted() {
        return Err("time goes back".to_owned());
    }
    // A stream that a signal ends during a gap reports the gap before its last line, as incomplete.
    let gaps = || lines.iter().enumerate().filter(|(_, line)| line["type"] == "ocr.stream.gap");
    let is_cut = |at: usize| !run.ends_at_rest() && at + 2 == lines.len();
    let incomplete: Vec<_> = gaps().filter(|(at, gap)| gap["properties"]["complete"] != true && !is_cut(*at)).collect();
    let gaps: Vec<_> = gaps().collect();
    if !incomplete.is_empty() || gaps.len() < faults.must_show.min(1) {
        return Err(format!("gaps {gaps:?} {incomplete:?}"));
    }
    let reason = if run.ends_at_rest() { "rest" } else { "interrupted" };
    let closed = lines.last().filter(|line| line["type"] == "ocr.stream.closed");
    let closed = closed.map(|line| &line["properties"]["reason"]);
    if closed.is_none_or(|closed| closed != reason) {
        return Err(format!("it ends with {closed:?}"));
    }
    Ok(())
}

/// Starts the stream; everything that it starts carries the marker.
fn start(run: Run, server: &Recorded, url: &str, mark: &str) -> Child {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("ocr-stream"));
    command
        .args(["--server", url, "--silence-timeout", "1", "--reconnect-timeout", "60"])
        .env_clear()
        .envs(measured())
        .env("OCR_TEST_MARK", mark)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    match run.watched {
        Watched::Session => command.args(["--session", server.session()]),
        Watched::FromStart => {
            server.begin();
            command.args(["--session", server.session(), "--from-start"])
        }
        Watched::Directory => &mut command,
        Watched::All => command.arg("--all"),
    };
    if let Some(password) = run.ways.password {
        command.env("OPENCODE_SERVER_PASSWORD", password);
    }
    command.spawn().expect("a program that starts")
}

fn go(run: Run, recording: &str) -> (Faults, Result<(), String>) {
    let server = Recorded::play_in(recording, run.ways);
    let faults = usize::try_from(1 + run.seed % FAULTS).expect("a small number");
    let proxy = Proxy::start_within(&server.url(), run.seed, faults, Some(server.events() / 2));
    let mark = format!("fault-run-{}-{}", std::process::id(), run.seed);
    let mut child = start(run, &server, &proxy.url(), &mark);
    let output = read(run, &server, &proxy, &mut child);
    let mut messages = String::new();
    let mut stderr = child.stderr.take().expect("standard error is piped");
    if output.is_err() {
        let _ = child.kill();
    }
    stderr.read_to_string(&mut messages).expect("messages are text");
    let status = child.wait().expect("it was started");
    nothing_left(&mark);
    let met = proxy.faults();
    let code = if run.ends_at_rest() { 0 } else { 143 };
    let outcome = output.and_then(|output| {
        if status.code() != Some(code) || !messages.is_empty() {
            return Err(format!("{status}: {messages}"));
        }
        judge(&server, run, &output, met)
    });
    (met, outcome)
}

/// Reads to the end. A stream that does not end with its session gets a signal once it has emitted everything.
fn read(run: Run, server: &Recorded, proxy: &Proxy, child: &mut Child) -> Result<Output, String> {
    let stdout = BufReader::new(child.stdout.take().expect("standard output is piped"));
    let mut awaited: HashSet<String> = server.family().iter().flat_map(|s| server.log_of(s)).collect();
    let (mut output, end, mut signaled) = (Output::default(), Instant::now() + PATIENCE, run.ends_at_rest());
    for line in stdout.lines() {
        let line = line.map_err(|e| e.to_string())?;
        output.take(&line)?;
        if Instant::now() > end {
            return Err(format!("no end; awaiting {awaited:?}"));
        }
        if let Some(id) = output.lines.last().and_then(|line| line["id"].as_str()) {
            awaited.remove(id);
        }
        if output.lines.len() == 1 && !run.ends_at_rest() {
            // It listens, so that everything from now on is its own.
            server.begin();
        }
        if !signaled && awaited.is_empty() && output.gaps >= proxy.faults().must_show.min(1) {
            signaled = true;
            let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
            kill_process(pid.expect("a process"), Signal::TERM).map_err(|e| e.to_string())?;
        }
    }
    Ok(output)
}

#[test]
fn every_event_once_in_order() {
    every_run_with(None);
}

#[test]
fn every_event_with_password() {
    every_run_with(Some(PASSWORD));
}

fn every_run_with(password: Option<&'static str>) {
    let recordings = idle_recordings();
    let next = AtomicU64::new(0);
    let outcomes = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= RUNS {
                        return;
                    }
                    let which = usize::try_from(seed).unwrap() % recordings.len();
                    let run = Run::of(seed, password);
                    let (met, outcome) = go(run, &recordings[which]);
                    outcomes.lock().unwrap().push((run, met, outcome));
                }
            });
        }
    });
    let outcomes = outcomes.into_inner().unwrap();
    let wrong: Vec<_> = outcomes.iter().filter(|(_, _, outcome)| outcome.is_err()).collect();
    assert!(wrong.is_empty(), "{} of {RUNS} runs: {wrong:#?}", wrong.len());
    let sum = |of: fn(&Faults) -> usize| outcomes.iter().map(|(_, met, _)| of(met)).sum::<usize>();
    let met = [
        sum(|f| f.cuts),
        sum(|f| f.stalls),
        sum(|f| f.corrupted),
        sum(|f| f.delays),
        sum(|f| f.duplicates),
        sum(|f| f.broken_answers),
    ];
    eprintln!("cuts, stalls, corrupted, delays, duplicates, broken answers: {met:?}");
    assert!(met.iter().all(|n| *n > 5), "too few faults of a kind: {met:?}");
    let hit = outcomes.iter().filter(|(_, met, _)| *met != Faults::default()).count();
    assert!(hit >= MET, "only {hit} runs met a fault");
}

/// Few file descriptors are an error that is said, at whatever point they run out, and never a panic.
#[test]
fn few_descriptors() {
    let folder = tempfile::tempdir().unwrap();
    let line = |kind: &str, properties: Value| {
        serde_json::json!({"ts": 1, "type": kind, "properties": properties}).to_string() + "\n"
    };
    let stop = serde_json::json!({"sessionID": "s", "finding": "f", "kind": "loop", "rule": "r", "grade": "stop",
        "state": "open", "summary": "s"});
    let opened = serde_json::json!({"sessionID": "s", "server": "http://127.0.0.1:9/", "replay": false});
    let input = line("ocr.stream.opened", opened) + &line("ocr.detect.finding", stop);
    std::fs::write(folder.path().join("in"), input).unwrap();
    for command in [
        "ocr-review --reviewer-url http://127.0.0.1:9/v1 --retry-pause 0.01",
        "ocr-act --notify http://127.0.0.1:9/ --confirm-timeout 1",
        "ocr-stream --server http://127.0.0.1:9",
    ] {
        for limit in 6..16 {
            let line = format!("ulimit -n {limit}; exec {command} < in > out");
            let finished = crate::support::shell(&line, folder.path()).finish();
            assert!(!finished.stderr.contains("panicked"), "{limit} {command}: {}", finished.stderr);
            assert_ne!(finished.code(), Some(101), "{limit} {command}");
        }
    }
}
