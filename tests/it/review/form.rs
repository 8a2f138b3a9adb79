//! In which form an answer is asked for, and what happens where an endpoint does not take it.

use super::fake::{Fake, answer, send_json};
use super::lines::{Live, looping, opened, rest};
use serde_json::json;

#[test]
fn the_form_of_the_answer_falls_back_once_and_is_remembered() {
    let fake = Fake::start(
        |_, request, stream| match request.body["response_format"]["type"].as_str() {
            Some(form) => {
                let error = json!({ "error": { "message": format!("'response_format' of type '{form}' is not supported") } });
                send_json(stream, "400 Bad Request", "", &error);
            }
            None => answer(stream, &request.decide("continue")),
        },
    );
    let mut live = Live::start(&["--reviewer-url", &fake.url]);
    live.write(&[opened("x"), looping(2000, "warn", "open", 4)].concat());
    assert_eq!(live.decision()["retries"], 0);
    live.write(&looping(3000, "stop", "graver", 5));
    assert_eq!(live.decision()["degraded"], false);
    let forms: Vec<_> = fake
        .seen()
        .iter()
        .map(|r| r.body["response_format"]["type"].clone())
        .collect();
    assert_eq!(
        forms,
        [
            json!("json_schema"),
            json!("json_object"),
            json!(null),
            json!(null)
        ]
    );
}

#[test]
fn a_form_that_is_refused_without_a_word_of_it_falls_back_too() {
    let fake = Fake::start(|_, request, stream| {
        if request.body["response_format"].is_object() {
            let error = json!({ "error": { "message": "Invalid value: strict is not permitted" } });
            send_json(stream, "400 Bad Request", "", &error);
        } else {
            answer(stream, &request.decide("continue"));
        }
    });
    let mut live = Live::start(&["--reviewer-url", &fake.url]);
    live.write(&[opened("x"), looping(2000, "warn", "open", 4)].concat());
    assert_eq!(live.decision()["degraded"], false);
    live.write(&looping(3000, "stop", "graver", 5));
    assert_eq!(live.decision()["degraded"], false);
    assert_eq!(fake.seen().len(), 4);
}

#[test]
fn a_question_that_is_refused_for_another_reason_is_tried_in_two_more_forms_once() {
    let fake = Fake::start(|n, request, stream| {
        // From the fifth request on it answers, in the form that it was asked for first.
        if n < 4 {
            send_json(
                stream,
                "400 Bad Request",
                "",
                &json!({ "error": { "message": "bad request" } }),
            );
        } else {
            answer(stream, &request.decide("continue"));
        }
    });
    let mut live = Live::start(&["--reviewer-url", &fake.url]);
    live.write(&opened("x"));
    let mut asked = Vec::new();
    // Each a minute after the one before: a reviewer that refuses is left alone for so long.
    for n in 1..=3u32 {
        live.write(&rest(
            i64::from(n) * 70_000,
            "candidate",
            &["openTodos"],
            n.into(),
        ));
        let reason = live.decision()["reason"].clone();
        assert_eq!(
            reason.as_str().unwrap().contains("bad request"),
            n < 3,
            "{reason}"
        );
        asked.push(fake.seen().len());
    }
    assert_eq!(asked, [3, 4, 5]);
    assert_eq!(fake.seen()[4].body["response_format"]["type"], "json_schema");
}
