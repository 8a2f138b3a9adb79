use super::Record;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a session does, or what it waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SessionStatus {
    /// The model is at work: it thinks, or writes.
    Working,
    /// A tool runs.
    Tool,
    /// Someone is asked: a permission, a question, or what to do next at the end of an answer.
    Waiting,
    /// The provider failed, and the agent tries again.
    Retrying,
    /// The provider refuses until a time, or for a long while.
    Quota,
    /// Busy, with nothing pending and no sign of life for longer than the inactivity limit.
    Silent,
    /// Idle, with nothing pending.
    Resting,
    /// The session is over: it failed, was aborted or deleted, or the stream ended while it worked.
    Ended,
}

/// How a state is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Told {
    /// An event says it.
    Event,
    /// It follows from the time that passed without one, or from the words of the last answer.
    Inferred,
}

/// A session changed its state. Written once for each change.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StateChange {
    /// The session.
    #[serde(rename = "sessionID")]
    pub session_id: String,
    /// The session that started this one as its subagent.
    #[serde(rename = "parentID", default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
    /// What the session does now.
    pub state: SessionStatus,
    /// When this state began, in milliseconds since the Unix epoch.
    pub since: i64,
    /// For `quota`: when the provider accepts requests again, in milliseconds since the Unix epoch, where it said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
    /// The tool that runs and its command, the question that is open, the words of the provider, or why the session
    /// is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// For `waiting`: the id of the open permission or question, which an answer needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// For `waiting`: the answers to choose from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// How this is known.
    pub told: Told,
}

impl StateChange {
    /// Why a session is over that did not rest when the stream ended: what became of it is not known.
    pub const CUT_OFF: &str = "the stream ended";
}

impl Record for StateChange {
    const TYPE: &'static str = "ocr.detect.state";
}
