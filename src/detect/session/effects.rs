//! The context that a session gets with each line, and the effects that it returns.

use super::call_work::CallWork;
use crate::detect::config::Config;
use crate::wire::Timestamp;
use crate::wire::record::{Done, Finding, Point, StateChange, Why};

/// The current line.
pub(crate) struct LineContext<'a> {
    /// The configuration.
    pub(crate) config: &'a Config,
    /// The time of the session, without the time in which the machine slept.
    pub(crate) now: Timestamp,
    /// Whether the session has a time yet: until its first line with one, `now` means nothing.
    pub(crate) timed: bool,
    /// Whether ticks show the silence of the session.
    pub(crate) ticked: bool,
    /// The event, with the time that the line says.
    pub(crate) point: &'a Point,
}

/// What a step took, for the budget of a parent session.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StepCost {
    /// Tokens read, written and thought, without those of the cache.
    pub(crate) tokens: u64,
    /// Tokens that were read from the cache or written to it.
    pub(crate) cached: u64,
    /// Tokens written and thought.
    pub(crate) produced: u64,
    /// US dollars.
    pub(crate) cost: f64,
}

/// What a line causes in a session.
#[derive(Default)]
pub(crate) struct Effects {
    /// Findings, in order.
    pub(crate) findings: Vec<Finding>,
    /// The session came to rest.
    pub(crate) done: Option<Done>,
    /// Changes of the session's state, in order.
    pub(crate) states: Vec<StateChange>,
    /// Steps that ended.
    pub(crate) steps: Vec<StepCost>,
    /// What calls did, for the evidence of a parent session.
    pub(crate) work: Vec<CallWork>,
    /// Why to add a turn, if there is no finding that is a reason.
    pub(crate) review: Option<Why>,
}
