//! One line of any dialect, as one observation.

use super::compact;
use super::bus::{Failure, Info, Line, Outline, Properties, StatusInfo};
use super::part::{Part, integer};
use super::record::PREFIX;
use super::raw::Raw;
use serde_json::value::RawValue;
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

/// A line that is no JSON object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a JSON object")]
pub struct Malformed;

/// Reads one line, without its newline. An unknown event is [`Event::Other`].
///
/// # Errors
/// [`Malformed`] for a line that is no JSON object; a blank one too.
pub fn observe(line: &str) -> Result<Observation<'_>, Malformed> {
    // A derived struct would take an array for its members in order.
    if !line.trim_ascii_start().starts_with('{') {
        return Err(Malformed);
    }
    match compact::from_str::<Line>(line).or_else(|_| serde_json::from_str(line)) {
        Ok(parsed) if !parsed.kind.starts_with(PREFIX) => Ok(from_line(parsed)),
        _ => from_outline(line),
    }
}

/// A line of ours, or one whose members do not have the shapes we know.
fn from_outline(line: &str) -> Result<Observation<'_>, Malformed> {
    let Ok(outline) = serde_json::from_str::<Outline>(line) else {
        // Valid JSON of a shape nobody knows, such as two `type` members, passes uninterpreted.
        let _: &RawValue = serde_json::from_str(line).map_err(|_| Malformed)?;
        return Ok(Observation {
            ts: None,
            id: None,
            session: None,
            event: Event::Other,
        });
    };
    let ts = outline.ts.or(outline.timestamp).and_then(integer);
    let event = match (outline.kind, outline.properties) {
        (Some(kind), Some(properties)) if kind.starts_with(PREFIX) => Event::Record { kind, properties },
        _ => Event::Other,
    };
    Ok(Observation {
        ts,
        id: None,
        session: None,
        event,
    })
}

fn from_line(line: Line<'_>) -> Observation<'_> {
    let ts = line.ts.or(line.timestamp);
    if let Some(properties) = line.properties {
        let session = properties.session_of(&line.kind);
        let id = line.id.or_else(|| properties.part.as_ref().map(|p| p.id.clone()));
        return Observation {
            ts,
            id,
            session,
            event: Topic::of(&line.kind).map_or(Event::Other, |topic| from_bus(&topic, properties)),
        };
    }
    let id = line.part.as_ref().map(|p| p.id.clone());
    let event = match (&*line.kind, line.part, line.error) {
        (_, Some(part), _) => Event::Part(part),
        ("error", _, Some(failure)) => failure.into_event(),
        _ => Event::Other,
    };
    Observation {
        ts,
        id,
        session: line.session,
        event,
    }
}

impl<'a> Properties<'a> {
    /// The session, wherever this version of the server names it.
    fn session_of(&self, kind: &str) -> Option<Cow<'a, str>> {
        let info = self.info.as_ref();
        self.session
            .clone()
            .or_else(|| self.part.as_ref()?.session.clone())
            .or_else(|| info?.session.clone())
            .or_else(|| {
                info.filter(|_| kind.starts_with("session."))
                    .map(|i| i.id.clone())
            })
    }

    fn request(self) -> Cow<'a, str> {
        self.request
            .or(self.permission_id)
            .or(self.id)
            .unwrap_or_default()
    }
}

/// What an event is about, by its type.
enum Topic {
    Part,
    Delta,
    Message,
    Session,
    Deleted,
    Status,
    Idle,
    Error,
    Compacted,
    Diff,
    Todos,
    Permission,
    Question,
    Answer,
}

impl Topic {
    fn of(kind: &str) -> Option<Self> {
        Some(match kind {
            "message.part.updated" => Self::Part,
            "message.part.delta" => Self::Delta,
            "message.updated" => Self::Message,
            "session.created" | "session.updated" => Self::Session,
            "session.deleted" => Self::Deleted,
            "session.status" => Self::Status,
            "session.idle" => Self::Idle,
            "session.error" => Self::Error,
            "session.compacted" => Self::Compacted,
            "session.diff" => Self::Diff,
            "todo.updated" => Self::Todos,
            "permission.asked" | "permission.updated" => Self::Permission,
            "question.asked" => Self::Question,
            "permission.replied" | "question.replied" | "question.rejected" => Self::Answer,
            _ => return None,
        })
    }
}

/// Whether a line of this type can be anything but [`Event::Other`].
pub fn matters(kind: &str) -> bool {
    kind.starts_with(PREFIX) || Topic::of(kind).is_some()
}

fn from_bus<'a>(topic: &Topic, p: Properties<'a>) -> Event<'a> {
    match topic {
        Topic::Part => p.part.map_or(Event::Other, Event::Part),
        Topic::Delta => match (p.part_id, p.delta) {
            (Some(part), Some(text)) => Event::Delta {
                part,
                message: p.message.unwrap_or_default(),
                text,
            },
            _ => Event::Other,
        },
        Topic::Message => p.info.map_or(Event::Other, Info::into_message),
        Topic::Session => Event::Session {
            parent: p.info.and_then(|i| i.parent),
        },
        Topic::Deleted => Event::SessionDeleted,
        Topic::Status => p.status.map_or(Event::Other, StatusInfo::into_event),
        Topic::Idle => Event::Status(Status::Idle),
        Topic::Error => p.error.map_or(Event::Other, Failure::into_event),
        Topic::Compacted => Event::Compacted,
        Topic::Diff => p
            .diff
            .map_or(Event::Other, |files| Event::Diff { files: files.len() }),
        Topic::Todos => p.todos.map_or(Event::Other, todos),
        Topic::Permission => Event::Asked {
            question: false,
            what: p.permission.or(p.kind).or(p.patterns),
            request: p.id.unwrap_or_default(),
        },
        Topic::Question => Event::Asked {
            question: true,
            what: p.questions,
            request: p.id.unwrap_or_default(),
        },
        Topic::Answer => Event::Answered { request: p.request() },
    }
}

