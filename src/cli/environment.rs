//! What comes from the environment alone: secrets, because other users can read the command line, and defaults
//! that the argument parser must not take for typed ones.

#[cfg(unix)]
use crate::process::pipe_key::{PIPE_KEY, PipeKey};
#[cfg(unix)]
use crate::server::Credentials;
#[cfg(unix)]
use std::path::PathBuf;

/// The value of a variable; one that is blank counts as not set.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// `OPENCODE_SERVER_USERNAME` and `OPENCODE_SERVER_PASSWORD`, as the server itself reads them.
#[cfg(unix)]
pub(super) fn credentials() -> Credentials {
    Credentials { user: variable("OPENCODE_SERVER_USERNAME"), password: variable("OPENCODE_SERVER_PASSWORD") }
}

/// The key that the stages of this pipe share: that of `ocr-run`, or else the user's own, in a folder that goes with the
/// login or one that stays.
#[cfg(unix)]
pub(super) fn pipe_key() -> PipeKey {
    if let Some(key) = variable(PIPE_KEY) {
        return PipeKey::Run(key);
    }
    let folder = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = folder("XDG_STATE_HOME").or_else(|| Some(std::env::home_dir()?.join(".local/state")));
    PipeKey::User([folder("XDG_RUNTIME_DIR"), state].into_iter().flatten().map(|path| path.join("ocr")).collect())
}
