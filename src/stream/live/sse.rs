//! One connection to the server's events: server-sent events in, their raw payloads out.

use crate::exit::{Code, Failure};
use crate::server::{LONGEST_EVENT, Server};
use futures_util::{Stream, StreamExt};
use sse_stream::SseByteStream;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

type Bytes = Pin<Box<dyn Stream<Item = io::Result<bytes::Bytes>>>>;

/// The events of one connection.
pub(crate) struct Feed {
    events: SseByteStream<Bytes>,
    /// The payload that showed that the connection speaks.
    first: Option<String>,
    /// Bytes that came since the last event was complete.
    pending: Arc<AtomicUsize>,
    heard: Heard,
    /// A server that says nothing for so long is lost.
    silence: Duration,
}

/// When something was heard last, if only a piece of an event: a large one takes its time on a slow link.
#[derive(Clone)]
struct Heard {
    began: Instant,
    /// The nanoseconds from then on.
    after: Arc<AtomicU64>,
}

impl Heard {
    fn now() -> Self {
        Self {
            began: Instant::now(),
            after: Arc::default(),
        }
    }

    fn set(&self, at: Instant) {
        let after = at.saturating_duration_since(self.began).as_nanos();
        self.after
            .store(u64::try_from(after).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn at(&self) -> Instant {
        self.began + Duration::from_nanos(self.after.load(Ordering::Relaxed))
    }
}

impl Feed {
    /// Connects, and waits for the first event: a server may accept a listener and never speak to it, and
    /// one that has spoken misses nothing that comes from now on.
    pub(crate) async fn open(server: &Server, all: bool, silence: Duration) -> Result<Self, Failure> {
        let pieces = server.events(all).await?.bytes_stream();
        let mut feed = Self::new(pieces.map(|piece| piece.map_err(io::Error::other)), silence);
        match feed.next().await {
            Ok(payload) => feed.first = Some(payload),
            Err(lost) => return Err(silent(server, &lost)),
        }
        Ok(feed)
    }

    fn new(pieces: impl Stream<Item = io::Result<bytes::Bytes>> + 'static, silence: Duration) -> Self {
        let (pending, heard) = (Arc::new(AtomicUsize::new(0)), Heard::now());
        let (counted, hearing) = (Arc::clone(&pending), heard.clone());
        let bytes = pieces.map(move |piece| {
            let piece = piece?;
            hearing.set(Instant::now());
            if counted.fetch_add(piece.len(), Ordering::Relaxed) > LONGEST_EVENT {
                return Err(io::Error::other("one event is longer than 32 MiB"));
            }
            Ok(piece)
        });
        Self {
            events: SseByteStream::new(Box::pin(bytes)),
            first: None,
            pending,
            heard,
            silence,
        }
    }

    /// The first payload, unless it was taken.
    pub(crate) fn greeting(&mut self) -> Option<String> {
        self.first.take()
    }

    /// The next payload; or why the connection is lost, for a person.
    pub(crate) async fn next(&mut self) -> Result<String, String> {
        if let Some(first) = self.first.take() {
            return Ok(first);
        }
        loop {
            let next = timeout_at(self.heard() + self.silence, self.events.next()).await;
            if next.is_err() && self.heard().elapsed() < self.silence {
                continue;
            }
            self.pending.store(0, Ordering::Relaxed);
            match next {
                Err(_) => {
                    return Err(format!(
                        "the server said nothing for {} s",
                        self.silence.as_secs()
                    ));
                }
                Ok(None) => return Err("the server closed the connection".to_owned()),
                Ok(Some(Err(error))) => return Err(innermost(&error)),
                Ok(Some(Ok(event))) => {
                    self.heard.set(Instant::now());
                    if let Some(data) = event.data {
                        return Ok(data);
                    }
                }
            }
        }
    }

    /// When something was heard last. It outlives a call that is given up for a tick.
    pub(crate) fn heard(&self) -> Instant {
        self.heard.at()
    }

    /// We did not listen for so long: that is no silence of the server.
    pub(crate) fn did_not_listen(&mut self, time: Duration) {
        self.heard.set((self.heard() + time).min(Instant::now()));
    }
}

/// The server takes a listener and does not speak to it.
pub(crate) fn silent(server: &Server, why: &str) -> Failure {
    Failure::new(
        Code::Unreachable,
        format_args!(
            "{} takes a listener and tells it nothing: {why}; look at the server's log",
            server.url()
        ),
    )
}

/// The innermost cause, which is the one that says something.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    format!("the connection broke: {cause}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;

    /// What a server says while it is alive: together they take longer than it may be silent.
    const SIGNS: [&str; 8] = [
        ": still here\n\n",
        "da",
        "ta: {\"type\":",
        "\"x\"}\n",
        "\n",
        ":",
        ":",
        ":",
    ];
    const APART: Duration = Duration::from_secs(20);
    const SILENCE: Duration = Duration::from_secs(30);

    #[tokio::test(start_paused = true)]
    async fn every_byte_is_a_sign_of_life_and_nothing_is_heard_after_the_last() {
        let signs = stream::iter(SIGNS).then(|sign| async move {
            tokio::time::sleep(APART).await;
            Ok(bytes::Bytes::from_static(sign.as_bytes()))
        });
        let began = Instant::now();
        let mut feed = Feed::new(signs.chain(stream::pending()), SILENCE);
        assert_eq!(feed.next().await.unwrap(), r#"{"type":"x"}"#);
        assert_eq!(began.elapsed(), APART * 5);
        assert_eq!(feed.next().await.unwrap_err(), "the server said nothing for 30 s");
        let last = began + APART * u32::try_from(SIGNS.len()).unwrap();
        assert_eq!((feed.heard(), Instant::now()), (last, last + SILENCE));
    }

    #[test]
    fn what_was_not_listened_to_is_no_silence_and_nothing_is_heard_in_the_future() {
        let mut feed = Feed::new(stream::pending(), Duration::from_secs(30));
        let began = feed.heard();
        feed.did_not_listen(Duration::from_hours(1));
        assert!(
            feed.heard() <= Instant::now(),
            "a silence would be noticed an hour late"
        );
        assert!(feed.heard() >= began);
    }
}
