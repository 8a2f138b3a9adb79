//! A permission or a question is open, and nobody answers.

use super::waiting;
use super::{Fact, Limit, Rule, Seen, View};
use crate::detect::hash;
use crate::detect::signal::Sighting;
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
    fn observe(&mut self, fact: &Fact<'_>, view: &View<'_>, seen: &mut Seen) {
        if !matches!(fact, Fact::Time | Fact::Alive | Fact::User | Fact::Rest) {
            return;
        }
        let mut open = view.activity.requests.iter();
        if open.len() == 0 {
            seen.release(NAME);
        } else if let Some(request) =
            open.find(|r| view.now.saturating_sub(r.since) >= view.config.blocked_after)
        {
            let seconds = view.now.saturating_sub(request.since) / 1000;
            let summary = format!("waiting for an answer for {seconds} s: {}", request.what);
            let laps = waiting::laps(request.since, view.config.blocked_after, view.now);
            let grade = if laps >= view.config.of(&STOP) {
                Grade::Stop
            } else {
                Grade::Warn
            };
            let mut sighting = Sighting::new(NAME, Kind::Blocked, grade, hash::of(&request.id), summary);
            sighting.laps = laps;
            sighting.since = Some(Point {
                ts: request.since,
                id: request.id.clone(),
            });
            sighting.waiting_on = Some(request.what.clone());
            sighting.evidence = vec![Evidence {
                id: request.id.clone(),
                excerpt: request.what.clone(),
            }];
            seen.sight(sighting);
        }
    }

    fn deadline(&self, view: &View<'_>) -> Option<i64> {
        let oldest = view.activity.requests.iter().map(|r| r.since).min()?;
        let (after, stop) = (view.config.blocked_after, view.config.of(&STOP));
        Some(waiting::next(oldest, after, stop, view.now))
    }
}
