//! `ocr.detect.state`: what each session does, and whom it waits for.
#![allow(clippy::unwrap_used, reason = "what cannot be set up must stop the test")]

use ocr::detect::{Config, Detector};
use ocr::wire::observe;
use ocr::wire::record::{Envelope, SessionStatus, StateChange, Told};
use serde_json::{Value, json};

const SECOND: i64 = 1000;

/// The states that these lines cause.
fn states(lines: &[Value]) -> Vec<StateChange> {
    let mut detector = Detector::new(Config::default());
    let mut added = Vec::new();
    for line in lines {
        detector.observe(&observe(&line.to_string()).unwrap(), &mut added);
    }
    let text = String::from_utf8(added).unwrap();
    let of_state = text.lines().filter(|line| line.contains("\"ocr.detect.state\""));
    of_state.map(|line| serde_json::from_str::<Envelope<StateChange>>(line).unwrap().properties).collect()
}

fn kinds(lines: &[Value]) -> Vec<SessionStatus> {
    states(lines).into_iter().map(|change| change.state).collect()
}

fn event(ts: i64, kind: &str, mut properties: Value) -> Value {
    properties["sessionID"] = json!("ses_a");
    json!({"ts": ts, "id": format!("evt_{ts}_{kind}"), "type": kind, "properties": properties})
}

fn status(ts: i64, status: &str) -> Value {
    event(ts, "session.status", json!({"status": {"type": status}}))
}

fn retry(ts: i64, attempt: u32, message: &str, next: i64) -> Value {
    event(
        ts,
        "session.status",
        json!({"status": {"type": "retry", "attempt": attempt, "message": message, "next": next}}),
    )
}

fn tick(ts: i64) -> Value {
    json!({"ts": ts, "type": "ocr.stream.tick", "properties": {"sessions": ["ses_a"]}})
}

fn part(ts: i64, mut part: Value) -> Value {
    part["messageID"] = json!("msg_1");
    event(ts, "message.part.updated", json!({"part": part}))
}

fn call(ts: i64, id: &str, status: &str, command: &str) -> Value {
    let state = json!({"status": status, "input": {"command": command}, "output": "", "time": {"start": 1, "end": 2}});
    part(ts, json!({"id": id, "type": "tool", "tool": "bash", "state": state}))
}

fn answer(ts: i64, text: &str) -> [Value; 4] {
    [
        part(ts, json!({"id": "prt_start", "type": "step-start"})),
        part(ts, json!({"id": "prt_text", "type": "text", "text": text, "time": {"start": 1, "end": 2}})),
        part(ts, json!({"id": "prt_end", "type": "step-finish", "reason": "stop", "tokens": {}})),
        status(ts, "idle"),
    ]
}

#[test]
fn follows_a_turn() {
    let mut lines = vec![
        status(0, "busy"),
        call(SECOND, "prt_1", "running", "cmake --build out"),
        call(SECOND + 10, "prt_1", "completed", "cmake --build out"),
        call(2 * SECOND, "prt_2", "pending", ""),
        call(3 * SECOND, "prt_2", "running", "ctest --test-dir out"),
        tick(4 * SECOND),
        tick(6 * SECOND),
        tick(7 * SECOND),
        call(8 * SECOND, "prt_2", "completed", "ctest --test-dir out"),
    ];
    lines.extend(answer(9 * SECOND, "All of it builds."));
    lines.push(json!({"ts": 11 * SECOND, "type": "ocr.stream.closed", "properties": {"reason": "rest"}}));
    let found = states(&lines);
    let said: Vec<_> = found.iter().map(|s| (s.state, s.since, s.on.as_deref().unwrap_or_default())).collect();
    let expected = [
        (SessionStatus::Working, 0, ""),
        (SessionStatus::Tool, 3 * SECOND, "bash: ctest --test-dir out"),
        (SessionStatus::Working, 8 * SECOND, ""),
        (SessionStatus::Resting, 9 * SECOND, ""),
    ];
    // The end of the stream is not that of a session at rest.
    assert_eq!(said, expected);
    assert!(found.iter().all(|s| s.told == Told::Event && s.parent_id.is_none()));
}

#[test]
fn says_what_is_asked() {
    let question = json!({"id": "que_1", "questions": [
        {"question": "Which port?", "options": [{"label": "8080"}, {"label": "9090", "description": "the old one"}]}]});
    let found = states(&[
        status(0, "busy"),
        call(SECOND, "prt_1", "running", "docker push shop"),
        event(SECOND, "permission.asked", json!({"id": "per_1", "permission": "bash"})),
        event(2 * SECOND, "permission.replied", json!({"requestID": "per_1", "reply": "once"})),
        call(2 * SECOND, "prt_1", "completed", "docker push shop"),
        event(3 * SECOND, "question.asked", question),
    ]);
    let [_, permission, _, question] = &found[..] else { panic!("{found:?}") };
    assert_eq!(permission.request.as_deref(), Some("per_1"));
    assert_eq!(permission.on.as_deref(), Some("permission: bash: docker push shop"));
    assert_eq!(permission.options, ["once", "always", "reject"]);
    assert_eq!((question.state, question.since), (SessionStatus::Waiting, 3 * SECOND));
    assert_eq!(question.on.as_deref(), Some("question: Which port?"));
    assert_eq!(question.options, ["8080", "9090"]);
}

