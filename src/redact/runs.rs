//! Holds the lines of a text that comes in pieces and never whole, until it is over: only the whole text shows its secrets.
//!
//! Other agents send the whole text after its pieces, so that those can be left empty at once: see `pieces.rs`.

use super::{MASK, Redactor, json};
use memchr::memmem;
use serde_json::Value;
use std::borrow::Cow;

/// How much is held, in bytes of lines. The pieces of a longer text are left empty.
const HELD: usize = 4 * 1024 * 1024;

/// The text that is being written, with the lines since it began.
#[derive(Default)]
pub struct Runs {
    /// Whose text it is; empty if there is none.
    writer: String,
    /// The lines, and the piece in each: lines that only say that time passes have none.
    lines: Vec<(Vec<u8>, Option<String>)>,
    bytes: usize,
    /// Whether it is too long, so that its pieces are left empty.
    is_too_long: bool,
}

impl Runs {
    /// Takes a complete line. Appends to `out` what can be written by now, masked.
    pub fn take(&mut self, redactor: &Redactor, line: Vec<u8>, out: &mut Vec<u8>) {
        let piece = piece(&line);
        let goes_on = match &piece {
            Some((writer, _)) => *writer == self.writer,
            None => !self.lines.is_empty() && is_tick(&line),
        };
        if !goes_on {
            self.end(redactor, out);
        }
        let Some(text) = (match piece {
            Some((writer, text)) => {
                self.writer = writer;
                Some(Some(text))
            }
            None => goes_on.then_some(None),
        }) else {
            return append(redactor, &line, None, out);
        };
        if self.is_too_long {
            return append(redactor, &line, None, out);
        }
        self.bytes += line.len();
        self.lines.push((line, text));
        if self.bytes > HELD {
            self.is_too_long = true;
            self.lines.drain(..).for_each(|(line, _)| append(redactor, &line, None, out));
        }
    }

    /// Appends the lines that are held, as the text is over.
    pub fn end(&mut self, redactor: &Redactor, out: &mut Vec<u8>) {
        let run = std::mem::take(self);
        let whole: String = run.lines.iter().filter_map(|(_, piece)| piece.as_deref()).collect();
        let secrets = redactor.places(&whole);
        let mut start = 0;
        for (line, piece) in run.lines {
            let end = start + piece.as_ref().map_or(0, String::len);
            let safe = piece.as_ref().map(|piece| (&**piece, without(&whole, start..end, &secrets)));
            append(redactor, &line, safe.as_ref().map(|(piece, safe)| (*piece, &**safe)), out);
            start = end;
        }
    }
}

/// A part of a text without the secrets, which ascend: the part where one begins says so.
fn without(text: &str, part: std::ops::Range<usize>, secrets: &[std::ops::Range<usize>]) -> String {
    let (mut safe, mut at) = (String::new(), part.start);
    let first = secrets.partition_point(|secret| secret.end <= part.start);
    for secret in secrets[first..].iter().take_while(|secret| secret.start < part.end) {
        safe.push_str(&text[at..secret.start.max(at)]);
        if secret.start >= part.start {
            safe.push_str(MASK);
        }
        at = secret.end.min(part.end);
    }
    safe.push_str(&text[at..part.end]);
    safe
}

/// Appends a line, masked. `piece` is what its piece of a text is replaced with; without, it is left empty.
fn append(redactor: &Redactor, line: &[u8], piece: Option<(&str, &str)>, out: &mut Vec<u8>) {
    let text = String::from_utf8_lossy(line);
    match json::redact(redactor, text.trim_end_matches('\n'), piece) {
        // Bytes that are no UTF-8 pass as they are where there is nothing to mask.
        Cow::Borrowed(_) => out.extend_from_slice(line),
        Cow::Owned(safe) => {
            out.extend_from_slice(safe.as_bytes());
            out.extend_from_slice(if line.ends_with(b"\n") { b"\n" } else { b"" });
        }
    }
}

