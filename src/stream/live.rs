//! A live session: from the connection to the last line.

use super::close::End;
use super::family::Family;
use super::feed::Feed;
use super::messages::Finished;
use super::prepare::{Ready, prepare};
use super::reconnect::pauses;
use super::rest::Rest;
use super::seen::Seen;
use super::sink::Sink;
use super::spawn::OwnServer;
use super::stamp::{Clock, stamp};
use super::stop::{Stop, Stops};
use super::unwrap::unwrap;
use crate::pipe::{Code, Failure, Out};
use crate::server::Server;
use crate::wire::record::{self, Opened, PREFIX, Record, Tick};
use crate::wire::{Observation, observe};
use backon::ExponentialBackoff;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::{Instant, sleep_until, timeout};

pub use super::plan::{Plan, Source};
pub use super::spawn::Spawn;

/// How often a tick is written while nothing else comes.
const TICK: Duration = Duration::from_secs(1);

/// How long the session may take to end, and the reader to take the last lines, once a signal came.
pub(super) const LAST_WORDS: Duration = Duration::from_secs(3);

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
    mut ready: Ready,
    own: Option<&mut OwnServer>,
    out: Out,
    stops: &mut Stops,
) -> Result<Code, Failure> {
    let first = ready.feed.next().await;
    let mut live = Live::new(plan, &ready, own, out);
    live.take_stock().await?;
    live.tell(&live.opened(&ready)).await?;
    let begun = live.begin(first).await;
    if let Err(failure) = begun {
        // What was told is told; the reason goes to the person.
        live.sink.finish().await?;
        return Err(failure);
    }
    let end = live.run(ready.feed, stops).await;
    live.close(end).await
}

/// What happens next.
enum Next {
    Heard(Result<String, String>),
    Time,
    Stop(Stop),
}

pub(super) struct Live<'a> {
    pub(super) plan: &'a Plan,
    pub(super) server: Server,
    /// The server, where it is our own.
    pub(super) own: Option<&'a mut OwnServer>,
    pub(super) session: Option<String>,
    pub(super) directory: Option<String>,
    pub(super) family: Family,
    pub(super) seen: Seen,
    pub(super) finished: Finished,
    pub(super) rest: Rest,
    /// Since when the connection stands, and the pauses before the next ones.
    pub(super) connected: Instant,
    pub(super) pauses: ExponentialBackoff,
    /// How many recovered events no gap line has counted yet.
    pub(super) unsaid: u64,
    clock: Clock,
    pub(super) sink: Sink,
    /// Lines that wait for room: one that is given up for a signal is not lost.
    unsent: VecDeque<Vec<u8>>,
    last_line: Instant,
    pub(super) last_event: Instant,
    /// Once a signal came: which, and until when the session may take to end.
    pub(super) stopping: Option<(Stop, Instant)>,
}

