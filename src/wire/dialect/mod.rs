//! Dialects: one line of any of them becomes one [`Observation`]. Adding a dialect means a file here and an arm in
//! `parse_line`.

pub(crate) mod opencode;
mod opencode_run;

use super::event::{Event, Observation};
use super::head::{Head, head};
use super::json::fast;
use super::json::raw::Raw;
use super::part::integer;
use super::record::PREFIX;
use super::text;
use opencode::{EventType, parse_properties};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// The members of a line, of any dialect, not parsed yet.
///
/// OpenCode's bus puts everything under `properties`; `opencode run --format json` puts the part next to the type.
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
}

/// A line that is not a JSON object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a JSON object")]
pub struct Malformed;

/// Parses one line, given without its newline. An unknown event is [`Event::Other`].
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
    // The last byte is the closing brace of the line.
    if let Some(head) = head
        && let Some(properties) = line.get(head.properties..line.len() - 1)
        && let Some(seen) = parse_after_head(head, properties)
    {
        return Ok(seen);
    }
    // A derived struct would accept an array of its members in order.
    if !line.trim_ascii_start().starts_with('{') {
        return Err(Malformed);
    }
    let Ok(read) = serde_json::from_str::<Line>(line) else {
        // Valid JSON of an unknown shape, such as one with two `type` members, passes uninterpreted.
        let _: &RawValue = serde_json::from_str(line).map_err(|_| Malformed)?;
        return Ok(Observation { ts: None, id: None, session: None, event: Event::Other });
    };
    Ok(parse_line(&read))
}

/// Parses the properties behind the head of a line. `None` if anything follows them.
fn parse_after_head<'a>(head: Head<'a>, properties: &'a str) -> Option<Observation<'a>> {
    let (session, event) = if head.kind.starts_with(PREFIX) {
        let kind = Cow::Borrowed(head.kind);
        let properties = fast::from_str::<Raw<'_>>(properties).ok()?;
        (None, Event::Record { kind, properties })
    } else {
        parse_properties(EventType::of(head.kind), properties)?
    };
    let id = Some(head.id).filter(|id| !id.is_empty()).map(Cow::Borrowed);
    Some(Observation { ts: Some(head.ts), id: id.or_else(|| part_of(&event)), session, event })
}

/// The id of the part of an event.
fn part_of<'a>(event: &Event<'a>) -> Option<Cow<'a, str>> {
    match event {
        Event::Part(part) => Some(part.id.clone()),
        _ => None,
    }
}

fn parse_line<'a>(line: &Line<'a>) -> Observation<'a> {
    let ts = line.ts.or(line.timestamp).and_then(integer);
    let kind = line.kind.and_then(string).unwrap_or_default();
    let (session, event) = match line.properties {
        Some(properties) if kind.starts_with(PREFIX) => (None, Event::Record { kind, properties }),
        Some(properties) => parse_properties(EventType::of(&kind), properties.get()).unwrap_or((None, Event::Other)),
        None => (line.session.and_then(string), opencode_run::parse_event(&kind, line.part, line.error)),
    };
    let id = line.id.and_then(string).filter(|id| !id.is_empty() && !matches!(event, Event::Record { .. }));
    Observation { ts, id: id.or_else(|| part_of(&event)), session, event }
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
        assert!(matches!(child.event, Event::Session { parent: Some(p) } if p == "ses_a"));
    }

    #[test]
    fn tolerates_odd_members() {
        let cut = r#"{"type":"message.part.delta","properties":{"sessionID":"s","messageID":"m","partID":"p","field":"text","delta":"\ud83d"}}"#;
        assert!(matches!(observe(cut).unwrap().event, Event::Delta { .. }));
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
    fn reads_deep_nesting() {
        let deep = format!(r#"{{"type":"x","properties":{{"a":{}{}}}}}"#, "[".repeat(10_000), "]".repeat(10_000));
        assert!(matches!(observe(&deep).unwrap().event, Event::Other));
    }
}
