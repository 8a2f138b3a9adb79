use super::Record;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A reviewer is in the pipe: a later stage leaves the judgement of findings to its decisions.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Reviewer {
    /// Who decides: a model's name, a command, or `rules`.
    pub reviewer: String,
}

impl Record for Reviewer {
    const TYPE: &'static str = "ocr.review.opened";
}
