//! Gaps on a server without an event log (`OpenCode` 1.1): the finished messages of the watched session and its subagents
//! are recovered, and anything else makes the gap incomplete.

use crate::support::{CONNECTED, Host, Watched, events, routes, watch, watch_until};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const WATCHED: [&str; 3] = ["--follow", "--session", "ses_watched"];

/// The messages of each session before the gap and after it: `null` where there is no such session, `false` where the
/// server cannot read it.
type Sessions = BTreeMap<&'static str, [Value; 2]>;

struct Server {
    sessions: Sessions,
    listeners: AtomicUsize,
}

impl Server {
    fn messages(&self, session: &str) -> &Value {
        let after = self.listeners.load(Ordering::Relaxed) > 1;
        &self.sessions[session][usize::from(after)]
    }
}

async fn list(State(server): State<Arc<Server>>) -> axum::Json<Vec<Value>> {
    let listed = server.sessions.keys().filter(|id| !server.messages(id).is_null());
    let session = |id: &&str| {
        if id.starts_with("ses_sub") {
            json!({"id": id, "directory": "/p", "parentID": "ses_watched"})
        } else {
            json!({"id": id, "directory": "/p"})
        }
    };
    axum::Json(listed.map(session).collect())
}

async fn messages(State(server): State<Arc<Server>>, Path(id): Path<String>) -> Response {
    match server.messages(&id) {
        Value::Null => StatusCode::NOT_FOUND.into_response(),
        Value::Bool(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        messages => axum::Json(messages).into_response(),
    }
}

fn serve(sessions: &Sessions) -> Host {
    let server = Arc::new(Server { sessions: sessions.clone(), listeners: AtomicUsize::new(0) });
    // The first connection is the one that is lost.
    let listen = get(async |State(server): State<Arc<Server>>| {
        let first = server.listeners.fetch_add(1, Ordering::Relaxed) == 0;
        events([CONNECTED.replace("\"id\":\"evt_0\",", "")], !first)
    });
    Host::serve(
        routes::<Arc<Server>>("1.1.53")
            .route("/event", listen)
            .route("/session", get(list))
            .route(
                "/session/{id}",
                get(async |Path(id): Path<String>| axum::Json(json!({"id": id, "directory": "/p"}))),
            )
            .route("/session/{id}/message", get(messages))
            .with_state(server),
    )
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

/// Messages that are done, except for those whose ids end with `?`.
fn all(session: &str, ids: &[&str]) -> Value {
    let message = |id: &&str| message(id.trim_end_matches('?'), session, !id.ends_with('?'));
    ids.iter().map(message).collect()
}

/// A watched session that is asked more while it works, one subagent that ends in the gap, one that is new, one that is
/// deleted, and another session.
fn sessions() -> Sessions {
    let states = |session, before: &[&str], after: &[&str]| (session, [all(session, before), all(session, after)]);
    BTreeMap::from([
        // a1 is newer although its id is smaller: the server's clock was set back.
        states("ses_watched", &["u9", "a8", "u4", "a5?", "u6"], &["u9", "a8", "u4", "a5", "u6", "a1", "a2?"]),
        states("ses_sub", &["u20", "a21?"], &["u20", "a21"]),
        ("ses_sub_new", [Value::Null, all("ses_sub_new", &["a30"])]),
        ("ses_sub_deleted", [all("ses_sub_deleted", &["a40?"]), Value::Null]),
        states("ses_other", &["u50"], &["u50", "a51"]),
    ])
}

/// What of these was missed.
const MISSED: [&str; 8] = ["a1", "a21", "a30", "a5", "prt_a1", "prt_a21", "prt_a30", "prt_a5"];

/// The ids of the recovered messages and parts, sorted, and whether the gap is complete.
fn recovered(watched: &Watched) -> (Vec<&str>, bool) {
    let recovered = watched.lines.iter().filter(|line| line["recovered"] == true);
    let mut ids: Vec<&str> = recovered
        .filter_map(|line| {
            let properties = &line["properties"];
            properties["info"]["id"].as_str().or(properties["part"]["id"].as_str())
        })
        .collect();
    ids.sort_unstable();
    let gap = watched.closed();
    assert_eq!(gap["recovered"].as_u64(), u64::try_from(ids.len()).ok(), "{gap}");
    assert_eq!(watched.stderr, "");
    (ids, gap["complete"] == true)
}

fn gap(sessions: &Sessions, args: &[&str]) -> Watched {
    watch_until(&serve(sessions), args, "ocr.stream.gap")
}

#[test]
fn recovers_watched_session() {
    let watched = gap(&sessions(), &WATCHED);
    assert_eq!(recovered(&watched), (MISSED.to_vec(), true), "{watched:#?}");
}

#[test]
fn directory_is_incomplete() {
    let watched = gap(&sessions(), &["--follow"]);
    assert_eq!(recovered(&watched), (Vec::new(), false), "{watched:#?}");
}

#[test]
fn unreadable_session_is_incomplete() {
    // What was there before cannot be told from what came later.
    let mut sessions = sessions();
    sessions.insert("ses_watched", [json!(false), all("ses_watched", &["u9", "a8"])]);
    let watched = gap(&sessions, &WATCHED);
    assert_eq!(recovered(&watched), (Vec::new(), false), "{watched:#?}");
    sessions.insert("ses_watched", [json!([]), json!(false)]);
    let watched = gap(&sessions, &WATCHED);
    assert_eq!(recovered(&watched), (vec!["a21", "a30", "prt_a21", "prt_a30"], false), "{watched:#?}");
}

#[test]
fn history_from_start() {
    let mut sessions = sessions();
    let args = ["--from-start", "--follow", "--session", "ses_watched"];
    let parts = |watched: &Watched| {
        let parts = watched.lines.iter().filter_map(|line| line["properties"]["part"]["id"].as_str());
        parts.map(str::to_owned).collect::<Vec<_>>()
    };
    let watched = watch_until(&serve(&sessions), &args, "ocr.stream.gap");
    let mut emitted = parts(&watched);
    emitted.sort_unstable();
    let expected = ["prt_a1", "prt_a21", "prt_a30", "prt_a5", "prt_a8", "prt_u20", "prt_u4", "prt_u6", "prt_u9"];
    assert_eq!(emitted, expected, "each once");
    assert_eq!(watched.stderr, "");
    sessions.insert("ses_watched", [json!(false), json!(false)]);
    let watched = watch(&serve(&sessions), &args[..1].iter().chain(&args[2..]).copied().collect::<Vec<_>>());
    assert!(watched.stderr.contains("history is incomplete"), "{watched:?}");
}
