//! What the sessions are doing when the stream begins and after a gap: no message says it, so the server is asked.

use crate::support::{CONNECTED, Host, Watched, answer, events, routes, watch, watch_until};
use axum::Router;
use axum::body::Body;
use axum::extract::Query;
use axum::response::IntoResponse;
use axum::routing::get;
use futures_util::stream;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

const SESSION: [&str; 4] = ["--session", "ses_1", "--rest-grace", "1"];

/// A server with one session that has one open todo.
fn server() -> Router {
    let session = json!({"id": "ses_1", "directory": "/p"});
    routes("1.18.33")
        .route("/session", answer(json!([session])))
        .route("/session/{id}", answer(session))
        .route("/session/{id}/todo", answer(json!([{"content": "Test it", "status": "pending", "priority": "high"}])))
}

fn status(session: &str, status: &str) -> String {
    json!({"type": "session.status", "properties": {"sessionID": session, "status": {"type": status}}}).to_string()
}

fn sent(payload: &str) -> String {
    format!("data: {payload}\n\n")
}

/// The types of the lines about sessions and of gaps, in order, and whether each was recovered.
fn told(watched: &Watched) -> Vec<String> {
    let told = watched.lines.iter().filter_map(|line| {
        let status = line["properties"]["status"]["type"].as_str().unwrap_or_default();
        let session = line["properties"]["sessionID"].as_str().unwrap_or_default();
        let mark = if line["recovered"] == true { "+" } else { "" };
        match line["type"].as_str()? {
            "session.status" => Some(format!("{mark}{session} {status}")),
            "todo.updated" => Some(format!("{mark}{} todos", line["properties"]["todos"].as_array()?.len())),
            "ocr.stream.gap" => Some("gap".to_owned()),
            _ => None,
        }
    });
    told.collect()
}

#[test]
fn session_that_rested_before() {
    let server = Host::serve(server().route("/event", get(|| async { events([CONNECTED.to_owned()], true) })));
    let watched = watch(&server, &SESSION);
    assert_eq!(told(&watched), ["+ses_1 idle", "+1 todos"], "{watched:?}");
    assert_eq!((watched.closed()["reason"].as_str(), watched.code), (Some("rest"), Some(0)));
}

#[test]
fn session_that_rested_in_a_gap() {
    let listeners = Arc::new(AtomicUsize::new(0));
    let listen = get(move || async move {
        if listeners.fetch_add(1, Ordering::Relaxed) > 0 {
            return events([CONNECTED.to_owned()], true);
        }
        events([CONNECTED.to_owned(), sent(&status("ses_1", "busy"))], false)
    });
    let watched = watch(&Host::serve(server().route("/event", listen)), &SESSION);
    let expected = ["+ses_1 idle", "+1 todos", "ses_1 busy", "gap", "+ses_1 idle", "+1 todos"];
    assert_eq!(told(&watched), expected, "{watched:?}");
}

#[test]
fn connection_that_is_lost_again_while_the_server_is_asked() {
    let asked = Arc::new(AtomicUsize::new(0));
    let listeners = Arc::new(AtomicUsize::new(0));
    let todos = get(move || {
        // The first answer is for the beginning of the stream; the second, after the gap, fails.
        let fails = asked.fetch_add(1, Ordering::Relaxed) == 1;
        async move {
            let todos = axum::Json(json!([{"content": "Test it", "status": "pending", "priority": "high"}]));
            let cut = Body::from_stream(stream::iter([Ok("["), Err(io::Error::other("the connection breaks"))]));
            if fails { cut.into_response() } else { todos.into_response() }
        }
    });
    let listen = get(move || async move {
        if listeners.fetch_add(1, Ordering::Relaxed) > 0 {
            return events([CONNECTED.to_owned()], true);
        }
        events([CONNECTED.to_owned(), sent(&status("ses_1", "busy"))], false)
    });
    let session = json!({"id": "ses_1", "directory": "/p"});
    let server = routes("1.18.33")
        .route("/session", answer(json!([session])))
        .route("/session/{id}", answer(session))
        .route("/session/{id}/todo", todos)
        .route("/event", listen);
    let watched = watch(&Host::serve(server), &SESSION);
    let again = ["gap", "+ses_1 idle", "gap", "+ses_1 idle", "+1 todos"];
    let expected = [&["+ses_1 idle", "+1 todos", "ses_1 busy"], &again[..]].concat();
    assert_eq!(told(&watched), expected, "{watched:?}");
}

