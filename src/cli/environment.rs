//! Reads settings that come only from the environment: secrets, because other users can read the command line, and
//! defaults that the argument parser must not mistake for typed ones.

#[cfg(unix)]
use crate::process::pipe_key::{PIPE_KEY, PipeKey};
use crate::redact::Redactor;
#[cfg(unix)]
use crate::server::Credentials;
#[cfg(unix)]
use std::path::PathBuf;

/// The value of a variable; one that is blank counts as not set.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// Masks secrets of known forms, and the values of our own variables whose names sound secret.
pub(super) fn redactor() -> Redactor {
    mask_variables(Redactor::default())
}

/// Lets a redactor also mask the values of our own variables whose names sound secret.
pub(super) fn mask_variables(redactor: Redactor) -> Redactor {
    redactor.with_variables(
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
    )
}

/// `OPENCODE_SERVER_USERNAME` and `OPENCODE_SERVER_PASSWORD`, as the server itself reads them.
#[cfg(unix)]
pub(super) fn credentials() -> Credentials {
    Credentials { user: variable("OPENCODE_SERVER_USERNAME"), password: variable("OPENCODE_SERVER_PASSWORD") }
}

/// The folder for what only this user may read, such as the password of a server that we started: in the user's own
/// runtime directory, or else in that for temporary files.
#[cfg(unix)]
pub(super) fn private_folder() -> PathBuf {
    match folder("XDG_RUNTIME_DIR") {
        Some(folder) => folder.join("ocr"),
        None => std::env::temp_dir().join(format!("ocr-{}", rustix::process::geteuid().as_raw())),
    }
}

/// The key that the stages of this pipe share: that of `ocr-run`, or else the user's own, in a folder that goes with the
/// login or one that stays.
#[cfg(unix)]
pub(super) fn pipe_key() -> PipeKey {
    if let Some(key) = variable(PIPE_KEY) {
        return PipeKey::Run(key);
    }
    PipeKey::User(
        [folder("XDG_RUNTIME_DIR"), state_folder()].into_iter().flatten().map(|path| path.join("ocr")).collect(),
    )
}

/// The folder where runs are recorded.
#[cfg(unix)]
pub(super) fn runs_folder() -> Option<PathBuf> {
    state_folder().map(|state| state.join("ocr/runs"))
}

/// The folder where programs keep their state on this system.
#[cfg(unix)]
fn state_folder() -> Option<PathBuf> {
    let own = if cfg!(target_os = "macos") { "Library/Application Support" } else { ".local/state" };
    let state = folder("XDG_STATE_HOME").or_else(|| Some(std::env::home_dir()?.join(own)));
    state.filter(|state| state.is_absolute())
}

/// The folder in a variable; the specification of these variables says that a relative path does not count.
#[cfg(unix)]
fn folder(name: &str) -> Option<PathBuf> {
    variable(name).map(PathBuf::from).filter(|path| path.is_absolute())
}
