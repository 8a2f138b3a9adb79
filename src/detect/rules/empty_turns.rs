//! Answers with nothing in them: no text, no call, no tokens.

use super::{Fact, Limit, Rule, Seen, RuleContext};
use crate::detect::signal::Signal;
use crate::wire::record::{Evidence, Grade, Kind, Point};

pub(super) const NAME: &str = "empty-turns";
pub(super) const ABOUT: &str = "answers with no text, no call and no tokens";

const STOP: Limit = Limit {
    name: "empty-turns.stop",
    default: 2,
    what: "answers in a row with nothing in them: stop",
};
pub(super) const LIMITS: &[Limit] = &[STOP];

/// The rule's memory of one session.
#[derive(Default)]
pub(super) struct EmptyTurns {
    count: u64,
    since: Point,
}

impl Rule for EmptyTurns {
    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        let empty = match fact {
            Fact::Step(step) => step.silent && step.calls == 0 && step.produced == 0,
            Fact::User => false,
            _ => return,
        };
        if !empty {
            self.count = 0;
            signals.release(NAME);
            return;
        }
        if self.count == 0 {
            self.since.clone_from(context.point);
        }
        self.count += 1;
        if self.count < context.config.limit(&STOP) {
            return;
        }
        let summary = format!("{} answers in a row with nothing in them", self.count);
        let mut signal = Signal::new(NAME, Kind::Text, Grade::Stop, 0, summary);
        signal.laps = self.count;
        signal.since = Some(self.since.clone());
        signal.evidence = vec![Evidence {
            id: context.point.id.clone(),
            excerpt: "a step with no text, no call and no tokens".to_owned(),
        }];
        signals.report(signal);
    }
}
