//! The rules: one file, one struct each. A new rule is a file and a line in the list below.

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
pub(crate) mod tests;
mod streak;
mod waiting;

use super::config::{Config, Limit};
use super::fact::{Fact, RuleContext};
use super::signal::Seen;

/// What every rule does with the facts of one session.
pub(crate) trait Rule {
    /// Looks at one fact, and reports what it sees in `seen`.
    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals);

    /// When the rule wants to be told that time has passed.
    fn deadline(&self, _view: &RuleContext<'_>) -> Option<i64> {
        None
    }
}

/// What a user can know of a rule.
pub(crate) struct Entry {
    /// The name in findings and in `--disable`.
    pub(crate) name: &'static str,
    /// What it looks for, in a line.
    pub(crate) about: &'static str,
    /// The limits that it reads.
    pub(crate) limits: &'static [Limit],
}

/// The list of the rules, and what is done with all of them. Spelled out rule by rule, and not behind pointers:
/// most facts mean nothing to most rules, and the compiler sees which.
macro_rules! rules {
    ($($module:ident: $rule:ident),* $(,)?) => {
        /// Every rule there is, in the order in which they are asked.
        pub(crate) const ENTRIES: &[Entry] = &[$(Entry {
            name: $module::NAME,
            about: $module::ABOUT,
            limits: $module::LIMITS,
        }),*];

        /// What the rules remember of one session; a rule that is off remembers nothing.
        pub(crate) struct Rules {
            $($module: Option<$module::$rule>,)*
        }

        impl Rules {
            /// The rules for a new session.
            pub(crate) fn new(config: &Config) -> Self {
                Self {
                    $($module: (!config.disabled.contains($module::NAME)).then($module::$rule::default),)*
                }
            }

            /// Shows a fact to every rule.
            pub(crate) fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
                $(if let Some(rule) = &mut self.$module {
                    rule.observe(fact, context, seen);
                })*
            }

            /// When the first rule wants to be told that time has passed.
            pub(crate) fn deadline(&self, context: &RuleContext<'_>) -> Option<i64> {
                let deadlines = [$(self.$module.as_ref().and_then(|rule| rule.deadline(context)),)*];
                deadlines.into_iter().flatten().min()
            }
        }
    };
}

rules! {
    repeat: Repeat,
    novelty: Novelty,
    error_streak: ErrorStreak,
    stagnation: Stagnation,
    near_duplicate: NearDuplicate,
    revert: Revert,
    checks: Checks,
    polling: Polling,
    monologue: Monologue,
    degenerate: Degenerate,
    drift: Drift,
    empty_turns: EmptyTurns,
    retry_storm: RetryStorm,
    compaction_storm: CompactionStorm,
    blocked: Blocked,
    stall: Stall,
    budget: Budget,
}
