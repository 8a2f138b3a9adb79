//! A check that a command line runs.

use super::exits::Exit;
use crate::detect::hash;

/// What stands before a target that chooses some of the tests by their names: `~parses` of `pytest -k parses`.
pub(crate) const FILTER: char = '~';
/// What stands before a target that is left out: `!slow` of `pytest -m 'not slow'`.
pub(crate) const LEFT_OUT: char = '!';

/// A check that a line runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CheckRun {
    /// The program, for a person: `cargo test`.
    pub(crate) name: String,
    /// What it runs, sorted: paths, packages, names of tests. Empty means all.
    pub(crate) targets: Vec<String>,
    /// The folder that it runs in, as far as the line says so; empty if it does not.
    pub(crate) place: String,
    /// The same for the same program and targets.
    pub(crate) key: u64,
    /// What the exit code of the line says of it.
    pub(crate) exit: Exit,
    /// It follows a configuration in a temporary file, and not that of the project.
    pub(crate) is_trial: bool,
}

impl CheckRun {
    /// A check that is a tool of its own; `key` is that of its calls.
    pub(crate) fn of_tool(tool: &str, key: u64) -> Self {
        Self {
            name: tool.to_owned(),
            targets: Vec::new(),
            place: String::new(),
            key,
            exit: Exit { zero_passed: false, ..Exit::OWN },
            is_trial: false,
        }
    }

    /// The checks that run elsewhere, all together.
    pub(crate) fn remote() -> Self {
        Self { exit: Exit::NONE, ..Self::of_tool("ci", hash::of("ci")) }
    }

    /// An unknown program, which may be a check.
    pub(super) fn of_program(name: &str, exit: Exit) -> Self {
        let (name, key) = (name.to_owned(), hash::of(name));
        Self { name, targets: Vec::new(), place: String::new(), key, exit, is_trial: false }
    }

    /// Whether this is another run of the same check.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.key == other.key && (self.place == other.place || self.place.is_empty() || other.place.is_empty())
    }
}
