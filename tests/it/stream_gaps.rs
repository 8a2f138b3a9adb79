//! What the stream reports of a lost connection: how long it was lost and why it is not restored; and a session that
//! cannot begin.

use crate::support::{CONNECTED, Host, Watched, answer, events, ocr, routes, watch, watch_until};
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{MethodRouter, get, post};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A server whose event stream is `events`. It creates sessions and refuses tasks.
fn serve(events: MethodRouter) -> Host {
    let sessions = answer(json!([])).post(|| async { axum::Json(json!({"id": "ses_1", "directory": "/p"})) });
    let refused = axum::Json(json!({"name": "BadRequest", "data": {"message": "no such agent"}}));
    let prompt = post(move || async { (StatusCode::BAD_REQUEST, refused) });
    Host::serve(
        routes("1.18.33")
            .route("/event", events)
            .route("/session", sessions)
            .route("/session/{id}/prompt_async", prompt),
    )
}

/// One message with the right code, the reason in the last line, and the outcome that `ocr-act` makes of it.
fn expect_end(watched: &Watched, reason: &str, code: i32, outcome: &str, act_code: i32) {
    assert_eq!(watched.code, Some(code), "{watched:?}");
    assert_eq!(watched.stderr.lines().count(), 1, "{watched:?}");
    assert_eq!(watched.closed()["reason"], reason, "{watched:?}");
    let run = ocr("ocr-act").arg("--only").write_stdin(watched.text()).output().unwrap();
    let result: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(result["properties"]["outcome"], outcome, "{result}");
    assert_eq!(run.status.code(), Some(act_code));
}

#[test]
fn changed_password() {
    for refusal in [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN] {
        let requests = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&requests);
        let server = serve(get(move || async move {
            if count.fetch_add(1, Ordering::Relaxed) == 0 {
                events([CONNECTED.to_owned()], false)
            } else {
                refusal.into_response()
            }
        }));
        let watched = watch(&server, &["--follow", "--reconnect-timeout", "600"]);
        expect_end(&watched, "notAllowed", 77, "refused", 77);
        assert!(watched.stderr.contains("OPENCODE_SERVER_PASSWORD"), "{watched:?}");
        assert_eq!(requests.load(Ordering::Relaxed), 2, "it is tried once more only");
    }
}

#[test]
fn refused_task() {
    let server = serve(get(|| async { events([CONNECTED.to_owned()], true) }));
    let watched = watch(&server, &["--task", "Look."]);
    expect_end(&watched, "failed", 1, "failed", 13);
    assert!(watched.stderr.contains("no such agent"), "{watched:?}");
    let detail = watched.closed()["detail"].as_str().unwrap();
    assert!(watched.stderr.contains(detail), "{watched:?}");
}

/// How long a connection stands before its last byte: a gap that began with it would be longer.
const STOOD: Duration = Duration::from_secs(1);

#[test]
fn gap_begins_with_last_byte() {
    let sent = Arc::new(Mutex::new(None));
    let (listeners, sending) = (Arc::new(AtomicUsize::new(0)), Arc::clone(&sent));
    let server = serve(get(move || async move {
        if listeners.fetch_add(1, Ordering::Relaxed) > 0 {
            return events([CONNECTED.to_owned()], true);
        }
        let last = stream::once(async move {
            tokio::time::sleep(STOOD).await;
            *sending.lock().unwrap() = Some(Instant::now());
            "data: {\"type\":"
        });
        let body = stream::iter([CONNECTED]).chain(last).map(Ok::<_, Infallible>);
        ([("content-type", "text/event-stream")], Body::from_stream(body)).into_response()
    }));
    let watched = watch_until(&server, &["--follow"], "ocr.stream.gap");
    let since = sent.lock().unwrap().expect("a last byte").elapsed();
    let gap = watched.closed();
    let lasted = Duration::from_millis(gap["lasted"].as_u64().unwrap());
    assert!(lasted <= since, "the gap includes earlier time: {gap}");
    assert!(!lasted.is_zero(), "{gap}");
    assert_eq!(watched.code, Some(141), "the reader left");
}
