use super::{Point, Record};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why this is a natural point for a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Why {
    /// The session came to rest.
    Rest,
    /// It went silent.
    Silence,
    /// It looks bad: a finding of `warn` or above.
    Finding,
    /// So many steps went by.
    Interval,
}

/// A natural point for a review: one iteration of the run.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Turn {
    /// The session it is about.
    #[serde(rename = "sessionID")]
    pub session_id: String,
    /// Which turn this is, from 1.
    pub turn: u64,
    /// Why now.
    pub why: Why,
    /// The event after which it came.
    #[serde(default)]
    pub at: Point,
}

impl Record for Turn {
    const TYPE: &'static str = "ocr.detect.turn";
}
