//! Finds the pieces of texts that are still written: a secret may begin in one piece and end in the next.

use super::strings::each_in_json;
use serde_json::{Map, Value};
use std::collections::HashSet;

/// The pieces of texts in a line that are still written: a secret may begin in one piece and end in the next. They are
/// left out; the whole text follows.
pub struct Pieces<'a> {
    /// The names of their members, and what is in them.
    all: HashSet<(&'a str, &'a str)>,
}

/// Members of an object about a piece that hold it.
const IN_PIECES: &[&str] = &[
    "text",
    "thinking",
    "content",
    "chunk",
    "data",
    "raw",
    "arguments",
    "input",
    "output",
    "reasoning",
    "reasoning_content",
    "accumulated",
];

/// Whether the name of a member says that it is a piece: `delta`, `partial_json`, `deltaContent`.
fn is_piece(name: &str) -> bool {
    let starts = |word: &str| {
        let rest = name.strip_prefix(word).unwrap_or_default();
        rest.starts_with(|c: char| c == '_' || c.is_ascii_uppercase())
    };
    let ends =
        [("_delta", "Delta"), ("_partial", "Partial")].iter().any(|(a, b)| name.ends_with(a) || name.ends_with(b));
    matches!(name, "delta" | "partial") || starts("delta") || starts("partial") || ends
}

impl<'a> Pieces<'a> {
    pub fn of(line: &'a Value) -> Self {
        let mut pieces = Self { all: HashSet::new() };
        pieces.add(line, "", false);
        pieces
    }

    pub fn has(&self, name: &str, value: &str) -> bool {
        is_piece(name) || self.all.contains(&(name, value))
    }

    /// Adds the pieces below a value. `inside` says that it belongs to an object about a piece.
    fn add(&mut self, value: &'a Value, name: &'a str, inside: bool) {
        match value {
            Value::String(text) if inside && IN_PIECES.contains(&name) => {
                self.all.insert((name, text));
            }
            Value::Array(all) => all.iter().for_each(|one| self.add(one, name, inside)),
            Value::Object(members) => {
                let inside = inside || is_piece(name) || is_about_piece(members);
                members.iter().for_each(|(name, one)| self.add(one, name, inside));
                self.add_unfinished(members);
            }
            _ => {}
        }
    }

    /// Adds what grows in the part of a message: the text of an answer, the arguments of a call, or its output.
    fn add_unfinished(&mut self, members: &'a Map<String, Value>) {
        let text = |name: &str| members.get(name).and_then(Value::as_str);
        let time = members.get("time").filter(|time| time.get("start").is_some_and(Value::is_number));
        let is_open = time.is_some_and(|time| time.get("end").is_none_or(Value::is_null));
        if let (Some("text" | "reasoning"), Some(written), true) = (text("type"), text("text"), is_open) {
            self.all.insert(("text", written));
        }
        let grows = match text("status") {
            Some("pending") => ["input", "raw"].as_slice(),
            Some("running") => ["metadata"].as_slice(),
            _ => [].as_slice(),
        };
        for (member, value) in members.iter().filter(|(name, _)| grows.contains(&name.as_str())) {
            each_in_json(value, member, &mut |name, value| {
                if member != "metadata" || IN_PIECES.contains(&name) {
                    self.all.insert((name, value));
                }
            });
        }
    }
}

/// Whether an object says that it is about a piece of a text.
fn is_about_piece(members: &Map<String, Value>) -> bool {
    let kinds = ["type", "sessionUpdate", "object"];
    let is_flagged = ["delta", "partial"].iter().any(|name| members.get(*name) == Some(&Value::Bool(true)));
    let mut kinds = kinds.iter().filter_map(|name| members.get(*name)?.as_str());
    is_flagged
        || kinds.any(|kind| {
            let kind = kind.to_ascii_lowercase();
            kind.contains("delta") || kind.contains("partial") || kind.ends_with("chunk") || kind.starts_with("pty.")
                // A text that has begun, with what there is of it.
                || kind == "content_start"
        })
}

#[cfg(test)]
mod tests {
    use crate::redact::{Redactor, json};

    #[test]
    fn leaves_pieces_out() {
        let safe = |line: &str| json::redact(&Redactor::default(), line, None).into_owned();
        for line in [
            r#"{"event":{"type":"content_block_delta","delta":{"type":"text_delta","text":"x1y"}}}"#,
            r#"{"delta":{"type":"input_json_delta","partial_json":"x1y"}}"#,
            r#"{"payload":{"type":"exec_command_output_delta","call_id":"c","chunk":"x1y"}}"#,
            r#"{"object":"chat.completion.chunk","choices":[{"delta":{"content":"x1y"}}]}"#,
            r#"{"update":{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"x1y"}}}"#,
            r#"{"type":"pty.output","properties":{"id":"pty_1","data":"x1y"}}"#,
            r#"{"part":{"type":"text","text":"x1y","time":{"start":1}}}"#,
            r#"{"type":"message","role":"assistant","content":"x1y","delta":true}"#,
            r#"{"type":"assistant.message_delta","data":{"deltaContent":"x1y"}}"#,
            r#"{"type":"tool.execution_partial_result","data":{"partialOutput":"x1y"}}"#,
            r#"{"event":{"type":"content_start","contentType":"text","text":"x1y","accumulated":"x1y"}}"#,
            r#"{"state":{"status":"pending","input":{"command":"x1y"},"raw":"x1y"}}"#,
            r#"{"state":{"status":"running","metadata":{"output":"x1y"}}}"#,
        ] {
            assert_eq!(safe(line), line.replace("x1y", ""));
        }
        for line in [
            r#"{"part":{"type":"text","text":"x1y","time":{"start":1,"end":2}}}"#,
            r#"{"part":{"type":"text","text":"x1y"}}"#,
            r#"{"type":"message","content":"x1y","delta":false}"#,
            r#"{"partialId":7,"deltas":"x1y","text":"x1y"}"#,
            r#"{"state":{"status":"running","input":{"command":"x1y"},"metadata":{"sessionId":"x1y"}}}"#,
            r#"{"todos":[{"content":"x1y","status":"pending"}]}"#,
        ] {
            assert_eq!(safe(line), line);
        }
    }
}
