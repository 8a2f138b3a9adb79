//! Parses a line of any dialect into an [`Observation`]. CONTRIBUTING.md lists the steps for a new dialect.

pub(crate) mod opencode;
mod opencode_run;

use super::event::{Dialect, Event, Observation};
use super::frame::content;
use super::head::{Head, head};
use super::json::fast;
use super::json::raw::Raw;
use super::part::{Span, integer};
use super::record::PREFIX;
use super::text;
use opencode::{EventType, parse_properties};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// The members of a line, of any dialect, not parsed yet.
///
/// OpenCode's bus puts everything under `properties`, and `/global/event` wraps that in an envelope:
/// `{"directory":…,"payload":{…}}`. `opencode run --format json` puts the part next to the type.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Line<'a> {
    #[serde(borrow)]
    ts: Option<Raw<'a>>,
    #[serde(borrow)]
    id: Option<Raw<'a>>,
    #[serde(borrow, rename = "type")]
    kind: Option<Raw<'a>>,
    #[serde(borrow)]
    properties: Option<Raw<'a>>,
    // Only in `opencode run --format json`:
    #[serde(borrow)]
    timestamp: Option<Raw<'a>>,
    #[serde(borrow, rename = "sessionID")]
    session: Option<Raw<'a>>,
    #[serde(borrow)]
    part: Option<Raw<'a>>,
    #[serde(borrow)]
    error: Option<Raw<'a>>,
    // Only in an envelope of `/global/event`:
    #[serde(borrow)]
    payload: Option<Raw<'a>>,
}

impl<'a> Line<'a> {
    /// The line in the envelope, if this is one.
    fn payload(&self) -> Option<Line<'a>> {
        let payload = self.payload.filter(|_| self.kind.is_none() && self.properties.is_none())?;
        let payload = payload.get();
        let inner: Line<'a> = serde_json::from_str(payload).ok().filter(|_| payload.starts_with('{'))?;
        Some(Line { ts: self.ts.or(inner.ts), ..inner })
    }
}

/// When a part or a session changed, as their events themselves say. Those of messages only name times long past.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Stamp<'a> {
    #[serde(borrow)]
    time: Option<Raw<'a>>,
    #[serde(borrow)]
    info: Option<SessionInfo<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SessionInfo<'a> {
    #[serde(borrow)]
    time: Option<SessionTime<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SessionTime<'a> {
    #[serde(borrow)]
    updated: Option<Raw<'a>>,
}

impl Stamp<'_> {
    /// The time of an unstamped event with these properties, if they have one.
    fn read(event: &Event<'_>, properties: &str) -> Option<i64> {
        let stamp = || serde_json::from_str::<Stamp<'_>>(properties).ok();
        match event {
            Event::Part(_) => integer(stamp()?.time?),
            Event::Session { .. } => integer(stamp()?.info?.time?.updated?),
            _ => None,
        }
    }
}

/// A line that is not a JSON object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a JSON object")]
pub struct Malformed;

/// Parses one line, given without its newline. An unknown event is [`Event::Other`].
///
/// A byte order mark, the `data:` of a server-sent event and a carriage return around the object mean nothing.
///
/// # Errors
/// [`Malformed`] for a line that is not a JSON object, blank lines included. Faults in a line that begins as
/// `ocr-stream` writes it may go unnoticed.
pub fn observe(line: &str) -> Result<Observation<'_>, Malformed> {
    observe_with_head(head(line.as_bytes()), line)
}

/// Parses one line whose head has been read already.
///
/// # Errors
/// As [`observe`].
pub fn observe_with_head<'a>(head: Option<Head<'a>>, line: &'a str) -> Result<Observation<'a>, Malformed> {
    let line = line.get(content(line.as_bytes())).ok_or(Malformed)?;
    // The last byte is the closing brace of the line.
    if let Some(head) = head
        && let Some(properties) = line.get(head.properties..line.len() - 1)
        && let Some(seen) = parse_after_head(head, properties)
    {
        return Ok(seen);
    }
    // A derived struct would accept an array of its members in order.
    if !line.starts_with('{') {
        return Err(Malformed);
    }
    let Ok(read) = serde_json::from_str::<Line>(line) else {
        // Valid JSON of an unknown shape, such as one with two `type` members, passes uninterpreted.
        let _: &RawValue = serde_json::from_str(line).map_err(|_| Malformed)?;
        return Ok(Observation { ts: None, id: None, session: None, dialect: None, event: Event::Other });
    };
    Ok(parse_line(&read.payload().unwrap_or(read)))
}

