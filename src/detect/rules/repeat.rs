//! Detects the same calls again and again, with a period of 1 to 16 rounds: with the same results (`repeat`), or with
//! differing results (`repeat-call`).

use super::rule::{Rule, RuleInfo};
use crate::detect::config::Limit;
use crate::detect::fact::rounds::Round;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::hash;
use crate::detect::signal::{EVIDENCE, Signal, Signals};
use crate::wire::record::{Evidence, Grade, Kind, Point, Wasted};
use std::collections::VecDeque;

const NAME: &str = "repeat";
/// The rule of findings about calls with differing results.
pub(crate) const REPEAT_CALL: &str = "repeat-call";

/// The longest period. A real loop cycled through ten reads; 16 leaves room.
const PERIODS: usize = 16;

// Three in a row is a hint: of the measured runs that finished by themselves, 5.2 % have three, and 0.5 to 0.9 % have
// four or five.
const NOTICE: Limit = Limit::new("repeat.notice", 3, "laps of the same calls with the same results before a notice");
const WARN: Limit = Limit::new("repeat.warn", 4, "laps of the same calls with the same results before a warning");
const STOP: Limit = Limit::new("repeat.stop", 5, "laps of the same calls with the same results before a stop");
const CALL_WARN: Limit = Limit::new("repeat.call", 5, "laps of the same calls with differing results before a warning");

/// How many times the laps of a warning a check may pass again before one.
const PROOF: u64 = 2;

/// How many runs show how often a check passes that does not always pass.
const FLAKY: u64 = 30;

/// Where a run of laps began.
#[derive(Clone)]
struct RunStart {
    /// The first event of the first lap.
    first: Point,
    /// The message of the last round before the repetition.
    message: String,
    /// Tokens and calls of the session before the repetition.
    tokens: u64,
    calls: u64,
}

/// How long the calls have repeated with one period.
#[derive(Default)]
struct Run {
    rounds: u64,
    /// How many of the rounds had a result that says something new.
    news: u64,
    /// How many of them had a result whose numbers move on.
    moves: u64,
    /// Whether the last one has, or says something new after such ones.
    moving: bool,
    /// How many of them were checks that passed.
    passed: u64,
    /// How many of them were farther on than any before.
    advances: u64,
    /// Whether one of the rounds waited.
    waited: bool,
    start: Option<RunStart>,
}

/// A round before the current one.
struct PastRound {
    key: u64,
    key_with_result: u64,
    poll: bool,
    slow: bool,
    passed: bool,
    mutates: bool,
    shown: Option<Evidence>,
    start: RunStart,
}

/// What the rule remembers of one session.
#[derive(Default)]
pub(super) struct Repeat {
    past: VecDeque<PastRound>,
    /// Runs of the same calls with the same results, by period.
    same_results: [Run; PERIODS],
    /// Runs of the same calls with any results, by period.
    same_calls: [Run; PERIODS],
}

impl Rule for Repeat {
    const INFO: RuleInfo = RuleInfo {
        name: NAME,
        about: "the same calls in the same order, with the same results",
        limits: &[NOTICE, WARN, STOP, CALL_WARN],
    };

    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            Fact::Round(round) => {
                self.take(round, context);
                self.report(round, context, signals);
            }
            Fact::User => *self = Self::default(),
            _ => {}
        }
    }
}

impl Repeat {
    /// Compares a round with the earlier ones, for every period.
    fn take(&mut self, round: &Round, context: &RuleContext<'_>) {
        let newest = self.past.len();
        for period in 1..=PERIODS {
            let before = newest.checked_sub(period).map(|at| &self.past[at]);
            let start = || {
                let first = before?.start.first.clone();
                let last = &self.past.back()?.start;
                Some(RunStart {
                    first,
                    message: last.message.clone(),
                    tokens: round.tokens_before,
                    calls: context.history.calls - round.calls.min(context.history.calls),
                })
            };
            self.same_results[period - 1].advance(
                !round.moves && before.is_some_and(|b| b.key_with_result == round.key_with_result),
                round,
                start,
            );
            self.same_calls[period - 1].advance(before.is_some_and(|b| b.key == round.key), round, start);
        }
        if newest == PERIODS {
            self.past.pop_front();
        }
        self.past.push_back(PastRound {
            key: round.key,
            key_with_result: round.key_with_result,
            poll: round.poll,
            slow: round.slow,
            passed: round.passed,
            mutates: round.mutates,
            shown: round.shown.first().cloned(),
            start: RunStart { first: round.first.clone(), message: round.message.clone(), tokens: 0, calls: 0 },
        });
    }

