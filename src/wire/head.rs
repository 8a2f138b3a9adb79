//! Reads the head of a line as `ocr-stream` writes it: enough to decide whether the rest must be parsed.

use super::frame::content;

/// The beginning of a line: `{"ts":1795434005104,"id":"evt_…","type":"session.idle","properties":…`. `id` may
/// be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head<'a> {
    /// When the stream stamped the line: milliseconds since the Unix epoch.
    pub ts: i64,
    /// The id of the event; empty if there is none before the type.
    pub id: &'a str,
    /// The type of the event.
    pub kind: &'a str,
    /// The byte offset of the properties in the JSON of the line.
    pub(super) properties: usize,
}

/// The largest number of digits in a time stamp.
const DIGITS: usize = 15;
/// Ids and types are shorter than this; a closing quote further away is not searched for.
const LONGEST: usize = 128;

/// Reads the head of a line. `None` means that the line has another form and must be parsed.
///
/// [`super::observe()`] finds the same in the line, if it finds anything: a line with two `type` members has a head,
/// but means nothing.
pub fn head(line: &[u8]) -> Option<Head<'_>> {
    let line = &line[content(line)];
    // A line that was cut off ends differently and must be reported as such.
    if line.last() != Some(&b'}') {
        return None;
    }
    let rest = line.strip_prefix(b"{\"ts\":")?;
    let digits = rest.iter().take(DIGITS + 1).take_while(|b| b.is_ascii_digit()).count();
    // JSON numbers have no leading zero.
    if digits == 0 || digits > DIGITS || (digits > 1 && rest[0] == b'0') {
        return None;
    }
    let (time, rest) = rest.split_at(digits);
    let ts = time.iter().fold(0, |ts, digit| ts * 10 + i64::from(digit - b'0'));
    let (id, rest) = match rest.strip_prefix(b",\"id\":\"") {
        Some(rest) => text(rest)?,
        None => ("", rest),
    };
    let (kind, rest) = text(rest.strip_prefix(b",\"type\":\"")?)?;
    let properties = rest.strip_prefix(b",\"properties\":").filter(|rest| rest.starts_with(b"{"))?;
    Some(Head { ts, id, kind, properties: line.len() - properties.len() })
}

/// A short string without escapes, and the bytes after its closing quote.
fn text(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let end = memchr::memchr(b'"', &bytes[..bytes.len().min(LONGEST)])?;
    let text = &bytes[..end];
    if memchr::memchr(b'\\', text).is_some() {
        return None;
    }
    Some((std::str::from_utf8(text).ok()?, &bytes[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Event, observe};
    use proptest::prelude::*;

    #[test]
    fn reads_head() {
        let line = br#"{"ts":5,"id":"evt_1","type":"session.idle","properties":{"sessionID":"s"}}"#;
        let read = head(line).unwrap();
        assert_eq!((read.ts, read.id, read.kind), (5, "evt_1", "session.idle"));
        assert_eq!(&line[read.properties..], br#"{"sessionID":"s"}}"#);
        let old = head(br#"{"ts":5,"type":"x","properties":{}}"#).unwrap();
        assert_eq!((old.ts, old.id, old.kind), (5, "", "x"));
    }

    #[test]
    fn reads_framed_head() {
        for frame in ["data: {}", "\u{feff}{}", "{}\r", "data:{}\r"] {
            let line = frame.replace("{}", r#"{"ts":5,"type":"session.idle","properties":{"sessionID":"s"}}"#);
            assert_eq!(head(line.as_bytes()).map(|head| head.kind), Some("session.idle"), "{frame}");
            assert!(matches!(observe(&line).unwrap().event, Event::Status(_)), "{frame}");
        }
    }

    #[test]
    fn rejects_other_forms() {
        for line in [
            "",
            "{}",
            r#"{"type":"x","ts":5,"properties":{}}"#,
            r#"{"ts":05,"type":"x","properties":{}}"#,
            r#"{"ts":1.5,"type":"x","properties":{}}"#,
            r#"{"ts":5,"type":"a\u0062","properties":{}}"#,
            r#"{"ts":5,"type":"x","properties":{"a":"cut o"#,
            r#"{"ts":5,"type":"x","extra":1,"properties":{}}"#,
            r#"{"ts":99999999999999999999,"type":"x","properties":{}}"#,
        ] {
            assert_eq!(head(line.as_bytes()), None, "{line}");
        }
    }

    /// Members in any order, with any space, twice, odd.
    fn member() -> impl Strategy<Value = String> {
        prop_oneof![
            Just(r#""ts":5"#.to_owned()),
            Just(r#""ts": 6"#.to_owned()),
            Just(r#""id":"evt_1""#.to_owned()),
            Just(r#""type":"session.idle""#.to_owned()),
            Just(r#""type":"plugin.added""#.to_owned()),
            Just(r#""properties":{"sessionID":"s"}"#.to_owned()),
            Just(r#""properties":{"type":"session.idle"}"#.to_owned()),
            Just(r#""x":{"type":"session.idle"}"#.to_owned()),
        ]
    }

    proptest! {
        #[test]
        fn agrees_with_observe(members in proptest::collection::vec(member(), 0..5)) {
            let line = format!("{{{}}}", members.join(","));
            if let (Some(head), Ok(seen)) = (head(line.as_bytes()), observe(&line)) {
                // A line of which nothing could be made has no time either.
                prop_assert!(seen.ts.is_none_or(|ts| ts == head.ts));
                prop_assert!(head.id.is_empty() || seen.id.is_none_or(|id| id == head.id));
                let idle = matches!(seen.event, Event::Status(_));
                prop_assert!(!idle || head.kind == "session.idle");
            }
        }
    }
}
