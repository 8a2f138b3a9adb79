//! `ocr-run` without a server: the demo, `--print`, signals and errors.

#[cfg(target_os = "linux")]
use crate::support::{measured, nothing_left, processes};
use crate::support::{ocr, shell};
use predicates::prelude::*;
#[cfg(target_os = "linux")]
use std::io::{BufRead, BufReader};

#[test]
fn demo() {
    let done = ocr("ocr-run").arg("--demo").output().unwrap();
    let told = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(0), "{told}");
    for says in [
        "cat missing.log",
        "FOUND",
        "(stop)",
        "REVIEW   abort (rules",
        "(not done: this is a replay",
        "RESULT   loop, exit code 10",
        "ocr-stream --replay=- --speed=2 | ocr-detect",
    ] {
        assert!(told.contains(says), "{says} is missing in:\n{told}");
    }
    let lines = String::from_utf8(done.stdout).unwrap();
    assert!(lines.lines().last().unwrap().contains("\"ocr.act.result\""));
    assert!(lines.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));
}

/// As with any filter: who has read enough is not told of what no longer matters.
#[test]
fn demo_ends_quietly_with_its_reader() {
    let line = "{ ocr-run --demo; echo $? > code; } | head -n 1; cat code";
    let folder = tempfile::tempdir().unwrap();
    let done = shell(line, folder.path()).finish();
    assert!(done.lines.len() == 2 && done.lines[1] == "141", "{:?}", done.lines);
    for noise in ["killed", "panicked", "error", "In a live run", "RESULT", "ocr-run:"] {
        assert!(!done.stderr.contains(noise), "{}", done.stderr);
    }
}

#[test]
fn no_variable_makes_the_demo_act() {
    let mut command = ocr("ocr-run");
    command.args(["--demo", "--verify", "touch checked", "--notify-cmd", "touch sent"]);
    let folder = tempfile::tempdir().unwrap();
    command.current_dir(folder.path());
    for name in ["OCR_ACT_SERVER", "OCR_SERVER", "OCR_PIPE_KEY", "OCR_ALLOW_INSECURE"] {
        command.env(name, if name == "OCR_ALLOW_INSECURE" { "1" } else { "http://127.0.0.1:9" });
    }
    let done = command.output().unwrap();
    let lines = String::from_utf8(done.stdout).unwrap();
    assert!(lines.contains("not done: this is a replay") && !lines.contains("\"begun\""), "{lines}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn print_quotes_for_shell() {
    ocr("ocr-run")
        .args(["--print", "--task", "Don't stop", "--worker-model", "p/m", "--working-dir", "/some where", "--reviewer-url", "http://x/v1", "--", "--port", "1"])
        .assert()
        .success()
        .stdout(
            "ocr-stream --spawn --follow --task='Don'\\''t stop' --working-dir='/some where' --worker-model=p/m -- --port 1 \
             | ocr-detect | ocr-review --reviewer-url=http://x/v1 | ocr-act\n",
        );
}

#[test]
fn print_with_server() {
    ocr("ocr-run")
        .args(["--print", "--server", "http://h:1", "--session", "ses_1", "--max-iterations", "3", "--inactivity-timeout", "5", "--max-cost", "2.5", "--max-time=60"])
        .assert()
        .success()
        .stdout("ocr-stream --follow --server=http://h:1 --session=ses_1 | ocr-detect --inactivity-timeout=5 --max-iterations=3 --max-cost=2.5 --max-time=60 | ocr-review | ocr-act\n");
}

#[test]
fn passes_act_flags_on() {
    let print = |args: &[&str]| {
        let done = ocr("ocr-run").args(["--print", "--task=- fix it"]).args(args).output().unwrap();
        String::from_utf8(done.stdout).unwrap()
    };
    assert!(print(&[]).starts_with("ocr-stream --spawn --follow --task='- fix it' | "));
    assert!(print(&[]).ends_with("| ocr-act\n"));
    let all = ["--rollback", "--confirm-timeout", "9", "--allow-insecure", "--on", "loop=steer", "--verify", "a b"];
    let pipe = print(&all);
    let act = "| ocr-act --allow-insecure --rollback --confirm-timeout=9 --on=loop=steer --verify='a b'\n";
    assert!(pipe.ends_with(act), "{pipe}");
}

/// Every limit of a stage is one of the whole, and reaches that stage.
#[test]
fn limits_of_every_stage_are_handed_on() {
    let given = [
        ("ocr-stream", "--silence-timeout=20s"),
        ("ocr-stream", "--reconnect-timeout=1m"),
        ("ocr-detect", "--tool-timeout=5m"),
        ("ocr-detect", "--blocked-after=10s"),
        ("ocr-detect", "--limit=repeat.stop=6"),
        ("ocr-detect", "--disable=novelty"),
        ("ocr-detect", "--max-tokens=2M"),
        ("ocr-review", "--deadline=1m"),
        ("ocr-review", "--max-reviews=10"),
        ("ocr-review", "--max-input-tokens=8k"),
        ("ocr-act", "--max-steers=1"),
        ("ocr-act", "--verify-timeout=2h"),
    ];
    let done = ocr("ocr-run").args(["--print", "--task", "x"]).args(given.map(|(_, arg)| arg)).output().unwrap();
    let pipe = String::from_utf8(done.stdout).unwrap();
    for (stage, arg) in given {
        let part = pipe.split(" | ").find(|part| part.starts_with(stage)).unwrap();
        assert!(part.contains(arg), "{arg} is missing in {part}");
    }
}

#[test]
fn demo_is_not_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let done = ocr("ocr-run").arg("--demo").env("XDG_STATE_HOME", folder.path()).output().unwrap();
    assert_eq!(done.status.code(), Some(0));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    assert!(!String::from_utf8(done.stderr).unwrap().contains("recording: "));
}

