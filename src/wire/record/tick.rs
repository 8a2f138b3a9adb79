use super::Record;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Time passed, and nothing else happened. Later stages notice silence by these lines.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tick {
    /// The sessions for which time passed: those that are waited for and were silent. Without this member, time passed
    /// for every session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sessions: Option<Vec<String>>,
    /// How much too late this line comes, in milliseconds: the stream or the whole machine stood still, or its clock was
    /// set forward. The sessions were not silent for that long; nobody listened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<i64>,
}

impl Record for Tick {
    const TYPE: &'static str = "ocr.stream.tick";
}
