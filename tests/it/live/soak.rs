//! Four sessions in parallel, run after run, each hit by a random fault: every recording is complete, every outcome is
//! explained, and nothing is left.
//!
//! By default each session has one run; `just soak` continues for two hours. `OCR_SOAK_SEED=17` begins with the
//! seventeenth run.

use super::faults::{emitted, log_of};
use crate::support::{
    Finished, OpenCode, Project, Provider, Proxy, Rng, Running, Script, Server, live_shell, nothing_left,
};
use serde_json::Value;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How many sessions run in parallel.
const SESSIONS: usize = 4;
/// A fault comes after this many lines at most.
const LINES: usize = 120;
/// For how many seconds a run is stopped at most, as on a computer that sleeps.
const NAP: usize = 45;
/// How large a recording may become on a full disk, in blocks of 512 bytes: too small for any run.
const FULL: usize = 16;

const STAGES: [&str; 5] = ["ocr-stream", "ocr-detect", "ocr-review", "ocr-act", "ocr-spool"];

/// What a session does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Work {
    /// It counts, and says that it has.
    Ends,
    /// It repeats a call for ever.
    Loops,
    /// Its model falls silent in the middle.
    Hangs,
    /// It says that it is done, and a check fails.
    FailsCheck,
}

/// What happens to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    Nothing,
    /// Connections are cut and answers damaged.
    Network,
    /// The server crashes and starts again.
    Crash,
    /// A stage is killed.
    Killed,
    /// The computer sleeps.
    Nap,
    /// The disk of the recording is full.
    FullDisk,
    /// A signal ends the run.
    Signal,
}

const WORKS: [Work; 4] = [Work::Ends, Work::Loops, Work::Hangs, Work::FailsCheck];
const FAULTS: [Fault; 7] =
    [Fault::Nothing, Fault::Network, Fault::Crash, Fault::Killed, Fault::Nap, Fault::FullDisk, Fault::Signal];

impl Work {
    fn script(self, rng: &mut Rng) -> Script {
        let (laps, pause) = (5 + rng.below(60), rng.below(3));
        let counts = format!(
            r#"{{"laps": {laps}, "turns": [{{"reasoning": "Next is {{lap}}.", "delay_ms": {},
                "calls": [{{"tool": "bash", "input": {{"command": "sleep {pause}; echo {{lap}} größer", "description": "Counts"}}}}]}}]}}"#,
            100 + rng.below(900)
        );
        let last = match self {
            Self::Ends => r#"{"text": "Counted."}"#,
            // It says so again whenever it is told that the check failed.
            Self::FailsCheck => r#"{"laps": 0, "turns": [{"text": "Counted."}]}"#,
            Self::Loops => {
                r#"{"laps": 0, "turns": [{"text": "Let me look.", "delay_ms": 300,
                    "calls": [{"tool": "bash", "input": {"command": "cat missing.log", "description": "Reads the log"}}]}]}"#
            }
            Self::Hangs => r#"{"text": "Hm", "hang": true}"#,
        };
        Script::parse(&format!(r#"{{"task": "Count.", "turns": [{counts}, {last}]}}"#)).unwrap()
    }

    /// The exit code where nothing interferes.
    const fn code(self) -> i32 {
        match self {
            Self::Ends => 0,
            Self::Loops => 10,
            Self::Hangs => 11,
            // It says so once more than it may.
            Self::FailsCheck => 12,
        }
    }

    const fn flags(self) -> &'static str {
        match self {
            Self::Hangs => "--stall-timeout 60 --inactivity-timeout 20 --limit stall.warn=30",
            Self::FailsCheck => "--verify false --max-iterations 2",
            Self::Ends | Self::Loops => "",
        }
    }
}

impl Fault {
    /// Whether the server is not the run's own.
    const fn is_attached(self) -> bool {
        matches!(self, Self::Network | Self::Crash | Self::FullDisk)
    }

