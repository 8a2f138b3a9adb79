//! The response format, and what happens if an endpoint rejects it.

use super::fake::{Fake, answer, send_json};
use super::lines::{looping, opened, rest};
use serde_json::json;

#[test]
fn remembers_simpler_format() {
    let fake = Fake::start(|_, request, stream| match request.body["response_format"]["type"].as_str() {
        Some(form) => {
            let error =
                json!({ "error": { "message": format!("'response_format' of type '{form}' is not supported") } });
            send_json(stream, "400 Bad Request", "", &error);
        }
        None => answer(stream, &request.decide("continue")),
    });
    let mut live = fake.live(&[]);
    live.write(&[opened("x"), looping(2000, "warn", "open", 4)].concat());
    assert_eq!(live.decision()["retries"], 0);
    live.write(&looping(3000, "warn", "grown", 5));
    assert_eq!(live.decision()["degraded"], false);
    let forms: Vec<_> = fake.requests().iter().map(|r| r.body["response_format"]["type"].clone()).collect();
    assert_eq!(forms, [json!("json_schema"), json!("json_object"), json!(null), json!(null)]);
}

#[test]
fn guesses_rejected_format() {
    let fake = Fake::start(|_, request, stream| {
        if request.body["response_format"].is_object() {
            let error = json!({ "error": { "message": "Invalid value: strict is not permitted" } });
            send_json(stream, "400 Bad Request", "", &error);
        } else {
            answer(stream, &request.decide("continue"));
        }
    });
    let mut live = fake.live(&[]);
    live.write(&[opened("x"), looping(2000, "warn", "open", 4)].concat());
    assert_eq!(live.decision()["degraded"], false);
    live.write(&looping(3000, "warn", "grown", 5));
    assert_eq!(live.decision()["degraded"], false);
    assert_eq!(fake.requests().len(), 4);
}

#[test]
fn guesses_format_once() {
    let fake = Fake::start(|n, request, stream| {
        // It answers from the fifth request on, whatever the format.
        if n < 4 {
            send_json(stream, "400 Bad Request", "", &json!({ "error": { "message": "bad request" } }));
        } else {
            answer(stream, &request.decide("continue"));
        }
    });
    let mut live = fake.live(&[]);
    live.write(&opened("x"));
    let mut asked = Vec::new();
    // More than a minute apart, so that the circuit breaker is closed again.
    for n in 1..=3u32 {
        live.write(&rest(i64::from(n) * 70_000, "candidate", &["openTodos"], n.into()));
        let reason = live.decision()["reason"].clone();
        assert_eq!(reason.as_str().unwrap().contains("bad request"), n < 3, "{reason}");
        asked.push(fake.requests().len());
    }
    assert_eq!(asked, [3, 4, 5]);
    assert_eq!(fake.requests()[4].body["response_format"]["type"], "json_schema");
}

/// An endpoint that takes no system message, and says so in these words.
fn without_system(status: &'static str, words: &'static str) -> Fake {
    Fake::start(move |_, request, stream| match request.body["messages"][0]["role"].as_str() {
        Some("system") => send_json(stream, status, "", &json!({ "error": { "message": words } })),
        _ => answer(stream, &request.decide("continue")),
    })
}

#[test]
fn asks_in_one_message() {
    for (status, words) in [
        ("400 Bad Request", "Unsupported value: 'messages[0].role' does not support 'system' with this model."),
        ("400 Bad Request", "Developer instruction is not enabled for this model"),
        ("400 Bad Request", "Conversation roles must alternate user/assistant/user/assistant/..."),
        ("500 Internal Server Error", "Template error: System role not supported"),
    ] {
        let fake = without_system(status, words);
        let mut live = fake.live(&[]);
        live.write(&[opened("x"), looping(2000, "warn", "open", 4)].concat());
        let decision = live.decision();
        assert_eq!((&decision["degraded"], &decision["retries"]), (&json!(false), &json!(0)), "{words}: {decision}");
        // It is remembered, and the rules are still part of the question.
        live.write(&looping(3000, "warn", "grown", 5));
        assert_eq!(live.decision()["degraded"], false);
        let requests = fake.requests();
        let roles: Vec<_> = requests.iter().map(|r| r.body["messages"][0]["role"].as_str().unwrap()).collect();
        assert_eq!(roles, ["system", "user", "user"], "{words}");
        for request in &requests[1..] {
            assert_eq!(request.body["response_format"]["type"], "json_schema");
            let question = request.body["messages"][0]["content"].as_str().unwrap();
            assert!(question.starts_with("You review the work") && question.contains("=== EVIDENCE"), "{question}");
        }
    }
}

#[test]
fn gives_up_what_refuses_both() {
    let words = "System role not supported";
    let fake = Fake::start(move |_, _, stream| {
        send_json(stream, "400 Bad Request", "", &json!({ "error": { "message": words } }));
    });
    let mut live = fake.live(&[]);
    live.write(&[opened("x"), looping(2000, "warn", "open", 4)].concat());
    let decision = live.decision();
    assert_eq!(decision["degraded"], true);
    assert!(decision["reason"].as_str().unwrap().contains(words), "{decision}");
    // With a system message, then without one in each format.
    assert_eq!(fake.requests().len(), 4);
}
