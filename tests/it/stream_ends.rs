//! How a live stream ends when something is in its way, and the history of sessions whose log is incomplete.

use crate::bounds::{MEMORY, peak};
use crate::support::{CONNECTED, Host, answer, events, routes, start_stream, watch};
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const FROM_START: [&str; 3] = ["--session", "ses_1", "--from-start"];

/// An event stream that stays open after these events.
fn connected(more: impl IntoIterator<Item = String>) -> Response {
    events(std::iter::once(CONNECTED.to_owned()).chain(more), true)
}

/// A server that knows one session, which is idle.
fn with_session(exists: impl Fn() -> bool + Clone + Send + Sync + 'static) -> Router {
    let session = json!({"id": "ses_1", "directory": "/p"});
    let listed = json!([session]);
    let find = get(move |Path(_): Path<String>| async move {
        if exists() { axum::Json(session).into_response() } else { StatusCode::NOT_FOUND.into_response() }
    });
    routes("1.18.33").route("/session", answer(listed)).route("/session/{id}", find)
}

/// The same with an event stream on which nothing happens.
fn quiet() -> Router {
    with_session(|| true).route("/event", get(|| async { connected([]) }))
}

/// A stream that has more to write than its reader takes.
fn flooded(stdout: Stdio) -> (Host, Child) {
    let filler = "x".repeat(100_000);
    let flood =
        get(move || async move {
            connected((1..400).map(|n| {
                format!("data: {{\"id\":\"evt_{n}\",\"type\":\"x\",\"properties\":{{\"x\":\"{filler}\"}}}}\n\n")
            }))
        });
    let server = Host::serve(with_session(|| true).route("/event", flood));
    let child = start_stream(&server, &["--follow"], stdout);
    (server, child)
}

#[test]
fn signal_with_stuck_reader() {
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
fn full_disk() {
    if !std::path::Path::new("/dev/full").exists() {
        return;
    }
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let (_server, child) = flooded(full.into());
    let done = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("disk is full"), "{stderr}");
}

#[test]
fn lost_session() {
    let listeners = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&listeners);
    let busy = r#"{"id":"evt_1","type":"session.status","properties":{"sessionID":"ses_1","status":{"type":"busy"}}}"#;
    let listen = get(move || async move {
        if count.fetch_add(1, Ordering::Relaxed) > 0 {
            return connected([]);
        }
        events([CONNECTED.to_owned(), format!("data: {busy}\n\n")], false)
    });
    let routes = with_session(move || listeners.load(Ordering::Relaxed) < 2).route("/event", listen);
    let watched = watch(&Host::serve(routes), &["--session", "ses_1", "--follow"]);
    assert_eq!(watched.code, Some(1), "{watched:?}");
    assert!(watched.stderr.contains("has no session ses_1"), "{}", watched.stderr);
    let gap = &watched.lines[watched.lines.len() - 2];
    assert_eq!(gap["type"], "ocr.stream.gap", "{watched:?}");
    assert_eq!(gap["properties"]["complete"], false, "{gap}");
    assert_eq!(watched.closed()["reason"], "failed", "{watched:?}");
}

/// A finished message of the model, and its one part.
fn message(id: &str) -> (Value, Value) {
    let info = json!({"id": id, "sessionID": "ses_1", "role": "assistant", "time": {"created": 1, "completed": 2}});
    let part = json!({"id": format!("prt_{id}"), "messageID": id, "sessionID": "ses_1", "type": "text", "text": "x", "time": {"start": 1, "end": 2}});
    (info, part)
}

/// An entry of the session's log.
fn entry(seq: usize, kind: &str, data: &Value) -> Value {
    json!({"id": format!("evt_log_{seq}"), "aggregate_id": "ses_1", "seq": seq, "type": kind, "data": data})
}

#[test]
fn session_older_than_its_log() {
    let (info, part) = message("msg_new");
    let log = json!([
        entry(0, "message.updated.1", &json!({"sessionID": "ses_1", "info": info})),
        entry(1, "message.part.updated.1", &json!({"sessionID": "ses_1", "part": part})),
    ]);
    let messages = ["msg_old", "msg_older", "msg_new"].map(|id| {
        let (info, part) = message(id);
        json!({"info": info, "parts": [part]})
    });
    let routes = quiet()
        .route("/sync/history", post(move || async move { axum::Json(log) }))
        .route("/session/{id}/message", answer(json!(messages)));
    let watched = watch(&Host::serve(routes), &FROM_START);
    assert_eq!((watched.code, watched.stderr.as_str()), (Some(0), ""));
    let parts: Vec<&str> = watched.lines.iter().filter_map(|line| line["properties"]["part"]["id"].as_str()).collect();
    assert_eq!(parts, ["prt_msg_old", "prt_msg_older", "prt_msg_new"], "each once");
    assert_eq!(watched.closed()["reason"], "rest");
    let mut types = watched.lines.iter().map(|line| &line["type"]);
    assert!(types.all(|kind| kind != "ocr.stream.gap"), "{watched:?}");
}

#[test]
fn long_session_costs_no_memory() {
    const MESSAGES: usize = 100;
    let messages = (0..MESSAGES).map(|n| {
        let (info, mut part) = message(&format!("msg_{n:03}"));
        part["text"] = "x".repeat(2 * 1024 * 1024).into();
        json!({"info": info, "parts": [part]})
    });
    let messages: Arc<Vec<Value>> = Arc::new(messages.collect());
    let list = get(move || async move { axum::Json(&*messages).into_response() });
    let server = Host::serve(quiet().route("/session/{id}/message", list));
    let mut child = start_stream(&server, &FROM_START, Stdio::piped());
    let (mut parts, mut memory) = (0, peak(&child));
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        parts += usize::from(line.unwrap().contains("prt_msg_"));
        memory = peak(&child).or(memory);
    }
    let done = child.wait_with_output().unwrap();
    assert_eq!((done.status.code(), parts), (Some(0), MESSAGES), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(memory.is_none_or(|kib| kib < MEMORY), "{memory:?} KiB");
}

#[test]
fn history_that_breaks_off() {
    let data = json!({"sessionID": "ses_1", "info": {"id": "ses_1"}});
    let entries = [entry(0, "session.created.1", &data), entry(1, "session.updated.1", &data)];
    let requests = Arc::new(AtomicUsize::new(0));
    let history = post(move || async move {
        let body = if requests.fetch_add(1, Ordering::Relaxed) == 0 {
            format!("[{},", entries[0])
        } else {
            json!(entries).to_string()
        };
        ([("content-type", "application/json")], body)
    });
    let watched = watch(&Host::serve(quiet().route("/sync/history", history)), &FROM_START);
    let recovered = watched.lines.iter().filter(|line| line["recovered"] == true);
    let ids: Vec<&str> = recovered.filter_map(|line| line["id"].as_str()).collect();
    assert_eq!(ids, ["evt_log_0", "evt_log_1"], "{watched:?}");
    let gap = watched.lines.iter().find(|line| line["type"] == "ocr.stream.gap");
    let gap = &gap.unwrap()["properties"];
    assert_eq!(gap["recovered"], 0, "{gap}");
    assert_eq!(gap["complete"], true, "{gap}");
    assert_eq!(watched.code, Some(0));
}
