//! How a stream ends, and its last line.

use super::options::Source;
use super::stop::{Stop, Stops};
use super::{LAST_WORDS, Live};
use crate::exit::{Code, Failure};
use crate::wire::record::{CloseReason, Closed};
use tokio::time::{Instant, timeout};
use url::Url;

/// Why the stream ends.
pub(crate) enum End {
    Rest,
    ServerGone(String),
    Stopped(Stop),
    NotAllowed(Failure),
    /// An error that the person has to mend first.
    Failed(Failure),
}

impl Live<'_> {
    /// Writes the last lines, and waits until the reader has them.
    pub(crate) async fn close(mut self, end: End, stops: &mut Stops) -> Result<Code, Failure> {
        let (reason, detail, signal) = match &end {
            End::Rest => (CloseReason::Rest, "the session rests".to_owned(), None),
            End::ServerGone(why) => (CloseReason::ServerGone, why.clone(), None),
            End::NotAllowed(failure) => (CloseReason::NotAllowed, failure.message.clone(), None),
            End::Failed(failure) => (CloseReason::Failed, failure.message.clone(), None),
            End::Stopped(Stop::Signal(signal)) => {
                (CloseReason::Interrupted, "interrupted".to_owned(), Some(*signal))
            }
            End::Stopped(Stop::ReaderLeft) => return self.left().await,
        };
        let closed = Closed {
            session_id: self.ledger.session.clone(),
            reason,
            detail,
            signal,
        };
        self.stopping = signal.map(|s| (Stop::Signal(s), Instant::now() + LAST_WORDS));
        let server = self.server.url().clone();
        let last_words = self.last_words(closed);
        // A reader that does not read must not keep us once a signal came.
        match end {
            End::Stopped(stop) => timeout(LAST_WORDS, last_words)
                .await
                .unwrap_or(Ok(()))
                .map(|()| stop.code()),
            end => tokio::select! {
                biased;
                told = last_words => told.and_then(|()| outcome_of(end, &server)),
                signal = stops.signal() => Ok(signal.code()),
            },
        }
    }

    /// A gap that has not come to its end, unless that is why the stream ends, and why it does.
    async fn last_words(mut self, closed: Closed) -> Result<(), Failure> {
        let says_so = matches!(closed.reason, CloseReason::ServerGone | CloseReason::NotAllowed);
        if let Some(lost) = self.lost.take().filter(|_| !says_so) {
            self.tell(&lost.gap(self.ledger.session.clone(), self.unsaid, false))
                .await?;
        }
        self.tell(&closed).await?;
        self.sink.finish().await
    }

    /// Nobody reads any more, or nothing can be written, which is an error. As a signal does: what we started ends
    /// with us.
    async fn left(self) -> Result<Code, Failure> {
        self.abort_ours().await;
        match timeout(LAST_WORDS, self.sink.finish()).await {
            Ok(Err(failure)) if failure.code != Code::ReaderLeft => Err(failure),
            _ => Ok(Code::ReaderLeft),
        }
    }

    /// Ends what the session does, where we gave it something to do. Somebody else's session goes on without us.
    pub(crate) async fn abort_ours(&self) {
        let Some(id) = self.ledger.session.as_ref().filter(|_| self.is_ours()) else {
            return;
        };
        match timeout(LAST_WORDS, self.server.abort(id)).await {
            Ok(Ok(())) => {}
            Ok(Err(failure)) => tracing::warn!("{failure}"),
            Err(_) => tracing::warn!("the server did not take the abort in time"),
        }
    }

    /// Whether the work is ours: its task, or its server.
    pub(crate) fn is_ours(&self) -> bool {
        self.plan.task.is_some() || matches!(self.plan.source, Source::Spawn(_))
    }
}

fn outcome_of(end: End, server: &Url) -> Result<Code, Failure> {
    match end {
        End::ServerGone(why) => Err(Failure::new(
            Code::Unreachable,
            format_args!("the server at {server} is gone: {why}"),
        )),
        End::NotAllowed(failure) | End::Failed(failure) => Err(failure),
        End::Stopped(stop) => Ok(stop.code()),
        End::Rest => Ok(Code::Ok),
    }
}
