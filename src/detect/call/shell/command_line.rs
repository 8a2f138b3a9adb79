//! The effect of a whole command line: what it changes, checks and prints.

use super::check_run::{CheckRun, FILTER, LEFT_OUT};
use super::cut::Cut;
use super::effect::{Change, Effect};
use super::verbs::prints_only;
use crate::detect::hash;

/// What a command line does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CommandLine {
    /// What it is for, as a whole: a check before all, then the gravest.
    pub(crate) effect: Effect,
    /// How much it changes, what its checks themselves write left out.
    pub(crate) change: Change,
    /// How much of that comes after its last check.
    pub(crate) change_after_check: Change,
    /// The checks that it runs.
    pub(crate) checks: Vec<CheckRun>,
    /// The checks whose complaints its formatters and fixers mend that write.
    pub(crate) fixes: Vec<CheckRun>,
    /// The last unknown program in it: it may be a check.
    pub(crate) unknown: Option<CheckRun>,
    /// It sleeps, waits or watches.
    pub(crate) waits: bool,
    /// What it prints before the exit code of its checks, if it prints that: see `checks::printed_exit`.
    pub(crate) exit_label: Option<String>,
    /// The files that the output of its checks goes to.
    pub(crate) logs: Vec<String>,
    /// The line that it prints if all its checks passed, and only then: `bash -n a.sh && echo fine`.
    pub(crate) success_marker: Option<String>,
    /// Its only check is a compiler, and what runs only behind it writes to the same output: `go build -o a && ./a`.
    pub(crate) runs_built: bool,
    /// And the last of that compares files: `go build -o a && ./a > b && diff b golden`.
    pub(crate) compares: bool,
    /// Only the exit code tells what a check printed, which the line itself took in: `test -z "$(gofmt -l .)"`.
    pub(crate) is_captured: bool,
    /// Several checks write to one pipe, of which one may fail while the last one passes:
    /// `(go test ./a; go test ./b) | tail -1`.
    pub(crate) mixes_checks: bool,
    /// What hides the failure of a check, in a sentence: a recipe that says so never fails. In a command of the agent's
    /// own, it hides an exit code and nothing that is printed.
    pub(crate) masked: Option<String>,
    /// How it keeps hooks from running, in a sentence each.
    pub(crate) skipped_hooks: Vec<String>,
    /// What it leaves out of the output of its checks.
    pub(crate) cut: Cut,
    /// It only prints what it says itself: `echo done`.
    pub(crate) only_talks: bool,
}

impl CommandLine {
    /// Whether its checks run all that they say in one piece, so that one line about it is about all: `go test ./a`.
    pub(crate) fn is_one_piece(&self) -> bool {
        let [check] = self.checks.as_slice() else {
            return false;
        };
        let mut places = check
            .targets
            .iter()
            .filter(|target| target.contains(['/', '.']) && !target.starts_with([FILTER, LEFT_OUT]));
        let first = places.next();
        check.name == "go test" && places.next().is_none() && first.is_none_or(|place| !place.contains("..."))
    }

    /// The identity of all its checks together; `None` if it has none.
    pub(crate) fn key(&self) -> Option<u64> {
        self.checks.iter().map(|check| check.key).reduce(hash::join)
    }

    /// Whether its checks are formatters that print what they would change and end well in any case: `gofmt -d`.
    pub(crate) fn only_prints(&self) -> bool {
        !self.checks.is_empty() && self.checks.iter().all(|check| prints_only(&check.name))
    }
}
