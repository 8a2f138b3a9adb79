use super::Record;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a stream ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum CloseReason {
    /// The session came to rest.
    Rest,
    /// The server is gone or did not respond for too long.
    ServerGone,
    /// The server rejected the credentials: its password has changed.
    NotAllowed,
    /// The server works but refused the task or no longer has the session. A person must fix that.
    Failed,
    /// A signal asked the stream to stop.
    Interrupted,
}

/// The last line of a stream. A stream without it was cut off.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Closed {
    /// The watched session; absent when a whole directory is watched.
    #[serde(rename = "sessionID", default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// Why the stream ended.
    pub reason: CloseReason,
    /// The reason in words, with details.
    #[serde(default)]
    pub detail: String,
    /// The number of the signal that ended the stream: 2 for SIGINT (Ctrl-C), 15 for SIGTERM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<i32>,
    /// The exit code of a stage that could not start, so that there is no `opened` line and no run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<u8>,
}

impl Record for Closed {
    const TYPE: &'static str = "ocr.stream.closed";
}
