//! The line as it is written: one struct for every dialect, borrowed, parsed in one pass.
//!
//! `OpenCode`'s bus puts everything under `properties`; `opencode run --format json` puts the part
//! beside the type. Both name the same things the same way.

use super::part::Part;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// A whole line.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Line<'a> {
    pub ts: Option<i64>,
    #[serde(borrow)]
    pub id: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "type")]
    pub kind: Cow<'a, str>,
    #[serde(borrow)]
    pub properties: Option<Properties<'a>>,
    // `opencode run --format json` only:
    pub timestamp: Option<i64>,
    #[serde(borrow, rename = "sessionID")]
    pub session: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub part: Option<Part<'a>>,
    #[serde(borrow)]
    pub error: Option<Failure<'a>>,
}

/// The members of every event that we read, together.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Properties<'a> {
    #[serde(borrow, rename = "sessionID")]
    pub session: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub info: Option<Info<'a>>,
    #[serde(borrow)]
    pub part: Option<Part<'a>>,
    #[serde(borrow)]
    pub status: Option<StatusInfo<'a>>,
    #[serde(borrow)]
    pub error: Option<Failure<'a>>,
    #[serde(borrow)]
    pub id: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "requestID")]
    pub request: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "permissionID")]
    pub permission_id: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "messageID")]
    pub message: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "partID")]
    pub part_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub delta: Option<&'a RawValue>,
    #[serde(borrow)]
    pub todos: Option<Vec<TodoItem<'a>>>,
    #[serde(borrow)]
    pub diff: Option<Vec<&'a RawValue>>,
    // What is asked for, in 1.18 (`permission`), 1.0 (`type`) and by the question tool.
    #[serde(borrow)]
    pub permission: Option<&'a RawValue>,
    #[serde(borrow, rename = "type")]
    pub kind: Option<&'a RawValue>,
    #[serde(borrow)]
    pub patterns: Option<&'a RawValue>,
    #[serde(borrow)]
    pub questions: Option<&'a RawValue>,
}

/// `info` of a session or a message.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Info<'a> {
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    #[serde(borrow, rename = "sessionID")]
    pub session: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "parentID")]
    pub parent: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub role: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub finish: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub error: Option<Failure<'a>>,
    #[serde(borrow)]
    pub time: Option<MessageTime<'a>>,
}

/// When a message was finished, if it was.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct MessageTime<'a> {
    #[serde(borrow)]
    pub completed: Option<&'a RawValue>,
}

/// `session.status`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct StatusInfo<'a> {
    #[serde(borrow, rename = "type")]
    pub kind: Cow<'a, str>,
    pub attempt: Option<u32>,
    #[serde(borrow)]
    pub message: Option<&'a RawValue>,
    #[serde(borrow)]
    pub next: Option<&'a RawValue>,
}

/// An error by name, with what the provider or the server said.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Failure<'a> {
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    #[serde(borrow)]
    pub data: Option<FailureData<'a>>,
}

/// What is said about an error.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct FailureData<'a> {
    #[serde(borrow)]
    pub message: Option<&'a RawValue>,
}

/// One item of the agent's own list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TodoItem<'a> {
    #[serde(borrow)]
    pub content: Option<&'a RawValue>,
    #[serde(borrow)]
    pub status: Cow<'a, str>,
}

/// What every line has, whatever else it says: read when the line fits no known shape.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Head<'a> {
    #[serde(borrow)]
    pub ts: Option<&'a RawValue>,
    #[serde(borrow)]
    pub timestamp: Option<&'a RawValue>,
    #[serde(borrow, rename = "type")]
    pub kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub properties: Option<&'a RawValue>,
}
