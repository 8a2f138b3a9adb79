//! Every rule has a recording in which it fires, and a similar recording in which nothing is wrong and it is silent.
//! Both are real `OpenCode` sessions in `fixtures/sessions`; `fixtures/scripts` describes them.
#![allow(clippy::unwrap_used, reason = "what cannot be set up must stop the test")]

use crate::support::{ocr, recording};
use ocr::detect::rules;
use std::collections::BTreeSet;

/// A recording, and flags for `ocr-detect`, because budgets have no limits by default, and warn before them.
pub type Judged = (&'static str, &'static str);

/// The rule, where it fires, and where it does not.
pub const PAIRS: [(&str, Judged, Judged); 43] = [
    ("repeat", ("one-call-loop", ""), ("edit-fmt-lint", "")),
    ("repeat", ("ab-loop", ""), ("parallel-calls", "")),
    // The same look, at once and half a minute later.
    ("repeat", ("hasty-looks", ""), ("slow-looks", "")),
    // Numbers in a task ask for nothing; a command and a number do.
    ("repeat", ("number-in-the-task", ""), ("nudged-and-goes-on", "")),
    // What a plugin or a driver sends is no person's message.
    ("repeat", ("nudged-by-a-plugin", ""), ("nudged-and-goes-on", "")),
    ("repeat", ("driven-in-circles", ""), ("nudged-and-goes-on", "")),
    ("repeat-call", ("same-call-other-results", ""), ("edit-test", "")),
    ("novelty", ("walk-in-circles", ""), ("reread", "")),
    ("error-streak", ("one-host-is-down", ""), ("push-works-at-last", "")),
    ("error-streak", ("error-streak", ""), ("other-errors", "")),
    ("error-streak", ("two-errors-in-turn", ""), ("one-mail-each", "")),
    ("stagnation", ("stagnation", ""), ("same-file-edits", "")),
    ("near-duplicate", ("near-duplicate", ""), ("pagination", "")),
    ("nesting", ("handed-on", ""), ("subagent", "")),
    ("revert", ("revert", ""), ("taken-back", "")),
    ("checks", ("frozen-tests", ""), ("edit-test", "")),
    ("checks", ("swinging-tests", ""), ("edit-test", "")),
    ("tamper", ("skipped-test", ""), ("mended-code", "")),
    ("polling", ("polling-in-vain", ""), ("polling", "")),
    ("monologue", ("monologue", ""), ("told-in-parts", "")),
    ("monologue", ("talks-to-itself", ""), ("told-in-parts", "")),
    ("degenerate-text", ("degenerate-text", ""), ("long-text", "")),
    ("drifting-text", ("drifting-text", ""), ("long-text", "")),
    ("drifting-text", ("paraphrases", ""), ("listed-items", "")),
    ("empty-turns", ("empty-turns", ""), ("empty-between", "")),
    ("retry-storm", ("retry-storm", ""), ("retry-recovers", "")),
    ("retry-storm", ("bad-key", ""), ("retry-recovers", "")),
    ("quota", ("quota", ""), ("retry-recovers", "")),
    ("compaction-storm", ("compaction-storm", ""), ("compaction-with-work", "")),
    ("blocked", ("permission-block", ""), ("permission-given", "")),
    ("blocked", ("question-block", ""), ("question-in-prose", "")),
    // Each poll is a minute without events in which a tool runs.
    ("stall", ("provider-hang", ""), ("polling-in-vain", "")),
    ("stall", ("arguments-stop", ""), ("arguments-come-slowly", "")),
    ("stall", ("provider-hang", "--inactivity-timeout=36"), ("slow-first-token", "--inactivity-timeout=36")),
    // The sleep was longer than the silence.
    ("stall", ("provider-hang", ""), ("asleep", "")),
    (
        "stall",
        ("prints-for-long", "--limit=stall.tool-minutes=1"),
        ("long-test-output", "--limit=stall.tool-minutes=1"),
    ),
    ("steering", ("steer-ignored", ""), ("steer-heeded", "")),
    ("iterations", ("one-call-loop", "--max-iterations=2"), ("one-call-loop", "--max-iterations=3")),
    ("budget", ("priced", "--max-steps=3"), ("priced", "--max-steps=4 --warn-at=100")),
    ("budget", ("priced", "--max-tokens=4399"), ("priced", "--max-tokens=4400 --warn-at=100")),
    ("budget", ("priced", "--max-cost=0.0179"), ("priced", "--max-cost=0.018 --warn-at=100")),
    ("budget", ("priced", "--max-time=3"), ("priced", "--max-time=4 --warn-at=100")),
    ("budget", ("one-call-loop", "--max-idle-tokens=129749"), ("one-call-loop", "--max-idle-tokens=129750")),
];

