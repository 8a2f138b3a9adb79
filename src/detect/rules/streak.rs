//! A streak of calls, as several rules count them: where it began, and the evidence for it.

use crate::detect::call::Call;
use crate::detect::fact::RuleContext;
use crate::detect::signal::{EVIDENCE, Signal};
use crate::wire::record::{Evidence, Point, Wasted};

/// A streak of calls.
#[derive(Default)]
pub(super) struct Streak {
    since: Point,
    previous_message: String,
    /// The message of the latest call, and the tokens of the steps before it that made calls after the first.
    message: String,
    spent: u64,
    /// The tokens of all steps before the first call.
    tokens: u64,
    evidence: Vec<Evidence>,
    calls: u64,
}

impl Streak {
    /// A streak of one call.
    pub(super) fn begin(call: &Call, context: &RuleContext<'_>) -> Self {
        let mut streak = Self {
            since: call.point.clone(),
            previous_message: context.history.previous_message.clone(),
            tokens: context.history.tokens,
            ..Self::default()
        };
        streak.add(call, context);
        streak
    }

    /// Adds a call. The evidence is the first call and the latest ones.
    pub(super) fn add(&mut self, call: &Call, context: &RuleContext<'_>) {
        if self.calls > 1 && self.message != call.message {
            self.spent = self.spent.saturating_add(context.history.tokens_of(&self.message));
        }
        self.message.clone_from(&call.message);
        self.calls += 1;
        if self.evidence.len() == EVIDENCE {
            self.evidence.remove(1);
        }
        self.evidence.push(call.evidence());
    }

    /// How many calls it has.
    pub(super) fn calls(&self) -> u64 {
        self.calls
    }

    /// Fills in a signal about the streak. The first call does not count as wasted.
    pub(super) fn fill(&self, signal: &mut Signal, context: &RuleContext<'_>) {
        signal.laps = self.calls;
        signal.since = Some(self.since.clone());
        signal.evidence.clone_from(&self.evidence);
        signal.rollback_to = Some(self.previous_message.clone()).filter(|id| !id.is_empty());
        signal.wasted = Wasted { calls: self.calls.saturating_sub(1), tokens: self.wasted(context) };
    }

    /// The tokens of the steps that made the calls after the first, as far as they have ended. Without the ids of
    /// messages, nobody knows which step made which call.
    fn wasted(&self, context: &RuleContext<'_>) -> u64 {
        if self.message.is_empty() {
            return context.history.tokens.saturating_sub(self.tokens);
        }
        let last = if self.calls > 1 { context.history.tokens_of(&self.message) } else { 0 };
        self.spent.saturating_add(last)
    }
}
