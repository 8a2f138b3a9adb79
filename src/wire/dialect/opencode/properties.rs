//! The `properties` of OpenCode's bus events, by type, borrowed from the line.

use crate::wire::json::raw::Raw;
use crate::wire::part::Part;
use crate::wire::text;
use serde::Deserialize;
use std::borrow::Cow;

/// What any event may have: the session.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SessionOnly<'a> {
    #[serde(borrow, rename = "sessionID", deserialize_with = "text::borrowed")]
    pub session: Option<Cow<'a, str>>,
}

/// `message.part.updated`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PartUpdated<'a> {
    #[serde(borrow, rename = "sessionID", deserialize_with = "text::borrowed")]
    pub session: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub part: Option<Part<'a>>,
}

/// `message.part.delta`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PartDelta<'a> {
    #[serde(borrow, rename = "sessionID", deserialize_with = "text::borrowed")]
    pub session: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "messageID", deserialize_with = "text::borrowed")]
    pub message: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "partID", deserialize_with = "text::borrowed")]
    pub part: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "delta")]
    pub text: Option<Raw<'a>>,
}

/// `message.updated`, `session.created` and `session.updated`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct InfoUpdated<'a> {
    #[serde(borrow, rename = "sessionID", deserialize_with = "text::borrowed")]
    pub session: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub info: Option<Info<'a>>,
}

/// `info` of a session or a message.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Info<'a> {
    #[serde(borrow, deserialize_with = "text::lent")]
    pub id: Cow<'a, str>,
    #[serde(borrow, rename = "sessionID", deserialize_with = "text::borrowed")]
    pub session: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "parentID", deserialize_with = "text::borrowed")]
    pub parent: Option<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "text::borrowed")]
    pub directory: Option<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "text::borrowed")]
    pub role: Option<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "text::borrowed")]
    pub finish: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub error: Option<ErrorInfo<'a>>,
    #[serde(borrow)]
    pub time: Option<MessageTime<'a>>,
}

/// When a message was completed, if it was.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct MessageTime<'a> {
    #[serde(borrow)]
    pub completed: Option<Raw<'a>>,
}

/// `session.status`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct StatusChanged<'a> {
    #[serde(borrow, rename = "sessionID", deserialize_with = "text::borrowed")]
    pub session: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub status: Option<StatusInfo<'a>>,
}

/// What a session is doing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct StatusInfo<'a> {
    #[serde(borrow, rename = "type", deserialize_with = "text::lent")]
    pub kind: Cow<'a, str>,
    pub attempt: Option<u32>,
    #[serde(borrow)]
    pub message: Option<Raw<'a>>,
    #[serde(borrow)]
    pub next: Option<Raw<'a>>,
}

/// `session.error`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SessionError<'a> {
    #[serde(borrow, rename = "sessionID", deserialize_with = "text::borrowed")]
    pub session: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub error: Option<ErrorInfo<'a>>,
}

/// An error, with the message of the provider or server.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ErrorInfo<'a> {
    #[serde(borrow, deserialize_with = "text::lent")]
    pub name: Cow<'a, str>,
    #[serde(borrow)]
    pub data: Option<ErrorData<'a>>,
}

/// The details of an error.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ErrorData<'a> {
    #[serde(borrow)]
    pub message: Option<Raw<'a>>,
}

/// `session.diff` and `todo.updated`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Lists<'a> {
    #[serde(borrow, rename = "sessionID", deserialize_with = "text::borrowed")]
    pub session: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub todos: Option<Vec<TodoItem<'a>>>,
    #[serde(borrow)]
    pub diff: Option<Vec<Raw<'a>>>,
}

/// One item of the agent's todo list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TodoItem<'a> {
    #[serde(borrow)]
    pub content: Option<Raw<'a>>,
    #[serde(borrow, deserialize_with = "text::lent")]
    pub status: Cow<'a, str>,
}

/// `permission.*` and `question.*`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RequestProperties<'a> {
    #[serde(borrow, rename = "sessionID", deserialize_with = "text::borrowed")]
    pub session: Option<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "text::borrowed")]
    pub id: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "requestID", deserialize_with = "text::borrowed")]
    pub request_id: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "permissionID", deserialize_with = "text::borrowed")]
    pub permission_id: Option<Cow<'a, str>>,
    // What is asked for, in 1.18 (`permission`), 1.0 (`type`) and by the question tool.
    #[serde(borrow)]
    pub permission: Option<Raw<'a>>,
    #[serde(borrow, rename = "type")]
    pub kind: Option<Raw<'a>>,
    #[serde(borrow)]
    pub patterns: Option<Raw<'a>>,
    #[serde(borrow)]
    pub questions: Option<Raw<'a>>,
}
