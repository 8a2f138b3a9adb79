//! One line of any dialect, as one observation.

pub(crate) mod opencode;

use super::event::{Event, Observation};
use super::head::{Head, head};
use super::json::decode::shape;
use super::json::fast;
use super::json::raw::Raw;
use super::part::integer;
use super::record::PREFIX;
use super::text;
use opencode::json::Line;
use opencode::{Topic, run_failed, tell};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// A line that is no JSON object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a JSON object")]
pub struct Malformed;

/// Reads one line, without its newline. An unknown event is [`Event::Other`].
///
/// # Errors
/// [`Malformed`] for a line that is no JSON object; a blank one too. A line that begins as `ocr-stream` writes it
/// may have a fault that is not found.
pub fn observe(line: &str) -> Result<Observation<'_>, Malformed> {
    observe_behind(head(line.as_bytes()), line)
}

/// The same for a line whose head has been read already.
///
/// # Errors
/// As [`observe`].
pub fn observe_behind<'a>(head: Option<Head<'a>>, line: &'a str) -> Result<Observation<'a>, Malformed> {
    // The last byte is the line's own closing brace.
    if let Some(head) = head
        && let Some(properties) = line.get(head.properties..line.len() - 1)
        && let Some(seen) = of_head(head, properties)
    {
        return Ok(seen);
    }
    // A derived struct would take an array for its members in order.
    if !line.trim_ascii_start().starts_with('{') {
        return Err(Malformed);
    }
    let Ok(read) = serde_json::from_str::<Line>(line) else {
        // Valid JSON of a shape nobody knows, such as two `type` members, passes uninterpreted.
        let _: &RawValue = serde_json::from_str(line).map_err(|_| Malformed)?;
        return Ok(Observation {
            ts: None,
            id: None,
            session: None,
            event: Event::Other,
        });
    };
    Ok(of_line(&read))
}

/// A line of the stream, whose properties alone are left to be read; `None` if they are not all there is.
fn of_head<'a>(head: Head<'a>, properties: &'a str) -> Option<Observation<'a>> {
    let (session, event) = if head.kind.starts_with(PREFIX) {
        let kind = Cow::Borrowed(head.kind);
        let properties = fast::from_str::<Raw<'_>>(properties).ok()?;
        (None, Event::Record { kind, properties })
    } else {
        tell(Topic::of(head.kind), properties)?
    };
    let id = Some(head.id).filter(|id| !id.is_empty()).map(Cow::Borrowed);
    Some(Observation {
        ts: Some(head.ts),
        id: id.or_else(|| part_of(&event)),
        session,
        event,
    })
}

/// The id of the part that an event is about.
fn part_of<'a>(event: &Event<'a>) -> Option<Cow<'a, str>> {
    match event {
        Event::Part(part) => Some(part.id.clone()),
        _ => None,
    }
}

fn of_line<'a>(line: &Line<'a>) -> Observation<'a> {
    let ts = line.ts.or(line.timestamp).and_then(integer);
    let kind = line.kind.and_then(string).unwrap_or_default();
    let (session, event) = match line.properties {
        Some(properties) if kind.starts_with(PREFIX) => (None, Event::Record { kind, properties }),
        Some(properties) => tell(Topic::of(&kind), properties.get()).unwrap_or((None, Event::Other)),
        None => (line.session.and_then(string), of_run(&kind, line)),
    };
    let id = line
        .id
        .and_then(string)
        .filter(|id| !id.is_empty() && !matches!(event, Event::Record { .. }));
    Observation {
        ts,
        id: id.or_else(|| part_of(&event)),
        session,
        event,
    }
}

/// A line of `opencode run --format json`.
fn of_run<'a>(kind: &str, line: &Line<'a>) -> Event<'a> {
    let part = line.part.and_then(|part| shape(part.get())).map(Event::Part);
    let failed = || {
        line.error
            .filter(|_| kind == "error")
            .and_then(|e| run_failed(e.get()))
    };
    part.or_else(failed).unwrap_or(Event::Other)
}

/// A string; anything else is none.
fn string(raw: Raw<'_>) -> Option<Cow<'_, str>> {
    raw.get().starts_with('"').then(|| text::decode(raw))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_the_same_however_it_is_read() {
        for line in [
            r#"{"ts":5,"id":"","type":"file.edited","properties":{}}"#,
            r#"{"ts":5,"id":"evt_1","type":"session.idle","properties":{"sessionID":"s"}}"#,
            r#"{"ts":5,"id":"","type":"message.part.updated","properties":{"part":{"id":"prt_1","type":"text","text":"x"}}}"#,
        ] {
            let quick = format!("{:?}", observe(line));
            assert_eq!(quick, format!("{:?}", observe_behind(None, line)), "{line}");
        }
    }

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