/// Parses the properties after the head of a line. `None` if anything follows them.
fn parse_after_head<'a>(head: Head<'a>, properties: &'a str) -> Option<Observation<'a>> {
    let dialect = dialect_of_type(head.kind);
    let (session, mut event) = if dialect == Some(Dialect::Record) {
        let kind = Cow::Borrowed(head.kind);
        let properties = fast::from_str::<Raw<'_>>(properties).ok()?;
        (None, Event::Record { kind, properties })
    } else {
        parse_properties(EventType::of(head.kind), properties)?
    };
    let ts = Some(head.ts);
    identify(&mut event, ts);
    let id = Some(head.id).filter(|id| !id.is_empty()).map(Cow::Borrowed);
    Some(Observation { ts, id: id.or_else(|| part_of(&event)), session, dialect, event })
}

/// The dialect of a line with this type and with properties. Types of the bus are of the form `session.idle`.
fn dialect_of_type(kind: &str) -> Option<Dialect> {
    if kind.starts_with(PREFIX) {
        return Some(Dialect::Record);
    }
    kind.contains('.').then_some(Dialect::Bus)
}

/// The id of the part of an event.
fn part_of<'a>(event: &Event<'a>) -> Option<Cow<'a, str>> {
    match event {
        Event::Part(part) => Some(part.id.clone()),
        _ => None,
    }
}

/// Gives a part without an id one by its place: its message, and its call or time. Published logs often lack the ids.
fn identify(event: &mut Event<'_>, ts: Option<i64>) {
    let Event::Part(part) = event else {
        return;
    };
    if !part.id.is_empty() {
        return;
    }
    let call = part.call.as_deref().filter(|call| !call.is_empty()).map(str::to_owned);
    // The start stays the same while the part changes.
    let span = part.state.as_ref().and_then(|state| state.time.as_ref()).or(part.time.as_ref());
    let time = || span.and_then(Span::start).or(ts).map(|time| time.to_string());
    if let Some(place) = call.or_else(time) {
        part.id = format!("{}/{}/{place}", part.message, part.kind).into();
    }
}

fn parse_line<'a>(line: &Line<'a>) -> Observation<'a> {
    let kind = line.kind.and_then(string).unwrap_or_default();
    let mut ts = line.ts.or(line.timestamp).and_then(integer);
    let (dialect, (session, mut event)) = match line.properties {
        Some(properties) if kind.starts_with(PREFIX) => {
            (Some(Dialect::Record), (None, Event::Record { kind, properties }))
        }
        Some(properties) => {
            let dialect = dialect_of_type(&kind).filter(|_| properties.get().starts_with('{'));
            let parsed = parse_properties(EventType::of(&kind), properties.get());
            (dialect, parsed.unwrap_or((None, Event::Other)))
        }
        None => parse_run(line, &kind),
    };
    if let (None, Some(properties)) = (ts, line.properties) {
        ts = Stamp::read(&event, properties.get());
    }
    identify(&mut event, ts);
    let id = line.id.and_then(string).filter(|id| !id.is_empty() && !matches!(event, Event::Record { .. }));
    Observation { ts, id: id.or_else(|| part_of(&event)), session, dialect, event }
}

/// Parses a line of `opencode run`.
fn parse_run<'a>(line: &Line<'a>, kind: &str) -> (Option<Dialect>, opencode::Parsed<'a>) {
    let session = line.session.and_then(string);
    let event = opencode_run::parse_event(kind, line.part, line.error);
    let is_known = session.is_some() && !matches!(event, Event::Other);
    (is_known.then_some(Dialect::Run), (session, event))
}

