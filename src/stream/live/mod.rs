//! A live session: from the connection to the last line.

pub(crate) mod close;
pub(crate) mod connect;
pub(crate) mod envelope;
pub(crate) mod idle;
pub(crate) mod lines;
pub(crate) mod options;
pub(crate) mod reconnect;
pub(crate) mod recover;
pub(crate) mod spawn;
pub(crate) mod sse;
pub(crate) mod startup;
pub(crate) mod stop;
pub(crate) mod writer;

use super::clock::Clock;
use super::tracking::Ledger;
use crate::exit::{Code, Failure};
use crate::pipe::Out;
use crate::server::Server;
use crate::wire::record::{Opened, PREFIX};
use crate::wire::{Observation, observe};
use backon::ExponentialBackoff;
use close::End;
use connect::{Ready, prepare};
use envelope::unwrap;
use idle::Rest;
use reconnect::{Lost, Trouble, pauses};
use spawn::OwnServer;
use sse::Feed;
use std::collections::VecDeque;
use std::time::Duration;
use stop::{Stop, Stops};
use tokio::time::{Instant, sleep_until};
use writer::Sink;

pub use options::{Plan, Source};
pub use spawn::Spawn;

/// How long the session may take to end, and the reader to take the last lines, once a signal came.
pub(super) const LAST_WORDS: Duration = crate::pipe::shutdown::STREAM_DRAIN;

/// Watches until the session rests, the server is gone, or somebody stops us.
///
/// # Errors
/// What kept it from starting, with what to do; [`Code::Unreachable`] when the server is gone;
/// the code of the signal, or [`Code::ReaderLeft`], without a message.
pub fn watch(plan: &Plan, out: Out) -> Result<Code, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::new(Code::Error, format_args!("cannot start: {e}")))?;
    let outcome = runtime.block_on(run(plan, out));
    // A name lookup may hang on a thread of its own.
    runtime.shutdown_background();
    outcome
}

async fn run(plan: &Plan, out: Out) -> Result<Code, Failure> {
    let mut stops = Stops::listen();
    let mut own = None;
    let prepared = tokio::select! {
        prepared = prepare(plan, &mut own) => prepared.map(Ok),
        stop = stops.wait() => Ok(Err(stop)),
    };
    let outcome = match prepared {
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
    own: Option<&mut OwnServer>,
    out: Out,
    stops: &mut Stops,
) -> Result<Code, Failure> {
    let opened = opened(plan, &ready);
    let mut live = Live::new(plan, opened, ready.server, ready.ledger, own, out);
    let end = live.run(ready.feed, stops).await;
    live.close(end, stops).await
}

/// What happens next.
enum Next {
    Begin,
    Heard(Result<String, String>),
    Time,
    Stop(Stop),
}

pub(super) struct Live<'a> {
    pub(super) plan: &'a Plan,
    pub(super) server: Server,
    /// The server, where it is our own.
    pub(super) own: Option<&'a mut OwnServer>,
    pub(super) ledger: Ledger,
    pub(super) rest: Rest,
    /// The first line, until it is written.
    pub(super) opened: Option<Opened>,
    /// Whether all first steps have been taken.
    pub(super) begun: bool,
    /// The connection, while it is lost.
    pub(super) lost: Option<Lost>,
    /// Since when the connection stands, and the pauses before the next ones.
    pub(super) connected: Instant,
    pub(super) pauses: ExponentialBackoff,
    /// How many recovered events no gap line has counted yet.
    pub(super) unsaid: u64,
    pub(super) clock: Clock,
    pub(super) sink: Sink,
    /// Lines that wait for room: one that is given up for a signal is not lost.
    pub(super) unsent: VecDeque<Vec<u8>>,
    pub(super) last_line: Instant,
    pub(super) last_event: Instant,
    /// Once a signal came: which, and until when the session may take to end.
    pub(super) stopping: Option<(Stop, Instant)>,
}

