//! The interface that every rule implements.

use crate::detect::config::Limit;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::signal::Signals;
use crate::wire::Timestamp;

/// What a user can know about a rule.
#[derive(Debug, Clone, Copy)]
pub struct RuleInfo {
    /// Its name in findings and in `--disable`.
    pub name: &'static str,
    /// What it detects, in one line.
    pub about: &'static str,
    /// The limits that it compares with.
    pub limits: &'static [Limit],
}

/// A rule, which is also its memory of one session.
pub(super) trait Rule: Default {
    /// What a user can know about it.
    const INFO: RuleInfo;

    /// Reads one fact, and reports what it detects to `signals`.
    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals);

    /// When the rule next wants to see [`Fact::Time`].
    fn deadline(&self, _context: &RuleContext<'_>) -> Option<Timestamp> {
        None
    }
}
