//! Detects a session that is busy but silent, with nothing pending that would explain it.

use super::rule::{Rule, RuleInfo};
use super::waiting;
use crate::detect::config::Limit;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::signal::{Signal, Signals};
use crate::wire::Timestamp;
use crate::wire::record::{Evidence, Grade, Kind, Point};

const NAME: &str = "stall";

// Five minutes by default. Providers that still answer do so before.
const STOP: Limit =
    Limit::new("stall.stop", 10, "multiples of --inactivity-timeout (or --tool-timeout) of silence before a stop");

/// Multiples of the timeout before a warning.
const WARN: u64 = 2;

/// What the rule remembers of one session.
#[derive(Default)]
pub(super) struct Stall {
    /// The id of the last event before the silence.
    last: String,
    reported: bool,
}

impl Rule for Stall {
    const INFO: RuleInfo =
        RuleInfo { name: NAME, about: "the session is busy, but silent for too long", limits: &[STOP] };

    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            Fact::Alive | Fact::Rest => {
                self.last.clone_from(&context.point.id);
                if std::mem::take(&mut self.reported) {
                    signals.release(NAME);
                }
            }
            Fact::Time => self.judge(context, signals),
            _ => {}
        }
    }

    fn deadline(&self, context: &RuleContext<'_>) -> Option<Timestamp> {
        let (limit, stop) = (timeout(context)?, context.config.limit(&STOP));
        // A silence that is overdue must be reported at once.
        let from = if self.reported { context.now } else { context.activity.last };
        Some(waiting::next_report(context.activity.last, limit, stop, from))
    }
}

/// How long the session may be silent, in milliseconds; `None` while silence is normal.
fn timeout(context: &RuleContext<'_>) -> Option<i64> {
    let activity = context.activity;
    // Requests and retries have their own rules.
    if !activity.busy || activity.retrying || activity.waits_for_person() {
        return None;
    }
    Some(if activity.is_call_running() { context.config.tool_timeout } else { context.config.inactivity })
}

impl Stall {
    fn judge(&mut self, context: &RuleContext<'_>, signals: &mut Signals) {
        let Some(timeout) = timeout(context) else {
            return;
        };
        let silent = context.now.since(context.activity.last);
        let laps = waiting::laps(context.activity.last, timeout, context.now);
        let grade = match laps {
            0 => return,
            _ if laps >= context.config.limit(&STOP) => Grade::Stop,
            _ if laps >= WARN => Grade::Warn,
            _ => Grade::Notice,
        };
        let waiting_on = if context.activity.is_call_running() { "a tool" } else { "the model" };
        let summary = format!("nothing for {} s while it should be working; it waits for {waiting_on}", silent / 1000);
        let mut signal = Signal::new(NAME, Kind::Stall, grade, 0, summary);
        signal.laps = laps;
        signal.since = Some(Point { ts: context.activity.last.ms(), id: self.last.clone() });
        signal.waiting_on = Some(waiting_on.to_owned());
        signal.evidence =
            vec![Evidence { id: self.last.clone(), excerpt: "the last event before the silence".to_owned() }];
        self.reported = true;
        signals.report(signal);
    }
}
