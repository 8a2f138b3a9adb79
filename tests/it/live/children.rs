//! What a real agent and other users get of us: no secret, and no server without a password.

use super::bench;
use crate::support::{live_shell, live_shell_with, processes, wait_until_gone};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;

const LOOKS: &str = r#"{"task": "Look around.", "turns": [
    {"text": "Let me look.", "calls": [{"tool": "bash", "input": {"command": "env; echo HARMLESS=$HARMLESS", "description": "Lists variables"}}]},
    {"text": "The task is done."}]}"#;

const SECRETS: [(&str, &str); 4] = [
    ("REVIEWER_API_KEY", "canary-key"),
    ("OCR_WEBHOOK_SECRET", "whsec_Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5"),
    ("OCR_NOTIFY_ON", "failure"),
    ("HARMLESS", "known"),
];

/// What the agent's command printed.
fn printed(lines: &[Value]) -> String {
    let output = |line: &Value| Some(line["properties"]["part"]["state"]["output"].as_str()?.to_owned());
    lines.iter().filter_map(output).collect()
}

#[test]
fn worker_sees_no_secret() {
    let Some(bench) = bench(LOOKS) else { return };
    let by_hand = "ocr-stream --spawn --task 'Look around.' | ocr-detect | ocr-review | ocr-act";
    for (line, password) in [("ocr-run --headless --task 'Look around.'", Some("canary-password")), (by_hand, None)] {
        let password = password.map(|password| ("OPENCODE_SERVER_PASSWORD", password));
        let env: Vec<_> = SECRETS.into_iter().chain(password).collect();
        let done = live_shell_with(line, &bench.opencode, &bench.project, &env).finish();
        let seen = printed(&done.json());
        assert!(seen.contains("HARMLESS=known"), "{line}: {seen}\n{}", done.stderr);
        for name in ["canary", "REVIEWER_", "WEBHOOK", "OCR_NOTIFY", "OPENCODE_SERVER_PASSWORD"] {
            assert!(!seen.contains(name), "{line}: the agent sees {name}: {seen}");
        }
    }
}

/// A script of this name for this shell that starts `opencode`, as those of version managers do.
fn wrapper(folder: &std::path::Path, shell: &str, lines: &str) -> String {
    let path = folder.join("opencode-wrapper");
    std::fs::write(&path, format!("#!/usr/bin/env {shell}\n{lines}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

#[test]
fn server_behind_a_script_has_its_password_and_the_worker_has_not() {
    let Some(bench) = bench(LOOKS) else { return };
    let folder = tempfile::tempdir().unwrap();
    let program = wrapper(folder.path(), "bash", "exec bash -c 'exec opencode \"$@\"' opencode \"$@\"");
    let line = format!("ocr-run --headless --task 'Look around.' --opencode {program}");
    for password in [None, Some("canary-password")] {
        let password = password.map(|password| ("OPENCODE_SERVER_PASSWORD", password));
        let env: Vec<_> = SECRETS.into_iter().chain(password).collect();
        let done = live_shell_with(&line, &bench.opencode, &bench.project, &env).finish();
        let seen = printed(&done.json());
        assert!(seen.contains("HARMLESS=known"), "{seen}\n{}", done.stderr);
        assert!(!seen.contains("OPENCODE_SERVER_PASSWORD") && !seen.contains("canary"), "{seen}");
    }
}

#[test]
fn server_without_a_password_is_ended() {
    let Some(bench) = bench(HANGS) else { return };
    let folder = tempfile::tempdir().unwrap();
    let arguments = folder.path().join("arguments");
    let lines = format!("unset OPENCODE_SERVER_PASSWORD\necho \"$@\" > {}\nexec opencode \"$@\"", arguments.display());
    let program = wrapper(folder.path(), "sh", &lines);
    let line = format!("ocr-stream --spawn --task Wait. --opencode {program}");
    let done = live_shell(&line, &bench.opencode, &bench.project).finish();
    assert_eq!((done.code(), done.lines.len()), (Some(77), 0), "{:?} {}", done.lines, done.stderr);
    assert!(done.stderr.contains("answers requests without a password"), "{}", done.stderr);
    let arguments = std::fs::read_to_string(arguments).unwrap();
    let port = arguments.split_whitespace().skip_while(|word| *word != "--port").nth(1).unwrap();
    wait_until_gone(&format!("http://127.0.0.1:{port}/"));
    assert!(bench.provider.requests().is_empty(), "the task was given");
}

const HANGS: &str = r#"{"task": "Wait.", "turns": [{"text": "Hm", "hang": true}]}"#;

#[test]
fn spawned_server_has_a_password() {
    let Some(bench) = bench(HANGS) else { return };
    let runtime = tempfile::tempdir().unwrap();
    let env = [("XDG_RUNTIME_DIR", runtime.path().to_str().unwrap())];
    let line = "exec ocr-stream --spawn --task Wait.";
    let mut run = live_shell_with(line, &bench.opencode, &bench.project, &env);
    let opened: Value = serde_json::from_str(&run.wait_for("ocr.stream.opened")).unwrap();
    run.wait_for("message.part.delta");
    let url = opened["properties"]["server"].as_str().unwrap();
    let client = crate::support::Client::new(url.trim_end_matches('/'), bench.project.dir(), None);
    assert_eq!(client.anonymous("/session"), 401);
    let file = runtime.path().join(format!("ocr/server-{}.password", opened["properties"]["pid"]));
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let password = std::fs::read_to_string(&file).unwrap();
    let client = crate::support::Client::new(url.trim_end_matches('/'), bench.project.dir(), Some(&password));
    assert_eq!(client.get("/session").0, 200);
    assert!(processes(&bench.project.env()[0].1).iter().all(|line| !line.contains(&password)), "it is in an argument");
    run.signal("-KILL");
    let done = run.finish();
    assert!(!done.stderr.contains(&password) && !done.lines.iter().any(|line| line.contains(&password)));
    wait_until_gone(url);
    let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while file.exists() {
        assert!(std::time::Instant::now() < end, "the password stays behind");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// A loop whose output fills every pipe long before anybody would stop it.
const FLOODS: &str = r#"{"task": "Find out why the job failed.", "turns": [
    {"laps": 0, "turns": [{"text": "Let me look.", "calls": [{"tool": "bash", "input": {"command": "seq 1 9000; cat missing.log", "description": "Reads the log"}}]}]}]}"#;

#[test]
fn stuck_reader_does_not_blind_the_guard() {
    let Some(bench) = bench(FLOODS) else { return };
    for line in [
        "exec ocr-run --headless --task 'Find out why the job failed.'",
        "exec ocr-run --task 'Find out why the job failed.'",
    ] {
        let mut run = live_shell(line, &bench.opencode, &bench.project);
        let opened: Value = serde_json::from_str(&run.wait_for("ocr.stream.opened")).unwrap();
        // From here on, nobody reads, and the run ends all the same.
        wait_until_gone(opened["properties"]["server"].as_str().unwrap());
        let done = run.finish();
        assert_eq!(done.code(), Some(10), "{line}: {}", done.stderr);
        let lines = done.json();
        let earlier = lines.windows(2).find(|pair| pair[0]["ts"].as_i64() > pair[1]["ts"].as_i64());
        assert!(earlier.is_none(), "{line}: the lines are out of order: {earlier:#?}");
        let last = done.lines.last().unwrap();
        assert!(last.contains("ocr.act.result"), "{line}: the result is not the last line: {last}\n{}", done.stderr);
    }
}
