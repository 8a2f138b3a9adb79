//! Trouble that is not in the calls: silence, people and providers that do not answer, empty answers, budgets.
//! Each beside its nearest legitimate neighbour.

use super::support::{bash, findings, findings_with, graded};
use crate::detect::Config;
use crate::wire::record::Grade;
use serde_json::{Value, json};

/// A line of the bus, `at` seconds after the beginning.
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

fn retry(at: f64, attempt: u32, message: &str) -> String {
    let status = json!({"type": "retry", "attempt": attempt, "message": message, "next": 0});
    event(at, "session.status", &json!({ "status": status }))
}

fn told(lines: &[String]) -> Vec<(String, Grade)> {
    graded(&findings(lines))
}

fn named(rule: &str, grades: &[Grade]) -> Vec<(String, Grade)> {
    grades.iter().map(|grade| (rule.to_owned(), *grade)).collect()
}

/// Ticks for so many seconds.
fn ticks(from: u32, to: u32) -> impl Iterator<Item = String> {
    (from..=to).map(|second| tick(f64::from(second)))
}

#[test]
fn silence_is_noticed_warned_of_and_ended() {
    let silent = |seconds| -> Vec<String> { std::iter::once(busy(0.0)).chain(ticks(1, seconds)).collect() };
    assert_eq!(told(&silent(29)), []);
    assert_eq!(told(&silent(30)), named("stall", &[Grade::Notice]));
    assert_eq!(
        told(&silent(300)),
        named("stall", &[Grade::Notice, Grade::Warn, Grade::Stop])
    );
}

#[test]
fn a_tool_that_runs_for_nine_minutes_is_no_silence() {
    let running = json!({"part": {"id": "prt_1", "messageID": "msg_1", "sessionID": "ses_1", "type": "tool", "tool": "bash",
        "state": {"status": "running", "input": {"command": "make"}}}});
    let lines: Vec<String> = [busy(0.0), event(1.0, "message.part.updated", &running)]
        .into_iter()
        .chain(ticks(2, 540))
        .collect();
    assert_eq!(told(&lines), []);
}

#[test]
fn a_question_that_nobody_answers_blocks_and_is_ended() {
    let asked = event(
        1.0,
        "permission.asked",
        &json!({"id": "per_1", "permission": "bash"}),
    );
    let answered = event(
        9.0,
        "permission.replied",
        &json!({"requestID": "per_1", "reply": "once"}),
    );
    let waits = |until| -> Vec<String> {
        [busy(0.0), asked.clone()]
            .into_iter()
            .chain(ticks(2, until))
            .collect()
    };
    assert_eq!(told(&waits(40)), named("blocked", &[Grade::Warn]));
    assert_eq!(told(&waits(302)), named("blocked", &[Grade::Warn, Grade::Stop]));
    let lines: Vec<String> = [busy(0.0), asked.clone(), answered]
        .into_iter()
        .chain(ticks(10, 25))
        .collect();
    assert_eq!(told(&lines), []);
}

#[test]
fn a_provider_that_fails_again_and_again_is_nobodys_loop() {
    let fails = |count: u32| -> Vec<String> {
        std::iter::once(busy(0.0))
            .chain((1..=count).map(|n| retry(f64::from(n), n, "overloaded")))
            .collect()
    };
    assert_eq!(told(&fails(5)), []);
    assert_eq!(told(&fails(6)), named("retry-storm", &[Grade::Warn]));
    assert!(findings(&fails(6))[0].infra);
    // An outage that is over before long, and a key that will not get better.
    let text = event(
        3.0,
        "message.part.updated",
        &json!({"part": {"id": "prt_1", "messageID": "msg_1", "type": "text", "text": "ok",
        "time": {"start": 1, "end": 2}}}),
    );
    let over: Vec<String> = [busy(0.0), retry(1.0, 1, "overloaded"), text]
        .into_iter()
        .chain(ticks(4, 20))
        .collect();
    assert_eq!(told(&over), []);
    let refused = [busy(0.0), retry(1.0, 1, "401: invalid api key")];
    assert_eq!(told(&refused), named("retry-storm", &[Grade::Warn]));
}

