//! Keeps the server's password out of the agent's shell.
//!
//! `OpenCode` takes its password from its environment alone, and hands that environment on to the commands of the
//! agent. Bash reads the file that `BASH_ENV` names before it runs a command, so a small file there removes the
//! password from the environment. Other shells do not read it, and a program that reads the environment of the server's
//! process finds the password anyway: this prevents printing it by accident, not a search for it.
//!
//! The server itself may be started by a bash script, as version managers do. So each server has a file of its own,
//! which hides nothing until the server has its password.

use super::{password, private_files};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The variable that names a startup file to bash.
const BASH_ENV: &str = "BASH_ENV";

/// The startup file while the server starts: only the user's own file counts.
const SPARES: &str = "\
# Written by ocr-stream. Once the server has its password, this removes it from the environment of its commands.
if [ -r \"${AGENT_BASH_ENV-}\" ]; then . \"$AGENT_BASH_ENV\"; fi
";

/// The variable that names the user's own startup file to ours.
const BEFORE: &str = "AGENT_BASH_ENV";

/// The startup file once the server runs.
const HIDES: &str = "\
# Written by ocr-stream: the commands of the agent do not need the password of its server.
unset OPENCODE_SERVER_PASSWORD OPENCODE_SERVER_USERNAME BASH_ENV
if [ -n \"${AGENT_BASH_ENV-}\" ]; then
  export BASH_ENV=\"$AGENT_BASH_ENV\"
  unset AGENT_BASH_ENV
  if [ -r \"$BASH_ENV\" ]; then . \"$BASH_ENV\"; fi
fi
";

/// The startup file of the shells below one server. It is removed with the server's password.
pub(crate) struct StartupFile(PathBuf);

impl StartupFile {
    /// Lets the shells below the server that this process starts read the file. `before` is the startup file that the
    /// user has set.
    pub(crate) fn prepare(server: &mut Command, folder: &Path, before: Option<&str>) -> Option<Self> {
        let file = Self(password::path(folder, std::process::id()).with_extension(password::STARTUP_FILE));
        private_files::folder(folder)
            .and_then(|()| private_files::write(&file.0, SPARES))
            .map_err(|e| file.tell(&e))
            .ok()?;
        server.env(BASH_ENV, &file.0);
        server.envs(before.map(|before| (BEFORE, before)));
        Some(file)
    }

    /// From now on, shells forget the password: the server has read it.
    pub(crate) fn hide_password(&self) {
        if let Err(error) = private_files::write(&self.0, HIDES) {
            self.tell(&error);
        }
    }

    fn tell(&self, error: &std::io::Error) {
        tracing::warn!("cannot write {}: {error}; the agent's commands see the server's password", self.0.display());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a script for bash prints as the password, below a server that has one.
    fn printed(command: &mut Command) -> String {
        // A script may refuse names that are not set.
        command.env("OPENCODE_SERVER_PASSWORD", "swordfish").args(["-uc", "echo ${OPENCODE_SERVER_PASSWORD-} ${OWN-}"]);
        let output = command.output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    #[test]
    fn hides_nothing_before_the_server_has_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let (place, own) = (folder.path().join("ocr"), folder.path().join("own"));
        std::fs::write(&own, "OWN=own").unwrap();
        for (before, says) in [(None, ""), (own.to_str(), "own")] {
            let shell = || {
                let mut bash = Command::new("bash");
                let file = StartupFile::prepare(&mut bash, &place, before).unwrap();
                (bash, file)
            };
            assert_eq!(printed(&mut shell().0), format!("swordfish {says}").trim());
            let (mut bash, file) = shell();
            file.hide_password();
            assert_eq!(printed(&mut bash), says);
        }
    }
}