    /// The exit codes that this run may end with.
    fn codes(self, work: Work, signal: i32) -> Vec<i32> {
        match self {
            Self::Nothing | Self::Network | Self::Nap | Self::FullDisk => vec![work.code()],
            // The session does not go on by itself, and nobody answered the task.
            Self::Crash => vec![work.code(), 3, 11, 13],
            Self::Killed => vec![work.code(), 3],
            Self::Signal => vec![work.code(), signal],
        }
    }
}

/// One run with everything that is chosen for it.
struct Run {
    seed: u64,
    work: Work,
    fault: Fault,
    stage: &'static str,
    signal: (&'static str, i32),
    lines: usize,
    nap: Duration,
}

impl Run {
    fn choose(seed: u64, rng: &mut Rng) -> Self {
        Self {
            seed,
            work: WORKS[rng.below(WORKS.len())],
            fault: FAULTS[rng.below(FAULTS.len())],
            stage: STAGES[rng.below(STAGES.len())],
            signal: [("-INT", 130), ("-TERM", 143), ("-HUP", 143)][rng.below(3)],
            // A run that has written nothing may not have begun.
            lines: 1 + rng.below(LINES),
            nap: Duration::from_secs(1 + rng.below(NAP) as u64),
        }
    }

    /// Runs it, and says what is wrong with what it left.
    fn play(&self, opencode: &OpenCode, rng: &mut Rng) -> Result<(), String> {
        let script = self.work.script(rng);
        let provider = Provider::start(script.clone());
        let project = Project::new(&script, &provider);
        let home = project.env()[0].1.clone();
        let mut server = self.fault.is_attached().then(|| Server::start(opencode, &project));
        let faults = if self.fault == Fault::Network { 1 + rng.below(5) } else { 0 };
        let proxy = server.as_ref().map(|server| Proxy::start_within(server.url(), self.seed, faults, Some(LINES)));
        let recording = project.dir().parent().unwrap().join("run.ndjson");
        let limit =
            if self.fault == Fault::FullDisk { format!("ulimit -f {FULL}; trap '' XFSZ; ") } else { String::new() };
        let at = proxy.as_ref().map_or(String::new(), |proxy| format!("--server {}", proxy.url()));
        let line = format!(
            "{limit}exec ocr-run --task Count. {at} {} --reconnect-timeout 600 --record '{}'",
            self.work.flags(),
            recording.display()
        );
        let mut run = live_shell(&line, opencode, &project);
        run.pass(self.lines);
        self.interfere(&run, server.as_mut(), opencode, &project);
        let done = run.finish();
        self.judge(&done, &std::fs::read_to_string(&recording).unwrap_or_default())?;
        if let Some(server) = &server {
            self.compare(&done, server)?;
        }
        drop((proxy, server));
        nothing_left(&home);
        Ok(())
    }

    fn interfere(&self, run: &Running, server: Option<&mut Server>, opencode: &OpenCode, project: &Project) {
        match self.fault {
            Fault::Nothing | Fault::Network | Fault::FullDisk => {}
            Fault::Crash => server.unwrap().crash_and_restart(opencode, project),
            Fault::Killed => {
                run.may_signal_stage_of_run("-KILL", self.stage);
            }
            // A child that was not waited for has its process group still.
            Fault::Signal => run.signal(self.signal.0),
            Fault::Nap => {
                run.signal("-STOP");
                std::thread::sleep(self.nap);
                run.signal("-CONT");
            }
        }
    }

