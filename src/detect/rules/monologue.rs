//! Detects an agent that gives nearly the same answer again and does nothing.

use super::rule::{Rule, RuleInfo};
use crate::detect::call::normalize::without_numbers;
use crate::detect::config::Limit;
use crate::detect::fact::{Fact, RuleContext, Step};
use crate::detect::signal::{Signal, Signals};
use crate::wire::record::{Evidence, Grade, Kind, Point, Wasted};
use crate::wire::text;
use crate::wire::text::EXCERPT;

const NAME: &str = "monologue";

const WARN: Limit =
    Limit::new("monologue.warn", 3, "answers with nearly the same text and without a call before a warning");
const SIMILARITY: Limit =
    Limit::new("monologue.percent", 90, "similarity, in percent, that makes two answers nearly the same");

/// How much of the end of an answer to compare, in bytes.
const COMPARED: usize = 512;

/// What the rule remembers of one session.
#[derive(Default)]
pub(super) struct Monologue {
    /// The end of the last answer, without numbers.
    last: String,
    answers: u64,
    since: Point,
    /// The first message of the streak.
    first_message: String,
    tokens: u64,
}

impl Rule for Monologue {
    const INFO: RuleInfo = RuleInfo {
        name: NAME,
        about: "nearly the same answer again and again, without a call",
        limits: &[WARN, SIMILARITY],
    };

    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            Fact::Step(step) if step.calls == 0 && !step.text.trim().is_empty() => {
                self.take(step, context, signals);
            }
            // After a compaction the agent has to sum up, so answers may repeat.
            Fact::Step(_) | Fact::User | Fact::Compacted => {
                *self = Self::default();
                signals.release(NAME);
            }
            _ => {}
        }
    }
}

impl Monologue {
    fn take(&mut self, step: &Step<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        let start = step.text.ceil_char_boundary(step.text.len().saturating_sub(COMPARED));
        let ending = without_numbers(step.text[start..].trim());
        // Compares pairs of letters, so the same words in another order are alike.
        let similarity = strsim::sorensen_dice(&ending, &self.last) * 100.0;
        #[allow(clippy::cast_precision_loss)]
        if self.answers > 0 && similarity >= context.config.limit(&SIMILARITY) as f64 {
            self.answers += 1;
        } else {
            self.answers = 1;
            self.since.clone_from(context.point);
            step.message.clone_into(&mut self.first_message);
            self.tokens = context.history.tokens;
            signals.release(NAME);
        }
        self.last = ending;
        if self.answers < context.config.limit(&WARN) {
            return;
        }
        let summary = format!("nearly the same answer {} times, without a call", self.answers);
        let mut signal = Signal::new(NAME, Kind::Text, Grade::Warn, 0, summary);
        signal.laps = self.answers;
        signal.since = Some(self.since.clone());
        signal.rollback_to = Some(self.first_message.clone()).filter(|id| !id.is_empty());
        signal.wasted = Wasted { calls: 0, tokens: context.history.tokens.saturating_sub(self.tokens) };
        signal.evidence = vec![Evidence { id: context.point.id.clone(), excerpt: text::excerpt(step.text, EXCERPT) }];
        signals.report(signal);
    }
}