fn todos(items: Vec<super::bus::TodoItem<'_>>) -> Event<'_> {
    let open = |status: &str| !matches!(status, "completed" | "cancelled");
    Event::Todos(
        items
            .into_iter()
            .map(|i| Todo {
                content: i.content,
                open: open(&i.status),
            })
            .collect(),
    )
}

impl<'a> Info<'a> {
    fn into_message(self) -> Event<'a> {
        let Some(role) = self.role else {
            return Event::Other;
        };
        Event::Message {
            id: self.id,
            from_user: role == "user",
            completed: self.time.is_some_and(|t| t.completed.is_some()),
            finish: self.finish,
            error: self.error.map(|e| e.name),
        }
    }
}

impl<'a> StatusInfo<'a> {
    fn into_event(self) -> Event<'a> {
        match &*self.kind {
            "busy" => Event::Status(Status::Busy),
            "idle" => Event::Status(Status::Idle),
            "retry" => Event::Status(Status::Retry {
                attempt: self.attempt.unwrap_or_default(),
                message: self.message,
                next: self.next.and_then(integer),
            }),
            _ => Event::Other,
        }
    }
}

impl<'a> Failure<'a> {
    fn into_event(self) -> Event<'a> {
        Event::Error {
            name: self.name,
            message: self.data.and_then(|d| d.message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_dialects_make_the_same_part() {
        let bus = observe(
            r#"{"ts":5,"id":"evt_1","type":"message.part.updated","properties":{"sessionID":"ses_1","part":{"id":"prt_1","messageID":"msg_1","type":"tool","tool":"bash","state":{"status":"completed","input":{"a":1},"output":"x"}}}}"#,
        )
        .unwrap();
        let run = observe(
            r#"{"type":"tool_use","timestamp":5,"sessionID":"ses_1","part":{"id":"prt_1","messageID":"msg_1","type":"tool","tool":"bash","state":{"status":"completed","input":{"a":1},"output":"x"}}}"#,
        )
        .unwrap();
        assert_eq!((bus.ts, bus.session.as_deref()), (run.ts, run.session.as_deref()));
        assert_eq!(
            (bus.id.as_deref(), run.id.as_deref()),
            (Some("evt_1"), Some("prt_1"))
        );
        let (Event::Part(a), Event::Part(b)) = (bus.event, run.event) else {
            panic!("not parts")
        };
        assert_eq!(format!("{a:?}"), format!("{b:?}"));
    }

    #[test]
    fn old_servers_name_the_session_inside() {
        let in_part = r#"{"type":"message.part.updated","properties":{"part":{"id":"p","sessionID":"ses_a","messageID":"m","type":"text","text":"hi"},"delta":"hi"}}"#;
        let in_info = r#"{"type":"session.updated","properties":{"info":{"id":"ses_b","parentID":"ses_a"}}}"#;
        assert_eq!(observe(in_part).unwrap().session.as_deref(), Some("ses_a"));
        let child = observe(in_info).unwrap();
        assert_eq!(child.session.as_deref(), Some("ses_b"));
        assert!(matches!(child.event, Event::Session { parent: Some(p) } if p == "ses_a"));
    }

    #[test]
    fn a_lone_surrogate_or_an_odd_member_loses_nothing_that_matters() {
        let cut = r#"{"type":"message.part.delta","properties":{"sessionID":"s","messageID":"m","partID":"p","field":"text","delta":"\ud83d"}}"#;
        assert!(matches!(observe(cut).unwrap().event, Event::Delta { .. }));
        let odd = r#"{"ts":7,"type":"session.status","properties":{"sessionID":4,"status":"busy"}}"#;
        let seen = observe(odd).unwrap();
        assert!(matches!((seen.ts, seen.event), (Some(7), Event::Other)));
    }

    #[test]
    fn only_objects_are_lines() {
        for line in ["", "[]", "[1,\"x\"]", "null", "{", "{\"type\":1", "no json"] {
            assert_eq!(observe(line).err(), Some(Malformed), "{line}");
        }
        for line in ["{}", r#"{"type":1}"#, r#"{"type":"a","type":"session.idle"}"#] {
            assert!(matches!(observe(line).unwrap().event, Event::Other), "{line}");
        }
    }

    #[test]
    fn a_record_of_ours_keeps_its_properties_raw_in_any_key_order() {
        let line = r#" {"properties": {"sessionID":"s","error":3}, "type": "ocr.detect.turn", "ts": 9}"#;
        let seen = observe(line).unwrap();
        let Event::Record { kind, properties } = seen.event else {
            panic!("no record")
        };
        assert_eq!((seen.ts, &*kind), (Some(9), "ocr.detect.turn"));
        assert_eq!(properties.get(), r#"{"sessionID":"s","error":3}"#);
    }

    #[test]
    fn nesting_ten_thousand_deep_is_read() {
        let deep = format!(
            r#"{{"type":"x","properties":{{"a":{}{}}}}}"#,
            "[".repeat(10_000),
            "]".repeat(10_000)
        );
        assert!(matches!(observe(&deep).unwrap().event, Event::Other));
    }
}
