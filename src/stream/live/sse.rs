//! Reads the server's event stream: server-sent events in, their raw payloads out.

use super::options::Scope;
use crate::net::root_cause;
use crate::server::{Error, LONGEST_EVENT, Server};
use futures_util::{Stream, StreamExt};
use sse_stream::SseByteStream;
use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

type Bytes = Pin<Box<dyn Stream<Item = io::Result<bytes::Bytes>>>>;

/// The events of one connection.
pub(super) struct Feed {
    events: SseByteStream<Bytes>,
    /// The payload that proved that the connection works.
    first: Option<String>,
    /// Bytes that arrived since the last complete event.
    pending: Rc<Cell<usize>>,
    /// When the last byte arrived. A part of an event counts too: a large one takes its time on a slow link.
    last_byte: Rc<Cell<Instant>>,
    /// A server that is silent for so long is lost.
    silence: Duration,
}

impl Feed {
    /// Connects and waits for the first event. A server may accept a listener and never send it anything; once it has
    /// sent one event, it sends all later ones.
    ///
    /// Without the events of every directory, those of the session's own are taken.
    pub async fn open(server: &Server, scope: Scope, silence: Duration) -> Result<Self, Error> {
        let answer = match server.events(scope != Scope::Directory).await {
            Err(Error::Foreign { .. }) if scope == Scope::Family => server.events(false).await?,
            answer => answer?,
        };
        let chunks = answer.bytes_stream();
        let mut feed = Self::new(chunks.map(|chunk| chunk.map_err(io::Error::other)), silence);
        let no_events = |cause| Error::NoEvents { url: server.url().to_string(), cause };
        feed.first = Some(feed.next().await.map_err(no_events)?);
        Ok(feed)
    }

    fn new(chunks: impl Stream<Item = io::Result<bytes::Bytes>> + 'static, silence: Duration) -> Self {
        let (pending, last_byte) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(Instant::now())));
        let (counter, clock) = (Rc::clone(&pending), Rc::clone(&last_byte));
        let bytes = chunks.map(move |chunk| {
            let chunk = chunk?;
            clock.set(Instant::now());
            let before = counter.replace(counter.get() + chunk.len());
            if before > LONGEST_EVENT {
                return Err(io::Error::other("an event is longer than 32 MiB"));
            }
            Ok(chunk)
        });
        Self { events: SseByteStream::new(Box::pin(bytes)), first: None, pending, last_byte, silence }
    }

    /// The first payload, unless it was taken.
    pub fn take_first(&mut self) -> Option<String> {
        self.first.take()
    }

    /// The next payload, or why the connection is lost.
    pub async fn next(&mut self) -> Result<String, String> {
        if let Some(first) = self.first.take() {
            return Ok(first);
        }
        loop {
            let next = timeout_at(self.last_byte() + self.silence, self.events.next()).await;
            if next.is_err() && self.last_byte().elapsed() < self.silence {
                continue;
            }
            self.pending.set(0);
            match next {
                Err(_) => return Err(format!("the server was silent for {} s", self.silence.as_secs())),
                Ok(None) => return Err("the server closed the connection".to_owned()),
                Ok(Some(Err(error))) => return Err(format!("the connection broke: {}", root_cause(&error))),
                Ok(Some(Ok(event))) => {
                    self.last_byte.set(Instant::now());
                    if let Some(data) = event.data {
                        return Ok(data);
                    }
                }
            }
        }
    }

    /// When the last byte arrived. It survives a call of [`Self::next`] that is canceled.
    pub fn last_byte(&self) -> Instant {
        self.last_byte.get()
    }

    /// Excludes a time in which we did not read from the server's silence.
    pub fn exclude_pause(&mut self, pause: Duration) {
        self.last_byte.set((self.last_byte() + pause).min(Instant::now()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;

    /// What a server sends while it is alive. Together it takes longer than the silence that is allowed.
    const CHUNKS: [&str; 8] = [": still here\n\n", "da", "ta: {\"type\":", "\"x\"}\n", "\n", ":", ":", ":"];
    const APART: Duration = Duration::from_secs(20);
    const SILENCE: Duration = Duration::from_secs(30);

    #[tokio::test(start_paused = true)]
    async fn counts_every_byte() {
        let chunks = stream::iter(CHUNKS).then(|chunk| async move {
            tokio::time::sleep(APART).await;
            Ok(bytes::Bytes::from_static(chunk.as_bytes()))
        });
        let start = Instant::now();
        let mut feed = Feed::new(chunks.chain(stream::pending()), SILENCE);
        assert_eq!(feed.next().await.unwrap(), r#"{"type":"x"}"#);
        assert_eq!(start.elapsed(), APART * 5);
        assert_eq!(feed.next().await.unwrap_err(), "the server was silent for 30 s");
        let last = start + APART * u32::try_from(CHUNKS.len()).unwrap();
        assert_eq!((feed.last_byte(), Instant::now()), (last, last + SILENCE));
    }

    #[test]
    fn excludes_pauses() {
        let mut feed = Feed::new(stream::pending(), Duration::from_secs(30));
        let start = feed.last_byte();
        feed.exclude_pause(Duration::from_hours(1));
        assert!(feed.last_byte() <= Instant::now(), "silence would be noticed an hour late");
        assert!(feed.last_byte() >= start);
    }
}