/// An outcome or a contradiction, a recording that ends with it, and one that does not.
const ENDS: [(&str, &str, &str); 16] = [
    ("waiting", "question-in-prose", "clean-completion"),
    ("gaveUp", "gives-up", "push-works-at-last"),
    ("refused", "denied", "permission-given"),
    ("empty", "says-nothing", "empty-between"),
    ("length", "cut-off", "long-text"),
    ("aborted", "abort", "clean-completion"),
    ("error", "bad-key", "retry-recovers"),
    ("openTodos", "todos-left", "rename"),
    ("lastCheckFailed", "frozen-tests", "edit-test"),
    ("checkUnknown", "reads-a-part", "edit-test"),
    ("uncheckedChange", "changed-after-the-test", "does-what-it-announces"),
    ("announcedMore", "announces-more", "does-what-it-announces"),
    ("unsupportedClaim", "claims-a-test", "edit-test"),
    ("tamper", "skipped-test", "mended-code"),
    ("emptyDiff", "error-streak", "asked-ten-runs"),
    ("openFinding", "hasty-looks", "slow-looks"),
];

/// The outcome and the contradictions of the last rest of a recording.
fn ending(name: &str) -> Vec<String> {
    let output = ocr("ocr-detect").arg("--only").write_stdin(recording(name)).assert().success();
    let lines = String::from_utf8(output.get_output().stdout.clone()).unwrap();
    let done = lines.lines().rfind(|line| line.contains("\"ocr.detect.done\"")).unwrap();
    let done: serde_json::Value = serde_json::from_str(done).unwrap();
    let said = [&done["properties"]["outcome"]].into_iter();
    let against = done["properties"]["contradictions"].as_array().into_iter().flatten();
    said.chain(against).filter_map(|word| word.as_str()).map(str::to_owned).collect()
}

#[test]
fn ends_and_their_neighbours() {
    for (end, has, lacks) in ENDS {
        assert!(ending(has).contains(&end.to_owned()), "{has} does not end with {end}");
        assert!(!ending(lacks).contains(&end.to_owned()), "{lacks} ends with {end}");
    }
}

/// The rules that fire in a recording.
fn found((name, flags): Judged) -> BTreeSet<String> {
    found_in(recording(name), &flags.split_whitespace().collect::<Vec<_>>())
}

#[test]
fn fires_and_stays_silent() {
    for (rule, fires, silent) in PAIRS {
        assert!(found(fires).contains(rule), "{rule} is silent in {fires:?}");
        assert!(!found(silent).contains(rule), "{rule} fires in {silent:?}");
    }
}

/// The rules that fire in lines.
fn found_in(lines: String, flags: &[&str]) -> BTreeSet<String> {
    let output = ocr("ocr-detect").arg("--only").args(flags).write_stdin(lines).assert().success();
    let lines = String::from_utf8(output.get_output().stdout.clone()).unwrap();
    let rules = lines.lines().filter_map(|line| line.split("\"rule\":\"").nth(1));
    rules.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

/// A transcript has no ticks: a silence shows when its end is seen.
#[test]
fn silence_without_ticks() {
    let without_ticks = |name: &str| -> String {
        recording(name).lines().filter(|line| !line.contains("\"ocr.stream.tick\"")).map(|l| format!("{l}\n")).collect()
    };
    let flags = ["--inactivity-timeout=20"];
    assert!(found_in(without_ticks("slow-first-token"), &flags).contains("stall"));
    assert!(!found_in(without_ticks("clean-completion"), &flags).contains("stall"));
}

/// Some captures were published without the ids of their parts.
#[test]
fn loop_without_part_ids() {
    let part_id = regex::Regex::new(r#""id":"prt_\w+",?"#).unwrap();
    let without_ids = |name: &str| part_id.replace_all(&recording(name), "").into_owned();
    assert!(found_in(without_ids("one-call-loop"), &[]).contains("repeat"));
    assert!(!found_in(without_ids("edit-test"), &[]).contains("repeat"));
}

/// Says once that the session rests, although its end fell into a gap, and not before a subagent rests that nobody
/// waits for.
#[test]
fn rest_after_a_gap_and_after_the_background() {
    let rests = |name: &str| -> Vec<serde_json::Value> {
        let output = ocr("ocr-detect").write_stdin(recording(name)).assert().success();
        let lines = String::from_utf8(output.get_output().stdout.clone()).unwrap();
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let at = |lines: &[serde_json::Value], kind: &str| -> Vec<usize> {
        (0..lines.len()).filter(|at| lines[*at]["type"] == kind).collect()
    };
    let gap = rests("rests-in-a-gap");
    let (done, broken) = (at(&gap, "ocr.detect.done"), at(&gap, "ocr.stream.gap"));
    assert!(done.len() == 1 && done[0] > broken[0], "{done:?} {broken:?}");
    let background = rests("works-in-the-background");
    let (done, idle) = (at(&background, "ocr.detect.done"), at(&background, "session.idle"));
    assert!(done.len() == 1 && idle.len() == 2 && done[0] > idle[1], "{done:?} {idle:?}");
}

#[test]
fn covers_every_rule() {
    let paired: BTreeSet<&str> = PAIRS.iter().map(|(rule, ..)| *rule).collect();
    let listed: BTreeSet<&str> = rules().map(|rule| rule.name).collect();
    assert_eq!(paired, listed);
}
