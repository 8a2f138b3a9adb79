//! A server whose session says more than a reader takes: every event is made when it is asked for.

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

/// How often a heartbeat comes where nothing else does.
const HEARTBEAT: Duration = Duration::from_millis(250);

/// Its session.
pub const SESSION: &str = "ses_flood";

/// A server that runs until it is dropped.
pub struct Flood {
    host: Host,
    water: Arc<Water>,
}

struct Water {
    events: usize,
    /// How long the text of event number n is, in bytes.
    length: fn(usize) -> usize,
    /// How many events a connection has taken.
    taken: AtomicUsize,
    /// How many connections there were.
    connections: AtomicUsize,
    /// Whether the first connection is to break.
    cut: AtomicBool,
}

impl Flood {
    /// A session of so many events, each with a text of this length.
    pub fn start(events: usize, length: fn(usize) -> usize) -> Self {
        Self::behind(None, events, length)
    }

    /// The same behind a password.
    pub fn behind(password: Option<&'static str>, events: usize, length: fn(usize) -> usize) -> Self {
        let water = Arc::new(Water {
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
            .route(
                "/session/{id}/message",
                get(|_: Path<String>| async { Json(json!([])) }),
            )
            .route("/path", get(|| async { Json(json!({"directory": "/project"})) }))
            .route(
                "/global/health",
                get(|| async { Json(json!({"healthy": true, "version": "1.18.33"})) }),
            )
            .with_state(Arc::clone(&water));
        Self {
            host: Host::serve_behind(router, password),
            water,
        }
    }

    /// Its base URL.
    pub fn url(&self) -> String {
        self.host.url()
    }

    /// How many events have been taken from it.
    pub fn taken(&self) -> usize {
        self.water.taken.load(Ordering::Relaxed)
    }

    /// Breaks the first connection off, where the next event would come.
    pub fn cut(&self) {
        self.water.cut.store(true, Ordering::Relaxed);
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.water.connections.load(Ordering::Relaxed)
    }
}

fn session() -> Value {
    json!({"id": SESSION, "directory": "/project"})
}

impl Water {
    /// What event number `n` has under `properties`.
    fn properties(&self, n: usize) -> String {
        let text = "x".repeat((self.length)(n));
        format!(
            r#"{{"sessionID":"{SESSION}","part":{{"id":"prt_{n}","sessionID":"{SESSION}","messageID":"msg_1","type":"text","text":"{text}"}}}}"#
        )
    }
}

async fn events_of(State(water): State<Arc<Water>>) -> Response {
    // Who comes again has missed everything: the second connection brings nothing but its greeting.
    let again = water.connections.fetch_add(1, Ordering::Relaxed) > 0;
    let pieces = stream::unfold(0, move |n| {
        let water = Arc::clone(&water);
        async move {
            let own = |id: &str, kind: &str, properties: &str| {
                format!("data: {{\"id\":\"{id}\",\"type\":\"{kind}\",\"properties\":{properties}}}\n\n")
            };
            if !again && water.cut.load(Ordering::Relaxed) {
                return Some((Err(std::io::Error::other("cut")), n));
            }
            let text = match n {
                0 => own(&format!("evt_0{}", u8::from(again)), "server.connected", "{}"),
                _ if again => {
                    tokio::time::sleep(HEARTBEAT).await;
                    own(&format!("evt_4{n}"), "server.heartbeat", "{}")
                }
                n if n <= water.events => {
                    water.taken.store(n, Ordering::Relaxed);
                    own(
                        &format!("evt_1{n:08}"),
                        "message.part.updated",
                        &water.properties(n),
                    )
                }
                n if n == water.events + 1 => {
                    let status = format!(r#"{{"sessionID":"{SESSION}","status":{{"type":"idle"}}}}"#);
                    water.taken.store(n, Ordering::Relaxed);
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
    (
        [(header::CONTENT_TYPE, "text/event-stream")],
        Body::from_stream(pieces),
    )
        .into_response()
}

async fn status(State(water): State<Arc<Water>>) -> Json<Value> {
    let ended =
        water.taken.load(Ordering::Relaxed) >= water.events || water.connections.load(Ordering::Relaxed) > 1;
    Json(if ended {
        json!({})
    } else {
        json!({SESSION: {"type": "busy"}})
    })
}

async fn history(State(water): State<Arc<Water>>, body: Bytes) -> Response {
    let after: HashMap<String, usize> = serde_json::from_slice(&body).unwrap_or_default();
    // The number of an entry is that of its event, less one.
    let first = after.get(SESSION).map_or(1, |seq| seq + 2);
    // What is not over the weir yet is not in the log, until the second connection, which has missed everything.
    let again = water.connections.load(Ordering::Relaxed) > 1;
    let taken = water.taken.load(Ordering::Relaxed).min(water.events);
    let last = if again { water.events } else { taken };
    let pieces = stream::unfold(first, move |n| {
        let water = Arc::clone(&water);
        async move {
            let text = if n <= last {
                let open = if n == first { "[" } else { "," };
                format!(
                    r#"{open}{{"id":"evt_1{n:08}","aggregate_id":"{SESSION}","seq":{},"type":"message.part.updated.1","data":{}}}"#,
                    n - 1,
                    water.properties(n)
                )
            } else if n == first.max(last + 1) {
                if n == first { "[]" } else { "]" }.to_owned()
            } else {
                return None;
            };
            Some((Ok::<_, Infallible>(text), n + 1))
        }
    });
    (
        [(header::CONTENT_TYPE, "application/json")],
        Body::from_stream(pieces),
    )
        .into_response()
}
