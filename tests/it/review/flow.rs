//! When the reviewer is asked, and what happens until it answers.

use super::fake::{Fake, send, send_json};
use super::lines::{Live, decisions, finding, looping, opened, rest, review, text, tick, turn};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

#[test]
fn lines_never_wait() {
    let (fake, go) = Fake::gated("abort");
    let mut live = fake.live(&[]);
    live.write(&[opened("x"), looping(2000, "warn", "open", 4)].concat());
    for ts in (3000..9000).step_by(1000) {
        live.write(&text(ts, "on and on"));
        assert_eq!(live.next("message.part.updated")["ts"], ts);
    }
    go.send(()).unwrap();
    let line = live.next("ocr.review.decision");
    assert_eq!(line["ts"], 8000, "the time of the latest line when it was written");
    let decision = &line["properties"];
    assert_eq!((&decision["judged"], &decision["finding"]), (&json!("evt_2000"), &json!("loop-1")));
    assert_eq!((&decision["action"], &decision["stale"]), (&json!("abort"), &json!(false)));
}

#[test]
fn stop_waits_for_nobody() {
    let (fake, go) = Fake::gated("continue");
    let mut live = fake.live(&[]);
    live.write(
        &[opened("x"), looping(2000, "warn", "open", 4), looping(3000, "stop", "graver", 5), tick(4000)].concat(),
    );
    // The reviewer has been asked, and does not answer.
    let line = live.next("ocr.review.decision");
    let decision = &line["properties"];
    assert_eq!((&decision["action"], &decision["judged"]), (&json!("abort"), &json!("evt_3000")));
    assert_eq!((&decision["reviewer"], &line["ts"]), (&json!("rules"), &json!(3000)));
    go.send(()).unwrap();
    let late = live.decision();
    assert_eq!(
        (&late["action"], &late["judged"], &late["stale"]),
        (&json!("continue"), &json!("evt_2000"), &json!(true))
    );
    let (left, code) = live.finish();
    assert_eq!((left.len(), code, fake.requests().len()), (0, Some(0), 1));
}

#[test]
fn reviews_growth_once_more() {
    let (fake, go) = Fake::gated("continue");
    let mut live = fake.live(&[]);
    let growing = [
        looping(2000, "warn", "open", 4),
        looping(3000, "warn", "grown", 8),
        finding(4000, "loop", "warn", "grown", 16),
        tick(5000),
    ];
    live.write(&[opened("x"), growing.concat()].concat());
    live.next("ocr.stream.tick");
    go.send(()).unwrap();
    go.send(()).unwrap();
    assert_eq!(live.decision()["judged"], "evt_2000");
    assert_eq!(live.decision()["judged"], "evt_4000");
    let (left, code) = live.finish();
    assert_eq!((left.len(), code, fake.requests().len()), (0, Some(0), 2));
}

#[test]
fn awaits_answer_at_end() {
    let (fake, go) = Fake::gated("done");
    let mut live = fake.live(&[]);
    live.write(&[opened("x"), rest(2000, "candidate", &["uncheckedChange"], 1)].concat());
    live.end_input();
    live.next("ocr.detect.turn");
    go.send(()).unwrap();
    let (left, code) = live.finish();
    assert_eq!((left[0]["action"].as_str(), left[0]["degraded"].as_bool()), (Some("done"), Some(false)));
    assert_eq!(code, Some(0));
}

#[test]
fn deadline_holds_at_end() {
    let (fake, _never) = Fake::gated("done");
    let mut live = fake.live(&["--deadline", "0.3"]);
    let both = [looping(2000, "warn", "open", 4), finding(3000, "stall", "warn", "open", 1)].concat();
    live.write(&[opened("x"), both, rest(4000, "candidate", &["uncheckedChange"], 3)].concat());
    let (left, code) = live.finish();
    assert!(left.iter().all(|decision| decision["degraded"] == true), "{left:?}");
    assert_eq!((left.last().unwrap()["judged"].as_str(), code), (Some("evt_4000"), Some(0)));
}

#[test]
fn min_interval_spares_urgent() {
    let fake = Fake::deciding("continue");
    let mut live = fake.live(&["--min-interval", "30"]);
    live.write(&[opened("x"), looping(2000, "warn", "open", 4)].concat());
    assert_eq!(live.decision()["judged"], "evt_2000");
    live.write(&[finding(3000, "loop", "warn", "grown", 8), tick(31_999), tick(32_000)].concat());
    let line = live.next("ocr.review.decision");
    assert_eq!((&line["properties"]["judged"], &line["ts"]), (&json!("evt_3000"), &json!(32_000)));
    live.write(&looping(33_000, "stop", "graver", 9));
    assert_eq!(live.decision()["judged"], "evt_33000");
}

#[test]
fn max_reviews() {
    let fake = Fake::deciding("continue");
    let mut live = fake.live(&["--max-reviews", "1", "--reviewer-model", "m"]);
    live.write(&[opened("x"), looping(2000, "warn", "open", 4)].concat());
    assert_eq!(live.decision()["reviewer"], "m");
    live.write(&looping(3000, "stop", "graver", 5));
    let by_rules = live.decision();
    assert_eq!((&by_rules["reviewer"], &by_rules["degraded"]), (&json!("rules"), &json!(false)));
    assert_eq!((&by_rules["action"], fake.requests().len()), (&json!("abort"), 1));
}

