//! Nothing new among the last ten calls, in whatever order they repeat.

use super::{Fact, Limit, Rule, Seen, View};
use crate::detect::call::Call;
use crate::detect::session::history::Noted;
use crate::detect::signal::Sighting;
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
    noted: Noted,
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
    fn observe(&mut self, fact: &Fact<'_>, view: &View<'_>, seen: &mut Seen) {
        match fact {
            Fact::Call(call, noted) if !noted.poll => self.take(call, *noted, view, seen),
            Fact::User => *self = Self::default(),
            _ => {}
        }
    }
}

impl Novelty {
    fn take(&mut self, call: &Call, noted: Noted, view: &View<'_>, seen: &mut Seen) {
        if self.window.len() == WINDOW {
            self.window.pop_front();
        }
        self.window.push_back(Past {
            point: call.point.clone(),
            message: call.message.clone(),
            excerpt: call.excerpt.clone(),
            noted,
            tokens: view.ledger.tokens,
        });
        if self.is_stale(view) {
            self.streak += 1;
            seen.sight(self.sighting(view));
        } else {
            self.streak = 0;
            self.began = None;
        }
    }

    /// How many of the calls in the window fit.
    fn count(&self, test: fn(&Noted) -> bool) -> u64 {
        self.window.iter().filter(|p| test(&p.noted)).count() as u64
    }

    fn is_stale(&self, view: &View<'_>) -> bool {
        let count = |test| self.count(test);
        let same = count(|n| n.stale);
        let again = count(|n| !n.new_call && !n.new_result);
        let changes = count(|n| n.new_change);
        if same >= view.config.of(&STALE) {
            return true;
        }
        // Work goes on where changes come one after the other; a single one among so much that is
        // known is part of the circle.
        let in_vain = changes == 0
            || same >= view.config.of(&AGAIN_STALE)
            || (changes == 1 && count(|n| n.repeated) >= view.config.of(&AGAIN));
        again >= view.config.of(&AGAIN) && in_vain
    }

    fn sighting(&mut self, view: &View<'_>) -> Sighting {
        let grade = if self.count(|n| n.stale) >= view.config.of(&STOP) {
            Grade::Stop
        } else {
            Grade::Warn
        };
        let repeated = self.window.iter().filter(|p| !p.noted.new_call).count();
        let first = self
            .window
            .iter()
            .position(|p| !p.noted.new_call)
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
        let mut sighting = Sighting::new(NAME, Kind::Loop, grade, 0, summary);
        sighting.laps = calls;
        sighting.wasted = Wasted {
            calls,
            tokens: view.ledger.tokens.saturating_sub(*tokens),
        };
        sighting.since = Some(since.clone());
        sighting.rollback_to = Some(keep.clone()).filter(|id| !id.is_empty());
        let newest = self.window.iter().rev().filter(|p| p.noted.stale).take(SHOWN);
        sighting.evidence = newest
            .map(|p| Evidence {
                id: p.point.id.clone(),
                excerpt: p.excerpt.clone(),
            })
            .collect();
        sighting
    }
}
