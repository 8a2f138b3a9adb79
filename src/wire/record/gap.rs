use super::Record;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The connection to the server was lost and has been restored.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Gap {
    /// The watched session; absent when a whole directory is watched.
    #[serde(rename = "sessionID", skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// How long nothing was received, in milliseconds.
    pub lasted: i64,
    /// How many connection attempts failed before one succeeded.
    pub attempts: u32,
    /// How many missed events were recovered and written before this line. Messages and open questions can be
    /// recovered; status changes cannot, because no server stores them.
    pub recovered: u64,
    /// Whether everything that the server stores was recovered. When every directory is watched, open questions are
    /// known only for the directory of the server.
    pub complete: bool,
    /// Why the connection was lost.
    pub reason: String,
}

impl Record for Gap {
    const TYPE: &'static str = "ocr.stream.gap";
}
