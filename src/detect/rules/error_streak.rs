//! Detects the same error again and again, whatever is tried.

use super::rule::{Rule, RuleInfo};
use super::streak::Streak;
use crate::detect::call::Call;
use crate::detect::config::Limit;
use crate::detect::fact::history::Comparison;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::hash;
use crate::detect::signal::{Signal, Signals};
use crate::wire::record::{Grade, Kind};

const NAME: &str = "error-streak";

// OpenHands stops at three errors in a row, which occurs in 1.9 % of runs that finished by themselves. Five occur in
// none.
const WARN: Limit = Limit::new("error-streak.warn", 5, "calls that fail with the same error before a warning");
// Every measured session with ten in a row went on like that to the end of its budget.
const STOP: Limit = Limit::new("error-streak.stop", 10, "calls that fail with the same error before a stop");

/// What the rule remembers of one session.
#[derive(Default)]
pub(super) struct ErrorStreak {
    class: u64,
    tool: String,
    streak: Option<Streak>,
}

impl Rule for ErrorStreak {
    const INFO: RuleInfo =
        RuleInfo { name: NAME, about: "the same error again and again, whatever is tried", limits: &[WARN, STOP] };

    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            Fact::Call(call, compared) if !compared.poll => self.take(call, *compared, context, signals),
            Fact::User => *self = Self::default(),
            _ => {}
        }
    }
}

impl ErrorStreak {
    fn take(&mut self, call: &Call, compared: Comparison, context: &RuleContext<'_>, signals: &mut Signals) {
        let Some(class) = call.error else {
            // A success ends the streak if it is a change or the same tool. Reading something else does not.
            if compared.new_change || call.tool == self.tool {
                *self = Self::default();
            }
            return;
        };
        // A check whose failures change makes progress, even if its first error line stays the same.
        let class = hash::join(class, call.failing.unwrap_or_default());
        match &mut self.streak {
            Some(streak) if class == self.class => streak.add(call),
            streak => *streak = Some(Streak::begin(call, context)),
        }
        self.class = class;
        self.tool.clone_from(&call.tool);
        self.report(call, context, signals);
    }

    fn report(&self, call: &Call, context: &RuleContext<'_>, signals: &mut Signals) {
        let Some(streak) = &self.streak else {
            return;
        };
        let limit = context.config.limit(&WARN);
        if streak.calls() < limit.div_ceil(2) {
            return;
        }
        let summary = format!("{} calls failed with the same error: {}", streak.calls(), call.error_line);
        let grade = if streak.calls() >= context.config.limit(&STOP) { Grade::Stop } else { Grade::Warn };
        let mut signal = Signal::new(NAME, Kind::Stagnation, grade, self.class, summary);
        streak.fill(&mut signal, context);
        signal.below_threshold = streak.calls() < limit;
        signals.report(signal);
    }
}
