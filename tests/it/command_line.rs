//! What the flags of the roadmap do, as a user sees it: the task, the directory, the model, limits and their defaults,
//! the log, and what reaches the server.

use crate::support::ocr;
use predicates::prelude::*;
use predicates::str::{contains, starts_with};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// A program that stands in for `opencode`: it notes its arguments and its directory, and exits.
fn notes_its_start(folder: &Path) -> PathBuf {
    let program = folder.join("opencode");
    let script =
        format!("#!/bin/sh\npwd > {0}/directory\nprintf '%s\\n' \"$@\" > {0}/arguments\nexit 1\n", folder.display());
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    program
}

/// The directory and the arguments of a server that `ocr-stream` starts here with these arguments.
fn started(here: &Path, args: &[&str]) -> (PathBuf, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = ocr("ocr-stream");
    command.current_dir(here).args(["--spawn", "--task", "x", "--opencode"]).arg(notes_its_start(folder.path()));
    command.args(args).assert().code(69).stdout("").stderr(contains("exited before it was ready"));
    let noted = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    (noted("directory").trim_end().into(), noted("arguments").lines().map(ToOwned::to_owned).collect())
}

fn printed(args: &[&str]) -> String {
    let done = ocr("ocr-run").arg("--print").args(args).assert().success();
    String::from_utf8(done.get_output().stdout.clone()).unwrap()
}

#[test]
fn cli_02_takes_task_as_text_or_file() {
    assert!(printed(&["--task", "Fix the build"]).contains("--task='Fix the build'"));
    assert!(printed(&["--task-file", "task.md"]).contains("--task-file=task.md"));
    ocr("ocr-run").args(["--print", "--task", "x", "--task-file", "y"]).assert().code(2);
}

#[test]
fn cli_03_works_here_unless_told_otherwise() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let real = |folder: &tempfile::TempDir| folder.path().canonicalize().unwrap();
    assert_eq!(started(here.path(), &[]).0, real(&here));
    assert_eq!(started(here.path(), &["--working-dir", there.path().to_str().unwrap()]).0, real(&there));
}

#[test]
fn cli_04_leaves_the_model_to_the_server() {
    assert!(printed(&["--task", "x", "--worker-model", "ollama/llama3.1"]).contains("--worker-model=ollama/llama3.1"));
    assert!(!printed(&["--task", "x"]).contains("worker-model"));
}

/// A session that comes to rest this many times.
fn rests(times: i64) -> String {
    let mut lines = String::new();
    for n in 1..=times {
        let part = |id: &str, mut part: Value| {
            part["id"] = json!(format!("{id}{n}"));
            part["messageID"] = json!(format!("m{n}"));
            ("message.part.updated", json!({ "sessionID": "ses_1", "part": part }))
        };
        let status = |kind: &str| ("session.status", json!({ "sessionID": "ses_1", "status": { "type": kind } }));
        let events = [
            status("busy"),
            part("p", json!({ "type": "text", "text": format!("I looked at file {n}.") })),
            part("q", json!({ "type": "step-finish", "reason": "stop" })),
            status("idle"),
        ];
        for (at, (kind, properties)) in (0_i64..).zip(events) {
            let ts = n * 1000 + at;
            lines +=
                &format!("{}\n", json!({ "ts": ts, "id": format!("e{ts}"), "type": kind, "properties": properties }));
        }
    }
    lines
}

