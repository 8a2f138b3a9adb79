//! Detects permission requests and questions that stay unanswered.

use super::rule::{Rule, RuleInfo};
use super::time_limits;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::hash;
use crate::detect::signal::{Signal, Signals};
use crate::wire::Timestamp;
use crate::wire::record::{Evidence, Grade, Kind, Point};

const NAME: &str = "blocked";

/// What the rule remembers of one session; the session itself tracks open requests.
#[derive(Default)]
pub(super) struct Blocked {
    reported: Option<Grade>,
}

impl Rule for Blocked {
    const INFO: RuleInfo =
        RuleInfo { name: NAME, about: "a permission request or a question stays unanswered", limits: &[] };

    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        if !matches!(fact, Fact::Time | Fact::Alive | Fact::User | Fact::Rest) {
            return;
        }
        let Some(request) = context.activity.requests().front() else {
            self.reported = None;
            signals.release(NAME);
            return;
        };
        let waited = context.now.since(request.since);
        if let Some(grade) = limits(context).grade(waited) {
            self.reported = Some(grade);
            let summary = format!("no answer for {} s or more: {}", waited / 1000, request.what);
            let mut signal = Signal::new(NAME, Kind::Blocked, grade, hash::of(&request.id), summary);
            signal.since = Some(Point { ts: request.at, id: request.id.clone() });
            signal.waiting_on = Some(request.what.clone());
            signal.evidence = vec![Evidence { id: request.id.clone(), excerpt: request.what.clone() }];
            signals.report(signal);
        }
    }

    fn deadline(&self, context: &RuleContext<'_>) -> Option<Timestamp> {
        limits(context).next(context.activity.requests().front()?.since, self.reported)
    }
}

/// A person who answers late is not a reason to end a session, unless somebody said so.
fn limits(context: &RuleContext<'_>) -> time_limits::TimeLimits {
    let config = context.config;
    time_limits::TimeLimits { notice: None, warn: Some(config.blocked_after), stop: config.blocked_timeout }
}
