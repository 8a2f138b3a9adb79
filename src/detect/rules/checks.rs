//! Checks that do not move although the work goes on, or that swing between the same failures.

use super::trace::Trace;
use super::{Fact, Limit, Rule, Seen, View};
use crate::detect::call::Call;
use crate::detect::call::classify::Kind as CallKind;
use crate::detect::call::failure;
use crate::detect::hash;
use crate::detect::signal::Sighting;
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
    trace: Trace,
}

/// The rule's memory of one session.
#[derive(Default)]
pub(super) struct Checks {
    checks: VecDeque<Check>,
}

impl Rule for Checks {
    fn observe(&mut self, fact: &Fact<'_>, view: &View<'_>, seen: &mut Seen) {
        match fact {
            Fact::Call(call, _) if call.kind == CallKind::Check => self.checked(call, view, seen),
            Fact::Call(_, noted) if noted.new_change => {
                for check in &mut self.checks {
                    check.changes += 1;
                }
            }
            Fact::User => {
                *self = Self::default();
                seen.release(NAME);
            }
            _ => {}
        }
    }
}

impl Checks {
    fn checked(&mut self, call: &Call, view: &View<'_>, seen: &mut Seen) {
        if failure::never_ran(&call.error_line) {
            return;
        }
        let known = self.checks.iter().position(|check| check.a == call.a);
        let Some(set) = call.failing.or(call.error) else {
            // It passes: whatever failed before is over.
            if let Some(at) = known {
                self.checks.remove(at);
                seen.release(NAME);
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
                trace: Trace::begin(call, view),
            });
            return;
        };
        let check = &mut self.checks[at];
        let moved = check.sets.back() != Some(&set);
        if moved && !check.take_new(set, call, view) {
            seen.release(NAME);
            return;
        }
        if !moved {
            check.trace.add(call);
        }
        check.report(view, seen);
    }
}

impl Check {
    /// The failures moved. True when they returned to what they were before.
    fn take_new(&mut self, set: u64, call: &Call, view: &View<'_>) -> bool {
        let back = self.sets.contains(&set);
        self.changes = 0;
        if self.sets.len() == SETS {
            self.sets.pop_front();
        }
        self.sets.push_back(set);
        if back {
            self.returns += 1;
            self.trace.add(call);
        } else {
            self.returns = 0;
            self.trace = Trace::begin(call, view);
        }
        back
    }

    fn report(&self, view: &View<'_>, seen: &mut Seen) {
        let (summary, what, laps, grade) = if self.returns >= view.config.of(&RETURNS) {
            let summary = format!(
                "the failing tests returned to a former set {} times",
                self.returns
            );
            (summary, "swinging", self.returns, Grade::Warn)
        } else if self.changes >= view.config.of(&NOTICE) {
            let summary = format!("{} changes, and the same tests fail as before", self.changes);
            let warn = self.changes >= view.config.of(&WARN);
            (
                summary,
                "frozen",
                self.changes,
                if warn { Grade::Warn } else { Grade::Notice },
            )
        } else {
            return;
        };
        let mut sighting = Sighting::new(
            NAME,
            Kind::Checks,
            grade,
            hash::join(self.a, hash::of(what)),
            summary,
        );
        self.trace.fill(&mut sighting, view);
        sighting.laps = laps;
        seen.sight(sighting);
    }
}
