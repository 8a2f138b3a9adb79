//! Restores a lost connection, recovers what was missed, and reports the gap.

use super::backoff::{LONGEST_PAUSE, SHORTEST_PAUSE, pauses};
use super::end::{End, Interruption, StepError};
use super::idle::IdleTimer;
use super::options::Plan;
use super::present::Present;
use super::recover::{Recovered, recover};
use super::spawn::SpawnedServer;
use super::sse::Feed;
use super::stop_reason::Stop;
use super::writer::Writer;
use crate::server::{Error, Server};
use crate::stream::tracking::Tracker;
use crate::wire::record::Gap;
use backon::ExponentialBackoff;
use std::time::Duration;
use tokio::time::{Instant, sleep_until, timeout};

/// How long one attempt may take. A healthy server sends its first event within milliseconds.
const LONGEST_ATTEMPT: Duration = Duration::from_secs(5);

/// A connection that lasted this long was a good one, so the next pause is short again. It is the time between two
/// heartbeats.
const STABLE: Duration = Duration::from_secs(10);

/// How often we check whether our own server still runs.
const POLL: Duration = Duration::from_millis(100);

/// A time without a connection.
pub(super) struct Outage {
    reason: String,
    /// When the last byte arrived.
    since: Instant,
    failed_attempts: u32,
}

impl Outage {
    pub fn new(reason: String, since: Instant) -> Self {
        Self { reason, since, failed_attempts: 0 }
    }

    /// The record of this outage; counts what was recovered.
    pub fn gap(&self, tracker: &mut Tracker, complete: bool) -> Gap {
        Gap {
            session_id: tracker.session.clone(),
            lasted: i64::try_from(self.since.elapsed().as_millis()).unwrap_or(i64::MAX),
            attempts: self.failed_attempts,
            recovered: std::mem::take(&mut tracker.unreported),
            complete,
            reason: self.reason.clone(),
        }
    }
}

/// Takes note of an attempt that failed. One that failed after the gap was reported begins another outage.
fn lost(outage: &mut Option<Outage>, why: String) {
    match outage {
        Some(outage) => outage.failed_attempts += 1,
        None => *outage = Some(Outage::new(why, Instant::now())),
    }
}

/// The connection to the server, while it stands and while it is lost.
pub(super) struct Connection<'a> {
    plan: &'a Plan,
    pub server: Server,
    /// The server's process, when we started it.
    own: Option<&'a mut SpawnedServer>,
    since: Instant,
    pauses: ExponentialBackoff,
    /// The outage that has not been reported, if the connection is lost.
    pub outage: Option<Outage>,
}

impl<'a> Connection<'a> {
    pub fn new(plan: &'a Plan, server: Server, own: Option<&'a mut SpawnedServer>) -> Self {
        Self { plan, server, own, since: Instant::now(), pauses: pauses(), outage: None }
    }

    /// Whether the server that we started has ended, or what keeps it: if that is killed, the server may live on, and
    /// its end is ours to bring about.
    pub fn has_ended(&mut self) -> bool {
        self.own.as_mut().is_some_and(|own| SpawnedServer::has_ended(own))
    }

    /// Restores the connection, or returns why the stream ends.
    pub async fn reconnect(
        &mut self,
        outage: Outage,
        tracker: &mut Tracker,
        idle: &mut IdleTimer,
        writer: &mut Writer,
    ) -> Result<Feed, End> {
        let start = Instant::now();
        tracing::info!("lost the server ({}); trying again", outage.reason);
        if self.since.elapsed() >= STABLE {
            self.pauses = pauses();
        }
        self.outage = Some(outage);
        loop {
            let left = self.plan.reconnect.saturating_sub(start.elapsed());
            let pause = self.pauses.next().unwrap_or(LONGEST_PAUSE);
            self.pause(pause.min(left), writer).await?;
            let left = self.plan.reconnect.saturating_sub(start.elapsed());
            match self.attempt(left, tracker, idle, writer).await {
                Ok(feed) => {
                    self.since = Instant::now();
                    return Ok(feed);
                }
                Err(Interruption::End(end)) => return Err(end),
                Err(Interruption::Lost(why)) if start.elapsed() >= self.plan.reconnect => {
                    return Err(End::ServerGone(why));
                }
                Err(Interruption::Lost(why)) => {
                    tracing::debug!("still lost: {why}");
                    lost(&mut self.outage, why);
                }
            }
        }
    }

    /// One attempt: connects, recovers what was missed, and asks what the session does now.
    async fn attempt(
        &mut self,
        left: Duration,
        tracker: &mut Tracker,
        idle: &mut IdleTimer,
        writer: &mut Writer,
    ) -> Result<Feed, Interruption> {
        let feed = self.listen(left, writer).await?;
        if let Some(id) = tracker.session.as_deref() {
            // The server may have lost the session, and would then never say that it ended.
            writer.wait_for(self.server.session(id)).await.map_err(Interruption::retry_if_transient)?;
        }
        let Recovered { complete, sessions } = recover(&self.server, tracker, idle, writer).await?;
        if let Some(outage) = self.outage.take() {
            writer.record(&outage.gap(tracker, complete)).await?;
        }
        // Before its task is given, being idle means nothing.
        if tracker.started || self.plan.task.is_none() {
            Present::new(&self.server, tracker, &sessions).emit(idle, writer).await?;
        }
        Ok(feed)
    }

    /// Waits for a connection that sends events, but no longer than is left.
    async fn listen(&self, left: Duration, writer: &mut Writer) -> Result<Feed, StepError> {
        let limit = left.clamp(SHORTEST_PAUSE, LONGEST_ATTEMPT);
        let open = async {
            let opened = timeout(limit, Feed::open(&self.server, self.plan.scope(), self.plan.silence)).await;
            opened.unwrap_or_else(|_| {
                Err(Error::NoEvents { url: self.server.url().to_string(), cause: format!("no event within {limit:?}") })
            })
        };
        writer.wait_for(open).await
    }

    /// Waits, writing ticks. When our own server has ended, it will not come back.
    async fn pause(&mut self, pause: Duration, writer: &mut Writer) -> Result<(), End> {
        let until = Instant::now() + pause;
        loop {
            if self.has_ended() {
                return Err(End::ServerGone(
                    "the server that was started here has ended; see its output above, or its log".to_owned(),
                ));
            }
            if Instant::now() >= until {
                return Ok(());
            }
            sleep_until(until.min(writer.tick_at()).min(Instant::now() + POLL)).await;
            if writer.tick().await.is_err() {
                return Err(End::Stopped(Stop::ReaderLeft));
            }
        }
    }
}
