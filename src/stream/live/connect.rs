//! The way to the first line: the server, the session, the connection.

use super::options::{Plan, Source};
use super::reconnect::pauses;
use super::spawn::OwnServer;
use super::sse::Feed;
use crate::exit::{Code, Failure};
use crate::server::{Server, Session};
use crate::stream::tracking::Ledger;
use std::path::PathBuf;
use tokio::time::{Instant, sleep};

/// How often the first connection is tried.
const ATTEMPTS: u32 = 3;

/// Everything that must work before the first line is written.
pub(crate) struct Ready {
    pub server: Server,
    pub version: String,
    pub ledger: Ledger,
    pub feed: Feed,
}

/// Gets everything ready; `own` is the server that is started on the way, if any.
pub(crate) async fn prepare(plan: &Plan, own: &mut Option<OwnServer>) -> Result<Ready, Failure> {
    let url = match &plan.source {
        Source::Spawn(spawn) => own.insert(OwnServer::start(spawn).await?).url(),
        Source::Attach(url) => url.clone(),
    };
    let mut server = Server::new(url.clone(), plan.directory.clone(), &plan.credentials)?;
    let version = server.version().await?;
    let mut session = None;
    if let Some(id) = &plan.session {
        let found = server.session(id).await?;
        // Events are told by directory, and the session's own is the one where it speaks.
        let directory = found
            .directory
            .clone()
            .map(PathBuf::from)
            .or_else(|| plan.directory.clone());
        server = Server::new(url, directory, &plan.credentials)?;
        session = Some(found);
    }
    let begins = session.is_none() && plan.task.is_some();
    let watches_a_directory = session.is_none() && !plan.all;
    let mut directory = session.as_ref().and_then(|s| s.directory.clone());
    if watches_a_directory && !begins {
        directory = Some(server.directory().await?);
    }
    let mut noted = None;
    if !begins && !plan.from_start {
        noted = Some(note(plan, &server, session.as_ref(), directory.clone()).await?);
    }
    // Listen first, so that nothing of what the task brings is missed.
    let feed = listen(plan, &server).await?;
    if begins {
        let created = server.create_session().await?;
        directory.clone_from(&created.directory);
        session = Some(created);
    }
    Ok(Ready {
        server,
        version,
        ledger: noted.unwrap_or_else(|| Ledger::new(session.as_ref(), directory)),
        feed,
    })
}

/// What was there before us. A long answer may break off on its way.
async fn note(
    plan: &Plan,
    server: &Server,
    session: Option<&Session>,
    directory: Option<String>,
) -> Result<Ledger, Failure> {
    let (began, mut pauses) = (Instant::now(), pauses());
    loop {
        match Ledger::from_now(server, session, directory.clone()).await {
            Err(failure) if failure.code == Code::Unreachable && began.elapsed() < plan.reconnect => {
                sleep(pauses.next().unwrap_or_default()).await;
            }
            outcome => return outcome,
        }
    }
}

/// The connection. A server that is just starting may drop its first listeners.
async fn listen(plan: &Plan, server: &Server) -> Result<Feed, Failure> {
    let (began, mut attempts) = (Instant::now(), 1);
    loop {
        match Feed::open(server, plan.all, plan.silence).await {
            // One that was mute for so long will be so again.
            Err(failure)
                if failure.code == Code::Unreachable
                    && attempts < ATTEMPTS
                    && began.elapsed() < plan.silence =>
            {
                attempts += 1;
            }
            outcome => return outcome,
        }
    }
}
