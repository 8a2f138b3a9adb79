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
use std::collections::vec_deque::Iter;

const NAME: &str = "repeat";
/// The rule of findings about calls with differing results.
pub(crate) const REPEAT_CALL: &str = "repeat-call";

/// The longest period. A real loop cycled through ten reads; 16 leaves room.
const PERIODS: usize = 16;

// Three in a row is a hint: of the measured runs that finished by themselves, 5.2 % have three, and 0.5 to 0.9 % have
// four or five.
const NOTICE: Limit =
    Limit::new("repeat.notice", 3, "repetitions of the same calls with the same results before a notice").of_repeats();
const WARN: Limit =
    Limit::new("repeat.warn", 4, "repetitions of the same calls with the same results before a warning").of_repeats();
const STOP: Limit =
    Limit::new("repeat.stop", 5, "repetitions of the same calls with the same results before a stop").of_repeats();
const CALL_WARN: Limit =
    Limit::new("repeat.call", 5, "repetitions of the same calls with differing results before a warning").of_repeats();

/// How many times the laps of a warning a check may pass again before one.
const PROOF: u64 = 2;

/// What happens in at least one of so many laps counts for all of them: if every other lap gets somewhere, so do they.
const TYPICAL: u64 = 2;

/// How many runs show how often a check passes that does not always pass, or what varies from run to run.
const FLAKY: u64 = 30;

/// How often something is done whose answer only confirms it before a warning, and a stop: a key pressed, a list scrolled.
/// Whoever watches sees no more than the rule does.
const DEEDS: (u64, u64) = (25, 50);

/// How many equal looks in a row, with how many milliseconds from one to the next on average, are too many and too close
/// to wait for anything.
const RUSH: (u64, i64) = (40, 5_000);

/// How often a number may be changed to see whether that mends something: a sweep of settings shows a better one by then.
const TURNS: u64 = 15;

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
struct RepeatStreak {
    rounds: u64,
    /// How many of the rounds had a result that says something new.
    news: u64,
    /// How many of them had a result whose numbers move on.
    moves: u64,
    /// Whether the last one has, or says something new after such ones.
    moving: bool,
    /// How many of them were checks that passed.
    passed: u64,
    /// How many of them were farther on than any before, or measured something new.
    advances: u64,
    /// Whether one of the rounds waited.
    waited: bool,
    /// How many of them did not.
    awake: u64,
    start: Option<RunStart>,
}

/// A round before the current one.
struct PastRound {
    key: u64,
    key_with_result: u64,
    key_without_ids: u64,
    key_without_numbers: u64,
    shows_fault: bool,
    does_new: bool,
    poll: bool,
    slow: bool,
    drifts: bool,
    passed: bool,
    mutates: bool,
    /// One of its calls does something.
    does: bool,
    /// All of its calls are deeds that are only confirmed.
    deeds: bool,
    failed: bool,
    /// One of its calls says that it did something to some.
    did_some: bool,
    /// One of its results is another figure than before.
    new_figure: bool,
    shown: Option<Evidence>,
    start: RunStart,
}

impl PastRound {
    fn of(round: &Round) -> Self {
        Self {
            key: round.key,
            key_with_result: round.key_with_result,
            key_without_ids: round.key_without_ids,
            key_without_numbers: round.key_without_numbers,
            shows_fault: round.shows_fault,
            does_new: round.does_new,
            poll: round.poll,
            slow: round.slow,
            drifts: round.drifts,
            passed: round.passed,
            mutates: round.mutates,
            does: round.does,
            deeds: round.deeds,
            failed: round.failed,
            did_some: round.did_some,
            new_figure: round.new_figure,
            shown: round.shown.first().cloned(),
            start: RunStart { first: round.first.clone(), message: round.message.clone(), tokens: 0, calls: 0 },
        }
    }
}

/// What the rule remembers of one session.
#[derive(Default)]
pub(super) struct Repeat {
    past: VecDeque<PastRound>,
    /// Runs of the same calls with the same results, by period.
    same_results: Runs,
    /// The same, whatever the ids of what they look at.
    same_but_ids: Runs,
    /// The same, whatever the numbers that the calls are given.
    same_but_numbers: Runs,
    /// Runs of the same calls with any results, by period.
    same_calls: Runs,
}

/// A run for each period.
#[derive(Default)]
struct Runs([RepeatStreak; PERIODS]);

impl Runs {
    fn of(&self, period: usize) -> &RepeatStreak {
        &self.0[period - 1]
    }

    fn of_mut(&mut self, period: usize) -> &mut RepeatStreak {
        &mut self.0[period - 1]
    }
}