/// As when `ocr-act` was killed: its lines end without a result, and `ocr-run` says why.
#[test]
fn spool_says_how_a_run_ended_whose_hand_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let opened = r#"{"ts":5,"type":"ocr.stream.opened","properties":{"sessionID":"ses_1"}}"#;
    let line = format!(
        "mkfifo life && printf '143 ocr-act was killed by signal 9' > ending
        echo '{opened}' | ocr-run __stage 9 ocr-spool 8 file recording 9<> life 8< ending"
    );
    let done = shell(&line, folder.path()).finish();
    let result = &done.of("ocr.act.result")[0]["properties"];
    assert_eq!((&result["outcome"], &result["exitCode"]), (&"interrupted".into(), &143.into()), "{done:?}");
    assert_eq!(result["reason"], "ocr-act was killed by signal 9");
    let recording = std::fs::read_to_string(folder.path().join("recording")).unwrap();
    assert_eq!(recording.lines().collect::<Vec<_>>(), done.lines);
}

/// A limit of the system stands for a disk that is full: what is written up to it stays, half a line or not.
#[test]
fn full_disk_leaves_whole_lines() {
    let folder = tempfile::tempdir().unwrap();
    let limited = "mkfifo life && ulimit -f 8 && trap '' XFSZ
        seq 100000 120000 | ocr-run __stage 9 ocr-spool 8 file recording 9<> life 8< /dev/null | tail -n 1 > last";
    let done = shell(limited, folder.path()).finish();
    assert!(done.stderr.contains("the recording is incomplete"), "{done:?}");
    let last = std::fs::read_to_string(folder.path().join("last")).unwrap();
    assert_eq!(last, "120000\n", "the run goes on");
    let recording = std::fs::read_to_string(folder.path().join("recording")).unwrap();
    assert!(recording.len() > 1000 && recording.lines().all(|line| line.len() == 6), "{recording}");
    assert!(recording.ends_with('\n'));
}