/// The rules of the findings in these lines.
fn found(args: &[&str], lines: String) -> Vec<String> {
    let done = ocr("ocr-detect").arg("--only").args(args).write_stdin(lines).assert().success();
    let lines = String::from_utf8(done.get_output().stdout.clone()).unwrap();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let findings = lines.filter(|line| line["type"] == "ocr.detect.finding");
    findings.map(|line| line["properties"]["rule"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn cli_07_ten_iterations_unless_told_otherwise() {
    let limited = |args: &[&str], times| found(args, rests(times)).contains(&"iterations".to_owned());
    // Other rules that see the same session would count as iterations too.
    let alone = ["--disable", "monologue,near-duplicate,novelty,stagnation"];
    assert!(!limited(&alone, 10));
    assert!(limited(&alone, 11));
    assert!(limited(&["--max-iterations", "2"], 3));
    assert!(!limited(&["--max-iterations", "40"], 11));
}

#[test]
fn cli_08_thirty_seconds_of_silence_unless_told_otherwise() {
    let silent = |seconds: i64| {
        let busy = json!({ "ts": 0, "id": "e", "type": "session.status", "properties": { "sessionID": "ses_1", "status": { "type": "busy" } } });
        let tick = |at: i64| format!("{}\n", json!({ "ts": at * 1000, "type": "ocr.stream.tick", "properties": {} }));
        format!("{busy}\n{}", (1..=seconds).map(tick).collect::<String>())
    };
    assert_eq!(found(&[], silent(29)), [""; 0]);
    assert_eq!(found(&[], silent(31)), ["stall"]);
    assert_eq!(found(&["--inactivity-timeout", "5"], silent(6)), ["stall"]);
}

#[test]
fn cli_09_headless_tells_no_story() {
    let demo = |args: &[&str]| ocr("ocr-run").arg("--demo").args(args).assert().success();
    demo(&[]).stderr(contains("FOUND"));
    demo(&["--headless"]).stderr(contains("FOUND").not()).stdout(contains("ocr.act.result"));
}

#[test]
fn cli_10_hands_the_rest_to_the_server() {
    let (_, arguments) = started(Path::new("/"), &["--", "--print-logs", "--log-level", "DEBUG"]);
    assert_eq!(arguments[arguments.len() - 3..], ["--print-logs", "--log-level", "DEBUG"]);
}

#[test]
fn cli_11_logs_at_the_level_of_flag_or_variable() {
    let asked = |args: &[&str], variable: Option<&str>| {
        let mut command = ocr("ocr-review");
        command.args(args).envs(variable.map(|level| ("OCR_LOG", level)));
        let lines = ocr("ocr-detect").write_stdin(crate::support::recording("one-call-loop")).output().unwrap().stdout;
        String::from_utf8(command.write_stdin(lines).output().unwrap().stderr).unwrap()
    };
    assert_eq!(asked(&[], None), "");
    let info = asked(&["--log", "info"], None);
    assert!(info.starts_with("ocr-review: info: ") && !info.contains("ocr::"), "{info}");
    // What helps to find an error says where it comes from.
    let answer = ["--answer", "per_1=once", "--server", "http://127.0.0.1:1", "--log", "ocr=debug"];
    ocr("ocr-act").args(answer).assert().stderr(starts_with("ocr-act: debug: ocr::server: asking "));
    assert_eq!(asked(&["--log", "info"], None), asked(&[], Some("info")));
    assert_eq!(asked(&["--log", "off"], Some("info")), "", "the flag wins");
    for binary in ["ocr-stream", "ocr-detect", "ocr-review", "ocr-act", "ocr-watch", "ocr-report", "ocr-run"] {
        ocr(binary).args(["--log", "=="]).write_stdin("").assert().code(2).stderr(contains("invalid --log"));
    }
}

#[test]
fn srv_01_starts_a_server_on_this_machine_only() {
    let (_, arguments) = started(Path::new("/"), &[]);
    assert_eq!(arguments[..4], ["serve", "--hostname", "127.0.0.1", "--port"]);
}

#[test]
fn srv_02_takes_a_free_port() {
    let port: u16 = started(Path::new("/"), &[]).1[4].parse().unwrap();
    assert!(port >= 1024, "{port}");
}

#[test]
fn srv_05_gives_up_on_a_server_that_never_listens() {
    let folder = tempfile::tempdir().unwrap();
    let program = notes_its_start(folder.path());
    fs::write(&program, "#!/bin/sh\nexec sleep 600\n").unwrap();
    let mut command = ocr("ocr-stream");
    command.args(["--spawn", "--task", "x", "--startup-timeout", "1", "--opencode"]).arg(program);
    command.assert().code(69).stdout("").stderr(contains("not ready within 1 s"));
}

#[test]
fn limits_are_above_zero() {
    let none = ["--max-steps", "--max-tokens", "--max-cost", "--max-time", "--max-iterations", "--review-every"];
    for flag in none {
        for value in ["0", "-1", "nan", "inf", ""] {
            for (binary, needed) in [("ocr-detect", &[][..]), ("ocr-run", &["--print", "--task", "x"])] {
                ocr(binary).args(needed).args([flag, value]).assert().code(2).stderr(contains(flag));
            }
        }
    }
    ocr("ocr-watch").args(["--max-cost", "inf"]).assert().code(2);
}

#[test]
fn times_are_written_as_people_write_them() {
    for (written, seconds) in
        [("1h30m", "5400"), ("5min", "300"), ("90sec", "90"), ("1.5h", "5400"), ("2 hours", "7200")]
    {
        let done = ocr("ocr-detect").args(["--only", "--max-time", written]).write_stdin("").output().unwrap();
        assert_eq!(done.status.code(), Some(0), "{written}");
        let same = |time: &str| {
            let run = ocr("ocr-detect")
                .args(["--only", "--inactivity-timeout", time])
                .write_stdin(crate::support::recording("quota"))
                .output();
            run.unwrap().stdout
        };
        assert!(same(written) == same(seconds), "{written}");
    }
}

/// What is not UTF-8 reaches the stages as it is.
#[cfg(target_os = "linux")]
#[test]
fn words_of_other_encodings_are_handed_on() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().join(std::ffi::OsStr::from_bytes(b"caf\xe9"));
    fs::create_dir(&here).unwrap();
    let program = notes_its_start(folder.path());
    let mut run = ocr("ocr-run");
    run.args(["--headless", "--no-record", "--task", "x", "--opencode"]).arg(program).arg("--working-dir").arg(&here);
    run.assert().failure().stderr(contains("exited before it was ready"));
    let noted = fs::read(folder.path().join("directory")).unwrap();
    assert!(noted.trim_ascii_end().ends_with(b"caf\xe9"), "{}", String::from_utf8_lossy(&noted));
}
