//! Runs another program and returns what it prints.

use crate::printable::{shell_word, without_escapes, without_frames};
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
    // What it said before it was killed may say why.
    let (success, killed) = match done.status {
        Ok(status) => (status.success(), None),
        Err(why) => (false, Some(why)),
    };
    let stderr = killed.unwrap_or_else(|| text(&done.stderr));
    Ok(ServerAnswer { success, stdout: text(&done.stdout), stderr })
}

impl ServerAnswer {
    /// The line of what it said that tells what went wrong.
    pub fn complaint(&self) -> String {
        let said = if self.stderr.is_empty() { &self.stdout } else { &self.stderr };
        complaint(said).unwrap_or_else(|| "it said nothing".to_owned())
    }
}

/// The first line that names an error, with what it announces; without one, the last line that says anything.
fn complaint(said: &str) -> Option<String> {
    const TELLING: [&str; 9] =
        ["error", "cannot", "can't", "could not", "failed", "not valid", "invalid", "denied", "no such"];
    let plain = without_escapes(said);
    let text = without_frames(&plain);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| tells(line)).collect();
    let is_telling = |line: &&str| {
        let lower = line.to_ascii_lowercase();
        TELLING.iter().any(|word| lower.contains(word))
    };
    let Some(at) = lines.iter().position(is_telling) else { return lines.last().map(|line| (*line).to_owned()) };
    let detail = lines[at + 1..].iter().find(|line| line.contains(" at line ")).or_else(|| {
        // `Error: the configuration is invalid:` says nothing alone.
        lines.get(at + 1).filter(|_| lines[at].ends_with(':'))
    });
    Some(detail.map_or_else(|| lines[at].to_owned(), |detail| format!("{} {detail}", lines[at])))
}

/// Whether a line says anything: it is no rule between parts, no line of a source, no name of the runtime.
fn tells(line: &str) -> bool {
    let is_rule = line.starts_with("---") || !line.contains(char::is_alphanumeric);
    let is_source = line.split_once('|').is_some_and(|(number, _)| number.trim().parse::<u32>().is_ok());
    let is_runtime = ["Bun v", "Node.js v"].iter().any(|name| line.starts_with(name));
    !is_rule && !is_source && !is_runtime
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_line_that_says_what_is_wrong() {
        for (said, found) in [
            (
                "Error: Config file at /p/x.json is not valid JSON:\n--- Input ---\n{ \"a\": \n--- Errors ---\nValueExpected at line 2, column 1\n   Line 2: }\n        ^\n--- End ---",
                "Error: Config file at /p/x.json is not valid JSON: ValueExpected at line 2, column 1",
            ),
            (
                "12 | throw error(x)\n      ^\nEACCES: permission denied, mkdir '/x'\n    at mkdir (/$bunfs/root/a.js:1:2)\n\nBun v1.3.14 (Linux x64)",
                "EACCES: permission denied, mkdir '/x'",
            ),
            ("starting\nit is over", "it is over"),
            ("fatal: could not read", "fatal: could not read"),
            ("killed after 60 s", "killed after 60 s"),
        ] {
            assert_eq!(complaint(said).as_deref(), Some(found));
        }
        assert_eq!(complaint("\n---\n"), None);
    }
}
