//! Detects checks whose failures stay the same although the work goes on, or alternate.

use super::rule::{Rule, RuleInfo};
use super::streak::Streak;
use crate::detect::call::Call;
use crate::detect::call::checks::CheckResult;
use crate::detect::call::classify::CallKind;
use crate::detect::call::failure;
use crate::detect::config::Limit;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::hash;
use crate::detect::signal::{Signal, Signals};
use crate::wire::record::{Grade, Kind};
use std::collections::VecDeque;

const NAME: &str = "checks";

const NOTICE: Limit = Limit::new("checks.notice", 4, "changes after which the same tests still fail before a notice");
const WARN: Limit = Limit::new("checks.warn", 6, "changes after which the same tests still fail before a warning");
const RETURNS: Limit = Limit::new("checks.returns", 3, "returns to an earlier set of failing tests before a warning");

/// The most checks to remember, and the most sets of failures per check.
const CHECKS: usize = 8;
const SETS: usize = 8;
/// The most changed files to remember per check.
const FILES: usize = 32;

struct Check {
    key: u64,
    /// The latest sets of failures, newest last.
    sets: VecDeque<u64>,
    /// Changes since the failures last changed, by file.
    changes: VecDeque<(u64, u64)>,
    /// Whether something changed since the last run.
    changed: bool,
    /// Returns to an earlier set of failures, in a row.
    returns: u64,
    streak: Streak,
}

/// What the rule remembers of one session.
#[derive(Default)]
pub(super) struct Checks {
    checks: VecDeque<Check>,
}

impl Rule for Checks {
    const INFO: RuleInfo = RuleInfo {
        name: NAME,
        about: "the same tests keep failing although the work goes on, or the failures alternate",
        limits: &[NOTICE, WARN, RETURNS],
    };

    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            Fact::Call(call, _) if call.kind == CallKind::Check => self.take_check(call, context, signals),
            Fact::Call(call, compared) if compared.new_change => {
                let file = call.input.target.as_ref().map_or(0, hash::of);
                for check in &mut self.checks {
                    check.change(file);
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
    fn take_check(&mut self, call: &Call, context: &RuleContext<'_>, signals: &mut Signals) {
        let never_ran = call.failure.as_ref().is_some_and(|failure| failure::never_ran(&failure.line));
        if never_ran || call.check.is_none() {
            return;
        }
        let key = call.act;
        let known = self.checks.iter().position(|check| check.key == key);
        let Some(set) = call.failure.as_ref().map(|failure| call.failing.unwrap_or(failure.class)) else {
            if matches!(call.check, Some(CheckResult::Unknown | CheckResult::Empty)) {
                return;
            }
            // It passes.
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
                key,
                sets: [set].into(),
                changes: VecDeque::new(),
                changed: false,
                returns: 0,
                streak: Streak::begin(call, context),
            });
            return;
        };
        let check = &mut self.checks[at];
        let changed = check.sets.back() != Some(&set);
        if changed && !check.change_failures(set, call, context) {
            signals.release(NAME);
            return;
        }
        if !changed {
            check.streak.add(call);
        }
        check.changed = false;
        check.report(context, signals);
    }
}

impl Check {
    /// Records a change of a file.
    fn change(&mut self, file: u64) {
        self.changed = true;
        if let Some((_, count)) = self.changes.iter_mut().find(|(known, _)| *known == file) {
            *count += 1;
            return;
        }
        if self.changes.len() == FILES {
            self.changes.pop_front();
        }
        self.changes.push_back((file, 1));
    }

    /// Changes of files that were changed more than once: a migration goes through many files, once each. They count
    /// as far as the check was run again.
    fn changes(&self) -> u64 {
        let changes: u64 = self.changes.iter().map(|(_, count)| *count).filter(|count| *count > 1).sum();
        changes.min(self.streak.calls())
    }

    /// Records another set of failures. Returns whether it occurred before.
    fn change_failures(&mut self, set: u64, call: &Call, context: &RuleContext<'_>) -> bool {
        // Without a change in between, it is the test that swings.
        let returned = self.sets.contains(&set) && self.changed;
        self.changes.clear();
        if self.sets.len() == SETS {
            self.sets.pop_front();
        }
        self.sets.push_back(set);
        if returned {
            self.returns += 1;
            self.streak.add(call);
        } else {
            self.returns = 0;
            self.streak = Streak::begin(call, context);
        }
        returned
    }

    fn report(&self, context: &RuleContext<'_>, signals: &mut Signals) {
        let (summary, problem, laps, grade) = if self.returns >= context.config.limit(&RETURNS) {
            let summary = format!("the failing tests returned to an earlier set {} times", self.returns);
            (summary, "swinging", self.returns, Grade::Warn)
        } else if self.changes() >= context.config.limit(&NOTICE) {
            let changes = self.changes();
            let summary = format!("{changes} changes, and the same tests fail as before");
            let warn = changes >= context.config.limit(&WARN);
            (summary, "frozen", changes, if warn { Grade::Warn } else { Grade::Notice })
        } else {
            return;
        };
        let mut signal = Signal::new(NAME, Kind::Checks, grade, hash::join(self.key, hash::of(problem)), summary);
        self.streak.fill(&mut signal, context);
        signal.laps = laps;
        signals.report(signal);
    }
}
