//! A server that plays a recording like a real one: events are sent whether anybody listens or not, late listeners
//! miss them, and the durable log stores what a real one stores.

use super::host::{Host, runtime};
use super::ways::Ways;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::stream;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::watch;

/// The time between two events.
const PACE: Duration = Duration::from_millis(2);
/// The time between heartbeats: shorter than a real server's, to keep tests fast.
const HEARTBEAT: Duration = Duration::from_millis(250);
/// A session that is not watched.
const STRANGER: &str = "ses_stranger";
/// A session that is in the log but in no list.
const UNLISTED: &str = "ses_unlisted";

/// A server that plays until it is dropped.
pub struct Recorded {
    host: Host,
    play: Arc<Play>,
}

struct Play {
    events: Vec<Event>,
    root: String,
    begun: AtomicBool,
    /// Whether a client asked about a single session, which is then the watched one.
    listens_to_one: AtomicBool,
    /// After how many events the watched session is at rest for good.
    rests: usize,
    /// How many events have been published.
    published: watch::Sender<usize>,
    heartbeats: AtomicU64,
    ways: Ways,
}

struct Event {
    payload: String,
    json: Value,
}

impl Event {
    fn text(&self, pointer: &str) -> &str {
        self.json.pointer(pointer).and_then(Value::as_str).unwrap_or("")
    }

    fn rename(&mut self, id: &str) {
        self.payload = self.payload.replacen(self.text("/id"), id, 1);
        self.json["id"] = id.into();
    }

    fn session(&self) -> &str {
        self.text("/properties/sessionID")
    }

    fn kind(&self) -> &str {
        self.text("/type")
    }

    fn is_durable(&self) -> bool {
        matches!(
            self.kind(),
            "message.updated" | "message.part.updated" | "session.created" | "session.updated" | "message.removed"
        )
    }
}

impl Recorded {
    /// Plays a recording, as soon as a client asks for the status of its session.
    ///
    /// # Panics
    /// If it is not a recording of a session that comes to rest.
    pub fn play(recording: &str) -> Self {
        Self::play_in(recording, Ways::default())
    }

    /// Plays a recording with deviations from a normal server.
    ///
    /// # Panics
    /// If it is not a recording of a session that comes to rest.
    pub fn play_in(recording: &str, ways: Ways) -> Self {
        let mut events: Vec<Event> = recording.lines().filter_map(event).collect();
        let created = events.iter().find(|e| e.kind() == "session.created");
        let root = created.expect("a recording of a session").session().to_owned();
        events = with_removals(events, &root);
        let of = events.len();
        for (n, event) in events.iter_mut().enumerate() {
            if let Some(id) = ways.ids.id(n, of) {
                event.rename(&id);
            }
        }
        let rests = events
            .iter()
            .rposition(|e| e.kind() == "session.idle" && e.session() == root)
            .expect("a session that comes to rest");
        let play = Arc::new(Play {
            events,
            root,
            begun: AtomicBool::new(false),
            listens_to_one: AtomicBool::new(false),
            rests: rests + 1,
            published: watch::channel(0).0,
            heartbeats: AtomicU64::new(0),
            ways,
        });
        let host = Host::serve_behind(router(Arc::clone(&play)), ways.password);
        Self { host, play }
    }

    /// Plays from now on, so that later listeners miss events.
    pub fn begin(&self) {
        self.play.begin();
    }

    /// The number of events in the recording.
    pub fn events(&self) -> usize {
        self.play.events.len()
    }

    /// Its base URL.
    pub fn url(&self) -> String {
        self.host.url()
    }

    /// The watched session.
    pub fn session(&self) -> &str {
        &self.play.root
    }

    /// The ids of the watched session and its descendants.
    pub fn family(&self) -> Vec<String> {
        let mut family = vec![self.play.root.clone()];
        for event in &self.play.events {
            if family.iter().any(|id| id == event.text("/properties/info/parentID"))
                && !family.iter().any(|id| id == event.session())
            {
                family.push(event.session().to_owned());
            }
        }
        family
    }

    /// The ids of a session's events in the durable log, in order.
    pub fn log_of(&self, session: &str) -> Vec<String> {
        let of = |event: &&Event| event.is_durable() && event.session() == session;
        let events = self.play.events.iter().filter(of);
        events.map(|event| event.text("/id").to_owned()).collect()
    }
}

/// The event in a line of the recording, as the server sent it; `None` for lines of ours.
fn event(line: &str) -> Option<Event> {
    let json: Value = serde_json::from_str(line).expect("a recording is JSON");
    let kind = json["type"].as_str().unwrap_or("");
    if kind.starts_with("ocr.") || kind == "server.connected" {
        return None;
    }
    let (_, members) = line.split_once(',')?;
    Some(Event { payload: format!("{{{members}"), json })
}

/// Inserts events that remove a message: they have no effect, but the log stores them.
fn with_removals(events: Vec<Event>, root: &str) -> Vec<Event> {
    let mut all = Vec::new();
    for (n, event) in events.into_iter().enumerate() {
        all.push(event);
        if n % 25 == 10 {
            let id = format!("{}r", all[n].text("/id"));
            let payload = format!(
                r#"{{"id":"{id}","type":"message.removed","properties":{{"sessionID":"{root}","messageID":"msg_{n}"}}}}"#
            );
            let json = serde_json::from_str(&payload).expect("it is JSON");
            all.push(Event { payload, json });
        }
    }
    all
}

