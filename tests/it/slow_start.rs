//! A server that takes its time to prepare a directory: it installs plugins and starts tool servers on the first request.

use crate::support::{CONNECTED, Host, answer, events, watch, watch_until};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A server that answers about its directory from the request with this number on, and none before.
fn prepares_until(request: usize) -> Host {
    let asked = Arc::new(AtomicUsize::new(0));
    let path = get(move || {
        let early = asked.fetch_add(1, Ordering::Relaxed) + 1 < request;
        async move {
            if early {
                std::future::pending::<()>().await;
            }
            Json(json!({"directory": "/p"}))
        }
    });
    let routes = Router::new()
        .route("/global/health", answer(json!({"healthy": true, "version": "1.18.33"})))
        .route("/session/status", answer(json!({})))
        .route("/session", answer(json!([])))
        .route("/event", get(|| async { events([CONNECTED.to_owned()], true) }))
        .route("/path", path);
    Host::serve(routes)
}

#[test]
fn waits_for_the_first_request_of_a_directory() {
    let watched = watch_until(&prepares_until(5), &["--follow"], "ocr.stream.opened");
    assert_eq!(watched.lines[0]["type"], "ocr.stream.opened", "{watched:?}");
    let told = watched.stderr.matches("waiting for the server to prepare the directory").count();
    assert_eq!(told, 1, "{}", watched.stderr);
}

#[test]
fn srv_05_gives_up_after_startup_timeout() {
    let watched = watch(&prepares_until(usize::MAX), &["--follow", "--startup-timeout", "1"]);
    assert_eq!((watched.code, watched.lines.len()), (Some(69), 0), "{watched:?}");
    assert!(watched.stderr.contains("--startup-timeout"), "{}", watched.stderr);
}