/// The last lap of a repetition.
struct Lap<'a> {
    /// How many rounds it has.
    period: usize,
    run: &'a RepeatStreak,
    rounds: Iter<'a, PastRound>,
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
                let repeated = self.same_results.of(1).rounds > 0;
                self.take(round, context);
                // The same call came to something else: it did not run in circles, or does so no longer.
                let is_over = self.same_results.of(1).rounds == 0 && self.same_calls.of(1).rounds > 0;
                if repeated && is_over && round.new_numberless && !round.failed {
                    signals.release(NAME);
                    return;
                }
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
            // Nobody measures the same for ever.
            let measured = round.measured && self.same_calls.of(period).laps(period) < FLAKY;
            self.same_results.of_mut(period).advance(
                !round.moves && !measured && before.is_some_and(|b| b.key_with_result == round.key_with_result),
                round,
                start,
            );
            self.same_but_ids.of_mut(period).advance(
                !round.moves_on && !measured && before.is_some_and(|b| b.key_without_ids == round.key_without_ids),
                round,
                start,
            );
            self.same_but_numbers.of_mut(period).advance(
                before.is_some_and(|b| b.key_without_numbers == round.key_without_numbers),
                round,
                start,
            );
            self.same_calls.of_mut(period).advance(before.is_some_and(|b| b.key == round.key), round, start);
        }
        if newest == PERIODS {
            self.past.pop_front();
        }
        self.past.push_back(PastRound::of(round));
    }

    fn report(&self, round: &Round, context: &RuleContext<'_>, signals: &mut Signals) {
        let limits = [&STOP, &WARN, &NOTICE].map(|limit| context.config.limit(limit));
        let grades = [Grade::Stop, Grade::Warn, Grade::Notice];
        let found = grades
            .into_iter()
            .zip(limits)
            .find_map(|(grade, laps)| self.shortest(&self.same_results, laps).map(|lap| (grade, lap)));
        if let Some((grade, lap)) = found {
            let grade = grade.min(lap.gravest(context)).min(lap.gravest_after_waits(context));
            signals.report(lap.signal(NAME, grade, round, context));
            return;
        }
        // Of a batch, each thing is looked at once, and nothing is done in between.
        let cycle = self.last_lap(&self.same_but_ids, context.config.limit(&CALL_WARN));
        let turns = || self.shortest(&self.same_but_numbers, TURNS).filter(Lap::turns_in_vain);
        if let Some(lap) = cycle.filter(Lap::makes_anew).or_else(turns) {
            signals.report(lap.signal(REPEAT_CALL, Grade::Warn, round, context));
            return;
        }
        let calls = self.shortest(&self.same_calls, context.config.limit(&CALL_WARN));
        if let Some(lap) = calls.filter(|lap| lap.is_in_vain() && !lap.may_be_asked()) {
            signals.report(lap.signal(REPEAT_CALL, Grade::Warn, round, context));
        }
        // Once a message was sent about it, half the laps of a warning are enough.
        if let Some(lap) = self.shortest(&self.same_results, context.config.limit(&WARN).div_ceil(2)) {
            let mut signal = lap.signal(NAME, Grade::Notice, round, context);
            signal.below_threshold = true;
            signals.report(signal);
        }
    }

    /// The last lap of the shortest period with at least `laps` laps, unless a round in it waits.
    fn shortest<'a>(&'a self, runs: &'a Runs, laps: u64) -> Option<Lap<'a>> {
        self.last_lap(runs, laps).filter(|lap| !lap.any(|past| past.poll))
    }

    /// The last lap of the shortest period with at least `laps` laps.
    fn last_lap<'a>(&'a self, runs: &'a Runs, laps: u64) -> Option<Lap<'a>> {
        let period = (1..=PERIODS).find(|period| runs.of(*period).laps(*period) >= laps)?;
        let rounds = self.past.range(self.past.len().saturating_sub(period)..);
        Some(Lap { period, run: runs.of(period), rounds })
    }
}

