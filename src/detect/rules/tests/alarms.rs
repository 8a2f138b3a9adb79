//! Problems beyond calls: silence, people and providers that do not answer, empty answers, budgets. Each is tested
//! beside its nearest harmless neighbour.

use super::support::{bash, findings, findings_with, graded};
use crate::detect::config::Config;
use crate::wire::record::Grade;
use serde_json::{Value, json};

/// An event of the bus, `at` seconds after the beginning.
fn event(at: f64, kind: &str, properties: &Value) -> String {
    let mut properties = properties.clone();
    properties["sessionID"] = json!("ses_1");
    #[allow(clippy::cast_possible_truncation)]
    let ts = (at * 1000.0) as i64;
    json!({"ts": ts, "id": format!("evt_{ts}"), "type": kind, "properties": properties}).to_string()
}

fn busy(at: f64) -> String {
    event(at, "session.status", &json!({"status": {"type": "busy"}}))
}

fn tick(at: f64) -> String {
    event(at, "ocr.stream.tick", &json!({}))
}

fn retry_status(at: f64, attempt: u32, message: &str) -> String {
    let status = json!({"type": "retry", "attempt": attempt, "message": message, "next": 0});
    event(at, "session.status", &json!({ "status": status }))
}

fn found(lines: &[String]) -> Vec<(String, Grade)> {
    graded(&findings(lines))
}

fn named(rule: &str, grades: &[Grade]) -> Vec<(String, Grade)> {
    grades.iter().map(|grade| (rule.to_owned(), *grade)).collect()
}

/// One tick per second.
fn ticks(from: u32, to: u32) -> impl Iterator<Item = String> {
    (from..=to).map(|second| tick(f64::from(second)))
}

#[test]
fn stall_grades() {
    let silent = |seconds| -> Vec<String> { std::iter::once(busy(0.0)).chain(ticks(1, seconds)).collect() };
    assert_eq!(found(&silent(29)), []);
    assert_eq!(found(&silent(30)), named("stall", &[Grade::Notice]));
    assert_eq!(found(&silent(300)), named("stall", &[Grade::Notice, Grade::Warn, Grade::Stop]));
}

#[test]
fn long_tool_is_no_stall() {
    let running = json!({"part": {"id": "prt_1", "messageID": "msg_1", "sessionID": "ses_1", "type": "tool", "tool": "bash",
        "state": {"status": "running", "input": {"command": "make"}}}});
    let lines: Vec<String> =
        [busy(0.0), event(1.0, "message.part.updated", &running)].into_iter().chain(ticks(2, 540)).collect();
    assert_eq!(found(&lines), []);
}

#[test]
fn blocked_grades() {
    let asked = event(1.0, "permission.asked", &json!({"id": "per_1", "permission": "bash"}));
    let answered = event(9.0, "permission.replied", &json!({"requestID": "per_1", "reply": "once"}));
    let waits = |until| -> Vec<String> { [busy(0.0), asked.clone()].into_iter().chain(ticks(2, until)).collect() };
    assert_eq!(found(&waits(40)), named("blocked", &[Grade::Warn]));
    assert_eq!(found(&waits(302)), named("blocked", &[Grade::Warn, Grade::Stop]));
    let lines: Vec<String> = [busy(0.0), asked.clone(), answered].into_iter().chain(ticks(10, 25)).collect();
    assert_eq!(found(&lines), []);
}

#[test]
fn retry_storm() {
    let fails = |count: u32| -> Vec<String> {
        std::iter::once(busy(0.0)).chain((1..=count).map(|n| retry_status(f64::from(n), n, "overloaded"))).collect()
    };
    assert_eq!(found(&fails(5)), []);
    assert_eq!(found(&fails(6)), named("retry-storm", &[Grade::Warn]));
    assert!(findings(&fails(6))[0].infra);
    // A short outage, and a wrong key.
    let text = event(
        3.0,
        "message.part.updated",
        &json!({"part": {"id": "prt_1", "messageID": "msg_1", "type": "text", "text": "ok",
        "time": {"start": 1, "end": 2}}}),
    );
    let recovered: Vec<String> =
        [busy(0.0), retry_status(1.0, 1, "overloaded"), text].into_iter().chain(ticks(4, 20)).collect();
    assert_eq!(found(&recovered), []);
    let refused = [busy(0.0), retry_status(1.0, 1, "401: invalid api key")];
    assert_eq!(found(&refused), named("retry-storm", &[Grade::Warn]));
}

