//! Busy, and silent: nothing comes, nothing is pending that would explain it.

use super::{Fact, Limit, Rule, Seen, View};
use crate::detect::sighting::Sighting;
use crate::wire::record::{Evidence, Grade, Kind, Point};

pub(super) const NAME: &str = "stall";
pub(super) const ABOUT: &str = "busy, and silent for too long";
pub(super) const LIMITS: &[Limit] = &[];

/// Silence of so many times the timeout is a warning.
const WARN_FACTOR: i64 = 2;

/// The rule's memory of one session.
#[derive(Default)]
pub(super) struct Stall {
    /// The last event before the silence.
    last: Point,
    reported: Option<Grade>,
}

impl Rule for Stall {
    fn observe(&mut self, fact: &Fact<'_>, view: &View<'_>, seen: &mut Seen) {
        match fact {
            Fact::Alive | Fact::Rest => {
                self.last.clone_from(view.point);
                if self.reported.take().is_some() {
                    seen.release(NAME);
                }
            }
            Fact::Time => self.judge(view, seen),
            _ => {}
        }
    }

    fn deadline(&self, view: &View<'_>) -> Option<i64> {
        let limit = limit(view)?;
        let times = match self.reported {
            None => 1,
            Some(Grade::Notice) => WARN_FACTOR,
            Some(_) => return None,
        };
        Some(view.activity.last.saturating_add(limit.saturating_mul(times)))
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
        let grade = if silent >= limit.saturating_mul(WARN_FACTOR) {
            Grade::Warn
        } else if silent >= limit {
            Grade::Notice
        } else {
            return;
        };
        let waiting = if view.activity.running_since().is_some() {
            "a tool"
        } else {
            "the model"
        };
        let summary = format!(
            "nothing for {} s while it should be working; it waits for {waiting}",
            silent / 1000
        );
        let mut sighting = Sighting::new(NAME, Kind::Stall, grade, 0, summary);
        sighting.laps = u64::try_from(silent / limit.max(1)).unwrap_or(1);
        sighting.since = Some(Point {
            ts: view.activity.last,
            id: self.last.id.clone(),
        });
        sighting.waiting_on = Some(waiting.to_owned());
        sighting.evidence = vec![Evidence {
            id: self.last.id.clone(),
            excerpt: "the last event before the silence".to_owned(),
        }];
        self.reported = Some(grade);
        seen.sight(sighting);
    }
}
