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
