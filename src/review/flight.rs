//! A review that is under way, and whether the session moves on meanwhile.

use super::moment::{Moment, Subject};
use crate::wire::record::{Done, Finding, State, Turn, Why};
use crate::wire::{Event, Status};

/// A review under way.
pub(super) struct Flight {
    pub moment: Moment,
    /// When it began, in the time of the lines.
    pub since: i64,
    /// Whether what is judged is no longer so.
    pub stale: bool,
}

impl Flight {
    pub(super) fn new(moment: Moment, since: i64) -> Self {
        Self {
            moment,
            since,
            stale: false,
        }
    }

    /// Whether events of the server can still make a difference.
    pub(super) fn listens(&self) -> bool {
        !self.stale && matches!(self.moment.subject, Subject::Rest(_) | Subject::Silence)
    }

    /// An event of the server: work after a rest or a silence makes the review stale. What a server still has to
    /// say after a rest (messages and sessions updated, idle twice) is no work.
    pub(super) fn hear(&mut self, session: Option<&str>, event: &Event<'_>) {
        if self.listens() && session == Some(self.moment.session.as_str()) {
            self.stale = matches!(
                event,
                Event::Status(Status::Busy | Status::Retry { .. }) | Event::Part(_) | Event::Delta { .. }
            );
        }
    }

    /// A rest ends every question but the one about that rest.
    pub(super) fn hear_turn(&mut self, turn: &Turn) {
        self.stale |=
            turn.why == Why::Rest && turn.session_id == self.moment.session && !self.moment.is_rest();
    }

    /// The same, where the rest is told without a turn.
    pub(super) fn hear_done(&mut self, done: &Done) {
        self.stale |= done.session_id == self.moment.session && !self.moment.is_rest();
    }

    /// Trouble that is over needs no decision.
    pub(super) fn hear_finding(&mut self, finding: &Finding) {
        let judged = self
            .moment
            .finding()
            .is_some_and(|f| f.finding == finding.finding);
        self.stale |= judged && finding.state == State::Closed && finding.session_id == self.moment.session;
    }
}
