//! Turns a document of `opencode export` into a stream.

use super::clock::stamp;
use super::snapshot::payloads;
use crate::exit::{Code, Failure};
use crate::pipe::Out;
use crate::server::Message;
use crate::wire::part::integer;
use crate::wire::record;
use crate::wire::record::{CloseReason, Closed, Opened};
use crate::wire::{Raw, members};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::io::Read;

/// A document of `opencode export`.
#[derive(Deserialize)]
struct Export {
    info: Info,
    messages: Vec<Message>,
}

#[derive(Deserialize)]
struct Info {
    id: String,
    #[serde(default)]
    directory: Option<String>,
    #[serde(default)]
    version: Option<String>,
}

/// The names of the times of a part or a message.
const TIMES: [&str; 4] = ["created", "start", "completed", "end"];

/// Writes the document in `input` to `out` as a recording, each line at its own time.
///
/// # Errors
/// [`Code::BadData`] when it is not such a document; what reading and writing report.
pub fn import(mut input: impl Read, out: &Out) -> Result<(), Failure> {
    let mut text = String::new();
    input
        .read_to_string(&mut text)
        .map_err(|e| Failure::new(Code::Error, format_args!("cannot read the document: {e}")))?;
    let export: Export = serde_json::from_str(&text).map_err(|e| {
        Failure::new(
            Code::BadData,
            format_args!("not a document of `opencode export`: {e}; create one with `opencode export SESSION > FILE`"),
        )
    })?;
    out.pass(&lines(&export))?;
    out.finish()
}

fn lines(export: &Export) -> Vec<u8> {
    let mut body = Vec::new();
    let mut now = 0;
    let mut first = None;
    for message in &export.messages {
        // Nothing of a message happened before it was created.
        now = now.max(created(message).unwrap_or(0));
        let times = message.parts.iter().chain([&message.info]).map(|raw| time_of(raw));
        for (payload, time) in payloads(message).into_iter().zip(times) {
            now = now.max(time.unwrap_or(0));
            first.get_or_insert(now);
            body.extend(stamp(payload, now).unwrap_or_default());
        }
    }
    let session = Some(export.info.id.clone());
    let opened = Opened {
        session_id: session.clone(),
        directory: export.info.directory.clone(),
        version: export.info.version.clone(),
        replay: true,
        ..Opened::default()
    };
    let idle =
        format!(r#"{{"type":"session.idle","recovered":true,"properties":{{"sessionID":"{}"}}}}"#, export.info.id);
    let closed =
        Closed { session_id: session, reason: CloseReason::Rest, detail: "the document ends".to_owned(), signal: None };
    let mut lines = Vec::new();
    record::append(&mut lines, first.unwrap_or(0), &opened);
    lines.extend(body);
    lines.extend(stamp(idle, now).unwrap_or_default());
    record::append(&mut lines, now, &closed);
    lines
}

/// When a message was created.
fn created(message: &Message) -> Option<i64> {
    integer(member(member(Raw::from(&*message.info), "time")?, "created")?)
}

/// When a part or a message reached its present state.
fn time_of(raw: &RawValue) -> Option<i64> {
    let raw = Raw::from(raw);
    let in_state = member(raw, "state").and_then(|state| member(state, "time"));
    let times = [member(raw, "time"), in_state].into_iter().flatten();
    times.flat_map(|time| TIMES.map(|name| member(time, name))).flatten().filter_map(integer).max()
}

/// The member of an object that has this name.
fn member<'a>(object: Raw<'a>, name: &str) -> Option<Raw<'a>> {
    members(object)?.into_iter().find_map(|(known, value)| (known == name).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_in_order() {
        let document = r#"{"info":{"id":"ses_1","directory":"/p"},"messages":[
            {"info":{"id":"msg_1","sessionID":"ses_1","role":"user","time":{"created":5}},"parts":[{"id":"prt_1","sessionID":"ses_1","messageID":"msg_1","type":"text","text":"go"}]},
            {"info":{"id":"msg_2","sessionID":"ses_1","role":"assistant","time":{"created":6,"completed":9}},"parts":[{"id":"prt_2","sessionID":"ses_1","messageID":"msg_2","type":"tool","tool":"bash","state":{"status":"completed","time":{"start":7,"end":8}}}]}]}"#;
        let export: Export = serde_json::from_str(document).unwrap();
        let text = String::from_utf8(lines(&export)).unwrap();
        let stamps: Vec<&str> = text.lines().map(|l| &l[..l.find(',').unwrap()]).collect();
        assert_eq!(stamps, ["{\"ts\":5", "{\"ts\":5", "{\"ts\":5", "{\"ts\":8", "{\"ts\":9", "{\"ts\":9", "{\"ts\":9"]);
        assert!(text.lines().nth(3).unwrap().contains("\"tool\":\"bash\""));
        assert!(text.contains("\"replay\":true"));
    }
}
