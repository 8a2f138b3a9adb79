//! What rules that count streaks of calls have in common: where the streak began, and what it rests on.

use crate::detect::call::Call;
use crate::detect::fact::RuleContext;
use crate::detect::signal::Signal;
use crate::wire::record::{Evidence, Point, Wasted};

/// Evidence that a finding shows: the first of the streak and the latest.
const SHOWN: usize = 3;

/// A streak of calls.
#[derive(Default)]
pub(super) struct Streak {
    since: Point,
    keep: String,
    tokens: u64,
    evidence: Vec<Evidence>,
    /// How many calls.
    pub(super) calls: u64,
}

impl Streak {
    /// A streak that begins with this call.
    pub(super) fn begin(call: &Call, context: &RuleContext<'_>) -> Self {
        let mut streak = Self {
            since: call.point.clone(),
            keep: context.history.message_before.clone(),
            tokens: context.history.tokens,
            evidence: Vec::new(),
            calls: 0,
        };
        streak.add(call);
        streak
    }

    /// One more call of the streak.
    pub(super) fn add(&mut self, call: &Call) {
        self.calls += 1;
        if self.evidence.len() == SHOWN {
            self.evidence.remove(1);
        }
        self.evidence.push(Evidence {
            id: call.point.id.clone(),
            excerpt: call.excerpt.clone(),
        });
    }

    /// Puts into a signal what the streak knows. The first call was worth making.
    pub(super) fn fill(&self, signal: &mut Signal, context: &RuleContext<'_>) {
        signal.laps = self.calls;
        signal.since = Some(self.since.clone());
        signal.evidence.clone_from(&self.evidence);
        signal.rollback_to = Some(self.keep.clone()).filter(|id| !id.is_empty());
        signal.wasted = Wasted {
            calls: self.calls.saturating_sub(1),
            tokens: context.history.tokens.saturating_sub(self.tokens),
        };
    }
}
