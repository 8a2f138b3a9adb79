//! A subscription to the server's events, as raw payloads.

use futures_util::StreamExt;
use reqwest::RequestBuilder;
use serde_json::Value;
use sse_stream::SseStream;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

/// How long a test waits for an event before it fails: far longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(5);

/// A subscription. It ends when it is dropped.
pub struct Events {
    payloads: Receiver<String>,
}

impl Events {
    /// Sends the request, and returns once the server reports the connection.
    pub(super) fn subscribe(request: RequestBuilder) -> Self {
        let (sender, payloads) = channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(forward(request, &sender));
        });
        let events = Self { payloads };
        events.wait(|event| event["type"] == "server.connected");
        events
    }

    /// The next payload, or `None` if none comes within this time.
    ///
    /// # Panics
    /// If the server closes the stream.
    pub fn next_within(&self, time: Duration) -> Option<String> {
        match self.payloads.recv_timeout(time) {
            Ok(payload) => Some(payload),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => panic!("the server closed the event stream"),
        }
    }

    /// The events up to and including the first that is `wanted`.
    ///
    /// # Panics
    /// If it does not come.
    pub fn wait(&self, wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut seen = Vec::new();
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let Some(payload) = self.next_within(left) else {
                let types: Vec<_> = seen.iter().map(|e: &Value| e["type"].to_string()).collect();
                panic!("the awaited event did not come; there were {types:?}");
            };
            let event: Value = serde_json::from_str(&payload).expect("an event is JSON");
            let found = wanted(&event);
            seen.push(event);
            if found {
                return seen;
            }
        }
    }
}

async fn forward(request: RequestBuilder, sender: &Sender<String>) {
    let response = request.send().await.expect("the server answers");
    assert_eq!(response.status(), 200, "no event stream");
    let mut events = SseStream::from_bytes_stream(response.bytes_stream());
    while let Some(Ok(event)) = events.next().await {
        let Some(payload) = event.data else { continue };
        if sender.send(payload).is_err() {
            return;
        }
    }
}