/// The result has a place even then, and so has the one that is added where `ocr-act` was killed.
#[test]
fn full_disk_leaves_the_result() {
    let folder = tempfile::tempdir().unwrap();
    let opened = r#"{"ts":5,"type":"ocr.stream.opened","properties":{"sessionID":"ses_1"}}"#;
    let result = r#"{"ts":6,"type":"ocr.act.result","properties":{"outcome":"loop","exitCode":10,"reason":"r"}}"#;
    for (last, code) in [(result, 10), ("", 3)] {
        std::fs::write(folder.path().join("end"), if last.is_empty() { String::new() } else { format!("{last}\n") })
            .unwrap();
        let limited = format!(
            "mkfifo life && ulimit -f 8 && trap '' XFSZ && printf '3 killed' > ending
            {{ echo '{opened}'; seq 100000 120000; cat end; }} | ocr-run __stage 9 ocr-spool 8 file recording 9<> life 8< ending | tail -n 1
            rm life"
        );
        let done = shell(&limited, folder.path()).finish();
        assert_eq!(done.stderr.matches("the recording is incomplete").count(), 1, "{done:?}");
        let recording = std::fs::read_to_string(folder.path().join("recording")).unwrap();
        let lines: Vec<&str> = recording.lines().collect();
        assert!(recording.len() > 3000 && recording.ends_with('\n'), "{recording}");
        assert_eq!((lines.first(), lines.last()), (Some(&opened), done.lines.last().map(String::as_str).as_ref()));
        let last: serde_json::Value = serde_json::from_str(lines.last().unwrap()).unwrap();
        assert_eq!(last["properties"]["exitCode"], code, "{last}");
        assert!(lines[1..lines.len() - 1].iter().all(|line| line.len() == 6), "{recording}");
    }
}

#[test]
fn lines_and_words_do_not_mix_in_one_log() {
    let folder = tempfile::tempdir().unwrap();
    let done = shell("ocr-run --demo > log 2>&1", folder.path()).finish();
    assert_eq!(done.code(), Some(0));
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(log.contains("RESULT   loop") && !log.contains("ocr.act.result"), "{log}");
}

#[test]
fn nothing_to_do() {
    ocr("ocr-run").assert().code(2).stderr(predicate::str::contains("--task")).stdout("");
}

#[test]
fn failed_source_sets_exit_code() {
    let fails = |args: &[&str], code: i32, says: &str| {
        let done = ocr("ocr-run").args(args).output().unwrap();
        let told = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(code), "{told}");
        assert!(told.starts_with("ocr-stream: ") && told.contains(says), "{told}");
        assert_eq!(told.lines().count(), 1, "{told}");
    };
    fails(&["--headless", "--server", "http://127.0.0.1:1", "--task", "x"], 69, "opencode serve");
    // A task may begin like a flag.
    for task in ["--task=x", "--task=- fix the build", "--task=--fix"] {
        fails(&["--headless", task, "--opencode", "no-such"], 1, "npm install");
    }
}

#[test]
fn hidden_arguments_are_internal() {
    for args in [&["__stage"][..], &["__stage", "x", "ocr-detect"], &["__stage", "99", "ocr-detect"]] {
        ocr("ocr-run").args(args).assert().code(2).stdout("");
    }
}

/// The stages of a run, stopped with SIGSTOP: they neither handle signals nor exit.
#[cfg(target_os = "linux")]
struct Stopped([rustix::process::Pid; 5]);

