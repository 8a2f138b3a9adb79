//! The context is compacted again and again, and hardly anything happens in between.

use super::{Fact, Limit, Rule, Seen, View};
use crate::detect::signal::Sighting;
use crate::wire::record::{Evidence, Grade, Kind, Point, Wasted};

pub(super) const NAME: &str = "compaction-storm";
pub(super) const ABOUT: &str = "the context is compacted again and again with nothing in between";

// A real session compacted 127 times in two minutes; a long healthy one works between two.
const WARN: Limit = Limit {
    name: "compaction-storm.warn",
    default: 3,
    what: "compactions with hardly anything new between them: warn",
};
const STOP: Limit = Limit {
    name: "compaction-storm.stop",
    default: 5,
    what: "the same: stop",
};
const NOVEL: Limit = Limit {
    name: "compaction-storm.novel",
    default: 2,
    what: "new results between two compactions that end the row",
};
pub(super) const LIMITS: &[Limit] = &[WARN, STOP, NOVEL];

/// The rule's memory of one session.
#[derive(Default)]
pub(super) struct CompactionStorm {
    count: u64,
    novel: u64,
    began: Option<(Point, u64)>,
}

impl Rule for CompactionStorm {
    fn observe(&mut self, fact: &Fact<'_>, view: &View<'_>, seen: &mut Seen) {
        match fact {
            Fact::Compacted => self.compacted(view, seen),
            Fact::Call(..) if self.count > 0 && self.is_over(view) => {
                *self = Self::default();
                seen.release(NAME);
            }
            Fact::User => {
                *self = Self::default();
                seen.release(NAME);
            }
            _ => {}
        }
    }
}

impl CompactionStorm {
    fn is_over(&self, view: &View<'_>) -> bool {
        view.ledger.novel.saturating_sub(self.novel) >= view.config.of(&NOVEL)
    }

    fn compacted(&mut self, view: &View<'_>, seen: &mut Seen) {
        if self.is_over(view) {
            *self = Self::default();
        }
        self.novel = view.ledger.novel;
        self.count += 1;
        let (since, tokens) = self
            .began
            .get_or_insert_with(|| (view.point.clone(), view.ledger.tokens));
        let grade = if self.count >= view.config.of(&STOP) {
            Grade::Stop
        } else if self.count >= view.config.of(&WARN) {
            Grade::Warn
        } else {
            return;
        };
        let summary = format!(
            "the context was compacted {} times with nothing new in between",
            self.count
        );
        let mut sighting = Sighting::new(NAME, Kind::Storm, grade, 0, summary);
        sighting.laps = self.count;
        sighting.since = Some(since.clone());
        sighting.wasted = Wasted {
            calls: 0,
            tokens: view.ledger.tokens.saturating_sub(*tokens),
        };
        sighting.evidence = vec![Evidence {
            id: view.point.id.clone(),
            excerpt: "session.compacted".to_owned(),
        }];
        seen.sight(sighting);
    }
}
