//! Detects that the last ten calls brought hardly anything new, in whatever order they repeat.

use super::rule::{Rule, RuleInfo};
use crate::bounded::push_bounded;
use crate::detect::call::Call;
use crate::detect::call::classify::CallKind;
use crate::detect::call::volatility::ACTION_WORDS;
use crate::detect::config::Limit;
use crate::detect::fact::history::Comparison;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::signal::{EVIDENCE, Signal, Signals};
use crate::detect::text::wait_signs::command_has_word;
use crate::wire::record::{Evidence, Grade, Kind, Point, Wasted};
use std::collections::VecDeque;

const NAME: &str = "novelty";

/// The window, in calls. It was measured together with the limits below on 312 labelled sessions, 34 of which loop.
/// Six instead of seven finds the same loops, but also fires on an agent that goes through what it knows once more
/// before it continues.
const WINDOW: usize = 10;

const STALE: Limit =
    Limit::new("novelty.same", 7, "repeated calls with unchanged results among the last 10 before a warning");
const STOP: Limit =
    Limit::new("novelty.stop", 10, "repeated calls with unchanged results among the last 10 before a stop");
const AGAIN: Limit =
    Limit::new("novelty.again", 7, "repeated calls among the last 10 before a warning, while nothing new is changed");
const AGAIN_STALE: Limit = Limit::new(
    "novelty.again-same",
    3,
    "repeated calls with unchanged results that keep novelty.again active despite changes",
);

/// From this many calls on that were made before and say something new, the calls get somewhere.
const NEWS: u64 = 3;
/// From this many calls on that do something not done before, the others are the frame of a batch: new, type, save.
const NEW_DEEDS: usize = 2;

/// A call in the window.
struct PastCall {
    point: Point,
    message: String,
    excerpt: String,
    compared: Comparison,
    /// It may have done something that was not done before.
    does_new: bool,
    /// Tokens of the session before the call.
    tokens: u64,
}

/// Where a streak of stale windows began.
struct Beginning {
    since: Point,
    /// The last message before it.
    message: String,
    /// Tokens of the session before it.
    tokens: u64,
}

/// What the rule remembers of one session.
#[derive(Default)]
pub(super) struct Novelty {
    window: VecDeque<PastCall>,
    /// How many windows in a row were stale.
    streak: u64,
    began: Option<Beginning>,
    /// The latest call.
    latest: u64,
}

impl Rule for Novelty {
    const INFO: RuleInfo = RuleInfo {
        name: NAME,
        about: "hardly anything new among the last ten calls",
        limits: &[STALE, STOP, AGAIN, AGAIN_STALE],
    };

    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            // The same deed once more is a repetition, which has a rule of its own.
            Fact::Call(call, _) if call.is_deed() && call.key == self.latest => {}
            Fact::Call(call, compared) if !compared.waits() && !compared.reread => {
                self.latest = call.key;
                self.take(call, *compared, context, signals);
            }
            // A look that waited shows that the calls before it did something.
            Fact::Call(call, compared)
                if compared.waits() && (compared.new_result || compared.measured && call.measures()) =>
            {
                *self = Self::default();
            }
            Fact::User => *self = Self::default(),
            _ => {}
        }
    }
}

/// Whether a call may do something. Of the commands that nobody knows, most look.
fn does(call: &Call) -> bool {
    let says = || call.input.command.as_deref().is_some_and(|command| command_has_word(command, ACTION_WORDS));
    call.kind == CallKind::Mutate || call.kind == CallKind::Unknown && (call.line.is_none() || says())
}

impl Novelty {
    fn take(&mut self, call: &Call, compared: Comparison, context: &RuleContext<'_>, signals: &mut Signals) {
        push_bounded(
            &mut self.window,
            WINDOW,
            PastCall {
                point: call.point.clone(),
                message: call.message.clone(),
                excerpt: call.excerpt.clone(),
                compared,
                does_new: compared.new_call && !call.failed() && does(call),
                tokens: context.history.tokens,
            },
        );
        if self.is_stale(context) {
            self.streak += 1;
            signals.report(self.signal(context));
        } else {
            self.streak = 0;
            self.began = None;
        }
    }

    /// How many calls in the window pass the test.
    fn count(&self, test: fn(&Comparison) -> bool) -> u64 {
        self.window.iter().filter(|p| test(&p.compared)).count() as u64
    }

    /// Whether the window brought hardly anything new.
    fn is_stale(&self, context: &RuleContext<'_>) -> bool {
        let count = |test| self.count(test);
        // Who runs again what passed proves that it passes each time, and who measures tries something.
        let same = count(|n| n.stale && !n.passed && !n.measured);
        // What is looked at once more after a change may have changed with it.
        let again = count(|n| n.again && !n.passed && !n.measured && !n.after_change);
        let changes = count(|n| n.new_change);
        // Pages that change while the same buttons are pressed.
        if count(|n| n.new_numberless && !n.new_call) >= NEWS
            || self.window.iter().filter(|p| p.does_new).count() >= NEW_DEEDS
        {
            return false;
        }
        if same >= context.config.limit(&STALE) {
            return true;
        }
        // Several changes mean that work goes on. A single one among so many repeated calls is part of the circle.
        let in_vain = changes == 0
            || same >= context.config.limit(&AGAIN_STALE)
            || (changes == 1 && count(|n| n.repeated && !n.after_change) >= context.config.limit(&AGAIN));
        again >= context.config.limit(&AGAIN) && in_vain
    }

    fn signal(&mut self, context: &RuleContext<'_>) -> Signal {
        // Looks with a pause between them may wait for something, and who runs again what passed is done.
        let stops = self.count(|n| n.stale && !n.is_slow() && !n.passed && !n.measured) >= context.config.limit(&STOP);
        let grade = if stops { Grade::Stop } else { Grade::Warn };
        let repeated = self.window.iter().filter(|p| !p.compared.new_call).count();
        let first = self.window.iter().position(|p| !p.compared.new_call).unwrap_or_default();
        let before = &self.window[first.saturating_sub(1)];
        let began = self.began.get_or_insert_with(|| Beginning {
            since: self.window[first].point.clone(),
            message: before.message.clone(),
            tokens: before.tokens,
        });
        let calls = repeated as u64 + self.streak - 1;
        let summary =
            format!("{repeated} of the last {} calls were made before and returned nothing new", self.window.len());
        let mut signal = Signal::new(NAME, Kind::Loop, grade, 0, summary);
        signal.laps = calls;
        signal.wasted = Wasted { calls, tokens: context.history.tokens.saturating_sub(began.tokens) };
        signal.since = Some(began.since.clone());
        signal.rollback_to = Some(began.message.clone()).filter(|id| !id.is_empty());
        let newest = self.window.iter().rev().filter(|p| p.compared.stale).take(EVIDENCE);
        signal.evidence = newest.map(|p| Evidence { id: p.point.id.clone(), excerpt: p.excerpt.clone() }).collect();
        signal
    }
}
