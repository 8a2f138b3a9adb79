//! The agent says nearly the same again, and does nothing.

use super::{Fact, Limit, Rule, Seen, RuleContext};
use crate::detect::call::EXCERPT;
use crate::detect::call::normalize::without_numbers;
use crate::detect::fact::Step;
use crate::detect::signal::Signal;
use crate::wire::record::{Evidence, Grade, Kind, Point, Wasted};
use crate::wire::text;

pub(super) const NAME: &str = "monologue";
pub(super) const ABOUT: &str = "nearly the same answer again and again, and no call";

const WARN: Limit = Limit {
    name: "monologue.warn",
    default: 3,
    what: "answers without a call and with nearly the same text: warn",
};
const ALIKE: Limit = Limit {
    name: "monologue.percent",
    default: 90,
    what: "how alike the answers are, in percent",
};
pub(super) const LIMITS: &[Limit] = &[WARN, ALIKE];

/// How much of the end of an answer is compared, in bytes.
const COMPARED: usize = 512;

/// The rule's memory of one session.
#[derive(Default)]
pub(super) struct Monologue {
    before: String,
    answers: u64,
    since: Point,
    keep: String,
    tokens: u64,
}

impl Rule for Monologue {
    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            Fact::Step(step) if step.calls == 0 && !step.text.trim().is_empty() => {
                self.take(step, context, seen);
            }
            // A compaction sums up and is asked to go on: the storm has a rule of its own.
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
        let start = step
            .text
            .ceil_char_boundary(step.text.len().saturating_sub(COMPARED));
        let said = without_numbers(step.text[start..].trim());
        // Pairs of letters: the same words in another order are the same answer.
        let alike = strsim::sorensen_dice(&said, &self.before) * 100.0;
        #[allow(clippy::cast_precision_loss)]
        if self.answers > 0 && alike >= context.config.limit(&ALIKE) as f64 {
            self.answers += 1;
        } else {
            self.answers = 1;
            self.since.clone_from(context.point);
            step.message.clone_into(&mut self.keep);
            self.tokens = context.history.tokens;
            signals.release(NAME);
        }
        self.before = said;
        if self.answers < context.config.limit(&WARN) {
            return;
        }
        let summary = format!("nearly the same answer {} times, without a call", self.answers);
        let mut signal = Signal::new(NAME, Kind::Text, Grade::Warn, 0, summary);
        signal.laps = self.answers;
        signal.since = Some(self.since.clone());
        signal.rollback_to = Some(self.keep.clone()).filter(|id| !id.is_empty());
        signal.wasted = Wasted {
            calls: 0,
            tokens: context.history.tokens.saturating_sub(self.tokens),
        };
        signal.evidence = vec![Evidence {
            id: context.point.id.clone(),
            excerpt: text::excerpt(step.text, EXCERPT),
        }];
        signals.report(signal);
    }
}
