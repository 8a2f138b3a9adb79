//! Runs a command of which only success or failure matters. Keeps the end of its output for the case that it fails.

use crate::process::command::{Capture, KillSwitch, ShellCommand};
use std::path::Path;
use std::time::Duration;

/// How many bytes of a failed command's output are kept.
const TAIL: usize = 4000;

/// A command that failed.
pub(super) struct Failed {
    /// How it failed, for people: `exit 1`, `killed after 600 s`.
    pub how: String,
    /// The end of its output.
    pub tail: String,
}

/// Runs `line` in `directory` with `variables` in its environment and `input` on its standard
/// input. Kills it after `limit`, or when `cancelled` returns
/// true.
///
/// # Errors
/// The command could not be started, did not end by itself, or its exit code was not 0.
pub(super) fn succeeds(
    line: &str,
    directory: &Path,
    variables: &[(&str, &str)],
    input: &[u8],
    limit: Duration,
    cancelled: impl Fn() -> bool,
) -> Result<(), Failed> {
    let command = ShellCommand { line, directory, variables, input, limit, capture: Capture::Tail(TAIL) };
    let finished = command.run(&KillSwitch::default(), cancelled).map_err(|error| Failed {
        how: format!("cannot start it in {}: {error}", directory.display()),
        tail: String::new(),
    })?;
    let how = match finished.status {
        Ok(status) if status.success() => return Ok(()),
        Ok(status) => status.code().map_or_else(|| "killed by a signal".to_owned(), |code| format!("exit {code}")),
        Err(why) => why,
    };
    let tail = String::from_utf8_lossy(&finished.stdout).trim().to_owned();
    Err(Failed { how, tail })
}
