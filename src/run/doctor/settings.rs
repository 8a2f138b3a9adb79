//! The settings of the doctor.

use crate::run::command_line::Command;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// What to check.
#[derive(Debug)]
pub struct Doctor {
    /// The program of the server.
    pub opencode: PathBuf,
    /// The working directory of the run.
    pub directory: PathBuf,
    /// Whether to ask the model something, with these arguments of `ocr-run`; it costs a few tokens.
    pub model: Option<Vec<OsString>>,
    /// How long the model and the reviewer may take.
    pub limit: Duration,
    /// The arguments of `ocr-review`, and what it gets in its environment, if a reviewer is named.
    pub reviewer: Option<Command>,
    /// What is known of the folder for recordings: where it is, or why it cannot be used and, after a
    /// semicolon, what to do.
    pub recordings: Result<PathBuf, String>,
}
