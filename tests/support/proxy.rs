//! A proxy in front of a server that damages the event stream as networks do: at random points that depend only on
//! the seed.

use super::host::Host;
use super::rng::Rng;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt, stream};
use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;

/// One event in this many gets a fault, while there are faults left.
const SPREAD: usize = 60;
/// The prefix of each event's payload.
const DATA: &str = "data: ";
/// A value for a corrupted byte that is never part of UTF-8.
const NO_TEXT: u8 = 0xFF;

/// The faults so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Faults {
    /// Connections that were cut: between events, inside an event, or inside a character.
    pub cuts: usize,
    /// Connections on which nothing more arrived.
    pub stalls: usize,
    /// Events with a byte overwritten.
    pub corrupted: usize,
    /// Events that arrived late.
    pub delays: usize,
    /// Events that arrived twice.
    pub duplicates: usize,
    /// Answers to other requests that broke off in the middle.
    pub broken_answers: usize,
    /// How many of the cuts and corruptions hit an event of a session, so that the stream must notice them.
    pub must_show: usize,
}

/// A proxy that runs until it is dropped.
pub struct Proxy {
    host: Host,
    line: Arc<Line>,
}

struct Line {
    upstream: String,
    client: reqwest::Client,
    /// Whether event streams are refused.
    shut: watch::Sender<bool>,
    chance: Mutex<Chance>,
}

struct Chance {
    rng: Rng,
    left: usize,
    /// How many events there are before the one that gets a fault in any case.
    until_first: Option<usize>,
    done: Faults,
}

/// What happens to an event.
enum Fate {
    Passes,
    Cut(usize),
    Stall,
    Delay(Duration),
    Twice,
    Corrupt(usize, u8),
}

impl Proxy {
    /// A proxy in front of `upstream` with this many faults, chosen by `seed`.
    pub fn start(upstream: &str, seed: u64, faults: usize) -> Self {
        Self::start_within(upstream, seed, faults, None)
    }

    /// The same, with the first fault within this many events.
    pub fn start_within(upstream: &str, seed: u64, faults: usize, within: Option<usize>) -> Self {
        let mut rng = Rng::new(seed);
        let until_first = within.map(|within| rng.below(within));
        let line = Arc::new(Line {
            upstream: upstream.trim_end_matches('/').to_owned(),
            client: reqwest::Client::new(),
            shut: watch::Sender::new(false),
            chance: Mutex::new(Chance { rng, left: faults, until_first, done: Faults::default() }),
        });
        let router = Router::new().fallback(pass).with_state(Arc::clone(&line));
        Self { host: Host::serve(router), line }
    }

    /// Its base URL.
    pub fn url(&self) -> String {
        self.host.url()
    }

    /// Cuts all event streams, and refuses new ones until it is opened.
    pub fn shut(&self) {
        self.line.shut.send_replace(true);
    }

    /// Allows event streams again.
    pub fn open(&self) {
        self.line.shut.send_replace(false);
    }

    /// The faults so far.
    ///
    /// # Panics
    /// When a handler panicked.
    pub fn faults(&self) -> Faults {
        self.line.chance.lock().expect("no handler panics").done
    }
}

