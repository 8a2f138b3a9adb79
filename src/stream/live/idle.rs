//! When the watched session has come to rest for good.

use super::end::StepError;
use super::writer::Writer;
use crate::server::Server;
use crate::wire::{Event, Status};
use std::time::Duration;
use tokio::time::Instant;

/// How long we wait for late events. Measured: after an abort the server sends four more events, all within 300 ms; and
/// between two rounds of tools a session may be idle for a moment.
const GRACE: Duration = Duration::from_secs(1);

/// Follows the session between work and rest.
#[derive(Debug, Default)]
pub(super) struct IdleTimer {
    /// Whether the session has worked; before that, being idle means nothing.
    worked: bool,
    since: Option<Instant>,
}

impl IdleTimer {
    pub fn observe(&mut self, event: &Event) {
        match event {
            Event::Status(Status::Idle) if self.worked => self.set_idle(),
            Event::Status(Status::Busy | Status::Retry { .. }) => self.set_busy(),
            // A session that cannot even begin fails instead of being busy.
            Event::Error { .. } => self.worked = true,
            _ => {}
        }
    }

    /// Asks the server whether the session is busy.
    pub async fn check(&mut self, server: &Server, session: &str, writer: &mut Writer) -> Result<(), StepError> {
        if writer.wait_for(server.is_busy(session)).await? {
            self.set_busy();
        } else {
            self.set_idle();
        }
        Ok(())
    }

    fn set_idle(&mut self) {
        self.worked = true;
        self.since.get_or_insert_with(Instant::now);
    }

    fn set_busy(&mut self) {
        self.worked = true;
        self.since = None;
    }

    /// When the session counts as being at rest; `None` while it works.
    pub fn rests_at(&self) -> Option<Instant> {
        self.since.map(|since| since + GRACE)
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
        assert!(idle.rests_at().is_none(), "it has not begun");
        idle.observe(&BUSY);
        idle.observe(&IDLE);
        let first = idle.rests_at();
        assert!(first.is_some());
        idle.observe(&IDLE);
        assert_eq!(idle.rests_at(), first, "a second idle does not restart the grace");
        idle.observe(&BUSY);
        assert!(idle.rests_at().is_none(), "a pause between rounds is no rest");
    }
}