#[cfg(target_os = "linux")]
impl Stopped {
    /// Stops every stage of the demo with this mark in its environment, as soon as all of them run.
    fn all(mark: &str) -> Self {
        use rustix::process::{Pid, Signal, kill_process};
        let stage = |name: &str| {
            let running = processes(mark);
            let line = running.iter().find(|l| l.contains("__stage") && l.contains(name));
            line.and_then(|line| Pid::from_raw(line.split(' ').next()?.parse().ok()?))
        };
        let names = ["ocr-stream", "ocr-detect", "ocr-review", "ocr-act", "ocr-watch"];
        wait_until(|| names.iter().all(|name| stage(name).is_some()));
        let stages = names.map(|name| stage(name).unwrap());
        for pid in stages {
            kill_process(pid, Signal::STOP).unwrap();
        }
        wait_until(|| stages.iter().all(|pid| state(*pid, "State:").starts_with('T')));
        Self(stages)
    }

    /// Which of them have a pending SIGTERM.
    fn have_sigterm(&self) -> [bool; 5] {
        self.0.map(|pid| has_sigterm(pid, "ShdPnd:"))
    }
}

/// A field of a process's `/proc` status.
#[cfg(target_os = "linux")]
fn state(pid: rustix::process::Pid, name: &str) -> String {
    let status = std::fs::read_to_string(format!("/proc/{}/status", pid.as_raw_nonzero())).unwrap();
    let value = status.lines().find_map(|line| line.strip_prefix(name));
    value.unwrap().trim().to_owned()
}

/// Whether SIGTERM is in a signal set of a process.
#[cfg(target_os = "linux")]
fn has_sigterm(pid: rustix::process::Pid, set: &str) -> bool {
    u64::from_str_radix(&state(pid, set), 16).unwrap() & (1 << 14) != 0
}

#[cfg(target_os = "linux")]
impl Drop for Stopped {
    fn drop(&mut self) {
        for pid in self.0 {
            // It is gone, unless the test failed.
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        }
    }
}

