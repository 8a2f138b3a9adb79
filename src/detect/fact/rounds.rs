//! Groups calls of one message that overlap in time into rounds, so that their order does not matter.

use super::history::Comparison;
use crate::detect::call::Call;
use crate::detect::call::checks::CheckOutcome;
use crate::detect::call::classify::CallKind;
use crate::detect::hash;
use crate::wire::record::{Evidence, Point};

/// How many calls of a round to remember to recognize duplicates.
const MEMBERS: usize = 64;
/// From this many times on, a look is one that is made again and again.
const OFTEN: u32 = 4;
/// The most excerpts of a round that a finding shows.
const EXCERPTS: usize = 3;

/// Calls that ran in parallel.
#[derive(Debug)]
pub(crate) struct Round {
    /// The message that made them.
    pub(crate) message: String,
    /// The event that ended the first.
    pub(crate) first: Point,
    /// The event that ended the last.
    pub(crate) last: Point,
    /// Equal for equal sets of calls.
    pub(crate) key: u64,
    /// Equal for equal sets of calls with equal results.
    pub(crate) key_with_result: u64,
    /// The same, whatever the ids of what the calls look at.
    pub(crate) key_without_ids: u64,
    /// Equal for equal sets of calls with equal results, whatever the numbers that they are given.
    pub(crate) key_without_numbers: u64,
    /// Whether one of the calls looks once more at something that is not as it should be.
    pub(crate) shows_fault: bool,
    /// Whether one of the calls does something that was not done before, as far as anybody knows.
    pub(crate) does_new: bool,
    /// Whether one of the calls waits.
    pub(crate) poll: bool,
    /// Whether one of the calls is a read that is repeated after a pause.
    pub(crate) slow: bool,
    /// Whether all of them are checks that passed.
    pub(crate) passed: bool,
    /// Whether one of the calls changes something.
    pub(crate) mutates: bool,
    /// Whether one of the calls does something, as far as anybody knows.
    pub(crate) does: bool,
    /// Whether all of them are deeds that are only confirmed.
    pub(crate) deeds: bool,
    /// Whether one of the calls failed, or shows that a run elsewhere did.
    pub(crate) failed: bool,
    /// Whether one of the calls says that it did something to some: rows, keys, files.
    pub(crate) did_some: bool,
    /// Whether one of the results says something new, numbers aside.
    pub(crate) new_numberless: bool,
    /// Whether the numbers in one of the results move on.
    pub(crate) moves: bool,
    /// Whether they may.
    pub(crate) drifts: bool,
    /// The same, but for the ids of things, which rise by themselves.
    pub(crate) moves_on: bool,
    /// Whether one of the calls is farther on than such a call ever was.
    pub(crate) advances: bool,
    /// Whether one of the calls measured something new, and says what.
    pub(crate) measured: bool,
    /// Whether one of the results is a figure and its name, and another one than before.
    pub(crate) new_figure: bool,
    /// Whether it only repeats what was done before the context was compacted.
    pub(crate) reread: bool,
    /// How many calls.
    pub(crate) calls: u64,
    /// Excerpts of the first calls.
    pub(crate) shown: Vec<Evidence>,
    /// Tokens of the session before this round.
    pub(crate) tokens_before: u64,
    members: Vec<u64>,
    end: i64,
}

impl Round {
    fn new(call: &Call, tokens_before: u64) -> Self {
        Self {
            message: call.message.clone(),
            first: call.point.clone(),
            last: call.point.clone(),
            key: 0,
            key_with_result: 0,
            key_without_ids: 0,
            key_without_numbers: 0,
            shows_fault: false,
            does_new: false,
            poll: false,
            slow: false,
            passed: true,
            mutates: false,
            does: false,
            deeds: true,
            failed: false,
            did_some: false,
            new_numberless: false,
            moves: false,
            drifts: false,
            moves_on: false,
            advances: false,
            measured: false,
            new_figure: false,
            reread: true,
            calls: 0,
            shown: Vec::new(),
            tokens_before,
            members: Vec::new(),
            end: call.span.1,
        }
    }

    /// Adds a call, unless an identical one is in it.
    fn add(&mut self, call: &Call, compared: Comparison) {
        if self.members.contains(&call.key) {
            return;
        }
        if self.members.len() < MEMBERS {
            self.members.push(call.key);
        }
        self.key = self.key.wrapping_add(hash::spread(call.key));
        self.key_with_result = self.key_with_result.wrapping_add(hash::spread(call.key_with_result()));
        self.key_without_ids = self.key_without_ids.wrapping_add(hash::spread(call.without_ids));
        self.key_without_numbers = self.key_without_numbers.wrapping_add(hash::spread(call.key_without_numbers()));
        self.shows_fault |= compared.times >= OFTEN && call.shows_fault();
        let may_do = !matches!(call.kind, CallKind::Observe | CallKind::Check | CallKind::Poll);
        self.does_new |= may_do && compared.new_call && !call.failed();
        if compared.advances {
            // Fewer fail than ever, which the normalized result may hide.
            let failing = call.progress.failing.map_or(0, u64::from);
            self.key_with_result = hash::join(self.key_with_result, failing);
        }
        self.poll |= compared.waits();
        self.slow |= compared.is_slow();
        self.passed &= compared.passed;
        self.mutates |= call.kind == CallKind::Mutate;
        self.does |= matches!(call.kind, CallKind::Mutate | CallKind::Record);
        self.deeds &= call.is_deed();
        self.failed |= call.failed() || matches!(call.remote, Some(CheckOutcome::Failed { .. }));
        self.did_some |= call.progress.did_some && !call.failed();
        self.new_numberless |= compared.new_numberless;
        self.moves |= compared.moves;
        self.drifts |= compared.drifts;
        self.moves_on |= compared.moves && !call.shows_id;
        self.advances |= compared.advances;
        self.measured |= compared.measured && call.measures();
        self.new_figure |= compared.measured && call.tells_figure();
        self.reread &= compared.reread;
        self.calls += 1;
        self.last = call.point.clone();
        self.end = self.end.max(call.span.1);
        if self.shown.len() < EXCERPTS {
            self.shown.push(Evidence { id: call.point.id.clone(), excerpt: call.excerpt.clone() });
        }
    }

    fn overlaps(&self, call: &Call) -> bool {
        self.message == call.message && call.span.0 < self.end
    }
}

/// The current round.
#[derive(Default)]
pub(crate) struct Rounds(Option<Round>);

impl Rounds {
    /// Whether an identical call is in the current round: then both count as one.
    pub(crate) fn contains_duplicate(&self, call: &Call) -> bool {
        self.0.as_ref().is_some_and(|round| round.overlaps(call) && round.members.contains(&call.key))
    }

    /// Adds a call. If the call begins another round, returns the one before.
    pub(crate) fn add(&mut self, call: &Call, compared: Comparison, tokens_before: u64) -> Option<Round> {
        let previous = if self.0.as_ref().is_some_and(|round| round.overlaps(call)) {
            None
        } else {
            self.0.replace(Round::new(call, tokens_before))
        };
        if let Some(round) = &mut self.0 {
            round.add(call, compared);
        }
        previous
    }

    /// Ends the current round and returns it.
    pub(crate) fn take(&mut self) -> Option<Round> {
        self.0.take()
    }
}
