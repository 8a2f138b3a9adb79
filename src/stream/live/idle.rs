//! Decides when the watched session and those below it have come to rest for good.

use crate::bounded::BoundedMap;
use crate::wire::{Event, Status};
use std::time::Duration;
use tokio::time::Instant;

/// How long we wait for late events. Measured: after an abort the server sends four more events, all within 300 ms; and
/// between two rounds of tools a session may be idle for a moment.
pub(super) const LATE_EVENTS: Duration = Duration::from_secs(1);

/// How often the server is asked whether the sessions below still work, while the watched one is idle. Their own events
/// say it sooner, unless they are in a directory whose events do not come.
const ASK_AGAIN: Duration = Duration::from_secs(5);

/// How many sessions at work are remembered.
const WORKING: usize = 10_000;

/// Follows the watched session and its family between work and rest.
#[derive(Debug)]
pub(super) struct IdleTimer {
    /// Whether the session has worked; before that, being idle means nothing.
    worked: bool,
    since: Option<Instant>,
    /// The other sessions that were last seen at work.
    working: BoundedMap<String, ()>,
    asked: Instant,
}

impl Default for IdleTimer {
    fn default() -> Self {
        Self { worked: false, since: None, working: BoundedMap::new(WORKING), asked: Instant::now() }
    }
}

impl IdleTimer {
    /// Takes in an event of the watched session.
    pub fn observe(&mut self, event: &Event) {
        match event {
            Event::Status(Status::Idle) if self.worked => self.set_idle(),
            Event::Status(Status::Busy | Status::Retry { .. }) => self.set_busy(),
            // A session that cannot even begin fails instead of being busy.
            Event::Error { .. } => self.worked = true,
            _ => {}
        }
    }

    /// Takes in an event of another session.
    pub fn observe_other(&mut self, session: &str, event: &Event) {
        match event {
            Event::Status(Status::Busy | Status::Retry { .. }) => {
                self.working.insert(session.to_owned(), ());
            }
            Event::Status(Status::Idle) | Event::SessionDeleted if self.working.remove(session).is_some() => {
                // Its parent may go on with what it did.
                self.since = self.since.map(|_| Instant::now());
            }
            _ => {}
        }
    }

    /// Takes in what the server says: whether the watched session is busy, if there is one, and which others are.
    pub fn set(&mut self, busy: Option<bool>, others: impl Iterator<Item = String>) {
        match busy {
            Some(true) => self.set_busy(),
            Some(false) => self.set_idle(),
            None => {}
        }
        self.working = BoundedMap::new(WORKING);
        for session in others {
            self.working.insert(session, ());
        }
        self.asked = Instant::now();
    }

    /// The task is only given now: what was before it means nothing.
    pub fn begin(&mut self) {
        (self.worked, self.since) = (false, None);
    }

    /// Whether this other session was last seen at work.
    pub fn is_at_work(&self, session: &str) -> bool {
        self.working.contains_key(session)
    }

    /// The other sessions that were last seen at work.
    pub fn working(&self) -> impl Iterator<Item = &String> {
        self.working.iter().map(|(session, ())| session)
    }

    fn set_idle(&mut self) {
        self.worked = true;
        self.since.get_or_insert_with(Instant::now);
    }

    fn set_busy(&mut self) {
        self.worked = true;
        self.since = None;
    }

    /// When the family counts as being at rest after being idle for `grace`; `None` while any of it works.
    pub fn rests_at(&self, grace: Duration) -> Option<Instant> {
        self.since.filter(|_| self.working.is_empty()).map(|since| since + grace)
    }

    /// When to ask the server whether it rests; `None` while the watched session works.
    pub fn ask_at(&self, grace: Duration) -> Option<Instant> {
        self.rests_at(grace).or_else(|| self.since.map(|since| since.max(self.asked) + ASK_AGAIN))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUSY: Event = Event::Status(Status::Busy);
    const IDLE: Event = Event::Status(Status::Idle);

    #[test]
    fn rests_only_after_work() {
        let mut idle = IdleTimer::default();
        idle.observe(&IDLE);
        assert!(idle.rests_at(LATE_EVENTS).is_none(), "it has not begun");
        idle.observe(&BUSY);
        idle.observe(&IDLE);
        let first = idle.rests_at(LATE_EVENTS);
        assert!(first.is_some());
        idle.observe(&IDLE);
        assert_eq!(idle.rests_at(LATE_EVENTS), first, "a second idle does not restart the grace");
        idle.observe(&BUSY);
        assert!(idle.rests_at(LATE_EVENTS).is_none(), "a pause between rounds is no rest");
    }

    #[tokio::test(start_paused = true)]
    async fn family_rests_with_its_last_member() {
        let mut idle = IdleTimer::default();
        idle.observe(&BUSY);
        idle.observe_other("child", &BUSY);
        idle.observe(&IDLE);
        assert!(idle.rests_at(LATE_EVENTS).is_none() && idle.ask_at(LATE_EVENTS).is_some());
        tokio::time::advance(ASK_AGAIN).await;
        idle.observe_other("child", &IDLE);
        assert_eq!(idle.rests_at(LATE_EVENTS), Some(Instant::now() + LATE_EVENTS), "the grace begins with the last");
        idle.set(Some(false), ["lost".to_owned()].into_iter());
        assert!(idle.rests_at(LATE_EVENTS).is_none());
        idle.set(Some(false), std::iter::empty());
        assert!(idle.rests_at(LATE_EVENTS).is_some());
    }
}
