//! Busy, and silent: nothing comes, nothing is pending that would explain it.

use super::waiting;
use super::{Fact, Limit, Rule, Seen, RuleContext};
use crate::detect::signal::Signal;
use crate::wire::record::{Evidence, Grade, Kind, Point};

pub(super) const NAME: &str = "stall";
pub(super) const ABOUT: &str = "busy, and silent for too long";

// Five minutes without a word, where nothing else is said: providers that still answer do so before.
const STOP: Limit = Limit {
    name: "stall.stop",
    default: 10,
    what: "times --inactivity-timeout (or --tool-timeout) of silence: stop",
};
pub(super) const LIMITS: &[Limit] = &[STOP];

/// Silence of so many times the timeout is a warning.
const WARN: u64 = 2;

/// The rule's memory of one session.
#[derive(Default)]
pub(super) struct Stall {
    /// The id of the last event before the silence.
    last: String,
    reported: bool,
}

impl Rule for Stall {
    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            Fact::Alive | Fact::Rest => {
                self.last.clone_from(&context.point.id);
                if std::mem::take(&mut self.reported) {
                    signals.release(NAME);
                }
            }
            Fact::Time => self.judge(context, seen),
            _ => {}
        }
    }

    fn deadline(&self, context: &RuleContext<'_>) -> Option<i64> {
        let (limit, stop) = (limit(context)?, context.config.limit(&STOP));
        // What is overdue is to be said now.
        let from = if self.reported {
            context.now
        } else {
            context.activity.last
        };
        Some(waiting::next(context.activity.last, limit, stop, from))
    }
}

/// How long the session may be silent; `None` while silence is as it should be.
fn limit(context: &RuleContext<'_>) -> Option<i64> {
    let activity = context.activity;
    // A request has a rule of its own, and so has a retry.
    if !activity.busy || activity.retrying || activity.waits_for_somebody() {
        return None;
    }
    Some(if activity.running_since().is_some() {
        context.config.tool_timeout
    } else {
        context.config.inactivity
    })
}

impl Stall {
    fn judge(&mut self, context: &RuleContext<'_>, signals: &mut Signals) {
        let Some(limit) = limit(context) else {
            return;
        };
        let silent = context.now.saturating_sub(context.activity.last);
        let laps = waiting::laps(context.activity.last, limit, context.now);
        let grade = match laps {
            0 => return,
            _ if laps >= context.config.limit(&STOP) => Grade::Stop,
            _ if laps >= WARN => Grade::Warn,
            _ => Grade::Notice,
        };
        let what = if context.activity.running_since().is_some() {
            "a tool"
        } else {
            "the model"
        };
        let summary = format!(
            "nothing for {} s while it should be working; it waits for {what}",
            silent / 1000
        );
        let mut signal = Signal::new(NAME, Kind::Stall, grade, 0, summary);
        signal.laps = laps;
        signal.since = Some(Point {
            ts: context.activity.last,
            id: self.last.clone(),
        });
        signal.waiting_on = Some(what.to_owned());
        signal.evidence = vec![Evidence {
            id: self.last.clone(),
            excerpt: "the last event before the silence".to_owned(),
        }];
        self.reported = true;
        signals.report(signal);
    }
}
