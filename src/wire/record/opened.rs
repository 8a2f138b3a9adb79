use super::Record;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The first line of a stream: what is being watched, and where.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Opened {
    /// The watched session. Absent while every session of a directory is watched.
    #[serde(rename = "sessionID", skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// The base URL of the server, without user or password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The server's version, as it reports it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The directory that the session works in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directory: Option<String>,
    /// The task that this stream gave to the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    /// The model asked for, `provider/model`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Whether this stream started the server and owns it.
    pub spawned: bool,
    /// The process that streams, where it started the server: the server is its only child.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// Whether the stream goes on when the session rests: then it ends when its reader leaves.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub follow: bool,
    /// Whether the lines come from a recording: then nobody acts on the session.
    pub replay: bool,
}

impl Record for Opened {
    const TYPE: &'static str = "ocr.stream.opened";
}
