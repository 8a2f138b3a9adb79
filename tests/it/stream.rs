//! `ocr-stream` without a server: recordings, and what it says when it cannot begin.

use crate::support::{Proxy, Recorded, Ways, measured, ocr};
use predicates::prelude::*;
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

const LOOP: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/fixtures/sessions/one-call-loop.ndjson"
);

fn replayed(args: &[&str]) -> Vec<u8> {
    let done = ocr("ocr-stream")
        .args(["--replay", LOOP])
        .args(args)
        .output()
        .unwrap();
    assert!(done.status.success());
    done.stdout
}

#[test]
fn a_replay_differs_from_the_recording_in_one_word() {
    let recording = fs::read_to_string(LOOP).unwrap();
    let expected = recording.replacen("\"replay\":false", "\"replay\":true", 1);
    assert_eq!(String::from_utf8(replayed(&[])).unwrap(), expected);
}

#[test]
fn every_speed_gives_the_same_bytes() {
    let max = replayed(&[]);
    assert_eq!(replayed(&["--speed", "50"]), max);
    assert_eq!(replayed(&["--speed", "1000"]), max);
}

#[test]
fn a_recording_comes_from_standard_input_too() {
    let recording = fs::read(LOOP).unwrap();
    let done = ocr("ocr-stream")
        .args(["--replay", "-"])
        .write_stdin(recording)
        .output()
        .unwrap();
    assert_eq!(done.stdout, replayed(&[]));
}

#[test]
fn what_later_stages_added_is_left_out_unless_asked_for() {
    let full = ocr("ocr-detect")
        .write_stdin(fs::read(LOOP).unwrap())
        .output()
        .unwrap()
        .stdout;
    assert!(
        full.len() > fs::read(LOOP).unwrap().len(),
        "nothing was found in the loop"
    );
    let replay = |args: &[&str]| {
        ocr("ocr-stream")
            .args(["--replay", "-"])
            .args(args)
            .write_stdin(full.clone())
            .output()
            .unwrap()
            .stdout
    };
    assert_eq!(replay(&[]), replayed(&[]));
    assert_eq!(
        replay(&["--all-lines"]).len(),
        full.len() - 1,
        "only false became true"
    );
}

/// One line on standard error that says what to do, the right code, and nothing on standard output.
fn fails(args: &[&str], code: i32, says: &str) {
    let done = ocr("ocr-stream").args(args).output().unwrap();
    let told = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(code), "{args:?}: {told}");
    assert!(done.stdout.is_empty(), "{args:?}");
    assert_eq!(told.lines().count(), 1, "{args:?}: {told}");
    assert!(
        told.starts_with("ocr-stream: ") && told.contains(says),
        "{args:?}: {told}"
    );
}

#[test]
fn what_keeps_it_from_beginning_is_one_line_with_advice() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("nosuch").display().to_string();
    fails(&[], 2, "--spawn");
    fails(&["--spawn"], 2, "--task");
    fails(&["--replay", &nowhere], 1, "check the path");
    fails(
        &["--replay", &folder.path().display().to_string()],
        1,
        "directory",
    );
    fails(
        &["--server", "http://127.0.0.1:1", "--task", "x"],
        69,
        "opencode serve",
    );
    fails(
        &["--server", "nonsense", "--task", "x"],
        2,
        "http://127.0.0.1:4096",
    );
    fails(
        &["--server", "http://u:p@127.0.0.1:1"],
        2,
        "OPENCODE_SERVER_PASSWORD",
    );
    fails(
        &["--spawn", "--task", "x", "--opencode", "no-such-opencode"],
        1,
        "npm install -g opencode-ai",
    );
    fails(
        &["--spawn", "--task", "x", "--working-dir", &nowhere],
        1,
        "--working-dir",
    );
    fails(&["--spawn", "--task", " "], 2, "empty");
    fails(&["--spawn", "--task-file", &nowhere], 1, "check the path");
    fails(
        &["--spawn", "--task", "x", "--opencode", "false"],
        69,
        "run it by hand",
    );
}

#[test]
fn a_file_that_may_not_be_read_is_not_allowed() {
    use std::os::unix::fs::PermissionsExt;
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::set_permissions(file.path(), fs::Permissions::from_mode(0o000)).unwrap();
    if fs::File::open(file.path()).is_ok() {
        eprintln!("skipped: this user may read everything");
        return;
    }
    fails(
        &["--replay", &file.path().display().to_string()],
        77,
        "permission",
    );
}

#[test]
fn something_else_that_answers_is_no_opencode() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let page = wiremock::ResponseTemplate::new(200).set_body_raw("<html></html>", "text/html");
    let server = runtime.block_on(async {
        let server = wiremock::MockServer::start().await;
        wiremock::Mock::given(wiremock::matchers::any())
            .respond_with(page)
            .mount(&server)
            .await;
        server
    });
    fails(
        &["--server", &server.uri(), "--task", "x"],
        69,
        "not an OpenCode server",
    );
}

