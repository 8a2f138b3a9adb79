//! The whole pipe on a real `OpenCode`: a looping session is caught, stopped and told, and nothing stays behind.

use super::bench;
use crate::support::{
    Finished, Live, OpenCode, Project, Provider, Script, Server, live_shell, live_shell_with, ocr, wait_until_gone,
};
use serde_json::Value;

/// A session that would never end by itself.
const LOOPS: &str = r#"{"task": "Find out why the job failed.", "turns": [
    {"laps": 0, "turns": [{"text": "Let me look.", "calls": [{"tool": "bash", "input": {"command": "cat missing.log", "description": "Reads the log"}}]}]}]}"#;

const PIPE: &str = "ocr-stream --spawn --task 'Find out why the job failed.' --worker-model fake/scripted | ocr-detect | ocr-review | ocr-act";

/// How many calls the session finished.
fn calls(done: &Finished) -> usize {
    let ended = |line: &Value| {
        let part = &line["properties"]["part"];
        let status = part["state"]["status"].as_str().unwrap_or_default();
        matches!(status, "completed" | "error").then(|| part["id"].to_string())
    };
    done.json().iter().filter_map(ended).collect::<std::collections::HashSet<_>>().len()
}

fn phases(done: &Finished) -> Vec<String> {
    let lines = done.of("ocr.act.action");
    lines
        .iter()
        .map(|l| format!("{} {}", l["properties"]["action"], l["properties"]["phase"]).replace('"', ""))
        .collect()
}

fn assert_stopped(done: &Finished) {
    assert_eq!(done.code(), Some(10), "{}", done.stderr);
    assert!(calls(done) <= 10, "it went on for {} calls", calls(done));
    assert_eq!(phases(done), ["abort begun", "abort taken"]);
    let result = &done.of("ocr.act.result")[0]["properties"];
    assert_eq!((&result["outcome"], &result["exitCode"]), (&"loop".into(), &10.into()));
    assert!(done.lines.iter().any(|l| l.contains("MessageAbortedError")), "the server never said that it was aborted");
    assert!(done.lines.last().unwrap().contains("ocr.act.result"), "the result is not the last line");
    wait_until_gone(done.of("ocr.stream.opened")[0]["properties"]["server"].as_str().unwrap());
}

#[test]
fn loop_is_stopped_and_replays() {
    let Some(bench) = bench(LOOPS) else { return };
    let done = live_shell(PIPE, &bench.opencode, &bench.project).finish();
    assert_stopped(&done);
    let detected = |line: &&String| line.contains("\"type\":\"ocr.detect.");
    let live: Vec<&String> = done.lines.iter().filter(detected).collect();
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run.ndjson");
    std::fs::write(&run, done.lines.join("\n") + "\n").unwrap();
    for speed in ["max", "20"] {
        let replay = ocr("ocr-stream").arg("--replay").arg(&run).args(["--speed", speed]).output().unwrap().stdout;
        let again = ocr("ocr-detect").arg("--only").write_stdin(replay).output().unwrap().stdout;
        let again = String::from_utf8(again).unwrap();
        assert_eq!(again.lines().collect::<Vec<_>>(), live, "at speed {speed}");
    }
}

#[test]
fn one_command_does_the_same() {
    let Some(bench) = bench(LOOPS) else { return };
    let done = live_shell("ocr-run --task 'Find out why the job failed.'", &bench.opencode, &bench.project).finish();
    assert_eq!(done.code(), Some(10), "{}", done.stderr);
    assert!(calls(&done) <= 10);
    assert_eq!(phases(&done), ["abort begun", "abort taken"]);
    for told in [
        "cat missing.log",
        "FOUND    repeat (stop)",
        "REVIEW   abort (rules)",
        "ACT      abort (taken)",
        "RESULT   loop, exit code 10",
    ] {
        assert!(done.stderr.contains(told), "{told} is missing in\n{}", done.stderr);
    }
    wait_until_gone(done.of("ocr.stream.opened")[0]["properties"]["server"].as_str().unwrap());
}

