//! Keeps the most recent lines unparsed. They are parsed only when a reviewer is asked.

use crate::redact::Redactor;
use crate::wire::part::Part;
use crate::wire::{Event, observe, text};
use serde_json::json;

/// How many bytes of lines are kept: several hundred lines of a busy session.
const WINDOW: usize = 2 * 1024 * 1024;
/// A longer line is shortened to what a sample shows, in bytes.
const LONG: usize = 32 * 1024;

/// A window over the latest lines of all sessions, bounded in bytes.
#[derive(Default)]
pub struct Recent {
    bytes: Vec<u8>,
}

impl Recent {
    /// Adds a line that comes without its newline.
    pub fn push(&mut self, line: &[u8], redactor: &Redactor) {
        if line.len() <= LONG {
            self.append(line);
        } else if let Some(short) = shorten(&String::from_utf8_lossy(line), redactor) {
            self.append(short.as_bytes());
        }
    }

    fn append(&mut self, line: &[u8]) {
        self.bytes.extend_from_slice(line);
        self.bytes.push(b'\n');
        if self.bytes.len() > 2 * WINDOW {
            let cut = self.start();
            self.bytes.drain(..cut);
        }
    }

    /// The offset of the first complete line in the window.
    fn start(&self) -> usize {
        let Some(over) = self.bytes.len().checked_sub(WINDOW) else {
            return 0;
        };
        memchr::memchr(b'\n', &self.bytes[over..]).map_or(over, |at| over + at + 1)
    }

    /// The lines of the window, oldest first, each with its newline.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.bytes[self.start()..].to_vec()
    }

    /// Drops all lines, because a new stream begins.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }
}

/// A long line without tool results and with the end of its text. `None` if a sample never shows such a line.
fn shorten(line: &str, redactor: &Redactor) -> Option<String> {
    let seen = observe(line).ok()?;
    let session = seen.session.as_deref();
    let (kind, properties) = match &seen.event {
        Event::Part(part) => {
            ("message.part.updated", json!({ "sessionID": session, "part": short_part(part, redactor) }))
        }
        Event::Delta { part, message, text } => {
            let delta = redactor.end(&text::decode(*text));
            let properties = json!({ "sessionID": session, "partID": part, "messageID": message, "delta": delta });
            ("message.part.delta", properties)
        }
        Event::Message { id, from_user, .. } => {
            let role = if *from_user { "user" } else { "assistant" };
            ("message.updated", json!({ "sessionID": session, "info": { "id": id, "role": role } }))
        }
        _ => return None,
    };
    Some(json!({ "ts": seen.ts, "id": seen.id, "type": kind, "properties": properties }).to_string())
}

fn short_part(part: &Part<'_>, redactor: &Redactor) -> serde_json::Value {
    let beginning = |raw| redactor.beginning(&text::decode(raw));
    json!({
        "id": part.id, "messageID": part.message, "type": part.kind, "tool": part.tool,
        "synthetic": part.synthetic,
        "text": part.text.map(|raw| redactor.end(&text::decode(raw))),
        "state": part.state.as_ref().map(|state| json!({
            "status": state.status,
            "input": state.input.map(beginning),
            "error": state.error.map(beginning),
        })),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_whole_lines_in_window() {
        let mut recent = Recent::default();
        let line = vec![b'x'; 1000];
        for _ in 0..10_000 {
            recent.push(&line, &Redactor::default());
        }
        assert!(recent.bytes.len() <= 2 * WINDOW + 1001);
        let bytes = recent.to_bytes();
        assert!(bytes.len() <= WINDOW && bytes.len() > WINDOW - 1001);
        assert_eq!(bytes.iter().position(|b| *b == b'\n'), Some(1000));
    }

    #[test]
    fn smp_10_clear_drops_lines() {
        let mut recent = Recent::default();
        recent.push(b"old", &Redactor::default());
        recent.clear();
        recent.push(b"new", &Redactor::default());
        assert_eq!(recent.to_bytes(), b"new\n");
    }

    #[test]
    fn drops_output_of_long_call() {
        let line = format!(
            r#"{{"ts":7,"id":"e","type":"message.part.updated","properties":{{"sessionID":"s","part":{{"id":"p","messageID":"m","type":"tool","tool":"bash","state":{{"status":"completed","input":{{"command":"make"}},"output":"{}"}}}}}}}}"#,
            "o".repeat(LONG)
        );
        let mut recent = Recent::default();
        recent.push(line.as_bytes(), &Redactor::default());
        let line = String::from_utf8(recent.to_bytes()).unwrap();
        assert!(line.len() < 400 && line.contains("make") && !line.contains("ooo"), "{line}");
        let seen = observe(&line).unwrap();
        assert_eq!((seen.ts, seen.session.as_deref()), (Some(7), Some("s")));
    }

    #[test]
    fn keeps_end_of_long_text() {
        let secret = format!("{}-{}", "sk", "CANARY".repeat(6));
        let line = format!(
            r#"{{"type":"message.part.updated","properties":{{"sessionID":"s","part":{{"id":"p","messageID":"m","type":"text","text":"{}{secret}{}the end"}}}}}}"#,
            "a ".repeat(LONG),
            " b".repeat(4 * 1024 - 10),
        );
        let mut recent = Recent::default();
        recent.push(line.as_bytes(), &Redactor::default());
        let line = String::from_utf8(recent.to_bytes()).unwrap();
        assert!(line.contains("the end") && !line.contains("CANARY"), "{line}");
    }
}
