//! What a line can say, in whatever dialect it is said.

use super::json::raw::Raw;
use super::part::Part;
use std::borrow::Cow;

/// What one line says, borrowed from it.
#[derive(Debug)]
pub struct Observation<'a> {
    /// When the stream stamped it: milliseconds since the Unix epoch. `None` on an unstamped line,
    /// which happens at the time of the line before it.
    pub ts: Option<i64>,
    /// The event's id; the part's id in dialects whose events have none.
    pub id: Option<Cow<'a, str>>,
    /// The session it belongs to; `None` for what concerns the whole server.
    pub session: Option<Cow<'a, str>>,
    /// What happened.
    pub event: Event<'a>,
}

/// What happened.
// One at a time exists, on the stack: boxing the part would cost an allocation a line.
#[allow(clippy::large_enum_variant)]
#[derive(Debug)]
pub enum Event<'a> {
    /// A session was created or changed; a subagent's names its parent.
    Session {
        /// The session that started this one.
        parent: Option<Cow<'a, str>>,
    },
    /// A session is gone.
    SessionDeleted,
    /// What the session is doing.
    Status(Status<'a>),
    /// A message was created or changed.
    Message {
        /// The message's id.
        id: Cow<'a, str>,
        /// Whether the user wrote it; otherwise the model did.
        from_user: bool,
        /// Whether it is complete.
        completed: bool,
        /// Why the model stopped: `stop`, `tool-calls`, `length`, …
        finish: Option<Cow<'a, str>>,
        /// The name of the error that ended it.
        error: Option<Cow<'a, str>>,
    },
    /// A part was created or changed: text, reasoning, a tool call, a step's beginning or end.
    Part(Part<'a>),
    /// More text for a part.
    Delta {
        /// The part that grows.
        part: Cow<'a, str>,
        /// Its message.
        message: Cow<'a, str>,
        /// The new piece, raw.
        text: Raw<'a>,
    },
    /// The session failed.
    Error {
        /// The error's name: `MessageAbortedError`, `ContextOverflowError`, `ProviderAuthError`, …
        name: Cow<'a, str>,
        /// What was said about it, raw.
        message: Option<Raw<'a>>,
    },
    /// The context was compacted.
    Compacted,
    /// The session waits for a permission or an answer.
    Asked {
        /// The request's id.
        request: Cow<'a, str>,
        /// Whether it is a question; otherwise a permission.
        question: bool,
        /// What is asked, raw.
        what: Option<Raw<'a>>,
    },
    /// A permission or a question was answered or rejected.
    Answered {
        /// The request's id.
        request: Cow<'a, str>,
    },
    /// The agent's own list of things to do, whole.
    Todos(Vec<Todo<'a>>),
    /// What the session has changed so far.
    Diff {
        /// How many files.
        files: usize,
    },
    /// A line of ours: its type and its properties, raw.
    Record {
        /// `ocr.` and the rest.
        kind: Cow<'a, str>,
        /// The record's members.
        properties: Raw<'a>,
    },
    /// Something else: known to pass, not to mean anything here.
    Other,
}

/// What a session is doing.
#[derive(Debug)]
pub enum Status<'a> {
    /// It works.
    Busy,
    /// It rests.
    Idle,
    /// The provider failed and will be asked again.
    Retry {
        /// The number of this attempt.
        attempt: u32,
        /// What the provider said, raw.
        message: Option<Raw<'a>>,
        /// When it will be asked again.
        next: Option<i64>,
    },
}

/// One item of the agent's own list.
#[derive(Debug)]
pub struct Todo<'a> {
    /// What is to be done, raw.
    pub content: Option<Raw<'a>>,
    /// Whether it still is: neither completed nor cancelled.
    pub open: bool,
}
