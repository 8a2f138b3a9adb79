//! How a stream ends, and its last line.

use super::live::{LAST_WORDS, Live};
use super::plan::Source;
use super::stop::Stop;
use crate::pipe::{Code, Failure};
use crate::wire::record::{CloseReason, Closed};
use tokio::time::{Instant, timeout};
use url::Url;

/// Why the stream ends.
pub(super) enum End {
    Rest,
    ServerGone(String),
    Stopped(Stop),
    NotAllowed(Failure),
    /// An error that the person has to mend first.
    Failed(Failure),
}

impl Live<'_> {
    /// Writes the last line, and waits until the reader has it.
    pub(super) async fn close(mut self, end: End) -> Result<Code, Failure> {
        let (reason, detail, signal) = match &end {
            End::Rest => (CloseReason::Rest, "the session rests".to_owned(), None),
            End::ServerGone(why) => (CloseReason::ServerGone, why.clone(), None),
            End::NotAllowed(failure) => (CloseReason::NotAllowed, failure.message.clone(), None),
            End::Failed(failure) => (CloseReason::Failed, failure.message.clone(), None),
            End::Stopped(Stop::Signal(signal)) => {
                (CloseReason::Interrupted, "interrupted".to_owned(), Some(*signal))
            }
            End::Stopped(stop @ Stop::ReaderLeft) => {
                // As a signal does: what we started ends with us.
                self.abort_ours().await;
                return Ok(stop.code());
            }
        };
        let closed = Closed {
            session_id: self.ledger.session.clone(),
            reason,
            detail,
            signal,
        };
        self.stopping = signal.map(|s| (Stop::Signal(s), Instant::now() + LAST_WORDS));
        self.tell(&closed).await?;
        if let End::Stopped(stop) = end {
            // A reader that does not read must not keep us: the time is up.
            return timeout(LAST_WORDS, self.sink.finish())
                .await
                .unwrap_or(Ok(()))
                .map(|()| stop.code());
        }
        self.sink.finish().await?;
        outcome_of(end, self.server.url())
    }

    /// Ends what the session does, where we gave it something to do. Somebody else's session goes on without us.
    pub(super) async fn abort_ours(&self) {
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
    pub(super) fn is_ours(&self) -> bool {
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
