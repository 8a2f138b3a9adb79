//! Compares our rules with those of other tools, written as plain functions over the calls of the recordings:
//! `cargo test --test it peers -- --nocapture` prints the table. `OCR_SESSIONS=FOLDER` reads another folder, with a
//! `labels.tsv` (file, label), instead of the recordings.
#![allow(clippy::unwrap_used, reason = "what cannot be set up must stop the test")]

use crate::support::{names, ocr, recording};
use regex::Regex;
use serde_json::Value;
use std::collections::HashSet;
use std::path::PathBuf;

/// A call that ended.
struct Call {
    message: String,
    /// The tool and its input.
    key: String,
    /// The tool, its input and its result.
    key_with_result: String,
    failed: bool,
}

type Rule = fn(&[Call]) -> bool;

/// Arguments that models word differently for the same call.
const FREE_TEXT: [&str; 4] = ["description", "task_progress", "intent", "timeout"];

/// The calls of a recording, in the order in which they ended, each once.
fn calls(text: &str) -> Vec<Call> {
    let volatile = Regex::new(r"\d[\d:.]{2,}|\b[0-9a-f]{7,}\b").unwrap();
    let mut known = HashSet::new();
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let parts = lines.filter_map(|line| line.pointer("/properties/part").or_else(|| line.get("part")).cloned());
    parts
        .filter_map(|part| {
            let state = &part["state"];
            let status = state["status"].as_str()?;
            let has_ended = part["type"] == "tool" && ["completed", "error"].contains(&status);
            if !has_ended || !known.insert(part["id"].to_string()) {
                return None;
            }
            let mut input = state["input"].clone();
            if let Some(arguments) = input.as_object_mut() {
                arguments.retain(|name, _| !FREE_TEXT.contains(&name.as_str()));
            }
            let result = state["error"].as_str().or_else(|| state["output"].as_str());
            let key = format!("{} {input}", part["tool"]);
            Some(Call {
                message: part["messageID"].to_string(),
                key_with_result: format!("{key} {status} {}", volatile.replace_all(result.unwrap_or(""), "#")),
                key,
                failed: status == "error" || state["metadata"]["exit"].as_i64().is_some_and(|code| code != 0),
            })
        })
        .collect()
}

/// Whether the last `laps` laps of a period are the same.
fn cycles(keys: &[&str], period: usize, laps: usize) -> bool {
    let length = period * laps;
    keys.len() >= length && keys[keys.len() - length..].windows(period + 1).all(|w| w[0] == w[period])
}

fn keys(calls: &[Call]) -> Vec<&str> {
    calls.iter().map(|call| &*call.key).collect()
}

/// `OpenCode`'s `doom_loop`: the last three parts of one message are the same call.
fn doom_loop(calls: &[Call]) -> bool {
    let last = calls.last().map(|call| &call.message);
    let of_message = calls.iter().rev().take_while(|call| Some(&call.message) == last);
    let keys: Vec<&str> = of_message.map(|call| &*call.key).collect();
    cycles(&keys, 1, 3)
}

/// The same, across messages.
fn three_in_a_row(calls: &[Call]) -> bool {
    cycles(&keys(calls), 1, 3)
}

fn roo(calls: &[Call]) -> bool {
    cycles(&keys(calls), 1, 4)
}

fn cline(calls: &[Call]) -> bool {
    cycles(&keys(calls), 1, 5)
}

/// Gemini CLI: five laps of a period of at most five.
fn gemini(calls: &[Call]) -> bool {
    (1..=5).any(|period| cycles(&keys(calls), period, 5))
}

/// `OpenHands`: four equal pairs of call and result, three errors of one call, or ABABAB.
fn openhands(calls: &[Call]) -> bool {
    let pairs: Vec<&str> = calls.iter().map(|call| &*call.key_with_result).collect();
    let errors = calls.len() >= 3 && calls[calls.len() - 3..].iter().all(|call| call.failed) && three_in_a_row(calls);
    cycles(&pairs, 1, 4) || errors || cycles(&pairs, 2, 3)
}

/// Forge: three laps of any period.
fn forge(calls: &[Call]) -> bool {
    (1..=calls.len() / 3).any(|period| cycles(&keys(calls), period, 3))
}

const PEERS: [(&str, Rule); 7] = [
    ("OpenCode doom_loop", doom_loop),
    ("the same, across messages", three_in_a_row),
    ("Roo", roo),
    ("Cline", cline),
    ("Gemini CLI", gemini),
    ("OpenHands", openhands),
    ("Forge", forge),
];

