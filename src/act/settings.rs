//! What the hand may do, and how.

use crate::server::Credentials;
use clap::ValueEnum;
use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// Everything that the command line decides.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The server to act on; none is the one that the stream names.
    pub server: Option<Url>,
    /// How the server knows us.
    pub credentials: Credentials,
    /// Say what would be done, and do nothing.
    pub dry_run: bool,
    /// Act on a server that others may listen to, too.
    pub allow_insecure: bool,
    /// After an abort, take back what the session changed since the episode began.
    pub rollback: bool,
    /// How an abort is tried.
    pub limits: Limits,
    /// What is decided without asking anybody.
    pub policy: Policy,
    /// What must hold before a session counts as done.
    pub checks: Checks,
}

/// How an abort is tried.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long the server may take to confirm one abort.
    pub confirm: Duration,
    /// How often it is tried before something stronger is.
    pub attempts: u32,
}

/// What to do about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Remedy {
    /// Nothing.
    Continue,
    /// Tell the agent what was found.
    Steer,
    /// End the session.
    Abort,
}

/// What to answer when nobody else does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Answer {
    /// Give no answer: a person is asked.
    Ask,
    /// Refuse.
    Reject,
    /// Allow it once; for permissions only.
    Once,
}

/// What is decided without asking anybody.
#[derive(Debug, Clone)]
pub struct Policy {
    /// By rule or kind of finding; the rest goes by grade, or by the reviewer.
    pub on: HashMap<String, Remedy>,
    /// A permission that nobody answers.
    pub on_permission: Answer,
    /// A question that nobody answers.
    pub on_question: Answer,
    /// How many messages a session may be sent.
    pub max_steers: u32,
}

/// What must hold before a session counts as done.
#[derive(Debug, Clone)]
pub struct Checks {
    /// Commands that must succeed in the session's directory, for the shell.
    pub commands: Vec<String>,
    /// How long each may take.
    pub timeout: Duration,
    /// Files that must be there, relative to the session's directory.
    pub files: Vec<PathBuf>,
    /// Patterns of which each must fit a file that the session changed.
    pub changes: Vec<glob::Pattern>,
}

impl Checks {
    /// Whether there is nothing to check.
    pub fn is_empty(&self) -> bool {
        self.commands.is_empty() && self.files.is_empty() && self.changes.is_empty()
    }
}