    fn report(&self, round: &Round, context: &RuleContext<'_>, signals: &mut Signals) {
        let limits = [&STOP, &WARN, &NOTICE].map(|limit| context.config.limit(limit));
        let grades = [Grade::Stop, Grade::Warn, Grade::Notice];
        let found = grades
            .into_iter()
            .zip(limits)
            .find_map(|(grade, laps)| self.shortest(&self.same_results, laps).map(|period| (grade, period)));
        if let Some((grade, period)) = found {
            let grade = grade.min(self.gravest(period, context));
            signals.report(self.signal(NAME, grade, period, round, context));
            return;
        }
        let calls = self.shortest(&self.same_calls, context.config.limit(&CALL_WARN));
        if let Some(period) = calls.filter(|period| self.is_in_vain(*period)) {
            signals.report(self.signal(REPEAT_CALL, Grade::Warn, period, round, context));
        }
        // Once a message was sent about it, half the laps of a warning are enough.
        if let Some(period) = self.shortest(&self.same_results, context.config.limit(&WARN).div_ceil(2)) {
            let mut signal = self.signal(NAME, Grade::Notice, period, round, context);
            signal.below_threshold = true;
            signals.report(signal);
        }
    }

    /// The gravest grade of a repetition with this period.
    fn gravest(&self, period: usize, context: &RuleContext<'_>) -> Grade {
        let mut lap = self.past.iter().rev().take(period);
        // Looks with a pause between them may wait for something: whether they do is for others to judge.
        if lap.clone().any(|past| past.slow) {
            return Grade::Warn;
        }
        // Who runs again what passed proves that it passes each time, or is done.
        if !lap.all(|past| past.passed) {
            return Grade::Stop;
        }
        let laps = self.same_results[period - 1].laps(period);
        if laps < PROOF * context.config.limit(&WARN) { Grade::Notice } else { Grade::Warn }
    }

    /// Whether the same calls with differing results get nowhere: they write, or what they read is hardly ever new.
    fn is_in_vain(&self, period: usize) -> bool {
        let run = &self.same_calls[period - 1];
        if run.moving || run.moves * 2 >= run.laps(period) {
            return false;
        }
        // A test that now passes and now fails is run again to see how often it does.
        if period == 1 && (1..run.rounds).contains(&run.passed) && run.rounds < FLAKY {
            return false;
        }
        if run.advances * 2 >= run.laps(period) {
            return false;
        }
        let writes = self.past.iter().rev().take(period).any(|past| past.mutates);
        // What slept and failed so far wrote nothing.
        writes && !(period == 1 && run.waited) || (!run.waited && run.news * 2 < run.laps(period))
    }

    /// The shortest period with at least `laps` laps, unless a round in it waits.
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
        let run = if exact { &self.same_results } else { &self.same_calls }[period - 1].start.as_ref();
        let laps = if exact { &self.same_results } else { &self.same_calls }[period - 1].laps(period);
        let one_lap = self.past.range(self.past.len().saturating_sub(period)..);
        let lap: Vec<u64> = one_lap.clone().map(|past| if exact { past.key_with_result } else { past.key }).collect();
        let calls = if period == 1 { "the same call".to_owned() } else { format!("the same {period} calls in a row") };
        let results = if exact { "with the same result" } else { "with other results" };
        let summary = format!("{calls} {laps} times {results}");
        let mut signal = Signal::new(rule, Kind::Loop, grade, hash::cycle(&lap), summary);
        signal.period = u32::try_from(period).unwrap_or(u32::MAX);
        signal.laps = laps;
        signal.evidence = if period == 1 {
            round.shown.clone()
        } else {
            one_lap.filter_map(|past| past.shown.clone()).take(EVIDENCE).collect()
        };
        if let Some(start) = run {
            signal.since = Some(start.first.clone());
            signal.rollback_to = Some(start.message.clone()).filter(|id| !id.is_empty());
            signal.wasted = Wasted {
                calls: context.history.calls.saturating_sub(start.calls),
                tokens: context.history.tokens.saturating_sub(start.tokens),
            };
        }
        signal
    }
}

impl Run {
    fn advance(&mut self, same: bool, round: &Round, start: impl Fn() -> Option<RunStart>) {
        if !same {
            *self = Self::default();
            return;
        }
        self.rounds += 1;
        self.news += u64::from(round.new_gist);
        self.moves += u64::from(round.moves);
        self.moving = round.moves || self.moving && round.new_gist;
        self.passed += u64::from(round.passed);
        self.advances += u64::from(round.advances);
        self.waited |= round.poll;
        if self.rounds == 1 {
            self.start = start();
        }
    }

    fn laps(&self, period: usize) -> u64 {
        self.rounds / period as u64 + 1
    }
}
