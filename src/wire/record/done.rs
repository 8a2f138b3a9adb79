use super::{Evidence, Record};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a session came to rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It promised to be done, and nothing speaks against it.
    Done,
    /// It may be done: worth a review.
    Candidate,
    /// It asks something and waits for a person.
    Waiting,
    /// Somebody aborted it.
    Aborted,
    /// It ended in an error.
    Error,
    /// Its answer was cut off by the length limit.
    Length,
}

/// What the agent itself says about being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Claim {
    /// The agreed promise stands on the last line.
    Promise,
    /// The last text sounds done.
    Prose,
    /// Nothing is claimed.
    None,
}

/// What speaks against a session being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Contradiction {
    /// Todo items are open.
    OpenTodos,
    /// The last check failed.
    LastCheckFailed,
    /// Something changed after the last check.
    UncheckedChange,
    /// Nothing changed at all.
    EmptyDiff,
    /// The answer was cut off.
    CutOff,
    /// An episode of trouble is still open.
    OpenFinding,
}

/// The session came to rest.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Done {
    /// The session it is about.
    #[serde(rename = "sessionID")]
    pub session_id: String,
    /// How it came to rest.
    pub outcome: Outcome,
    /// What the agent says about it.
    pub claim: Claim,
    /// What speaks against it.
    #[serde(default)]
    pub contradictions: Vec<Contradiction>,
    /// The events that this rests on.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
}

impl Record for Done {
    const TYPE: &'static str = "ocr.detect.done";
}
