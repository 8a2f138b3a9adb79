//! What rules that count streaks of calls have in common: where the streak began, and what it rests on.

use crate::detect::call::Call;
use crate::detect::fact::View;
use crate::detect::signal::Sighting;
use crate::wire::record::{Evidence, Point, Wasted};

/// Evidence that a finding shows: the first of the streak and the latest.
const SHOWN: usize = 3;

/// A streak of calls.
#[derive(Default)]
pub(super) struct Trace {
    since: Point,
    keep: String,
    tokens: u64,
    evidence: Vec<Evidence>,
    /// How many calls.
    pub(super) calls: u64,
}

impl Trace {
    /// A streak that begins with this call.
    pub(super) fn begin(call: &Call, view: &View<'_>) -> Self {
        let mut trace = Self {
            since: call.point.clone(),
            keep: view.ledger.message_before.clone(),
            tokens: view.ledger.tokens,
            evidence: Vec::new(),
            calls: 0,
        };
        trace.add(call);
        trace
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

    /// Puts into a sighting what the streak knows. The first call was worth making.
    pub(super) fn fill(&self, sighting: &mut Sighting, view: &View<'_>) {
        sighting.laps = self.calls;
        sighting.since = Some(self.since.clone());
        sighting.evidence.clone_from(&self.evidence);
        sighting.rollback_to = Some(self.keep.clone()).filter(|id| !id.is_empty());
        sighting.wasted = Wasted {
            calls: self.calls.saturating_sub(1),
            tokens: view.ledger.tokens.saturating_sub(self.tokens),
        };
    }
}
