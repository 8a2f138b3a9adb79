//! `ocr-act` without `OpenCode`: outcomes and exit codes, skipped actions, checks, misbehaving servers, notifications.

mod all;
mod answer;
mod authority;
mod cut_off;
mod family;
mod home;
mod many;
mod notice;
mod notify;
mod resume;
mod server;
mod starts;
mod stub;
mod verify;

use crate::support::ocr;
use serde_json::{Value, json};

/// A command that starts a daemon in a session of its own, which keeps the output open, and then exits.
const DAEMON: &str =
    "perl -e 'use POSIX; pipe R, W; if (fork) { close W; <R>; exit } setsid; close W; exec qw(sleep 25)'";

fn opened(replay: bool) -> Value {
    json!({"ts": 1000, "type": "ocr.stream.opened", "properties": {"sessionID": "ses_1", "server": "http://127.0.0.1:9/", "spawned": false, "replay": replay}})
}

fn finding(kind: &str, grade: &str, infra: bool) -> Value {
    json!({"ts": 2000, "type": "ocr.detect.finding", "properties": {"sessionID": "ses_1", "finding": "f1", "kind": kind, "rule": "r", "grade": grade, "state": "open", "summary": "it is bad", "infra": infra, "wasted": {"calls": 4, "tokens": 70}}})
}

/// A finding with all that a custom detector must say.
fn bare() -> Value {
    json!({"ts": 2000, "type": "ocr.detect.finding", "properties": {"sessionID": "ses_1", "kind": "loop", "grade": "warn"}})
}

fn done(outcome: &str) -> Value {
    json!({"ts": 3000, "type": "ocr.detect.done", "properties": {"sessionID": "ses_1", "outcome": outcome, "claim": "none", "contradictions": [], "evidence": []}})
}

fn decision(action: &str, finding: Option<&str>) -> Value {
    json!({"ts": 3500, "type": "ocr.review.decision", "properties": {"sessionID": "ses_1", "action": action, "reason": "because", "message": "try b", "finding": finding, "judged": "evt_1", "reviewer": "me"}})
}

fn closed(reason: &str, signal: Option<i32>) -> Value {
    json!({"ts": 4000, "type": "ocr.stream.closed", "properties": {"sessionID": "ses_1", "reason": reason, "detail": "so it is", "signal": signal}})
}

fn lines(lines: &[Value]) -> String {
    lines.iter().flat_map(|line| [line.to_string(), "\n".to_owned()]).collect()
}

/// What a person types who wants to act on a stream that does not prove that it is live: `--server` with its server.
fn named(input: &[Value]) -> Vec<String> {
    let first = input.first().map_or(&Value::Null, |line| &line["properties"]);
    if first["replay"] != json!(false) {
        return Vec::new();
    }
    let server = first["server"].as_str().unwrap_or("http://127.0.0.1:9/");
    vec!["--server".to_owned(), server.to_owned()]
}

fn act(args: &[&str], input: &[Value]) -> (i32, Vec<Value>, String) {
    let named = if args.contains(&"--server") { Vec::new() } else { named(input) };
    let done = ocr("ocr-act").arg("--only").args(args).args(named).write_stdin(lines(input)).output().unwrap();
    let added = String::from_utf8(done.stdout).unwrap();
    let added = added.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    (done.status.code().unwrap(), added, String::from_utf8(done.stderr).unwrap())
}

