//! How a live stream ends when something is in its way, and what it tells of a past that no log has whole.

use crate::bounds::{MEMORY, peak};
use crate::support::{Host, measured, ocr};
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::convert::Infallible;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const CONNECTED: &str = "data: {\"id\":\"evt_0\",\"type\":\"server.connected\",\"properties\":{}}\n\n";

/// An event stream that says this and stays open.
fn saying(pieces: impl Iterator<Item = String> + Send + 'static) -> Response {
    let said = stream::iter(
        std::iter::once(CONNECTED.to_owned())
            .chain(pieces)
            .map(Ok::<_, Infallible>),
    );
    let kind = [("content-type", "text/event-stream")];
    (kind, Body::from_stream(said.chain(stream::pending()))).into_response()
}

/// The routes that every server here has: it knows one session, which rests.
fn routes() -> Router {
    let session = || json!({"id": "ses_1", "directory": "/p"});
    Router::new()
        .route(
            "/session",
            get(move || async move { axum::Json(json!([session()])) }),
        )
        .route("/path", get(|| async { axum::Json(json!({"directory": "/p"})) }))
        .route("/session/status", get(|| async { axum::Json(json!({})) }))
        .route(
            "/global/health",
            get(|| async { axum::Json(json!({"healthy": true, "version": "1.18.33"})) }),
        )
}

/// The session, as long as there is one.
fn with_session(routes: Router, lost: impl Fn() -> bool + Clone + Send + Sync + 'static) -> Router {
    routes.route(
        "/session/{id}",
        get(move |Path(id): Path<String>| async move {
            if lost() {
                StatusCode::NOT_FOUND.into_response()
            } else {
                axum::Json(json!({"id": id, "directory": "/p"})).into_response()
            }
        }),
    )
}

fn lines_of(bytes: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(bytes).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn flooded(stdout: Stdio) -> (Host, Child) {
    let event = format!(
        "data: {{\"id\":\"evt_N\",\"type\":\"x\",\"properties\":{{\"x\":\"{}\"}}}}\n\n",
        "x".repeat(100_000)
    );
    let flood = move || {
        (1..400)
            .map(move |n| event.replace("evt_N", &format!("evt_{n}")))
            .collect::<Vec<_>>()
    };
    let server =
        Host::serve(routes().route("/event", get(move || async move { saying(flood().into_iter()) })));
    let child = Command::new(assert_cmd::cargo::cargo_bin("ocr-stream"))
        .args(["--server", &server.url(), "--follow"])
        .env_clear()
        .envs(measured())
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    (server, child)
}

#[test]
fn one_signal_ends_a_stream_whose_reader_is_stuck() {
    let (_server, mut child) = flooded(Stdio::piped());
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("evt_1\"") {
        line.clear();
        assert!(reader.read_line(&mut line).unwrap() > 0);
    }
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(143));
}

#[test]
fn a_full_disk_is_an_error_and_no_reader_that_left() {
    if !std::path::Path::new("/dev/full").exists() {
        return;
    }
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let (_server, child) = flooded(full.into());
    let done = child.wait_with_output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(1), "{said}");
    assert!(said.contains("disk is full"), "{said}");
}

#[test]
fn a_session_that_the_server_has_lost_is_no_session_that_rests() {
    let listeners = Arc::new(AtomicUsize::new(0));
    let (heard, asked) = (Arc::clone(&listeners), Arc::clone(&listeners));
    let events = get(move || async move {
        if heard.fetch_add(1, Ordering::Relaxed) > 0 {
            return saying(std::iter::empty());
        }
        let busy = r#"{"id":"evt_1","type":"session.status","properties":{"sessionID":"ses_1","status":{"type":"busy"}}}"#;
        let kind = [("content-type", "text/event-stream")];
        (kind, format!("{CONNECTED}data: {busy}\n\n")).into_response()
    });
    let routes = with_session(routes().route("/event", events), move || {
        asked.load(Ordering::Relaxed) > 1
    });
    let server = Host::serve(routes);
    let done = ocr("ocr-stream")
        .args(["--server", &server.url(), "--session", "ses_1", "--follow"])
        .output()
        .unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(1), "{said}");
    assert!(said.contains("knows no session ses_1"), "{said}");
    let lines = lines_of(&done.stdout);
    let [.., gap, closed] = &lines[..] else {
        panic!("{lines:?}")
    };
    assert_eq!(gap["type"], "ocr.stream.gap", "{lines:?}");
    assert_eq!(gap["properties"]["complete"], false, "{gap}");
    assert_eq!(closed["properties"]["reason"], "failed", "{closed}");
}

/// A message of the model, and one part of it.
fn message(id: &str) -> (Value, Value) {
    let info =
        json!({"id": id, "sessionID": "ses_1", "role": "assistant", "time": {"created": 1, "completed": 2}});
    let part = json!({"id": format!("prt_{id}"), "messageID": id, "sessionID": "ses_1", "type": "text", "text": "x", "time": {"start": 1, "end": 2}});
    (info, part)
}

