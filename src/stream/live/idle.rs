//! When the watched session has come to rest for good.

use crate::wire::{Event, Status};
use std::time::Duration;
use tokio::time::Instant;

/// How long late events are waited for. Measured: after an abort the server sends four more events, all
/// within 300 ms; between two rounds of tools it may be idle for a moment.
const GRACE: Duration = Duration::from_secs(1);

/// Follows the session between work and rest.
#[derive(Debug)]
pub(crate) struct Rest {
    /// Whether work was seen, or is known to go on: before that, being idle means nothing.
    worked: bool,
    since: Option<Instant>,
}

impl Rest {
    /// A session that works already, or one that is about to.
    pub(crate) fn new(works_already: bool) -> Self {
        Self {
            worked: works_already,
            since: None,
        }
    }

    pub(crate) fn observe(&mut self, event: &Event) {
        match event {
            Event::Status(Status::Idle) if self.worked => self.rested(),
            Event::Status(Status::Busy | Status::Retry { .. }) => {
                self.works();
            }
            // A session that cannot even begin says so instead of being busy.
            Event::Error { .. } => self.worked = true,
            _ => {}
        }
    }

    /// It is known to be idle, from whatever source.
    pub(crate) fn rested(&mut self) {
        self.worked = true;
        self.since.get_or_insert_with(Instant::now);
    }

    /// It is known to work, from whatever source.
    pub(crate) fn works(&mut self) {
        self.worked = true;
        self.since = None;
    }

    /// When the rest is certain; `None` while it works.
    pub(crate) fn certain_at(&self) -> Option<Instant> {
        self.since.map(|since| since + GRACE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUSY: Event = Event::Status(Status::Busy);
    const IDLE: Event = Event::Status(Status::Idle);

    #[test]
    fn idle_counts_only_after_work_and_until_work_goes_on() {
        let mut rest = Rest::new(false);
        rest.observe(&IDLE);
        assert!(rest.certain_at().is_none(), "it has not begun");
        rest.observe(&BUSY);
        rest.observe(&IDLE);
        let first = rest.certain_at();
        assert!(first.is_some());
        rest.observe(&IDLE);
        assert_eq!(
            rest.certain_at(),
            first,
            "a second idle does not begin the grace anew"
        );
        rest.observe(&BUSY);
        assert!(rest.certain_at().is_none(), "a gap between rounds is no rest");
    }
}
