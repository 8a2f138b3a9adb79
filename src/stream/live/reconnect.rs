//! A lost connection: got back with growing pauses, what was missed told, and the gap said.

use super::Live;
use super::close::End;
use super::spawn::OwnServer;
use super::sse::{Feed, silent};
use super::stop::Stop;
use crate::exit::{Code, Failure};
use crate::wire::record::Gap;
use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use std::time::Duration;
use tokio::time::{Instant, sleep_until, timeout};

/// The pauses between attempts: from a tenth of a second to five, with jitter, so that a server that
/// comes back is not met by everybody at once.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How long one attempt may take to bring a connection that speaks. A healthy server greets in milliseconds.
const LONGEST_ATTEMPT: Duration = Duration::from_secs(5);

/// A connection that lasted so long was a good one: the next pause is short again. It is the time between
/// two heartbeats.
const STEADY: Duration = Duration::from_secs(10);

/// How often it is looked whether a server of our own still runs.
const LOOK: Duration = Duration::from_millis(100);

/// A connection that is lost.
pub(crate) struct Lost {
    /// Why, for a person.
    why: String,
    /// When something was heard last.
    heard: Instant,
    /// How many attempts to get it back have failed.
    attempts: u32,
}

impl Lost {
    /// What is said of it.
    pub(crate) fn gap(&self, session_id: Option<String>, recovered: u64, complete: bool) -> Gap {
        Gap {
            session_id,
            lasted: i64::try_from(self.heard.elapsed().as_millis()).unwrap_or(i64::MAX),
            attempts: self.attempts,
            recovered,
            complete,
            reason: self.why.clone(),
        }
    }
}

/// What keeps the stream from going on as it did.
pub(crate) enum Trouble {
    /// The connection is lost, or could not be had back: why, for a person.
    Lost(String),
    /// The stream ends.
    End(End),
}

impl Trouble {
    /// What it means where nothing has worked yet: an error that stays is not waited out.
    pub(crate) fn at_first(failure: Failure) -> Self {
        match failure.code {
            Code::Error | Code::Usage => Self::End(End::Failed(failure)),
            _ => Self::from(failure),
        }
    }

    /// What it means where it cannot be tried again.
    pub(crate) fn for_good(failure: Failure) -> Self {
        match Self::at_first(failure) {
            Self::Lost(why) => Self::End(End::ServerGone(why)),
            end @ Self::End(_) => end,
        }
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        match failure.code {
            Code::NotAllowed => Self::End(End::NotAllowed(failure)),
            Code::ReaderLeft => Self::End(End::Stopped(Stop::ReaderLeft)),
            _ => Self::Lost(failure.message),
        }
    }
}

/// The pauses of a server that has just been lost.
pub(crate) fn pauses() -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(FIRST_PAUSE)
        .with_max_delay(LONGEST_PAUSE)
        .with_jitter()
        .without_max_times()
        .build()
}

impl Live<'_> {
    /// Gets the connection back, or says how the stream ends. Nothing has been heard since `heard`.
    pub(crate) async fn reconnect(&mut self, why: String, heard: Instant) -> Result<Feed, End> {
        let since = Instant::now();
        tracing::info!("lost the server ({why}); trying again");
        if self.connected.elapsed() >= STEADY {
            self.pauses = pauses();
        }
        self.lost = Some(Lost {
            why,
            heard,
            attempts: 0,
        });
        loop {
            let left = self.plan.reconnect.saturating_sub(since.elapsed());
            let pause = self.pauses.next().unwrap_or(LONGEST_PAUSE);
            self.pass_time(pause.min(left)).await?;
            let left = self.plan.reconnect.saturating_sub(since.elapsed());
            match self.connect_again(left).await {
                Ok(feed) => {
                    self.connected = Instant::now();
                    return Ok(feed);
                }
                Err(Trouble::End(end)) => return Err(end),
                Err(Trouble::Lost(why)) if since.elapsed() >= self.plan.reconnect => {
                    return Err(End::ServerGone(why));
                }
                Err(Trouble::Lost(why)) => tracing::debug!("not yet: {why}"),
            }
            if let Some(lost) = &mut self.lost {
                lost.attempts += 1;
            }
        }
    }

    /// One attempt: a connection that speaks, what was missed, and what the session does now.
    async fn connect_again(&mut self, left: Duration) -> Result<Feed, Trouble> {
        let feed = self.listen(left).await?;
        if let Some(id) = self.ledger.session.clone() {
            // The server may have lost it, and then will never tell its end.
            let server = self.server.clone();
            self.ticking(server.session(&id))
                .await
                .map_err(Trouble::at_first)?;
        }
        let complete = self.recover().await?;
        if let Some(lost) = self.lost.take() {
            self.tell_gap(&lost, complete).await?;
        }
        self.look().await?;
        Ok(feed)
    }

    /// Waits for a connection that speaks, and not for longer than is left.
    async fn listen(&mut self, left: Duration) -> Result<Feed, Failure> {
        let (server, all, silence) = (self.server.clone(), self.plan.all, self.plan.silence);
        let limit = left.clamp(FIRST_PAUSE, LONGEST_ATTEMPT);
        let opening = async {
            let opened = timeout(limit, Feed::open(&server, all, silence)).await;
            opened.unwrap_or_else(|_| Err(silent(&server, &format!("no word within {limit:?}"))))
        };
        self.ticking(opening).await
    }

    async fn tell_gap(&mut self, lost: &Lost, complete: bool) -> Result<(), Failure> {
        let recovered = std::mem::take(&mut self.unsaid);
        let gap = lost.gap(self.ledger.session.clone(), recovered, complete);
        self.tell(&gap).await
    }

    /// The session rests, as far as was heard: asks the server whether it does, and for what the connection
    /// may have swallowed before anybody could know that it was dead.
    pub(crate) async fn settle(&mut self) -> Result<(), Trouble> {
        let heard = self.last_event;
        self.look().await?;
        if self.rest.certain_at().is_none() {
            return Ok(());
        }
        let complete = self.recover().await?;
        if self.unsaid > 0 || !complete {
            let why = "the connection had not told everything when the session came to rest".to_owned();
            let lost = Lost {
                why,
                heard,
                attempts: 0,
            };
            self.tell_gap(&lost, complete).await?;
        }
        Err(Trouble::End(End::Rest))
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
            sleep_until(until.min(self.tick_at()).min(Instant::now() + LOOK)).await;
            if self.tick().await.is_err() {
                return Err(End::Stopped(Stop::ReaderLeft));
            }
        }
    }
}
