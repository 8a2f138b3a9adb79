use super::{Point, Record};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why this is a natural point for a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Why {
    /// The session came to rest.
    Rest,
    /// The session went silent.
    Silence,
    /// There is a finding of grade `warn` or above.
    Finding,
    /// A given number of steps has passed.
    Interval,
}

/// A natural point for a review: the end of a turn. A turn that ends with a rest or a finding is an iteration, which
/// `--max-iterations` limits.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Turn {
    /// The session.
    #[serde(rename = "sessionID")]
    pub session_id: String,
    /// The number of the turn, from 1.
    pub turn: u64,
    /// Why the turn ended here.
    pub why: Why,
    /// The event that ended the turn.
    #[serde(default)]
    pub at: Point,
}

impl Record for Turn {
    const TYPE: &'static str = "ocr.detect.turn";
}
