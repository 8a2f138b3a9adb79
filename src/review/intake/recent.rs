//! The lines that went by lately, raw: parsed only when a reviewer is asked.

use crate::review::redact::Masker;
use crate::wire::part::Part;
use crate::wire::{Event, observe, text};
use serde_json::json;

/// How many bytes of lines are kept: several hundred lines of a busy session.
const WINDOW: usize = 2 * 1024 * 1024;
/// A longer line is kept without what a sample leaves out anyway.
const LONG: usize = 32 * 1024;
/// How many characters of a long text are looked at for secrets before it is cut.
const LOOKED_AT: usize = 64 * 1024;
/// How many characters of a long text are kept.
const KEPT: usize = 8 * 1024;

/// A window over the last lines of all sessions, bounded in bytes.
#[derive(Default)]
pub(crate) struct Recent {
    bytes: Vec<u8>,
}

impl Recent {
    /// Takes a line, without its newline.
    pub(crate) fn push(&mut self, line: &[u8], masker: &Masker) {
        if line.len() > LONG {
            if let Some(short) = shorten(&String::from_utf8_lossy(line), masker) {
                self.append(short.as_bytes());
            }
            return;
        }
        self.append(line);
    }

    fn append(&mut self, line: &[u8]) {
        self.bytes.extend_from_slice(line);
        self.bytes.push(b'\n');
        if self.bytes.len() > 2 * WINDOW {
            let cut = self.start();
            self.bytes.drain(..cut);
        }
    }

    /// Where the window begins: at the start of a line.
    fn start(&self) -> usize {
        let Some(over) = self.bytes.len().checked_sub(WINDOW) else {
            return 0;
        };
        memchr::memchr(b'\n', &self.bytes[over..]).map_or(over, |at| over + at + 1)
    }

    /// The lines of the window, each with its newline, oldest first (SMP-09).
    pub(crate) fn read(&self) -> Vec<u8> {
        self.bytes[self.start()..].to_vec()
    }

    /// Forgets every line (SMP-10): a new stream begins, and nothing before it belongs to it.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
    }
}

/// A long line without its results and with the end of its text; none if no sample would show it.
fn shorten(line: &str, masker: &Masker) -> Option<String> {
    let seen = observe(line).ok()?;
    let session = seen.session.as_deref();
    let properties = match &seen.event {
        Event::Part(part) => json!({ "sessionID": session, "part": short_part(part, masker) }),
        Event::Delta { part, message, text } => json!({
            "sessionID": session, "partID": part, "messageID": message,
            "delta": end_of(&text::decode(*text), masker),
        }),
        Event::Message { id, from_user, .. } => json!({
            "sessionID": session,
            "info": { "id": id, "role": if *from_user { "user" } else { "assistant" } },
        }),
        _ => return None,
    };
    let kind = match seen.event {
        Event::Part(_) => "message.part.updated",
        Event::Delta { .. } => "message.part.delta",
        _ => "message.updated",
    };
    Some(json!({ "ts": seen.ts, "id": seen.id, "type": kind, "properties": properties }).to_string())
}

fn short_part(part: &Part<'_>, masker: &Masker) -> serde_json::Value {
    let beginning = |raw| beginning_of(&text::decode(raw), masker);
    json!({
        "id": part.id, "messageID": part.message, "type": part.kind, "tool": part.tool,
        "synthetic": part.synthetic,
        "text": part.text.map(|raw| end_of(&text::decode(raw), masker)),
        "state": part.state.as_ref().map(|state| json!({
            "status": state.status,
            "input": state.input.map(beginning),
            "error": state.error.map(beginning),
        })),
    })
}

/// The last characters of a text, masked before it is cut.
pub(crate) fn end_of(text: &str, masker: &Masker) -> String {
    let looked_at = match text.char_indices().rev().nth(LOOKED_AT - 1) {
        Some((at, _)) => &text[at..],
        None => text,
    };
    let safe = masker.mask(looked_at);
    let skipped = safe.chars().count().saturating_sub(KEPT);
    safe.chars().skip(skipped).collect()
}

/// The first characters of a text, masked before it is cut.
pub(crate) fn beginning_of(text: &str, masker: &Masker) -> String {
    let looked_at = match text.char_indices().nth(LOOKED_AT) {
        Some((at, _)) => &text[..at],
        None => text,
    };
    masker.mask(looked_at).chars().take(KEPT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_bounded_and_begins_with_a_whole_line() {
        let mut recent = Recent::default();
        let line = vec![b'x'; 1000];
        for _ in 0..10_000 {
            recent.push(&line, &Masker::default());
        }
        assert!(recent.bytes.len() <= 2 * WINDOW + 1001);
        let read = recent.read();
        assert!(read.len() <= WINDOW && read.len() > WINDOW - 1001);
        assert_eq!(read.iter().position(|b| *b == b'\n'), Some(1000));
    }

    #[test]
    fn a_long_call_keeps_its_input_and_loses_its_output() {
        let line = format!(
            r#"{{"ts":7,"id":"e","type":"message.part.updated","properties":{{"sessionID":"s","part":{{"id":"p","messageID":"m","type":"tool","tool":"bash","state":{{"status":"completed","input":{{"command":"make"}},"output":"{}"}}}}}}}}"#,
            "o".repeat(LONG)
        );
        let mut recent = Recent::default();
        recent.push(line.as_bytes(), &Masker::default());
        let kept = String::from_utf8(recent.read()).unwrap();
        assert!(
            kept.len() < 400 && kept.contains("make") && !kept.contains("ooo"),
            "{kept}"
        );
        let seen = observe(&kept).unwrap();
        assert_eq!((seen.ts, seen.session.as_deref()), (Some(7), Some("s")));
    }

    #[test]
    fn a_long_text_keeps_its_end_and_no_half_of_a_secret() {
        let secret = format!("{}-{}", "sk", "CANARY".repeat(6));
        let line = format!(
            r#"{{"type":"message.part.updated","properties":{{"sessionID":"s","part":{{"id":"p","messageID":"m","type":"text","text":"{}{secret}{}the end"}}}}}}"#,
            "a ".repeat(LONG),
            " b".repeat(KEPT / 2 - 10),
        );
        let mut recent = Recent::default();
        recent.push(line.as_bytes(), &Masker::default());
        let kept = String::from_utf8(recent.read()).unwrap();
        assert!(kept.contains("the end") && !kept.contains("CANARY"), "{kept}");
    }
}
