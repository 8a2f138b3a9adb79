//! The way to the first line: the server, the session, the connection.

use super::feed::Feed;
use super::plan::{Plan, Source};
use super::spawn::OwnServer;
use crate::pipe::{Code, Failure};
use crate::server::{Server, Session};
use std::path::PathBuf;

/// How often the first connection is tried.
const ATTEMPTS: u32 = 3;

/// Everything that must work before the first line is written.
pub(super) struct Ready {
    pub server: Server,
    pub version: String,
    pub session: Option<Session>,
    /// The directory whose events are told; none: those of every directory.
    pub directory: Option<String>,
    pub feed: Feed,
}

/// Gets everything ready; `own` is the server that is started on the way, if any.
pub(super) async fn prepare(plan: &Plan, own: &mut Option<OwnServer>) -> Result<Ready, Failure> {
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
    // Listen first, so that nothing of what the task brings is missed.
    let feed = listen(plan, &server).await?;
    if session.is_none() && plan.task.is_some() {
        session = Some(server.create_session().await?);
    }
    let watches_a_directory = session.is_none() && !plan.all;
    let directory = match &session {
        Some(session) => session.directory.clone(),
        None if watches_a_directory => Some(server.directory().await?),
        None => None,
    };
    Ok(Ready {
        server,
        version,
        session,
        directory,
        feed,
    })
}

/// The connection. A server that is just starting may drop its first listeners.
async fn listen(plan: &Plan, server: &Server) -> Result<Feed, Failure> {
    let mut attempts = 1;
    loop {
        match Feed::open(server, plan.all, plan.silence).await {
            Err(failure) if failure.code == Code::Unreachable && attempts < ATTEMPTS => attempts += 1,
            outcome => return outcome,
        }
    }
}
