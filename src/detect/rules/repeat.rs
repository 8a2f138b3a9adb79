//! The same calls again and again, with a period of 1 to 16 rounds: with the same results (`repeat`),
//! or with results that differ (`repeat-call`).

use super::{Fact, Limit, Rule, Seen, RuleContext};
use crate::detect::hash;
use crate::detect::fact::rounds::Round;
use crate::detect::signal::Signal;
use crate::wire::record::{Evidence, Grade, Kind, Point, Wasted};
use std::collections::VecDeque;

pub(super) const NAME: &str = "repeat";
pub(super) const ABOUT: &str = "the same calls in the same order, again and again";
/// The name of findings on calls whose results differ.
const CALL_NAME: &str = "repeat-call";

/// One real loop cycled ten reads; 16 leaves room.
const PERIODS: usize = 16;
/// Evidence that a finding shows.
const SHOWN: usize = 3;

// Three in a row is a hint; of the self-finished runs measured, 5.2 % have it and 0.5 to 0.9 % have
// four or five.
const NOTICE: Limit = Limit {
    name: "repeat.notice",
    default: 3,
    what: "laps of the same calls with the same results: notice",
};
const WARN: Limit = Limit {
    name: "repeat.warn",
    default: 4,
    what: "the same: warn",
};
const STOP: Limit = Limit {
    name: "repeat.stop",
    default: 5,
    what: "the same: stop",
};
const CALL_WARN: Limit = Limit {
    name: "repeat.call",
    default: 5,
    what: "laps of the same calls whose results differ: warn",
};
pub(super) const LIMITS: &[Limit] = &[NOTICE, WARN, STOP, CALL_WARN];

/// Where a run of laps began.
#[derive(Clone)]
struct Mark {
    /// The first event of the first lap.
    first: Point,
    /// The message of the last round that brought something.
    keep: String,
    tokens: u64,
    calls: u64,
}

/// How far one period holds.
#[derive(Default)]
struct Run {
    rounds: u64,
    since: Option<Mark>,
}

struct Past {
    a: u64,
    ar: u64,
    poll: bool,
    shown: Option<Evidence>,
    mark: Mark,
}

/// The rule's memory of one session.
#[derive(Default)]
pub(super) struct Repeat {
    past: VecDeque<Past>,
    same: [Run; PERIODS],
    alike: [Run; PERIODS],
}

impl Rule for Repeat {
    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            Fact::Round(round) => {
                self.take(round, context);
                self.report(round, context, seen);
            }
            Fact::User => *self = Self::default(),
            _ => {}
        }
    }
}

impl Repeat {
    /// Compares a round with those before it, for every period.
    fn take(&mut self, round: &Round, context: &RuleContext<'_>) {
        let newest = self.past.len();
        for period in 1..=PERIODS {
            let before = newest.checked_sub(period).map(|at| &self.past[at]);
            let since = || {
                let first = before?.mark.first.clone();
                let last = &self.past.back()?.mark;
                Some(Mark {
                    first,
                    keep: last.keep.clone(),
                    tokens: round.tokens_before,
                    calls: context.history.calls - round.calls.min(context.history.calls),
                })
            };
            self.same[period - 1].advance(before.is_some_and(|b| b.ar == round.ar), since);
            self.alike[period - 1].advance(before.is_some_and(|b| b.a == round.a), since);
        }
        if newest == PERIODS {
            self.past.pop_front();
        }
        self.past.push_back(Past {
            a: round.a,
            ar: round.ar,
            poll: round.poll,
            shown: round.shown.first().cloned(),
            mark: Mark {
                first: round.first.clone(),
                keep: round.message.clone(),
                tokens: 0,
                calls: 0,
            },
        });
    }

    fn report(&self, round: &Round, context: &RuleContext<'_>, signals: &mut Signals) {
        let limits = [&STOP, &WARN, &NOTICE].map(|limit| context.config.limit(limit));
        let grades = [Grade::Stop, Grade::Warn, Grade::Notice];
        let found = grades
            .into_iter()
            .zip(limits)
            .find_map(|(grade, laps)| self.shortest(&self.same, laps).map(|period| (grade, period)));
        if let Some((grade, period)) = found {
            signals.report(self.signal(NAME, grade, period, round, context));
            return;
        }
        if let Some(period) = self.shortest(&self.alike, context.config.limit(&CALL_WARN)) {
            signals.report(self.signal(CALL_NAME, Grade::Warn, period, round, context));
        }
        // Half the laps of a warning are enough once the session was told to stop it.
        if let Some(period) = self.shortest(&self.same, context.config.limit(&WARN).div_ceil(2)) {
            let mut below_threshold = self.signal(NAME, Grade::Notice, period, round, context);
            below_threshold.below_threshold = true;
            signals.report(below_threshold);
        }
    }

    /// The shortest period that holds for so many laps, and in which nothing waits.
    fn shortest(&self, runs: &[Run; PERIODS], laps: u64) -> Option<usize> {
        let period = (1..=PERIODS).find(|period| runs[period - 1].laps(*period) >= laps.max(2))?;
        let polls = self.past.iter().rev().take(period).any(|past| past.poll);
        (!polls).then_some(period)
    }

    fn signal(
        &self,
        rule: &'static str,
        grade: Grade,
        period: usize,
        round: &Round,
        context: &RuleContext<'_>,
    ) -> Signal {
        let exact = rule == NAME;
        let run = if exact { &self.same } else { &self.alike }[period - 1]
            .since
            .as_ref();
        let laps = if exact { &self.same } else { &self.alike }[period - 1].laps(period);
        let one_lap = self.past.range(self.past.len().saturating_sub(period)..);
        let lap: Vec<u64> = one_lap
            .clone()
            .map(|past| if exact { past.ar } else { past.a })
            .collect();
        let what = if period == 1 {
            "the same call".to_owned()
        } else {
            format!("the same {period} calls in a row")
        };
        let how = if exact {
            "with the same result"
        } else {
            "with other results"
        };
        let summary = format!("{what} {laps} times {how}");
        let mut signal = Signal::new(rule, Kind::Loop, grade, hash::cycle(&lap), summary);
        signal.period = u32::try_from(period).unwrap_or(u32::MAX);
        signal.laps = laps;
        signal.evidence = if period == 1 {
            round.shown.clone()
        } else {
            one_lap
                .filter_map(|past| past.shown.clone())
                .take(SHOWN)
                .collect()
        };
        if let Some(mark) = run {
            signal.since = Some(mark.first.clone());
            signal.rollback_to = Some(mark.keep.clone()).filter(|id| !id.is_empty());
            signal.wasted = Wasted {
                calls: context.history.calls.saturating_sub(mark.calls),
                tokens: context.history.tokens.saturating_sub(mark.tokens),
            };
        }
        signal
    }
}

impl Run {
    fn advance(&mut self, same: bool, since: impl Fn() -> Option<Mark>) {
        if !same {
            *self = Self::default();
            return;
        }
        self.rounds += 1;
        if self.rounds == 1 {
            self.since = since();
        }
    }

    fn laps(&self, period: usize) -> u64 {
        self.rounds / period as u64 + 1
    }
}