impl Lap<'_> {
    fn laps(&self) -> u64 {
        self.run.laps(self.period)
    }

    fn any(&self, test: fn(&PastRound) -> bool) -> bool {
        self.rounds.clone().any(test)
    }

    /// Whether a call makes something, and others look at it. What is waited for in between may fail each time.
    fn makes_anew(&self) -> bool {
        let (waits, fails) = (self.any(|past| past.poll), self.any(|past| past.failed));
        self.period > 1 && self.any(|past| past.does && !past.poll) && (fails || !waits)
    }

    /// Whether a number is changed once more, and what is looked at is as bad as before.
    fn turns_in_vain(&self) -> bool {
        self.period > 1 && self.any(|past| past.does_new) && self.any(|past| past.shows_fault) && !self.gets_on()
    }

    /// Whether so many of the repeated rounds are one in every other lap, or more.
    fn is_typical(&self, rounds: u64) -> bool {
        rounds * TYPICAL >= self.laps()
    }

    /// The gravest grade of such a repetition.
    fn gravest(&self, context: &RuleContext<'_>) -> Grade {
        // Looks with a pause between them may wait for something, what does some of it each time may get through, and who
        // measures may compare: whether they do is for others to judge.
        if self.period == 1 && self.any(|past| past.deeds) {
            let (warn, stop) = DEEDS;
            return match self.laps() {
                laps if laps < warn => Grade::Notice,
                laps if laps < stop => Grade::Warn,
                _ => Grade::Stop,
            };
        }
        let compares = self.laps() < FLAKY && self.any(|past| past.new_figure);
        let waits = self.any(|past| past.slow) && !self.is_rushed(context);
        if compares || waits || self.any(|past| past.did_some) {
            return Grade::Warn;
        }
        // Who runs again what passed proves that it passes each time, or is done.
        if self.any(|past| !past.passed) {
            return Grade::Stop;
        }
        if self.laps() < PROOF * context.config.limit(&WARN) { Grade::Notice } else { Grade::Warn }
    }

    /// Whether the same is looked at many times in a short while, and no number in it moves.
    fn is_rushed(&self, context: &RuleContext<'_>) -> bool {
        let (laps, pause) = RUSH;
        let since = self.run.start.as_ref().map_or(context.point.ts, |start| start.first.ts);
        let rounds = i64::try_from(self.run.rounds).unwrap_or(i64::MAX);
        let is_close = context.point.ts.saturating_sub(since) < pause.saturating_mul(rounds);
        self.laps() >= laps && is_close && !self.any(|past| past.drifts)
    }

    /// The gravest grade of a repetition that waited before: one quick look among many that waited is none.
    fn gravest_after_waits(&self, context: &RuleContext<'_>) -> Grade {
        let awake = self.run.awake / self.period as u64;
        if !self.run.waited || awake >= context.config.limit(&STOP) {
            Grade::Stop
        } else if awake > 1 || self.any(|past| past.slow) {
            Grade::Warn
        } else {
            Grade::Notice
        }
    }

    /// Whether the same calls with differing results get nowhere: they write, or what they read is hardly ever new.
    fn is_in_vain(&self) -> bool {
        !self.gets_on() && !self.is_flaky() && (self.writes() || self.reads_nothing_new())
    }

    /// Whether it is a deed, done no more often than one may be.
    fn may_be_asked(&self) -> bool {
        self.period == 1 && self.laps() < DEEDS.0 && self.any(|past| past.deeds)
    }

    /// Whether the numbers in the results move on, or the calls are farther on than ever.
    fn gets_on(&self) -> bool {
        self.run.moving || self.is_typical(self.run.moves) || self.is_typical(self.run.advances)
    }

    /// Whether it is a test that now passes and now fails, run again to see how often it does.
    fn is_flaky(&self) -> bool {
        let RepeatStreak { rounds, passed, .. } = *self.run;
        self.period == 1 && (1..rounds).contains(&passed) && rounds < FLAKY
    }

    /// Whether a call writes. What slept and failed so far wrote nothing.
    fn writes(&self) -> bool {
        self.any(|past| past.mutates) && !(self.period == 1 && self.run.waited)
    }

    fn reads_nothing_new(&self) -> bool {
        !self.run.waited && !self.is_typical(self.run.news)
    }

    fn signal(&self, rule: &'static str, grade: Grade, round: &Round, context: &RuleContext<'_>) -> Signal {
        let exact = rule == NAME;
        let (period, laps) = (self.period, self.laps());
        let keys = self.rounds.clone().map(|past| if exact { past.key_with_result } else { past.key });
        let calls = if period == 1 { "the same call".to_owned() } else { format!("the same {period} calls in a row") };
        let results = if exact { "with the same result" } else { "with other results" };
        let summary = format!("{calls} {laps} times {results}");
        let mut signal = Signal::new(rule, Kind::Loop, grade, hash::cycle(&keys.collect::<Vec<_>>()), summary);
        signal.period = u32::try_from(period).unwrap_or(u32::MAX);
        signal.laps = laps;
        signal.evidence = if period == 1 {
            round.shown.clone()
        } else {
            self.rounds.clone().filter_map(|past| past.shown.clone()).take(EVIDENCE).collect()
        };
        if let Some(start) = &self.run.start {
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

impl RepeatStreak {
    fn advance(&mut self, same: bool, round: &Round, start: impl Fn() -> Option<RunStart>) {
        if !same {
            *self = Self::default();
            return;
        }
        self.rounds += 1;
        self.news += u64::from(round.new_numberless);
        self.moves += u64::from(round.moves);
        self.moving = round.moves || self.moving && round.new_numberless;
        self.passed += u64::from(round.passed);
        self.advances += u64::from(round.advances || round.measured);
        self.waited |= round.poll;
        self.awake += u64::from(!round.poll);
        if self.rounds == 1 {
            self.start = start();
        }
    }

    fn laps(&self, period: usize) -> u64 {
        self.rounds / period as u64 + 1
    }
}
