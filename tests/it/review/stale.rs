//! Decisions that the session has outrun are stale, and questions that it has outrun are not asked.

use super::fake::Fake;
use super::lines::{busy, finding, looping, opened, rest, text, tick, turn};
use serde_json::{Value, json};

fn event(ts: i64, kind: &str, properties: &Value) -> String {
    json!({ "ts": ts, "id": format!("evt_{ts}"), "type": kind, "properties": properties }).to_string() + "\n"
}

#[test]
fn finding_is_stale_after_rest() {
    let (fake, go) = Fake::gated("abort");
    let mut live = fake.live(&[]);
    live.write(&[opened("x"), looping(2000, "warn", "open", 4), rest(3000, "candidate", &[], 2), tick(4000)].concat());
    live.next("ocr.stream.tick");
    go.send(()).unwrap();
    let stale = live.decision();
    assert_eq!((&stale["judged"], &stale["stale"]), (&json!("evt_2000"), &json!(true)));
    go.send(()).unwrap();
    let about_rest = live.decision();
    assert_eq!((&about_rest["judged"], &about_rest["stale"]), (&json!("evt_3000"), &json!(false)));
}

#[test]
fn rest_is_stale_after_work() {
    for (after, stale) in [(busy(3000), true), (text(3000, "more"), true), (tick(3000), false)] {
        let (fake, go) = Fake::gated("done");
        let mut live = fake.live(&[]);
        live.write(&[opened("x"), rest(2000, "candidate", &[], 1), tick(2500), after.clone(), tick(4000)].concat());
        live.next("ocr.stream.tick");
        live.next("ocr.stream.tick");
        go.send(()).unwrap();
        assert_eq!(live.decision()["stale"], stale, "{after}");
    }
}

#[test]
fn closed_finding_is_stale() {
    let (fake, go) = Fake::gated("abort");
    let mut live = fake.live(&[]);
    let closed = finding(3000, "loop", "warn", "closed", 4);
    live.write(&[opened("x"), looping(2000, "warn", "open", 4), closed, tick(4000)].concat());
    live.next("ocr.stream.tick");
    go.send(()).unwrap();
    assert_eq!(live.decision()["stale"], true);
}

/// Whether the decision about `question` is stale if `meanwhile` happens before the answer.
fn is_stale(question: &str, meanwhile: &str) -> bool {
    let (fake, go) = Fake::gated("continue");
    let mut live = fake.live(&[]);
    live.write(&[&opened("x"), question, &tick(2500), meanwhile, &tick(9000)].concat());
    while live.next("ocr.stream.tick")["ts"] != 9000 {}
    go.send(()).unwrap();
    live.decision()["stale"].as_bool().unwrap()
}

#[test]
fn rest_is_stale_after_rest() {
    let first = rest(2000, "candidate", &[], 1);
    assert!(is_stale(&first, &rest(3000, "candidate", &[], 2)));
    assert!(is_stale(&first, &turn(3000, "rest", 2)));
    let other = rest(3000, "candidate", &[], 2).replace("ses_1", "ses_2");
    assert!(!is_stale(&first, &other));
}

#[test]
fn late_call_end_is_no_work() {
    let call = |status: &str| {
        let part = json!({
            "id": "prt_c", "messageID": "msg_a", "type": "tool", "tool": "bash",
            "state": { "status": status, "input": {}, "error": "interrupted" },
        });
        event(3000, "message.part.updated", &json!({ "sessionID": "ses_1", "part": part }))
    };
    let at_rest = rest(2000, "error", &[], 1);
    assert!(!is_stale(&at_rest, &call("error")));
    assert!(is_stale(&at_rest, &call("running")));
    assert!(is_stale(&turn(2000, "silence", 1), &call("error")));
}

#[test]
fn silence_is_stale_after_question() {
    let asked = json!({ "sessionID": "ses_1", "id": "per_1", "permission": "bash", "patterns": ["ls"] });
    let asked = event(3000, "permission.asked", &asked);
    assert!(is_stale(&turn(2000, "silence", 1), &asked));
    assert!(!is_stale(&looping(2000, "warn", "open", 4), &asked));
}

#[test]
fn deleted_session_is_stale() {
    let gone = event(3000, "session.deleted", &json!({ "sessionID": "ses_1", "info": { "id": "ses_1" } }));
    for question in [
        looping(2000, "warn", "open", 4),
        turn(2000, "interval", 1),
        turn(2000, "silence", 1),
        rest(2000, "candidate", &[], 1),
    ] {
        assert!(is_stale(&question, &gone), "{question}");
        assert!(!is_stale(&question, &gone.replace("ses_1", "ses_2")), "{question}");
    }
}

/// Whether `question` is asked if it waits behind `before` and `meanwhile` happens.
fn is_asked(before: &str, question: &str, meanwhile: &str) -> bool {
    let (fake, go) = Fake::gated("continue");
    let mut live = fake.live(&[]);
    live.write(&[&opened("x"), before, &tick(2500), question, &tick(3500), meanwhile, &tick(9000)].concat());
    while live.next("ocr.stream.tick")["ts"] != 9000 {}
    go.send(()).unwrap();
    live.decision();
    drop(go);
    let (_, code) = live.finish();
    assert_eq!(code, Some(0));
    fake.requests().len() > 1
}

#[test]
fn work_drops_waiting_rest() {
    let own = looping(2000, "warn", "open", 4);
    let other = own.replace("ses_1", "ses_2");
    let at_rest = rest(3000, "candidate", &[], 5);
    for before in [own, other] {
        for work in [busy(4000), text(4000, "more")] {
            assert!(!is_asked(&before, &at_rest, &work), "{work}");
        }
        assert!(is_asked(&before, &at_rest, &busy(4000).replace("ses_1", "ses_3")));
    }
}

#[test]
fn work_drops_waiting_silence() {
    for (after, asked) in [(text(11_000, "working"), 1), (tick(11_000), 2)] {
        let fake = Fake::deciding("continue");
        let mut live = fake.live(&["--min-interval", "30"]);
        live.write(&[opened("x"), looping(2000, "warn", "open", 4)].concat());
        live.decision();
        live.write(&[turn(10_000, "silence", 5), tick(10_100), after, tick(40_000)].concat());
        live.finish();
        assert_eq!(fake.requests().len(), asked);
    }
}
