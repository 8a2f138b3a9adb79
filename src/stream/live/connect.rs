//! Prepares everything before the first line: the server, the session, the connection.

use super::backoff::pauses;
use super::options::{Plan, Source};
use super::spawn::SpawnedServer;
use super::sse::Feed;
use crate::exit::{Code, Failure};
use crate::server::{Credentials, Error, Server, Session};
use crate::stream::tracking::Tracker;
use std::path::Path;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use url::Url;

/// How often the first connection is tried.
const ATTEMPTS: u32 = 3;

/// How long the first answer may take before the question is repeated: a server that runs answers within milliseconds.
const FIRST_ANSWER: Duration = Duration::from_secs(3);

/// How long one request may wait for the server to prepare a directory before we say so and ask again.
const PREPARING: Duration = Duration::from_secs(5);

/// How long everything before the first line may take, besides `--reconnect-timeout`: a slow server's start, and the log
/// of a long day.
const PREPARING_LIMIT: Duration = Duration::from_mins(5);

/// Everything that must work before the first line is written.
pub(super) struct Ready {
    pub server: Server,
    pub version: String,
    pub tracker: Tracker,
    pub feed: Feed,
}

/// Connects. `own` becomes the server that is started on the way, if any.
pub(super) async fn connect(plan: &Plan, own: &mut Option<SpawnedServer>) -> Result<Ready, Failure> {
    let limit = plan.startup.max(PREPARING_LIMIT) + plan.reconnect;
    let ready = timeout(limit, prepare(plan, own)).await;
    ready.unwrap_or_else(|_| {
        let limit = limit.as_secs();
        Err(Failure::new(
            Code::Unreachable,
            format_args!("the server did not report its state within {limit} s; look at its log, or start another"),
        ))
    })
}

async fn prepare(plan: &Plan, own: &mut Option<SpawnedServer>) -> Result<Ready, Failure> {
    let deadline = Instant::now() + plan.startup;
    let (url, credentials) = match &plan.source {
        Source::Spawn(spawn) => {
            let own = own.insert(SpawnedServer::start(spawn, &plan.credentials, deadline).await?);
            check_password(own.url(), &spawn.program).await?;
            own.hide_password();
            (own.url(), own.credentials().clone())
        }
        Source::Attach(url) => (url.clone(), plan.credentials.clone()),
    };
    let mut server = Server::new(url, plan.directory.clone(), &credentials)?;
    let version = first_answer(|| server.version()).await?;
    let mut session = None;
    if let Some(id) = &plan.session {
        let found = server.session(id).await?;
        check_directory(plan, &found)?;
        // Events are sent by directory, and the session's own is the one with its events.
        server = server.in_directory(found.directory.clone());
        session = Some(found);
    }
    if !plan.all {
        prepare_directory(&server, deadline).await?;
    }
    let creates_session = plan.creates_session();
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
        check_directory(plan, &created)?;
        directory.clone_from(&created.directory);
        server = server.in_directory(created.directory.clone());
        session = Some(created);
    }
    Ok(Ready { server, version, tracker: tracker.unwrap_or_else(|| Tracker::new(session.as_ref(), directory)), feed })
}

/// Checks that a session works where the user said. Checks of the work run there as the user, so a server that somebody
/// else runs must not choose the directory.
fn check_directory(plan: &Plan, session: &Session) -> Result<(), Failure> {
    let (Source::Attach(_), Some(given), Some(directory)) = (&plan.source, &plan.directory, &session.directory) else {
        return Ok(());
    };
    let directory = Path::new(directory);
    if given == directory || directory.canonicalize().is_ok_and(|directory| directory == *given) {
        return Ok(());
    }
    let message = format_args!(
        "session {} works in {}, not in --working-dir {}; name that directory, or leave --working-dir out",
        session.id,
        directory.display(),
        given.display()
    );
    Err(Failure::new(Code::Usage, message))
}

/// The first answer of a server. `OpenCode` 1.18.33 never answers a request that reaches it before it says that it
/// listens, and answers the next one at once (measured).
async fn first_answer<T>(ask: impl AsyncFn() -> Result<T, Error>) -> Result<T, Error> {
    for _ in 1..ATTEMPTS {
        if let Ok(answer) = timeout(FIRST_ANSWER, ask()).await {
            return answer;
        }
    }
    ask().await
}

/// Checks that a server that we started rejects requests without its password. What starts it may have lost that, and
/// then any program on this machine could tell the agent what to do.
async fn check_password(url: Url, program: &Path) -> Result<(), Failure> {
    let stranger = Server::new(url, None, &Credentials::default())?;
    match first_answer(|| stranger.directory()).await {
        Err(Error::NotAllowed { .. }) => return Ok(()),
        // Another service that answers is as open as a server without a password.
        Err(error) if error.is_transient() && !matches!(error, Error::Foreign { .. }) => return Err(error.into()),
        Ok(_) | Err(_) => {}
    }
    let program = program.display();
    let message = format_args!(
        "{program} serve answers requests without a password, so it was ended: what starts it must pass on OPENCODE_SERVER_PASSWORD; name the program itself with --opencode"
    );
    Err(Failure::new(Code::NotAllowed, message))
}

/// Waits until the server has prepared the directory, at most until `deadline`: on the first request about a directory
/// it installs plugins and starts tool servers, and every other request waits for that.
async fn prepare_directory(server: &Server, deadline: Instant) -> Result<(), Failure> {
    let mut told = false;
    loop {
        let prepared = timeout(PREPARING, server.directory());
        match timeout_at(deadline, prepared).await {
            // The next request says what is wrong.
            Ok(Ok(prepared)) if !matches!(prepared, Err(Error::TimedOut { .. })) => return Ok(()),
            // The server goes on with its work, and the next request joins in.
            Ok(_) if Instant::now() < deadline => {}
            _ => return Err(not_prepared(server)),
        }
        if !std::mem::replace(&mut told, true) {
            tracing::warn!(
                "waiting for the server to prepare the directory: on the first request it installs plugins and starts tool servers; for up to {} s more (--startup-timeout)",
                deadline.saturating_duration_since(Instant::now()).as_secs()
            );
        }
    }
}

fn not_prepared(server: &Server) -> Failure {
    let message = format_args!(
        "the server at {} did not finish preparing the directory; allow more time with --startup-timeout, or look for a plugin or a tool server that does not start",
        server.url()
    );
    Failure::new(Code::Unreachable, message)
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
        match Feed::open(server, plan.scope(), plan.silence).await {
            // A server that was silent for so long will be silent again.
            Err(error) if error.is_transient() && attempts < ATTEMPTS && start.elapsed() < plan.silence => {
                attempts += 1;
            }
            outcome => return outcome,
        }
    }
}