#[test]
fn waits_for_an_answer_in_prose() {
    let mut lines = vec![status(0, "busy")];
    lines.extend(answer(SECOND, "There are two ways to do this.\n\nShould I keep the old endpoint?"));
    let found = states(&lines);
    let last = found.last().unwrap();
    assert_eq!((last.state, last.told), (SessionStatus::Waiting, Told::Inferred));
    assert_eq!(last.on.as_deref(), Some("Should I keep the old endpoint?"));
}

#[test]
fn says_until_when_the_provider_refuses() {
    let limit = "Usage limit reached for this week";
    let until = 90_000 * SECOND;
    let found = states(&[
        status(0, "busy"),
        retry(SECOND, 1, "Overloaded", 3 * SECOND),
        retry(3 * SECOND, 2, "Overloaded", 7 * SECOND),
        retry(7 * SECOND, 3, limit, until),
        retry(9 * SECOND, 4, limit, until + 2 * SECOND),
        part(20 * SECOND, json!({"id": "prt_t", "type": "text", "text": "On it"})),
    ]);
    let said: Vec<_> = found.iter().map(|s| (s.state, s.until)).collect();
    let expected = [
        (SessionStatus::Working, None),
        (SessionStatus::Retrying, None),
        (SessionStatus::Quota, Some(until)),
        (SessionStatus::Working, None),
    ];
    assert_eq!(said, expected);
    assert_eq!(found[2].on.as_deref(), Some(limit));
}

#[test]
fn ends_with_the_providers_words() {
    let error = json!({"error": {"name": "APIError", "data": {"message": "The model crashed"}}});
    let found = states(&[status(0, "busy"), event(SECOND, "session.error", error), status(SECOND, "idle")]);
    let last = found.last().unwrap();
    assert_eq!((last.state, last.on.as_deref()), (SessionStatus::Ended, Some("APIError: The model crashed")));
}

#[test]
fn infers_silence_from_ticks() {
    let mut lines = vec![status(0, "busy"), part(SECOND, json!({"id": "prt_s", "type": "step-start"}))];
    lines.extend((2..40).map(|second| tick(second * SECOND)));
    lines.push(part(40 * SECOND, json!({"id": "prt_t", "type": "text", "text": "At last"})));
    let found = states(&lines);
    assert_eq!(kinds(&lines), [SessionStatus::Working, SessionStatus::Silent, SessionStatus::Working]);
    assert_eq!((found[1].since, found[1].told), (SECOND, Told::Inferred));
}

#[test]
fn names_the_parent_and_ends_with_the_session() {
    let child = |ts: i64, kind: &str, properties: Value| {
        let mut line = event(ts, kind, properties);
        line["properties"]["sessionID"] = json!("ses_b");
        line
    };
    let found = states(&[
        child(0, "session.created", json!({"info": {"id": "ses_b", "parentID": "ses_a"}})),
        child(1, "session.status", json!({"status": {"type": "busy"}})),
        child(2, "session.deleted", json!({"info": {"id": "ses_b", "parentID": "ses_a"}})),
    ]);
    assert_eq!(found.iter().map(|s| s.state).collect::<Vec<_>>(), [SessionStatus::Working, SessionStatus::Ended]);
    assert!(found.iter().all(|s| s.parent_id.as_deref() == Some("ses_a")));
}

#[test]
fn says_nothing_twice() {
    let lines = [status(0, "busy"), status(1, "busy"), call(2, "p", "running", "ls"), call(2, "p", "running", "ls")];
    assert_eq!(kinds(&lines), [SessionStatus::Working]);
    let many: Vec<Value> = std::iter::once(status(0, "busy"))
        .chain((1..200).flat_map(|n| {
            let id = format!("prt_{n}");
            [call(n * 100, &id, "running", "ls"), call(n * 100 + 50, &id, "completed", "ls")]
        }))
        .collect();
    assert_eq!(kinds(&many), [SessionStatus::Working], "calls that are over at once are no news");
}

#[test]
fn failed_message_takes_no_words_away() {
    // OpenCode 1.18.33 sends the error, the session's rest, the failed message, and the rest once more.
    let words = "Your plan is used up. Your limit resets in 8 seconds.";
    let error = |message: &str| json!({"name": "APIError", "data": {"message": message}});
    let begun = json!({"info": {"id": "msg_a", "role": "assistant", "time": {"created": 1}}});
    let failed = json!({"info": {"id": "msg_a", "role": "assistant", "error": error(words), "time": {"created": 1, "completed": 2}}});
    let found = states(&[
        status(0, "busy"),
        event(1, "message.updated", begun),
        event(SECOND, "session.error", json!({"error": error(words)})),
        status(SECOND, "idle"),
        event(SECOND, "message.updated", failed),
        status(SECOND + 1, "idle"),
    ]);
    let said: Vec<_> = found.iter().map(|s| (s.state, s.until)).collect();
    assert_eq!(said, [(SessionStatus::Working, None), (SessionStatus::Quota, Some(9 * SECOND))]);
}
