//! How a stream ends, and its last lines.

use super::end::End;
use super::options::Plan;
use super::reconnect::Connection;
use super::stop::{Stop, Stops};
use super::writer::Writer;
use crate::exit::{Code, Failure};
use crate::pipe::shutdown::STREAM_DRAIN;
use crate::server::Server;
use crate::stream::tracking::Tracker;
use crate::wire::record::{CloseReason, Closed};
use tokio::time::timeout;

/// Writes the last lines, waits until the reader has them, and returns what the program ends with.
pub(super) async fn close(
    end: End,
    plan: &Plan,
    mut connection: Connection<'_>,
    mut tracker: Tracker,
    writer: Writer,
    stops: &mut Stops,
) -> Result<Code, Failure> {
    let (reason, detail, signal) = match &end {
        End::Rest => (CloseReason::Rest, "the session is idle".to_owned(), None),
        End::ServerGone(why) => (CloseReason::ServerGone, why.clone(), None),
        End::NotAllowed(error) => (CloseReason::NotAllowed, error.to_string(), None),
        End::Failed(error) => (CloseReason::Failed, error.to_string(), None),
        End::Stopped(Stop::Signal(signal)) => (CloseReason::Interrupted, "interrupted".to_owned(), Some(*signal)),
        End::Stopped(Stop::ReaderLeft) => {
            // As after a signal, what we started ends with us.
            abort_own_session(plan, &connection.server, &tracker).await;
            return match timeout(STREAM_DRAIN, writer.finish()).await {
                Ok(Err(failure)) => Err(failure),
                _ => Ok(Code::ReaderLeft),
            };
        }
    };
    let closed = Closed { session_id: tracker.session.clone(), reason, detail, signal };
    let server = connection.server.url().to_string();
    let last_lines = write_last_lines(closed, &mut connection, &mut tracker, writer);
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
async fn write_last_lines(
    closed: Closed,
    connection: &mut Connection<'_>,
    tracker: &mut Tracker,
    mut writer: Writer,
) -> Result<(), Failure> {
    let is_the_reason = matches!(closed.reason, CloseReason::ServerGone | CloseReason::NotAllowed);
    let gap = connection.outage.take().filter(|_| !is_the_reason);
    if let Some(outage) = gap
        && writer.record(&outage.gap(tracker, false)).await.is_err()
    {
        return Err(Failure::reader_left());
    }
    if writer.record(&closed).await.is_err() {
        return Err(Failure::reader_left());
    }
    writer.finish().await
}

/// Aborts what the session does, if we gave it its task. Other sessions go on without us.
pub(super) async fn abort_own_session(plan: &Plan, server: &Server, tracker: &Tracker) {
    let Some(id) = tracker.session.as_deref().filter(|_| plan.owns_session()) else {
        return;
    };
    match timeout(STREAM_DRAIN, server.abort(id)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!("{error}"),
        Err(_) => tracing::warn!("the server did not confirm the abort in time"),
    }
}
