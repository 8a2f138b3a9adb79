//! Tracks the review in progress, and whether the session moves on meanwhile.

use crate::review::intake::trigger::Trigger;
use crate::review::intake::update::Update;

/// A review in progress.
pub struct InFlight {
    pub trigger: Trigger,
    /// Whether the session has moved on since.
    pub stale: bool,
}

impl InFlight {
    /// Whether every event has to be parsed to notice that the session moves on.
    pub fn follows_work(&self) -> bool {
        !self.stale && self.trigger.ends_with_work()
    }

    /// Whether it is about the same finding as this trigger.
    pub fn is_about_finding_of(&self, other: &Trigger) -> bool {
        let id = |trigger: &Trigger| trigger.finding().map(|f| (trigger.session.clone(), f.finding.clone()));
        id(&self.trigger).is_some_and(|known| id(other) == Some(known))
    }

    /// Marks the review as stale if this update makes it pointless.
    pub fn apply(&mut self, update: &Update<'_>) {
        self.stale |= match update {
            Update::Event { session, event } => self.trigger.is_obsolete_after(*session, event),
            // A rest outdates every earlier question, also one about an earlier rest: the rest that is being judged
            // was reported before the question was asked.
            Update::Rested { session } => *session == self.trigger.session,
            Update::FindingClosed { session, finding } => {
                *session == self.trigger.session && self.trigger.finding().is_some_and(|f| f.finding == *finding)
            }
        };
    }
}
