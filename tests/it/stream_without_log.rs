//! What a gap cost where the server has neither ids on its events nor a log of them: `OpenCode` 1.1.

use crate::support::{Host, measured};
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What a server knows: its sessions, and what they say before the gap and after it; `null` where there is no such
/// session at the time, `false` where the server cannot read it.
struct Server {
    sessions: BTreeMap<&'static str, [Value; 2]>,
    /// Those that no list names.
    unlisted: &'static [&'static str],
    /// What the first listener hears before it is dropped.
    said: Vec<Value>,
    listeners: AtomicUsize,
}

impl Server {
    fn new(sessions: impl IntoIterator<Item = (&'static str, [Value; 2])>) -> Self {
        Self {
            sessions: sessions.into_iter().collect(),
            unlisted: &[],
            said: Vec::new(),
            listeners: AtomicUsize::new(0),
        }
    }

    /// What a session says by now; `None` where there is no such session.
    fn messages(&self, session: &str) -> Option<&Value> {
        let after = self.listeners.load(Ordering::Relaxed) > 1;
        Some(&self.sessions.get(session)?[usize::from(after)]).filter(|messages| !messages.is_null())
    }
}

/// A message with one part; a user's is final at once.
fn message(id: &str, session: &str, done: bool) -> Value {
    let role = if id.starts_with('u') { "user" } else { "assistant" };
    let (mut info, mut part) = (
        json!({"id": id, "sessionID": session, "role": role, "time": {"created": 1}}),
        json!({"id": format!("prt_{id}"), "messageID": id, "sessionID": session, "type": "text", "text": "x", "time": {"start": 1}}),
    );
    if done {
        info["time"]["completed"] = 2.into();
        part["time"]["end"] = 2.into();
    }
    json!({"info": info, "parts": [part]})
}

fn events(server: &Server, wrapped: bool) -> Response {
    let first = server.listeners.fetch_add(1, Ordering::Relaxed) == 0;
    let mut payloads = vec![json!({"type": "server.connected", "properties": {}})];
    payloads.extend(server.said.iter().filter(|_| first).cloned());
    let said = payloads.into_iter().map(move |payload| {
        let payload = if wrapped {
            json!({"directory": "/elsewhere", "payload": payload})
        } else {
            payload
        };
        Ok::<_, Infallible>(format!("data: {payload}\n\n"))
    });
    let said = stream::iter(said.collect::<Vec<_>>());
    let body = if first {
        Body::from_stream(said)
    } else {
        Body::from_stream(said.chain(stream::pending()))
    };
    ([("content-type", "text/event-stream")], body).into_response()
}

async fn sessions(State(server): State<Arc<Server>>) -> axum::Json<Vec<Value>> {
    let listed = server.sessions.keys().filter(|id| !server.unlisted.contains(id));
    let there = listed.filter(|id| server.messages(id).is_some());
    axum::Json(there.map(|id| json!({"id": id, "directory": "/p"})).collect())
}

/// How many of a session's messages are asked for: the latest.
#[derive(serde::Deserialize)]
struct Asked {
    limit: Option<usize>,
}

async fn messages(
    State(server): State<Arc<Server>>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    match server.messages(&id) {
        Some(Value::Array(messages)) => {
            let first = messages.len().saturating_sub(asked.limit.unwrap_or(usize::MAX));
            axum::Json(&messages[first..]).into_response()
        }
        Some(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// What is told up to the first gap's line, which is the last.
fn told(arguments: &[&str], server: Server) -> Vec<Value> {
    let (told, said) = told_and_said(arguments, server);
    assert_eq!(said, "", "nothing is amiss");
    told
}

/// The same, and what is said to people.
fn told_and_said(arguments: &[&str], server: Server) -> (Vec<Value>, String) {
    let server = Arc::new(server);
    let host = Host::serve(
        Router::new()
            .route(
                "/event",
                get(async |State(server): State<Arc<Server>>| events(&server, false)),
            )
            .route(
                "/global/event",
                get(async |State(server): State<Arc<Server>>| events(&server, true)),
            )
            .route("/session", get(sessions))
            .route("/session/{id}/message", get(messages))
            .route("/session/status", get(|| async { axum::Json(json!({})) }))
            .route(
                "/session/{id}",
                get(async |Path(id): Path<String>| axum::Json(json!({"id": id, "directory": "/p"}))),
            )
            .route("/path", get(|| async { axum::Json(json!({"directory": "/p"})) }))
            .route(
                "/global/health",
                get(|| async { axum::Json(json!({"healthy": true, "version": "1.1.53"})) }),
            )
            .with_state(server),
    );
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("ocr-stream"))
        .args(["--server", &host.url(), "--follow"])
        .args(arguments)
        .env_clear()
        .envs(measured())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        told.push(serde_json::from_str::<Value>(&line.unwrap()).unwrap());
        if told.last().unwrap()["type"] == "ocr.stream.gap" {
            break;
        }
    }
    let done = child.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(141), "the reader left");
    (told, String::from_utf8(done.stderr).unwrap())
}

/// The ids of the messages and parts that were told late, sorted, and whether the gap's line says that it is all.
fn recovered(told: &[Value]) -> (Vec<&str>, bool) {
    let late = told.iter().filter(|line| line["recovered"] == true);
    let mut ids: Vec<&str> = late
        .filter_map(|line| {
            let properties = &line["properties"];
            properties["info"]["id"]
                .as_str()
                .or(properties["part"]["id"].as_str())
        })
        .collect();
    ids.sort_unstable();
    let gap = &told.last().unwrap()["properties"];
    assert_eq!(gap["recovered"].as_u64(), u64::try_from(ids.len()).ok(), "{gap}");
    (ids, gap["complete"] == true)
}

/// The sessions that there are for every test.
fn usual() -> Vec<(&'static str, [Value; 2])> {
    let old = || vec![message("u9", "ses_quiet", true), message("a8", "ses_quiet", true)];
    let mut quiet = old();
    // Newer, though its id is smaller: the server's clock was set back.
    quiet.extend([message("u2", "ses_quiet", true), message("a1", "ses_quiet", true)]);
    vec![
        ("ses_quiet", [old().into(), quiet.into()]),
        (
            "ses_silent",
            [(); 2].map(|()| {
                json!([
                    message("u3", "ses_silent", true),
                    message("a3", "ses_silent", true)
                ])
            }),
        ),
        // It was asked more and more while it worked, before anybody came.
        (
            "ses_busy",
            [false, true].map(|done| {
                let mut said = vec![message("u4", "ses_busy", true), message("a5", "ses_busy", done)];
                said.extend((60..70).map(|n| message(&format!("u{n}"), "ses_busy", true)));
                said.into()
            }),
        ),
        (
            "ses_empty",
            [json!([]), json!([message("u7", "ses_empty", true)])],
        ),
        ("ses_new", [Value::Null, json!([message("a0", "ses_new", true)])]),
        (
            "ses_deleted",
            [json!([message("u0", "ses_deleted", true)]), Value::Null],
        ),
    ]
}

/// What of them came after we did.
const USUAL: [&str; 10] = [
    "a0", "a1", "a5", "prt_a0", "prt_a1", "prt_a5", "prt_u2", "prt_u7", "u2", "u7",
];

#[test]
fn what_a_session_did_in_a_gap_is_told_however_long_it_had_been_silent() {
    let told = told(&[], Server::new(usual()));
    assert_eq!(recovered(&told), (USUAL.to_vec(), true), "{told:#?}");
}

#[test]
fn a_gap_whose_beginning_is_lost_is_not_complete() {
    let taken_back = [
        json!([message("u1", "ses_a", true), message("a2", "ses_a", true)]),
        json!([message("u3", "ses_a", true), message("a4", "ses_a", true)]),
    ];
    let told = told(&[], Server::new([("ses_a", taken_back)]));
    assert_eq!(recovered(&told), (Vec::new(), false), "{told:#?}");
}

#[test]
fn a_session_that_the_server_cannot_read_keeps_nobody_from_the_others() {
    let broken = || json!(false);
    let said = || json!([message("u1", "ses_broken", true)]);
    for states in [[broken(), broken()], [broken(), said()], [said(), broken()]] {
        let mut sessions = usual();
        sessions.push(("ses_broken", states));
        let told = told(&[], Server::new(sessions));
        assert_eq!(recovered(&told), (USUAL.to_vec(), false), "{told:#?}");
    }
}

#[test]
fn a_past_that_cannot_be_told_whole_is_said_to_be_so() {
    let both = [
        (
            "ses_quiet",
            [(); 2].map(|()| json!([message("u9", "ses_quiet", true)])),
        ),
        ("ses_broken", [json!(false), json!(false)]),
    ];
    for (session, whole, first) in [("ses_quiet", true, Some("prt_u9")), ("ses_broken", false, None)] {
        let run = told_and_said(&["--session", session, "--from-start"], Server::new(both.clone()));
        assert_eq!(run.1.lines().count(), usize::from(!whole), "{}", run.1);
        assert!(
            whole || run.1.contains("cannot tell all that was before"),
            "{}",
            run.1
        );
        let late = run.0.iter().find(|line| line["recovered"] == true);
        let first = first.map(Value::from);
        assert_eq!(
            late.map(|line| line["properties"]["part"]["id"].clone()),
            first,
            "{run:#?}"
        );
    }
}

#[test]
fn of_every_directory_what_no_list_names_is_told_from_its_first_word_and_is_never_all() {
    let before = || message("a8", "ses_elsewhere", true);
    let mut sessions = usual();
    sessions.push((
        "ses_elsewhere",
        [
            json!([before(), message("a7", "ses_elsewhere", false)]),
            json!([
                before(),
                message("a7", "ses_elsewhere", true),
                message("a6", "ses_elsewhere", true)
            ]),
        ],
    ));
    let info = message("a7", "ses_elsewhere", false)["info"].clone();
    let mut server = Server::new(sessions);
    server.unlisted = &["ses_elsewhere"];
    server.said = vec![json!({"type": "message.updated", "properties": {"info": info}})];
    let told = told(&["--all"], server);
    let mut expected = USUAL.to_vec();
    expected.extend(["a6", "a7", "prt_a6", "prt_a7"]);
    expected.sort_unstable();
    assert_eq!(recovered(&told), (expected, false), "{told:#?}");
}
