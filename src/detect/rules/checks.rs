//! Checks that do not move although the work goes on, or that swing between the same failures.

use super::streak::Streak;
use super::{Fact, Limit, Rule, Seen, RuleContext};
use crate::detect::call::Call;
use crate::detect::call::classify::Kind as CallKind;
use crate::detect::call::failure;
use crate::detect::hash;
use crate::detect::signal::Signal;
use crate::wire::record::{Grade, Kind};
use std::collections::VecDeque;

pub(super) const NAME: &str = "checks";
pub(super) const ABOUT: &str = "the same tests keep failing although the work goes on, or take turns";

const NOTICE: Limit = Limit {
    name: "checks.notice",
    default: 4,
    what: "changes after which the same tests still fail: notice",
};
const WARN: Limit = Limit {
    name: "checks.warn",
    default: 6,
    what: "the same: warn",
};
const RETURNS: Limit = Limit {
    name: "checks.returns",
    default: 3,
    what: "times that the failing tests are the same as some time before: warn",
};
pub(super) const LIMITS: &[Limit] = &[NOTICE, WARN, RETURNS];

/// Checks that are kept in mind, and sets of failures a check.
const CHECKS: usize = 8;
const SETS: usize = 8;

struct Check {
    a: u64,
    /// The failures of this check, the latest last.
    sets: VecDeque<u64>,
    /// Changes since the set last moved.
    changes: u64,
    returns: u64,
    streak: Streak,
}

/// The rule's memory of one session.
#[derive(Default)]
pub(super) struct Checks {
    checks: VecDeque<Check>,
}

impl Rule for Checks {
    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            Fact::Call(call, _) if call.kind == CallKind::Check => self.checked(call, context, seen),
            Fact::Call(_, compared) if compared.new_change => {
                for check in &mut self.checks {
                    check.changes += 1;
                }
            }
            Fact::User => {
                *self = Self::default();
                signals.release(NAME);
            }
            _ => {}
        }
    }
}

impl Checks {
    fn checked(&mut self, call: &Call, context: &RuleContext<'_>, signals: &mut Signals) {
        if failure::never_ran(&call.error_line) {
            return;
        }
        let known = self.checks.iter().position(|check| check.a == call.a);
        let Some(set) = call.failing.or(call.error) else {
            // It passes: whatever failed before is over.
            if let Some(at) = known {
                self.checks.remove(at);
                signals.release(NAME);
            }
            return;
        };
        let Some(at) = known else {
            if self.checks.len() == CHECKS {
                self.checks.pop_front();
            }
            self.checks.push_back(Check {
                a: call.a,
                sets: [set].into(),
                changes: 0,
                returns: 0,
                streak: Streak::begin(call, context),
            });
            return;
        };
        let check = &mut self.checks[at];
        let moved = check.sets.back() != Some(&set);
        if moved && !check.take_new(set, call, context) {
            signals.release(NAME);
            return;
        }
        if !moved {
            check.streak.add(call);
        }
        check.report(context, seen);
    }
}

impl Check {
    /// The failures moved. True when they returned to what they were before.
    fn take_new(&mut self, set: u64, call: &Call, context: &RuleContext<'_>) -> bool {
        let back = self.sets.contains(&set);
        self.changes = 0;
        if self.sets.len() == SETS {
            self.sets.pop_front();
        }
        self.sets.push_back(set);
        if back {
            self.returns += 1;
            self.streak.add(call);
        } else {
            self.returns = 0;
            self.streak = Streak::begin(call, context);
        }
        back
    }

    fn report(&self, context: &RuleContext<'_>, signals: &mut Signals) {
        let (summary, what, laps, grade) = if self.returns >= context.config.limit(&RETURNS) {
            let summary = format!(
                "the failing tests returned to a former set {} times",
                self.returns
            );
            (summary, "swinging", self.returns, Grade::Warn)
        } else if self.changes >= context.config.limit(&NOTICE) {
            let summary = format!("{} changes, and the same tests fail as before", self.changes);
            let warn = self.changes >= context.config.limit(&WARN);
            (
                summary,
                "frozen",
                self.changes,
                if warn { Grade::Warn } else { Grade::Notice },
            )
        } else {
            return;
        };
        let mut signal = Signal::new(
            NAME,
            Kind::Checks,
            grade,
            hash::join(self.a, hash::of(what)),
            summary,
        );
        self.streak.fill(&mut signal, context);
        signal.laps = laps;
        signals.report(signal);
    }
}
