//! Detects permission requests and questions that stay unanswered.

use super::rule::{Rule, RuleInfo};
use super::waiting;
use crate::detect::config::Limit;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::hash;
use crate::detect::signal::{Signal, Signals};
use crate::wire::Timestamp;
use crate::wire::record::{Evidence, Grade, Kind, Point};

const NAME: &str = "blocked";

// Five minutes by default. A person who is there has answered by then.
const STOP: Limit = Limit::new("blocked.stop", 30, "multiples of --blocked-after without an answer before a stop");

/// The rule has no memory: the session tracks open requests.
#[derive(Default)]
pub(super) struct Blocked;

impl Rule for Blocked {
    const INFO: RuleInfo =
        RuleInfo { name: NAME, about: "a permission request or a question stays unanswered", limits: &[STOP] };

    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        if !matches!(fact, Fact::Time | Fact::Alive | Fact::User | Fact::Rest) {
            return;
        }
        let mut open = context.activity.requests().iter();
        if open.len() == 0 {
            signals.release(NAME);
        } else if let Some(request) = open.find(|r| context.now.since(r.since) >= context.config.blocked_after) {
            let seconds = context.now.since(request.since) / 1000;
            let summary = format!("no answer for {seconds} s: {}", request.what);
            let laps = waiting::laps(request.since, context.config.blocked_after, context.now);
            let grade = if laps >= context.config.limit(&STOP) { Grade::Stop } else { Grade::Warn };
            let mut signal = Signal::new(NAME, Kind::Blocked, grade, hash::of(&request.id), summary);
            signal.laps = laps;
            signal.since = Some(Point { ts: request.since.ms(), id: request.id.clone() });
            signal.waiting_on = Some(request.what.clone());
            signal.evidence = vec![Evidence { id: request.id.clone(), excerpt: request.what.clone() }];
            signals.report(signal);
        }
    }

    fn deadline(&self, context: &RuleContext<'_>) -> Option<Timestamp> {
        let oldest = context.activity.requests().iter().map(|r| r.since).min()?;
        let (after, stop) = (context.config.blocked_after, context.config.limit(&STOP));
        Some(waiting::next_report(oldest, after, stop, context.now))
    }
}
