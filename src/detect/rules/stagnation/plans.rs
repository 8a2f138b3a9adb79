//! Counts plans and thoughts with no other call between them: thoughts that say the same in another order or under
//! another number, and lists that are written anew and commands that only print, whatever they say.

use crate::bounded::push_bounded;
use crate::detect::call::Call;
use crate::detect::call::todo_tools::writes_whole_list;
use crate::detect::fact::RuleContext;
use crate::detect::hash;
use crate::detect::rules::streak::Streak;
use crate::detect::signal::Signal;
use crate::wire::record::{Grade, Kind};
use std::collections::VecDeque;

/// The most plans to remember.
const PLANS: usize = 16;
/// What a list calls an item that is open no longer.
const CLOSED: [&str; 4] = ["\"completed\"", "\"done\"", "\"cancelled\"", "\"canceled\""];

/// The latest plans and thoughts.
#[derive(Default)]
pub(super) struct Plans {
    /// Each as the sum of its words.
    seen: VecDeque<u64>,
    /// The most items of a list that were closed.
    closed: usize,
    message: String,
    again: Option<Streak>,
}

impl Plans {
    /// A signal of the rule, if there are enough: `notice` for a notice, and `more` of them for a warning.
    pub(super) fn take(
        &mut self,
        call: &Call,
        rule: &'static str,
        [notice, more]: [u64; 2],
        context: &RuleContext<'_>,
    ) -> Option<Signal> {
        let says_nothing = if writes_whole_list(&call.tool) {
            !self.closes_more(call)
        } else {
            // What a command prints was known before.
            call.line.is_some() || !self.is_new(call)
        };
        let is_same_decision = !call.message.is_empty() && call.message == self.message;
        self.message.clone_from(&call.message);
        if !says_nothing || is_same_decision {
            return None;
        }
        let again = match &mut self.again {
            Some(again) => {
                again.add(call, context);
                again
            }
            again => again.insert(Streak::begin(call, context)),
        };
        if again.calls() < notice {
            return None;
        }
        let summary = format!("{} plans or thoughts lead to nothing, with no other call between them", again.calls());
        let grade = if again.calls() >= notice + more { Grade::Warn } else { Grade::Notice };
        let mut signal = Signal::new(rule, Kind::Stagnation, grade, hash::of("plan"), summary);
        again.fill(&mut signal, context);
        Some(signal)
    }

    /// Whether a list has more items closed than any before it: what it plans may be done in words.
    fn closes_more(&mut self, call: &Call) -> bool {
        let closed = CLOSED.iter().map(|word| call.input.text.matches(word).count()).sum();
        let is_more = closed > self.closed;
        self.closed = self.closed.max(closed);
        is_more
    }

    /// Whether no plan before it has the same words, in whatever order.
    fn is_new(&mut self, call: &Call) -> bool {
        let words = call.input.text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
        let sum = words.fold(0u64, |sum, word| sum.wrapping_add(hash::spread(hash::of(word))));
        if self.seen.contains(&sum) {
            return false;
        }
        push_bounded(&mut self.seen, PLANS, sum);
        true
    }
}
