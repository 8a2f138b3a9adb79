//! A long stream and a slow reviewer.

use super::fake::Fake;
use super::lines::{deciding, looping, opened, rest, text, tick};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How many events pass while the reviewer works.
const EVENTS: usize = 500_000;
/// The maximum memory of the stage, in KiB.
#[cfg(target_os = "linux")]
const MEMORY: u64 = 64 * 1024;

#[test]
fn passes_half_a_million_events() {
    // It answers after the last line: if a line waited for the answer, the test would never end.
    let (fake, go) = Fake::gated("abort");
    let mut stage = Command::new(assert_cmd::cargo::cargo_bin("ocr-review"))
        .args(["--reviewer-url", &fake.url, "--reviewer-timeout", "600", "--deadline", "600"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let feeder = feed(stage.stdin.take().unwrap());
    let mut lines = BufReader::new(stage.stdout.take().unwrap()).split(b'\n').map(Result::unwrap);
    // The stream's and the reviewer's opening lines, the finding and its turn come first.
    let passed = lines.by_ref().take(4 + EVENTS);
    let ours = passed.filter(|line| memchr::memmem::find(line, b"\"ocr.review.").is_some()).count();
    assert_eq!(ours, 1, "every line, but no decision yet");
    let stdin = feeder.join().unwrap();
    #[cfg(target_os = "linux")]
    assert!(peak(stage.id()) < MEMORY, "{} KiB", peak(stage.id()));
    go.send(()).unwrap();
    let decision = String::from_utf8(lines.next().unwrap()).unwrap();
    assert!(decision.contains("\"ocr.review.decision\"") && decision.contains("\"abort\""), "{decision}");
    drop(stdin);
    assert!(lines.next().is_none());
    assert_eq!(stage.wait().unwrap().code(), Some(0));
}

/// Writes a finding and the events, and returns the input still open.
fn feed(mut stdin: ChildStdin) -> JoinHandle<ChildStdin> {
    std::thread::spawn(move || {
        stdin.write_all((opened("x") + &looping(2000, "warn", "open", 4)).as_bytes()).unwrap();
        let block: String = (0..1000).map(|n| text(3000 + n, &"on and on ".repeat(20))).collect();
        for _ in 0..EVENTS / 1000 {
            stdin.write_all(block.as_bytes()).unwrap();
        }
        stdin
    })
}

/// The peak memory of a process, in KiB.
#[cfg(target_os = "linux")]
fn peak(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// How long a line may take to pass.
const DELAY: Duration = Duration::from_millis(50);
/// How many lines are written at a time, and how often: half a million in 20 s. The last line of a burst is timed.
const BURST: usize = 250;
const PACE: Duration = Duration::from_millis(10);
/// How many measurements a busy machine gets.
const RUNS: usize = 4;

#[test]
fn slow_reviewer_delays_no_line() {
    // A busy machine delays every process, so a run in which `cat` was late as well does not count. One other run may be
    // late by chance, but not two.
    let mut late = Vec::new();
    for _ in 0..RUNS {
        let (ours, cats) = longest_delays();
        if ours < DELAY {
            return;
        }
        late.push((ours, cats));
        let ours_alone = late.iter().filter(|(_, cats)| *cats < DELAY).count();
        assert!(ours_alone < 2, "late twice while cat was not: {late:?}");
    }
    panic!("the machine is too busy to measure: {late:?}");
}

/// The longest delay of a timed line through the stage, with a slow reviewer and a full window of recent lines, and
/// through a `cat` beside it.
fn longest_delays() -> (Duration, Duration) {
    let folder = tempfile::tempdir().unwrap();
    // The first answer takes 20 s, as long as the events.
    let command = format!("mkdir {}/asked && sleep 20; {}", folder.path().display(), deciding("continue"));
    let mut stage = Command::new(assert_cmd::cargo::cargo_bin("ocr-review"))
        .args(["--reviewer-cmd", &command])
        .env("OCR_LOG", "off")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let sent: Arc<Mutex<Vec<Instant>>> = Arc::default();
    let arriving = arrivals(stage.stdout.take().unwrap(), Arc::clone(&sent));
    let mut beside = Beside::start();
    let stdin = paced(stage.stdin.take().unwrap(), &sent, &mut beside);
    let (longest, stdout) = arriving.join().unwrap();
    #[cfg(target_os = "linux")]
    assert!(peak(stage.id()) < MEMORY, "{} KiB", peak(stage.id()));
    drop(stdin);
    assert_eq!(stage.wait().unwrap().code(), Some(0));
    drop(stdout);
    (longest, beside.finish())
}

/// A `cat` that gets one line for each burst.
struct Beside {
    cat: Child,
    stdin: ChildStdin,
    sent: Sender<Instant>,
    longest: JoinHandle<Duration>,
}

impl Beside {
    fn start() -> Self {
        let mut cat = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(cat.stdout.take().unwrap()).lines();
        let (sent, begun) = mpsc::channel::<Instant>();
        let longest = std::thread::spawn(move || {
            let delays = lines.zip(begun).map(|(_, begun)| begun.elapsed());
            delays.max().unwrap_or_default()
        });
        let stdin = cat.stdin.take().unwrap();
        Self { cat, stdin, sent, longest }
    }

    fn write(&mut self) {
        self.sent.send(Instant::now()).unwrap();
        self.stdin.write_all(b"timed\n").unwrap();
    }

    fn finish(self) -> Duration {
        drop((self.stdin, self.sent));
        let mut cat = self.cat;
        cat.wait().unwrap();
        self.longest.join().unwrap()
    }
}

/// Writes a finding, then the events at their pace, recording when each timed line was written, then a rest.
fn paced(mut stdin: ChildStdin, sent: &Mutex<Vec<Instant>>, beside: &mut Beside) -> ChildStdin {
    let write = |stdin: &mut ChildStdin, lines: &str| stdin.write_all(lines.as_bytes()).unwrap();
    write(&mut stdin, &(opened("x") + &looping(2000, "warn", "open", 4)));
    let burst: String = (1..BURST).map(|_| text(3000, &"on and on ".repeat(20))).collect();
    let begun = Instant::now();
    for n in 0..EVENTS / BURST {
        let due = begun + PACE * u32::try_from(n).unwrap();
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let timed = burst.clone() + &text(4000, "timed");
        sent.lock().unwrap().push(Instant::now());
        write(&mut stdin, &timed);
        beside.write();
    }
    write(&mut stdin, &(rest(9000, "candidate", &[], 10) + &tick(9001)));
    stdin
}

/// Reads up to the decisions about the loop and the rest, and returns the longest delay of a timed line.
fn arrivals(stdout: ChildStdout, sent: Arc<Mutex<Vec<Instant>>>) -> JoinHandle<(Duration, BufReader<ChildStdout>)> {
    std::thread::spawn(move || {
        let (mut longest, mut timed, mut decided) = (Duration::ZERO, 0, 0);
        let mut stdout = BufReader::new(stdout);
        for line in (&mut stdout).split(b'\n').map(Result::unwrap) {
            if memchr::memmem::find(&line, b"\"timed\"").is_some() {
                longest = longest.max(sent.lock().unwrap()[timed].elapsed());
                timed += 1;
            } else if memchr::memmem::find(&line, b"\"ocr.review.decision\"").is_some() {
                decided += 1;
                if decided == 2 {
                    break;
                }
            }
        }
        assert_eq!((timed, decided), (EVENTS / BURST, 2));
        (longest, stdout)
    })
}
