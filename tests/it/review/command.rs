//! Commands as reviewers.

use super::lines::{self, LONG, Live, deciding, decisions, opened, rest, text};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Output;
use tempfile::TempDir;

fn input() -> String {
    [opened("Fix the build"), text(1500, "I will."), rest(2000, "candidate", &["uncheckedChange"], 1)].concat()
}

fn review(command: &str, args: &[&str]) -> Output {
    lines::review(&[&["--reviewer-cmd", command], args].concat(), &input())
}

#[test]
fn pipes_question_and_answer() {
    let folder = tempfile::tempdir().unwrap();
    let asked = folder.path().join("asked");
    let command = format!("echo I think: $(tee {} | {{ {}; }})", asked.display(), deciding("Done"));
    let decision = &decisions(&review(&command, &[]).stdout)[0];
    assert_eq!((decision["action"].as_str(), decision["reason"].as_str()), (Some("done"), Some("fine")));
    let name = decision["reviewer"].as_str().unwrap();
    assert!(command.starts_with(name.trim_end_matches('…')), "{name}");
    let question = fs::read_to_string(asked).unwrap();
    assert!(question.starts_with("You review the work"));
    assert!(question.contains("Fix the build") && question.contains("agent: I will."), "{question}");
}

#[test]
fn ignored_question_is_no_answer() {
    let long = format!("echo '{}'", r#"{"action": "done", "reason": "whatever"}"#);
    let done = review(&long, &[]);
    let decision = &decisions(&done.stdout)[0];
    assert_eq!((decision["degraded"].as_bool(), decision["retries"].as_u64()), (Some(true), Some(1)));
    assert_eq!(decision["action"], "unsure", "the rules decide");
    let stderr = String::from_utf8(done.stderr).unwrap();
    assert!(stderr.contains("no decision with the ticket") && stderr.contains("asking once more"), "{stderr}");
}

#[test]
fn retries_failing_command() {
    let folder = tempfile::tempdir().unwrap();
    let count = folder.path().join("count");
    let command = format!("echo x >> {}; echo broken pipe dream >&2; exit 3", count.display());
    let decision = &decisions(&review(&command, &[]).stdout)[0];
    assert_eq!((decision["degraded"].as_bool(), decision["retries"].as_u64()), (Some(true), Some(3)));
    assert!(decision["reason"].as_str().unwrap().contains("broken pipe dream"), "{decision}");
    assert_eq!(fs::read_to_string(count).unwrap().lines().count(), 4);
}

#[test]
fn tells_why_command_failed() {
    let banner =
        "for n in 1 2 3 4 5 6 7 8 9; do echo 'session 1, model m, sandbox on, in a folder with a long name' >&2; done";
    for failing in [
        // What it is and was asked comes first, why it failed comes last.
        format!("{banner}; cat >&2; printf '\\033[91mError:\\033[0m the limit is reached\\n' >&2; exit 1"),
        // Some tell it on standard output.
        "echo 'Error: the limit is reached'; exit 1".to_owned(),
    ] {
        let reason = decisions(&review(&failing, &[]).stdout)[0]["reason"].as_str().unwrap().to_owned();
        assert!(reason.contains("Error: the limit is reached)"), "{failing}: {reason}");
    }
}

#[test]
fn tells_what_slow_command_said() {
    let slow = "echo 'retrying, attempt 3 of 10' >&2; sleep 1000";
    let done = review(slow, &["--reviewer-timeout", "0.5", "--deadline", "60"]);
    let decision = &decisions(&done.stdout)[0];
    let reason = decision["reason"].as_str().unwrap();
    assert!(reason.contains("gave no answer") && reason.contains("attempt 3 of 10"), "{reason}");
    assert_eq!(decision["retries"], 3);
}

#[test]
fn reports_missing_command() {
    let done = review("no-such-reviewer --now", &[]);
    let decision = &decisions(&done.stdout)[0];
    assert_eq!((decision["degraded"].as_bool(), decision["retries"].as_u64()), (Some(true), Some(0)));
    let stderr = String::from_utf8(done.stderr).unwrap();
    assert!(stderr.contains("check --reviewer-cmd"), "{stderr}");
}

#[test]
fn gives_up_endless_answer() {
    let done = review("yes", &["--reviewer-timeout", "0.3", "--deadline", "0.5"]);
    assert_eq!(decisions(&done.stdout)[0]["degraded"], true);
}

/// A named pipe. Reading it ends when no process holds its other end open.
struct Witness {
    path: PathBuf,
    _folder: TempDir,
}

impl Witness {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("witness");
        mknodat(CWD, &path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
        Self { path, _folder: folder }
    }

    /// A command that never answers, with a child and a grandchild that hold the pipe.
    fn command(&self) -> String {
        let path = Path::display(&self.path);
        format!("exec 3> {path}; sh -c 'sleep 1000 & sleep 1000' & sleep 1000")
    }

    /// Waits until the command has opened the pipe.
    fn begun(&self) -> File {
        File::open(&self.path).unwrap()
    }
}

/// Waits until no process holds the pipe open.
fn wait_for_the_end(mut held: File) {
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::spawn(move || send.send(held.read(&mut [0])));
    let read = receive.recv_timeout(LONG).expect("no process holds the pipe");
    assert_eq!(read.unwrap(), 0);
}

#[test]
fn kills_group_at_deadline() {
    let witness = Witness::new();
    let command = witness.command();
    let stage = std::thread::spawn(move || review(&command, &["--reviewer-timeout", "100", "--deadline", "3"]));
    wait_for_the_end(witness.begun());
    let decision = &decisions(&stage.join().unwrap().stdout)[0];
    assert_eq!((decision["degraded"].as_bool(), decision["action"].as_str()), (Some(true), Some("unsure")));
}

#[test]
fn kills_group_when_reader_leaves() {
    let witness = Witness::new();
    let mut stage = std::process::Command::new(assert_cmd::cargo::cargo_bin("ocr-review"))
        .args(["--reviewer-cmd", &witness.command()])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = stage.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, input().as_bytes()).unwrap();
    let held = witness.begun();
    drop(stage.stdout.take());
    wait_for_the_end(held);
    assert_eq!(stage.wait().unwrap().code(), Some(141));
}

