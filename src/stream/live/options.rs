//! The options that say what to watch.

use super::spawn::Spawn;
use crate::process::pipe_key::PipeKey;
use crate::server::Credentials;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// Where the events come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A server that we start and own.
    Spawn(Spawn),
    /// A server that is running.
    Attach(Url),
}

/// What to watch.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Where the events come from.
    pub source: Source,
    /// The user name and password for the server.
    pub credentials: Credentials,
    /// The directory to work in; `None` is the session's own, or the one that the server runs in.
    pub directory: Option<PathBuf>,
    /// The session to watch; without it and without a task, every session of the directory is watched.
    pub session: Option<String>,
    /// The task to give the session.
    pub task: Option<String>,
    /// The model for the task, as `provider/model`.
    pub model: Option<String>,
    /// Let the agent do nothing but answer the task.
    pub no_tools: bool,
    /// Emit the session's history first.
    pub from_start: bool,
    /// Watch the sessions of every directory.
    pub all: bool,
    /// How long the server may take until it is ready, with everything that it prepares.
    pub startup: Duration,
    /// How long the server may be silent before the connection counts as lost.
    pub silence: Duration,
    /// Go on when the session is idle.
    pub follow: bool,
    /// How long a session with its subagents must be idle to count as finished.
    pub rest_grace: Duration,
    /// The key that the stages of this pipe share.
    pub key: PipeKey,
    /// How long to try to restore a lost connection.
    pub reconnect: Duration,
}

/// Whose events are received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Those of one directory.
    Directory,
    /// Those of every directory where the server has them, because a subagent may work in another one.
    Family,
    /// Those of every directory.
    All,
}

impl Plan {
    /// Whose events are received.
    pub(super) fn scope(&self) -> Scope {
        match (self.all, &self.session, &self.task) {
            (true, ..) => Scope::All,
            (false, None, None) => Scope::Directory,
            _ => Scope::Family,
        }
    }

    /// Whether a new session is made for the task.
    pub(super) fn creates_session(&self) -> bool {
        self.session.is_none() && self.task.is_some()
    }

    /// Whether the work ends with us: we gave the task, or started the server.
    pub(super) fn owns_session(&self) -> bool {
        self.task.is_some() || matches!(self.source, Source::Spawn(_))
    }
}
