//! Ends what a session does, looks whether it took, tries again, and at last ends the processes.

use super::processes;
use super::settings::Limits;
use crate::server::Server;
use crate::wire::record::Phase;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

/// How often a session is asked whether it has ended. Measured: an abort takes 80 ms.
const POLL: Duration = Duration::from_millis(100);

/// What to end.
pub(super) struct Abort<'a> {
    pub server: &'a Server,
    pub limits: Limits,
    pub session: &'a str,
    /// The child in which the trouble is.
    pub child: Option<&'a str>,
    /// The process that owns the server, where it is on this machine and ours.
    pub owner: Option<u32>,
}

/// Ends it; what came of it, for a person. `tell` is told of stronger means before they are used.
pub(super) async fn abort(
    asked: &Abort<'_>,
    mut seen: watch::Receiver<Option<String>>,
    tell: &impl Fn(Phase, &str),
) -> (Phase, String) {
    let begun = Instant::now();
    let mut why = String::new();
    // Only what the stream shows from now on proves anything.
    seen.mark_unchanged();
    for attempt in 1..=asked.limits.attempts {
        for session in asked.child.into_iter().chain([asked.session]) {
            if let Err(failure) = asked.server.abort(session).await {
                why = failure.message;
            }
        }
        match confirmed(asked, &mut seen).await {
            Ok(how) => {
                let took = begun.elapsed().as_millis();
                return (
                    Phase::Taken,
                    format!("{how} after {took} ms, attempt {attempt}; its changes are kept"),
                );
            }
            Err(reason) if why.is_empty() => why = reason,
            Err(_) => {}
        }
    }
    escalate(asked, &mut seen, tell, why).await
}

/// Ends the processes of a server that belongs to this pipe: first the tools, then the server.
async fn escalate(
    asked: &Abort<'_>,
    seen: &mut watch::Receiver<Option<String>>,
    tell: &impl Fn(Phase, &str),
    why: String,
) -> (Phase, String) {
    let attempts = asked.limits.attempts;
    let Some(owner) = asked.owner else {
        return (
            Phase::Failed,
            format!("{why} ({attempts} attempts; the server is not ours to end)"),
        );
    };
    tell(
        Phase::Escalated,
        &format!("{why} ({attempts} attempts); ending its tools"),
    );
    processes::end_tools(owner);
    if let Ok(how) = confirmed(asked, seen).await {
        return (Phase::Taken, format!("{how}, once its tools were ended"));
    }
    tell(
        Phase::Escalated,
        "its tools are ended and it goes on; ending the server",
    );
    if processes::end_server(owner) {
        (
            Phase::Taken,
            "the server was ended; its changes are kept".to_owned(),
        )
    } else {
        (
            Phase::Failed,
            format!("{why}; the server is gone already, or cannot be ended"),
        )
    }
}

/// Waits until the stream or the server itself says that the session rests.
async fn confirmed(
    asked: &Abort<'_>,
    seen: &mut watch::Receiver<Option<String>>,
) -> Result<&'static str, String> {
    let until = Instant::now() + asked.limits.confirm;
    let mut why = "the server took the abort, but the session goes on".to_owned();
    while Instant::now() < until {
        if seen.has_changed().unwrap_or(false) && seen.borrow_and_update().as_deref() == Some(asked.session) {
            return Ok("the stream shows it at rest");
        }
        match asked.server.is_busy(asked.session).await {
            Ok(false) => return Ok("the server says it rests"),
            Ok(true) => {}
            Err(failure) => why = failure.message,
        }
        tokio::select! {
            _ = seen.changed() => {
                // Looked at above, in the next round.
                seen.mark_changed();
            }
            () = sleep(POLL) => {}
        }
    }
    Err(why)
}
