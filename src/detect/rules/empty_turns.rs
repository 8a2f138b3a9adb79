//! Detects empty answers: no text, no call, no tokens.

use super::rule::{Rule, RuleInfo};
use crate::detect::config::Limit;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::signal::{Signal, Signals};
use crate::wire::record::{Evidence, Grade, Kind, Point};

const NAME: &str = "empty-turns";

// Some providers fail to say anything once or twice, and then go on.
const WARN: Limit = Limit::new("empty-turns.warn", 3, "empty answers in a row before a warning");
const STOP: Limit = Limit::new("empty-turns.stop", 6, "empty answers in a row before a stop");

/// What the rule remembers of one session.
#[derive(Default)]
pub(super) struct EmptyTurns {
    count: u64,
    since: Point,
}

impl Rule for EmptyTurns {
    const INFO: RuleInfo =
        RuleInfo { name: NAME, about: "answers with no text, no call and no tokens", limits: &[WARN, STOP] };

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
        if self.count < context.config.limit(&WARN) {
            return;
        }
        let stops = self.count >= context.config.limit(&STOP);
        let grade = if stops { Grade::Stop } else { Grade::Warn };
        let summary = format!("{} answers in a row with nothing in them", self.count);
        let mut signal = Signal::new(NAME, Kind::Text, grade, 0, summary);
        signal.laps = self.count;
        signal.since = Some(self.since.clone());
        signal.evidence = vec![Evidence {
            id: context.point.id.clone(),
            excerpt: "a step with no text, no call and no tokens".to_owned(),
        }];
        signals.report(signal);
    }
}
