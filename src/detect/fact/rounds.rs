//! Rounds: the calls of one message that overlap in time are a set, in whatever order they end.

use super::history::Comparison;
use crate::detect::call::Call;
use crate::detect::hash;
use crate::wire::record::{Evidence, Point};

/// More parallel calls than this are told apart by their keys only.
const MEMBERS: usize = 64;
/// Excerpts of a round that a finding may show.
const EXCERPTS: usize = 3;

/// Calls that ran together.
#[derive(Debug)]
pub(crate) struct Round {
    /// The message that made them.
    pub(crate) message: String,
    /// The event that ended the first.
    pub(crate) first: Point,
    /// The event that ended the last.
    pub(crate) last: Point,
    /// The same for the same set of calls.
    pub(crate) a: u64,
    /// The same for the same set of calls with the same results.
    pub(crate) ar: u64,
    /// Whether it waits, or looks again after a wait.
    pub(crate) poll: bool,
    /// How many calls.
    pub(crate) calls: u64,
    /// What the calls looked like: the first few.
    pub(crate) shown: Vec<Evidence>,
    /// Tokens of the session before it.
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
            a: 0,
            ar: 0,
            poll: false,
            calls: 0,
            shown: Vec::new(),
            tokens_before,
            members: Vec::new(),
            end: call.span.1,
        }
    }

    /// Adds a call. False when its twin is in already: then it counts nothing.
    fn add(&mut self, call: &Call, compared: Comparison) -> bool {
        if self.members.contains(&call.a) {
            return false;
        }
        if self.members.len() < MEMBERS {
            self.members.push(call.a);
        }
        self.a = self.a.wrapping_add(hash::spread(call.a));
        self.ar = self.ar.wrapping_add(hash::spread(call.key_with_result()));
        self.poll |= compared.poll;
        self.calls += 1;
        self.last = call.point.clone();
        self.end = self.end.max(call.span.1);
        if self.shown.len() < EXCERPTS {
            self.shown.push(Evidence {
                id: call.point.id.clone(),
                excerpt: call.excerpt.clone(),
            });
        }
        true
    }

    fn takes(&self, call: &Call) -> bool {
        self.message == call.message && call.span.0 < self.end
    }
}

/// The round that is under way.
#[derive(Default)]
pub(crate) struct Rounds(Option<Round>);

impl Rounds {
    /// Whether a call runs beside its twin: then it is the same call, made once.
    pub(crate) fn has_twin(&self, call: &Call) -> bool {
        self.0
            .as_ref()
            .is_some_and(|round| round.takes(call) && round.members.contains(&call.a))
    }

    /// Adds a call, and gives the round before when this one begins another.
    pub(crate) fn add(&mut self, call: &Call, compared: Comparison, tokens_before: u64) -> Option<Round> {
        let over = if self.0.as_ref().is_some_and(|round| round.takes(call)) {
            None
        } else {
            self.0.replace(Round::new(call, tokens_before))
        };
        if let Some(round) = &mut self.0 {
            round.add(call, compared);
        }
        over
    }

    /// Ends the round: the step is over.
    pub(crate) fn end(&mut self) -> Option<Round> {
        self.0.take()
    }
}
