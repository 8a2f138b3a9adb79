use super::Record;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The connection to the server was lost and is back.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Gap {
    /// The watched session, when there is one.
    #[serde(rename = "sessionID", skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// How long nothing could be received, in milliseconds.
    pub lasted: i64,
    /// How many connection attempts failed before one succeeded.
    pub attempts: u32,
    /// How many missed events were recovered and written before this line: what the server keeps of messages, and
    /// what is still asked. What sessions were doing meanwhile is kept nowhere.
    pub recovered: u64,
    /// Whether nothing that the server keeps was missed. With the sessions of every directory, what is asked is known
    /// of the server's own directory alone.
    pub complete: bool,
    /// Why the connection was lost.
    pub reason: String,
}

impl Record for Gap {
    const TYPE: &'static str = "ocr.stream.gap";
}
