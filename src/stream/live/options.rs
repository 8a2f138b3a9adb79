//! What to watch.

use super::spawn::Spawn;
use crate::server::Credentials;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// Where the events come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A server that we start and own.
    Spawn(Spawn),
    /// A server that runs.
    Attach(Url),
}

/// What to watch.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Where the events come from.
    pub source: Source,
    /// How the server knows us.
    pub credentials: Credentials,
    /// The directory to work in; none is the session's own, or the one that the server runs in.
    pub directory: Option<PathBuf>,
    /// The session to watch; none, and no task either, watches every session of the directory.
    pub session: Option<String>,
    /// What to give the session to do.
    pub task: Option<String>,
    /// The model to do it with, as `provider/model`.
    pub model: Option<String>,
    /// Tell what the session did before we came, first.
    pub from_start: bool,
    /// Watch the sessions of every directory.
    pub all: bool,
    /// How long the server may say nothing before the connection counts as lost.
    pub silence: Duration,
    /// Go on when the session rests.
    pub follow: bool,
    /// How long to try to get a lost connection back.
    pub reconnect: Duration,
}
