//! Waiting for something that does not change. Polling is exempt from the rules on repetition, up to
//! this limit of its own.

use super::trace::Trace;
use super::{Fact, Limit, Rule, Seen, View};
use crate::detect::call::Call;
use crate::detect::signal::Sighting;
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
    trace: Option<Trace>,
}

impl Rule for Polling {
    fn observe(&mut self, fact: &Fact<'_>, view: &View<'_>, seen: &mut Seen) {
        match fact {
            Fact::Call(call, noted) if noted.poll => self.take(call, view, seen),
            Fact::Call(_, noted) if noted.new_change || noted.novel() => *self = Self::default(),
            Fact::User => *self = Self::default(),
            _ => {}
        }
    }
}

impl Polling {
    fn take(&mut self, call: &Call, view: &View<'_>, seen: &mut Seen) {
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
        let Some(trace) = &mut self.trace else {
            self.trace = Some(Trace::begin(call, view));
            self.since = call.point.ts;
            return;
        };
        trace.add(call);
        let seconds = call.point.ts.saturating_sub(self.since) / 1000;
        let long = u64::try_from(seconds).unwrap_or(0) >= view.config.of(&SECONDS);
        if long && trace.calls >= view.config.of(&POLLS) {
            let summary = format!("{} polls in {seconds} s, and nothing has changed", trace.calls);
            let mut sighting = Sighting::new(NAME, Kind::Stagnation, Grade::Notice, 0, summary);
            trace.fill(&mut sighting, view);
            seen.sight(sighting);
        }
    }
}
