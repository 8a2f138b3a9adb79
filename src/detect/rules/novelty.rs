//! Nothing new among the last ten calls, in whatever order they repeat.

use super::{Fact, Limit, Rule, Seen, RuleContext};
use crate::detect::call::Call;
use crate::detect::fact::history::Comparison;
use crate::detect::signal::Signal;
use crate::wire::record::{Evidence, Grade, Kind, Point, Wasted};
use std::collections::VecDeque;

pub(super) const NAME: &str = "novelty";
pub(super) const ABOUT: &str = "hardly anything new among the last ten calls";

/// The window, in calls: measured together with the limits below on 312 labelled sessions, 34 of which
/// loop. Six instead of seven finds the same loops, and fires on an agent that walks once more through
/// what it knows before it goes on.
const WINDOW: usize = 10;
/// Evidence that a finding shows.
const SHOWN: usize = 3;

const STALE: Limit = Limit {
    name: "novelty.same",
    default: 7,
    what: "of the last 10 calls, so many made before with the same result: warn",
};
const STOP: Limit = Limit {
    name: "novelty.stop",
    default: 10,
    what: "the same: stop",
};
const AGAIN: Limit = Limit {
    name: "novelty.again",
    default: 7,
    what: "of the last 10 calls, so many made before while nothing new is changed: warn",
};
const AGAIN_STALE: Limit = Limit {
    name: "novelty.again-same",
    default: 3,
    what: "so many of those with the same result count even while something is changed",
};
pub(super) const LIMITS: &[Limit] = &[STALE, STOP, AGAIN, AGAIN_STALE];

struct Past {
    point: Point,
    message: String,
    excerpt: String,
    compared: Comparison,
    tokens: u64,
}

/// The rule's memory of one session.
#[derive(Default)]
pub(super) struct Novelty {
    window: VecDeque<Past>,
    /// The windows in a row that were found wanting.
    streak: u64,
    began: Option<(Point, String, u64)>,
}

impl Rule for Novelty {
    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            Fact::Call(call, compared) if !compared.poll => self.take(call, *compared, context, seen),
            Fact::User => *self = Self::default(),
            _ => {}
        }
    }
}

impl Novelty {
    fn take(&mut self, call: &Call, compared: Comparison, context: &RuleContext<'_>, signals: &mut Signals) {
        if self.window.len() == WINDOW {
            self.window.pop_front();
        }
        self.window.push_back(Past {
            point: call.point.clone(),
            message: call.message.clone(),
            excerpt: call.excerpt.clone(),
            compared,
            tokens: context.history.tokens,
        });
        if self.is_stale(context) {
            self.streak += 1;
            signals.report(self.signal(context));
        } else {
            self.streak = 0;
            self.began = None;
        }
    }

    /// How many of the calls in the window fit.
    fn count(&self, test: fn(&Comparison) -> bool) -> u64 {
        self.window.iter().filter(|p| test(&p.compared)).count() as u64
    }

    fn is_stale(&self, context: &RuleContext<'_>) -> bool {
        let count = |test| self.count(test);
        let same = count(|n| n.stale);
        let again = count(|n| !n.new_call && !n.new_result);
        let changes = count(|n| n.new_change);
        if same >= context.config.limit(&STALE) {
            return true;
        }
        // Work goes on where changes come one after the other; a single one among so much that is
        // known is part of the circle.
        let in_vain = changes == 0
            || same >= context.config.limit(&AGAIN_STALE)
            || (changes == 1 && count(|n| n.repeated) >= context.config.limit(&AGAIN));
        again >= context.config.limit(&AGAIN) && in_vain
    }

    fn signal(&mut self, context: &RuleContext<'_>) -> Signal {
        let grade = if self.count(|n| n.stale) >= context.config.limit(&STOP) {
            Grade::Stop
        } else {
            Grade::Warn
        };
        let repeated = self.window.iter().filter(|p| !p.compared.new_call).count();
        let first = self
            .window
            .iter()
            .position(|p| !p.compared.new_call)
            .unwrap_or_default();
        let before = &self.window[first.saturating_sub(1)];
        let (since, keep, tokens) = self.began.get_or_insert_with(|| {
            (
                self.window[first].point.clone(),
                before.message.clone(),
                before.tokens,
            )
        });
        let calls = repeated as u64 + self.streak - 1;
        let summary = format!(
            "{repeated} of the last {} calls were made before and brought nothing new",
            self.window.len()
        );
        let mut signal = Signal::new(NAME, Kind::Loop, grade, 0, summary);
        signal.laps = calls;
        signal.wasted = Wasted {
            calls,
            tokens: context.history.tokens.saturating_sub(*tokens),
        };
        signal.since = Some(since.clone());
        signal.rollback_to = Some(keep.clone()).filter(|id| !id.is_empty());
        let newest = self.window.iter().rev().filter(|p| p.compared.stale).take(SHOWN);
        signal.evidence = newest
            .map(|p| Evidence {
                id: p.point.id.clone(),
                excerpt: p.excerpt.clone(),
            })
            .collect();
        signal
    }
}
