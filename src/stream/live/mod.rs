//! A live session: from the connection to the last line.
//!
//! [`watch`] connects and then loops over three owners: the `Writer` emits lines, the `Connection` is restored when
//! it is lost, and the `Tracker` knows what has been emitted.

mod backoff;
mod close;
mod connect;
mod end;
mod envelope;
mod idle;
mod options;
mod present;
mod reconnect;
mod recover;
mod server_messages;
mod silence;
mod spawn;
mod sse;
mod stop_reason;
mod writer;

use super::gate::Refusal;
use super::tracking::Tracker;
use crate::exit::{Code, Failure};
use crate::net::runtime;
use crate::pipe::Out;
use crate::pipe::shutdown::STREAM_DRAIN;
use crate::server::Listing;
use crate::wire::observe;
use crate::wire::record::Opened;
use connect::{Ready, connect};
use end::{End, Interruption, StepError};
use envelope::{Envelope, open_envelope};
use idle::{IdleTimer, LATE_EVENTS};
use present::Present;
use reconnect::{Connection, Outage};
use recover::{Recovered, recover};
use spawn::SpawnedServer;
use sse::Feed;
use std::time::Duration;
use stop_reason::{Stop, Stops};
use tokio::time::{Instant, sleep_until};
use writer::Writer;

pub use options::{Plan, Source};
pub use spawn::Spawn;

/// Watches until the session is idle, the server is gone, or a signal or the reader stops us.
///
/// # Errors
/// What prevented the start, with what to do; [`Code::Unreachable`] when the server is gone;
/// the code of the signal, or [`Code::ReaderLeft`], without a message.
pub fn watch(plan: &Plan, out: Out) -> Result<Code, Failure> {
    let runtime = runtime().map_err(|e| Failure::new(Code::Error, format_args!("cannot start: {e}")))?;
    let outcome = runtime.block_on(run(plan, out));
    // A name lookup may hang on a thread of its own.
    runtime.shutdown_background();
    outcome
}

async fn run(plan: &Plan, out: Out) -> Result<Code, Failure> {
    let mut stops = Stops::listen();
    let mut own = None;
    let connected = tokio::select! {
        connected = connect(plan, &mut own) => connected.map(Ok),
        stop = stops.wait() => Ok(Err(stop)),
    };
    let outcome = match connected {
        Ok(Ok(ready)) => stream(plan, ready, own.as_mut(), out, &mut stops).await,
        Ok(Err(stop)) => Ok(stop.code()),
        Err(failure) => Err(failure),
    };
    if let Some(own) = own {
        own.stop().await;
    }
    outcome
}

async fn stream(
    plan: &Plan,
    ready: Ready,
    own: Option<&mut SpawnedServer>,
    out: Out,
    stops: &mut Stops,
) -> Result<Code, Failure> {
    let mut live = Live {
        plan,
        opened: Some(opened(plan, &ready)),
        connection: Connection::new(plan, ready.server, own),
        tracker: ready.tracker,
        idle: IdleTimer::default(),
        writer: Writer::new(out),
        last_event: Instant::now(),
        stopping: None,
    };
    let end = live.run(ready.feed, stops).await;
    live.close(end, stops).await
}

/// What happens next.
enum Next {
    StartUp,
    Received(Result<String, String>),
    Timer,
    Stop(Stop),
}

struct Live<'a> {
    plan: &'a Plan,
    /// The first line, until it is written.
    opened: Option<Opened>,
    connection: Connection<'a>,
    tracker: Tracker,
    idle: IdleTimer,
    writer: Writer,
    last_event: Instant,
    /// After a signal: which, and until when the session may take to end.
    stopping: Option<(Stop, Instant)>,
}

