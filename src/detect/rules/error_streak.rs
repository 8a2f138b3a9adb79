//! One error again and again, whatever is tried.

use super::streak::Streak;
use super::{Fact, Limit, Rule, Seen, RuleContext};
use crate::detect::call::Call;
use crate::detect::hash;
use crate::detect::fact::history::Comparison;
use crate::detect::signal::Signal;
use crate::wire::record::{Grade, Kind};

pub(super) const NAME: &str = "error-streak";
pub(super) const ABOUT: &str = "one error again and again, whatever is tried";

// OpenHands stops at three errors in a row and fires on 1.9 % of self-finished runs; five fire on none.
const WARN: Limit = Limit {
    name: "error-streak.warn",
    default: 5,
    what: "calls that fail with the same error: warn",
};
// Every session measured that had ten in a row went on with them to the end of its budget.
const STOP: Limit = Limit {
    name: "error-streak.stop",
    default: 10,
    what: "the same: stop",
};
pub(super) const LIMITS: &[Limit] = &[WARN, STOP];

/// The rule's memory of one session.
#[derive(Default)]
pub(super) struct ErrorStreak {
    class: u64,
    tool: String,
    streak: Option<Streak>,
}

impl Rule for ErrorStreak {
    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            Fact::Call(call, compared) if !compared.poll => self.take(call, *compared, context, seen),
            Fact::User => *self = Self::default(),
            _ => {}
        }
    }
}

impl ErrorStreak {
    fn take(&mut self, call: &Call, compared: Comparison, context: &RuleContext<'_>, signals: &mut Signals) {
        let Some(class) = call.error else {
            // What worked is an end of the streak, if it is the same tool or a change; a look around is not.
            if compared.new_change || call.tool == self.tool {
                *self = Self::default();
            }
            return;
        };
        // A check whose failures move makes progress, though it says the same in its first line.
        let class = hash::join(class, call.failing.unwrap_or_default());
        match &mut self.streak {
            Some(streak) if class == self.class => streak.add(call),
            streak => *streak = Some(Streak::begin(call, context)),
        }
        self.class = class;
        self.tool.clone_from(&call.tool);
        self.report(call, context, seen);
    }

    fn report(&self, call: &Call, context: &RuleContext<'_>, signals: &mut Signals) {
        let Some(streak) = &self.streak else {
            return;
        };
        let limit = context.config.limit(&WARN);
        if streak.calls < limit.div_ceil(2) {
            return;
        }
        let summary = format!(
            "{} calls failed with the same error: {}",
            streak.calls, call.error_line
        );
        let grade = if streak.calls >= context.config.limit(&STOP) {
            Grade::Stop
        } else {
            Grade::Warn
        };
        let mut signal = Signal::new(NAME, Kind::Stagnation, grade, self.class, summary);
        streak.fill(&mut signal, context);
        signal.below_threshold = streak.calls < limit;
        signals.report(signal);
    }
}
