//! `--resume-at-reset`: one message when the provider accepts requests again, whoever sends it.

use super::{act, closed, opened};
use crate::support::Host;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// How a request names the session's own directory.
const PLACE: &str = "directory=%2Fp";

#[derive(Default)]
struct Stub {
    busy: bool,
    sent: Mutex<Vec<Value>>,
    /// In which directories.
    places: Mutex<Vec<String>>,
}

/// A server that keeps the messages that it is sent.
fn serve(busy: bool) -> (Host, Arc<Stub>) {
    let stub = Arc::new(Stub { busy, ..Stub::default() });
    let status = |State(stub): State<Arc<Stub>>, RawQuery(query): RawQuery| async move {
        let is_there = query.as_deref() == Some(PLACE);
        Json(if stub.busy && is_there { json!({"ses_1": {"type": "retry"}}) } else { json!({}) })
    };
    let session = |Path(id): Path<String>| async move { Json(json!({"id": id, "directory": "/p"})) };
    let router = Router::new()
        .route("/session/status", get(status))
        .route("/session/{id}", get(session))
        .route("/session/{id}/message/{message}", get(message))
        .route("/session/{id}/prompt_async", post(take))
        .with_state(Arc::clone(&stub));
    (Host::serve(router), stub)
}

async fn take(State(stub): State<Arc<Stub>>, RawQuery(query): RawQuery, Json(body): Json<Value>) -> StatusCode {
    stub.places.lock().unwrap().push(query.unwrap_or_default());
    stub.sent.lock().unwrap().push(body);
    StatusCode::NO_CONTENT
}

async fn message(
    State(stub): State<Arc<Stub>>,
    Path((_, message)): Path<(String, String)>,
) -> Result<Json<Value>, StatusCode> {
    let sent = stub.sent.lock().unwrap();
    let known = sent.iter().any(|body| body["messageID"] == *message);
    if known { Ok(Json(json!({"info": {}, "parts": []}))) } else { Err(StatusCode::NOT_FOUND) }
}

fn quota(until: i64) -> Value {
    let properties = json!({"sessionID": "ses_1", "state": "quota", "since": 2000, "until": until, "on": "usage limit", "told": "event"});
    json!({"ts": 2000, "type": "ocr.detect.state", "properties": properties})
}

fn tick(ts: i64) -> Value {
    json!({"ts": ts, "type": "ocr.stream.tick", "properties": {}})
}

fn resumed(host: &Host, args: &[&str], input: &[Value]) -> Vec<String> {
    let url = host.url();
    let (_, added, told) = act(&[&["--server", &url][..], args].concat(), input);
    let actions = added.iter().filter(|line| line["type"] == "ocr.act.action").map(|line| &line["properties"]);
    assert!(!told.contains("panicked"), "{told}");
    actions.map(|a| format!("{} {}", a["action"], a["phase"]).replace('"', "")).collect()
}

#[test]
fn one_message_even_after_a_restart() {
    let (host, stub) = serve(false);
    let input = [opened(false), quota(20_000), tick(20_000), tick(40_000), tick(41_000), closed("rest", None)];
    assert_eq!(resumed(&host, &["--resume-at-reset"], &input), ["resume begun", "resume taken"]);
    // The first hand was killed: the second reads the same lines.
    assert_eq!(resumed(&host, &["--resume-at-reset"], &input), ["resume begun", "resume skipped"]);
    let sent = stub.sent.lock().unwrap();
    assert_eq!(sent.len(), 1);
    assert_eq!(*stub.places.lock().unwrap(), [PLACE]);
    assert!(sent[0]["messageID"].as_str().unwrap().starts_with("msg_"), "{}", sent[0]);
    assert_eq!(sent[0]["parts"][0]["metadata"]["ocr"], "steer");
}

#[test]
fn leaves_a_session_that_goes_on() {
    let (host, stub) = serve(true);
    let input = [opened(false), quota(20_000), tick(40_000), closed("rest", None)];
    assert_eq!(resumed(&host, &["--resume-at-reset"], &input), ["resume begun", "resume skipped"]);
    assert!(stub.sent.lock().unwrap().is_empty());
}

#[test]
fn only_when_asked_and_when_time_has_come() {
    let (host, stub) = serve(false);
    let input = [opened(false), quota(20_000), tick(40_000), closed("rest", None)];
    assert!(resumed(&host, &[], &input).is_empty());
    let early = [opened(false), quota(20_000), tick(19_000), closed("rest", None)];
    assert!(resumed(&host, &["--resume-at-reset"], &early).is_empty());
    assert!(stub.sent.lock().unwrap().is_empty());
}
