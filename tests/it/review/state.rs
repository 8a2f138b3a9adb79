//! What a run remembers is in its lines.

use super::fake::Fake;
use super::lines::{Live, finding, looping, opened, rest, text, turn};
use crate::support::ocr;
use serde_json::{Value, json};

fn live(fake: &Fake) -> Live {
    Live::start(&["--reviewer-url", &fake.url, "--retry-pause", "0.001"])
}

#[test]
fn sta_01_a_decision_has_its_iteration_its_time_and_the_size_of_its_sample() {
    let fake = Fake::deciding("done");
    let mut live = live(&fake);
    live.write(
        &[
            opened("x"),
            text(1500, "one"),
            text(1600, "two"),
            rest(2000, "candidate", &[], 7),
        ]
        .concat(),
    );
    let line = live.next("ocr.review.decision");
    assert_eq!(
        (&line["ts"], &line["properties"]["iteration"]),
        (&json!(2000), &json!(7))
    );
    assert_eq!(line["properties"]["sampleLines"], 2);
}

#[test]
fn sta_02_a_decision_has_its_retries() {
    let fake = Fake::start(|n, request, stream| {
        if n > 0 {
            super::fake::answer(stream, &request.decide("done"));
        }
    });
    let mut live = live(&fake);
    live.write(&[opened("x"), rest(2000, "candidate", &[], 1)].concat());
    assert_eq!(live.decision()["retries"], 1);
}

#[test]
fn sta_03_the_last_five_decisions_are_told_to_the_reviewer() {
    let fake = Fake::deciding("continue");
    let mut live = live(&fake);
    live.write(&opened("x"));
    for n in 1..=8u32 {
        live.write(&rest(i64::from(n) * 1000 + 1000, "candidate", &[], n.into()));
        live.decision();
    }
    let told = fake.seen()[7].evidence()["earlierDecisions"].clone();
    let turns: Vec<Value> = told
        .as_array()
        .unwrap()
        .iter()
        .map(|past| past["iteration"].clone())
        .collect();
    assert_eq!(turns, [3, 4, 5, 6, 7]);
    assert_eq!(
        (&told[0]["decided"], &told[0]["reason"]),
        (&json!("continue"), &json!("as seen"))
    );
}

#[test]
fn sta_04_ctl_09_a_limit_that_is_reached_ends_the_session_without_a_question() {
    let fake = Fake::deciding("continue");
    let mut live = live(&fake);
    live.write(&[opened("x"), finding(2000, "budget", "stop", "open", 10)].concat());
    assert_eq!(live.decision()["action"], "abort");
    assert_eq!(fake.seen().len(), 0);
}

#[test]
fn sta_05_people_read_of_questions_and_decisions_in_the_log() {
    let fake = Fake::deciding("abort");
    let input = [opened("x"), looping(2000, "warn", "open", 4)].concat();
    let done = ocr("ocr-review")
        .args([
            "--log",
            "info",
            "--reviewer-url",
            &fake.url,
            "--reviewer-model",
            "m",
        ])
        .write_stdin(input)
        .output()
        .unwrap();
    let log = String::from_utf8(done.stderr).unwrap();
    assert!(log.contains("turn 4: asking m"), "{log}");
    assert!(log.contains("turn 4: Abort by m: as seen"), "{log}");
}

#[test]
fn sta_06_the_reviewer_is_told_when_it_began_and_which_turn_it_is() {
    let fake = Fake::deciding("continue");
    let mut live = live(&fake);
    live.write(&[opened("x"), turn(91_000, "interval", 3)].concat());
    live.decision();
    let evidence = fake.seen()[0].evidence();
    assert_eq!(
        (&evidence["startedAt"], &evidence["runningSeconds"]),
        (&json!(1000), &json!(90))
    );
    assert_eq!(evidence["iteration"], 3);
}
