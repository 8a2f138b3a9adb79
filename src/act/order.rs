//! An order to act on a session, its report, and the record about it.

use super::settings::Answer;
use crate::wire::Timestamp;
use crate::wire::record;
use crate::wire::record::{Action, ActionKind, Phase};

/// The action that an order asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum OrderKind {
    /// Abort what the session is doing, and what its child is doing.
    Abort {
        /// The child session with the problem.
        child: Option<String>,
        /// The files that the session has changed so far.
        changed: Vec<String>,
        /// The rollback that follows once the abort is confirmed.
        rollback: Option<Box<Order>>,
    },
    /// Revert what the session changed since this message.
    Rollback { message: String },
    /// Send the session a message, and abort it first if it would not read the message otherwise.
    Steer { message: String, abort_first: bool },
    /// Send the session on after a quota, with a message that has this id, unless it went on or has that message.
    Resume { message: String },
    /// Answer a permission request or a question.
    Answer { request: String, question: bool, answer: Answer },
    /// Check that the session did what it says.
    Verify {
        /// The files that the session changed, as far as the stream shows.
        changed: Vec<String>,
        /// How often the session had been at work by then.
        round: u64,
    },
}

/// An order to act on a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order {
    pub session: String,
    pub kind: OrderKind,
    /// The reason, for people.
    pub why: String,
    /// Why the order must not be carried out, if so. A record says that it is skipped.
    pub withheld: Option<String>,
}

/// The result of an order.
#[derive(Debug, Clone)]
pub(super) struct Report {
    pub order: Order,
    pub phase: Phase,
    pub detail: String,
    /// Whether a signal came before it finished.
    pub interrupted: bool,
}

impl Order {
    pub fn new(session: &str, kind: OrderKind, why: &str) -> Self {
        Self { session: session.to_owned(), kind, why: why.to_owned(), withheld: None }
    }

    /// The same order, but not to be carried out.
    pub fn withheld(mut self, why_not: impl Into<String>) -> Self {
        self.withheld = Some(why_not.into());
        self
    }

    fn kind(&self) -> ActionKind {
        match &self.kind {
            OrderKind::Abort { .. } => ActionKind::Abort,
            OrderKind::Rollback { .. } => ActionKind::Rollback,
            OrderKind::Steer { .. } => ActionKind::Steer,
            OrderKind::Resume { .. } => ActionKind::Resume,
            OrderKind::Answer { .. } => ActionKind::Answer,
            OrderKind::Verify { .. } => ActionKind::Verify,
        }
    }

    /// Appends the record that says how far the action got.
    pub fn append(&self, line: &mut Vec<u8>, ts: Timestamp, phase: Phase, detail: &str) {
        let action = Action { session_id: self.session.clone(), action: self.kind(), phase, detail: detail.to_owned() };
        record::append(line, ts, &action);
    }
}