/// Recordings in which the agent loops or makes no progress.
const LOOPS: [&str; 22] = [
    "ab-loop",
    "degenerate-text",
    "driven-in-circles",
    "drifting-text",
    "empty-turns",
    "error-streak",
    "frozen-tests",
    "hasty-looks",
    "one-host-is-down",
    "two-errors-in-turn",
    "talks-to-itself",
    "paraphrases",
    "monologue",
    "near-duplicate",
    "nudged-by-a-plugin",
    "number-in-the-task",
    "one-call-loop",
    "revert",
    "stagnation",
    "steer-ignored",
    "swinging-tests",
    "walk-in-circles",
];
/// Recordings that count for neither side. In most, something other than a loop is wrong: the provider, a person who
/// does not answer, an abort, a test that is skipped. In some, a warning and silence are both right, because the agent may be making progress.
/// In one, the agent loops and stops when it is told to.
const UNCOUNTED: [&str; 19] = [
    "abort",
    "arguments-stop",
    "bad-key",
    "bad-key-retried",
    "compaction-storm",
    "cut-off",
    "handed-on",
    "permission-block",
    "polling-in-vain",
    "provider-hang",
    "question-block",
    "retry-recovers",
    "quota",
    "retry-storm",
    "skipped-test",
    "subagent-blocked",
    "asked-ten-runs",
    "same-call-other-results",
    "steer-heeded",
];

struct Session {
    loops: bool,
    text: String,
}

fn sessions() -> Vec<Session> {
    if let Some(folder) = std::env::var_os("OCR_SESSIONS").map(PathBuf::from) {
        let labels = std::fs::read_to_string(folder.join("labels.tsv")).unwrap();
        return labels
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once('\t'))
            .filter(|(_, rest)| !rest.starts_with("SHORT"))
            .map(|(file, rest)| Session {
                loops: rest.split('\t').next().unwrap().contains("LOOP"),
                text: std::fs::read_to_string(folder.join(file)).unwrap(),
            })
            .collect();
    }
    names()
        .into_iter()
        .filter(|name| !UNCOUNTED.contains(&name.as_str()))
        .map(|name| Session { loops: LOOPS.contains(&name.as_str()), text: recording(&name) })
        .collect()
}

/// Whether another tool's rule fires at any time.
fn fires(rule: Rule, session: &Session) -> bool {
    let calls = calls(&session.text);
    (1..=calls.len()).any(|count| rule(&calls[..count]))
}

/// Whether our rules report a problem of one of these grades, other than silence and budgets.
fn ours(session: &Session, grades: &[&str]) -> bool {
    let output = ocr("ocr-detect").arg("--only").write_stdin(session.text.as_str()).output().unwrap().stdout;
    String::from_utf8(output).unwrap().lines().any(|line| {
        ["loop", "text", "stagnation", "checks"].iter().any(|kind| line.contains(&format!("\"kind\":\"{kind}\"")))
            && grades.iter().any(|grade| line.contains(&format!("\"grade\":\"{grade}\"")))
    })
}

/// One line of the table, and how many loops and others the rule finds.
fn row(name: &str, sessions: &[Session], fires: impl Fn(&Session) -> bool) -> (String, usize, usize) {
    let count = |loops: bool| sessions.iter().filter(|s| s.loops == loops && fires(s)).count();
    let total = |loops: bool| sessions.iter().filter(|s| s.loops == loops).count();
    let (found, wrong) = (count(true), count(false));
    (format!("| {name:26} | {found:3} of {:3} | {wrong:3} of {:3} |", total(true), total(false)), found, wrong)
}

/// The comparison in docs/comparison.md is what comes out here.
#[test]
fn beats_other_rules() {
    let sessions = sessions();
    let peers = PEERS.map(|(name, rule)| row(name, &sessions, |session| fires(rule, session)));
    let (warned, found, wrong) = row("ours, warn or stop", &sessions, |session| ours(session, &["warn", "stop"]));
    let (stopped, ..) = row("ours, stop", &sessions, |session| ours(session, &["stop"]));
    let head = format!("| {:26} | {:10} | {:10} |", "rule", "loops", "others");
    let rule = format!("|{}|{}|{}|", "-".repeat(28), "-".repeat(12), "-".repeat(12));
    let rows = peers.iter().map(|(line, ..)| line);
    let table: Vec<&str> = [&head, &rule].into_iter().chain(rows).chain([&warned, &stopped]).map(|l| &**l).collect();
    let table = table.join("\n");
    println!("{table}");
    assert!(peers.iter().all(|(_, loops, _)| *loops <= found), "another rule finds more");
    if std::env::var_os("OCR_SESSIONS").is_none() {
        assert_eq!(wrong, 0, "ours warns where nothing is wrong");
        assert!(include_str!("../../docs/comparison.md").contains(&table), "docs/comparison.md has another table");
    }
}