impl Live<'_> {
    async fn run(&mut self, mut feed: Feed, stops: &mut Stops) -> End {
        loop {
            let stopping = self.stopping;
            if let Some((stop, until)) = stopping
                && until <= Instant::now()
            {
                return End::Stopped(stop);
            }
            let is_starting = !self.tracker.started && stopping.is_none();
            let next = tokio::select! {
                biased;
                stop = stops.wait(), if stopping.is_none() => Next::Stop(stop),
                () = std::future::ready(()), if is_starting => Next::StartUp,
                received = feed.next() => Next::Received(received),
                () = sleep_until(self.wake_at()) => Next::Timer,
            };
            let start = Instant::now();
            // A slow reader or a dead server may hold this up for long, and a signal must still work.
            let done = tokio::select! {
                biased;
                done = self.handle(next, &mut feed) => done,
                stop = stops.wait(), if stopping.is_none() => Ok(Some(stop)),
                () = sleep_until(stopping.map_or(start, |(_, until)| until)), if stopping.is_some() => Ok(None),
            };
            feed.exclude_pause(start.elapsed());
            match done {
                Ok(None) => {}
                Ok(Some(Stop::ReaderLeft)) => return End::Stopped(Stop::ReaderLeft),
                Ok(Some(signal)) => self.begin_to_stop(signal).await,
                Err(end) => return end,
            }
        }
    }

    async fn handle(&mut self, next: Next, feed: &mut Feed) -> Result<Option<Stop>, End> {
        let done = match next {
            Next::Stop(stop) => return Ok(Some(stop)),
            Next::StartUp => self.start_up(feed).await,
            Next::Received(Ok(payload)) => self.event(payload).await,
            Next::Received(Err(why)) => Err(Interruption::Lost(why)),
            Next::Timer if self.connection.has_ended() => {
                Err(Interruption::Lost("the process that keeps the server has ended".to_owned()))
            }
            Next::Timer if self.ask_at().is_some_and(|at| at <= Instant::now()) => match self.stopping {
                Some((stop, _)) if self.idle.rests_at(LATE_EVENTS).is_some() => {
                    Err(Interruption::End(End::Stopped(stop)))
                }
                _ => self.confirm_rest().await,
            },
            Next::Timer => self.writer.tick().await.map_err(Interruption::from),
        };
        match done {
            Ok(()) => Ok(None),
            Err(Interruption::End(end)) => Err(end),
            Err(Interruption::Lost(why)) => {
                let outage = Outage::new(why, feed.last_byte());
                let (tracker, idle, writer) = (&mut self.tracker, &mut self.idle, &mut self.writer);
                *feed = self.connection.reconnect(outage, tracker, idle, writer).await?;
                Ok(None)
            }
        }
    }

    /// Takes the first steps: what was before, what the session does, and its task. Each can fail with the connection,
    /// and is repeated when that is restored.
    async fn start_up(&mut self, feed: &mut Feed) -> Result<(), Interruption> {
        if let Some(opened) = self.opened.take() {
            self.writer.open(opened, &self.plan.key).await?;
        }
        if let Some(first) = feed.take_first() {
            self.event(first).await?;
        }
        let (plan, server) = (self.plan, &self.connection.server);
        // This emits the history, with --from-start, or what happened between reading the log and listening. A server
        // that is just starting forwards the events of a directory to all of its listeners only after a while: the
        // creation of a new session may be missing.
        let recovered = recover(server, &mut self.tracker, &self.idle, &mut self.writer).await;
        let Recovered { complete, sessions } = recovered.map_err(Interruption::retry_if_transient)?;
        if !plan.creates_session() {
            let emitted = Present::new(server, &self.tracker, &sessions).emit(&mut self.idle, &mut self.writer).await;
            emitted.map_err(Interruption::retry_if_transient)?;
            if plan.from_start && !complete {
                tracing::warn!(
                    "the session's history is incomplete: the server cannot provide all of it; continuing with the rest"
                );
            }
        }
        if let (Some(id), Some(task)) = (&self.tracker.session, &plan.task) {
            self.idle.begin();
            let prompt = server.prompt(id, task, plan.model.as_deref(), plan.no_tools).await;
            // A failed request may have been accepted, and giving the task twice would be worse than ending.
            prompt.map_err(StepError::from).map_err(Interruption::without_retry)?;
        }
        self.tracker.started = true;
        Ok(())
    }

    /// When to see whether the session is at rest, so that it is time to end.
    fn ask_at(&self) -> Option<Instant> {
        let ends_at_rest = !self.plan.follow || self.stopping.is_some();
        self.idle.ask_at(self.grace()).filter(|_| ends_at_rest)
    }

    /// How long the session must be idle. After a signal, nobody waits for it to go on.
    fn grace(&self) -> Duration {
        if self.stopping.is_some() { LATE_EVENTS } else { self.plan.rest_grace.max(LATE_EVENTS) }
    }

    /// When to look again although nothing was received.
    fn wake_at(&self) -> Instant {
        [self.ask_at(), self.stopping.map(|(_, until)| until)]
            .into_iter()
            .flatten()
            .fold(self.writer.tick_at(), Instant::min)
    }

    /// Emits one payload of the server, unless it is not ours or was emitted before.
    async fn event(&mut self, mut payload: String) -> Result<(), Interruption> {
        let elsewhere = match open_envelope(&mut payload) {
            Envelope::Repeats => return Ok(()),
            Envelope::Of(directory) => self.tracker.session.is_some() && Some(directory) != self.tracker.directory,
            Envelope::None => false,
        };
        // Refused before it can have an effect.
        let payload = match self.writer.check(payload) {
            Ok(payload) => payload,
            Err(Refusal::NoObject) => {
                return Err(Interruption::Lost("received an event that is not JSON".to_owned()));
            }
            Err(Refusal::Reserved | Refusal::Duplicate | Refusal::Lenient) => return Ok(()),
        };
        let Ok(line) = observe(payload.payload()) else {
            return Ok(());
        };
        // What is about no session is of interest in the directory of the watched one.
        if (elsewhere && line.session.is_none()) || !self.tracker.admit(&line) {
            return Ok(());
        }
        if self.tracker.tree.is_root(&line) {
            self.idle.observe(&line.event);
        } else if let Some(session) = line.session.as_deref() {
            self.idle.observe_other(session, &line.event);
        }
        drop(line);
        self.last_event = Instant::now();
        self.writer.event(payload).await?;
        Ok(self.writer.has_room().await?)
    }

    /// The events say that the session is at rest: asks the server whether it is, and for what the connection may have
    /// lost before anybody could notice.
    async fn confirm_rest(&mut self) -> Result<(), Interruption> {
        let server = &self.connection.server;
        let Listing { sessions, .. } = self.writer.wait_for(server.sessions()).await?;
        self.tracker.tree.adopt(&sessions);
        Present::new(server, &self.tracker, &sessions).ask(&mut self.idle, &mut self.writer).await?;
        if self.idle.rests_at(self.grace()).is_none_or(|at| at > Instant::now()) {
            return Ok(());
        }
        let since = self.last_event;
        let Recovered { complete, .. } = recover(server, &mut self.tracker, &self.idle, &mut self.writer).await?;
        if self.tracker.unreported > 0 || !complete {
            let outage = Outage::new("events were missing when the session went idle".to_owned(), since);
            let gap = outage.gap(&mut self.tracker, complete);
            self.writer.record(&gap).await?;
        }
        Err(Interruption::End(End::Rest))
    }

    /// After a signal, what we started ends, and its last events are still emitted.
    async fn begin_to_stop(&mut self, stop: Stop) {
        if self.plan.owns_session() {
            self.stopping = Some((stop, Instant::now() + STREAM_DRAIN));
            self.abort_own_session().await;
        } else {
            self.stopping = Some((stop, Instant::now()));
        }
    }
}

fn opened(plan: &Plan, ready: &Ready) -> Opened {
    let given = plan.directory.as_ref().map(|d| d.to_string_lossy().into_owned());
    let spawned = matches!(plan.source, Source::Spawn(_));
    Opened {
        session_id: ready.tracker.session.clone(),
        server: Some(ready.server.url().to_string()),
        version: Some(ready.version.clone()),
        directory: ready.tracker.directory.clone().or(given),
        task: plan.task.clone(),
        model: plan.model.clone(),
        spawned,
        follow: plan.follow,
        replay: false,
        ..Opened::default()
    }
}