#[test]
fn compaction_storm() {
    let compacted = |n: u32| event(f64::from(n), "session.compacted", &json!({}));
    let storm: Vec<String> = (1..=5).map(compacted).collect();
    assert_eq!(found(&storm[..2]), []);
    assert_eq!(found(&storm), named("compaction-storm", &[Grade::Warn, Grade::Stop]));
    // A long session that works in between.
    let works: Vec<String> = (0..6u32)
        .flat_map(|n| {
            let at = usize::try_from(20 * n + 1).unwrap();
            let calls = (0..3).flat_map(move |m| bash(at + m, &format!("cat {n}{m}"), &format!("text {n} {m}")));
            calls.chain([compacted(20 * n + 10)])
        })
        .collect();
    assert_eq!(found(&works), []);
}

fn step(at: u32, produced: u32) -> String {
    event(
        f64::from(at),
        "message.part.updated",
        &json!({"part": {"id": format!("prt_{at}"), "messageID": format!("msg_{at}"),
        "type": "step-finish", "reason": "stop", "tokens": {"input": 10, "output": produced, "reasoning": 0}}}),
    )
}

#[test]
fn empty_turns() {
    assert_eq!(found(&[step(1, 0)]), []);
    assert_eq!(found(&[step(1, 0), step(2, 7), step(3, 0)]), []);
    assert_eq!(found(&[step(1, 0), step(2, 0)]), named("empty-turns", &[Grade::Stop]));
}

fn answer(at: u32, text: &str) -> [String; 2] {
    let part = json!({"id": format!("prt_t{at}"), "messageID": format!("msg_{at}"), "type": "text", "text": text, "time": {"start": 1, "end": 2}});
    [event(f64::from(at), "message.part.updated", &json!({ "part": part })), step(at, 20)]
}

#[test]
fn monologue() {
    let same =
        |n: u32| answer(10 * n, &format!("I will now look at the file and then fix the failing test. Attempt {n}."));
    let lines: Vec<String> = (1..=3).flat_map(same).collect();
    assert_eq!(found(&lines[..4]), []);
    assert_eq!(found(&lines), named("monologue", &[Grade::Warn]));
    let others = ["The parser is done.", "Next come the tests of the lexer.", "Everything is written down."];
    let lines: Vec<String> = others.iter().zip(1..).flat_map(|(text, n)| answer(10 * n, text)).collect();
    assert_eq!(found(&lines), []);
}

#[test]
fn budgets() {
    let steps: Vec<String> = (1..=3).map(|n| step(n, 5)).collect();
    let with = |config| graded(&findings_with(config, &steps));
    let stop = named("budget", &[Grade::Stop]);
    assert_eq!(with(Config { max_steps: Some(3), ..Config::default() }), []);
    assert_eq!(with(Config { max_steps: Some(2), ..Config::default() }), stop);
    assert_eq!(with(Config { max_tokens: Some(45), ..Config::default() }), []);
    assert_eq!(with(Config { max_tokens: Some(44), ..Config::default() }), stop);
    assert_eq!(with(Config { max_time: Some(1500), ..Config::default() }), stop);
    assert_eq!(with(Config { max_idle_tokens: Some(44), ..Config::default() }), named("budget", &[Grade::Notice]));
}

#[test]
fn repeat_call() {
    let calls = |command: &str| -> Vec<String> {
        (0..5usize).flat_map(|n| bash(5 * n, command, ["a", "b", "c", "d", "e"][n])).collect()
    };
    assert_eq!(found(&calls("cat state")), named("repeat-call", &[Grade::Warn]));
    assert_eq!(found(&calls("sleep 5; cat state")), []);
}
