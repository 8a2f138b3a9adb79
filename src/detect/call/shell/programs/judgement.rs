//! The judgement of one command, and the means to judge the commands nested in it.

use super::arguments::targets;
use crate::detect::call::shell::effect::{Change, Effect};

/// What one command does.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    pub effect: Effect,
    pub change: Change,
    /// It waits or watches.
    pub waits: bool,
    /// What a check is called, and what it runs.
    pub check: Option<(String, Vec<String>)>,
    /// The check whose complaints it mends, as a formatter or fixer that writes, and what it works on.
    pub mends: Option<(String, Vec<String>)>,
}

impl Judgement {
    pub(super) fn of(effect: Effect) -> Self {
        let change = match effect {
            Effect::Mutate => Change::Certain,
            Effect::Unknown => Change::Perhaps,
            _ => Change::None,
        };
        Self { effect, change, waits: false, check: None, mends: None }
    }

    pub(super) fn changing(change: Change) -> Self {
        Self { change, ..Self::of(Effect::Mutate) }
    }

    /// A formatter or fixer that writes: `check` is what the same tool is called where it only complains.
    pub(super) fn fixing(change: Change, check: &str, words: &[String]) -> Self {
        Self { mends: Some((check.to_owned(), targets(check, words))), ..Self::changing(change) }
    }

    pub(super) fn waiting(self) -> Self {
        Self { waits: true, ..self }
    }

    pub(super) fn check(name: &str, words: &[String]) -> Self {
        Self { check: Some((name.to_owned(), targets(name, words))), ..Self::of(Effect::Check) }
    }
}

/// Where a command stands, and who judges the commands in it.
#[derive(Clone, Copy)]
pub struct Nested {
    /// How many commands it is nested in.
    pub depth: usize,
    /// Judges a command that another one runs, with its depth.
    pub judge: fn(Vec<String>, usize) -> Judgement,
}

/// How many unknown wrappers are looked through.
const GUESSES: usize = 4;

impl Nested {
    /// Judges a command in this one.
    pub(super) fn judge(self, command: &[String]) -> Judgement {
        (self.judge)(command.to_vec(), self.depth + 1)
    }

    /// Whether it is worth looking through one more wrapper that is not known.
    pub(super) fn may_guess(self) -> bool {
        self.depth < GUESSES
    }
}