/// The text of a JSON string; `None` for any other value.
fn string(raw: Raw<'_>) -> Option<Cow<'_, str>> {
    raw.get().starts_with('"').then(|| text::decode(raw))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn head_changes_nothing() {
        for line in [
            r#"{"ts":5,"id":"","type":"file.edited","properties":{}}"#,
            r#"{"ts":5,"id":"evt_1","type":"session.idle","properties":{"sessionID":"s"}}"#,
            r#"{"ts":5,"id":"","type":"message.part.updated","properties":{"part":{"id":"prt_1","type":"text","text":"x"}}}"#,
        ] {
            let quick = format!("{:?}", observe(line));
            assert_eq!(quick, format!("{:?}", observe_with_head(None, line)), "{line}");
        }
    }

    #[test]
    fn dialects_agree() {
        let bus = observe(
            r#"{"ts":5,"id":"evt_1","type":"message.part.updated","properties":{"sessionID":"ses_1","part":{"id":"prt_1","messageID":"msg_1","type":"tool","tool":"bash","state":{"status":"completed","input":{"a":1},"output":"x"}}}}"#,
        )
        .unwrap();
        let run = observe(
            r#"{"type":"tool_use","timestamp":5,"sessionID":"ses_1","part":{"id":"prt_1","messageID":"msg_1","type":"tool","tool":"bash","state":{"status":"completed","input":{"a":1},"output":"x"}}}"#,
        )
        .unwrap();
        assert_eq!((bus.ts, bus.session.as_deref()), (run.ts, run.session.as_deref()));
        assert_eq!((bus.id.as_deref(), run.id.as_deref()), (Some("evt_1"), Some("prt_1")));
        let (Event::Part(a), Event::Part(b)) = (bus.event, run.event) else { panic!("not parts") };
        assert_eq!(format!("{a:?}"), format!("{b:?}"));
    }

    #[test]
    fn finds_session_of_old_servers() {
        let in_part = r#"{"type":"message.part.updated","properties":{"part":{"id":"p","sessionID":"ses_a","messageID":"m","type":"text","text":"hi"},"delta":"hi"}}"#;
        let in_info = r#"{"type":"session.updated","properties":{"info":{"id":"ses_b","parentID":"ses_a"}}}"#;
        assert_eq!(observe(in_part).unwrap().session.as_deref(), Some("ses_a"));
        let child = observe(in_info).unwrap();
        assert_eq!(child.session.as_deref(), Some("ses_b"));
        assert!(matches!(child.event, Event::Session { parent: Some(p), .. } if p == "ses_a"));
    }

    #[test]
    fn tolerates_odd_members() {
        let cut = r#"{"type":"message.part.delta","properties":{"sessionID":"s","messageID":"m","partID":"p","field":"text","delta":"\ud83d"}}"#;
        assert!(matches!(observe(cut).unwrap().event, Event::Delta { .. }));
        let ids = r#"{"type":"message.part.updated","properties":{"sessionID":"s\ud83d","part":{"id":"\udc00p","messageID":"m\ud800","type":"tool","tool":"bash","callID":"\udfff"}}}"#;
        let seen = observe(ids).unwrap();
        assert_eq!((seen.session.as_deref(), seen.id.as_deref()), (Some("s\u{fffd}"), Some("\u{fffd}p")));
        let odd = r#"{"ts":7,"type":"session.status","properties":{"sessionID":4,"status":"busy"}}"#;
        let seen = observe(odd).unwrap();
        assert!(matches!((seen.ts, seen.event), (Some(7), Event::Other)));
    }

    #[test]
    fn rejects_other_than_objects() {
        for line in ["", "[]", "[1,\"x\"]", "null", "{", "{\"type\":1", "no json"] {
            assert_eq!(observe(line).err(), Some(Malformed), "{line}");
        }
        for line in ["{}", r#"{"type":1}"#, r#"{"type":"a","type":"session.idle"}"#] {
            assert!(matches!(observe(line).unwrap().event, Event::Other), "{line}");
        }
    }

    #[test]
    fn keeps_record_properties_raw() {
        let line = r#" {"properties": {"sessionID":"s","error":3}, "type": "ocr.detect.turn", "ts": 9}"#;
        let seen = observe(line).unwrap();
        let Event::Record { kind, properties } = seen.event else { panic!("no record") };
        assert_eq!((seen.ts, &*kind), (Some(9), "ocr.detect.turn"));
        assert_eq!(properties.get(), r#"{"sessionID":"s","error":3}"#);
    }

    #[test]
    fn reads_envelopes() {
        let event = r#"{"id":"evt_1","type":"session.status","properties":{"sessionID":"s","status":{"type":"busy"}}}"#;
        for envelope in [
            format!(r#"{{"directory":"/p","payload":{event}}}"#),
            format!(r#"data: {{"payload": {event} , "project":"x"}}"#),
        ] {
            let seen = observe(&envelope).unwrap();
            assert_eq!((seen.session.as_deref(), seen.dialect), (Some("s"), Some(Dialect::Bus)), "{envelope}");
            assert!(matches!(seen.event, Event::Status(_)), "{envelope}");
        }
        // What repeats another event for the synchronization of servers, and the logs of another program.
        for other in [
            r#"{"payload":{"type":"sync","syncEvent":{"type":"session.idle.1","data":{"sessionID":"s"}}}}"#,
            r#"{"type":"event_msg","payload":{"type":"session.idle","properties":{"sessionID":"s"}}}"#,
            r#"{"payload":["session.idle"]}"#,
            r#"{"payload":{"payload":{"type":"session.idle","properties":{"sessionID":"s"}}}}"#,
        ] {
            let seen = observe(other).unwrap();
            assert!(matches!((seen.dialect, seen.event), (None, Event::Other)), "{other}");
        }
    }

    #[test]
    fn knows_dialects() {
        for (line, dialect) in [
            (r#"{"ts":1,"type":"ocr.stream.tick","properties":{}}"#, Some(Dialect::Record)),
            (r#"{"ts":1,"type":"server.heartbeat","properties":{}}"#, Some(Dialect::Bus)),
            (r#"{"type":"lsp.updated","properties":{}}"#, Some(Dialect::Bus)),
            (r#"{"type":"text","sessionID":"s","part":{"id":"p","type":"text"}}"#, Some(Dialect::Run)),
            (r#"{"type":"Feature","properties":{"name":"x"}}"#, None),
            (r#"{"type":"item.completed","item":{"type":"agent_message"}}"#, None),
            (r#"{"type":"error","error":{"type":"overloaded_error"}}"#, None),
            (r#"{"type":"text.part","properties":"none"}"#, None),
            ("{}", None),
        ] {
            assert_eq!(observe(line).unwrap().dialect, dialect, "{line}");
        }
    }

    #[test]
    fn identifies_parts_without_id() {
        let id = |line: &str| observe(line).unwrap().id.map(Cow::into_owned);
        let call = r#"{"type":"tool_use","timestamp":9,"sessionID":"s","part":{"type":"tool","tool":"bash","callID":"c1","messageID":"m1","state":{"status":"completed"}}}"#;
        assert_eq!(id(call).as_deref(), Some("m1/tool/c1"));
        assert_ne!(id(call), id(&call.replace("m1", "m2")), "a call id is unique within its message only");
        let bare = call.replace(r#""callID":"c1","#, "");
        assert_ne!(id(&bare), id(&bare.replace(":9,", ":10,")));
        let bus = |status: &str, ts: u8| {
            let part =
                format!(r#"{{"type":"tool","messageID":"m","state":{{"status":"{status}","time":{{"start":5}}}}}}"#);
            id(&format!(r#"{{"ts":{ts},"type":"message.part.updated","properties":{{"part":{part}}}}}"#))
        };
        assert_eq!(bus("running", 6), bus("completed", 7));
    }

    #[test]
    fn dates_unstamped_events() {
        let part =
            r#"{"type":"message.part.updated","properties":{"part":{"id":"p","type":"text"},"time":1795000000040}}"#;
        assert_eq!(observe(part).unwrap().ts, Some(1_795_000_000_040));
        assert_eq!(observe(&part.replacen('{', r#"{"ts":5,"#, 1)).unwrap().ts, Some(5));
        let session = r#"{"type":"session.created","properties":{"info":{"id":"s","time":{"created":3,"updated":4}}}}"#;
        assert_eq!(observe(session).unwrap().ts, Some(4));
    }

    #[test]
    fn reads_deep_nesting() {
        let deep = format!(r#"{{"type":"x","properties":{{"a":{}{}}}}}"#, "[".repeat(10_000), "]".repeat(10_000));
        assert!(matches!(observe(&deep).unwrap().event, Event::Other));
    }
}