#[cfg(target_os = "linux")]
fn wait_until(mut there: impl FnMut() -> bool) {
    let end = std::time::Instant::now() + std::time::Duration::from_mins(2);
    while !there() {
        assert!(std::time::Instant::now() < end, "timed out");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn forwards_signals() {
    let mark = format!("twice-{}", std::process::id());
    let mut run = std::process::Command::new(assert_cmd::cargo::cargo_bin("ocr-run"))
        .arg("--demo")
        .env_clear()
        .env("OCR_TEST_MARK", &mark)
        .envs(measured())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let whole = rustix::process::Pid::from_child(&run);
    let signal = |signal| rustix::process::kill_process(whole, signal).unwrap();
    let stages = Stopped::all(&mark);
    wait_until(|| has_sigterm(whole, "SigCgt:"));
    // SIGTERM first: where SIGINT is ignored, as in the background of a script, the stages inherit that.
    signal(rustix::process::Signal::TERM);
    wait_until(|| stages.have_sigterm()[3]);
    assert_eq!(stages.have_sigterm(), [true, false, true, true, false]);
    assert!(run.try_wait().unwrap().is_none(), "it did not wait for its stages");
    signal(rustix::process::Signal::INT);
    wait_until(|| run.try_wait().unwrap().is_some());
    assert_eq!(run.wait().unwrap().code(), Some(130));
    nothing_left(&mark);
}

/// A demo whose processes carry this mark in their environment.
#[cfg(target_os = "linux")]
fn marked_demo(mark: &str, args: &[&str], env: &[(&str, &str)]) -> std::process::Child {
    std::process::Command::new(assert_cmd::cargo::cargo_bin("ocr-run"))
        .arg("--demo")
        .args(args)
        .env_clear()
        .env("OCR_TEST_MARK", mark)
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs(env.iter().copied())
        .envs(measured())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap()
}

#[cfg(target_os = "linux")]
fn stages_of(mark: &str) -> Vec<String> {
    let mut running = processes(mark);
    running.retain(|line| line.contains("__stage"));
    running
}

#[cfg(target_os = "linux")]
#[test]
fn no_secret_in_arguments() {
    let mark = format!("secret-{}", std::process::id());
    let env = [
        ("OCR_REVIEWER_CMD", "true canary-review"),
        ("OCR_NOTIFY", "http://127.0.0.1:9/canary-notify"),
        ("OCR_NOTIFY_CMD", "true canary-notify"),
    ];
    for (args, env) in [(&[][..], &env[..]), (&["--notify", "http://127.0.0.1:9/canary-typed"], &[])] {
        let mut run = marked_demo(&mark, args, env);
        wait_until(|| stages_of(&mark).len() == 6);
        let told = stages_of(&mark).join("\n");
        assert!(!told.contains("canary"), "{told}");
        run.kill().unwrap();
        run.wait().unwrap();
        nothing_left(&mark);
    }
}

#[test]
fn help_prints_no_secret() {
    for binary in ["ocr-run", "ocr-act", "ocr-review"] {
        let names = ["OCR_REVIEWER_CMD", "OCR_REVIEWER_URL", "OCR_NOTIFY", "OCR_NOTIFY_CMD"];
        let done = ocr(binary).arg("--help").envs(names.map(|name| (name, "http://canary/"))).output().unwrap();
        let told = String::from_utf8(done.stdout).unwrap();
        assert!(told.contains("Usage") && !told.contains("canary"), "{binary}: {told}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_z_stops_the_whole_job() {
    use rustix::process::{Pid, Signal, kill_process};
    let mark = format!("stop-{}", std::process::id());
    let run = marked_demo(&mark, &[], &[]);
    wait_until(|| stages_of(&mark).len() == 6);
    let whole = Pid::from_child(&run);
    let mut all: Vec<Pid> =
        stages_of(&mark).iter().filter_map(|l| Pid::from_raw(l.split(' ').next()?.parse().ok()?)).collect();
    all.push(whole);
    wait_until(|| u64::from_str_radix(&state(whole, "SigCgt:"), 16).unwrap() & (1 << 19) != 0);
    kill_process(whole, Signal::TSTP).unwrap();
    wait_until(|| all.iter().all(|pid| state(*pid, "State:").starts_with('T')));
    kill_process(whole, Signal::CONT).unwrap();
    let done = run.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(0));
    assert!(String::from_utf8(done.stdout).unwrap().lines().last().unwrap().contains("ocr.act.result"));
}

#[cfg(target_os = "linux")]
#[test]
fn hangup_ends_it_like_a_signal() {
    use rustix::process::{Pid, Signal, kill_process};
    let mark = format!("hangup-{}", std::process::id());
    let mut run = marked_demo(&mark, &[], &[]);
    wait_until(|| stages_of(&mark).len() == 6);
    let whole = Pid::from_child(&run);
    wait_until(|| u64::from_str_radix(&state(whole, "SigCgt:"), 16).unwrap() & 1 != 0);
    let mut lines = BufReader::new(run.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.next().unwrap().contains("ocr.stream.opened"), "a run that has not begun has no result");
    kill_process(whole, Signal::HUP).unwrap();
    assert!(lines.last().unwrap().contains("ocr.act.result"));
    assert_eq!(run.wait().unwrap().code(), Some(143));
    nothing_left(&mark);
}

#[cfg(target_os = "linux")]
#[test]
fn silent_reviewer_does_not_hold_the_end() {
    use rustix::process::{Pid, Signal, kill_process};
    let mark = format!("silent-{}", std::process::id());
    let folder = tempfile::tempdir().unwrap();
    let asked = folder.path().join("asked");
    let reviewer = format!("echo > {}; sleep 600", asked.display());
    let run = marked_demo(&mark, &["--reviewer-cmd", &reviewer], &[]);
    wait_until(|| asked.exists());
    kill_process(Pid::from_child(&run), Signal::TERM).unwrap();
    let done = run.wait_with_output().unwrap();
    let lines = String::from_utf8(done.stdout).unwrap();
    assert!(lines.lines().last().unwrap().contains("ocr.act.result"), "there is no result");
    nothing_left(&mark);
}
