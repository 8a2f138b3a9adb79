//! Detects an agent that answers again and again and does nothing: turns without a call, and without a person.

use super::rule::{Rule, RuleInfo};
use crate::detect::call::normalize::without_numbers;
use crate::detect::config::Limit;
use crate::detect::fact::{Fact, RuleContext, Step};
use crate::detect::quoted::quoted;
use crate::detect::signal::{Signal, Signals};
use crate::detect::text::head_and_tail::tail;
use crate::wire::record::{Evidence, Grade, Kind, Point, Wasted};
use crate::wire::text::EXCERPT;

const NAME: &str = "monologue";

const WARN: Limit =
    Limit::new("monologue.warn", 3, "answers without a call, and with nearly the same text or none, before a warning");
const STOP: Limit = Limit::new("monologue.stop", 6, "such answers before a stop");
// An explanation in four parts was recorded.
const TALK_WARN: Limit =
    Limit::new("monologue.talk-warn", 5, "answers without a call before a warning, whatever they say");
const TALK_STOP: Limit =
    Limit::new("monologue.talk-stop", 10, "answers without a call before a stop, whatever they say");
const SIMILARITY: Limit =
    Limit::new("monologue.percent", 90, "similarity, in percent, that makes two answers nearly the same");

/// How many answers that end the turn may be the last of an explanation in parts, beyond the limit of a warning.
const PARTS: u64 = 1;

/// How much of the end of an answer to compare, in bytes.
const COMPARED: usize = 512;

/// Answers in a row that did nothing.
#[derive(Default)]
struct Row {
    answers: u64,
    since: Point,
    /// The message of the first.
    message: String,
    /// The tokens of the session at the first.
    tokens: u64,
}

impl Row {
    fn add(&mut self, step: &Step<'_>, context: &RuleContext<'_>) {
        if self.answers == 0 {
            self.since.clone_from(context.point);
            step.message.clone_into(&mut self.message);
            self.tokens = context.history.tokens;
        }
        self.answers += 1;
    }

    /// The gravest limit that is reached.
    fn grade(&self, warn: &Limit, stop: &Limit, context: &RuleContext<'_>) -> Option<Grade> {
        if self.answers >= context.config.limit(stop) {
            Some(Grade::Stop)
        } else {
            (self.answers >= context.config.limit(warn)).then_some(Grade::Warn)
        }
    }
}

/// What the rule remembers of one session.
#[derive(Default)]
pub(super) struct Monologue {
    /// The end of the last text, without numbers.
    last: String,
    /// Answers that say nearly the same, or nothing.
    same: Row,
    /// Answers, whatever they say.
    talk: Row,
    /// Whether the dialect shows the user's messages. That of `opencode run` does not.
    shows_users: bool,
}

impl Rule for Monologue {
    const INFO: RuleInfo = RuleInfo {
        name: NAME,
        about: "one answer after another with no call and no person's message in between",
        limits: &[WARN, STOP, TALK_WARN, TALK_STOP, SIMILARITY],
    };

    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            // Answers with nothing in them have a rule of their own.
            Fact::Step(step) if step.calls == 0 && step.silent && step.produced == 0 => {}
            Fact::Step(step) if step.calls == 0 => self.take(step, context, signals),
            // After a compaction the agent has to sum up, so answers may repeat.
            Fact::Step(_) | Fact::User | Fact::Compacted => {
                let shows_users = self.shows_users || matches!(fact, Fact::User);
                *self = Self { shows_users, ..Self::default() };
                signals.release(NAME);
            }
            _ => {}
        }
    }
}

impl Monologue {
    fn take(&mut self, step: &Step<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        // An answer that ends the turn waits for a person, whose message may not show.
        if step.reason == "stop" && !self.shows_users {
            self.talk = Row::default();
        }
        self.talk.add(step, context);
        if !self.is_same(step.text, context) {
            self.same = Row::default();
        }
        self.same.add(step, context);
        let same = self.same.grade(&WARN, &STOP, context);
        // An answer that ends the turn may well be the end of an explanation in parts, but not every one is.
        let ends = step.reason == "stop" && self.talk.answers <= context.config.limit(&TALK_WARN) + PARTS;
        let talk = self.talk.grade(&TALK_WARN, &TALK_STOP, context);
        let talk = talk.filter(|grade| *grade == Grade::Stop || !ends);
        let (grade, row, what) = match (same, talk) {
            (None, None) => return signals.release(NAME),
            (Some(same), talk) if Some(same) >= talk => (same, &self.same, "with nearly the same text, or none,"),
            (_, Some(talk)) | (Some(talk), None) => (talk, &self.talk, "in a row"),
        };
        let summary = format!("{} answers {what} and without a call", row.answers);
        let mut signal = Signal::new(NAME, Kind::Text, grade, 0, summary);
        signal.laps = row.answers;
        signal.since = Some(row.since.clone());
        signal.rollback_to = Some(row.message.clone()).filter(|id| !id.is_empty());
        signal.wasted = Wasted { calls: 0, tokens: context.history.tokens.saturating_sub(row.tokens) };
        signal.evidence = vec![Evidence { id: context.point.id.clone(), excerpt: quoted(step.text, EXCERPT) }];
        signals.report(signal);
    }

    /// Whether a text is nearly that of the last answer, or empty.
    fn is_same(&mut self, text: &str, context: &RuleContext<'_>) -> bool {
        let text = text.trim();
        if text.is_empty() {
            return true;
        }
        let ending = without_numbers(tail(text, COMPARED));
        // Compares pairs of letters, so the same words in another order are alike.
        let similarity = strsim::sorensen_dice(&ending, &self.last) * 100.0;
        self.last = ending;
        #[allow(clippy::cast_precision_loss, reason = "a limit in percent is small")]
        let least = context.config.limit(&SIMILARITY) as f64;
        similarity >= least
    }
}
