//! Answers with nothing in them: no text, no call, no tokens.

use super::{Fact, Limit, Rule, Seen, View};
use crate::detect::signal::Sighting;
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
    fn observe(&mut self, fact: &Fact<'_>, view: &View<'_>, seen: &mut Seen) {
        let empty = match fact {
            Fact::Step(step) => step.silent && step.calls == 0 && step.produced == 0,
            Fact::User => false,
            _ => return,
        };
        if !empty {
            self.count = 0;
            seen.release(NAME);
            return;
        }
        if self.count == 0 {
            self.since.clone_from(view.point);
        }
        self.count += 1;
        if self.count < view.config.of(&STOP) {
            return;
        }
        let summary = format!("{} answers in a row with nothing in them", self.count);
        let mut sighting = Sighting::new(NAME, Kind::Text, Grade::Stop, 0, summary);
        sighting.laps = self.count;
        sighting.since = Some(self.since.clone());
        sighting.evidence = vec![Evidence {
            id: view.point.id.clone(),
            excerpt: "a step with no text, no call and no tokens".to_owned(),
        }];
        seen.sight(sighting);
    }
}
