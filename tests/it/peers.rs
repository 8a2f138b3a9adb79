//! The rules of others as plain functions over the same observations, beside ours, on the recordings:
//! `cargo test --test it peers -- --nocapture` prints the table. `OCR_SESSIONS=FOLDER` takes a folder with
//! a `labels.tsv` (file, label) in their place.
#![allow(clippy::unwrap_used, reason = "what cannot be set up must stop the test")]

use crate::support::{names, ocr, recording};
use ocr::detect::{Observed, observed};
use std::path::PathBuf;

type Rule = fn(&[Observed]) -> bool;

/// The last `laps` laps of a period are the same.
fn cycles(keys: &[u64], period: usize, laps: usize) -> bool {
    let length = period * laps;
    keys.len() >= length
        && keys[keys.len() - length..]
            .windows(period + 1)
            .all(|w| w[0] == w[period])
}

fn calls(seen: &[Observed]) -> Vec<u64> {
    seen.iter().map(|call| call.call).collect()
}

/// `OpenCode`'s `doom_loop`: the last three parts of one message are the same call.
fn doom_loop(seen: &[Observed]) -> bool {
    let last = seen.last().map(|call| &call.message);
    let same: Vec<u64> = seen
        .iter()
        .rev()
        .take_while(|call| Some(&call.message) == last)
        .map(|call| call.call)
        .collect();
    cycles(&same, 1, 3)
}

/// The same, across messages.
fn three_in_a_row(seen: &[Observed]) -> bool {
    cycles(&calls(seen), 1, 3)
}

fn roo(seen: &[Observed]) -> bool {
    cycles(&calls(seen), 1, 4)
}

fn cline(seen: &[Observed]) -> bool {
    cycles(&calls(seen), 1, 5)
}

/// Gemini CLI: a period of at most five, five laps.
fn gemini(seen: &[Observed]) -> bool {
    (1..=5).any(|period| cycles(&calls(seen), period, 5))
}

/// `OpenHands`: four same pairs, three errors of one call, or ABABAB.
fn openhands(seen: &[Observed]) -> bool {
    let pairs: Vec<u64> = seen.iter().map(|call| call.with_result).collect();
    let errors =
        seen.len() >= 3 && seen[seen.len() - 3..].iter().all(|call| call.failed) && three_in_a_row(seen);
    cycles(&pairs, 1, 4) || errors || cycles(&pairs, 2, 3)
}

/// Forge: any period, three laps.
fn forge(seen: &[Observed]) -> bool {
    (1..=seen.len() / 3).any(|period| cycles(&calls(seen), period, 3))
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

/// The recordings in which the agent goes in circles or gets nowhere.
const LOOPS: [&str; 14] = [
    "ab-loop",
    "degenerate-text",
    "drifting-text",
    "empty-turns",
    "error-streak",
    "frozen-tests",
    "monologue",
    "near-duplicate",
    "one-call-loop",
    "revert",
    "stagnation",
    "steer-ignored",
    "swinging-tests",
    "walk-in-circles",
];
/// Those in which something else is wrong: a provider, a person who does not answer, an abort. A loop
/// rule has nothing to say about them, and they count for neither side; nor do the one call that may be getting on
/// or be lost and the wait in vain, of which a warning and silence are both right, nor the loop that is
/// told to stop and does.
const OTHERS: [&str; 15] = [
    "abort",
    "bad-key",
    "bad-key-retried",
    "compaction-storm",
    "cut-off",
    "permission-block",
    "polling-in-vain",
    "provider-hang",
    "question-block",
    "retry-recovers",
    "retry-storm",
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
        .filter(|name| !OTHERS.contains(&name.as_str()))
        .map(|name| Session {
            loops: LOOPS.contains(&name.as_str()),
            text: recording(&name),
        })
        .collect()
}

/// After how many calls a peer's rule fires first.
fn fires(rule: Rule, session: &Session) -> Option<usize> {
    let seen = observed(session.text.lines());
    (1..=seen.len()).find(|count| rule(&seen[..*count]))
}

/// Whether ours warns, or stops, of anything but silence and budgets.
fn ours(session: &Session, grades: &[&str]) -> bool {
    let output = ocr("ocr-detect")
        .arg("--only")
        .write_stdin(session.text.as_str())
        .output()
        .unwrap()
        .stdout;
    String::from_utf8(output).unwrap().lines().any(|line| {
        ["loop", "text", "stagnation", "checks"]
            .iter()
            .any(|kind| line.contains(&format!("\"kind\":\"{kind}\"")))
            && grades
                .iter()
                .any(|grade| line.contains(&format!("\"grade\":\"{grade}\"")))
    })
}

fn row(name: &str, sessions: &[Session], fires: impl Fn(&Session) -> bool) -> (usize, usize) {
    let count = |loops: bool| sessions.iter().filter(|s| s.loops == loops && fires(s)).count();
    let total = |loops: bool| sessions.iter().filter(|s| s.loops == loops).count();
    let (found, wrong) = (count(true), count(false));
    tell(&format!(
        "| {name:26} | {found:3} of {:3} | {wrong:3} of {:3} |",
        total(true),
        total(false)
    ));
    (found, wrong)
}

/// One line of the table, which the README has as well.
fn tell(line: &str) {
    println!("{line}");
    if std::env::var_os("OCR_SESSIONS").is_none() {
        let readme = include_str!("../../README.md");
        assert!(readme.contains(&format!("\n{line}\n")), "the README lacks {line}");
    }
}

#[test]
fn ours_beside_the_rules_of_others() {
    let sessions = sessions();
    tell(&format!("| {:26} | {:10} | {:10} |", "rule", "loops", "others"));
    tell(&format!(
        "|{}|{}|{}|",
        "-".repeat(28),
        "-".repeat(12),
        "-".repeat(12)
    ));
    let peers = PEERS.map(|(name, rule)| row(name, &sessions, |session| fires(rule, session).is_some()));
    let (found, wrong) = row("ours, warn or stop", &sessions, |session| {
        ours(session, &["warn", "stop"])
    });
    row("ours, stop", &sessions, |session| ours(session, &["stop"]));
    assert!(
        peers.iter().all(|(loops, _)| *loops <= found),
        "a rule of others finds more"
    );
    if std::env::var_os("OCR_SESSIONS").is_none() {
        assert_eq!(wrong, 0, "ours speaks up where nothing is wrong");
    }
}
