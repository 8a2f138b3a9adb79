//! Aborts a session, confirms that it stopped, retries, and finally ends the server's processes.

use super::abort_scope::AbortScope;
use super::settings::AbortLimits;
use crate::pipe::Shutdown;
use crate::process::server_processes::ServerProcesses;
use crate::server::{self, Server, Session};
use crate::wire::record::Phase;
use std::io;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

/// How often the server is asked whether the session rests. Measured: an abort takes 80 ms.
const POLL: Duration = Duration::from_millis(100);

/// Shows which session the stream last saw at rest.
pub(super) type Rested = watch::Receiver<Option<String>>;

/// Why an attempt to abort a session did not succeed.
#[derive(Debug, thiserror::Error)]
enum Obstacle {
    /// A request failed.
    #[error(transparent)]
    Server(#[from] server::Error),
    /// The server at this URL did not confirm within so many seconds that the session ended.
    #[error("{0} did not confirm within {1} s")]
    Unconfirmed(String, u64),
    /// The server accepted the abort, but the session is still busy.
    #[error("the server accepted the abort, but the session goes on")]
    StillBusy,
}

impl Obstacle {
    /// Whether the server may be gone.
    fn is_unreachable(&self) -> bool {
        match self {
            Self::Server(error) => error.is_transient(),
            Self::Unconfirmed(..) => true,
            Self::StillBusy => false,
        }
    }
}

/// An abort request.
pub(super) struct Abort<'a> {
    pub server: &'a Server,
    pub limits: AbortLimits,
    pub session: &'a str,
    /// The child session with the problem.
    pub child: Option<&'a str>,
    /// The processes of the server, if this pipe started it.
    pub owned: Option<ServerProcesses>,
    pub shutdown: &'a Shutdown,
}

/// Aborts the session. Returns the result, for people. Calls `report` before each escalation.
pub(super) async fn abort(request: &Abort<'_>, mut rested: Rested, report: &impl Fn(Phase, &str)) -> (Phase, String) {
    let started = Instant::now();
    // An earlier rest proves nothing.
    rested.mark_unchanged();
    let mut attempt = 1;
    let failure = loop {
        match attempt_once(request, &mut rested).await {
            Ok(Confirmed { how, left_out }) => {
                let took = started.elapsed().as_millis();
                return (Phase::Taken, format!("{how} after {took} ms, attempt {attempt}{left_out}"));
            }
            // After a signal there is no time for further attempts.
            Err(failure) if attempt >= request.limits.attempts || request.shutdown.requested().is_some() => {
                break failure;
            }
            Err(_) => attempt += 1,
        }
    };
    escalate(request, &mut rested, report, attempt, &failure).await
}

/// Ends the processes of a server that this pipe started: first the tools, then the server.
async fn escalate(
    request: &Abort<'_>,
    rested: &mut Rested,
    report: &impl Fn(Phase, &str),
    attempts: u32,
    failure: &Obstacle,
) -> (Phase, String) {
    let why = format!("{failure} ({attempts} attempts)");
    let Some(owned) = request.owned else {
        return (Phase::Failed, format!("{why}; ocr did not start this server, so stop it yourself"));
    };
    let unlisted = |error: io::Error| {
        (Phase::Failed, format!("{why}; cannot list the processes ({error}), so stop the server yourself"))
    };
    match owned.is_running() {
        Ok(true) => {}
        Ok(false) if failure.is_unreachable() => {
            return (Phase::Taken, "the server is gone, and the session with it".to_owned());
        }
        Ok(false) => return (Phase::Failed, format!("{why}; cannot find the server's process, so stop it yourself")),
        Err(error) => return unlisted(error),
    }
    report(Phase::Escalated, &format!("{why}; ending its tools"));
    if let Err(error) = owned.end_tools() {
        return unlisted(error);
    }
    if let Ok(Confirmed { how, left_out }) = attempt_once(request, rested).await {
        return (Phase::Taken, format!("{how}, after its tools were ended{left_out}"));
    }
    report(Phase::Escalated, "the session goes on without its tools; ending the server");
    match owned.kill() {
        Ok(()) => (Phase::Taken, "the server was ended".to_owned()),
        Err(error) => unlisted(error),
    }
}