impl<'a> Live<'a> {
    fn new(
        plan: &'a Plan,
        opened: Opened,
        server: Server,
        ledger: Ledger,
        own: Option<&'a mut OwnServer>,
        out: Out,
    ) -> Self {
        Self {
            plan,
            server,
            own,
            ledger,
            rest: Rest::new(false),
            opened: Some(opened),
            begun: false,
            lost: None,
            connected: Instant::now(),
            pauses: pauses(),
            unsaid: 0,
            clock: Clock::default(),
            sink: Sink::new(out),
            unsent: VecDeque::new(),
            last_line: Instant::now(),
            last_event: Instant::now(),
            stopping: None,
        }
    }
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
            let begins = !self.begun && stopping.is_none();
            let next = tokio::select! {
                biased;
                stop = stops.wait(), if stopping.is_none() => Next::Stop(stop),
                () = std::future::ready(()), if begins => Next::Begin,
                heard = feed.next() => Next::Heard(heard),
                () = sleep_until(self.wake_at()) => Next::Time,
            };
            let began = Instant::now();
            // A slow reader or a dead server may hold us up for long: a signal is heard all the same.
            let done = tokio::select! {
                biased;
                done = self.handle(next, &mut feed) => done,
                stop = stops.wait(), if stopping.is_none() => Ok(Some(stop)),
                () = sleep_until(stopping.map_or(began, |(_, until)| until)), if stopping.is_some() => Ok(None),
            };
            feed.did_not_listen(began.elapsed());
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
            Next::Begin => self.begin(feed).await,
            Next::Heard(Ok(payload)) => self.event(payload).await,
            Next::Heard(Err(lost)) => Err(Trouble::Lost(lost)),
            Next::Time if self.has_rested() => match self.stopping {
                Some((stop, _)) => Err(Trouble::End(End::Stopped(stop))),
                None => self.settle().await,
            },
            Next::Time => self.tick().await.map_err(Trouble::from),
        };
        match done {
            Ok(()) => Ok(None),
            Err(Trouble::End(end)) => Err(end),
            Err(Trouble::Lost(why)) => {
                *feed = self.reconnect(why, feed.heard()).await?;
                Ok(None)
            }
        }
    }

    /// Whether it is time to end because the session rests.
    fn has_rested(&self) -> bool {
        self.rest_at().is_some_and(|at| at <= Instant::now())
    }

    fn rest_at(&self) -> Option<Instant> {
        let matters = !self.plan.follow || self.stopping.is_some();
        self.rest.certain_at().filter(|_| matters)
    }

    /// When to look again though nothing was heard.
    fn wake_at(&self) -> Instant {
        [self.rest_at(), self.stopping.map(|(_, until)| until)]
            .into_iter()
            .flatten()
            .fold(self.tick_at(), Instant::min)
    }

    /// One payload of the server.
    pub(super) async fn event(&mut self, mut payload: String) -> Result<(), Trouble> {
        if self.plan.all && !unwrap(&mut payload) {
            return Ok(());
        }
        let Ok(seen) = observe(&payload) else {
            let broken = "an event came broken: it is no JSON object";
            return Err(Trouble::Lost(broken.to_owned()));
        };
        if !self.is_told(&seen) {
            return Ok(());
        }
        drop(seen);
        self.last_event = Instant::now();
        Ok(self.stamped(payload).await?)
    }

    /// Whether the event is ours to tell; it then counts as told.
    fn is_told(&mut self, seen: &Observation) -> bool {
        if claims_to_be_ours(seen) {
            tracing::warn!("the server sent a line of a type under {PREFIX}, which is ours; it is refused");
            return false;
        }
        if seen.session.is_none() && seen.id.is_some() {
            self.ledger.seen.with_ids();
        }
        let (session, id) = (seen.session.as_deref(), seen.id.as_deref());
        let told = self.ledger.family.owns(seen)
            && self.ledger.seen.is_news(&seen.event, session, id)
            && !self.ledger.finished.is_echo(seen)
            && self.ledger.asks_anew(&seen.event);
        if told {
            if self.ledger.family.is_root(seen) {
                self.rest.observe(&seen.event);
            }
            self.ledger.finished.observe(seen);
        }
        told
    }

    /// A signal came: what we started ends, and its last events are still told.
    async fn begin_to_stop(&mut self, stop: Stop) {
        if self.is_ours() {
            self.stopping = Some((stop, Instant::now() + LAST_WORDS));
            self.abort_ours().await;
        } else {
            self.stopping = Some((stop, Instant::now()));
        }
    }
}

fn opened(plan: &Plan, ready: &Ready) -> Opened {
    let asked = plan.directory.as_ref().map(|d| d.to_string_lossy().into_owned());
    let spawned = matches!(plan.source, Source::Spawn(_));
    Opened {
        session_id: ready.ledger.session.clone(),
        server: Some(ready.server.url().to_string()),
        version: Some(ready.version.clone()),
        directory: ready.ledger.directory.clone().or(asked),
        task: plan.task.clone(),
        model: plan.model.clone(),
        spawned,
        pid: spawned.then(std::process::id),
        follow: plan.follow,
        replay: false,
    }
}

/// Whether a server event carries a type that only we may write.
fn claims_to_be_ours(seen: &Observation) -> bool {
    matches!(seen.event, crate::wire::Event::Record { .. })
}
