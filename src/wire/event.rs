//! The types of an [`Observation`]: what a line says, independent of its dialect. `dialect` parses lines into them.

use super::json::raw::Raw;
use super::part::Part;
use std::borrow::Cow;

/// What one line says, borrowed from the line.
#[derive(Debug)]
pub struct Observation<'a> {
    /// When the stream stamped the line: milliseconds since the Unix epoch. A line without a stamp happens at the time
    /// of the line before it.
    pub ts: Option<i64>,
    /// The id of the event, or of its part in dialects whose events have no id.
    pub id: Option<Cow<'a, str>>,
    /// The session of the event; `None` if the event is about the whole server.
    pub session: Option<Cow<'a, str>>,
    /// How the line is written; `None` if that is not known here, and so nothing in the line is understood.
    pub dialect: Option<Dialect>,
    /// What happened.
    pub event: Event<'a>,
}

/// How a line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// One of our records.
    Record,
    /// An event of OpenCode's bus, which may be of a type that means nothing here.
    Bus,
    /// A line of `opencode run --format json`.
    Run,
}

/// What happened.
// Only one exists at a time, on the stack. Boxing the part would cost an allocation per line.
#[allow(clippy::large_enum_variant)]
#[derive(Debug)]
pub enum Event<'a> {
    /// A session was created or changed. The session of a subagent names its parent.
    Session {
        /// The session that started this one.
        parent: Option<Cow<'a, str>>,
        /// The folder that it works in.
        directory: Option<Cow<'a, str>>,
    },
    /// A session was deleted.
    SessionDeleted,
    /// The status of the session changed.
    Status(Status<'a>),
    /// A message was created or changed.
    Message {
        /// The id of the message.
        id: Cow<'a, str>,
        /// Whether the user wrote the message; otherwise the model did.
        from_user: bool,
        /// Whether the message is complete.
        completed: bool,
        /// Why the model stopped: `stop`, `tool-calls`, `length`, …
        finish: Option<Cow<'a, str>>,
        /// The name of the error that ended the message.
        error: Option<Cow<'a, str>>,
        /// The message of that error, raw. An [`Event::Error`] said it before, unless that was lost.
        why: Option<Raw<'a>>,
    },
    /// A part was created or changed: text, reasoning, a tool call, a step's beginning or end.
    Part(Part<'a>),
    /// More text for a part.
    Delta {
        /// The id of the part.
        part: Cow<'a, str>,
        /// The id of its message.
        message: Cow<'a, str>,
        /// The new text, raw.
        text: Raw<'a>,
    },
    /// The session failed.
    Error {
        /// The name of the error: `MessageAbortedError`, `ContextOverflowError`, `ProviderAuthError`, …
        name: Cow<'a, str>,
        /// The error message, raw.
        message: Option<Raw<'a>>,
    },
    /// The context was compacted.
    Compacted,
    /// The session asks for a permission or an answer.
    Asked {
        /// The id of the request.
        request: Cow<'a, str>,
        /// Whether it is a question; otherwise it is a permission request.
        question: bool,
        /// What is asked, raw.
        what: Option<Raw<'a>>,
    },
    /// A permission request or question was answered or rejected.
    Answered {
        /// The id of the request.
        request: Cow<'a, str>,
    },
    /// The todo list of the agent, whole.
    Todos(Vec<Todo<'a>>),
    /// What the session has changed so far.
    Diff {
        /// How many files changed.
        files: usize,
    },
    /// One of our records; see [`AnyRecord`](super::record::AnyRecord).
    Record {
        /// The type, such as `ocr.detect.finding`.
        kind: Cow<'a, str>,
        /// The members of the record, raw.
        properties: Raw<'a>,
    },
    /// The server is alive, and time passes.
    Heartbeat,
    /// Anything else. It passes and means nothing here.
    Other,
}

/// What a session is doing.
#[derive(Debug)]
pub enum Status<'a> {
    /// The session works.
    Busy,
    /// The session is idle.
    Idle,
    /// The provider failed and will be retried.
    Retry {
        /// The number of the attempt.
        attempt: u32,
        /// The message of the provider, raw.
        message: Option<Raw<'a>>,
        /// When it will be retried: milliseconds since the Unix epoch.
        next: Option<i64>,
    },
}

/// An item of the todo list of the agent.
#[derive(Debug)]
pub struct Todo<'a> {
    /// The text of the item, raw.
    pub content: Option<Raw<'a>>,
    /// Whether the item is neither completed nor cancelled.
    pub open: bool,
}
