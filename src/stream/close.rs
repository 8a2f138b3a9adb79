//! How a stream ends, and its last line.

use super::live::{LAST_WORDS, Live};
use super::stop::Stop;
use crate::pipe::{Code, Failure};
use crate::wire::record::{CloseReason, Closed};
use tokio::time::{Instant, timeout};

/// Why the stream ends.
pub(super) enum End {
    Rest,
    ServerGone(String),
    Stopped(Stop),
    NotAllowed(Failure),
}

impl Live<'_> {
    /// Writes the last line, and waits until the reader has it.
    pub(super) async fn close(mut self, end: End) -> Result<Code, Failure> {
        let (reason, detail, signal) = match &end {
            End::Rest => (CloseReason::Rest, "the session rests".to_owned(), None),
            End::ServerGone(why) => (CloseReason::ServerGone, why.clone(), None),
            End::NotAllowed(failure) => (CloseReason::ServerGone, failure.message.clone(), None),
            End::Stopped(Stop::Signal(signal)) => {
                (CloseReason::Interrupted, "interrupted".to_owned(), Some(*signal))
            }
            End::Stopped(stop @ Stop::ReaderLeft) => return Ok(stop.code()),
        };
        let closed = Closed {
            session_id: self.session.clone(),
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
        match end {
            End::ServerGone(why) => Err(Failure::new(
                Code::Unreachable,
                format_args!("the server at {} is gone: {why}", self.server.url()),
            )),
            End::NotAllowed(failure) => Err(failure),
            _ => Ok(Code::Ok),
        }
    }
}
