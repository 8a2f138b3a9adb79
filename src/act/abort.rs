//! Ends what a session does, looks whether it took, tries again, and at last ends the processes.

use super::settings::Limits;
use crate::pipe::shutdown;
use crate::process::owned_server::Owned;
use crate::server::{self, Server};
use crate::wire::record::Phase;
use std::fmt;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

/// How often a session is asked whether it has ended. Measured: an abort takes 80 ms.
const POLL: Duration = Duration::from_millis(100);

/// How many sessions below the one that is ended are looked after.
const FAMILY: usize = 200;

/// Why an attempt to abort a session did not succeed.
enum Obstacle {
    /// A request failed.
    Server(server::Error),
    /// The server did not confirm that the session ended, in so many seconds.
    Unconfirmed(String, u64),
    /// The server accepted the abort, and the session is still busy.
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

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(error) => error.fmt(f),
            Self::Unconfirmed(url, seconds) => write!(f, "{url} did not confirm within {seconds} s"),
            Self::StillBusy => f.write_str("the server took the abort, but the session goes on"),
        }
    }
}

impl From<server::Error> for Obstacle {
    fn from(error: server::Error) -> Self {
        Self::Server(error)
    }
}

/// What to end.
pub(super) struct Abort<'a> {
    pub server: &'a Server,
    pub limits: Limits,
    pub session: &'a str,
    /// The child in which the trouble is.
    pub child: Option<&'a str>,
    /// The server's processes, where it is on this machine and ours.
    pub owned: Option<Owned>,
}

/// Ends it; what came of it, for a person. `tell` is told of stronger means before they are used.
pub(super) async fn abort(
    asked: &Abort<'_>,
    mut seen: watch::Receiver<Option<String>>,
    tell: &impl Fn(Phase, &str),
) -> (Phase, String) {
    let begun = Instant::now();
    // Only what the stream shows from now on proves anything.
    seen.mark_unchanged();
    let mut attempt = 1;
    let failure = loop {
        match tried(asked, &mut seen).await {
            Ok(how) => {
                let took = begun.elapsed().as_millis();
                return (Phase::Taken, format!("{how} after {took} ms, attempt {attempt}"));
            }
            // Whoever sent a signal does not wait for all the attempts.
            Err(failure) if attempt >= asked.limits.attempts || shutdown::caught().is_some() => {
                break failure;
            }
            Err(_) => attempt += 1,
        }
    };
    escalate(asked, &mut seen, tell, attempt, &failure).await
}

/// Ends the processes of a server that belongs to this pipe: first the tools, then the server.
async fn escalate(
    asked: &Abort<'_>,
    seen: &mut watch::Receiver<Option<String>>,
    tell: &impl Fn(Phase, &str),
    attempts: u32,
    failure: &Obstacle,
) -> (Phase, String) {
    let why = format!("{failure} ({attempts} attempts)");
    let Some(owned) = asked.owned else {
        return (
            Phase::Failed,
            format!("{why}; the server is not ours to end: end it by hand"),
        );
    };
    if !owned.runs() {
        return if failure.is_unreachable() {
            (
                Phase::Taken,
                "the server is gone, and the session with it".to_owned(),
            )
        } else {
            (
                Phase::Failed,
                format!("{why}; no process of the server is found: end it by hand"),
            )
        };
    }
    tell(Phase::Escalated, &format!("{why}; ending its tools"));
    owned.end_tools();
    if let Ok(how) = tried(asked, seen).await {
        return (Phase::Taken, format!("{how}, once its tools were ended"));
    }
    tell(
        Phase::Escalated,
        "its tools are ended and it goes on; ending the server",
    );
    // It may have ended in between, which is what is wanted.
    owned.end_server();
    (Phase::Taken, "the server was ended".to_owned())
}

/// Asks the server once, and waits until it is confirmed: both together as long as the limit allows.
async fn tried(
    asked: &Abort<'_>,
    seen: &mut watch::Receiver<Option<String>>,
) -> Result<&'static str, Obstacle> {
    let confirm = asked.limits.confirm;
    let mut why = Obstacle::Unconfirmed(asked.server.url().to_string(), confirm.as_secs());
    let attempt = timeout(confirm, ask(asked, seen, &mut why)).await;
    attempt.unwrap_or(Err(why))
}

/// Never returns as long as the session goes on; what keeps it is in `why`.
async fn ask(
    asked: &Abort<'_>,
    seen: &mut watch::Receiver<Option<String>>,
    why: &mut Obstacle,
) -> Result<&'static str, Obstacle> {
    let server = at_home(asked, why).await?;
    if let Err(failure) = server.abort(asked.session).await {
        *why = failure.into();
    }
    let mut family = vec![asked.session.to_owned()];
    family.extend(asked.child.map(str::to_owned));
    if let Err(failure) = descend(&server, &mut family).await {
        *why = failure.into();
    }
    let busy = server.busy().await.unwrap_or_default();
    for child in family[1..].iter().filter(|child| busy.contains(*child)) {
        if let Err(failure) = server.abort(child).await {
            *why = failure.into();
        }
    }
    confirmed(&server, &family, seen, why).await
}

/// The server, asked about the session's own directory: about another one it would say that the session
/// rests, as it does of every session that it does not know there.
async fn at_home(asked: &Abort<'_>, why: &mut Obstacle) -> Result<Server, Obstacle> {
    loop {
        match asked.server.session(asked.session).await {
            Ok(session) => return Ok(asked.server.in_directory(session.directory.map(Into::into))),
            // It may come back.
            Err(failure) if failure.is_transient() => *why = failure.into(),
            Err(failure) => return Err(failure.into()),
        }
        sleep(POLL).await;
    }
}

/// Adds the children of the family's sessions, and theirs.
async fn descend(server: &Server, family: &mut Vec<String>) -> Result<(), server::Error> {
    let mut at = 0;
    while at < family.len() && family.len() < FAMILY {
        for child in server.children(&family[at]).await? {
            if !family.contains(&child.id) {
                family.push(child.id);
            }
        }
        at += 1;
    }
    Ok(())
}

/// Waits until the stream or the server itself says that the whole family rests.
async fn confirmed(
    server: &Server,
    family: &[String],
    seen: &mut watch::Receiver<Option<String>>,
    why: &mut Obstacle,
) -> Result<&'static str, Obstacle> {
    loop {
        // The stream speaks of one session alone.
        let shown =
            seen.has_changed().unwrap_or(false) && seen.borrow_and_update().as_ref() == family.first();
        if shown && family.len() == 1 {
            return Ok("the stream shows it at rest");
        }
        tokio::select! {
            busy = server.busy() => match busy {
                Ok(busy) if family.iter().all(|session| !busy.contains(session)) => {
                    return Ok("the server says it rests");
                }
                Ok(_) => *why = Obstacle::StillBusy,
                Err(failure) => *why = failure.into(),
            },
            Ok(()) = seen.changed() => {
                seen.mark_changed();
                continue;
            }
        }
        tokio::select! {
            // Looked at above, in the next round.
            Ok(()) = seen.changed() => seen.mark_changed(),
            () = sleep(POLL) => {}
        }
    }
}