#[test]
fn facts_need_no_reviewer() {
    let fake = Fake::deciding("continue");
    let mut live = fake.live(&[]);
    live.write(&[opened("x"), finding(2000, "budget", "stop", "open", 10)].concat());
    let budget = live.decision();
    assert_eq!((&budget["action"], &budget["reviewer"]), (&json!("abort"), &json!("rules")));
    live.write(&rest(3000, "aborted", &[], 2));
    assert_eq!(live.decision()["reviewer"], "rules");
    assert_eq!(fake.requests().len(), 0);
}

#[test]
fn reviews_silence_and_interval() {
    let fake = Fake::deciding("continue");
    let mut live = fake.live(&[]);
    live.write(&[opened("x"), turn(2000, "silence", 1)].concat());
    live.decision();
    live.write(&turn(3000, "interval", 2));
    live.decision();
    let why: Vec<Value> = fake.requests().iter().map(|r| r.evidence()["judged"]["why"].clone()).collect();
    assert_eq!(why, ["the worker went silent", "a regular look"]);
}

#[test]
fn breaker_opens_and_closes() {
    let fake = Fake::start(|_, _, stream| send(stream, "500 Oops", "", b""));
    let mut live = fake.live(&[]);
    live.write(&opened("x"));
    let mut asked = Vec::new();
    for (n, ts) in [2000, 3000, 4000, 5000, 6000, 70_000, 71_000].into_iter().enumerate() {
        live.write(&rest(ts, "candidate", &[], n as u64 + 1));
        assert_eq!(live.decision()["degraded"], true);
        asked.push(fake.requests().len());
    }
    // Its test after the pause is not repeated.
    assert_eq!(asked, [4, 8, 12, 12, 12, 13, 13]);
}

#[test]
fn separates_sessions() {
    let fake = Fake::deciding("abort");
    let mut live = fake.live(&[]);
    let other = |lines: String| lines.replace("ses_1", "ses_2").replace("loop-1", "loop-2");
    live.write(&[opened("mine"), text(1500, "mine"), other(opened("theirs")), other(text(1600, "theirs"))].concat());
    live.write(&other(looping(2000, "warn", "open", 4)));
    let decision = live.decision();
    assert_eq!((&decision["sessionID"], &decision["finding"]), (&json!("ses_2"), &json!("loop-2")));
    let evidence = fake.requests()[0].evidence();
    assert_eq!((&evidence["task"], &evidence["sample"]), (&json!("theirs"), &json!(["agent: theirs"])));
}

/// The same lines about another session, with the same finding ids.
fn of_session(n: usize, lines: &str) -> String {
    lines.replace("ses_1", &format!("ses_{n}"))
}

#[test]
fn deadlines_do_not_add_up() {
    let mut live = Live::start(&["--deadline", "2", "--reviewer-cmd", "exec sleep 1000"]);
    let session = [opened("x"), looping(2000, "warn", "open", 4)].concat();
    // As many as may fail before the circuit breaker opens.
    let all: String = (1..=3).map(|n| of_session(n, &session)).collect();
    let begun = Instant::now();
    live.write(&all);
    for _ in 0..3 {
        let decision = live.decision();
        assert_eq!(decision["degraded"], true);
        assert!(!decision["reason"].as_str().unwrap().is_empty());
    }
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
}

#[test]
fn refused_question_keeps_breaker_closed() {
    let fake = Fake::start(|n, request, stream| match n {
        0 => {
            let refusal = json!({ "choices": [{ "message": { "refusal": "I can't.", "content": null } }] });
            send_json(stream, "200 OK", "", &refusal);
        }
        1 => send(stream, "413 Too Large", "", b""),
        2 => send(stream, "200 OK", "", &vec![b' '; 2 << 20]),
        _ => super::fake::answer(stream, &request.decide("abort")),
    });
    let mut live = fake.live(&[]);
    live.write(&opened("x"));
    for n in 1..=4 {
        live.write(&of_session(n, &looping(2000, "warn", "open", 4)));
        assert_eq!(live.decision()["degraded"], n < 4, "{n}");
    }
    assert_eq!(fake.requests().len(), 4);
}

#[test]
fn closes_own_finding_only() {
    let lines = [
        opened("x"),
        finding(2000, "loop", "warn", "open", 4),
        of_session(2, &finding(2000, "loop", "warn", "closed", 4)),
    ];
    let done = review(&[], &lines.concat());
    let decided = decisions(&done.stdout);
    assert_eq!(decided.len(), 1);
    assert_eq!(decided[0]["sessionID"], "ses_1");
}

#[test]
fn reviews_both_sessions() {
    let lines =
        [opened("x"), finding(2000, "loop", "warn", "open", 4), of_session(2, &turn(2000, "silence", 4)), tick(3000)];
    let done = review(&[], &lines.concat());
    let sessions: Vec<Value> = decisions(&done.stdout).iter().map(|decision| decision["sessionID"].clone()).collect();
    assert_eq!(sessions, ["ses_1", "ses_2"]);
}
