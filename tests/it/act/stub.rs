//! A server with one family of sessions that misbehaves on demand.

use crate::support::Host;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use tokio::sync::Semaphore;

/// The directory of its sessions.
pub const DIRECTORY: &str = "/where/they/work";

/// How the server behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// It does what it is asked.
    Obeys,
    /// It accepts every abort, but its sessions go on.
    GoesOn,
    /// It never answers a request.
    NeverAnswers,
    /// It answers an abort when the test releases it.
    Waits,
    /// It aborts its sessions, but fails every revert.
    FailsRevert,
    /// It does what it is asked, but knows nothing of subagents when it is asked for them.
    HidesChildren,
}

/// The server's sessions, and the requests it received.
pub struct Stub {
    manner: Manner,
    /// The children of each session.
    family: BTreeMap<&'static str, Vec<&'static str>>,
    busy: Mutex<BTreeSet<String>>,
    asked: Mutex<Vec<String>>,
    gate: Semaphore,
}

impl Stub {
    /// A server with `ses_1`, its child `ses_2` and its child's child `ses_3`, all busy.
    pub fn serve(manner: Manner) -> (Host, Arc<Self>) {
        let family = BTreeMap::from([("ses_1", vec!["ses_2"]), ("ses_2", vec!["ses_3"]), ("ses_3", vec![])]);
        let stub = Arc::new(Self {
            manner,
            busy: Mutex::new(family.keys().map(|s| (*s).to_owned()).collect()),
            family,
            asked: Mutex::default(),
            gate: Semaphore::new(0),
        });
        let router = Router::new()
            .route("/session/status", get(status))
            .route("/session/{id}", get(session))
            .route("/session/{id}/children", get(children))
            .route("/session/{id}/message", get(messages))
            .route("/session/{id}/abort", post(abort))
            .route("/session/{id}/revert", post(revert))
            .with_state(Arc::clone(&stub));
        (Host::serve(router), stub)
    }

    /// The requests so far, in order, such as `abort ses_1`.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// Whether any session is busy.
    pub fn works(&self) -> bool {
        !self.busy.lock().unwrap().is_empty()
    }

    /// Lets it answer one abort.
    pub fn let_go(&self) {
        self.gate.add_permits(1);
    }

    fn note(&self, what: String) {
        self.asked.lock().unwrap().push(what);
    }
}

/// Lists only sessions in the requested directory, as `OpenCode` does.
async fn status(State(stub): State<Arc<Stub>>, RawQuery(query): RawQuery) -> Json<Value> {
    let query = query.unwrap_or_default();
    let mut members = url::form_urlencoded::parse(query.as_bytes());
    let known = members.any(|(name, value)| name == "directory" && value == DIRECTORY);
    let busy = stub.busy.lock().unwrap();
    let listed = busy.iter().filter(|_| known);
    Json(listed.map(|s| (s.clone(), json!({"type": "busy"}))).collect::<serde_json::Map<_, _>>().into())
}

async fn session(State(stub): State<Arc<Stub>>, Path(id): Path<String>) -> Result<Json<Value>, StatusCode> {
    if stub.manner == Manner::HidesChildren && id != "ses_1" {
        Err(StatusCode::INTERNAL_SERVER_ERROR)
    } else if stub.family.contains_key(&*id) {
        Ok(Json(json!({"id": id, "directory": DIRECTORY})))
    } else {
        Err(StatusCode::NOT_FOUND)
    }
}

async fn children(State(stub): State<Arc<Stub>>, Path(id): Path<String>) -> Json<Value> {
    let children = stub.family.get(&*id).filter(|_| stub.manner != Manner::HidesChildren).into_iter().flatten();
    Json(children.map(|child| json!({"id": child})).collect())
}

/// It remembers one, from which on nothing was changed.
async fn messages() -> Json<Value> {
    Json(json!([{"info": {"id": "msg_7", "role": "assistant", "time": {"created": 1, "completed": 2}}, "parts": []}]))
}

async fn abort(State(stub): State<Arc<Stub>>, Path(id): Path<String>) -> Json<Value> {
    stub.note(format!("abort {id}"));
    match stub.manner {
        Manner::Obeys | Manner::FailsRevert | Manner::HidesChildren => {
            stub.busy.lock().unwrap().remove(&id);
        }
        Manner::GoesOn => {}
        Manner::NeverAnswers => std::future::pending().await,
        Manner::Waits => {
            stub.gate.acquire().await.unwrap().forget();
            stub.busy.lock().unwrap().clear();
        }
    }
    Json(json!(true))
}

async fn revert(
    State(stub): State<Arc<Stub>>,
    Path(id): Path<String>,
    Json(body): Json<Value>,
) -> Result<Json<Value>, StatusCode> {
    stub.note(format!("revert {id} {}", body["messageID"].as_str().unwrap()));
    if stub.manner == Manner::FailsRevert {
        return Err(StatusCode::INTERNAL_SERVER_ERROR);
    }
    Ok(Json(json!({})))
}
