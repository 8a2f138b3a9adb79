use super::Record;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What can be done to a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ActionKind {
    /// Abort what the session is doing.
    Abort,
    /// Send the session a message.
    Steer,
    /// Answer an open permission request or question.
    Answer,
    /// Verify what the agent claims.
    Verify,
    /// Revert what the session changed since the problem began.
    Rollback,
    /// Send a session on after a quota.
    Resume,
    /// Tell people of what they may be needed for, or of the outcome of the run.
    Notify,
}

/// How far an action got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// The action is about to be tried.
    Begun,
    /// The action succeeded.
    Taken,
    /// The action failed.
    Failed,
    /// The action had no effect, so a stronger one is about to be tried.
    Escalated,
    /// The action was not tried: a replay, a dry run, an unsafe server, a session that this stream does not watch,
    /// a limit, or a rule of `--on`.
    Skipped,
}

/// An action on a session, done or skipped.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Action {
    /// The session that the action is for.
    #[serde(rename = "sessionID")]
    pub session_id: String,
    /// What is done.
    pub action: ActionKind,
    /// How far the action got.
    pub phase: Phase,
    /// Details for people: why, how, or why not.
    #[serde(default)]
    pub detail: String,
}

impl Record for Action {
    const TYPE: &'static str = "ocr.act.action";
}
