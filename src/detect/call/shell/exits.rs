//! Tells what the exit code of a line means for each command in it, through lists, pipes and shell options.

use super::syntax::{Item, Joint, Node, Role, words_of};
use super::wrappers::is_assignment;

/// What the exit code of a line says of one check in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exit {
    /// Zero means that the check ran and passed.
    pub(crate) zero_passed: bool,
    /// Another value means that the check failed, or could not be run.
    pub(crate) other_failed: bool,
}

impl Exit {
    pub(super) const OWN: Self = Self { zero_passed: true, other_failed: true };
    pub(super) const NONE: Self = Self { zero_passed: false, other_failed: false };

    pub(super) fn and(self, other: Self) -> Self {
        Self {
            zero_passed: self.zero_passed && other.zero_passed,
            other_failed: self.other_failed && other.other_failed,
        }
    }
}

/// The options of a shell that decide what its exit code means.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Options {
    pub(super) errexit: bool,
    pub(super) pipefail: bool,
}

/// The options in force at each command.
pub(super) fn states(items: &[Item], mut options: Options) -> Vec<Options> {
    items
        .iter()
        .map(|item| {
            if let Some(words) = words_of(item).filter(|words| words.first().is_some_and(|word| word == "set")) {
                for word in &words[1..] {
                    let sets = word.starts_with('-');
                    if word == "pipefail" {
                        options.pipefail = true;
                    } else if word.len() < 8 && word.contains('e') && (sets || word.starts_with('+')) {
                        options.errexit = sets;
                    }
                }
            }
            options
        })
        .collect()
}

/// What the exit code of a list says of each of its commands, from the last to the first. Harmless is a command
/// that hardly ever fails by itself.
pub(super) fn exits(items: &[Item], options: &[Options], are_harmless: &[bool]) -> Vec<Exit> {
    let mut exits = vec![Exit::OWN; items.len()];
    if let [only] = items {
        exits[0] = if only.joint == Joint::Background { Exit::NONE } else { Exit::OWN };
        return exits;
    }
    let handed_on = items.last().is_some_and(|last| passes_status_on(last, true));
    let mut harmless = true;
    // Whether `exit ${PIPESTATUS[0]}` comes after the pipeline.
    let mut piped = false;
    for index in (0..items.len()).rev() {
        let next = items.get(index + 1);
        // Behind `&&` is a pipeline, whose exit code is that of its last command.
        let pipeline = items[index + 1..].iter().position(|item| item.joint != Joint::Pipe);
        let ahead = if items[index].joint == Joint::And { pipeline.unwrap_or(0) } else { 0 };
        let after = exits.get(index + 1 + ahead).copied().unwrap_or(Exit::OWN);
        let failing = Exit { zero_passed: true, other_failed: after.other_failed && harmless };
        if items[index].joint != Joint::Pipe {
            piped = next.is_some_and(passes_pipe_status);
        }
        exits[index] = match (items[index].joint, next) {
            (Joint::Pipe, _) if piped => Exit::OWN,
            (Joint::Background, _) => Exit::NONE,
            (_, None) => Exit::OWN,
            (Joint::Pipe, _) if options[index].pipefail => after.and(failing),
            (Joint::And, _) => after.and(failing),
            (Joint::Or, Some(next)) if exits_with_failure(next) => failing,
            (Joint::Sequence, _) if options[index].errexit => failing,
            (Joint::Sequence, Some(next)) if passes_status_on(next, false) => Exit::OWN,
            (Joint::Sequence, Some(next)) if handed_on && keeps_status(next) => Exit::OWN,
            _ => Exit::NONE,
        };
        if index > 0 && items[index - 1].joint == Joint::Or {
            exits[index].zero_passed = false;
        }
        harmless &= are_harmless[index];
    }
    // The same for what comes before: a check that never ran has not failed.
    harmless = true;
    for (index, item) in items.iter().enumerate() {
        exits[index].other_failed &= harmless;
        harmless &= are_harmless[index] || item.joint == Joint::Pipe;
        if item.joint == Joint::Sequence && !options[index].errexit {
            harmless = true;
        }
    }
    exits
}

/// Whether a command ends the script with a failure: `exit 1`, `false`, `{ echo bad; exit 1; }`.
fn exits_with_failure(item: &Item) -> bool {
    match &item.node {
        Node::Simple(simple) => match simple.words.as_slice() {
            [only] => only == "false",
            [exit, code] => matches!(exit.as_str(), "exit" | "return") && code != "0",
            _ => false,
        },
        Node::Group(Role::Plain, list) => list.last().is_some_and(exits_with_failure),
        Node::Group(..) => false,
    }
}

/// Whether a command is `exit $?`, or, where the status was kept in a variable, `exit $status`.
fn passes_status_on(item: &Item, kept: bool) -> bool {
    matches!(words_of(item), Some([exit, code]) if matches!(exit.as_str(), "exit" | "return")
        && (is_status(code) || kept && code.starts_with('$') && code.len() > 1))
}

/// Whether a command is `exit ${PIPESTATUS[0]}`, or `exit $LASTEXITCODE`, which no pipe changes.
fn passes_pipe_status(item: &Item) -> bool {
    passes_status_on(item, false) && words_of(item).is_some_and(|words| words.iter().any(|word| is_of_pipe(word)))
}

/// Whether a command keeps the exit code of the one before it: `status=$?`.
fn keeps_status(item: &Item) -> bool {
    kept_status(item).is_some()
}

/// The variable in which a command keeps that exit code.
pub(super) fn kept_status(item: &Item) -> Option<&str> {
    match words_of(item)? {
        [only] if is_assignment(only) && is_status(only) => only.split('=').next(),
        _ => None,
    }
}

/// Whether a word is the exit code of the command before.
pub(super) fn is_status(word: &str) -> bool {
    ["$?", "PIPESTATUS", "${?}", "pipestatus", "LASTEXITCODE"].iter().any(|status| word.contains(status))
}

/// Whether a word is the exit code of one command of a pipeline.
pub(super) fn is_of_pipe(word: &str) -> bool {
    let word = word.to_ascii_uppercase();
    word.contains("PIPESTATUS") || word.contains("LASTEXITCODE")
}
