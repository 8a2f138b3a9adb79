use super::Record;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The pipe has a reviewer, so later stages act on its decisions and not on findings alone.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Reviewer {
    /// The reviewer: the name of a model, a command, or `rules`.
    pub reviewer: String,
}

impl Record for Reviewer {
    const TYPE: &'static str = "ocr.review.opened";
}
