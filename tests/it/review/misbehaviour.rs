//! What endpoints do to those who ask them. Whatever it is, the session gets its decision, in time.

use super::fake::Fake;
use super::lines::{Live, decisions, opened, rest};
use super::plays::End::{self, Answer, Rules, Unsure};
use super::plays::{BODY, CONNECTION, OVERLOAD, Play, WORDS, until_they_leave};
use crate::support::ocr;
use serde_json::{Value, json};
use std::net::TcpListener;
use std::time::{Duration, Instant};

/// How long a review may take, in these plays.
const DEADLINE: Duration = Duration::from_secs(30);
/// How much longer the whole may take: to start, and to be heard of on a busy machine.
const SLACK: Duration = Duration::from_secs(10);

/// What is decided about sessions that come to rest, in time.
fn decisions_of(url: &str, name: &str, attempt: &str, sessions: &[&str]) -> Vec<Value> {
    let deadline = DEADLINE.as_secs().to_string();
    let rests: String = sessions
        .iter()
        .map(|session| rest(2000, "candidate", &["openTodos"], 1).replace("ses_1", session))
        .collect();
    let begun = Instant::now();
    let done = ocr("ocr-review")
        .args([
            "--only",
            "--log",
            "off",
            "--retry-pause",
            "0.01",
            "--reviewer-url",
            url,
        ])
        .args(["--reviewer-timeout", attempt, "--deadline", &deadline])
        .write_stdin(opened("x") + &rests)
        // A hang, and nothing else, takes this long.
        .timeout(3 * DEADLINE)
        .output()
        .unwrap();
    let took = begun.elapsed();
    assert!(took < DEADLINE + SLACK, "{name}: {took:?}");
    assert_eq!(done.status.code(), Some(0), "{name}");
    let decided = decisions(&done.stdout);
    assert_eq!(decided.len(), sessions.len(), "{name}");
    for decision in &decided {
        assert!(!decision["reason"].as_str().unwrap().trim().is_empty(), "{name}");
    }
    decided
}

fn decision_of(url: &str, name: &str, attempt: &str) -> Value {
    decisions_of(url, name, attempt, &["ses_1"]).remove(0)
}

/// Plays them all, each attempt being given so many seconds.
fn play(all: &[(&'static str, Play, End)], attempt: &str) {
    std::thread::scope(|scope| {
        for (name, play, end) in all {
            scope.spawn(move || play_one(name, *play, *end, attempt));
        }
    });
}

fn play_one(name: &str, play: Play, end: End, attempt: &str) {
    let fake = Fake::start(play);
    let decision = decision_of(&fake.url, name, attempt);
    let asked = fake.seen().len();
    let seen = match (decision["degraded"].as_bool(), decision["confidence"].as_f64()) {
        (Some(true), _) => Rules(asked),
        (_, Some(0.0)) => Unsure(asked),
        _ => Answer(asked),
    };
    assert_eq!(seen, end, "{name}: {decision}");
    let action = if matches!(end, Answer(_)) {
        "continue"
    } else {
        "unsure"
    };
    assert_eq!(decision["action"], action, "{name}");
}

#[test]
fn endpoints_that_are_overloaded() {
    play(OVERLOAD, "20");
}

#[test]
fn endpoints_whose_connection_fails() {
    // Long enough for those that do answer, also on a busy machine.
    play(CONNECTION, "1");
}

#[test]
fn endpoints_that_send_anything_but_an_answer() {
    play(BODY, "20");
}

#[test]
fn endpoints_whose_words_are_no_decision() {
    play(WORDS, "20");
}

#[test]
fn two_sessions_get_a_decision_each_whatever_the_endpoint_does() {
    let both = ["ses_1", "ses_2"];
    let plays = [OVERLOAD, CONNECTION, BODY, WORDS].concat();
    std::thread::scope(|scope| {
        for (name, play, end) in plays {
            scope.spawn(move || {
                let fake = Fake::start(play);
                let decided = decisions_of(&fake.url, name, "1", &both);
                let sessions: Vec<&Value> = decided.iter().map(|d| &d["sessionID"]).collect();
                assert_eq!(sessions, both, "{name}");
                // Only a play that gets better by itself answers the second where it failed the first.
                if !matches!(end, Answer(_)) {
                    assert!(
                        decided.iter().all(|d| d["action"] == "unsure"),
                        "{name}: {decided:?}"
                    );
                }
            });
        }
    });
}

#[test]
fn whoever_keeps_a_review_waiting_is_given_up_at_the_deadline() {
    let (deadline, slack) = (Duration::from_secs(2), Duration::from_secs(3));
    std::thread::scope(|scope| {
        for (name, play, _) in [OVERLOAD, CONNECTION].concat() {
            scope.spawn(move || {
                let fake = Fake::start(play);
                let mut live = Live::start(&["--reviewer-url", &fake.url, "--deadline", "2"]);
                let begun = Instant::now();
                // Both at once: the second waits for the first.
                let at_rest = rest(2000, "candidate", &["openTodos"], 1);
                live.write(&[opened("x"), at_rest.clone(), at_rest.replace("ses_1", "ses_2")].concat());
                for _ in 0..2 {
                    live.decision();
                    let took = begun.elapsed();
                    assert!(took < deadline + slack, "{name}: {took:?}");
                }
            });
        }
    });
}

#[test]
fn an_endpoint_that_is_not_there() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let decision = decision_of(&format!("http://{free}/v1"), "nobody listens", "20");
    assert_eq!(
        (&decision["degraded"], &decision["retries"]),
        (&json!(true), &json!(3))
    );
    assert!(
        decision["reason"].as_str().unwrap().contains("is it running?"),
        "{decision}"
    );
}

#[test]
fn a_deadline_ends_what_would_be_tried_again() {
    let fake = Fake::start(|_, _, stream| until_they_leave(stream));
    let done = ocr("ocr-review")
        .args([
            "--only",
            "--log",
            "off",
            "--reviewer-url",
            &fake.url,
            "--deadline",
            "0.4",
        ])
        .write_stdin([opened("x"), rest(2000, "candidate", &[], 1)].concat())
        .timeout(Duration::from_secs(90))
        .output()
        .unwrap();
    let decision = &decisions(&done.stdout)[0];
    assert_eq!((&decision["degraded"], fake.seen().len()), (&json!(true), 1));
    assert!(
        decision["reason"]
            .as_str()
            .unwrap()
            .contains("no answer within 400ms"),
        "{decision}"
    );
}
