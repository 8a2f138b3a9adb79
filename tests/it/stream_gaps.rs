//! What is told of a lost connection, how long it was and why it does not come back; and of a session that cannot
//! begin.

use crate::support::{Host, measured, ocr};
use axum::Router;
use axum::body::Body;
use axum::http::StatusCode;
use axum::routing::{MethodRouter, get, post};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const CONNECTED: &str = "data: {\"id\":\"evt_0\",\"type\":\"server.connected\",\"properties\":{}}\n\n";

/// A server of one directory whose events come from `events`. It opens a session and takes no task.
fn serving(events: MethodRouter) -> Host {
    let sessions = get(|| async { axum::Json(json!([])) })
        .post(|| async { axum::Json(json!({"id": "ses_1", "directory": "/p"})) });
    let refused = axum::Json(json!({"name": "BadRequest", "data": {"message": "no such agent"}}));
    Host::serve(
        Router::new()
            .route("/event", events)
            .route("/session", sessions)
            .route(
                "/session/{id}/prompt_async",
                post(move || async { (StatusCode::BAD_REQUEST, refused) }),
            )
            .route("/path", get(|| async { axum::Json(json!({"directory": "/p"})) }))
            .route(
                "/global/health",
                get(|| async { axum::Json(json!({"healthy": true, "version": "1.18.33"})) }),
            ),
    )
}

#[test]
fn a_password_that_changed_while_we_were_away_is_a_reason_of_its_own() {
    for refusal in [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN] {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let server = serving(get(move || {
            let first = count.fetch_add(1, Ordering::Relaxed) == 0;
            async move {
                let kind = [("content-type", "text/event-stream")];
                if first {
                    Ok((kind, CONNECTED))
                } else {
                    Err(refusal)
                }
            }
        }));
        let done = ocr("ocr-stream")
            .args([
                "--server",
                &server.url(),
                "--follow",
                "--reconnect-timeout",
                "600",
            ])
            .output()
            .unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(77), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.contains("OPENCODE_SERVER_PASSWORD"), "{said}");
        let told = String::from_utf8(done.stdout).unwrap();
        let closed: Value = serde_json::from_str(told.lines().last().unwrap()).unwrap();
        assert_eq!(closed["properties"]["reason"], "notAllowed", "{told}");
        assert_eq!(
            asked.load(Ordering::Relaxed),
            2,
            "once more, and not again and again"
        );
        let run = ocr("ocr-act").arg("--only").write_stdin(told).output().unwrap();
        let result: Value = serde_json::from_slice(&run.stdout).unwrap();
        assert_eq!(result["properties"]["outcome"], "refused", "{result}");
        assert_eq!(run.status.code(), Some(77));
    }
}

#[test]
fn a_task_that_the_server_refuses_is_a_reason_of_its_own() {
    let server = serving(get(|| async {
        let said = stream::iter([Ok::<_, Infallible>(CONNECTED)]);
        (
            [("content-type", "text/event-stream")],
            Body::from_stream(said.chain(stream::pending())),
        )
    }));
    let done = ocr("ocr-stream")
        .args(["--server", &server.url(), "--task", "Look."])
        .output()
        .unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(1), "{said}");
    assert!(
        said.contains("no such agent") && said.lines().count() == 1,
        "{said}"
    );
    let told = String::from_utf8(done.stdout).unwrap();
    let closed: Value = serde_json::from_str(told.lines().last().unwrap()).unwrap();
    assert_eq!(closed["properties"]["reason"], "failed", "{told}");
    assert!(
        said.contains(closed["properties"]["detail"].as_str().unwrap()),
        "{told}"
    );
    let run = ocr("ocr-act").arg("--only").write_stdin(told).output().unwrap();
    let result: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(result["properties"]["outcome"], "failed", "{result}");
    assert_eq!(run.status.code(), Some(13));
}

/// How long a connection stands before the last that is heard of it: a gap that began with it would be longer.
const STOOD: Duration = Duration::from_secs(1);

#[test]
fn a_gap_begins_with_the_last_byte_that_was_heard() {
    let sent = Arc::new(Mutex::new(None));
    let (listeners, sending) = (Arc::new(AtomicUsize::new(0)), Arc::clone(&sent));
    let server = serving(get(move || {
        let again = listeners.fetch_add(1, Ordering::Relaxed) > 0;
        let sending = Arc::clone(&sending);
        async move {
            let piece = stream::once(async move {
                tokio::time::sleep(STOOD).await;
                *sending.lock().unwrap() = Some(Instant::now());
                "data: {\"type\":"
            });
            let kind = [("content-type", "text/event-stream")];
            let said = stream::iter([CONNECTED]);
            if again {
                return (
                    kind,
                    Body::from_stream(said.chain(stream::pending()).map(Ok::<_, Infallible>)),
                );
            }
            (
                kind,
                Body::from_stream(said.chain(piece).map(Ok::<_, Infallible>)),
            )
        }
    }));
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("ocr-stream"))
        .args(["--server", &server.url(), "--follow"])
        .env_clear()
        .envs(measured())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let gap = lines
        .map_while(Result::ok)
        .find(|line| line.contains("ocr.stream.gap"));
    let gap: Value = serde_json::from_str(&gap.unwrap()).unwrap();
    let since = sent.lock().unwrap().expect("it spoke").elapsed();
    let lasted = Duration::from_millis(gap["properties"]["lasted"].as_u64().unwrap());
    assert!(lasted <= since, "what came before is no part of it: {gap}");
    assert!(!lasted.is_zero(), "{gap}");
    assert_eq!(child.wait().unwrap().code(), Some(141), "the reader left");
}
