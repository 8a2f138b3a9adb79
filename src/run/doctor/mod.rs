//! Looks, before a run, whether one would work: each check says what is the case and, if that is not good, what to do.

mod config;
mod git;
mod model;
mod opencode;
mod permissions;
mod reviewer;

use crate::exit::Code;
use crate::process::command::{Capture, KillSwitch, ShellCommand};
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a program may take to say something about itself. `OpenCode` installs plugins before it does.
const PATIENCE: Duration = Duration::from_secs(60);

/// How much of what a program says is read, in bytes: far more than any configuration has.
const READ: usize = 1024 * 1024;

/// What to check.
#[derive(Debug)]
pub struct Doctor {
    /// The program of the server.
    pub opencode: PathBuf,
    /// The working directory of the run.
    pub directory: PathBuf,
    /// Whether to ask the model something, with these arguments of `ocr-run`; it costs a few tokens.
    pub model: Option<Vec<String>>,
    /// How long the model and the reviewer may take.
    pub limit: Duration,
    /// The arguments of `ocr-review`, and what it gets in its environment, if a reviewer is named.
    pub reviewer: Option<super::Command>,
    /// What is known of the folder for recordings: where it is, or why it cannot be used.
    pub recordings: Result<PathBuf, String>,
}

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing stands in the way.
    Ok,
    /// A run would work, but perhaps not as expected.
    Warn,
    /// A run would fail, with this code.
    Fail(Code),
}

/// What a check found.
#[derive(Debug)]
pub struct Checked {
    /// What was checked.
    pub what: &'static str,
    /// How it went.
    pub verdict: Verdict,
    /// What is the case.
    pub found: String,
    /// What to do about it; empty if there is nothing to do.
    pub cure: String,
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.verdict {
            Verdict::Ok => "ok",
            Verdict::Warn => "warn",
            Verdict::Fail(_) => "fail",
        };
        write!(f, "{word:<5} {:<12} {}", self.what, self.found)?;
        if self.cure.is_empty() { Ok(()) } else { write!(f, "\n{:18} → {}", "", self.cure) }
    }
}

impl Checked {
    fn ok(what: &'static str, found: impl Into<String>) -> Self {
        Self { what, verdict: Verdict::Ok, found: found.into(), cure: String::new() }
    }

    fn warn(what: &'static str, found: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { what, verdict: Verdict::Warn, found: found.into(), cure: cure.into() }
    }

    fn fail(what: &'static str, code: Code, found: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { what, verdict: Verdict::Fail(code), found: found.into(), cure: cure.into() }
    }
}

/// Makes every check, tells of each as soon as it is made, and returns the exit code: that of the first failure, or
/// [`Code::Unsure`] if there are warnings.
pub fn doctor(doctor: &Doctor, mut tell: impl FnMut(&Checked)) -> Code {
    let mut code = Code::Ok;
    let mut take = |checked: Checked| {
        tell(&checked);
        code = match (checked.verdict, code) {
            (Verdict::Fail(failed), Code::Ok | Code::Unsure) => failed,
            (Verdict::Warn, Code::Ok) => Code::Unsure,
            _ => code,
        };
        !matches!(checked.verdict, Verdict::Fail(_))
    };
    if take(opencode::check(doctor)) {
        match config::read(doctor) {
            Ok(config) => {
                take(config::check(&config));
                take(permissions::check(&config));
                if let Some(args) = &doctor.model {
                    take(model::check(doctor, args));
                }
            }
            Err(checked) => {
                take(checked);
            }
        }
    }
    take(git::check(&doctor.directory));
    take(reviewer::check(doctor));
    take(match &doctor.recordings {
        Ok(folder) => Checked::ok("recordings", folder.display().to_string()),
        Err(why) => Checked::fail("recordings", Code::Error, why, "name a file with --record FILE, or use --no-record"),
    });
    code
}

/// What a program said, and whether it succeeded.
struct Said {
    success: bool,
    stdout: String,
    stderr: String,
}

/// Runs a program.
fn ask(words: &[&str], directory: &Path, limit: Duration) -> Result<Said, String> {
    let line: Vec<String> = words.iter().map(|word| super::command_line::quoted_whole(word)).collect();
    let command = ShellCommand { line: &line.join(" "), directory, input: b"", limit, capture: Capture::Head(READ) };
    let done = command.run(&KillSwitch::default(), || false).map_err(|e| e.to_string())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    let status = done.status?;
    Ok(Said { success: status.success(), stdout: text(&done.stdout), stderr: text(&done.stderr) })
}

impl Said {
    /// The last line that it said, about what went wrong.
    fn complaint(&self) -> &str {
        let said = if self.stderr.is_empty() { &self.stdout } else { &self.stderr };
        said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing").trim()
    }
}
