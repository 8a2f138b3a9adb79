use super::Record;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What can be done to a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ActionKind {
    /// End what it is doing.
    Abort,
    /// Send it a message.
    Steer,
    /// Answer a permission or a question that nobody else answers.
    Answer,
    /// Look whether it did what it says.
    Verify,
    /// Take back what it changed since the trouble began.
    Rollback,
}

/// How far it got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// About to be tried.
    Begun,
    /// The server confirms it.
    Taken,
    /// It could not be done.
    Failed,
    /// It did not take, and something stronger was tried.
    Escalated,
    /// It would have been done, but must not be: a replay, a dry run, an unsafe server, a session that this
    /// stream does not watch, a limit.
    Skipped,
}

/// Something was done to a session, or would have been.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Action {
    /// The session.
    #[serde(rename = "sessionID")]
    pub session_id: String,
    /// What.
    pub action: ActionKind,
    /// How far it got.
    pub phase: Phase,
    /// For a person: why, how, or why not.
    #[serde(default)]
    pub detail: String,
}

impl Record for Action {
    const TYPE: &'static str = "ocr.act.action";
}