#[test]
fn stops_loop_without_reviewer() {
    let Some(bench) = bench(LOOPS) else { return };
    let done = live_shell(&PIPE.replace("| ocr-review ", ""), &bench.opencode, &bench.project).finish();
    assert_stopped(&done);
}

#[test]
fn stops_loop_behind_password() {
    let Some(opencode) = OpenCode::get() else { return };
    let script = Script::parse(LOOPS).unwrap();
    let provider = Provider::start(script.clone());
    let project = Project::new(&script, &provider);
    let server = Server::with_password(&opencode, &project, "hunter2");
    let line = format!("ocr-run --server {} --task 'Find out why the job failed.'", server.url());
    let done = live_shell_with(&line, &opencode, &project, &[("OPENCODE_SERVER_PASSWORD", "hunter2")]).finish();
    assert_eq!(done.code(), Some(10), "{}", done.stderr);
    assert_eq!(phases(&done), ["abort begun", "abort taken"]);
    assert!(!done.stderr.contains("hunter2") && !done.lines.iter().any(|l| l.contains("hunter2")));
    assert_eq!(server.get("/global/health").0, 200, "a server that is not ours was ended");
}

#[test]
fn ver_03_expected_change() {
    let Some(live) = Live::start(Script::load("clean-completion")) else {
        return;
    };
    let line = format!(
        "ocr-run --server {} --task 'Fix the spelling.' --verify 'sh check.sh' --expect-change 'greet.sh' --expect-file check.sh",
        live.server.url()
    );
    let done = live_shell(&line, &live.opencode, &live.project).finish();
    assert!(done.stderr.contains("3 of 3 checks passed"), "{}", done.stderr);
    let result = &done.of("ocr.act.result")[0]["properties"];
    assert_eq!(result["changedFiles"], 1, "{result}");
    assert_eq!(done.code(), Some(0), "{}", done.stderr);
}

#[test]
fn kill_9_of_stage() {
    let hangs = r#"{"task": "Wait.", "turns": [{"text": "Hm", "hang": true}]}"#;
    let Some(bench) = bench(hangs) else { return };
    for stage in ["ocr-stream", "ocr-detect", "ocr-review", "ocr-act"] {
        let pipe = "ocr-stream --spawn --task 'Wait.' | ocr-detect | ocr-review | ocr-act --quiet";
        let mut run = live_shell(pipe, &bench.opencode, &bench.project);
        let opened: Value = serde_json::from_str(&run.wait_for("ocr.stream.opened")).unwrap();
        run.wait_for("message.part.delta");
        run.signal_stage("-KILL", stage);
        let done = run.finish();
        assert_ne!(done.code(), Some(0), "{stage}");
        wait_until_gone(opened["properties"]["server"].as_str().unwrap());
    }
}

#[test]
fn killed_stage_is_named() {
    let hangs = r#"{"task": "Wait.", "turns": [{"text": "Hm", "hang": true}]}"#;
    let Some(bench) = bench(hangs) else { return };
    for stage in ["ocr-stream", "ocr-detect", "ocr-review", "ocr-act", "ocr-spool"] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("run.ndjson");
        let line = format!("exec ocr-run --headless --task 'Wait.' --record '{}'", file.display());
        let mut run = live_shell(&line, &bench.opencode, &bench.project);
        let opened: Value = serde_json::from_str(&run.wait_for("ocr.stream.opened")).unwrap();
        run.wait_for("message.part.delta");
        run.signal_stage_of_run("-KILL", stage);
        let done = run.finish();
        // Nobody knows how it would have ended, and the recording says so.
        assert_eq!(done.code(), Some(3), "{stage}: {}", done.stderr);
        let recorded = std::fs::read_to_string(&file).unwrap();
        let lines: Vec<Value> = recorded.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let results: Vec<&Value> = lines.iter().filter(|line| line["type"] == "ocr.act.result").collect();
        assert_eq!(results.len(), 1, "{stage}");
        assert_eq!((&results[0]["properties"]["exitCode"], lines.last()), (&3.into(), Some(results[0])), "{stage}");
        assert!(done.stderr.contains("unsure (exit 3): "), "{stage}: {}", done.stderr);
        assert!(done.stderr.contains(&format!("{stage} was killed by signal 9")), "{stage}: {}", done.stderr);
        wait_until_gone(opened["properties"]["server"].as_str().unwrap());
    }
}

