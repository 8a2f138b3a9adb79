//! What the events of `OpenCode`'s bus are about, by their type, and what becomes of each.

pub(crate) mod json;

use crate::wire::event::{Event, Status, Todo};
use crate::wire::json::decode::shape;
use crate::wire::part::integer;
use crate::wire::record::PREFIX;
use json::{
    Asked, Bare, Failed, Failure, Grown, Info, Listed, PartUpdated, StatusChanged, StatusInfo, TodoItem,
    Updated,
};
use std::borrow::Cow;

/// What an event is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Topic {
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
            _ => return None,
        })
    }
}

/// Whether a line of this type can be anything but [`Event::Other`].
pub fn matters(kind: &str) -> bool {
    kind.starts_with(PREFIX) || Topic::of(kind).is_some()
}

/// The session that an event belongs to, and what happened.
pub(crate) type Told<'a> = (Option<Cow<'a, str>>, Event<'a>);

/// Reads the `properties` of an event; `None` where they do not have the shape that its type has.
pub(crate) fn tell(topic: Option<Topic>, properties: &str) -> Option<Told<'_>> {
    Some(match topic {
        Some(Topic::Part) => {
            let read: PartUpdated<'_> = shape(properties)?;
            let session = read.session.or_else(|| read.part.as_ref()?.session.clone());
            (session, read.part.map_or(Event::Other, Event::Part))
        }
        Some(Topic::Delta) => delta(shape(properties)?),
        Some(Topic::Message) => {
            let read: Updated<'_> = shape(properties)?;
            let session = read.session.or_else(|| read.info.as_ref()?.session.clone());
            (session, read.info.map_or(Event::Other, message))
        }
        Some(topic @ (Topic::Session | Topic::Deleted)) => session(topic, shape(properties)?),
        Some(Topic::Status) => {
            let read: StatusChanged<'_> = shape(properties)?;
            (read.session, read.status.map_or(Event::Other, status))
        }
        Some(Topic::Error) => {
            let read: Failed<'_> = shape(properties)?;
            (read.session, read.error.map_or(Event::Other, failure))
        }
        Some(topic @ (Topic::Diff | Topic::Todos)) => listed(topic, shape(properties)?),
        Some(topic @ (Topic::Permission | Topic::Question | Topic::Answer)) => {
            request(topic, shape(properties)?)
        }
        Some(Topic::Idle) => (
            shape::<Bare<'_>>(properties)?.session,
            Event::Status(Status::Idle),
        ),
        Some(Topic::Compacted) => (shape::<Bare<'_>>(properties)?.session, Event::Compacted),
        None => (shape::<Bare<'_>>(properties)?.session, Event::Other),
    })
}

/// What `opencode run --format json` says went wrong.
pub(crate) fn run_failed(error: &str) -> Option<Event<'_>> {
    shape(error).map(failure)
}

fn delta(read: Grown<'_>) -> Told<'_> {
    let event = match (read.part, read.text) {
        (Some(part), Some(text)) => Event::Delta {
            part,
            message: read.message.unwrap_or_default(),
            text,
        },
        _ => Event::Other,
    };
    (read.session, event)
}

fn session(topic: Topic, read: Updated<'_>) -> Told<'_> {
    let (named, info) = (read.session, read.info);
    let (id, parent) = info.map_or((None, None), |info| (info.session.or(Some(info.id)), info.parent));
    let event = if matches!(topic, Topic::Deleted) {
        Event::SessionDeleted
    } else {
        Event::Session { parent }
    };
    (named.or(id), event)
}

fn message(info: Info<'_>) -> Event<'_> {
    let Some(role) = info.role else {
        return Event::Other;
    };
    Event::Message {
        id: info.id,
        from_user: role == "user",
        completed: info.time.is_some_and(|t| t.completed.is_some()),
        finish: info.finish,
        error: info.error.map(|e| e.name),
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

fn failure(failure: Failure<'_>) -> Event<'_> {
    Event::Error {
        name: failure.name,
        message: failure.data.and_then(|d| d.message),
    }
}

fn listed(topic: Topic, read: Listed<'_>) -> Told<'_> {
    let event = if matches!(topic, Topic::Todos) {
        read.todos
            .map(|items| Event::Todos(items.into_iter().map(todo).collect()))
    } else {
        read.diff.map(|files| Event::Diff { files: files.len() })
    };
    (read.session, event.unwrap_or(Event::Other))
}

fn todo(item: TodoItem<'_>) -> Todo<'_> {
    Todo {
        content: item.content,
        open: !matches!(&*item.status, "completed" | "cancelled"),
    }
}

fn request(topic: Topic, read: Asked<'_>) -> Told<'_> {
    let event = match topic {
        Topic::Permission => Event::Asked {
            question: false,
            what: read.permission.or(read.kind).or(read.patterns),
            request: read.id.unwrap_or_default(),
        },
        Topic::Question => Event::Asked {
            question: true,
            what: read.questions,
            request: read.id.unwrap_or_default(),
        },
        _ => Event::Answered {
            request: read
                .request
                .or(read.permission_id)
                .or(read.id)
                .unwrap_or_default(),
        },
    };
    (read.session, event)
}
