//! Keeps the server's password out of the agent's shell.
//!
//! `OpenCode` takes its password from its environment alone, and hands that environment on to the commands of the
//! agent. Bash reads the file that `BASH_ENV` names before it runs a command, so a small file there removes the
//! password from the environment. Other shells do not read it, and a program that reads the environment of the server's
//! process finds the password anyway: this prevents printing it by accident, not a search for it.

use super::private_files;
use std::path::Path;
use std::process::Command;

/// The variable that names a startup file to bash.
const BASH_ENV: &str = "BASH_ENV";

/// The variable that names the user's own startup file to ours.
const BEFORE: &str = "AGENT_BASH_ENV";

/// The startup file.
const SCRIPT: &str = "\
# Written by ocr-stream: the commands of the agent do not need the password of its server.
unset OPENCODE_SERVER_PASSWORD OPENCODE_SERVER_USERNAME BASH_ENV
if [ -n \"$AGENT_BASH_ENV\" ]; then
  export BASH_ENV=\"$AGENT_BASH_ENV\"
  unset AGENT_BASH_ENV
  if [ -r \"$BASH_ENV\" ]; then . \"$BASH_ENV\"; fi
fi
";

/// Lets the shells below this server forget its password. `before` is the startup file that the user has set.
pub(crate) fn hide_password(server: &mut Command, folder: &Path, before: Option<&str>) {
    let file = folder.join("bash-env");
    match private_files::folder(folder).and_then(|()| private_files::write(&file, SCRIPT)) {
        Ok(()) => {
            server.env(BASH_ENV, &file);
            server.envs(before.map(|before| (BEFORE, before)));
        }
        Err(error) => {
            tracing::warn!("cannot write {}: {error}; the agent's commands see the server's password", file.display());
        }
    }
}
