//! `ocr-act --answer`: answers requests of a running server, without any lines.

use crate::support::{Host, ocr};
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

type Given = Arc<Mutex<Vec<String>>>;

/// A server with a permission in its own directory, and a question in another one.
fn serve(password: Option<&'static str>) -> (Host, Given) {
    let given = Given::default();
    let permissions = || async { Json(json!([{"id": "per_1", "sessionID": "ses_1", "permission": "bash"}])) };
    let questions = |RawQuery(query): RawQuery| async move {
        let there = query.unwrap_or_default().contains("elsewhere");
        let ask = |text: &str| json!({"question": text, "options": [{"label": "UTC"}, {"label": "Local"}]});
        let question = json!({"id": "que_1", "sessionID": "ses_2", "questions": [ask("Which zone?"), ask("Really?")]});
        Json(if there { json!([question]) } else { json!([]) })
    };
    let sessions = || async { Json(json!([{"id": "ses_2", "directory": "/elsewhere"}])) };
    let router = Router::new()
        .route("/permission", get(permissions))
        .route("/question", get(questions))
        .route("/experimental/session", get(sessions))
        .route("/{kind}/{id}/{verb}", post(take))
        .with_state(Arc::clone(&given));
    (Host::serve_behind(router, password), given)
}

async fn take(
    State(given): State<Given>,
    Path((kind, id, verb)): Path<(String, String, String)>,
    Json(body): Json<Value>,
) -> Json<Value> {
    given.lock().unwrap().push(format!("{kind} {id} {verb} {body}"));
    Json(json!(true))
}

fn answer(url: &str, answers: &[&str]) -> (Option<i32>, String) {
    let mut command = ocr("ocr-act");
    command.args(["--server", url]);
    for answer in answers {
        command.args(["--answer", answer]);
    }
    let done = command.output().unwrap();
    assert!(done.stdout.is_empty());
    (done.status.code(), String::from_utf8(done.stderr).unwrap())
}

#[test]
fn gives_answers() {
    let (host, given) = serve(None);
    let (code, said) = answer(&host.url(), &["per_1=always", "que_1=utc", "que_1=not yet"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("answered per_1 of session ses_1: always"), "{said}");
    assert!(said.contains("answered que_1 of session ses_2: UTC, not yet"), "{said}");
    let given = given.lock().unwrap().clone();
    let question = r#"question que_1 reply {"answers":[["UTC"],["not yet"]]}"#;
    assert_eq!(given, [r#"permission per_1 reply {"reply":"always"}"#, question]);
}

#[test]
fn answers_what_the_server_fails_to_list() {
    let given = Given::default();
    let fails = || async { (StatusCode::BAD_REQUEST, "Expected JSON value, got undefined") };
    let known = |state: State<Given>, Path(id): Path<String>, body: Json<Value>| async move {
        if id != "per_1" {
            return (StatusCode::NOT_FOUND, Json(json!({"message": "not found"})));
        }
        (StatusCode::OK, take(state, Path(("permission".to_owned(), id, "reply".to_owned())), body).await)
    };
    let router = Router::new()
        .route("/permission", get(fails))
        .route("/question", get(|| async { Json(json!([])) }))
        .route("/experimental/session", get(|| async { Json(json!([])) }))
        .route("/permission/{id}/reply", post(known))
        .with_state(Arc::clone(&given));
    let host = Host::serve_behind(router, None);
    let (code, said) = answer(&host.url(), &["per_1=once"]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(given.lock().unwrap().clone(), [r#"permission per_1 reply {"reply":"once"}"#]);
    let (code, said) = answer(&host.url(), &["per_9=once"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("has no open request per_9"), "{said}");
    let (_, said) = answer(&host.url(), &["que_1=UTC"]);
    assert!(said.contains("failed to list open requests"), "{said}");
}

#[test]
fn rejects_a_question() {
    let (host, given) = serve(None);
    assert_eq!(answer(&host.url(), &["que_1=reject"]).0, Some(0));
    assert_eq!(given.lock().unwrap().clone(), ["question que_1 reject {}"]);
}

#[test]
fn says_what_does_not_fit() {
    let (host, given) = serve(None);
    for (wrong, says) in [
        ("per_9=once", "has no open request per_9"),
        ("per_1=onec", "once, always and reject"),
        ("que_1=UTC", "asks 2 questions"),
        ("per_1", "expected ID=ANSWER"),
    ] {
        let (code, said) = answer(&host.url(), &[wrong]);
        assert_eq!(code, Some(2), "{wrong}: {said}");
        assert!(said.contains(says), "{wrong}: {said}");
    }
    assert!(given.lock().unwrap().is_empty());
}

#[test]
fn exit_codes() {
    assert_eq!(answer("http://127.0.0.1:9/", &["per_1=once"]).0, Some(69));
    assert_eq!(answer("http://192.0.2.1/", &["per_1=once"]).0, Some(2));
    let (host, _) = serve(Some("hunter2"));
    assert_eq!(answer(&host.url(), &["per_1=once"]).0, Some(77));
    let done = ocr("ocr-act").args(["--answer", "per_1=once"]).output().unwrap();
    assert_eq!(done.status.code(), Some(2), "it needs a server");
}
