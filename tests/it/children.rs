//! The commands that we run for a user: what they are told, and that they end with us.

use crate::support::{Running, ocr, shell};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Variables that hold what a command must not know.
const SECRETS: [(&str, &str); 5] = [
    ("REVIEWER_API_KEY", "canary-key"),
    ("OCR_WEBHOOK_SECRET", "whsec_Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5"),
    ("OCR_SECRET_PATTERN", "canary-pattern"),
    ("OPENCODE_SERVER_PASSWORD", "canary-password"),
    ("OPENCODE_SERVER_USERNAME", "canary-user"),
];

/// A finished run in `folder`, as lines.
fn run_in(folder: &Path) -> String {
    let opened = json!({"sessionID": "ses_1", "server": "http://127.0.0.1:9/", "directory": folder, "task": "Fix it.", "spawned": false, "replay": false});
    let done = json!({"sessionID": "ses_1", "outcome": "done", "claim": "none", "contradictions": [], "evidence": []});
    let turn = json!({"sessionID": "ses_1", "turn": 1, "why": "rest", "judged": "evt_1", "iteration": 1});
    let closed = json!({"sessionID": "ses_1", "reason": "rest", "detail": ""});
    let line = |ts: i64, kind: &str, properties: &Value| {
        json!({"ts": ts, "type": kind, "properties": properties}).to_string() + "\n"
    };
    [
        line(1000, "ocr.stream.opened", &opened),
        line(2000, "ocr.detect.done", &done),
        line(2000, "ocr.detect.turn", &turn),
        line(3000, "ocr.stream.closed", &closed),
    ]
    .concat()
}

#[test]
fn commands_get_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let input = run_in(folder.path());
    let told = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap_or_default();
    let writes = |name: &str| format!("env > {}", folder.path().join(name).display());
    let run = |binary: &str, args: &[&str]| {
        let mut command = ocr(binary);
        command.args(args).envs(SECRETS).env("HARMLESS", "known").write_stdin(input.as_str()).output().unwrap();
    };
    run(
        "ocr-act",
        &["--server", "http://127.0.0.1:9", "--verify", &writes("verify"), "--notify-cmd", &writes("notify")],
    );
    run("ocr-review", &["--reviewer-cmd", &writes("review"), "--deadline", "5"]);
    for name in ["verify", "notify", "review"] {
        let told = told(name);
        assert!(told.contains("HARMLESS=known"), "{name} did not run: {told}");
        for (variable, _) in SECRETS {
            assert!(!told.contains(variable), "{name} is told {variable}");
        }
    }
}

/// Starts this command line in `folder` and waits for the process id that its command writes.
fn begun(line: &str, folder: &Path) -> (Running, String) {
    std::fs::write(folder.join("run.ndjson"), run_in(folder)).unwrap();
    let run = shell(line, folder);
    let until = Instant::now() + Duration::from_mins(1);
    loop {
        if let Ok(pid) = std::fs::read_to_string(folder.join("pid"))
            && pid.ends_with('\n')
        {
            return (run, pid.trim().to_owned());
        }
        assert!(Instant::now() < until, "the command never began");
        std::thread::yield_now();
    }
}

/// Waits until a process is gone.
fn wait_until_over(pid: &str) {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let listed = Command::new("ps").args(["-o", "stat=", "-p", pid]).output().unwrap();
        let state = String::from_utf8(listed.stdout).unwrap();
        if state.trim().is_empty() || state.trim().starts_with('Z') {
            return;
        }
        assert!(Instant::now() < until, "process {pid} is left behind");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A command that has a child and would run for long.
const LONG: &str = "sleep 600 & echo $! > pid; wait; sleep 600";

#[test]
fn kill_9_leaves_no_command() {
    for line in [
        format!("exec ocr-act --server http://127.0.0.1:9 --verify '{LONG}' < run.ndjson"),
        format!("exec ocr-act --server http://127.0.0.1:9 --notify-cmd '{LONG}' < run.ndjson"),
        format!("exec ocr-review --reviewer-cmd '{LONG}' < run.ndjson"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (run, pid) = begun(&line, folder.path());
        run.signal("-KILL");
        wait_until_over(&pid);
        run.finish();
    }
}

/// A daemon: in a session of its own, and no child of the command any more.
#[cfg(target_os = "linux")]
const DAEMON: &str = "(setsid sh -c \"echo \\$\\$ > pid; exec sleep 600\" &) ; sleep 600";

#[test]
#[cfg(target_os = "linux")]
fn commands_leave_no_daemon() {
    let act = format!("exec ocr-act --server http://127.0.0.1:9 --verify '{DAEMON}' < run.ndjson");
    let review = format!("exec ocr-review --reviewer-cmd '{DAEMON}' < run.ndjson");
    for (line, signal) in [(&act, "-KILL"), (&act, "-TERM"), (&review, "-KILL")] {
        let folder = tempfile::tempdir().unwrap();
        let (run, pid) = begun(line, folder.path());
        run.signal(signal);
        wait_until_over(&pid);
        run.finish();
    }
}

#[test]
fn signal_during_notification_keeps_the_outcome() {
    let folder = tempfile::tempdir().unwrap();
    let (run, pid) =
        begun(&format!("exec ocr-act --server http://127.0.0.1:9 --notify-cmd '{LONG}' < run.ndjson"), folder.path());
    run.signal("-TERM");
    let ended = run.finish();
    assert_eq!(ended.code(), Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains("cannot notify --notify-cmd"), "{}", ended.stderr);
    wait_until_over(&pid);
}

#[test]
fn commands_may_wait_for_all_their_children() {
    let folder = tempfile::tempdir().unwrap();
    let waits = r#"exec perl -e "fork or exit 0; 1 while wait() != -1; exit 7""#;
    let mut command = ocr("ocr-act");
    command
        .args(["--server", "http://127.0.0.1:9", "--verify", waits, "--verify-timeout", "20"])
        .write_stdin(run_in(folder.path()));
    let told = String::from_utf8(command.output().unwrap().stdout).unwrap();
    assert!(told.contains("exit 7"), "{told}");
}
