//! An abort of a session with far more subagents than anybody has.

use super::{act, finding, opened};
use crate::support::Host;
use axum::Json;
use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How many subagents the session has, all in one answer.
const CHILDREN: usize = 100_000;

/// A server whose session has that many subagents, of which the last is busy.
fn crowd() -> (Host, Arc<Mutex<BTreeMap<String, Value>>>) {
    let last = format!("ses_c{}", CHILDREN - 1);
    let works = |session: &str| (session.to_owned(), json!({"type": "busy"}));
    let busy = Arc::new(Mutex::new(BTreeMap::from([works("ses_1"), works(&last)])));
    let (status, aborted) = (Arc::clone(&busy), Arc::clone(&busy));
    let children = |Path(id): Path<String>| async move {
        let count = if id == "ses_1" { CHILDREN } else { 0 };
        Json((0..count).map(|n| json!({"id": format!("ses_c{n}")})).collect::<Value>())
    };
    let router = Router::new()
        .route("/session/status", get(move || async move { Json(json!(*status.lock().unwrap())) }))
        .route("/session/{id}", get(|Path(id): Path<String>| async move { Json(json!({"id": id})) }))
        .route("/session/{id}/children", get(children))
        .route(
            "/session/{id}/abort",
            post(move |Path(id): Path<String>| async move {
                aborted.lock().unwrap().remove(&id);
                Json(json!(true))
            }),
        );
    (Host::serve(router), busy)
}

#[test]
fn aborts_busy_ones_of_a_crowd() {
    let (host, busy) = crowd();
    let mut first = opened(false);
    first["properties"]["server"] = json!(host.url());
    let begun = Instant::now();
    let (code, added, told) = act(&["--confirm-timeout", "20"], &[first, finding("loop", "stop", false)]);
    assert!(begun.elapsed() < Duration::from_mins(1), "{:?}", begun.elapsed());
    assert_eq!(code, 10, "{told}");
    assert!(busy.lock().unwrap().is_empty(), "{:?}", busy.lock().unwrap());
    let detail = added[1]["properties"]["detail"].as_str().unwrap();
    assert!(detail.contains("sessions below it were left out, 0 of them busy"), "{detail}");
}
