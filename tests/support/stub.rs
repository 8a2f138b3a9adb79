//! A server made of routes, and the stream that watches it.

use super::host::Host;
use super::measured;
use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// The first event of every connection.
pub const CONNECTED: &str = "data: {\"id\":\"evt_0\",\"type\":\"server.connected\",\"properties\":{}}\n\n";

/// A route that always answers with this.
pub fn answer<S: Clone + Send + Sync + 'static>(value: Value) -> MethodRouter<S> {
    get(move || async move { axum::Json(value) })
}

/// What every server answers: its version, its directory `/p`, and that all sessions are idle.
pub fn routes<S: Clone + Send + Sync + 'static>(version: &str) -> Router<S> {
    Router::new()
        .route("/global/health", answer(json!({"healthy": true, "version": version})))
        .route("/path", answer(json!({"directory": "/p"})))
        .route("/session/status", answer(json!({})))
}

/// An event stream that sends these events and then stays open, or ends.
pub fn events(events: impl IntoIterator<Item = String>, stays_open: bool) -> Response {
    let events: Vec<_> = events.into_iter().map(Ok::<_, Infallible>).collect();
    let events = stream::iter(events);
    let body = if stays_open { Body::from_stream(events.chain(stream::pending())) } else { Body::from_stream(events) };
    ([("content-type", "text/event-stream")], body).into_response()
}

/// What a stream wrote, and how it ended.
#[derive(Debug)]
pub struct Watched {
    /// Its lines.
    pub lines: Vec<Value>,
    /// Its messages.
    pub stderr: String,
    /// Its exit code.
    pub code: Option<i32>,
}

impl Watched {
    /// The properties of the last line.
    ///
    /// # Panics
    /// When there is none.
    pub fn closed(&self) -> &Value {
        &self.lines.last().expect("a last line")["properties"]
    }

    /// The lines as they were written, for another stage.
    pub fn text(&self) -> String {
        let lines: Vec<String> = self.lines.iter().map(Value::to_string).collect();
        lines.join("\n") + "\n"
    }
}

/// Starts `ocr-stream` on this server.
///
/// # Panics
/// When it does not start.
pub fn start_stream(server: &Host, args: &[&str], stdout: Stdio) -> Child {
    Command::new(assert_cmd::cargo::cargo_bin("ocr-stream"))
        .args(["--server", &server.url()])
        .args(args)
        .env_clear()
        .envs(measured())
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn()
        .expect("ocr-stream starts")
}

/// Watches this server until the stream ends.
///
/// # Panics
/// When it does not start, or writes something else than JSON.
pub fn watch(server: &Host, args: &[&str]) -> Watched {
    watch_until(server, args, "no such type")
}

/// Watches this server until a line of this type, and then leaves.
///
/// # Panics
/// When it does not start, or writes something else than JSON.
pub fn watch_until(server: &Host, args: &[&str], kind: &str) -> Watched {
    let mut child = start_stream(server, args, Stdio::piped());
    let mut lines = Vec::new();
    for line in BufReader::new(child.stdout.take().expect("standard output is piped")).lines() {
        let line = line.expect("lines are text");
        lines.push(serde_json::from_str::<Value>(&line).expect("lines are JSON"));
        if lines.last().is_some_and(|line| line["type"] == kind) {
            break;
        }
    }
    let done = child.wait_with_output().expect("it was started");
    Watched { lines, stderr: String::from_utf8(done.stderr).expect("messages are text"), code: done.status.code() }
}