#[test]
fn signal_ends_wait() {
    let witness = Witness::new();
    let mut live = Live::start(&["--reviewer-cmd", &witness.command()]);
    live.write(&input());
    live.next("ocr.detect.turn");
    let held = witness.begun();
    let id = rustix::process::Pid::from_child(&live.child);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    let (left, code) = live.finish();
    wait_for_the_end(held);
    assert_eq!((left.len(), left[0]["degraded"].as_bool(), code), (1, Some(true), Some(143)));
}

#[test]
fn kills_background_children() {
    let witness = Witness::new();
    let path = witness.path.display();
    let command = format!("exec 3> {path}; {{ sleep 1000 > /dev/null 2>&1 & }}; {}", deciding("done"));
    let stage = std::thread::spawn(move || review(&command, &[]));
    wait_for_the_end(witness.begun());
    assert_eq!(decisions(&stage.join().unwrap().stdout)[0]["action"], "done");
}

#[test]
fn ignores_open_output() {
    for leaves in [
        "sleep 1000 &",
        // It leaves the process group, too, so its output stays open.
        #[cfg(target_os = "linux")]
        "setsid sleep 15 &",
    ] {
        let command = format!("{leaves} {}", deciding("done"));
        let decision = &decisions(&review(&command, &["--deadline", "10"]).stdout)[0];
        assert_eq!(
            (decision["action"].as_str(), decision["degraded"].as_bool()),
            (Some("done"), Some(false)),
            "{leaves}"
        );
    }
}

#[test]
fn kills_group_when_write_fails() {
    // Which one notices first, the write or the hang-up watch, is random, so try several times.
    for _ in 0..10 {
        let witness = Witness::new();
        let mut live = Live::start(&["--reviewer-cmd", &witness.command()]);
        live.write(&input());
        let held = witness.begun();
        let mut stdin = live.take_input();
        let writing = std::thread::spawn(move || {
            let line = text(3000, "on and on");
            while std::io::Write::write_all(&mut stdin, line.as_bytes()).is_ok() {}
        });
        live.leave();
        wait_for_the_end(held);
        assert_eq!(live.child.wait().unwrap().code(), Some(141));
        writing.join().unwrap();
    }
}

#[test]
fn kills_group_at_second_signal() {
    let witness = Witness::new();
    let mut live = Live::start(&["--reviewer-cmd", &witness.command()]);
    live.write(&input());
    let held = witness.begun();
    let id = rustix::process::Pid::from_child(&live.child);
    // Two signals in a row may arrive as one.
    let ended = loop {
        if let Some(status) = live.child.try_wait().unwrap() {
            break status;
        }
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        std::thread::yield_now();
    };
    assert_eq!(ended.code(), Some(143));
    wait_for_the_end(held);
}

#[test]
fn kills_group_after_signal() {
    let witness = Witness::new();
    let mut live = Live::start(&["--reviewer-cmd", &witness.command()]);
    live.write(&input());
    let held = witness.begun();
    let id = rustix::process::Pid::from_child(&live.child);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    wait_for_the_end(held);
    assert_eq!(live.child.wait().unwrap().code(), Some(143));
}
