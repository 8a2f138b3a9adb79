//! Answers without an end: every request is bounded, in memory and in time, and ends with a clear message.

use crate::support::{Host, answer, measured, routes};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use futures_util::stream;
use serde_json::json;
use std::convert::Infallible;
use std::process::{Command, Output, Stdio};

/// How much address space the stream may take, in KiB: several times what it needs.
const SPACE: u64 = 512 * 1024;

/// An answer that begins like this and then repeats a piece for ever.
fn endless(kind: &'static str, begin: &'static str, piece: &str) -> Response {
    let pieces = Bytes::from(piece.repeat(64 * 1024 / piece.len()));
    let body = stream::unfold(Some(Bytes::from(begin)), move |next| {
        let pieces = pieces.clone();
        async move { Some((Ok::<_, Infallible>(next.unwrap_or(pieces)), None)) }
    });
    ([("content-type", kind)], Body::from_stream(body)).into_response()
}

/// What `ocr-stream` says about this server, within [`SPACE`].
fn watch(router: Router) -> Output {
    let host = Host::serve(router);
    let program = assert_cmd::cargo::cargo_bin("ocr-stream");
    let line = format!("ulimit -v {SPACE}; exec {} --server {}", program.display(), host.url());
    let child = Command::new("sh")
        .args(["-c", &line])
        .env_clear()
        .envs(measured())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.wait_with_output().unwrap()
}

fn assert_bounded(name: &str, output: &Output) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(69), "{name}: {told}");
    assert!(told.contains("sent more than") && !told.contains("panicked"), "{name}: {told}");
    assert!(output.stdout.is_empty(), "{name}: {}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn endless_object() {
    let path = "/global/health";
    let forever = || async { endless("application/json", r#"{"version":""#, "xxxxxxxxxxxxxxxx") };
    assert_bounded(path, &watch(Router::new().route(path, get(forever))));
}

#[test]
fn endless_list_of_sessions() {
    for (name, piece) in [("sessions", r#"{"id":"ses_1"},"#), ("space", "                ")] {
        let forever = move || async move { endless("application/json", "[", piece) };
        let router = routes("1.18.33").route("/experimental/session", get(forever));
        assert_bounded(name, &watch(router));
    }
}

#[test]
fn endless_log() {
    let text = "x".repeat(30_000);
    let entry = json!({"id": "evt_1", "aggregate_id": "ses_2", "seq": 1, "type": "x.1", "data": {"text": text}});
    let piece = format!("{entry},");
    let forever = move || {
        let piece = piece.clone();
        async move { endless("application/json", "[", &piece) }
    };
    let router = routes("1.18.33").route("/experimental/session", answer(json!([])));
    assert_bounded("log", &watch(router.route("/sync/history", post(forever))));
}

#[test]
fn endless_error() {
    let forever = || async { (axum::http::StatusCode::BAD_GATEWAY, endless("text/plain", "no", " way")) };
    let output = watch(Router::new().route("/global/health", get(forever)));
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(69), "{told}");
    assert!(told.contains("HTTP 502: no way way") && told.len() < 1000, "{told}");
}

#[test]
fn refusals_are_out_of_reach() {
    for (status, says) in [(302u16, "redirect (302) to http://elsewhere.test;"), (429, "HTTP 429")] {
        let refuse = move || async move {
            let status = axum::http::StatusCode::from_u16(status).unwrap();
            (status, [("location", "http://elsewhere.test/x?token=t")])
        };
        let output = watch(Router::new().fallback(any(refuse)));
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(69), "{status}: {told}");
        assert!(told.contains(says) && !told.contains("token"), "{told}");
    }
}
