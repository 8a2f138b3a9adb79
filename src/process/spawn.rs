//! Starts every child process, and decides which part of our environment it gets.
//!
//! Our variables hold keys, webhook secrets and passwords. The agent runs what it wrote itself, and so does a check of
//! its work, so a program that is not one of ours gets none of them.

use std::ffi::{OsStr, OsString};
use std::process::Command;

/// The variables of an `OpenCode` server's user name and password.
pub(crate) const SERVER_USER: &str = "OPENCODE_SERVER_USERNAME";
/// See [`SERVER_USER`].
pub(crate) const SERVER_PASSWORD: &str = "OPENCODE_SERVER_PASSWORD";

/// The variable that marks the processes of a server that we started.
pub(super) const MARK: &str = "OCR_KEPT";

/// The variable that marks the processes of a command that we run.
pub(super) const COMMAND_MARK: &str = "OCR_COMMAND";

/// The marks of an outer run, by which it finds its processes.
const MARKS: [&str; 2] = [MARK, COMMAND_MARK];

/// How the names of our own variables begin.
const OURS: [&str; 2] = ["OCR_", "REVIEWER_"];

/// Whose program a child runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Program {
    /// Ours: it gets our whole environment. On other systems we start none.
    #[cfg(unix)]
    Ours,
    /// Another: it gets no variable that is ours, and no server's password.
    Foreign,
}

/// A command that is not started yet.
pub(crate) fn command(program: impl AsRef<OsStr>, whose: Program) -> Command {
    let mut command = Command::new(program);
    if whose == Program::Foreign {
        for name in std::env::vars_os().map(|(name, _)| name).filter(is_private) {
            command.env_remove(name);
        }
    }
    command
}

/// Whether a variable is for our programs alone. The mark of an outer run is not: its processes are found by it.
fn is_private(name: &OsString) -> bool {
    let name = name.to_string_lossy();
    !MARKS.contains(&&*name)
        && (OURS.iter().any(|ours| name.starts_with(ours)) || [SERVER_USER, SERVER_PASSWORD].contains(&&*name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_private_variables() {
        let private = |name: &str| is_private(&name.into());
        for name in ["OCR_WEBHOOK_SECRET", "OCR_REVIEWER_CMD", "REVIEWER_API_KEY", SERVER_USER, SERVER_PASSWORD] {
            assert!(private(name), "{name}");
        }
        for name in ["PATH", "OPENCODE_CONFIG", "ANTHROPIC_API_KEY", "MY_OCR_", "OCR_KEPT", "OCR_COMMAND"] {
            assert!(!private(name), "{name}");
        }
    }
}
