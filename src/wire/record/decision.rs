use super::Record;
use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a reviewer wants done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[value(rename_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Let it go on.
    Continue,
    /// Send it a message.
    Steer,
    /// End it.
    Abort,
    /// The task is done.
    Done,
    /// Nobody can tell: a person should look.
    Unsure,
}

/// A second opinion.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// The session it is about.
    #[serde(rename = "sessionID")]
    pub session_id: String,
    /// What to do.
    pub action: Verdict,
    /// Why, in a sentence.
    pub reason: String,
    /// The message to send, with `steer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// How sure the reviewer is, from 0 to 1.
    #[serde(default)]
    pub confidence: f64,
    /// The turn that was judged.
    #[serde(default)]
    pub iteration: u64,
    /// The id of the event that was judged.
    #[serde(default)]
    pub judged: String,
    /// The finding that was judged, where it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<String>,
    /// Who decided: a model's name, a command, or `rules`.
    pub reviewer: String,
    /// How often the question had to be asked again.
    #[serde(default)]
    pub retries: u32,
    /// How many lines of the session the reviewer was shown.
    #[serde(default)]
    pub sample_lines: u64,
    /// Whether the reviewer failed and the rules decided in its place.
    #[serde(default)]
    pub degraded: bool,
    /// Whether the session had moved on when the decision came: nobody acts on it.
    #[serde(default)]
    pub stale: bool,
}

impl Record for Decision {
    const TYPE: &'static str = "ocr.review.decision";
}
