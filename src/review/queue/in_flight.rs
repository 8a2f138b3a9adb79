//! A review that is under way, and whether the session moves on meanwhile.

use crate::review::intake::trigger::Moment;
use crate::wire::Event;
use crate::wire::record::{Done, Finding, State, Turn, Why};

/// A review under way.
pub(crate) struct Flight {
    pub moment: Moment,
    /// When it began, in the time of the lines.
    pub since: i64,
    /// Whether what is judged is no longer so.
    pub stale: bool,
}

impl Flight {
    pub(crate) fn new(moment: Moment, since: i64) -> Self {
        Self {
            moment,
            since,
            stale: false,
        }
    }

    /// Whether every event of the server has to be looked at.
    pub(crate) fn listens(&self) -> bool {
        !self.stale && self.moment.ends_with_work()
    }

    /// An event of the server.
    pub(crate) fn hear(&mut self, session: Option<&str>, event: &Event<'_>) {
        self.stale |= self.moment.is_over(session, event);
    }

    /// A rest ends every question about what was before, an earlier rest too: its own turn was heard before it
    /// was asked about.
    pub(crate) fn hear_turn(&mut self, turn: &Turn) {
        self.stale |= turn.why == Why::Rest && turn.session_id == self.moment.session;
    }

    /// The same, where the rest is told without a turn.
    pub(crate) fn hear_done(&mut self, done: &Done) {
        self.stale |= done.session_id == self.moment.session;
    }

    /// Trouble that is over needs no decision.
    pub(crate) fn hear_finding(&mut self, finding: &Finding) {
        let judged = self
            .moment
            .finding()
            .is_some_and(|f| f.finding == finding.finding);
        self.stale |= judged && finding.state == State::Closed && finding.session_id == self.moment.session;
    }
}
