use super::Record;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Time passes and nothing else came: how later stages learn of silence.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Tick {}

impl Record for Tick {
    const TYPE: &'static str = "ocr.stream.tick";
}
