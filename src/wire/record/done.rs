use super::{Evidence, Record};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a session came to rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The last line matches `--done-pattern`, and nothing contradicts it.
    Done,
    /// The session may be done; worth a review.
    Candidate,
    /// The agent asked something and waits for an answer.
    Waiting,
    /// The session was aborted.
    Aborted,
    /// The session ended with an error.
    Error,
    /// The answer was cut off by the length limit.
    Length,
}

/// What the agent says about being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Claim {
    /// The last line matches `--done-pattern`.
    Promise,
    /// The last text sounds as if the work is done.
    Prose,
    /// The agent claims nothing.
    None,
}

/// A fact that speaks against the session being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Contradiction {
    /// Todo items are open.
    OpenTodos,
    /// The last check failed.
    LastCheckFailed,
    /// A file changed after the last check.
    UncheckedChange,
    /// No file changed at all.
    EmptyDiff,
    /// The answer was cut off.
    CutOff,
    /// A finding is still open.
    OpenFinding,
}

/// The session came to rest.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Done {
    /// The session that came to rest.
    #[serde(rename = "sessionID")]
    pub session_id: String,
    /// How the session came to rest.
    pub outcome: Outcome,
    /// What the agent says about being done.
    pub claim: Claim,
    /// The facts that speak against its being done.
    #[serde(default)]
    pub contradictions: Vec<Contradiction>,
    /// The events that support the outcome and the contradictions.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
}

impl Record for Done {
    const TYPE: &'static str = "ocr.detect.done";
}
