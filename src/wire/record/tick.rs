use super::Record;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Time passed and nothing else happened. Later stages notice silence by these lines.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Tick {}

impl Record for Tick {
    const TYPE: &'static str = "ocr.stream.tick";
}
