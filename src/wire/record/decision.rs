use super::Record;
use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the reviewer wants to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[value(rename_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Let the session go on.
    Continue,
    /// Send the session a message.
    Steer,
    /// Abort what the session is doing.
    Abort,
    /// The task is done.
    Done,
    /// Unclear: a person should look.
    Unsure,
}

/// The decision of a reviewer on a session.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// The session that was reviewed.
    #[serde(rename = "sessionID")]
    pub session_id: String,
    /// What to do.
    pub action: Verdict,
    /// The reason, in one sentence.
    pub reason: String,
    /// The message to send, for `steer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// How confident the reviewer is, from 0 to 1.
    #[serde(default)]
    pub confidence: f64,
    /// The turn that was reviewed.
    #[serde(default)]
    pub iteration: u64,
    /// The id of the event that was reviewed.
    #[serde(default)]
    pub judged: String,
    /// The finding that was reviewed, if the decision is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<String>,
    /// The reviewer: the name of a model, a command, or `rules`.
    pub reviewer: String,
    /// How many times the request was retried.
    #[serde(default)]
    pub retries: u32,
    /// How many lines of the session the reviewer saw.
    #[serde(default)]
    pub sample_lines: u64,
    /// Whether the reviewer failed and the built-in rules decided instead.
    #[serde(default)]
    pub degraded: bool,
    /// Whether the session had moved on before the decision came. Stale decisions are not acted on.
    #[serde(default)]
    pub stale: bool,
}

impl Record for Decision {
    const TYPE: &'static str = "ocr.review.decision";
}
