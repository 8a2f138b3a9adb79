//! Whatever an endpoint does, the session gets its decision in time.

use super::behaviours::Expected::{self, Answer, Rules};
use super::behaviours::{BODY, Behaviour, CONNECTION, OVERLOAD, WORDS, wait_until_closed};
use super::fake::Fake;
use super::lines::{Live, command, decisions, opened, rest};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How long a review may take.
const DEADLINE: Duration = Duration::from_secs(30);
/// How much longer the whole run may take on a busy machine.
const SLACK: Duration = Duration::from_secs(10);

/// The decisions about sessions that came to rest.
fn decisions_of(url: &str, name: &str, attempt: &str, sessions: &[&str], code: i32) -> Vec<Value> {
    let deadline = DEADLINE.as_secs().to_string();
    let rests: String =
        sessions.iter().map(|session| rest(2000, "candidate", &["openTodos"], 1).replace("ses_1", session)).collect();
    let begun = Instant::now();
    let done = command(&["--log", "off", "--reviewer-url", url])
        .args(["--reviewer-timeout", attempt, "--deadline", &deadline])
        .write_stdin(opened("x") + &rests)
        // Only a hang takes this long.
        .timeout(3 * DEADLINE)
        .output()
        .unwrap();
    let took = begun.elapsed();
    assert!(took < DEADLINE + SLACK, "{name}: {took:?}");
    assert_eq!(done.status.code(), Some(code), "{name}");
    let decided = decisions(&done.stdout);
    assert_eq!(decided.len(), sessions.len(), "{name}");
    for decision in &decided {
        assert!(!decision["reason"].as_str().unwrap().trim().is_empty(), "{name}");
    }
    decided
}

fn decision_of(url: &str, name: &str, attempt: &str) -> Value {
    decisions_of(url, name, attempt, &["ses_1"], 0).remove(0)
}

/// Tries all behaviours, with this timeout for each attempt, in seconds.
fn try_all(all: &[(&'static str, Behaviour, Expected)], attempt: &str) {
    std::thread::scope(|scope| {
        for (name, behaviour, expected) in all {
            scope.spawn(move || try_one(name, *behaviour, *expected, attempt));
        }
    });
}

fn try_one(name: &str, behaviour: Behaviour, expected: Expected, attempt: &str) {
    let fake = Fake::start(behaviour);
    let decision = decision_of(&fake.url, name, attempt);
    let asked = fake.requests().len();
    let seen = if decision["degraded"] == true { Rules(asked) } else { Answer(asked) };
    assert_eq!(seen, expected, "{name}: {decision}");
    let action = if matches!(expected, Answer(_)) { "continue" } else { "unsure" };
    assert_eq!(decision["action"], action, "{name}");
}

#[test]
fn overloaded_endpoints() {
    try_all(OVERLOAD, "20");
}

#[test]
fn failing_connections() {
    // Long enough for those that answer, even on a busy machine.
    try_all(CONNECTION, "1");
}

#[test]
fn unexpected_bodies() {
    try_all(BODY, "20");
}

#[test]
fn useless_answers() {
    try_all(WORDS, "20");
}

#[test]
fn decides_both_sessions() {
    let both = ["ses_1", "ses_2"];
    let all = [OVERLOAD, CONNECTION, BODY, WORDS].concat();
    std::thread::scope(|scope| {
        for (name, behaviour, expected) in all {
            scope.spawn(move || {
                let fake = Fake::start(behaviour);
                let decided = decisions_of(&fake.url, name, "1", &both, 0);
                let sessions: Vec<&Value> = decided.iter().map(|d| &d["sessionID"]).collect();
                assert_eq!(sessions, both, "{name}");
                // Only behaviours that recover answer the second question after failing the first.
                if !matches!(expected, Answer(_)) {
                    assert!(decided.iter().all(|d| d["action"] == "unsure"), "{name}: {decided:?}");
                }
            });
        }
    });
}

#[test]
fn gives_up_at_deadline() {
    let ended = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for (name, behaviour, _) in [OVERLOAD, CONNECTION].concat() {
            let ended = &ended;
            scope.spawn(move || {
                let fake = Fake::start(behaviour);
                let mut live = Live::start(&["--reviewer-url", &fake.url, "--deadline", "2"]);
                // Both at once, so the second waits for the first.
                let at_rest = rest(2000, "candidate", &["openTodos"], 1);
                live.write(&[opened("x"), at_rest.clone(), at_rest.replace("ses_1", "ses_2")].concat());
                let reasons = [live.decision(), live.decision()].map(|decision| decision["reason"].to_string());
                if reasons[0].contains("no answer within") {
                    assert!(reasons[0].contains("no answer within 2s"), "{name}: {reasons:?}");
                    // The deadlines do not add up.
                    assert!(reasons[1].contains("earlier questions used up its time"), "{name}: {reasons:?}");
                    ended.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
    });
    assert!(ended.into_inner() > 0, "no endpoint was given up");
}

#[test]
fn missing_endpoint() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let decision = decisions_of(&format!("http://{free}/v1"), "no listener", "20", &["ses_1"], 69).remove(0);
    assert_eq!((&decision["degraded"], &decision["retries"]), (&json!(true), &json!(0)));
    assert!(decision["reason"].as_str().unwrap().contains("check that it runs"), "{decision}");
}

#[test]
fn deadline_ends_retries() {
    let fake = Fake::start(|_, _, stream| wait_until_closed(stream));
    let done = fake
        .command(&["--log", "off", "--deadline", "0.4"])
        .write_stdin([opened("x"), rest(2000, "candidate", &[], 1)].concat())
        .timeout(Duration::from_secs(90))
        .output()
        .unwrap();
    let decision = &decisions(&done.stdout)[0];
    assert_eq!((&decision["degraded"], fake.requests().len()), (&json!(true), 1));
    assert!(decision["reason"].as_str().unwrap().contains("no answer within 400ms"), "{decision}");
}