/// Runs with their outcomes and exit codes.
#[allow(clippy::too_many_lines, reason = "a table")]
fn outcomes() -> [(&'static str, i64, Vec<Value>); 26] {
    let abort = || decision("abort", Some("f1"));
    let found = |kind: &str| vec![opened(true), finding(kind, "stop", false), abort(), closed("rest", None)];
    let rests = |outcome: &str| vec![opened(true), done(outcome), closed("rest", None)];
    let judged = |action: &str| vec![opened(true), done("candidate"), decision(action, None), closed("rest", None)];
    [
        ("done", 0, rests("done")),
        ("done", 0, judged("done")),
        ("unsure", 3, judged("unsure")),
        ("unsure", 3, rests("candidate")),
        ("unsure", 3, rests("waiting")),
        ("unsure", 3, rests("length")),
        ("unsure", 3, vec![opened(true)]),
        ("loop", 10, found("loop")),
        ("loop", 10, found("text")),
        ("loop", 10, found("stagnation")),
        ("loop", 10, found("checks")),
        ("loop", 10, found("steering")),
        // A detector that names neither the episode nor a rule: its kind stands for both.
        ("loop", 10, vec![opened(true), bare(), decision("abort", Some("loop")), closed("rest", None)]),
        ("loop", 10, found("storm")),
        ("stalled", 11, found("stall")),
        ("stalled", 11, found("blocked")),
        ("budget", 12, found("budget")),
        ("failed", 13, vec![opened(true), finding("storm", "warn", true), abort(), closed("rest", None)]),
        ("failed", 13, rests("error")),
        ("failed", 13, vec![opened(true), closed("failed", None)]),
        ("aborted", 15, rests("aborted")),
        ("unreachable", 69, vec![opened(true), closed("serverGone", None)]),
        ("refused", 77, vec![opened(true), closed("notAllowed", None)]),
        ("interrupted", 130, vec![opened(true), closed("interrupted", Some(2))]),
        ("interrupted", 143, vec![opened(true), closed("interrupted", Some(15))]),
        // Without a reviewer, a finding of grade stop ends the run.
        ("loop", 10, vec![opened(true), finding("loop", "stop", false), closed("rest", None)]),
    ]
}

#[test]
fn outcome_exit_codes() {
    for (outcome, code, input) in outcomes() {
        let (seen, added, told) = act(&[], &input);
        let result = &added.last().unwrap()["properties"];
        assert_eq!(
            (result["outcome"].as_str(), result["exitCode"].as_i64()),
            (Some(outcome), Some(code)),
            "{input:?}: {told}"
        );
        assert_eq!(i64::from(seen), code, "{input:?}");
    }
}

/// Nothing is wrong with the pipe: the session did nothing while the stream was open.
#[test]
fn idle_session_is_named() {
    for (replay, says) in [(false, "ocr-stream --follow waits for it to work, and --from-start writes"), (true, "idle")]
    {
        let (code, added, _) = act(&[], &[opened(replay), closed("rest", None)]);
        let reason = added.last().unwrap()["properties"]["reason"].as_str().unwrap();
        assert!(code == 3 && reason.starts_with("the session was idle") && reason.contains(says), "{reason}");
        assert_eq!(reason.contains("--follow"), !replay, "{reason}");
    }
    let busy =
        json!({"ts": 1500, "type": "session.status", "properties": {"sessionID": "ses_1", "status": {"type": "busy"}}});
    let (_, added, _) = act(&[], &[opened(false), busy, closed("rest", None)]);
    let reason = added.last().unwrap()["properties"]["reason"].as_str().unwrap();
    assert!(reason.contains("is ocr-detect in the pipe?"), "{reason}");
}

#[test]
fn failed_verification_exits_14() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = opened(false);
    first["properties"]["directory"] = json!(folder.path());
    let (code, added, told) = act(&["--verify", "exit 7"], &[first, done("done"), closed("rest", None)]);
    assert_eq!(code, 14, "{told}");
    assert!(
        added.iter().any(|l| l["properties"]["detail"].as_str().is_some_and(|d| d.contains("exit 7"))),
        "{added:?}"
    );
}

#[test]
fn replay_skips_actions() {
    let (code, added, _) = act(&[], &[opened(true), finding("loop", "stop", false), decision("abort", Some("f1"))]);
    assert_eq!(code, 10);
    let action = &added[0]["properties"];
    assert_eq!((&action["action"], &action["phase"]), (&json!("abort"), &json!("skipped")));
    assert!(action["detail"].as_str().unwrap().contains("replay"));
    assert_eq!(added.len(), 2, "the finding and its decision are one abort");
}

