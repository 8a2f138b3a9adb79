//! Skips what may surround the JSON of a line: a byte order mark, the field name of a server-sent event, a carriage
//! return.

use serde::de::IgnoredAny;
use std::ops::Range;

/// The byte order mark in UTF-8, which some Windows programs write first.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// The field of a server-sent event that holds its payload.
const DATA: &[u8] = b"data:";
/// The other fields of a server-sent event, and the beginning of its comments.
const OTHER_FIELDS: [&[u8]; 4] = [b"event:", b"id:", b"retry:", b":"];

/// The longest payload of several lines that is kept, in bytes. Events are broken into lines to be read by people.
const LONGEST_PAYLOAD: usize = 16 * 1024 * 1024;

/// Where the JSON of a line is. The range lies on character boundaries.
pub fn content(line: &[u8]) -> Range<usize> {
    if let (Some(b'{'), Some(b'}')) = (line.first(), line.last()) {
        return 0..line.len();
    }
    let rest = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line).trim_ascii_start();
    let rest = rest.strip_prefix(DATA).map_or(rest, <[u8]>::trim_ascii_start);
    let start = line.len() - rest.len();
    start..start + rest.trim_ascii_end().len()
}

/// Whether a line belongs to a server-sent event but holds no payload: the name, the id, a comment.
pub fn is_event_field(line: &[u8]) -> bool {
    let line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
    OTHER_FIELDS.iter().any(|field| line.starts_with(field))
}

/// What a line adds to the payload of a server-sent event: the value of its `data` field.
pub fn data_field(line: &[u8]) -> Option<&[u8]> {
    let line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
    let value = line.strip_prefix(DATA)?;
    let value = value.strip_prefix(b" ").unwrap_or(value);
    Some(value.strip_suffix(b"\r").unwrap_or(value))
}

/// The payload of a server-sent event whose `data` runs over several lines: the lines, joined by newlines, as the
/// standard says. The blank line after the event ends it.
#[derive(Debug, Default)]
pub struct Payload(Vec<u8>);

impl Payload {
    /// Whether no line has been added.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds the value of a `data` field. Returns false if the payload thereby becomes too long to keep, and is dropped.
    pub fn push(&mut self, value: &[u8]) -> bool {
        if self.0.len() + value.len() >= LONGEST_PAYLOAD {
            self.0 = Vec::new();
            return false;
        }
        if !self.0.is_empty() {
            self.0.push(b'\n');
        }
        self.0.extend_from_slice(value);
        true
    }

    /// Ends the payload.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }
}

/// Whether a line ends in the middle of its JSON, as the last line of a recording does whose writer was killed, or had no
/// more room.
pub fn is_cut(line: &[u8]) -> bool {
    line.starts_with(b"{") && serde_json::from_slice::<IgnoredAny>(line).is_err_and(|error| error.is_eof())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn content_of(line: &str) -> &str {
        &line[content(line.as_bytes())]
    }

    #[test]
    fn finds_json() {
        for line in ["{}", "{}\r", " {} ", "data: {}", "data:{}\r", "\u{feff}{}", "\u{feff}data:  {}\r"] {
            assert_eq!(content_of(line), "{}", "{line:?}");
        }
        for line in ["", "\r", "\u{feff}", "data:", "data: \r"] {
            assert_eq!(content_of(line), "", "{line:?}");
        }
        assert_eq!(content_of("date: {}"), "date: {}");
    }

    #[test]
    fn knows_event_fields() {
        for line in [": ping", ":", "event: message", "id: 5", "retry: 3000", "\u{feff}event: x\r"] {
            assert!(is_event_field(line.as_bytes()), "{line}");
        }
        for line in ["", "data: {}", "events: 5", "{}", "identity: x"] {
            assert!(!is_event_field(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn joins_data() {
        let mut payload = Payload::default();
        for line in ["\u{feff}data: {", "data:\"a\":", "data: 1\r", "data:  }"] {
            assert!(payload.push(data_field(line.as_bytes()).unwrap()));
        }
        assert_eq!(payload.take(), b"{\n\"a\":\n1\n }");
        assert!(payload.is_empty());
        assert_eq!(data_field(b"date: 1"), None);
        assert!(!payload.push(&vec![b' '; LONGEST_PAYLOAD]));
        assert!(payload.is_empty());
    }

    proptest! {
        #[test]
        fn lies_on_boundaries(line in "\u{feff}?[ \t]{0,2}(data:)?.{0,12}\r?") {
            prop_assert!(line.get(content(line.as_bytes())).is_some());
        }

        #[test]
        fn accepts_any_bytes(line in proptest::collection::vec(any::<u8>(), 0..40)) {
            let range = content(&line);
            prop_assert!(range.start <= range.end && range.end <= line.len());
        }
    }
}