/// Whose text a line has a piece of, and the piece, where the whole text never follows: a message of Gemini that says of
/// itself that it is a part, and a chunk of the Agent Client Protocol.
fn piece(line: &[u8]) -> Option<(String, String)> {
    let may_be = |mark: &[u8]| memmem::find(line, mark).is_some();
    if !may_be(b"\"delta\"") && !may_be(b"_chunk\"") {
        return None;
    }
    let line: Value = serde_json::from_slice(line).ok()?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    if line["delta"] == Value::Bool(true) && line["type"] == "message" {
        return Some((format!("message {} {}", line["session_id"], line["role"]), text(&line["content"])?));
    }
    let params = line.get("params").unwrap_or(&line);
    let (session, update) = (&params["sessionId"], &params["update"]);
    let kind = update["sessionUpdate"].as_str().filter(|kind| kind.ends_with("_chunk"))?;
    Some((format!("{kind} {session}"), text(&update["content"]["text"])?))
}

/// Whether a line only says that time passes.
fn is_tick(line: &[u8]) -> bool {
    memmem::find(&line[..line.len().min(256)], b"\"type\":\"ocr.stream.tick\"").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(lines: &[String]) -> Vec<Value> {
        let (mut runs, mut out, redactor) = (Runs::default(), Vec::new(), Redactor::default());
        for line in lines {
            runs.take(&redactor, format!("{line}\n").into_bytes(), &mut out);
        }
        runs.end(&redactor, &mut out);
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.lines().count(), lines.len(), "{text}");
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn message(role: &str, text: &str) -> String {
        serde_json::json!({ "type": "message", "role": role, "content": text, "delta": true }).to_string()
    }

    fn told(lines: &[Value]) -> String {
        lines.iter().filter_map(|line| line["content"].as_str()).collect()
    }

    #[test]
    fn secrets_that_pieces_split_are_masked_in_the_whole() {
        let token = format!("gh{}_{}", "p", "Ab12".repeat(9));
        let text = format!("Nothing to do; the token {token} is in the file.\nDone, with password=qz71tundra88 set.");
        let safe = Redactor::default().redact(&text).into_owned();
        assert!(safe.contains("Nothing to do") && !safe.contains("Ab12") && !safe.contains("tundra"), "{safe}");
        for size in 1..text.len() {
            let pieces: Vec<_> = text.as_bytes().chunks(size).map(|piece| String::from_utf8_lossy(piece)).collect();
            let mut lines: Vec<_> = pieces.iter().map(|piece| message("assistant", piece)).collect();
            lines.insert(1, r#"{"ts":1,"type":"ocr.stream.tick","properties":{}}"#.to_owned());
            assert_eq!(told(&written(&lines)), safe, "{size}");
        }
    }

    #[test]
    fn each_text_is_masked_by_itself() {
        let tool = r#"{"type":"tool_use","tool_name":"x"}"#.to_owned();
        let lines = [message("assistant", "The password is"), tool, message("assistant", " hunter2kx9")];
        assert_eq!(told(&written(&lines)), "The password is hunter2kx9", "two texts");
        let lines = [message("assistant", "a password=qz71"), message("user", "b"), message("user", "c")];
        assert_eq!(told(&written(&lines)), "a password=[masked]bc");
        let chunk = |kind: &str, text: &str| {
            format!(
                r#"{{"jsonrpc":"2.0","method":"session/update","params":{{"sessionId":"s","update":{{"sessionUpdate":"{kind}","content":{{"type":"text","text":"{text}"}}}}}}}}"#
            )
        };
        let lines = [
            chunk("agent_thought_chunk", "pass"),
            chunk("agent_thought_chunk", "word=qz71tundra88 "),
            chunk("agent_message_chunk", "ok"),
        ];
        let texts: String =
            written(&lines).iter().filter_map(|l| l["params"]["update"]["content"]["text"].as_str()).collect();
        assert_eq!(texts, "password=[masked] ok");
    }

    #[test]
    fn pieces_of_what_follows_whole_and_of_endless_texts_are_left_empty() {
        let delta =
            r#"{"type":"message.part.delta","properties":{"partID":"p","field":"text","delta":"x1y"}}"#.to_owned();
        assert_eq!(written(&[delta])[0]["properties"]["delta"], "");
        let piece = "words ".repeat(1000);
        let lines: Vec<_> = (0..HELD / piece.len() + 10).map(|_| message("assistant", &piece)).collect();
        assert_eq!(told(&written(&lines)), "");
    }
}
