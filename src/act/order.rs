//! Something to do to a session, and the line about it.

use super::settings::Answer;
use crate::wire::record;
use crate::wire::record::{Action, ActionKind, Phase};

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Task {
    /// End what the session does, and what the child in trouble does.
    Abort {
        child: Option<String>,
        /// What the session has changed so far: it stays.
        changed: Vec<String>,
        /// What is to be done once that took.
        then: Option<Box<Order>>,
    },
    /// Take back what the session changed since this message.
    Rollback { message: String },
    /// Send it a message; end what it does first, where it could not listen.
    Steer { message: String, abort_first: bool },
    /// Answer what it asks.
    Answer {
        request: String,
        question: bool,
        answer: Answer,
    },
    /// Look whether it did what it says.
    Verify {
        /// What the stream says that it changed.
        changed: Vec<String>,
    },
}

/// Something to do to a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order {
    pub session: String,
    pub task: Task,
    /// For a person: why.
    pub why: String,
    /// Why it is not done after all, where it is not: then a line says so.
    pub withheld: Option<String>,
}

/// What came of an order.
#[derive(Debug, Clone)]
pub(super) struct Report {
    pub order: Order,
    pub phase: Phase,
    pub detail: String,
    /// Whether a signal came before it was finished.
    pub cut: bool,
}

impl Order {
    /// To be done to the session, because of `why`.
    pub(super) fn new(session: &str, task: Task, why: &str) -> Self {
        Self {
            session: session.to_owned(),
            task,
            why: why.to_owned(),
            withheld: None,
        }
    }

    /// The same, but not to be done.
    pub(super) fn withheld(mut self, why_not: impl Into<String>) -> Self {
        self.withheld = Some(why_not.into());
        self
    }

    fn deed(&self) -> ActionKind {
        match &self.task {
            Task::Abort { .. } => ActionKind::Abort,
            Task::Rollback { .. } => ActionKind::Rollback,
            Task::Steer { .. } => ActionKind::Steer,
            Task::Answer { .. } => ActionKind::Answer,
            Task::Verify { .. } => ActionKind::Verify,
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
