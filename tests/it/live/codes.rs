//! The exit codes of runs on a real `OpenCode`: with `ocr-run`, and with the same pipe typed by hand.

use super::{Bench, bench};
use crate::support::{Client, OpenCode, Project, Provider, Running, Script, Server, live_shell, live_shell_with};
use serde_json::Value;
use std::process::Command;

const LOOPS: &str = r#"{"task": "Go.", "turns": [
    {"laps": 0, "turns": [{"calls": [{"tool": "bash", "input": {"command": "cat missing.log", "description": "Reads the log"}}]}]}]}"#;
const HANGS: &str = r#"{"task": "Go.", "turns": [{"text": "Well, ", "hang": true}]}"#;
const ASKS: &str = r#"{"task": "Go.", "config": {"permission": {"bash": "ask"}}, "turns": [
    {"calls": [{"tool": "bash", "input": {"command": "date", "description": "Looks at the clock"}}]}, {"text": "Done."}]}"#;
const GOES_ON: &str = r#"{"task": "Go.", "turns": [{"laps": 0, "turns": [
    {"calls": [{"tool": "bash", "input": {"command": "echo {lap}", "description": "Counts"}}]}, {"text": "That was {lap}."}]}]}"#;

/// An intervention from outside while the session works.
type Meanwhile = fn(&mut Running, &Bench);

fn nothing(_: &mut Running, _: &Bench) {}

/// A run: the script, the arguments, and the expected exit code.
struct Row {
    script: String,
    args: &'static str,
    meanwhile: Meanwhile,
    code: i32,
}

fn row(script: impl Into<String>, args: &'static str, code: i32) -> Row {
    Row { script: script.into(), args, meanwhile: nothing, code }
}

fn fixture(name: &str) -> String {
    let path = format!("{}/fixtures/scripts/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

/// The URL and the session of the stream, as soon as the session works.
fn opened(run: &mut Running) -> (String, String) {
    let opened: Value = serde_json::from_str(&run.wait_for("ocr.stream.opened")).unwrap();
    let member = |name: &str| opened["properties"][name].as_str().unwrap().to_owned();
    run.wait_for("message.part.delta");
    (member("server"), member("sessionID"))
}

/// The password of each server, so that others than the pipe reach it too.
const PASSWORD: &str = "known-to-the-test";

fn abort_from_outside(run: &mut Running, bench: &Bench) {
    let (url, session) = opened(run);
    Client::new(&url, bench.project.dir(), Some(PASSWORD)).abort(&session);
}

fn kill_server(run: &mut Running, _: &Bench) {
    let (url, _) = opened(run);
    let port = url.trim_end_matches('/').rsplit(':').next().unwrap().to_owned();
    // Only the server of this run, on its port.
    let killed =
        Command::new("pkill").args(["-KILL", "-f", &format!("opencode.* serve .*--port {port}( |$)")]).status();
    assert!(killed.unwrap().success(), "no server on port {port}");
}

fn rows() -> Vec<Row> {
    vec![
        row(fixture("clean-completion"), "", 0),
        row(fixture("todos-left"), "", 3),
        row(LOOPS, "", 10),
        row(ASKS, "--on blocked=abort", 11),
        row(
            GOES_ON,
            r#"--max-iterations 1 --reviewer-cmd "grep -o '\"ticket\": \"[0-9a-f]*\"' | tail -n 1 | sed 's/.*/{\"action\": \"continue\", &}/'""#,
            12,
        ),
        row(fixture("bad-key"), "", 13),
        row(fixture("clean-completion"), "--verify false --max-steers 0", 14),
        Row { meanwhile: abort_from_outside, ..row(HANGS, "", 15) },
        Row { meanwhile: kill_server, ..row(HANGS, "", 69) },
    ]
}

/// The two ways to run it: `ocr-run`, and what `ocr-run --print` prints.
fn ways(args: &str) -> [String; 2] {
    let command = format!("ocr-run --headless --task 'Go.' {args}");
    let by_hand = format!("eval \"$(ocr-run --print --task 'Go.' {args})\"");
    [command, by_hand]
}

#[test]
fn outcome_exit_codes() {
    for row in rows() {
        for line in ways(row.args) {
            let Some(bench) = bench(&row.script) else { return };
            let env = [("OCR_BLOCKED_AFTER", "1"), ("OPENCODE_SERVER_PASSWORD", PASSWORD)];
            let mut run = live_shell_with(&line, &bench.opencode, &bench.project, &env);
            (row.meanwhile)(&mut run, &bench);
            let done = run.finish();
            assert_eq!(done.code(), Some(row.code), "{line}: {}", done.stderr);
            let result = &done.of("ocr.act.result")[0]["properties"];
            assert_eq!(result["exitCode"], row.code, "{line}: {result}");
        }
    }
}

#[test]
fn wrong_password_exits_77() {
    let Some(opencode) = OpenCode::get() else { return };
    let script = Script::parse(HANGS).unwrap();
    let provider = Provider::start(script.clone());
    let project = Project::new(&script, &provider);
    let server = Server::with_password(&opencode, &project, "open sesame");
    let env = [("OPENCODE_SERVER_PASSWORD", "swordfish")];
    let args = format!("--server {} --task 'Go.'", server.url());
    let command = format!("ocr-run --headless {args}");
    let done = live_shell_with(&command, &opencode, &project, &env).finish();
    assert_eq!(done.code(), Some(77), "{}", done.stderr);
    // By hand, the source's own exit code counts: the last stage saw no lines.
    let by_hand = format!(r#"eval "{{ $(ocr-run --print {args} | sed 's/ | /; echo $? > code; }} | /')""#);
    live_shell_with(&by_hand, &opencode, &project, &env).finish();
    let code = std::fs::read_to_string(project.dir().join("code")).unwrap();
    assert_eq!(code.trim(), "77");
}

#[test]
fn reader_leaving_exits_141() {
    for line in ways("") {
        let Some(bench) = bench(LOOPS) else { return };
        let line = format!("{{ {line}; echo $? > code; }} | head -1");
        let done = live_shell(&line, &bench.opencode, &bench.project).finish();
        assert_eq!(done.lines.len(), 1, "{}", done.stderr);
        let code = std::fs::read_to_string(bench.project.dir().join("code")).unwrap();
        assert_eq!(code.trim(), "141", "{line}: {}", done.stderr);
    }
}
