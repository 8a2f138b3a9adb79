//! Detects that the context is compacted again and again with hardly anything in between.

use super::rule::{Rule, RuleInfo};
use crate::detect::config::Limit;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::signal::{Signal, Signals};
use crate::wire::record::{Evidence, Grade, Kind, Point, Wasted};

const NAME: &str = "compaction-storm";

// A real session compacted 127 times in two minutes. A long healthy session works in between.
const WARN: Limit =
    Limit::new("compaction-storm.warn", 3, "compactions with hardly anything new in between before a warning");
const STOP: Limit =
    Limit::new("compaction-storm.stop", 5, "compactions with hardly anything new in between before a stop");
const NOVEL: Limit =
    Limit::new("compaction-storm.novel", 2, "new results between two compactions that reset the count");

const SHORT: Limit = Limit::new(
    "compaction-storm.short",
    8,
    "compactions with hardly a call in between before a warning, even with new results; twice as many before a stop",
);

/// A context that holds no more calls than this is too small for its task.
const CALLS: u64 = 4;

/// What the rule remembers of one session.
#[derive(Default)]
pub(super) struct CompactionStorm {
    count: u64,
    /// Compactions in a row with at most [`CALLS`] calls before each.
    short: u64,
    calls: u64,
    short_began: Option<(Point, u64)>,
    /// Novel calls at the last compaction.
    novel: u64,
    began: Option<(Point, u64)>,
}

impl Rule for CompactionStorm {
    const INFO: RuleInfo = RuleInfo {
        name: NAME,
        about: "the context is compacted again and again with hardly anything in between",
        limits: &[WARN, STOP, NOVEL, SHORT],
    };

    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            Fact::Compacted => {
                self.count_compaction(context, signals);
                self.count_short(context, signals);
            }
            Fact::Call(..) if self.count > 0 && self.is_over(context) => {
                (self.count, self.began) = (0, None);
                if context.history.calls.saturating_sub(self.calls) > CALLS || self.short < 2 {
                    signals.release(NAME);
                }
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

    fn count_compaction(&mut self, context: &RuleContext<'_>, signals: &mut Signals) {
        if self.is_over(context) {
            (self.count, self.began) = (0, None);
        }
        self.novel = context.history.novel;
        self.count += 1;
        let (since, tokens) = self.began.get_or_insert_with(|| (context.point.clone(), context.history.tokens));
        let grade = if self.count >= context.config.limit(&STOP) {
            Grade::Stop
        } else if self.count >= context.config.limit(&WARN) {
            Grade::Warn
        } else {
            return;
        };
        let summary = format!("the context was compacted {} times with nothing new in between", self.count);
        signals.report(signal(grade, (self.count, since, *tokens), summary, context));
    }

    fn count_short(&mut self, context: &RuleContext<'_>, signals: &mut Signals) {
        let calls = context.history.calls;
        if calls.saturating_sub(self.calls) > CALLS {
            (self.short, self.short_began) = (0, None);
        }
        self.calls = calls;
        self.short += 1;
        let (since, tokens) = self.short_began.get_or_insert_with(|| (context.point.clone(), context.history.tokens));
        let limit = context.config.limit(&SHORT);
        if self.short >= limit {
            let grade = if self.short >= limit.saturating_mul(2) { Grade::Stop } else { Grade::Warn };
            let summary = format!("the context was compacted {} times, every few calls", self.short);
            signals.report(signal(grade, (self.short, since, *tokens), summary, context));
        }
    }
}

fn signal(
    grade: Grade,
    (count, since, tokens): (u64, &Point, u64),
    summary: String,
    context: &RuleContext<'_>,
) -> Signal {
    let mut signal = Signal::new(NAME, Kind::Storm, grade, 0, summary);
    signal.laps = count;
    signal.since = Some(since.clone());
    signal.wasted = Wasted { calls: 0, tokens: context.history.tokens.saturating_sub(tokens) };
    signal.evidence = vec![Evidence { id: context.point.id.clone(), excerpt: "session.compacted".to_owned() }];
    signal
}
