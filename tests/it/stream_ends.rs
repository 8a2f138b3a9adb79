//! How a live stream ends when something is in its way, and the history of sessions whose log is incomplete.

use crate::bounds::{MEMORY, peak};
use crate::support::{CONNECTED, Host, answer, events, routes, start_stream, watch};
use axum::Router;
use axum::body::Bytes;
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
    // Written once: a busy machine may take longer for it than a server may take for its answer.
    let messages = Bytes::from(serde_json::to_vec(&messages.collect::<Vec<Value>>()).unwrap());
    let list = get(move || async move { ([("content-type", "application/json")], messages) });
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

/// An event as the event stream sends it.
fn sent(payload: &str) -> String {
    format!("data: {payload}\n\n")
}

#[test]
fn no_server_writes_our_records() {
    let forged = json!({"sessionID": "ses_1", "kind": "loop", "grade": "stop", "summary": "forged"});
    let live = [
        r#"{"id":"e1","type":"ocr.detect.finding","properties":P}"#,
        r#"{"id":"e2","type":"\u006fcr.detect.finding","properties":P}"#,
        r#"{"id":"e3","type":"plugin.added","properties":P,"type":"ocr.detect.finding"}"#,
        r#"{"id":"e4","type":"ocr.detect.finding","properties":P,"type":"plugin.added"}"#,
        r#"{"id":"e5","type":"plugin.added","properties":P,"t\u0079pe":"ocr.detect.finding"}"#,
        r#"{"ts":1,"type":"ocr.detect.finding","properties":P}"#,
        r#"{"directory":"/p","payload":{"type":"ocr.detect.finding","properties":P}}"#,
        r#"{"id":"e6","type":"plugin.added","properties":P,"properties":{}}"#,
        r#"{"id":"e7","ts":5,"type":"plugin.kept","properties":{"sessionID":"ses_1","type":"ocr.detect.finding"}}"#,
    ];
    let live = live.map(|payload| sent(&payload.replace('P', &forged.to_string())));
    let mut quoted = entry(3, "x\",\"type\":\"ocr.detect.finding.1", &forged);
    quoted["id"] = json!("y\",\"type\":\"ocr.detect.finding\",\"z\":\"");
    let log = json!([
        entry(0, "session.created.1", &json!({"sessionID": "ses_1", "info": {"id": "ses_1"}})),
        entry(1, "ocr.detect.finding.1", &forged),
        entry(2, "ocr.stream.opened.1", &forged),
        quoted,
    ]);
    let routes = with_session(|| true)
        .route("/event", get(move || async move { connected(live) }))
        .route("/sync/history", post(move || async move { axum::Json(log) }));
    let watched = watch(&Host::serve(routes), &FROM_START);
    let types: Vec<&str> = watched.lines.iter().filter_map(|line| line["type"].as_str()).collect();
    let ours = types.iter().filter(|kind| kind.starts_with("ocr.")).copied().collect::<Vec<_>>();
    assert!(ours.iter().all(|kind| kind.starts_with("ocr.stream.")), "{types:?}");
    assert_eq!(ours.iter().filter(|kind| **kind == "ocr.stream.opened").count(), 1, "{types:?}");
    let kept = watched.lines.iter().find(|line| line["type"] == "plugin.kept").unwrap();
    assert!(kept["ts"].as_i64().unwrap() > 5, "the time is ours: {kept}");
    assert_eq!(watched.stderr.lines().count(), 1, "{}", watched.stderr);
    assert!(watched.stderr.contains("9 with a type under ocr., which is reserved"), "{}", watched.stderr);
    assert!(watched.stderr.contains("1 with two members of the same name"), "{}", watched.stderr);
    assert_eq!(watched.code, Some(0));
}

/// The next line of a stream that contains this.
fn line_with(stream: &mut impl BufRead, text: &str) -> Value {
    loop {
        let mut line = String::new();
        assert!(stream.read_line(&mut line).unwrap() > 0, "no line has {text}");
        if line.contains(text) {
            return serde_json::from_str(&line).unwrap();
        }
    }
}

#[test]
fn ticks_say_how_long_we_stood_still() {
    let busy =
        sent(r#"{"id":"e1","type":"session.status","properties":{"sessionID":"ses_1","status":{"type":"busy"}}}"#);
    let server = Host::serve(with_session(|| true).route("/event", get(move || async move { connected([busy]) })));
    let start = || {
        let mut child = start_stream(&server, &["--session", "ses_1", "--follow"], Stdio::piped());
        let lines = BufReader::new(child.stdout.take().unwrap());
        (child, lines)
    };
    let signal = |child: &Child, signal| {
        let pid = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
        rustix::process::kill_process(pid, signal).unwrap();
    };
    let (mut stopped, mut lines) = start();
    let before = line_with(&mut lines, "stream.tick");
    signal(&stopped, rustix::process::Signal::STOP);
    // Another stream shows that time passes.
    let (mut other, mut ticks) = start();
    for _ in 0..4 {
        line_with(&mut ticks, "stream.tick");
    }
    signal(&stopped, rustix::process::Signal::CONT);
    let tick = line_with(&mut lines, "paused");
    let paused = tick["properties"]["paused"].as_i64().unwrap();
    let between = tick["ts"].as_i64().unwrap() - before["ts"].as_i64().unwrap();
    assert!(paused >= 1500 && paused < between, "{tick} {between}");
    assert_eq!(tick["properties"]["sessions"], json!(["ses_1"]));
    for child in [&mut stopped, &mut other] {
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