#[test]
fn repeated_decision() {
    let steer = decision("steer", Some("f1"));
    let (_, added, _) =
        act(&[], &[opened(true), finding("loop", "warn", false), steer.clone(), steer.clone(), closed("rest", None)]);
    let steers = added.iter().filter(|l| l["properties"]["action"] == "steer").count();
    assert_eq!(steers, 1, "{added:?}");
}

#[test]
fn stale_decision() {
    let mut stale = decision("abort", Some("f1"));
    stale["properties"]["stale"] = json!(true);
    let (_, added, _) =
        act(&[], &[opened(true), finding("loop", "warn", false), stale, done("done"), closed("rest", None)]);
    assert!(added.iter().all(|l| l["type"] != "ocr.act.action"), "{added:?}");
}

#[test]
fn on_by_rule_and_kind() {
    let input = [opened(true), finding("stagnation", "warn", false), closed("rest", None)];
    let action = |args: &[&str]| act(args, &input).1[0]["properties"]["action"].clone();
    assert_eq!(action(&["--on", "r=abort"]), "abort");
    assert_eq!(action(&["--on", "stagnation=steer"]), "steer");
    let stop = [opened(true), finding("loop", "stop", false), done("done"), closed("rest", None)];
    assert_eq!(act(&["--on", "loop=continue"], &stop).0, 0);
    let (code, _, told) = act(&["--on", "loop"], &input);
    assert_eq!(code, 2);
    assert!(told.contains("RULE=ACTION"), "{told}");
}

#[test]
fn insecure_server() {
    let mut first = opened(false);
    first["properties"]["server"] = json!("http://example.org:4096/");
    let (code, added, told) = act(&[], &[first, finding("loop", "stop", false), closed("rest", None)]);
    assert_eq!(code, 10);
    assert_eq!(added[0]["properties"]["phase"], "skipped");
    assert!(told.contains("--allow-insecure"), "{told}");
}

#[test]
fn result_has_totals() {
    let part = |id: &str, part: &Value| {
        let mut part = part.clone();
        part["id"] = json!(id);
        json!({"ts": 2050, "type": "message.part.updated", "properties": {"sessionID": "ses_1", "part": part}})
    };
    let call = json!({"type": "tool", "tool": "bash", "state": {"status": "completed"}});
    let step = json!({"type": "step-finish", "tokens": {"input": 100, "output": 20, "reasoning": 3}});
    let patch = json!({"type": "patch", "files": ["/w/src/a.rs"]});
    let turn = json!({"ts": 2100, "type": "ocr.detect.turn", "properties": {"sessionID": "ses_1", "turn": 1, "why": "finding"}});
    let (_, added, told) = act(
        &[],
        &[
            opened(true),
            finding("loop", "stop", false),
            part("p1", &call),
            part("p1", &call),
            part("p2", &step),
            part("p2", &step),
            part("p3", &patch),
            part("p4", &call),
            part("p5", &call),
            part("p6", &call),
            turn,
            decision("abort", Some("f1")),
            closed("rest", None),
        ],
    );
    let result = &added.last().unwrap()["properties"];
    for (member, value) in [
        ("turns", 1),
        ("findings", 1),
        ("decisions", 1),
        ("calls", 4),
        ("tokens", 123),
        ("changedFiles", 1),
        ("wastedCalls", 4),
        ("wastedTokens", 70),
        ("lasted", 3000),
    ] {
        assert_eq!(result[member], value, "{member}");
    }
    assert_eq!(
        told,
        "ocr-act: loop (exit 10): it is bad; 1 turn; 4 calls; 123 tokens; 4 calls that returned nothing new; 70 tokens spent on calls that returned nothing new; 1 file changed (/w/src/a.rs); 3 s\n"
    );
    assert_eq!(result["changed"], json!(["/w/src/a.rs"]));
    assert_eq!(act(&["--quiet"], &[opened(true)]).2, "");
}
