//! The context is compacted again and again, and hardly anything happens in between.

use super::{Fact, Limit, Rule, Seen, RuleContext};
use crate::detect::signal::Signal;
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
    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            Fact::Compacted => self.compacted(context, seen),
            Fact::Call(..) if self.count > 0 && self.is_over(context) => {
                *self = Self::default();
                signals.release(NAME);
            }
            Fact::User => {
                *self = Self::default();
                signals.release(NAME);
            }
            _ => {}
        }
    }
}

impl CompactionStorm {
    fn is_over(&self, context: &RuleContext<'_>) -> bool {
        context.history.novel.saturating_sub(self.novel) >= context.config.limit(&NOVEL)
    }

    fn compacted(&mut self, context: &RuleContext<'_>, signals: &mut Signals) {
        if self.is_over(context) {
            *self = Self::default();
        }
        self.novel = context.history.novel;
        self.count += 1;
        let (since, tokens) = self
            .began
            .get_or_insert_with(|| (context.point.clone(), context.history.tokens));
        let grade = if self.count >= context.config.limit(&STOP) {
            Grade::Stop
        } else if self.count >= context.config.limit(&WARN) {
            Grade::Warn
        } else {
            return;
        };
        let summary = format!(
            "the context was compacted {} times with nothing new in between",
            self.count
        );
        let mut signal = Signal::new(NAME, Kind::Storm, grade, 0, summary);
        signal.laps = self.count;
        signal.since = Some(since.clone());
        signal.wasted = Wasted {
            calls: 0,
            tokens: context.history.tokens.saturating_sub(*tokens),
        };
        signal.evidence = vec![Evidence {
            id: context.point.id.clone(),
            excerpt: "session.compacted".to_owned(),
        }];
        signals.report(signal);
    }
}
