//! What decisions and questions say about the run.

use super::fake::Fake;
use super::lines::{finding, looping, opened, rest, text, turn};
use serde_json::{Value, json};

#[test]
fn decision_has_iteration_and_sample() {
    let fake = Fake::deciding("done");
    let mut live = fake.live(&[]);
    live.write(&[opened("x"), text(1500, "one"), text(1600, "two"), rest(2000, "candidate", &[], 7)].concat());
    let line = live.next("ocr.review.decision");
    assert_eq!((&line["ts"], &line["properties"]["iteration"]), (&json!(2000), &json!(7)));
    assert_eq!(line["properties"]["sampleLines"], 2);
}

#[test]
fn decision_has_retries() {
    let fake = Fake::start(|n, request, stream| {
        if n > 0 {
            super::fake::answer(stream, &request.decide("done"));
        }
    });
    let mut live = fake.live(&[]);
    live.write(&[opened("x"), rest(2000, "candidate", &[], 1)].concat());
    assert_eq!(live.decision()["retries"], 1);
}

#[test]
fn question_has_last_decisions() {
    let fake = Fake::deciding("continue");
    let mut live = fake.live(&[]);
    live.write(&opened("x"));
    for n in 1..=8u32 {
        live.write(&rest(i64::from(n) * 1000 + 1000, "candidate", &[], n.into()));
        live.decision();
    }
    let decisions = fake.requests()[7].evidence()["earlierDecisions"].clone();
    let turns: Vec<Value> = decisions.as_array().unwrap().iter().map(|past| past["iteration"].clone()).collect();
    assert_eq!(turns, [3, 4, 5, 6, 7]);
    assert_eq!((&decisions[0]["decided"], &decisions[0]["reason"]), (&json!("continue"), &json!("as seen")));
}

#[test]
fn budget_needs_no_question() {
    let fake = Fake::deciding("continue");
    let mut live = fake.live(&[]);
    live.write(&[opened("x"), finding(2000, "budget", "stop", "open", 10)].concat());
    assert_eq!(live.decision()["action"], "abort");
    assert_eq!(fake.requests().len(), 0);
}

#[test]
fn logs_questions_and_decisions() {
    let fake = Fake::deciding("abort");
    let input = [opened("x"), looping(2000, "warn", "open", 4)].concat();
    let done = fake.review(&["--log", "info", "--reviewer-model", "m"], &input);
    let log = String::from_utf8(done.stderr).unwrap();
    assert!(log.contains("turn 4: asking m"), "{log}");
    assert!(log.contains("turn 4: abort by m: as seen"), "{log}");
}

#[test]
fn question_has_start_and_turn() {
    let fake = Fake::deciding("continue");
    let mut live = fake.live(&[]);
    live.write(&[opened("x"), turn(91_000, "interval", 3)].concat());
    live.decision();
    let evidence = fake.requests()[0].evidence();
    assert_eq!((&evidence["startedAt"], &evidence["runningSeconds"]), (&json!(1000), &json!(90)));
    assert_eq!(evidence["iteration"], 3);
}