    /// The exit code, what was said of it, and the recording.
    fn judge(&self, done: &Finished, recording: &str) -> Result<(), String> {
        let code = done.code().ok_or_else(|| format!("it was killed: {}", done.stderr))?;
        let allowed = self.fault.codes(self.work, self.signal.1);
        if !allowed.contains(&code) {
            return Err(format!("exit code {code}, not one of {allowed:?}: {}", done.stderr));
        }
        let explained = [format!("exit code {code}"), format!("exit {code}")];
        if done.stderr.contains("panicked") || !explained.iter().any(|text| done.stderr.contains(text)) {
            return Err(format!("exit code {code} is not explained: {}", done.stderr));
        }
        let lines: Vec<&str> = recording.lines().collect();
        let parsed: Result<Vec<Value>, _> = lines.iter().map(|line| serde_json::from_str(line)).collect();
        let parsed = parsed.map_err(|e| format!("the recording is damaged: {e}"))?;
        let result = parsed.last().filter(|line| line["type"] == "ocr.act.result");
        let result = result.ok_or_else(|| format!("no result ends the recording: {:?}", lines.last()))?;
        if result["properties"]["exitCode"] != code {
            return Err(format!("the recording says {}, the run {code}", result["properties"]["exitCode"]));
        }
        let is_whole = lines == done.lines;
        match (self.fault, done.stderr.contains("the recording is incomplete")) {
            (Fault::FullDisk, true) if !is_whole => Ok(()),
            (Fault::FullDisk, told) => Err(format!("a full disk: whole {is_whole}, told {told}: {}", done.stderr)),
            _ if is_whole => Ok(()),
            // It is what writes both, and the result of its end is in the recording alone.
            (Fault::Killed, _) if self.stage == "ocr-spool" => Ok(()),
            _ => {
                let only = |these: &[&str], others: &[&str]| -> Vec<String> {
                    these.iter().filter(|line| !others.contains(line)).map(|line| (*line).to_owned()).collect()
                };
                let written: Vec<&str> = done.lines.iter().map(String::as_str).collect();
                let (recorded, passed) = (only(&lines, &written), only(&written, &lines));
                Err(format!("only in the recording: {recorded:?}; only written: {passed:?}: {}", done.stderr))
            }
        }
    }

    /// Every event of the server's log was emitted, where the session ended by itself.
    fn compare(&self, done: &Finished, server: &Server) -> Result<(), String> {
        let lines = done.json();
        let opened = done.of("ocr.stream.opened");
        let session = opened[0]["properties"]["sessionID"].as_str().ok_or("no session was opened")?;
        let log = log_of(server, session);
        let emitted = emitted(&lines, &log);
        let ended = self.work == Work::Ends && done.code() == Some(0);
        if ended && emitted != log {
            return Err(format!("emitted {} of {}", emitted.len(), log.len()));
        }
        Ok(())
    }
}

/// One run; a panic is a fault too.
fn soak(opencode: &OpenCode, seed: u64) -> (Run, Result<(), String>) {
    let mut rng = Rng::new(seed);
    let run = Run::choose(seed, &mut rng);
    let ended = catch_unwind(AssertUnwindSafe(|| run.play(opencode, &mut rng)));
    let ended = ended.unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().cloned();
        Err(said.or_else(|| panic.downcast_ref::<&str>().map(|said| (*said).to_owned())).unwrap_or_default())
    });
    (run, ended)
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn faults_of_every_kind_on_four_sessions() {
    let Some(opencode) = OpenCode::get() else { return };
    let end = Instant::now() + Duration::from_secs(number("OCR_SOAK_SECONDS").unwrap_or(0));
    let next = AtomicU64::new(number("OCR_SOAK_SEED").unwrap_or(0));
    let (wrong, met) = (Mutex::new(Vec::new()), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for _ in 0..SESSIONS {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    let (run, ended) = soak(&opencode, seed);
                    *met.lock().unwrap().entry((run.fault, run.work)).or_insert(0) += 1;
                    if let Err(what) = ended {
                        eprintln!("run {seed}, {:?} {:?} {}: {what}", run.work, run.fault, run.stage);
                        wrong.lock().unwrap().push((seed, run.work, run.fault, what));
                    }
                    if Instant::now() >= end {
                        return;
                    }
                }
            });
        }
    });
    let met = met.into_inner().unwrap();
    eprintln!("{} runs: {met:?}", met.values().sum::<u64>());
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} runs: {wrong:#?}", wrong.len());
}
