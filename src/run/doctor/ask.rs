//! Runs another program and returns what it prints.

use crate::printable::shell_word;
use crate::process::command::{Capture, KillSwitch, ShellCommand};
use std::path::Path;
use std::time::Duration;

/// How long a program may take to say something about itself. `OpenCode` installs plugins before it does.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);

/// How much of what a program says is read, in bytes: far more than any configuration has.
const READ: usize = 1024 * 1024;

/// What a program said, and whether it succeeded.
pub(super) struct ServerAnswer {
    pub success: bool,
    pub stdout: String,
    pub stderr: String,
}

/// Runs a program.
pub(super) fn ask(words: &[&str], directory: &Path, limit: Duration) -> Result<ServerAnswer, String> {
    let line: Vec<String> = words.iter().map(|word| shell_word(word)).collect();
    let line = line.join(" ");
    let capture = Capture::Head(READ);
    let command = ShellCommand { line: &line, directory, variables: &[], input: b"", limit, capture };
    let done = command.run(&KillSwitch::default(), || false).map_err(|e| e.to_string())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    let status = done.status?;
    Ok(ServerAnswer { success: status.success(), stdout: text(&done.stdout), stderr: text(&done.stderr) })
}

impl ServerAnswer {
    /// The last line that it said, about what went wrong.
    pub fn complaint(&self) -> &str {
        let said = if self.stderr.is_empty() { &self.stdout } else { &self.stderr };
        said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing").trim()
    }
}
