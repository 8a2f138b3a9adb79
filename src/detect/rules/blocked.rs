//! A permission or a question is open, and nobody answers.

use super::waiting;
use super::{Fact, Limit, Rule, Seen, RuleContext};
use crate::detect::hash;
use crate::detect::signal::Signal;
use crate::wire::record::{Evidence, Grade, Kind, Point};

pub(super) const NAME: &str = "blocked";
pub(super) const ABOUT: &str = "a permission or a question is open and nobody answers";

// Five minutes, where nothing else is said: who is there has answered by then.
const STOP: Limit = Limit {
    name: "blocked.stop",
    default: 30,
    what: "times --blocked-after without an answer: stop",
};
pub(super) const LIMITS: &[Limit] = &[STOP];

/// The rule keeps nothing: what is open is the session's own state.
#[derive(Default)]
pub(super) struct Blocked;

impl Rule for Blocked {
    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        if !matches!(fact, Fact::Time | Fact::Alive | Fact::User | Fact::Rest) {
            return;
        }
        let mut open = context.activity.requests.iter();
        if open.len() == 0 {
            signals.release(NAME);
        } else if let Some(request) =
            open.find(|r| context.now.saturating_sub(r.since) >= context.config.blocked_after)
        {
            let seconds = context.now.saturating_sub(request.since) / 1000;
            let summary = format!("waiting for an answer for {seconds} s: {}", request.what);
            let laps = waiting::laps(request.since, context.config.blocked_after, context.now);
            let grade = if laps >= context.config.limit(&STOP) {
                Grade::Stop
            } else {
                Grade::Warn
            };
            let mut signal = Signal::new(NAME, Kind::Blocked, grade, hash::of(&request.id), summary);
            signal.laps = laps;
            signal.since = Some(Point {
                ts: request.since,
                id: request.id.clone(),
            });
            signal.waiting_on = Some(request.what.clone());
            signal.evidence = vec![Evidence {
                id: request.id.clone(),
                excerpt: request.what.clone(),
            }];
            signals.report(signal);
        }
    }

    fn deadline(&self, context: &RuleContext<'_>) -> Option<i64> {
        let oldest = context.activity.requests.iter().map(|r| r.since).min()?;
        let (after, stop) = (context.config.blocked_after, context.config.limit(&STOP));
        Some(waiting::next(oldest, after, stop, context.now))
    }
}
