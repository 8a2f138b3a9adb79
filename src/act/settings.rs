//! The settings of `ocr-act`.

use crate::process::pipe_key::PipeKey;
use crate::server::Credentials;
use clap::ValueEnum;
use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// The settings of `ocr-act`, from its command line.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The server to act on; by default the one that the stream names, if it proves to be live.
    pub server: Option<Url>,
    /// Whether a person says that a stream without an `opened` line is live.
    pub live: bool,
    /// The credentials for the server.
    pub credentials: Credentials,
    /// The folder with the passwords of the servers that this user's streams started.
    pub private: PathBuf,
    /// The key that the stages of this pipe share.
    pub key: PipeKey,
    /// Report what would be done, and do nothing.
    pub dry_run: bool,
    /// Also act on a server that is neither on loopback nor protected by https and a password.
    pub allow_insecure: bool,
    /// After an abort, revert what the session changed since the episode began.
    pub rollback: bool,
    /// Send a session on when the provider accepts requests again, rather than end it because of a quota.
    pub resume_at_reset: bool,
    /// How an abort is tried.
    pub limits: AbortLimits,
    /// How long a session with its subagents must be idle before the run ends.
    pub rest_grace: Duration,
    /// What to do without asking the reviewer.
    pub policy: Policy,
    /// The checks that must pass before a session counts as done.
    pub checks: Checks,
}

/// How an abort is tried.
#[derive(Debug, Clone, Copy)]
pub struct AbortLimits {
    /// How long the server may take to confirm one abort.
    pub confirm: Duration,
    /// The number of attempts before the server's processes are ended.
    pub attempts: u32,
}

/// What `--on` does about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Remedy {
    /// Nothing.
    Continue,
    /// Send the agent a message about it.
    Steer,
    /// End the session.
    Abort,
}

/// The answer to an unanswered permission request or question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Answer {
    /// No answer: a person answers, or the run ends as blocked.
    Ask,
    /// Reject it.
    Reject,
    /// Allow it once; for permission requests only.
    Once,
}

/// What to do without asking the reviewer.
#[derive(Debug, Clone)]
pub struct Policy {
    /// By rule or kind of finding. Other findings go by their grade or to the reviewer.
    pub on: HashMap<String, Remedy>,
    /// The answer to an unanswered permission request.
    pub on_permission: Answer,
    /// The answer to an unanswered question.
    pub on_question: Answer,
    /// How many messages may be sent to a session.
    pub max_steers: u32,
}

/// The checks that must pass before a session counts as done.
#[derive(Debug, Clone)]
pub struct Checks {
    /// Shell commands that must succeed in the session's directory.
    pub commands: Vec<String>,
    /// The time limit of each command.
    pub timeout: Duration,
    /// Files that must exist, relative to the session's directory.
    pub files: Vec<PathBuf>,
    /// Patterns that must each match a file that the session changed.
    pub changes: Vec<glob::Pattern>,
}

impl Checks {
    /// Whether there is nothing to check.
    pub fn is_empty(&self) -> bool {
        self.commands.is_empty() && self.files.is_empty() && self.changes.is_empty()
    }
}
