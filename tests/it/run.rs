//! `ocr-run` without a server: the demo, the printed pipe, what it says when there is nothing to do.

use crate::support::ocr;
use predicates::prelude::*;

#[test]
fn ctl_11_the_demo_shows_the_loop_and_what_would_be_done() {
    let done = ocr("ocr-run").arg("--demo").output().unwrap();
    let told = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(0), "{told}");
    for says in [
        "cat missing.log",
        "FOUND",
        "(stop)",
        "REVIEW   abort (rules",
        "would abort (skipped): a replay",
        "RESULT   loop, exit code 10",
        "ocr-stream --replay=- --speed=2 | ocr-detect",
    ] {
        assert!(told.contains(says), "{says} is missing in:\n{told}");
    }
    let lines = String::from_utf8(done.stdout).unwrap();
    assert!(lines.lines().last().unwrap().contains("\"ocr.act.result\""));
    assert!(
        lines
            .lines()
            .all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok())
    );
}

#[test]
fn the_printed_pipe_is_what_a_shell_would_run() {
    ocr("ocr-run")
        .args(["--print", "--task", "Don't stop", "--worker-model", "p/m", "--working-dir", "/some where", "--reviewer-url", "http://x/v1", "--", "--port", "1"])
        .assert()
        .success()
        .stdout(
            "ocr-stream --spawn --follow --task='Don'\\''t stop' --worker-model=p/m --working-dir='/some where' -- --port 1 \
             | ocr-detect --max-iterations=10 --inactivity-timeout=30 | ocr-review --reviewer-url=http://x/v1 | ocr-act\n",
        );
}

#[test]
fn the_printed_pipe_of_a_running_server_names_it() {
    ocr("ocr-run")
        .args(["--print", "--server", "http://h:1", "--session", "ses_1", "--max-iterations", "3", "--inactivity-timeout", "5"])
        .assert()
        .success()
        .stdout("ocr-stream --follow --server=http://h:1 --session=ses_1 | ocr-detect --max-iterations=3 --inactivity-timeout=5 | ocr-review | ocr-act\n");
}

#[test]
fn what_the_hand_may_do_is_handed_on() {
    let print = |args: &[&str]| {
        let done = ocr("ocr-run")
            .args(["--print", "--task=- fix it"])
            .args(args)
            .output()
            .unwrap();
        String::from_utf8(done.stdout).unwrap()
    };
    assert!(print(&[]).starts_with("ocr-stream --spawn --follow --task='- fix it' | "));
    assert!(print(&[]).ends_with("| ocr-act\n"));
    let all = [
        "--rollback",
        "--confirm-timeout",
        "9",
        "--allow-insecure",
        "--on",
        "loop=steer",
        "--verify",
        "a b",
    ];
    let pipe = print(&all);
    let hand = "| ocr-act --allow-insecure --rollback --confirm-timeout=9 --on=loop=steer --verify='a b'\n";
    assert!(pipe.ends_with(hand), "{pipe}");
}

#[test]
fn nothing_to_do_is_said() {
    ocr("ocr-run")
        .assert()
        .code(2)
        .stderr(predicate::str::contains("--task"))
        .stdout("");
}

#[test]
fn what_keeps_the_source_from_beginning_is_the_exit_code() {
    let fails = |args: &[&str], code: i32, says: &str| {
        let done = ocr("ocr-run").args(args).output().unwrap();
        let told = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(code), "{told}");
        assert!(told.starts_with("ocr-stream: ") && told.contains(says), "{told}");
        assert_eq!(told.lines().count(), 1, "{told}");
    };
    fails(
        &["--headless", "--server", "http://127.0.0.1:1", "--task", "x"],
        69,
        "opencode serve",
    );
    // A task may begin like a flag.
    for task in ["--task=x", "--task=- fix the build", "--task=--fix"] {
        fails(&["--headless", task, "--opencode", "no-such"], 1, "npm install");
    }
}

#[test]
fn its_hidden_doors_are_not_for_people() {
    for args in [
        &["__stage"][..],
        &["__stage", "x", "ocr-detect"],
        &["__stage", "99", "ocr-detect"],
    ] {
        ocr("ocr-run").args(args).assert().code(2).stdout("");
    }
}