#[test]
fn the_keeper_is_not_for_people() {
    for args in [
        &["__keep-server"][..],
        &["__keep-server", "99", "x"],
        &["__keep-server", "a", "b", "c", "d", "e", "f", "g"],
        &["__guard-server"],
        &["__guard-server", "0", "mark"],
        &["__guard-server", "0", "mark", "nobody"],
        #[cfg(target_os = "linux")]
        &["__become-server", "nobody", "true"],
        #[cfg(target_os = "linux")]
        &["__become-server", "1"],
    ] {
        fails(args, 2, "");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_server_is_started_for_its_keeper_alone() {
    // Its keeper died before it began: nothing would end what it becomes, and nobody is there to be told.
    ocr("ocr-stream")
        .args(["__become-server", "1", "echo", "it", "runs"])
        .assert()
        .code(1)
        .stdout("");
    let keeper = std::process::id().to_string();
    fails(
        &["__become-server", &keeper, "no-such"],
        1,
        "cannot start no-such",
    );
}

#[test]
fn a_wrong_flag_is_a_usage_error() {
    ocr("ocr-stream")
        .arg("--wrong")
        .assert()
        .code(2)
        .stderr(predicate::str::contains("--wrong"));
    ocr("ocr-stream")
        .args(["--replay", LOOP, "--speed", "0"])
        .assert()
        .code(2);
    ocr("ocr-stream")
        .args(["--server", "http://127.0.0.1:9", "--session", ""])
        .assert()
        .code(2);
    for model in ["llama", "/llama", "ollama/", ""] {
        ocr("ocr-stream")
            .args(["--spawn", "--opencode", "no-such", "--task", "x"])
            .args(["--worker-model", model])
            .assert()
            .code(2)
            .stdout("")
            .stderr(predicate::str::contains("provider/model"));
    }
}

/// What a server tells whose log fails in this way.
fn with_a_log_that_fails(status: u16) -> Vec<Value> {
    let ways = Ways {
        log_fails: Some(status),
        ..Ways::default()
    };
    let server = Recorded::play_in(
        &fs::read_to_string(LOOP.replace("one-call-loop", "clean-completion")).unwrap(),
        ways,
    );
    let proxy = Proxy::start_within(&server.url(), 0, 1, Some(20));
    let done = ocr("ocr-stream")
        .args(["--server", &proxy.url(), "--session", server.session()])
        .args(["--silence-timeout", "1"])
        .output()
        .unwrap();
    assert_eq!(
        done.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let text = String::from_utf8(done.stdout).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines
        .filter(|line: &Value| line["type"] == "ocr.stream.gap")
        .collect()
}

#[test]
fn a_log_that_fails_is_a_gap_that_is_not_complete_and_no_lost_server() {
    for status in [400, 500] {
        let gaps = with_a_log_that_fails(status);
        assert!(!gaps.is_empty());
        assert!(
            gaps.iter().all(|gap| gap["properties"]["complete"] == false),
            "{gaps:?}"
        );
    }
}

/// What a stream without a session tells of a recording that is played while it watches, until it rests.
fn watched(arguments: &[&str], strange: &str) -> String {
    let recording = fs::read_to_string(LOOP.replace("one-call-loop", "clean-completion")).unwrap();
    let server = Recorded::play(&recording.replacen("session.status", strange, 1));
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("ocr-stream"))
        .args(["--server", &server.url()])
        .args(arguments)
        .env_clear()
        .envs(measured())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut awaited = server.log_of(server.session());
    let mut told = String::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if line.contains("ocr.stream.opened") {
            server.begin();
        }
        told += &line;
        told.push('\n');
        awaited.retain(|id| !line.contains(id.as_str()));
        if awaited.is_empty() {
            break;
        }
    }
    assert!(awaited.is_empty(), "{awaited:?} is missing");
    assert_eq!(child.wait().unwrap().code(), Some(141), "the reader left");
    assert!(!told.contains("ses_stranger"), "it was there before");
    told
}

#[test]
fn without_a_session_every_session_of_the_directory_is_told() {
    assert!(watched(&[], "session.status").contains("\"directory\":\"/project\""));
}

#[test]
fn with_all_those_of_every_directory_are_told_unwrapped() {
    let told = watched(&["--all"], "session.status");
    assert!(!told.contains("\"payload\""));
}

#[test]
fn an_event_that_nobody_knows_passes() {
    assert!(watched(&[], "session.dreams").contains("\"type\":\"session.dreams\""));
}
