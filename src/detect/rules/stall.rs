//! Busy, and silent: nothing comes, nothing is pending that would explain it.

use super::waiting;
use super::{Fact, Limit, Rule, Seen, View};
use crate::detect::signal::Sighting;
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
    fn observe(&mut self, fact: &Fact<'_>, view: &View<'_>, seen: &mut Seen) {
        match fact {
            Fact::Alive | Fact::Rest => {
                self.last.clone_from(&view.point.id);
                if std::mem::take(&mut self.reported) {
                    seen.release(NAME);
                }
            }
            Fact::Time => self.judge(view, seen),
            _ => {}
        }
    }

    fn deadline(&self, view: &View<'_>) -> Option<i64> {
        let (limit, stop) = (limit(view)?, view.config.of(&STOP));
        // What is overdue is to be said now.
        let from = if self.reported {
            view.now
        } else {
            view.activity.last
        };
        Some(waiting::next(view.activity.last, limit, stop, from))
    }
}

/// How long the session may be silent; `None` while silence is as it should be.
fn limit(view: &View<'_>) -> Option<i64> {
    let activity = view.activity;
    // A request has a rule of its own, and so has a retry.
    if !activity.busy || activity.retrying || activity.waits_for_somebody() {
        return None;
    }
    Some(if activity.running_since().is_some() {
        view.config.tool_timeout
    } else {
        view.config.inactivity
    })
}

impl Stall {
    fn judge(&mut self, view: &View<'_>, seen: &mut Seen) {
        let Some(limit) = limit(view) else {
            return;
        };
        let silent = view.now.saturating_sub(view.activity.last);
        let laps = waiting::laps(view.activity.last, limit, view.now);
        let grade = match laps {
            0 => return,
            _ if laps >= view.config.of(&STOP) => Grade::Stop,
            _ if laps >= WARN => Grade::Warn,
            _ => Grade::Notice,
        };
        let what = if view.activity.running_since().is_some() {
            "a tool"
        } else {
            "the model"
        };
        let summary = format!(
            "nothing for {} s while it should be working; it waits for {what}",
            silent / 1000
        );
        let mut sighting = Sighting::new(NAME, Kind::Stall, grade, 0, summary);
        sighting.laps = laps;
        sighting.since = Some(Point {
            ts: view.activity.last,
            id: self.last.clone(),
        });
        sighting.waiting_on = Some(what.to_owned());
        sighting.evidence = vec![Evidence {
            id: self.last.clone(),
            excerpt: "the last event before the silence".to_owned(),
        }];
        self.reported = true;
        seen.sight(sighting);
    }
}
