//! A lost connection: got back with growing pauses, what was missed told, and the gap said.

use super::close::End;
use super::feed::Feed;
use super::live::Live;
use super::spawn::OwnServer;
use super::stop::Stop;
use crate::pipe::{Code, Failure};
use crate::wire::record::Gap;
use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// The pauses between attempts: from a tenth of a second to five, with jitter, so that a server that
/// comes back is not met by everybody at once.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A connection that lasted so long was a good one: the next pause is short again. It is the time between
/// two heartbeats.
const STEADY: Duration = Duration::from_secs(10);

/// How often it is looked whether a server of our own still runs.
const LOOK: Duration = Duration::from_millis(100);

/// How an attempt failed.
enum Failed {
    /// It may work the next time.
    Attempt(Failure),
    /// The stream ends.
    End(End),
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        if failure.code == Code::NotAllowed {
            Self::End(End::NotAllowed(failure))
        } else {
            Self::Attempt(failure)
        }
    }
}

/// The pauses of a server that has just been lost.
pub(super) fn pauses() -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(FIRST_PAUSE)
        .with_max_delay(LONGEST_PAUSE)
        .with_jitter()
        .without_max_times()
        .build()
}

impl Live<'_> {
    /// Gets the connection back, or says how the stream ends.
    pub(super) async fn reconnect(&mut self, lost: &str) -> Result<Feed, End> {
        let since = Instant::now();
        tracing::info!("lost the server ({lost}); trying again");
        if self.connected.elapsed() >= STEADY {
            self.pauses = pauses();
        }
        let mut attempts = 0;
        loop {
            let left = self.plan.reconnect.saturating_sub(since.elapsed());
            let pause = self.pauses.next().unwrap_or(LONGEST_PAUSE);
            self.pass_time(pause.min(left)).await?;
            match self.connect_again(lost, since, attempts).await {
                Ok(feed) => {
                    self.connected = Instant::now();
                    return Ok(feed);
                }
                Err(Failed::End(end)) => return Err(end),
                Err(Failed::Attempt(failure)) if since.elapsed() >= self.plan.reconnect => {
                    return Err(End::ServerGone(failure.message));
                }
                Err(Failed::Attempt(failure)) => {
                    tracing::debug!("not yet: {failure}");
                    attempts += 1;
                }
            }
        }
    }

    /// One attempt: a connection that speaks, what was missed, and what the session does now.
    async fn connect_again(&mut self, lost: &str, since: Instant, attempts: u32) -> Result<Feed, Failed> {
        let feed = Feed::open(&self.server, self.plan.all, self.plan.silence).await?;
        let lasted = since.elapsed();
        self.tell_gap(lost, lasted, attempts, true).await?;
        let mut works = true;
        if let Some(id) = &self.session {
            works = self.server.is_busy(id).await?;
        }
        if !works {
            self.rest.rested();
        }
        Ok(feed)
    }

    /// Tells what was missed, and says what the gap was; with nothing missed only where `lost` is certain.
    async fn tell_gap(
        &mut self,
        lost: &str,
        lasted: Duration,
        attempts: u32,
        certain: bool,
    ) -> Result<(), Failed> {
        let recovered = self.recover().await?;
        let reader_left = || Failed::End(End::Stopped(Stop::ReaderLeft));
        if !recovered.read {
            return Err(reader_left());
        }
        if !certain && self.unsaid == 0 {
            return Ok(());
        }
        let gap = Gap {
            session_id: self.session.clone(),
            lasted: i64::try_from(lasted.as_millis()).unwrap_or(i64::MAX),
            attempts,
            recovered: std::mem::take(&mut self.unsaid),
            complete: recovered.complete,
            reason: lost.to_owned(),
        };
        self.tell(&gap).await.map_err(|_| reader_left())
    }

    /// The session rests, as far as was heard: asks the server whether it does, and for what the connection
    /// may have swallowed before anybody could know that it was dead.
    pub(super) async fn settle(&mut self) -> Result<Option<Feed>, End> {
        let quiet = self.last_event.elapsed();
        let outcome = match self.certainly_rests().await {
            Ok(false) => {
                self.rest.works();
                return Ok(None);
            }
            Ok(true) => {
                let lost = "the connection had not told everything when the session came to rest";
                self.tell_gap(lost, quiet, 0, false).await
            }
            Err(failure) => Err(failure.into()),
        };
        match outcome {
            Ok(()) => Err(End::Rest),
            Err(Failed::End(end)) => Err(end),
            Err(Failed::Attempt(failure)) => self.reconnect(&failure.message).await.map(Some),
        }
    }

    async fn certainly_rests(&self) -> Result<bool, Failure> {
        match &self.session {
            Some(id) => Ok(!self.server.is_busy(id).await?),
            None => Ok(true),
        }
    }

    /// Waits, with a tick each second. Our own server, once ended, does not come back.
    async fn pass_time(&mut self, pause: Duration) -> Result<(), End> {
        let until = Instant::now() + pause;
        loop {
            if self.own.as_mut().is_some_and(|own| OwnServer::has_ended(own)) {
                return Err(End::ServerGone(
                    "it was started here and has ended; its own words are above, or in its log".to_owned(),
                ));
            }
            if Instant::now() >= until {
                return Ok(());
            }
            sleep_until(until.min(self.wake_at()).min(Instant::now() + LOOK)).await;
            if !self.tick().await {
                return Err(End::Stopped(Stop::ReaderLeft));
            }
        }
    }
}