#[test]
fn a_session_that_is_older_than_its_log_is_told_from_its_messages() {
    let entry = |seq: usize, kind: &str, data: &Value| json!({"id": format!("evt_log_{seq}"), "aggregate_id": "ses_1", "seq": seq, "type": kind, "data": data});
    let (info, part) = message("msg_new");
    let log = json!([
        entry(
            0,
            "message.updated.1",
            &json!({"sessionID": "ses_1", "info": info})
        ),
        entry(
            1,
            "message.part.updated.1",
            &json!({"sessionID": "ses_1", "part": part})
        ),
    ]);
    let messages: Vec<Value> = ["msg_old", "msg_older", "msg_new"]
        .map(|id| {
            let (info, part) = message(id);
            json!({"info": info, "parts": [part]})
        })
        .into();
    let routes = routes()
        .route("/event", get(|| async { saying(std::iter::empty()) }))
        .route("/sync/history", post(move || async move { axum::Json(log) }))
        .route(
            "/session/{id}/message",
            get(move || async move { axum::Json(messages) }),
        );
    let server = Host::serve(with_session(routes, || false));
    let done = ocr("ocr-stream")
        .args(["--server", &server.url(), "--session", "ses_1", "--from-start"])
        .output()
        .unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!((done.status.code(), said.as_str()), (Some(0), ""));
    let lines = lines_of(&done.stdout);
    let parts: Vec<&str> = lines
        .iter()
        .filter_map(|line| line["properties"]["part"]["id"].as_str())
        .collect();
    assert_eq!(
        parts,
        ["prt_msg_old", "prt_msg_older", "prt_msg_new"],
        "each once"
    );
    assert_eq!(lines.last().unwrap()["properties"]["reason"], "rest");
    assert!(
        lines.iter().all(|line| line["type"] != "ocr.stream.gap"),
        "{lines:?}"
    );
}

#[test]
fn a_long_session_without_a_log_costs_no_memory() {
    const MESSAGES: usize = 100;
    let told = (0..MESSAGES).map(|n| {
        let (info, mut part) = message(&format!("msg_{n:03}"));
        part["text"] = "x".repeat(2 * 1024 * 1024).into();
        json!({"info": info, "parts": [part]})
    });
    let messages: Arc<Vec<Value>> = Arc::new(told.collect());
    let routes = routes()
        .route("/event", get(|| async { saying(std::iter::empty()) }))
        .route(
            "/session/{id}/message",
            get(move |Query(asked): Query<HashMap<String, String>>| async move {
                let latest = asked.get("limit").map_or(MESSAGES, |few| few.parse().unwrap());
                axum::Json(&messages[MESSAGES - latest..]).into_response()
            }),
        );
    let server = Host::serve(with_session(routes, || false));
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("ocr-stream"))
        .args(["--server", &server.url(), "--session", "ses_1", "--from-start"])
        .env_clear()
        .envs(measured())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut parts, mut memory) = (0, peak(&child));
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        parts += usize::from(line.unwrap().contains("prt_msg_"));
        memory = peak(&child).or(memory);
    }
    assert_eq!((child.wait().unwrap().code(), parts), (Some(0), MESSAGES));
    assert!(memory.is_none_or(|kib| kib < MEMORY), "{memory:?} KiB");
}

#[test]
fn history_that_breaks_off_is_told_once_and_is_not_what_a_gap_cost() {
    let entry = |seq: usize, kind: &str| json!({"id": format!("evt_log_{seq}"), "aggregate_id": "ses_1", "seq": seq, "type": kind, "data": {"sessionID": "ses_1", "info": {"id": "ses_1"}}});
    let entries = [entry(0, "session.created.1"), entry(1, "session.updated.1")];
    let asked = Arc::new(AtomicUsize::new(0));
    let history = post(move || async move {
        let said = if asked.fetch_add(1, Ordering::Relaxed) == 0 {
            format!("[{},", entries[0])
        } else {
            json!(entries).to_string()
        };
        ([("content-type", "application/json")], said)
    });
    let routes = routes()
        .route("/event", get(|| async { saying(std::iter::empty()) }))
        .route("/sync/history", history);
    let server = Host::serve(with_session(routes, || false));
    let done = ocr("ocr-stream")
        .args(["--server", &server.url(), "--session", "ses_1", "--from-start"])
        .output()
        .unwrap();
    let lines = lines_of(&done.stdout);
    let ids: Vec<&str> = lines
        .iter()
        .filter(|line| line["recovered"] == true)
        .filter_map(|line| line["id"].as_str())
        .collect();
    assert_eq!(ids, ["evt_log_0", "evt_log_1"], "{lines:?}");
    let gap = lines
        .iter()
        .find(|line| line["type"] == "ocr.stream.gap")
        .unwrap();
    assert_eq!(gap["properties"]["recovered"], 0, "{gap}");
    assert_eq!(gap["properties"]["complete"], true, "{gap}");
    assert_eq!(done.status.code(), Some(0));
}
