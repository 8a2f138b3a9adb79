//! `ocr-stream` with recordings and recorded servers, and its errors at startup.

use crate::support::{Host, Proxy, Recorded, Ways, answer, measured, ocr, routes};
use predicates::prelude::*;
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

const LOOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/sessions/one-call-loop.ndjson");

fn replayed(args: &[&str]) -> Vec<u8> {
    let done = ocr("ocr-stream").args(["--replay", LOOP]).args(args).output().unwrap();
    assert!(done.status.success());
    done.stdout
}

#[test]
fn replay_changes_one_word() {
    let recording = fs::read_to_string(LOOP).unwrap();
    let expected = recording.replacen("\"replay\":false", "\"replay\":true", 1);
    assert_eq!(String::from_utf8(replayed(&[])).unwrap(), expected);
}

#[test]
fn speed_changes_no_bytes() {
    let max = replayed(&[]);
    assert_eq!(replayed(&["--speed", "50"]), max);
    assert_eq!(replayed(&["--speed", "1000"]), max);
}

#[test]
fn replays_stdin() {
    let recording = fs::read(LOOP).unwrap();
    let done = ocr("ocr-stream").args(["--replay", "-"]).write_stdin(recording).output().unwrap();
    assert_eq!(done.stdout, replayed(&[]));
}

#[test]
fn all_lines() {
    let full = ocr("ocr-detect").write_stdin(fs::read(LOOP).unwrap()).output().unwrap().stdout;
    assert!(full.len() > fs::read(LOOP).unwrap().len(), "no finding in the loop");
    let replay = |args: &[&str]| {
        ocr("ocr-stream").args(["--replay", "-"]).args(args).write_stdin(full.clone()).output().unwrap().stdout
    };
    assert_eq!(replay(&[]), replayed(&[]));
    assert_eq!(replay(&["--all-lines"]).len(), full.len() - 1, "only false became true");
}

/// Expects one line on standard error that says what to do, the right code, and nothing on standard output.
fn fails(args: &[&str], code: i32, says: &str) {
    let done = ocr("ocr-stream").args(args).output().unwrap();
    let stderr = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(code), "{args:?}: {stderr}");
    assert!(done.stdout.is_empty(), "{args:?}");
    assert_eq!(stderr.lines().count(), 1, "{args:?}: {stderr}");
    assert!(stderr.starts_with("ocr-stream: ") && stderr.contains(says), "{args:?}: {stderr}");
}

#[test]
fn startup_errors() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("nosuch").display().to_string();
    fails(&[], 2, "--spawn");
    fails(&["--spawn"], 2, "--task");
    fails(&["--replay", &nowhere], 1, "check the path");
    fails(&["--replay", &folder.path().display().to_string()], 1, "directory");
    fails(&["--server", "http://127.0.0.1:1", "--task", "x"], 69, "opencode serve");
    fails(&["--server", "nonsense", "--task", "x"], 2, "http://127.0.0.1:4096");
    fails(&["--server", "http://u:p@127.0.0.1:1"], 2, "OPENCODE_SERVER_PASSWORD");
    fails(&["--spawn", "--task", "x", "--opencode", "no-such-opencode"], 1, "npm install -g opencode-ai");
    fails(&["--spawn", "--task", "x", "--working-dir", &nowhere], 1, "--working-dir");
    fails(&["--spawn", "--task", " "], 2, "empty");
    fails(&["--spawn", "--task-file", &nowhere], 1, "check the path");
    fails(&["--spawn", "--task", "x", "--opencode", "false"], 69, "run it by hand");
}

#[test]
fn a_server_does_not_choose_the_directory() {
    let session = json!({"id": "ses_1", "directory": "/p"});
    let server = Host::serve(routes("1.18.33").route("/session/{id}", answer(session)));
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().display().to_string();
    fails(
        &["--server", &server.url(), "--session", "ses_1", "--working-dir", &directory],
        2,
        "works in /p, not in --working-dir",
    );
}

#[test]
fn unreadable_file() {
    use std::os::unix::fs::PermissionsExt;
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::set_permissions(file.path(), fs::Permissions::from_mode(0o000)).unwrap();
    if fs::File::open(file.path()).is_ok() {
        eprintln!("skipped: this user may read everything");
        return;
    }
    fails(&["--replay", &file.path().display().to_string()], 77, "permission");
}

#[test]
fn foreign_server() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let page = wiremock::ResponseTemplate::new(200).set_body_raw("<html></html>", "text/html");
    let server = runtime.block_on(async {
        let server = wiremock::MockServer::start().await;
        wiremock::Mock::given(wiremock::matchers::any()).respond_with(page).mount(&server).await;
        server
    });
    fails(&["--server", &server.uri(), "--task", "x"], 69, "does not look like an OpenCode server");
}

