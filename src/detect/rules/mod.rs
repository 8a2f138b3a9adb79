//! The rules: one file, one struct each. A new rule is a file and a line in [`all`].

mod blocked;
mod budget;
mod checks;
mod compaction_storm;
mod degenerate;
mod drift;
mod empty_turns;
mod error_streak;
mod monologue;
mod near_duplicate;
mod novelty;
mod polling;
mod repeat;
mod retry_storm;
mod revert;
mod stagnation;
mod stall;
#[cfg(test)]
pub(crate) mod testing;
mod trace;
#[cfg(test)]
mod traps;

use super::config::{Config, Limit};
use super::fact::{Fact, View};
use super::sighting::Seen;

/// What every rule does with the facts of one session.
pub(crate) trait Rule {
    /// Looks at one fact, and reports what it sees in `seen`.
    fn observe(&mut self, fact: &Fact<'_>, view: &View<'_>, seen: &mut Seen);

    /// The input ended: the last chance to report something.
    fn finish(&mut self, _view: &View<'_>, _seen: &mut Seen) {}

    /// When the rule wants to be told that time has passed.
    fn deadline(&self, _view: &View<'_>) -> Option<i64> {
        None
    }
}

/// How a rule is made, and what it goes by.
pub(crate) struct Entry {
    /// The name in findings and in `--disable`.
    pub(crate) name: &'static str,
    /// What it looks for, in a line.
    pub(crate) about: &'static str,
    /// The limits that it reads.
    pub(crate) limits: &'static [Limit],
    make: fn() -> Box<dyn Rule>,
}

/// An entry of the list.
macro_rules! entry {
    ($module:ident, $rule:ident) => {
        Entry {
            name: $module::NAME,
            about: $module::ABOUT,
            limits: $module::LIMITS,
            make: || Box::new($module::$rule::default()),
        }
    };
}

/// Every rule there is, in the order in which they are asked.
pub(crate) const ENTRIES: &[Entry] = &[
    entry!(repeat, Repeat),
    entry!(novelty, Novelty),
    entry!(error_streak, ErrorStreak),
    entry!(stagnation, Stagnation),
    entry!(near_duplicate, NearDuplicate),
    entry!(revert, Revert),
    entry!(checks, Checks),
    entry!(polling, Polling),
    entry!(monologue, Monologue),
    entry!(degenerate, Degenerate),
    entry!(drift, Drift),
    entry!(empty_turns, EmptyTurns),
    entry!(retry_storm, RetryStorm),
    entry!(compaction_storm, CompactionStorm),
    entry!(blocked, Blocked),
    entry!(stall, Stall),
    entry!(budget, Budget),
];

/// The rules for a new session.
pub(crate) fn all(config: &Config) -> Vec<Box<dyn Rule>> {
    ENTRIES
        .iter()
        .filter(|entry| !config.disabled.contains(entry.name))
        .map(|entry| (entry.make)())
        .collect()
}
