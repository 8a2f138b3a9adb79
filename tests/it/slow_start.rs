//! A server that takes its time to prepare a directory: it installs plugins and starts tool servers on the first request.

use crate::support::{CONNECTED, Host, answer, events, watch, watch_until};
use axum::routing::{MethodRouter, get};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Gives this answer from the request with this number on, and none before.
fn answers_from(request: usize, body: Value) -> MethodRouter {
    let asked = Arc::new(AtomicUsize::new(0));
    get(move || {
        let early = asked.fetch_add(1, Ordering::Relaxed) + 1 < request;
        async move {
            if early {
                std::future::pending::<()>().await;
            }
            Json(body)
        }
    })
}

/// A server that answers about its version, and about its directory, from the requests with these numbers on.
fn server(version: usize, directory: usize) -> Host {
    let path = answers_from(directory, json!({"directory": "/p"}));
    let routes = Router::new()
        .route("/global/health", answers_from(version, json!({"healthy": true, "version": "1.18.33"})))
        .route("/session/status", answer(json!({})))
        .route("/session", answer(json!([])))
        .route("/event", get(|| async { events([CONNECTED.to_owned()], true) }))
        .route("/path", path);
    Host::serve(routes)
}

#[test]
fn waits_for_the_first_request_of_a_directory() {
    let watched = watch_until(&server(1, 5), &["--follow"], "ocr.stream.opened");
    assert_eq!(watched.lines[0]["type"], "ocr.stream.opened", "{watched:?}");
    let told = watched.stderr.matches("waiting for the server to prepare the directory").count();
    assert_eq!(told, 1, "{}", watched.stderr);
}

#[test]
fn srv_05_gives_up_after_startup_timeout() {
    let watched = watch(&server(1, usize::MAX), &["--follow", "--startup-timeout", "1"]);
    assert_eq!((watched.code, watched.lines.len()), (Some(69), 0), "{watched:?}");
    assert!(watched.stderr.contains("--startup-timeout"), "{}", watched.stderr);
}

#[test]
fn asks_a_server_again_that_did_not_hear_the_first_request() {
    let watched = watch_until(&server(2, 1), &["--follow"], "ocr.stream.opened");
    assert_eq!(watched.lines[0]["type"], "ocr.stream.opened", "{watched:?}");
    let watched = watch(&server(usize::MAX, 1), &["--follow"]);
    assert_eq!((watched.code, watched.lines.len()), (Some(69), 0), "{watched:?}");
}
