//! One error again and again, whatever is tried.

use super::trace::Trace;
use super::{Fact, Limit, Rule, Seen, View};
use crate::detect::call::Call;
use crate::detect::hash;
use crate::detect::session::history::Noted;
use crate::detect::signal::Sighting;
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
    trace: Option<Trace>,
}

impl Rule for ErrorStreak {
    fn observe(&mut self, fact: &Fact<'_>, view: &View<'_>, seen: &mut Seen) {
        match fact {
            Fact::Call(call, noted) if !noted.poll => self.take(call, *noted, view, seen),
            Fact::User => *self = Self::default(),
            _ => {}
        }
    }
}

impl ErrorStreak {
    fn take(&mut self, call: &Call, noted: Noted, view: &View<'_>, seen: &mut Seen) {
        let Some(class) = call.error else {
            // What worked is an end of the streak, if it is the same tool or a change; a look around is not.
            if noted.new_change || call.tool == self.tool {
                *self = Self::default();
            }
            return;
        };
        // A check whose failures move makes progress, though it says the same in its first line.
        let class = hash::join(class, call.failing.unwrap_or_default());
        match &mut self.trace {
            Some(trace) if class == self.class => trace.add(call),
            trace => *trace = Some(Trace::begin(call, view)),
        }
        self.class = class;
        self.tool.clone_from(&call.tool);
        self.report(call, view, seen);
    }

    fn report(&self, call: &Call, view: &View<'_>, seen: &mut Seen) {
        let Some(trace) = &self.trace else {
            return;
        };
        let limit = view.config.of(&WARN);
        if trace.calls < limit.div_ceil(2) {
            return;
        }
        let summary = format!(
            "{} calls failed with the same error: {}",
            trace.calls, call.error_line
        );
        let grade = if trace.calls >= view.config.of(&STOP) {
            Grade::Stop
        } else {
            Grade::Warn
        };
        let mut sighting = Sighting::new(NAME, Kind::Stagnation, grade, self.class, summary);
        trace.fill(&mut sighting, view);
        sighting.faint = trace.calls < limit;
        seen.sight(sighting);
    }
}
