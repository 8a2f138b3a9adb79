//! Ends a stream, and writes its last lines.

use super::Live;
use super::end::End;
use super::stop_reason::{Stop, Stops};
use crate::exit::{Code, Failure};
use crate::pipe::shutdown::STREAM_DRAIN;
use crate::server::Error;
use crate::wire::record::{CloseReason, Closed};
use tokio::time::timeout;

impl Live<'_> {
    /// Writes the last lines, waits until the reader has them, and returns what the program ends with.
    pub(super) async fn close(self, end: End, stops: &mut Stops) -> Result<Code, Failure> {
        let (reason, detail, signal) = match &end {
            End::Rest => (CloseReason::Rest, "the session is idle".to_owned(), None),
            End::ServerGone(why) => (CloseReason::ServerGone, why.clone(), None),
            End::NotAllowed(error) => (CloseReason::NotAllowed, error.to_string(), None),
            End::Failed(error) => (CloseReason::Failed, error.to_string(), None),
            End::Stopped(Stop::Signal(signal)) => (CloseReason::Interrupted, "interrupted".to_owned(), Some(*signal)),
            End::Stopped(Stop::ReaderLeft) => {
                // As after a signal, what we started ends with us.
                self.abort_own_session().await;
                return match timeout(STREAM_DRAIN, self.writer.finish()).await {
                    Ok(Err(failure)) => Err(failure),
                    _ => Ok(Code::ReaderLeft),
                };
            }
        };
        let closed = Closed { session_id: self.tracker.session.clone(), reason, detail, signal, exit_code: None };
        let server = self.connection.server.url().to_string();
        let last_lines = self.write_last_lines(closed);
        // After a signal, a reader that does not read must not keep us.
        match end {
            End::Stopped(stop) => timeout(STREAM_DRAIN, last_lines).await.unwrap_or(Ok(())).map(|()| stop.code()),
            end => tokio::select! {
                biased;
                written = last_lines => written.and_then(|()| end.outcome(&server)),
                signal = stops.signal() => Ok(signal.code()),
            },
        }
    }

    /// Writes the open gap, unless it is the reason that we close, and then `closed`.
    async fn write_last_lines(mut self, closed: Closed) -> Result<(), Failure> {
        let is_the_reason = matches!(closed.reason, CloseReason::ServerGone | CloseReason::NotAllowed);
        let gap = self.connection.outage.take().filter(|_| !is_the_reason);
        if let Some(outage) = gap
            && self.writer.record(&outage.gap(&mut self.tracker, false)).await.is_err()
        {
            return Err(Failure::reader_left());
        }
        if self.writer.record(&closed).await.is_err() {
            return Err(Failure::reader_left());
        }
        self.writer.finish().await
    }

    /// Aborts what the session and those below it do, if we gave it its task. Other sessions go on without us.
    pub(super) async fn abort_own_session(&self) {
        let Some(id) = self.tracker.session.as_deref().filter(|_| self.plan.owns_session()) else {
            return;
        };
        match timeout(STREAM_DRAIN, self.abort_family(id)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!("{error}"),
            Err(_) => tracing::warn!("the server did not confirm the abort in time"),
        }
    }

    async fn abort_family(&self, root: &str) -> Result<(), Error> {
        let server = &self.connection.server;
        let mut aborted = server.abort(root).await;
        for child in self.idle.working() {
            // It may work in another directory, and can be aborted only there.
            let child_aborted = async {
                let home = server.in_directory(server.session(child).await?.directory);
                home.abort(child).await
            };
            aborted = aborted.and(child_aborted.await);
        }
        aborted
    }
}
