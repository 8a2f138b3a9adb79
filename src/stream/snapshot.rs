//! Turns a session's messages into events, for sessions without an event log and for documents of `opencode export`.

use super::payload::recovered;
use crate::server::Message;
use crate::wire::Event;
use crate::wire::part::Part;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// How an event changes a message.
pub(super) struct Change<'a> {
    /// What has changed: a part, or the message itself.
    pub id: &'a str,
    /// Whether that will not change any more.
    pub is_final: bool,
}

/// How an event changes a message, if it does.
pub(super) fn change<'a>(event: &'a Event) -> Option<Change<'a>> {
    match event {
        Event::Message { id, from_user, completed, .. } => Some(Change { id, is_final: *from_user || *completed }),
        Event::Part(part) => Some(Change { id: &part.id, is_final: is_final(part) }),
        _ => None,
    }
}

/// The properties of an event that changes a part.
#[derive(Serialize)]
struct Properties<'a> {
    part: &'a RawValue,
}

/// The properties of an event that changes a message.
#[derive(Serialize)]
struct Info<'a> {
    info: &'a RawValue,
}

/// The author of a message.
#[derive(Deserialize)]
struct Author<'a> {
    #[serde(borrow, default)]
    role: Cow<'a, str>,
}

/// The events that make up a message, each with what it is made of. A user's message comes before its parts, as on
/// the bus, because it says whose parts they are. An answer comes after its parts, because it is complete only with them.
pub(super) fn payloads(message: &Message) -> Vec<(&RawValue, String)> {
    let parts =
        message.parts.iter().map(|part| (&**part, recovered(None, "message.part.updated", Properties { part })));
    let info = (&*message.info, recovered(None, "message.updated", Info { info: &message.info }));
    let from_user = serde_json::from_str(message.info.get()).is_ok_and(|author: Author<'_>| author.role == "user");
    if from_user { [info].into_iter().chain(parts).collect() } else { parts.chain([info]).collect() }
}

/// Whether a part will not change any more.
fn is_final(part: &Part) -> bool {
    match (&*part.kind, &part.state) {
        ("tool", Some(state)) => state.is_over(),
        // The user's parts have no time at all.
        ("text" | "reasoning", _) => part.time.as_ref().is_none_or(|time| time.end().is_some()),
        _ => true,
    }
}

#[cfg(test)]
pub(super) mod sample {
    use super::*;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    /// A message of the model with one part.
    pub fn message(id: &str, session: &str, done: bool) -> Message {
        let completed = if done { r#","completed":2"# } else { "" };
        let end = if done { r#","end":2"# } else { "" };
        Message {
            info: raw(&format!(
                r#"{{"id":"{id}","sessionID":"{session}","role":"assistant","time":{{"created":1{completed}}}}}"#
            )),
            parts: vec![raw(&format!(
                r#"{{"id":"prt_{id}","sessionID":"{session}","messageID":"{id}","type":"text","text":"x","time":{{"start":1{end}}}}}"#
            ))],
        }
    }
}
