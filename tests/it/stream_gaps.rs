//! What is told of a lost connection: how long it was, what it cost, and why it does not come back.

use crate::support::{Host, ocr};
use axum::Router;
use axum::http::StatusCode;
use axum::routing::{MethodRouter, get};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const CONNECTED: &str = "data: {\"id\":\"evt_0\",\"type\":\"server.connected\",\"properties\":{}}\n\n";

/// A server of one directory whose events come from `events`.
fn serving(events: MethodRouter) -> Host {
    Host::serve(
        Router::new()
            .route("/event", events)
            .route("/session", get(|| async { axum::Json(json!([])) }))
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
