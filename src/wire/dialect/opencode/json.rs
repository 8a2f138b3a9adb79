//! The events of `OpenCode`'s bus as they are written: what each topic has in its `properties`, borrowed.

use crate::wire::json::raw::Raw;
use crate::wire::part::Part;
use serde::Deserialize;
use std::borrow::Cow;

/// A whole line, of which nothing has been looked at but its members' names.
///
/// The bus puts everything under `properties`; `opencode run --format json` puts the part beside the type. Both
/// name the same things the same way.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Line<'a> {
    #[serde(borrow)]
    pub ts: Option<Raw<'a>>,
    #[serde(borrow)]
    pub id: Option<Raw<'a>>,
    #[serde(borrow, rename = "type")]
    pub kind: Option<Raw<'a>>,
    #[serde(borrow)]
    pub properties: Option<Raw<'a>>,
    // `opencode run --format json` only:
    #[serde(borrow)]
    pub timestamp: Option<Raw<'a>>,
    #[serde(borrow, rename = "sessionID")]
    pub session: Option<Raw<'a>>,
    #[serde(borrow)]
    pub part: Option<Raw<'a>>,
    #[serde(borrow)]
    pub error: Option<Raw<'a>>,
}

/// What every event may have: the session.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Bare<'a> {
    #[serde(
        borrow,
        rename = "sessionID",
        deserialize_with = "crate::wire::text::borrowed"
    )]
    pub session: Option<Cow<'a, str>>,
}

/// `message.part.updated`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PartUpdated<'a> {
    #[serde(
        borrow,
        rename = "sessionID",
        deserialize_with = "crate::wire::text::borrowed"
    )]
    pub session: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub part: Option<Part<'a>>,
}

/// `message.part.delta`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Grown<'a> {
    #[serde(
        borrow,
        rename = "sessionID",
        deserialize_with = "crate::wire::text::borrowed"
    )]
    pub session: Option<Cow<'a, str>>,
    #[serde(
        borrow,
        rename = "messageID",
        deserialize_with = "crate::wire::text::borrowed"
    )]
    pub message: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "partID", deserialize_with = "crate::wire::text::borrowed")]
    pub part: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "delta")]
    pub text: Option<Raw<'a>>,
}

/// `message.updated`, `session.created` and `session.updated`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Updated<'a> {
    #[serde(
        borrow,
        rename = "sessionID",
        deserialize_with = "crate::wire::text::borrowed"
    )]
    pub session: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub info: Option<Info<'a>>,
}

/// `info` of a session or a message.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Info<'a> {
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    #[serde(
        borrow,
        rename = "sessionID",
        deserialize_with = "crate::wire::text::borrowed"
    )]
    pub session: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "parentID", deserialize_with = "crate::wire::text::borrowed")]
    pub parent: Option<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "crate::wire::text::borrowed")]
    pub role: Option<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "crate::wire::text::borrowed")]
    pub finish: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub error: Option<Failure<'a>>,
    #[serde(borrow)]
    pub time: Option<MessageTime<'a>>,
}

/// When a message was finished, if it was.
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
    #[serde(
        borrow,
        rename = "sessionID",
        deserialize_with = "crate::wire::text::borrowed"
    )]
    pub session: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub status: Option<StatusInfo<'a>>,
}

/// What a session is doing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct StatusInfo<'a> {
    #[serde(borrow, rename = "type")]
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
pub(crate) struct Failed<'a> {
    #[serde(
        borrow,
        rename = "sessionID",
        deserialize_with = "crate::wire::text::borrowed"
    )]
    pub session: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub error: Option<Failure<'a>>,
}

/// An error by name, with what the provider or the server said.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Failure<'a> {
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    #[serde(borrow)]
    pub data: Option<FailureData<'a>>,
}

/// What is said about an error.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct FailureData<'a> {
    #[serde(borrow)]
    pub message: Option<Raw<'a>>,
}

/// `session.diff` and `todo.updated`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Listed<'a> {
    #[serde(
        borrow,
        rename = "sessionID",
        deserialize_with = "crate::wire::text::borrowed"
    )]
    pub session: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub todos: Option<Vec<TodoItem<'a>>>,
    #[serde(borrow)]
    pub diff: Option<Vec<Raw<'a>>>,
}

/// One item of the agent's own list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TodoItem<'a> {
    #[serde(borrow)]
    pub content: Option<Raw<'a>>,
    #[serde(borrow)]
    pub status: Cow<'a, str>,
}

/// `permission.*` and `question.*`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked<'a> {
    #[serde(
        borrow,
        rename = "sessionID",
        deserialize_with = "crate::wire::text::borrowed"
    )]
    pub session: Option<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "crate::wire::text::borrowed")]
    pub id: Option<Cow<'a, str>>,
    #[serde(
        borrow,
        rename = "requestID",
        deserialize_with = "crate::wire::text::borrowed"
    )]
    pub request: Option<Cow<'a, str>>,
    #[serde(
        borrow,
        rename = "permissionID",
        deserialize_with = "crate::wire::text::borrowed"
    )]
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
