//! Something to do to a session, and the line about it.

use super::settings::Answer;
use crate::wire::record::{self, Action, Deed, Phase};

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Task {
    /// End what the session does, and what the child in trouble does; then take its changes back to a message.
    Abort {
        child: Option<String>,
        rollback: Option<String>,
    },
    /// Send it a message; end what it does first, where it could not listen.
    Steer { message: String, abort_first: bool },
    /// Answer what it asks.
    Answer {
        request: String,
        question: bool,
        answer: Answer,
    },
    /// Look whether it did what it says.
    Verify,
}

/// Something to do to a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order {
    pub session: String,
    pub task: Task,
    /// For a person: why.
    pub why: String,
}

/// What came of an order.
#[derive(Debug, Clone)]
pub(super) struct Report {
    pub order: Order,
    pub phase: Phase,
    pub detail: String,
}

impl Order {
    fn deed(&self) -> Deed {
        match &self.task {
            Task::Abort { .. } => Deed::Abort,
            Task::Steer { .. } => Deed::Steer,
            Task::Answer { .. } => Deed::Answer,
            Task::Verify => Deed::Verify,
        }
    }

    /// Appends the line that says how far it got.
    pub(super) fn append(&self, line: &mut Vec<u8>, ts: i64, phase: Phase, detail: &str) {
        let action = Action {
            session_id: self.session.clone(),
            action: self.deed(),
            phase,
            detail: detail.to_owned(),
        };
        record::append(line, ts, &action);
    }
}