#[test]
fn child_in_another_directory() {
    let in_directory =
        |directory: &str, payload: &str| sent(&format!(r#"{{"directory":"{directory}","payload":{payload}}}"#));
    let created = json!({"type": "session.created", "properties": {"info": {"id": "ses_2", "parentID": "ses_1", "directory": "/q"}}});
    let everywhere = [
        CONNECTED.to_owned(),
        in_directory("/q", &created.to_string()),
        in_directory("/q", &status("ses_2", "busy")),
        in_directory("/q", r#"{"type":"file.edited","properties":{"file":"/q/x"}}"#),
        in_directory("/p", r#"{"type":"file.edited","properties":{"file":"/p/x"}}"#),
        in_directory("/q", &status("ses_9", "busy")),
        in_directory("/p", &status("ses_1", "busy")),
        in_directory("/p", &status("ses_1", "idle")),
    ];
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let session = json!({"id": "ses_1", "directory": "/p"});
    let child = json!({"id": "ses_2", "directory": "/q", "parentID": "ses_1"});
    let both = json!([session, child]);
    let statuses = get(move |Query(query): Query<HashMap<String, String>>| async move {
        let is_busy = query.get("directory").is_some_and(|d| d == "/q") && count.fetch_add(1, Ordering::Relaxed) < 2;
        axum::Json(if is_busy { json!({"ses_2": {"type": "busy"}}) } else { json!({}) })
    });
    let routes = Router::new()
        .route("/global/health", answer(json!({"healthy": true, "version": "1.18.33"})))
        .route("/path", answer(json!({"directory": "/p"})))
        .route("/session/status", statuses)
        .route("/session", answer(both))
        .route("/session/{id}", answer(session))
        .route("/global/event", get(move || async move { events(everywhere, true) }));
    let watched = watch(&Host::serve(routes), &SESSION);
    let expected = ["+ses_1 idle", "+ses_2 busy", "ses_2 busy", "ses_1 busy", "ses_1 idle"];
    assert_eq!(told(&watched), expected, "{watched:?}");
    let edited: Vec<&Value> = watched.lines.iter().filter(|line| line["type"] == "file.edited").collect();
    assert_eq!(edited.len(), 1, "what is about no session counts in the session's directory");
    assert!(asked.load(Ordering::Relaxed) > 2, "it ended while the child worked");
    assert_eq!(watched.closed()["reason"], "rest");
}

/// A server knows what a session does in the session's own directory only.
#[test]
fn sessions_of_all_directories_after_a_gap() {
    let listed = json!([
        {"id": "ses_1", "directory": "/p"},
        {"id": "ses_2", "directory": "/q"},
        {"id": "ses_3", "directory": "/r"},
        {"id": "ses_4", "directory": "/asleep"},
    ]);
    let (asked, listeners) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicUsize::new(0)));
    let seen = Arc::clone(&asked);
    let statuses = get(move |Query(query): Query<HashMap<String, String>>| async move {
        let directory = query.get("directory").cloned().unwrap_or_default();
        seen.lock().unwrap().push(directory.clone());
        let retry = json!({"type": "retry", "attempt": 1, "message": "usage limit", "next": 9_999_999_999_999_i64});
        axum::Json(if directory == "/q" { json!({"ses_2": retry}) } else { json!({}) })
    });
    let listen = get(move || async move {
        let in_directory =
            |directory: &str, payload: &str| sent(&format!(r#"{{"directory":"{directory}","payload":{payload}}}"#));
        if listeners.fetch_add(1, Ordering::Relaxed) > 0 {
            let last = in_directory("/p", r#"{"type":"file.edited","properties":{"file":"/p/x"}}"#);
            return events([CONNECTED.to_owned(), last], true);
        }
        let work = [("/q", "ses_2"), ("/r", "ses_3")].map(|(place, id)| in_directory(place, &status(id, "busy")));
        events([&[CONNECTED.to_owned()], &work[..]].concat(), false)
    });
    let routes = Router::new()
        .route("/global/health", answer(json!({"healthy": true, "version": "1.18.33"})))
        .route("/path", answer(json!({"directory": "/p"})))
        .route("/session/status", statuses)
        .route("/session", answer(listed))
        .route("/global/event", listen);
    let watched = watch_until(&Host::serve(routes), &["--all"], "file.edited");
    let told: Vec<String> = told(&watched).into_iter().filter(|told| told != "gap").collect();
    assert_eq!(told, ["ses_2 busy", "ses_3 busy", "+ses_2 retry", "+ses_3 idle"], "{watched:?}");
    assert!(!asked.lock().unwrap().iter().any(|directory| directory == "/asleep"), "to ask would wake it");
}
