use super::Record;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a stream ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum CloseReason {
    /// The session came to rest.
    Rest,
    /// The server is gone, or did not answer for too long.
    ServerGone,
    /// The server does not let us in any more: it wants another password.
    NotAllowed,
    /// The server works, and refused the task or has lost the session: a person has to mend that.
    Failed,
    /// A signal asked us to stop.
    Interrupted,
}

/// The last line of a stream. Without it the stream was cut off.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Closed {
    /// The watched session, when there is one.
    #[serde(rename = "sessionID", default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// Why the stream ends.
    pub reason: CloseReason,
    /// The same for a person, with what there is to know.
    #[serde(default)]
    pub detail: String,
    /// The signal, where one ended the stream: 2 for Ctrl-C, 15 for a termination.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<i32>,
}

impl Record for Closed {
    const TYPE: &'static str = "ocr.stream.closed";
}