/// An abort that took.
struct Confirmed {
    /// What confirms it.
    how: &'static str,
    /// Which sessions of the scope were left out, as the end of a sentence.
    left_out: String,
}

/// Asks the server once and waits for the confirmation, both within the time limit.
async fn attempt_once(request: &Abort<'_>, rested: &mut Rested) -> Result<Confirmed, Obstacle> {
    let confirm = request.limits.confirm;
    let mut why = Obstacle::Unconfirmed(request.server.url().to_string(), confirm.as_secs());
    let attempt = timeout(confirm, abort_and_confirm(request, rested, &mut why)).await;
    attempt.unwrap_or(Err(why))
}

/// Returns once the session rests. Until then, `why` says why it does not.
async fn abort_and_confirm(
    request: &Abort<'_>,
    rested: &mut Rested,
    why: &mut Obstacle,
) -> Result<Confirmed, Obstacle> {
    let root = find(request, request.session, why).await?;
    let server = request.server.at_home(&root);
    if let Err(failure) = server.abort(request.session).await {
        *why = failure.into();
    }
    let mut scope = AbortScope::new(root);
    if let Some(child) = request.child {
        // Its own directory may be another one.
        match server.session(child).await {
            Ok(child) => scope.add_working(child),
            Err(failure) => {
                *why = failure.into();
                scope.add_working(Session { id: child.to_owned(), ..Session::default() });
                scope.is_incomplete = true;
            }
        }
    }
    match timeout(request.limits.confirm / 2, scope.descend(&server)).await {
        Ok(Ok(())) => {}
        Ok(Err(failure)) => *why = failure.into(),
        // What is known by now is aborted while there is time to confirm it.
        Err(_) => scope.is_incomplete = true,
    }
    for child in scope.busy_below() {
        if let Err(failure) = server.at_home(child).abort(&child.id).await {
            *why = failure.into();
        }
    }
    let how = confirmed(&server, &scope, rested, why).await?;
    Ok(Confirmed { how, left_out: scope.left_out() })
}

/// The session with its directory. In any other directory the server would report it as idle, as it does for every
/// session that it does not know there.
async fn find(request: &Abort<'_>, session: &str, why: &mut Obstacle) -> Result<Session, Obstacle> {
    loop {
        match request.server.session(session).await {
            Ok(session) => return Ok(session),
            // The server may come back.
            Err(failure) if failure.is_transient() => *why = failure.into(),
            Err(failure) => return Err(failure.into()),
        }
        sleep(POLL).await;
    }
}

/// Waits until the stream or the server shows that the whole scope rests.
async fn confirmed(
    server: &Server,
    scope: &AbortScope,
    rested: &mut Rested,
    why: &mut Obstacle,
) -> Result<&'static str, Obstacle> {
    loop {
        // The stream shows the rest of a single session only.
        let shown =
            rested.has_changed().unwrap_or(false) && rested.borrow_and_update().as_deref() == Some(scope.root());
        if shown && scope.is_alone() {
            return Ok("the stream shows the session at rest");
        }
        tokio::select! {
            busy = scope.busy_now(server) => match busy {
                Ok(busy) if scope.rests(&busy) => {
                    return Ok("the server reports the session at rest");
                }
                Ok(_) => *why = Obstacle::StillBusy,
                Err(failure) => *why = failure.into(),
            },
            Ok(()) = rested.changed() => {
                rested.mark_changed();
                continue;
            }
        }
        tokio::select! {
            // Handled at the top of the loop.
            Ok(()) = rested.changed() => rested.mark_changed(),
            () = sleep(POLL) => {}
        }
    }
}
