//! Parses events of OpenCode's bus (1.1 to 1.18): which types matter, and what each becomes.

mod about;
pub(crate) mod properties;

pub use about::{About, about};

use crate::wire::event::{Event, Status, Todo};
use crate::wire::json::decode::object;
use crate::wire::part::integer;
use crate::wire::record::PREFIX;
use properties::{
    ErrorInfo, Info, InfoUpdated, Lists, PartDelta, PartUpdated, RequestProperties, SessionError, SessionOnly,
    StatusChanged, StatusInfo, TodoItem,
};
use std::borrow::Cow;

/// The event types that mean something to us.
#[derive(Debug, Clone, Copy)]
pub(crate) enum EventType {
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
    Heartbeat,
}

impl EventType {
    pub(crate) fn of(kind: &str) -> Option<Self> {
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
            "server.heartbeat" => Self::Heartbeat,
            _ => return None,
        })
    }
}

/// Whether a line of this type can be anything but [`Event::Other`].
pub fn matters(kind: &str) -> bool {
    kind.starts_with(PREFIX) || EventType::of(kind).is_some()
}

/// The session of an event, and what happened.
pub(crate) type Parsed<'a> = (Option<Cow<'a, str>>, Event<'a>);

/// Parses the `properties` of an event. `None` if they do not fit its type.
pub(crate) fn parse_properties(kind: Option<EventType>, properties: &str) -> Option<Parsed<'_>> {
    Some(match kind {
        Some(EventType::Part) => {
            let read: PartUpdated<'_> = object(properties)?;
            let session = read.session.or_else(|| read.part.as_ref()?.session.clone());
            (session, read.part.map_or(Event::Other, Event::Part))
        }
        Some(EventType::Delta) => delta(object(properties)?),
        Some(EventType::Message) => {
            let read: InfoUpdated<'_> = object(properties)?;
            let session = read.session.or_else(|| read.info.as_ref()?.session.clone());
            (session, read.info.map_or(Event::Other, message))
        }
        Some(kind @ (EventType::Session | EventType::Deleted)) => session(kind, object(properties)?),
        Some(EventType::Status) => {
            let read: StatusChanged<'_> = object(properties)?;
            (read.session, read.status.map_or(Event::Other, status))
        }
        Some(EventType::Error) => {
            let read: SessionError<'_> = object(properties)?;
            (read.session, read.error.map_or(Event::Other, error))
        }
        Some(kind @ (EventType::Diff | EventType::Todos)) => listed(kind, object(properties)?),
        Some(kind @ (EventType::Permission | EventType::Question | EventType::Answer)) => {
            request(kind, object(properties)?)
        }
        Some(EventType::Idle) => (object::<SessionOnly<'_>>(properties)?.session, Event::Status(Status::Idle)),
        Some(EventType::Compacted) => (object::<SessionOnly<'_>>(properties)?.session, Event::Compacted),
        Some(EventType::Heartbeat) => (None, Event::Heartbeat),
        None => (object::<SessionOnly<'_>>(properties)?.session, Event::Other),
    })
}

fn delta(read: PartDelta<'_>) -> Parsed<'_> {
    let event = match (read.part, read.text) {
        (Some(part), Some(text)) => Event::Delta { part, message: read.message.unwrap_or_default(), text },
        _ => Event::Other,
    };
    (read.session, event)
}

fn session(kind: EventType, read: InfoUpdated<'_>) -> Parsed<'_> {
    let (named, info) = (read.session, read.info);
    let (id, parent, directory) =
        info.map_or((None, None, None), |info| (info.session.or(Some(info.id)), info.parent, info.directory));
    let event =
        if matches!(kind, EventType::Deleted) { Event::SessionDeleted } else { Event::Session { parent, directory } };
    (named.or(id), event)
}

fn message(info: Info<'_>) -> Event<'_> {
    let Some(role) = info.role else {
        return Event::Other;
    };
    let (error, data) = info.error.map_or((None, None), |error| (Some(error.name), error.data));
    Event::Message {
        id: info.id,
        from_user: role == "user",
        completed: info.time.is_some_and(|t| t.completed.is_some()),
        finish: info.finish,
        error,
        why: data.and_then(|data| data.message),
    }
}

fn status(info: StatusInfo<'_>) -> Event<'_> {
    match &*info.kind {
        "busy" => Event::Status(Status::Busy),
        "idle" => Event::Status(Status::Idle),
        "retry" => Event::Status(Status::Retry {
            attempt: info.attempt.unwrap_or_default(),
            message: info.message,
            next: info.next.and_then(integer),
        }),
        _ => Event::Other,
    }
}

pub(crate) fn error(info: ErrorInfo<'_>) -> Event<'_> {
    Event::Error { name: info.name, message: info.data.and_then(|d| d.message) }
}

fn listed(kind: EventType, read: Lists<'_>) -> Parsed<'_> {
    let event = if matches!(kind, EventType::Todos) {
        read.todos.map(|items| Event::Todos(items.into_iter().map(todo).collect()))
    } else {
        read.diff.map(|files| Event::Diff { files: files.len() })
    };
    (read.session, event.unwrap_or(Event::Other))
}

fn todo(item: TodoItem<'_>) -> Todo<'_> {
    Todo { content: item.content, open: !matches!(&*item.status, "completed" | "cancelled") }
}

fn request(kind: EventType, read: RequestProperties<'_>) -> Parsed<'_> {
    let event = match kind {
        EventType::Permission => Event::Asked {
            question: false,
            what: read.permission.or(read.kind).or(read.patterns),
            request: read.id.unwrap_or_default(),
        },
        EventType::Question => {
            Event::Asked { question: true, what: read.questions, request: read.id.unwrap_or_default() }
        }
        _ => Event::Answered { request: read.request_id.or(read.permission_id).or(read.id).unwrap_or_default() },
    };
    (read.session, event)
}
