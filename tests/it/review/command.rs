//! A command as the reviewer.

use super::lines::{LONG, Live, decisions, opened, rest, text};
use crate::support::ocr;
use rustix::fs::{CWD, FileType, Mode, mknodat};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Output;
use tempfile::TempDir;

fn input() -> String {
    [
        opened("Fix the build"),
        text(1500, "I will."),
        rest(2000, "candidate", &["openTodos"], 1),
    ]
    .concat()
}

fn review(command: &str, args: &[&str]) -> Output {
    ocr("ocr-review")
        .args(["--only", "--retry-pause", "0.01", "--reviewer-cmd", command])
        .args(args)
        .write_stdin(input())
        .output()
        .unwrap()
}

#[test]
fn the_question_is_on_its_standard_input_and_the_answer_on_its_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let asked = folder.path().join("asked");
    let command = format!(
        r#"cat > {}; echo 'I think: {{"action": "Done", "reason": "fine"}}'"#,
        asked.display()
    );
    let decision = &decisions(&review(&command, &[]).stdout)[0];
    assert_eq!(
        (decision["action"].as_str(), decision["reason"].as_str()),
        (Some("done"), Some("fine"))
    );
    assert!(command.starts_with(decision["reviewer"].as_str().unwrap().trim_end_matches('…')));
    let question = fs::read_to_string(asked).unwrap();
    assert!(question.starts_with("You review the work"));
    assert!(
        question.contains("Fix the build") && question.contains("agent: I will."),
        "{question}"
    );
}

#[test]
fn a_command_that_ignores_its_input_may_still_answer() {
    let long = format!("echo '{}'", r#"{"action": "continue", "reason": "whatever"}"#);
    assert_eq!(decisions(&review(&long, &[]).stdout)[0]["action"], "continue");
}

#[test]
fn a_command_that_fails_is_tried_again_and_then_the_rules_decide() {
    let folder = tempfile::tempdir().unwrap();
    let count = folder.path().join("count");
    let command = format!(
        "echo x >> {}; echo broken pipe dream >&2; exit 3",
        count.display()
    );
    let decision = &decisions(&review(&command, &[]).stdout)[0];
    assert_eq!(
        (decision["degraded"].as_bool(), decision["retries"].as_u64()),
        (Some(true), Some(3))
    );
    assert!(
        decision["reason"].as_str().unwrap().contains("broken pipe dream"),
        "{decision}"
    );
    assert_eq!(fs::read_to_string(count).unwrap().lines().count(), 4);
}

#[test]
fn a_command_that_is_not_there_is_told_at_once() {
    let done = review("no-such-reviewer --now", &[]);
    let decision = &decisions(&done.stdout)[0];
    assert_eq!(
        (decision["degraded"].as_bool(), decision["retries"].as_u64()),
        (Some(true), Some(0))
    );
    let stderr = String::from_utf8(done.stderr).unwrap();
    assert!(stderr.contains("check --reviewer-cmd"), "{stderr}");
}

#[test]
fn a_command_with_an_endless_answer_is_given_up() {
    let done = review("yes", &["--reviewer-timeout", "0.3", "--deadline", "0.5"]);
    assert_eq!(decisions(&done.stdout)[0]["degraded"], true);
}

/// A named pipe: reading it ends when nobody holds its other end any more.
struct Witness {
    path: PathBuf,
    _folder: TempDir,
}

impl Witness {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("witness");
        mknodat(CWD, &path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
        Self {
            path,
            _folder: folder,
        }
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

/// Waits until nobody holds the pipe.
fn wait_for_the_end(mut held: File) {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || tell.send(held.read(&mut [0])));
    let read = told.recv_timeout(LONG).expect("nobody holds the pipe any more");
    assert_eq!(read.unwrap(), 0);
}

#[test]
fn a_command_whose_time_is_up_is_killed_with_its_children() {
    let witness = Witness::new();
    let command = witness.command();
    let stage =
        std::thread::spawn(move || review(&command, &["--reviewer-timeout", "100", "--deadline", "3"]));
    wait_for_the_end(witness.begun());
    let decision = &decisions(&stage.join().unwrap().stdout)[0];
    assert_eq!(
        (decision["degraded"].as_bool(), decision["action"].as_str()),
        (Some(true), Some("unsure"))
    );
}

#[test]
fn a_command_is_killed_with_its_children_when_the_reader_leaves() {
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
fn a_signal_ends_the_wait_for_an_answer_and_the_rules_decide() {
    let witness = Witness::new();
    let mut live = Live::start(&["--reviewer-cmd", &witness.command()]);
    live.write(&input());
    live.next("ocr.detect.turn");
    let held = witness.begun();
    let id = rustix::process::Pid::from_child(&live.child);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    let (left, code) = live.finish();
    wait_for_the_end(held);
    assert_eq!(
        (left.len(), left[0]["degraded"].as_bool(), code),
        (1, Some(true), Some(143))
    );
}

#[test]
fn what_a_command_leaves_running_in_the_background_goes_with_it() {
    let witness = Witness::new();
    let path = witness.path.display();
    let command = format!(
        r#"exec 3> {path}; sleep 1000 > /dev/null 2>&1 & echo '{{"action": "done", "reason": "fine"}}'"#
    );
    let stage = std::thread::spawn(move || review(&command, &[]));
    wait_for_the_end(witness.begun());
    assert_eq!(decisions(&stage.join().unwrap().stdout)[0]["action"], "done");
}

#[test]
fn a_command_that_leaves_a_child_with_its_output_is_answered_all_the_same() {
    for leaves in [
        "sleep 1000 &",
        // It leaves the group as well, and is found out after a moment.
        #[cfg(target_os = "linux")]
        "setsid sleep 15 &",
    ] {
        let command = format!(r#"{leaves} echo '{{"action": "done", "reason": "fine"}}'"#);
        let decision = &decisions(&review(&command, &["--deadline", "10"]).stdout)[0];
        assert_eq!(
            (decision["action"].as_str(), decision["degraded"].as_bool()),
            (Some("done"), Some(false)),
            "{leaves}"
        );
    }
}

#[test]
fn a_command_is_killed_with_its_children_when_a_write_fails() {
    // Whether the write or the watch notices first is a matter of luck: several times.
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
fn a_command_is_killed_with_its_children_at_a_second_signal() {
    let witness = Witness::new();
    let mut live = Live::start(&["--reviewer-cmd", &witness.command()]);
    live.write(&input());
    let held = witness.begun();
    let id = rustix::process::Pid::from_child(&live.child);
    // Two that come together may be one.
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
fn a_command_is_killed_with_its_children_when_the_input_does_not_end_after_a_signal() {
    let witness = Witness::new();
    let mut live = Live::start(&["--reviewer-cmd", &witness.command()]);
    live.write(&input());
    let held = witness.begun();
    let id = rustix::process::Pid::from_child(&live.child);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    wait_for_the_end(held);
    assert_eq!(live.child.wait().unwrap().code(), Some(143));
}
