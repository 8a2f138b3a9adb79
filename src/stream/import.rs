//! Turns a document of `opencode export` into a stream.

use super::gate::Gate;
use super::payload::recovered;
use super::snapshot::payloads;
use crate::exit::{Code, Failure};
use crate::pipe::{Out, input};
use crate::server::Message;
use crate::wire::part::integer;
use crate::wire::record;
use crate::wire::record::{CloseReason, Closed, Opened};
use crate::wire::{Raw, Unrecognized, members};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::io::Read;

/// How many braces may begin the document; earlier ones belong to chatter.
const MOST_STARTS: usize = 16;

/// The longest document, in bytes. It is held in memory.
const LONGEST: u64 = 512 * 1024 * 1024;

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

/// Writes the `document` to `out` as a recording, each line at its own time. Chatter around the document, such
/// as what `opencode export` says on standard error, is skipped.
///
/// # Errors
/// [`Code::BadData`] when it is not such a document; what reading and writing report.
pub fn import(document: impl Read, out: &Out) -> Result<(), Failure> {
    let bytes = input::whole(document, LONGEST)
        .map_err(|e| Failure::new(Code::Error, format_args!("cannot read the document: {e}")))?;
    let export = decode(&bytes).and_then(|text| find_export(&text)).map_err(|cause| refuse(&bytes, &cause))?;
    out.pass(&lines(&export))?;
    out.finish()
}

fn refuse(document: &[u8], cause: &str) -> Failure {
    let foreign = Unrecognized::of_document(document);
    let cause = if foreign.is_known() && !foreign.is_export() { foreign.to_string() } else { cause.to_owned() };
    let what =
        format_args!("not a document of `opencode export`: {cause}; create one with `opencode export SESSION > FILE`");
    Failure::new(Code::BadData, what)
}

/// The text of a document. Windows PowerShell writes UTF-16.
fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    let units = |of: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..].as_chunks().0.iter().map(|pair| of(*pair)).collect();
        Cow::Owned(String::from_utf16_lossy(&units))
    };
    match bytes {
        [0xff, 0xfe, ..] => Ok(units(u16::from_le_bytes)),
        [0xfe, 0xff, ..] => Ok(units(u16::from_be_bytes)),
        _ => std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| format!("it is not UTF-8: {error}")),
    }
}

/// The document in a text, and otherwise why there is none: what is wrong with the first object.
fn find_export(text: &str) -> Result<Export, String> {
    let mut cause = None;
    for (start, _) in text.match_indices('{').take(MOST_STARTS) {
        let mut values = serde_json::Deserializer::from_str(&text[start..]).into_iter::<Export>();
        match values.next() {
            Some(Ok(export)) => return Ok(export),
            Some(Err(error)) => {
                cause.get_or_insert_with(|| error.to_string());
            }
            None => {}
        }
    }
    Err(cause.unwrap_or_else(|| "there is no JSON object in it".to_owned()))
}

fn lines(export: &Export) -> Vec<u8> {
    let mut body = Vec::new();
    let mut gate = Gate::default();
    let mut now = 0;
    let mut first = None;
    for message in &export.messages {
        // Nothing of a message happened before it was created.
        now = now.max(created(message).unwrap_or(0));
        for (part, payload) in payloads(message) {
            now = now.max(time_of(part).unwrap_or(0));
            first.get_or_insert(now);
            body.extend(gate.payload(payload).map(|checked| checked.stamped(now)).unwrap_or_default());
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
    let idle = recovered(None, "session.idle", json!({ "sessionID": export.info.id }));
    let closed = Closed {
        session_id: session,
        reason: CloseReason::Rest,
        detail: "the document ends".to_owned(),
        signal: None,
        exit_code: None,
    };
    let mut lines = Vec::new();
    record::append(&mut lines, first.unwrap_or(0), &opened);
    lines.extend(body);
    lines.extend(gate.payload(idle).map(|checked| checked.stamped(now)).unwrap_or_default());
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
    use crate::pipe::test_sink::TestSink;

    fn imported(document: &[u8]) -> Result<String, Failure> {
        let sink = TestSink::default();
        import(document, &Out::new(sink.clone(), false)).map(|()| sink.text())
    }

    const SMALL: &str = r#"{"info":{"id":"ses_1"},"messages":[{"info":{"id":"msg_1","sessionID":"ses_1","role":"user","time":{"created":5}},"parts":[{"id":"prt_1","type":"text","text":"go { }"}]}]}"#;

    #[test]
    fn skips_chatter() {
        let plain = imported(SMALL.as_bytes()).unwrap();
        assert!(plain.contains("prt_1"));
        let utf16 = |to: fn(u16) -> [u8; 2]| -> Vec<u8> {
            format!("\u{feff}{SMALL}\r\n").encode_utf16().flat_map(to).collect()
        };
        for document in [
            format!("Exporting session: ses_1\n{SMALL}\n").into_bytes(),
            format!("{{\"level\":\"info\"}}\nExporting {{…}} {SMALL}\nDone {{}}").into_bytes(),
            format!("\u{feff}{SMALL}\r\n").into_bytes(),
            utf16(u16::to_le_bytes),
            utf16(u16::to_be_bytes),
        ] {
            assert_eq!(imported(&document).unwrap(), plain, "{}", String::from_utf8_lossy(&document));
        }
    }

    #[test]
    fn says_what_is_wrong() {
        for (document, why) in [
            ("", "no JSON object"),
            ("no JSON", "no JSON object"),
            (&SMALL[..SMALL.len() - 9], "EOF"),
            ("{}", "missing field `info`"),
            (r#"{"type":"thread.started","thread_id":"x"}"#, "codex exec"),
            ("<!doctype html>", "web page"),
        ] {
            let failure = imported(document.as_bytes()).unwrap_err();
            assert!(failure.message.contains(why), "{document}: {failure}");
            assert_eq!(failure.code, Code::BadData, "{document}");
        }
        assert!(imported(b"{\"info\":\"\xff\"}").unwrap_err().message.contains("not UTF-8"));
    }

    #[test]
    fn imports_in_order() {
        let document = r#"{"info":{"id":"ses_1","directory":"/p"},"messages":[
            {"info":{"id":"msg_1","sessionID":"ses_1","role":"user","time":{"created":5}},"parts":[{"id":"prt_1","sessionID":"ses_1","messageID":"msg_1","type":"text","text":"go"}]},
            {"info":{"id":"msg_2","sessionID":"ses_1","role":"assistant","time":{"created":6,"completed":9}},"parts":[{"id":"prt_2","sessionID":"ses_1","messageID":"msg_2","type":"tool","tool":"bash","state":{"status":"completed","time":{"start":7,"end":8}}}]}]}"#;
        let export: Export = serde_json::from_str(document).unwrap();
        let text = String::from_utf8(lines(&export)).unwrap();
        let stamps: Vec<&str> = text.lines().map(|l| &l[..l.find(',').unwrap()]).collect();
        assert_eq!(stamps, ["{\"ts\":5", "{\"ts\":5", "{\"ts\":5", "{\"ts\":8", "{\"ts\":9", "{\"ts\":9", "{\"ts\":9"]);
        assert!(text.lines().nth(1).unwrap().contains("\"role\":\"user\""), "its parts are the user's: {text}");
        assert!(text.lines().nth(3).unwrap().contains("\"tool\":\"bash\""));
        assert!(text.contains("\"replay\":true"));
    }
}
