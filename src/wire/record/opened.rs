use super::Record;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

/// The first line of a stream: what is watched, and where.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Opened {
    /// The watched session; absent when a whole directory is watched.
    #[serde(rename = "sessionID", skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// The base URL of the server, without user or password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The version that the server reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The working directory of the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directory: Option<String>,
    /// The task that the stream gave the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    /// The requested model, as `provider/model`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Whether the stream started the server and owns it.
    pub spawned: bool,
    /// The process id of the stream. A server that it started runs below it, behind a supervisor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// Whether the stream continues after the session rests, until its reader leaves.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub follow: bool,
    /// Whether the lines come from a recording. Later stages do not act on a recorded session. Anything but `false` means
    /// that they do.
    #[serde(default = "yes", deserialize_with = "unless_false")]
    pub replay: bool,
    /// Proves to `ocr-act` that the stream is live and in the same pipe. A recording of the line proves nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<String>,
}

fn yes() -> bool {
    true
}

fn unless_false<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    Ok(serde_json::Value::deserialize(from)? != false)
}

impl Record for Opened {
    const TYPE: &'static str = "ocr.stream.opened";
}
