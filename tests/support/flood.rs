//! A server whose session has more events than a reader takes. Each event is made on demand.

use super::host::Host;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::stream;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// How often a heartbeat is sent when there are no events.
const HEARTBEAT: Duration = Duration::from_millis(250);

/// The id of its session.
pub const SESSION: &str = "ses_flood";

/// The server, which runs until it is dropped.
pub struct Flood {
    host: Host,
    shared: Arc<Session>,
}

struct Session {
    events: usize,
    /// The length of the text of the event with this number, in bytes.
    length: fn(usize) -> usize,
    /// How many events the reader has taken.
    taken: AtomicUsize,
    /// How many connections there were.
    connections: AtomicUsize,
    /// Whether to break the first connection.
    cut: AtomicBool,
}

impl Flood {
    /// A session with this many events, whose texts have these lengths.
    pub fn start(events: usize, length: fn(usize) -> usize) -> Self {
        Self::behind(None, events, length)
    }

    /// The same, protected by a password if there is one.
    pub fn behind(password: Option<&'static str>, events: usize, length: fn(usize) -> usize) -> Self {
        let shared = Arc::new(Session {
            events,
            length,
            taken: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
            cut: AtomicBool::new(false),
        });
        let router = Router::new()
            .route("/event", get(events_of))
            .route("/sync/history", post(history))
            .route("/session", get(|| async { Json(json!([session()])) }))
            .route("/session/status", get(status))
            .route("/session/{id}", get(|_: Path<String>| async { Json(session()) }))
            .route("/session/{id}/message", get(|_: Path<String>| async { Json(json!([])) }))
            .route("/path", get(|| async { Json(json!({"directory": "/project"})) }))
            .route("/global/health", get(|| async { Json(json!({"healthy": true, "version": "1.18.33"})) }))
            .with_state(Arc::clone(&shared));
        Self { host: Host::serve_behind(router, password), shared }
    }

    /// Its base URL.
    pub fn url(&self) -> String {
        self.host.url()
    }

    /// How many events the reader has taken.
    pub fn taken(&self) -> usize {
        self.shared.taken.load(Ordering::Relaxed)
    }

    /// Breaks the first connection instead of sending the next event.
    pub fn cut(&self) {
        self.shared.cut.store(true, Ordering::Relaxed);
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::Relaxed)
    }
}

fn session() -> Value {
    json!({"id": SESSION, "directory": "/project"})
}

impl Session {
    /// The `properties` of event number `n`.
    fn properties(&self, n: usize) -> String {
        let text = "x".repeat((self.length)(n));
        format!(
            r#"{{"sessionID":"{SESSION}","part":{{"id":"prt_{n}","sessionID":"{SESSION}","messageID":"msg_1","type":"text","text":"{text}"}}}}"#
        )
    }
}

async fn events_of(State(shared): State<Arc<Session>>) -> Response {
    // The second connection has missed everything and sends only its greeting and heartbeats.
    let again = shared.connections.fetch_add(1, Ordering::Relaxed) > 0;
    let pieces = stream::unfold(0, move |n| {
        let shared = Arc::clone(&shared);
        async move {
            let own = |id: &str, kind: &str, properties: &str| {
                format!("data: {{\"id\":\"{id}\",\"type\":\"{kind}\",\"properties\":{properties}}}\n\n")
            };
            if !again && shared.cut.load(Ordering::Relaxed) {
                return Some((Err(std::io::Error::other("cut")), n));
            }
            let text = match n {
                0 => own(&format!("evt_0{}", u8::from(again)), "server.connected", "{}"),
                _ if again => {
                    tokio::time::sleep(HEARTBEAT).await;
                    own(&format!("evt_4{n}"), "server.heartbeat", "{}")
                }
                n if n <= shared.events => {
                    shared.taken.store(n, Ordering::Relaxed);
                    own(&format!("evt_1{n:08}"), "message.part.updated", &shared.properties(n))
                }
                n if n == shared.events + 1 => {
                    let status = format!(r#"{{"sessionID":"{SESSION}","status":{{"type":"idle"}}}}"#);
                    shared.taken.store(n, Ordering::Relaxed);
                    own("evt_2", "session.status", &status)
                }
                _ => {
                    tokio::time::sleep(HEARTBEAT).await;
                    own(&format!("evt_3{n}"), "server.heartbeat", "{}")
                }
            };
            Some((Ok(text), n + 1))
        }
    });
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(pieces)).into_response()
}

async fn status(State(shared): State<Arc<Session>>) -> Json<Value> {
    let ended = shared.taken.load(Ordering::Relaxed) >= shared.events || shared.connections.load(Ordering::Relaxed) > 1;
    Json(if ended { json!({}) } else { json!({SESSION: {"type": "busy"}}) })
}

async fn history(State(shared): State<Arc<Session>>, body: Bytes) -> Response {
    let after: HashMap<String, usize> = serde_json::from_slice(&body).unwrap_or_default();
    // The sequence number of an entry is one less than the number of its event.
    let first = after.get(SESSION).map_or(1, |seq| seq + 2);
    // Until the second connection, the log contains only the events that were taken.
    let again = shared.connections.load(Ordering::Relaxed) > 1;
    let taken = shared.taken.load(Ordering::Relaxed).min(shared.events);
    let last = if again { shared.events } else { taken };
    let pieces = stream::unfold(first, move |n| {
        let shared = Arc::clone(&shared);
        async move {
            let text = if n <= last {
                let open = if n == first { "[" } else { "," };
                format!(
                    r#"{open}{{"id":"evt_1{n:08}","aggregate_id":"{SESSION}","seq":{},"type":"message.part.updated.1","data":{}}}"#,
                    n - 1,
                    shared.properties(n)
                )
            } else if n == first.max(last + 1) {
                if n == first { "[]" } else { "]" }.to_owned()
            } else {
                return None;
            };
            Some((Ok::<_, Infallible>(text), n + 1))
        }
    });
    ([(header::CONTENT_TYPE, "application/json")], Body::from_stream(pieces)).into_response()
}
