//! Verification: commands and files need no server, and what was not checked does not count as done.

use super::{DAEMON, act, closed, done, lines, opened};
use crate::support::{Running, shell};
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

/// The most that a short check takes on a busy machine.
const SOON: Duration = Duration::from_secs(15);

/// The first line of a stream in this directory, from a server at `url` if there is one.
fn opened_in(folder: &Path, url: Option<&str>) -> Value {
    let mut first = opened(false);
    first["properties"]["directory"] = json!(folder);
    first["properties"]["server"] = json!(url);
    first
}

fn phases(added: &[Value]) -> Vec<&str> {
    let actions = added.iter().filter(|l| l["type"] == "ocr.act.action");
    actions.map(|l| l["properties"]["phase"].as_str().unwrap()).collect()
}

#[test]
fn checks_without_server() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("there"), "").unwrap();
    for url in [None, Some("http://example.org:4096/"), Some("http://127.0.0.1:9/")] {
        for (args, code, phases_) in [
            (&["--verify", "test -f there"][..], 0, ["begun", "taken"]),
            (&["--verify", "test -f gone"], 14, ["begun", "failed"]),
            (&["--expect-file", "there"], 0, ["begun", "taken"]),
            (&["--expect-file", "gone"], 14, ["begun", "failed"]),
        ] {
            let input = [opened_in(folder.path(), url), done("done"), closed("rest", None)];
            let (seen, added, told) = act(args, &input);
            assert_eq!((seen, &phases(&added)[..]), (code, &phases_[..]), "{url:?} {args:?}: {told}");
        }
    }
    // Other dialects name neither a server nor a directory.
    assert_eq!(act(&["--live", "--verify", "exit 7"], &[done("done")]).0, 14);
    assert_eq!(act(&["--live", "--verify", "true"], &[done("done")]).0, 0);
}

#[test]
fn lines_that_may_be_a_recording_are_not_checked() {
    let folder = tempfile::tempdir().unwrap();
    let touched = |name: &str| folder.path().join(name).exists();
    let touch = |name: &str| format!("touch '{}'", folder.path().join(name).display());
    let (check, notify) = (touch("checked"), touch("sent"));
    // Of one session of many, nobody knows where it works.
    for (flags, code) in [(&[][..], 3), (&["--live"], 0), (&["--act-on-all"], 3), (&["--act-on-all", "--live"], 14)] {
        let _ = (std::fs::remove_file(folder.path().join("checked")), std::fs::remove_file(folder.path().join("sent")));
        let (seen, added, told) =
            act(&[flags, &["--verify", &check, "--notify-cmd", &notify]].concat(), &[done("done")]);
        assert_eq!((seen, touched("checked"), touched("sent")), (code, code == 0, code != 3), "{flags:?}: {told}");
        assert_eq!(told.matches("not acting, checking or notifying").count(), usize::from(code == 3), "{told}");
        let reason = added.last().unwrap()["properties"]["reason"].as_str().unwrap();
        assert_eq!(reason.starts_with("nothing was checked: no ocr.stream.opened line"), code == 3, "{reason}");
    }
    // What says that it is a recording is one, whatever a person says of it.
    let (code, _, told) = act(&["--live", "--verify", &touch("replayed")], &[opened(true), done("done")]);
    assert_eq!((code, touched("replayed")), (3, false), "{told}");
    let (_, _, told) = act(&[], &[done("done")]);
    assert!(!told.contains("--live"), "nobody asked for anything: {told}");
}

#[test]
fn unchecked_is_unsure() {
    for (replay, args) in [(true, &["--verify", "true"][..]), (false, &["--verify", "true", "--dry-run"])] {
        let (code, added, _) = act(args, &[opened(replay), done("done"), closed("rest", None)]);
        assert_eq!((code, &phases(&added)[..]), (3, &["skipped"][..]), "{args:?}");
        let result = &added.last().unwrap()["properties"];
        assert_eq!(result["outcome"], "unsure");
        assert!(result["reason"].as_str().unwrap().starts_with("nothing was checked"), "{result}");
    }
}

#[test]
fn changes_from_stream() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("src/a.rs");
    let patch = json!({"ts": 2000, "type": "message.part.updated", "properties": {"sessionID": "ses_1",
        "part": {"id": "p", "type": "patch", "files": [file]}}});
    for (pattern, code) in [("src/*.rs", 0), ("*.md", 14)] {
        let input =
            [opened_in(folder.path(), Some("http://127.0.0.1:9/")), patch.clone(), done("done"), closed("rest", None)];
        let (seen, added, told) = act(&["--expect-change", pattern], &input);
        assert_eq!(seen, code, "{told}");
        assert_eq!(added.last().unwrap()["properties"]["changed"], json!(["src/a.rs"]));
    }
}

#[test]
fn output_only_in_action() {
    let (code, added, told) =
        act(&["--verify", "seq 1 3000; exit 7"], &[opened(false), done("done"), closed("rest", None)]);
    assert_eq!(code, 14);
    let result = &added.last().unwrap()["properties"];
    assert_eq!(result["reason"], "`seq 1 3000; exit 7` failed (exit 7).");
    let failed = added.iter().find(|l| l["properties"]["phase"] == "failed").unwrap();
    assert!(failed["properties"]["detail"].as_str().unwrap().ends_with("2999\n3000"));
    assert!(told.len() < 300, "{told}");
}

#[test]
fn check_daemon() {
    let begun = Instant::now();
    let (code, _, told) =
        act(&["--verify", DAEMON, "--verify-timeout", "3"], &[opened(false), done("done"), closed("rest", None)]);
    assert_eq!(code, 0, "{told}");
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
}

/// Waits until the check has written its process id, and returns it.
fn process_of(file: &Path) -> String {
    let until = Instant::now() + Duration::from_mins(1);
    loop {
        match std::fs::read_to_string(file) {
            Ok(pid) if pid.ends_with('\n') => return pid.trim().to_owned(),
            _ => std::thread::yield_now(),
        }
        assert!(Instant::now() < until, "the check never began");
    }
}

/// Whether a process runs; a zombie does not.
fn runs(pid: &str) -> bool {
    let listed = std::process::Command::new("ps").args(["-o", "stat=", "-p", pid]).output().unwrap();
    let state = String::from_utf8(listed.stdout).unwrap();
    !state.trim().is_empty() && !state.trim().starts_with('Z')
}

#[test]
fn signal_ends_check() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("run.ndjson");
        let stream = [opened_in(folder.path(), None), done("done"), closed("rest", None)];
        std::fs::write(&input, lines(&stream)).unwrap();
        let line = "exec ocr-act --server http://127.0.0.1:9/ --verify 'echo $$ > pid; sleep 600' --notify-cmd 'cat > told.json' < run.ndjson";
        let run: Running = shell(line, folder.path());
        let check = process_of(&folder.path().join("pid"));
        run.signal(signal);
        let ended = run.finish();
        assert_eq!(ended.code(), Some(code), "{}", ended.stderr);
        let result = &ended.of("ocr.act.result")[0]["properties"];
        assert_eq!(result["outcome"], "interrupted");
        assert!(ended.stderr.contains("interrupted (exit"), "{}", ended.stderr);
        let told = std::fs::read_to_string(folder.path().join("told.json")).unwrap();
        assert!(told.contains("interrupted"), "{told}");
        assert!(!runs(&check), "the check goes on");
    }
}