impl<'a> Live<'a> {
    fn new(plan: &'a Plan, ready: &Ready, own: Option<&'a mut OwnServer>, out: Out) -> Self {
        let session = ready.session.as_ref().map(|s| s.id.clone());
        Self {
            plan,
            server: ready.server.clone(),
            own,
            family: Family::of(session.as_deref()),
            session,
            directory: ready.directory.clone(),
            seen: Seen::new(plan.from_start),
            finished: Finished::default(),
            rest: Rest::new(false),
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
    /// What the session does and has done before we came, and whom it has started.
    async fn take_stock(&mut self) -> Result<(), Failure> {
        let Some(id) = self.session.clone() else {
            return Ok(());
        };
        let works = self.server.is_busy(&id).await?;
        let sessions = self.server.sessions().await?;
        self.family.adopt_from(&sessions);
        if self.plan.task.is_none() && !works {
            self.rest.rested();
        } else if works && self.plan.task.is_none() {
            self.rest.works();
        }
        Ok(())
    }

    /// The first events: the connection's own, what was before, and what the task brings.
    async fn begin(&mut self, first: Result<String, String>) -> Result<(), Failure> {
        if let Ok(payload) = first
            && !self.event(&payload).await
        {
            return Err(Failure::reader_left());
        }
        self.pass_over_what_was().await?;
        if self.plan.from_start {
            let told = self.recover().await?;
            if !told.read {
                return Err(Failure::reader_left());
            }
            self.unsaid = 0;
        }
        if let (Some(id), Some(task)) = (&self.session, &self.plan.task) {
            self.server.prompt(id, task, self.plan.model.as_deref()).await?;
        }
        Ok(())
    }

    /// Without ids and a log, what was there before us has to be known by its messages.
    async fn pass_over_what_was(&mut self) -> Result<(), Failure> {
        let members: Vec<String> = self.family.members().cloned().collect();
        for id in members {
            self.finished.expect_all(&id);
            if !self.plan.from_start && !self.seen.has_ids() {
                let messages = self.server.messages(&id).await?;
                self.finished.pass_over(&messages);
            }
        }
        Ok(())
    }

    async fn run(&mut self, mut feed: Feed, stops: &mut Stops) -> End {
        loop {
            let stopping = self.stopping;
            if let Some((stop, until)) = stopping
                && until <= Instant::now()
            {
                return End::Stopped(stop);
            }
            let next = tokio::select! {
                biased;
                stop = stops.wait(), if stopping.is_none() => Next::Stop(stop),
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
        let going_on = match next {
            Next::Stop(stop) => return Ok(Some(stop)),
            Next::Heard(Ok(payload)) => self.event(&payload).await,
            Next::Heard(Err(lost)) => {
                *feed = self.reconnect(&lost).await?;
                true
            }
            Next::Time if self.has_rested() => {
                if let Some((stop, _)) = self.stopping {
                    return Err(End::Stopped(stop));
                }
                if let Some(again) = self.settle().await? {
                    *feed = again;
                }
                true
            }
            Next::Time => self.tick().await,
        };
        if going_on {
            Ok(None)
        } else {
            Err(End::Stopped(Stop::ReaderLeft))
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
    pub(super) fn wake_at(&self) -> Instant {
        let tick = self.last_line + TICK;
        [self.rest_at(), self.stopping.map(|(_, until)| until)]
            .into_iter()
            .flatten()
            .fold(tick, Instant::min)
    }

    /// One payload of the server. False: nobody reads any more.
    async fn event(&mut self, payload: &str) -> bool {
        let unwrapped = if self.plan.all {
            unwrap(payload)
        } else {
            Some(payload)
        };
        let Some(payload) = unwrapped else { return true };
        let Ok(seen) = observe(payload) else {
            tracing::warn!("the server sent something that is no JSON object; it is left out");
            return true;
        };
        if claims_to_be_ours(&seen) {
            tracing::warn!("the server sent a line of a type under {PREFIX}, which is ours; it is refused");
            return true;
        }
        if seen.session.is_none()
            && let Some(id) = &seen.id
        {
            self.seen.start_at(id);
        }
        let (session, id) = (seen.session.as_deref(), seen.id.as_deref());
        if !self.family.owns(&seen) || !self.seen.is_news(&seen.event, session, id) {
            return true;
        }
        if self.family.is_root(&seen) {
            self.rest.observe(&seen.event);
        }
        self.finished.observe(&seen);
        self.last_event = Instant::now();
        self.stamped(payload).await
    }

    /// Writes a payload with its time in front. False: nobody reads any more.
    pub(super) async fn stamped(&mut self, payload: &str) -> bool {
        match stamp(payload, self.clock.now()) {
            Some(line) => self.send(line).await,
            None => true,
        }
    }

    pub(super) async fn tick(&mut self) -> bool {
        if self.last_line.elapsed() < TICK {
            return true;
        }
        let mut line = Vec::new();
        record::append(&mut line, self.clock.now(), &Tick {});
        self.send(line).await
    }

    /// Hands the line over; waits while the reader is slow. False: nobody reads any more.
    async fn send(&mut self, line: Vec<u8>) -> bool {
        self.unsent.push_back(line);
        while let Some(next) = self.unsent.front() {
            let Some(room) = self.sink.room(next.len()).await else {
                return false;
            };
            if let Some(next) = self.unsent.pop_front() {
                room.put(next);
            }
        }
        self.last_line = Instant::now();
        true
    }

    /// Writes a line of ours.
    pub(super) async fn tell(&mut self, record: &impl Record) -> Result<(), Failure> {
        let mut line = Vec::new();
        record::append(&mut line, self.clock.now(), record);
        if self.send(line).await {
            Ok(())
        } else {
            Err(Failure::reader_left())
        }
    }

    fn opened(&self, ready: &Ready) -> Opened {
        let asked = self
            .plan
            .directory
            .as_ref()
            .map(|d| d.to_string_lossy().into_owned());
        Opened {
            session_id: self.session.clone(),
            server: Some(self.server.url().to_string()),
            version: Some(ready.version.clone()),
            directory: ready.directory.clone().or(asked),
            task: self.plan.task.clone(),
            model: self.plan.model.clone(),
            spawned: matches!(self.plan.source, Source::Spawn(_)),
            pid: matches!(self.plan.source, Source::Spawn(_)).then(std::process::id),
            follow: self.plan.follow,
            replay: false,
        }
    }

    /// A signal came: what we started ends, and its last events are still told.
    async fn begin_to_stop(&mut self, stop: Stop) {
        self.stopping = Some((stop, Instant::now() + LAST_WORDS));
        if self.plan.task.is_none() && matches!(self.plan.source, Source::Attach(_)) {
            // Somebody else's session goes on without us.
            self.stopping = Some((stop, Instant::now()));
            return;
        }
        let Some(id) = &self.session else { return };
        match timeout(LAST_WORDS, self.server.abort(id)).await {
            Ok(Ok(())) => {}
            Ok(Err(failure)) => tracing::warn!("{failure}"),
            Err(_) => tracing::warn!("the server did not take the abort in time"),
        }
    }
}

/// Whether a server event carries a type that only we may write.
fn claims_to_be_ours(seen: &Observation) -> bool {
    matches!(seen.event, crate::wire::Event::Record { .. })
}