#[test]
fn rejects_hidden_arguments() {
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
fn starts_server_for_supervisor_only() {
    // Its supervisor died before it began, so that nothing would end the server.
    ocr("ocr-stream").args(["__become-server", "1", "echo", "it", "runs"]).assert().code(1).stdout("");
    let parent = std::process::id().to_string();
    fails(&["__become-server", &parent, "no-such"], 1, "cannot start no-such");
}

#[test]
fn wrong_flags() {
    ocr("ocr-stream").arg("--wrong").assert().code(2).stderr(predicate::str::contains("--wrong"));
    ocr("ocr-stream").args(["--replay", LOOP, "--speed", "0"]).assert().code(2);
    ocr("ocr-stream").args(["--server", "http://127.0.0.1:9", "--session", ""]).assert().code(2);
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

/// The gaps of a stream whose server answers its log request with this status.
fn gaps_with_broken_log(status: u16) -> Vec<Value> {
    let ways = Ways { log_fails: Some(status), ..Ways::default() };
    let server =
        Recorded::play_in(&fs::read_to_string(LOOP.replace("one-call-loop", "clean-completion")).unwrap(), ways);
    let proxy = Proxy::start_within(&server.url(), 0, 1, Some(20));
    let done = ocr("ocr-stream")
        .args(["--server", &proxy.url(), "--session", server.session()])
        .args(["--silence-timeout", "1"])
        .output()
        .unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    let text = String::from_utf8(done.stdout).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.filter(|line: &Value| line["type"] == "ocr.stream.gap").collect()
}

#[test]
fn broken_log_is_incomplete() {
    for status in [400, 500] {
        let gaps = gaps_with_broken_log(status);
        assert!(!gaps.is_empty());
        assert!(gaps.iter().all(|gap| gap["properties"]["complete"] == false), "{gaps:?}");
    }
}

/// Watches without a session while a recording is played, until everything of its log is emitted.
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
    let mut output = String::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if line.contains("ocr.stream.opened") {
            server.begin();
        }
        output += &line;
        output.push('\n');
        awaited.retain(|id| !line.contains(id.as_str()));
        if awaited.is_empty() {
            break;
        }
    }
    assert!(awaited.is_empty(), "{awaited:?} is missing");
    assert_eq!(child.wait().unwrap().code(), Some(141), "the reader left");
    assert!(!output.contains("ses_stranger"), "it was there before");
    output
}

#[test]
fn directory() {
    assert!(watched(&[], "session.status").contains("\"directory\":\"/project\""));
}

#[test]
fn all_directories() {
    let output = watched(&["--all"], "session.status");
    assert!(!output.contains("\"payload\""));
}

#[test]
fn unknown_event_passes() {
    assert!(watched(&[], "session.dreams").contains("\"type\":\"session.dreams\""));
}

#[test]
fn replay_of_a_rewritten_recording() {
    let first = r#"{"ts":1,"type":"ocr.stream.opened","properties":{"sessionID":"s","spawned":false,"replay":false}}"#;
    let others = concat!(
        "{\"ts\":2,\"type\":\"session.idle\",\"properties\":{\"sessionID\":\"s\"}}\n",
        "{\"ts\":2,\"type\":\"a\",\"properties\":{},\"type\":\"ocr.detect.finding\"}\n",
        "{\"ts\":2,\"x\":1,\"x\":2}\n",
        "no JSON\n",
    );
    for opened in [
        first.to_owned(),
        first.replace(':', ": ").replace(',', " ,\t"),
        first.replace(",\"replay\":false", ""),
        first.replace("\"replay\"", "\"r\\u0065play\""),
        first.replace("opened", "\\u006fpened"),
        first.replace("false}}", "false,\"replay\":false}}"),
        first.replace("\"replay\":false", "\"replay\":\"no\""),
        first.replacen('{', "{\"properties\":{\"replay\":true},", 1),
        format!("\u{feff}{first}\r"),
        format!("{first}\n{first}"),
    ] {
        let recording = format!("{opened}\n{others}");
        let done = ocr("ocr-stream").args(["--replay", "-"]).write_stdin(recording).output().unwrap();
        let (written, told) = (String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap());
        let (first, rest) = written.rsplit_once("{\"ts\":2,\"type\":\"session.idle\"").unwrap();
        for line in first.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            assert_eq!((&line["type"], &line["properties"]["replay"]), (&"ocr.stream.opened".into(), &true.into()));
            assert_eq!(line["properties"]["sessionID"], "s");
        }
        assert_eq!(rest, ",\"properties\":{\"sessionID\":\"s\"}}\nno JSON\n", "{opened}");
        assert_eq!(told.lines().count(), 1, "{told}");
        assert!(told.contains("dropped 2 lines: 2 with two members of the same name"), "{told}");
    }
}

#[test]
fn password_needs_a_protected_way() {
    let run = |args: &[&str], password: &str| {
        let mut command = ocr("ocr-stream");
        command.args(["--session", "ses_1", "--server"]).args(args).env("OPENCODE_SERVER_PASSWORD", password);
        let done = command.output().unwrap();
        (done.status.code().unwrap(), String::from_utf8(done.stderr).unwrap())
    };
    for url in ["http://no-such-host.invalid:4096", "http://127.0.0.1.no-such-host.invalid"] {
        let (code, told) = run(&[url], "secret");
        assert_eq!(code, 77, "{told}");
        assert!(told.contains("--allow-insecure") && !told.contains("secret"), "{told}");
        assert_eq!(run(&[url, "--allow-insecure"], "secret").0, 69);
        assert_eq!(run(&[url], "").0, 69, "there is nothing to lose");
    }
    for url in ["https://no-such-host.invalid", "http://127.0.0.1:9", "http://[::1]:9"] {
        assert_eq!(run(&[url], "secret").0, 69, "{url}");
    }
}