fn router(play: Arc<Play>) -> Router {
    Router::new()
        .route("/event", get(async |State(play): State<Arc<Play>>| events(play, false)))
        .route("/global/event", get(async |State(play): State<Arc<Play>>| events(play, true)))
        .route("/global/health", get(|| async { Json(json!({"healthy": true, "version": "1.18.33"})) }))
        .route("/path", get(|| async { Json(json!({"directory": "/project"})) }))
        .route("/session", get(sessions))
        .route("/experimental/session", get(sessions))
        .route("/session/status", get(status))
        .route("/session/{id}", get(session))
        .route("/session/{id}/message", get(|| async { Json(json!([])) }))
        .route("/sync/history", post(history))
        .with_state(play)
}

impl Play {
    /// Begins to play, unless it has begun.
    fn begin(self: &Arc<Self>) {
        if self.begun.swap(true, Ordering::Relaxed) {
            return;
        }
        let play = Arc::clone(self);
        runtime().spawn(async move {
            let mut pace = tokio::time::interval(PACE);
            for n in 1..=play.events.len() {
                pace.tick().await;
                play.published.send_replace(n);
            }
        });
    }

    /// The sessions so far.
    fn sessions(&self) -> Vec<Value> {
        let mut sessions = vec![json!({"id": self.root, "directory": "/project"})];
        let now = *self.published.borrow();
        for event in &self.events[..now] {
            if event.kind() == "session.created" && event.session() != self.root {
                let mut info = event.json["properties"]["info"].clone();
                info["directory"] = "/project".into();
                sessions.push(info);
            }
        }
        sessions.push(json!({"id": STRANGER, "directory": "/project"}));
        sessions
    }

    fn own_event(&self, kind: &str) -> String {
        let n = self.heartbeats.fetch_add(1, Ordering::Relaxed);
        // Sorts before every recorded id, as on a server that began before the session.
        format!("{{\"id\":\"evt_0{n:08}\",\"type\":\"{kind}\",\"properties\":{{}}}}")
    }

    /// The log so far: what was played, and events of other sessions.
    fn log(&self) -> Vec<Value> {
        let mut numbers: HashMap<&str, i64> = HashMap::new();
        let mut log = Vec::new();
        for n in 0..20 {
            for id in [STRANGER, UNLISTED] {
                log.push(json!({"id": format!("evt_f{n}{id}"), "aggregate_id": id, "seq": n,
                    "type": "session.updated.1", "data": {"sessionID": id, "info": {"id": id}}}));
            }
        }
        let now = *self.published.borrow();
        for event in self.events[..now].iter().filter(|e| e.is_durable()) {
            let n = numbers.entry(event.session()).or_default();
            log.push(json!({"id": event.text("/id"), "aggregate_id": event.session(), "seq": *n,
                "type": format!("{}.1", event.kind()), "data": event.json["properties"]}));
            *n += 1;
        }
        log.sort_by_key(|entry| entry["seq"].as_i64());
        log
    }
}

/// The events of one directory. Those of all directories are wrapped.
fn events(play: Arc<Play>, wrapped: bool) -> Response {
    let wrap = move |payload: &str| {
        if wrapped {
            format!("data: {{\"directory\":\"/project\",\"payload\":{payload}}}\n\n")
        } else {
            format!("data: {payload}\n\n")
        }
    };
    let mut published = play.published.subscribe();
    let mut at = *published.borrow_and_update();
    let mut first = true;
    let next = async move |()| {
        if std::mem::take(&mut first) {
            return wrap(&play.own_event("server.connected"));
        }
        let beat = tokio::time::timeout(HEARTBEAT, published.wait_for(|n| *n > at)).await;
        match beat.map(|n| n.map(|n| *n)) {
            Ok(Ok(now)) => {
                let events = play.events[at..now].iter();
                let text = events.map(|e| wrap(&e.payload)).collect();
                at = now;
                text
            }
            _ => wrap(&play.own_event("server.heartbeat")),
        }
    };
    let body = stream::unfold(next, async |mut next| {
        let text = next(()).await;
        Some((Ok::<_, Infallible>(text), next))
    });
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(body)).into_response()
}

async fn sessions(State(play): State<Arc<Play>>) -> Json<Vec<Value>> {
    Json(play.sessions())
}

async fn session(State(play): State<Arc<Play>>, Path(id): Path<String>) -> Response {
    play.listens_to_one.store(true, Ordering::Relaxed);
    match play.sessions().into_iter().find(|s| s["id"] == id) {
        Some(session) => Json(session).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Begins to play: a client that asks for the status is already listening.
async fn status(State(play): State<Arc<Play>>) -> Json<Value> {
    play.begin();
    if *play.published.borrow() < play.rests { Json(json!({&play.root: {"type": "busy"}})) } else { Json(json!({})) }
}

async fn history(State(play): State<Arc<Play>>, body: Bytes) -> Response {
    let Ok(after) = serde_json::from_slice::<HashMap<String, u64>>(&body) else {
        // Real servers do this for a negative number.
        return StatusCode::BAD_REQUEST.into_response();
    };
    // Without naming the other session, a client would get its whole log, which no client may ask for.
    if play.listens_to_one.load(Ordering::Relaxed) && !after.contains_key(STRANGER) {
        return StatusCode::BAD_REQUEST.into_response();
    }
    if let Some(status) = play.ways.log_fails {
        let status = StatusCode::from_u16(status).expect("a status");
        // 1.14 has no log and answers 200 with an empty one.
        return (status, Json(json!([]))).into_response();
    }
    let mut log = play.log();
    log.retain(|entry| {
        let session = entry["aggregate_id"].as_str().unwrap_or("");
        after.get(session).is_none_or(|n| entry["seq"].as_u64() > Some(*n))
    });
    Json(log).into_response()
}