#[test]
fn ctrl_c_ends_run() {
    let hangs = r#"{"task": "Wait.", "turns": [{"text": "Hm", "hang": true}]}"#;
    let Some(bench) = bench(hangs) else { return };
    for (line, signal, code) in [
        ("exec ocr-run --headless --task 'Wait.'", "-INT", 130),
        ("exec ocr-run --headless --task 'Wait.'", "-TERM", 143),
        ("ocr-stream --spawn --task 'Wait.' | ocr-detect | ocr-review | ocr-act", "-INT", 130),
    ] {
        let mut run = live_shell(line, &bench.opencode, &bench.project);
        let opened: Value = serde_json::from_str(&run.wait_for("ocr.stream.opened")).unwrap();
        run.wait_for("message.part.delta");
        run.signal(signal);
        let done = run.finish();
        assert!(
            done.lines.iter().any(|l| l.contains("MessageAbortedError")),
            "{line}: the session was not ended: {}",
            done.stderr
        );
        let result = &done.of("ocr.act.result")[0]["properties"];
        assert_eq!((&result["outcome"], &result["exitCode"]), (&"interrupted".into(), &code.into()), "{line}");
        // A shell that is interrupted itself ends by the signal.
        assert!(done.code().is_none_or(|seen| seen == code), "{line}: {:?}", done.status);
        wait_until_gone(opened["properties"]["server"].as_str().unwrap());
    }
}

#[test]
fn ctrl_c_ends_check() {
    let Some(bench) = bench(r#"{"task": "Go.", "turns": [{"text": "The task is done."}]}"#) else {
        return;
    };
    let line = "exec ocr-run --headless --task 'Go.' --verify 'echo $$ > pid; sleep 600'";
    let mut run = live_shell(line, &bench.opencode, &bench.project);
    let opened: Value = serde_json::from_str(&run.wait_for("ocr.stream.opened")).unwrap();
    run.wait_for(r#""action":"verify","phase":"begun""#);
    run.signal("-INT");
    let done = run.finish();
    assert_eq!(done.code(), Some(130), "{}", done.stderr);
    let result = &done.of("ocr.act.result")[0]["properties"];
    assert_eq!(result["outcome"], "interrupted", "{result}");
    wait_until_gone(opened["properties"]["server"].as_str().unwrap());
    // Where the check had begun at all, it is gone.
    if let Ok(pid) = std::fs::read_to_string(bench.project.dir().join("pid")) {
        let alive = std::process::Command::new("kill").args(["-0", pid.trim()]).output();
        assert!(!alive.unwrap().status.success(), "the check goes on");
    }
}

#[test]
fn kill_9_of_run() {
    let hangs = r#"{"task": "Wait.", "turns": [{"text": "Hm", "hang": true}]}"#;
    let Some(bench) = bench(hangs) else { return };
    let mut run = live_shell("exec ocr-run --headless --task 'Wait.'", &bench.opencode, &bench.project);
    let opened: Value = serde_json::from_str(&run.wait_for("ocr.stream.opened")).unwrap();
    run.wait_for("message.part.delta");
    run.signal("-KILL");
    let done = run.finish();
    assert!(!done.of("ocr.act.result").is_empty(), "the stages did not end in order");
    wait_until_gone(opened["properties"]["server"].as_str().unwrap());
}
