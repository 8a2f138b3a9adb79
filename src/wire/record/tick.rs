use super::Record;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Time passed and nothing else happened. These lines let later stages notice silence.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Tick {}

impl Record for Tick {
    const TYPE: &'static str = "ocr.stream.tick";
}
