//! Waiting for something that does not change. Polling is exempt from the rules on repetition, up to
//! this limit of its own.

use super::streak::Streak;
use super::{Fact, Limit, Rule, Seen, RuleContext};
use crate::detect::call::Call;
use crate::detect::signal::Signal;
use crate::wire::record::{Grade, Kind};
use std::collections::VecDeque;

pub(super) const NAME: &str = "polling";
pub(super) const ABOUT: &str = "waiting for something that does not change";

const POLLS: Limit = Limit {
    name: "polling.calls",
    default: 10,
    what: "polls without a change, and",
};
const SECONDS: Limit = Limit {
    name: "polling.seconds",
    default: 600,
    what: "seconds of them: notice",
};
pub(super) const LIMITS: &[Limit] = &[POLLS, SECONDS];

/// Different polls that may take turns, such as a look and a wait.
const KINDS: usize = 4;

/// The rule's memory of one session.
#[derive(Default)]
pub(super) struct Polling {
    results: VecDeque<(u64, u64)>,
    since: i64,
    streak: Option<Streak>,
}

impl Rule for Polling {
    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            Fact::Call(call, compared) if compared.poll => self.take(call, context, seen),
            Fact::Call(_, compared) if compared.new_change || compared.novel() => *self = Self::default(),
            Fact::User => *self = Self::default(),
            _ => {}
        }
    }
}

impl Polling {
    fn take(&mut self, call: &Call, context: &RuleContext<'_>, signals: &mut Signals) {
        let known = self.results.iter().position(|(a, _)| *a == call.a);
        if known.is_some_and(|at| self.results[at].1 != call.r) {
            *self = Self::default();
        }
        if known.is_none() || self.results.is_empty() {
            if self.results.len() == KINDS {
                self.results.pop_front();
            }
            self.results.push_back((call.a, call.r));
        }
        let Some(streak) = &mut self.streak else {
            self.streak = Some(Streak::begin(call, context));
            self.since = call.point.ts;
            return;
        };
        streak.add(call);
        let seconds = call.point.ts.saturating_sub(self.since) / 1000;
        let long = u64::try_from(seconds).unwrap_or(0) >= context.config.limit(&SECONDS);
        if long && streak.calls >= context.config.limit(&POLLS) {
            let summary = format!("{} polls in {seconds} s, and nothing has changed", streak.calls);
            let mut signal = Signal::new(NAME, Kind::Stagnation, Grade::Notice, 0, summary);
            streak.fill(&mut signal, context);
            signals.report(signal);
        }
    }
}