#[test]
fn compactions_with_nothing_between_are_a_storm() {
    let compacted = |n: u32| event(f64::from(n), "session.compacted", &json!({}));
    let storm: Vec<String> = (1..=5).map(compacted).collect();
    assert_eq!(told(&storm[..2]), []);
    assert_eq!(
        told(&storm),
        named("compaction-storm", &[Grade::Warn, Grade::Stop])
    );
    // A long session that works between two.
    let works: Vec<String> = (0..6u32)
        .flat_map(|n| {
            let at = usize::try_from(20 * n + 1).unwrap();
            let calls =
                (0..3).flat_map(move |m| bash(at + m, &format!("cat {n}{m}"), &format!("text {n} {m}")));
            calls.chain([compacted(20 * n + 10)])
        })
        .collect();
    assert_eq!(told(&works), []);
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
fn two_empty_answers_in_a_row_are_a_stop_and_one_is_not() {
    assert_eq!(told(&[step(1, 0)]), []);
    assert_eq!(told(&[step(1, 0), step(2, 7), step(3, 0)]), []);
    assert_eq!(
        told(&[step(1, 0), step(2, 0)]),
        named("empty-turns", &[Grade::Stop])
    );
}

fn says(at: u32, text: &str) -> [String; 2] {
    let part = json!({"id": format!("prt_t{at}"), "messageID": format!("msg_{at}"), "type": "text", "text": text, "time": {"start": 1, "end": 2}});
    [
        event(f64::from(at), "message.part.updated", &json!({ "part": part })),
        step(at, 20),
    ]
}

#[test]
fn the_same_answer_three_times_is_a_monologue() {
    let same = |n: u32| {
        says(
            10 * n,
            &format!("I will now look at the file and then fix the failing test. Attempt {n}."),
        )
    };
    let lines: Vec<String> = (1..=3).flat_map(same).collect();
    assert_eq!(told(&lines[..4]), []);
    assert_eq!(told(&lines), named("monologue", &[Grade::Warn]));
    let others = [
        "The parser is done.",
        "Next come the tests of the lexer.",
        "Everything is written down.",
    ];
    let lines: Vec<String> = others
        .iter()
        .zip(1..)
        .flat_map(|(text, n)| says(10 * n, text))
        .collect();
    assert_eq!(told(&lines), []);
}

#[test]
fn a_budget_is_spent_when_it_is_exceeded_and_not_before() {
    let steps: Vec<String> = (1..=3).map(|n| step(n, 5)).collect();
    let with = |config| graded(&findings_with(config, &steps));
    let stop = named("budget", &[Grade::Stop]);
    assert_eq!(
        with(Config {
            max_steps: Some(3),
            ..Config::default()
        }),
        []
    );
    assert_eq!(
        with(Config {
            max_steps: Some(2),
            ..Config::default()
        }),
        stop
    );
    assert_eq!(
        with(Config {
            max_tokens: Some(45),
            ..Config::default()
        }),
        []
    );
    assert_eq!(
        with(Config {
            max_tokens: Some(44),
            ..Config::default()
        }),
        stop
    );
    assert_eq!(
        with(Config {
            max_time: Some(1500),
            ..Config::default()
        }),
        stop
    );
    assert_eq!(
        with(Config {
            max_idle_tokens: Some(44),
            ..Config::default()
        }),
        named("budget", &[Grade::Notice])
    );
}

#[test]
fn the_same_call_with_other_results_is_a_warning_and_a_poll_is_none() {
    let calls = |command: &str| -> Vec<String> {
        (0..5usize)
            .flat_map(|n| bash(5 * n, command, ["a", "b", "c", "d", "e"][n]))
            .collect()
    };
    assert_eq!(told(&calls("cat state")), named("repeat-call", &[Grade::Warn]));
    assert_eq!(told(&calls("sleep 5; cat state")), []);
}
