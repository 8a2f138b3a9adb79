//! Detects polling for something that does not change. Polling is exempt from the rules about repetition; this is its
//! own limit.

use super::rule::{Rule, RuleInfo};
use super::streak::Streak;
use crate::detect::call::Call;
use crate::detect::config::Limit;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::signal::{Signal, Signals};
use crate::wire::Timestamp;
use crate::wire::record::{Grade, Kind};
use std::collections::VecDeque;

const NAME: &str = "polling";

const POLLS: Limit = Limit::new(
    "polling.calls",
    10,
    "polls without a change before a notice, once they also span polling.seconds seconds",
);
const SECONDS: Limit = Limit::new(
    "polling.seconds",
    600,
    "seconds of polling without a change before a notice, once there are also polling.calls polls",
);

/// How many different polls may alternate, such as a look and a wait.
const POLL_CALLS: usize = 4;

/// What the rule remembers of one session.
#[derive(Default)]
pub(super) struct Polling {
    /// The keys of calls and their results.
    results: VecDeque<(u64, u64)>,
    since: Timestamp,
    streak: Option<Streak>,
}

impl Rule for Polling {
    const INFO: RuleInfo =
        RuleInfo { name: NAME, about: "waiting for something that does not change", limits: &[POLLS, SECONDS] };

    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            Fact::Call(call, compared) if compared.poll => self.take(call, context, signals),
            Fact::Call(_, compared) if compared.new_change || compared.is_novel() => *self = Self::default(),
            Fact::User => *self = Self::default(),
            _ => {}
        }
    }
}

impl Polling {
    fn take(&mut self, call: &Call, context: &RuleContext<'_>, signals: &mut Signals) {
        let known = self.results.iter().position(|(call_key, _)| *call_key == call.key);
        if known.is_some_and(|at| self.results[at].1 != call.result_key) {
            *self = Self::default();
        }
        if known.is_none() || self.results.is_empty() {
            if self.results.len() == POLL_CALLS {
                self.results.pop_front();
            }
            self.results.push_back((call.key, call.result_key));
        }
        let Some(streak) = &mut self.streak else {
            self.streak = Some(Streak::begin(call, context));
            self.since = Timestamp::from_ms(call.point.ts);
            return;
        };
        streak.add(call);
        let seconds = Timestamp::from_ms(call.point.ts).since(self.since) / 1000;
        let long = u64::try_from(seconds).unwrap_or(0) >= context.config.limit(&SECONDS);
        if long && streak.calls() >= context.config.limit(&POLLS) {
            let summary = format!("{} polls in {seconds} s, and nothing has changed", streak.calls());
            let mut signal = Signal::new(NAME, Kind::Stagnation, Grade::Notice, 0, summary);
            streak.fill(&mut signal, context);
            signals.report(signal);
        }
    }
}
