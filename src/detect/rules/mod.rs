//! The rules: one file and one struct each. A new rule is a file and a line in the list below.

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
mod nesting;
mod novelty;
mod polling;
mod repeat;
mod retry_storm;
mod revert;
mod rule;
mod stagnation;
mod stall;
mod streak;
mod tamper;
#[cfg(test)]
mod tests;
mod time_limits;
mod wordings;

pub(crate) use budget::UNPRICED;
pub(crate) use repeat::REPEAT_CALL;
pub(crate) use retry_storm::QUOTA;
pub use rule::RuleInfo;

use super::config::Config;
use super::fact::{Fact, RuleContext};
use super::signal::Signals;
use crate::wire::Timestamp;
use rule::Rule;

/// Defines the list of rules, and what is done with all of them. It calls each rule directly instead of through a
/// pointer: most facts mean nothing to most rules, and the compiler can see which.
macro_rules! rules {
    ($($module:ident: $rule:ident),* $(,)?) => {
        /// Every rule, in the order in which they see facts.
        pub(crate) const RULES: &[RuleInfo] = &[$(<$module::$rule as Rule>::INFO),*];

        /// The rules of one session. A disabled rule is absent.
        pub(crate) struct Rules {
            $($module: Option<$module::$rule>,)*
        }

        impl Rules {
            /// The rules for a new session.
            pub(crate) fn new(config: &Config) -> Self {
                let enabled = |info: RuleInfo| !config.disabled.contains(info.name);
                Self {
                    $($module: enabled(<$module::$rule as Rule>::INFO).then($module::$rule::default),)*
                }
            }

            /// Shows a fact to every rule.
            pub(crate) fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
                $(if let Some(rule) = &mut self.$module {
                    rule.observe(fact, context, signals);
                })*
            }

            /// When the first rule next wants to see [`Fact::Time`].
            pub(crate) fn deadline(&self, context: &RuleContext<'_>) -> Option<Timestamp> {
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
    nesting: Nesting,
    revert: Revert,
    checks: Checks,
    tamper: Tamper,
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
