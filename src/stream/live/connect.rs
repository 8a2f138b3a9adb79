//! Everything before the first line: the server, the session, the connection.

use super::backoff::pauses;
use super::options::{Plan, Source};
use super::spawn::SpawnedServer;
use super::sse::Feed;
use crate::exit::{Code, Failure};
use crate::server::{Error, Server, Session};
use crate::stream::tracking::Tracker;
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// How often the first connection is tried.
const ATTEMPTS: u32 = 3;

/// How long everything before the first line may take, besides `--reconnect-timeout`: a slow server's start, and the log
/// of a long day.
const PREPARING: Duration = Duration::from_mins(5);

/// Everything that must work before the first line is written.
pub(super) struct Ready {
    pub server: Server,
    pub version: String,
    pub tracker: Tracker,
    pub feed: Feed,
}

/// Connects. `own` becomes the server that is started on the way, if any.
pub(super) async fn connect(plan: &Plan, own: &mut Option<SpawnedServer>) -> Result<Ready, Failure> {
    let limit = PREPARING + plan.reconnect;
    let ready = timeout(limit, prepare(plan, own)).await;
    ready.unwrap_or_else(|_| {
        let limit = limit.as_secs();
        Err(Failure::new(
            Code::Unreachable,
            format_args!("the server did not say what it has within {limit} s; look at its log, or start another"),
        ))
    })
}

async fn prepare(plan: &Plan, own: &mut Option<SpawnedServer>) -> Result<Ready, Failure> {
    let url = match &plan.source {
        Source::Spawn(spawn) => own.insert(SpawnedServer::start(spawn).await?).url(),
        Source::Attach(url) => url.clone(),
    };
    let mut server = Server::new(url.clone(), plan.directory.clone(), &plan.credentials)?;
    let version = server.version().await?;
    let mut session = None;
    if let Some(id) = &plan.session {
        let found = server.session(id).await?;
        // Events are sent by directory, and the session's own is the one with its events.
        let directory = found.directory.clone().map(PathBuf::from).or_else(|| plan.directory.clone());
        server = Server::new(url, directory, &plan.credentials)?;
        session = Some(found);
    }
    let creates_session = session.is_none() && plan.task.is_some();
    let watches_directory = session.is_none() && !plan.all && !creates_session;
    let mut directory = session.as_ref().and_then(|s| s.directory.clone());
    if watches_directory {
        directory = Some(server.directory().await?);
    }
    let mut tracker = None;
    if !creates_session && !plan.from_start {
        tracker = Some(track_from_now(plan, &server, session.as_ref(), directory.clone()).await?);
    }
    // Listen before the session begins, so that nothing is missed.
    let feed = listen(plan, &server).await?;
    if creates_session {
        let created = server.create_session().await?;
        directory.clone_from(&created.directory);
        session = Some(created);
    }
    Ok(Ready { server, version, tracker: tracker.unwrap_or_else(|| Tracker::new(session.as_ref(), directory)), feed })
}

/// Reads what was there before us. A long answer may break off on its way.
async fn track_from_now(
    plan: &Plan,
    server: &Server,
    session: Option<&Session>,
    directory: Option<String>,
) -> Result<Tracker, Error> {
    let (start, mut pauses) = (Instant::now(), pauses());
    loop {
        match Tracker::from_now(server, session, directory.clone()).await {
            Err(error) if error.is_transient() && start.elapsed() < plan.reconnect => {
                sleep(pauses.next().unwrap_or_default()).await;
            }
            outcome => return outcome,
        }
    }
}

/// Opens the event stream. A server that is just starting may drop its first listeners.
async fn listen(plan: &Plan, server: &Server) -> Result<Feed, Error> {
    let (start, mut attempts) = (Instant::now(), 1);
    loop {
        match Feed::open(server, plan.all, plan.silence).await {
            // A server that was silent for so long will be silent again.
            Err(error) if error.is_transient() && attempts < ATTEMPTS && start.elapsed() < plan.silence => {
                attempts += 1;
            }
            outcome => return outcome,
        }
    }
}