async fn pass(State(line): State<Arc<Line>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let Ok(answer) = line.ask(request).await else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let mut headers = HeaderMap::new();
    if let Some(kind) = answer.headers().get(header::CONTENT_TYPE) {
        headers.insert(header::CONTENT_TYPE, kind.clone());
    }
    let status = answer.status();
    let listens = status.is_success() && path.ends_with("/event");
    if listens && *line.shut.borrow() {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    let body = if listens {
        Body::from_stream(faulty(line, answer))
    } else {
        let Ok(bytes) = answer.bytes().await else {
            return StatusCode::BAD_GATEWAY.into_response();
        };
        line.maybe_broken(&path, bytes)
    };
    (status, headers, body).into_response()
}

impl Line {
    async fn ask(&self, request: Request) -> Result<reqwest::Response, axum::Error> {
        let (head, body) = request.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await?;
        let path = head.uri.path_and_query().map_or("/", |p| p.as_str());
        let mut asked = self.client.request(head.method, format!("{}{path}", self.upstream));
        for name in [header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT] {
            if let Some(value) = head.headers.get(&name) {
                asked = asked.header(name, value);
            }
        }
        asked.body(body).send().await.map_err(axum::Error::new)
    }

    /// Answers that are used for recovery may break off too.
    fn maybe_broken(&self, path: &str, bytes: Bytes) -> Body {
        let mut chance = self.chance.lock().expect("no handler panics");
        let spread = match path {
            "/sync/history" => 4,
            "/experimental/session" => 20,
            _ => return Body::from(bytes),
        };
        if chance.left == 0 || chance.rng.below(spread) > 0 {
            return Body::from(bytes);
        }
        chance.left -= 1;
        chance.done.broken_answers += 1;
        let half = bytes.slice(..bytes.len() / 2);
        Body::from_stream(stream::iter([Ok(half), Err(cut())]))
    }

    fn fate(&self, event: &[u8]) -> Fate {
        let mut chance = self.chance.lock().expect("no handler panics");
        let first = chance.until_first == Some(0);
        chance.until_first = chance.until_first.and_then(|n| n.checked_sub(1));
        if chance.left == 0 || (chance.rng.below(SPREAD) > 0 && !first) {
            return Fate::Passes;
        }
        chance.left -= 1;
        let at = chance.rng.below(event.len());
        let (kind, ms) = (chance.rng.below(9), chance.rng.below(300));
        let ascii = b'!' + u8::try_from(chance.rng.below(94)).expect("a small number");
        let of_the_server = event.windows(9).any(|w| w == b"\"server.c" || w == b"\"server.h");
        let done = &mut chance.done;
        done.must_show += usize::from(!of_the_server && matches!(kind, 0..=2 | 6..));
        match kind {
            0..=2 => {
                done.cuts += 1;
                let in_a_character = event.iter().position(|b| *b >= 0x80).map(|start| start + 1);
                match kind {
                    0 => Fate::Cut(0),
                    1 => Fate::Cut(in_a_character.unwrap_or(at)),
                    _ => Fate::Cut(at),
                }
            }
            3 => {
                done.stalls += 1;
                Fate::Stall
            }
            4 => {
                done.delays += 1;
                Fate::Delay(Duration::from_millis(ms.try_into().expect("a small number")))
            }
            5 => {
                done.duplicates += 1;
                Fate::Twice
            }
            _ => {
                done.corrupted += 1;
                let byte = [NO_TEXT, ascii, b'\n'][kind - 6];
                Fate::Corrupt(breaks(event, at, byte), byte)
            }
        }
    }
}

/// The first position from `at` on where this byte makes the event's JSON invalid. Elsewhere it would only change a
/// text unnoticed.
fn breaks(event: &[u8], at: usize, byte: u8) -> usize {
    let payload = DATA.len()..event.len() - 2;
    let mut tried = event.to_vec();
    for n in 0..payload.len() {
        let at = payload.start + (at + n) % payload.len();
        let whole = std::mem::replace(&mut tried[at], byte);
        if serde_json::from_slice::<serde::de::IgnoredAny>(&tried[payload.clone()]).is_err() {
            return at;
        }
        tried[at] = whole;
    }
    payload.start
}

fn cut() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionReset, "cut by the proxy")
}

/// One connection with what was received and not yet passed on.
struct Wire {
    line: Arc<Line>,
    upstream: std::pin::Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send>>,
    came: Vec<u8>,
    /// What is sent next: bytes, or the cut.
    out: VecDeque<io::Result<Bytes>>,
}

fn faulty(line: Arc<Line>, answer: reqwest::Response) -> impl Stream<Item = io::Result<Bytes>> {
    let wire = Wire { line, upstream: Box::pin(answer.bytes_stream()), came: Vec::new(), out: VecDeque::new() };
    stream::unfold(wire, async |mut wire| {
        let mut shut = wire.line.shut.subscribe();
        let next = tokio::select! {
            next = wire.next() => next?,
            _ = shut.wait_for(|shut| *shut) => Err(cut()),
        };
        Some((next, wire))
    })
}

impl Wire {
    async fn next(&mut self) -> Option<io::Result<Bytes>> {
        loop {
            if let Some(out) = self.out.pop_front() {
                return Some(out);
            }
            if let Some(end) = self.came.windows(2).position(|w| w == b"\n\n") {
                let event: Vec<u8> = self.came.drain(..end + 2).collect();
                self.meet(event).await;
                continue;
            }
            match self.upstream.next().await? {
                Ok(piece) => self.came.extend_from_slice(&piece),
                Err(_) => return Some(Err(cut())),
            }
        }
    }

    /// Passes one event on, or damages it.
    async fn meet(&mut self, mut event: Vec<u8>) {
        match self.line.fate(&event) {
            Fate::Passes => {}
            Fate::Cut(at) => {
                event.truncate(at);
                self.out.extend([Ok(event.into()), Err(cut())]);
                return;
            }
            Fate::Stall => std::future::pending().await,
            Fate::Delay(time) => tokio::time::sleep(time).await,
            Fate::Twice => self.out.push_back(Ok(event.clone().into())),
            Fate::Corrupt(at, byte) => event[at] = byte,
        }
        self.out.push_back(Ok(event.into()));
    }
}
