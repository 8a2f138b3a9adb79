//! Recognizes whether anything in an input is understood, and names what it looks like if nothing is.
//!
//! Nothing is kept but counts and a guess, so an input of any length is judged in the same memory.

use super::frame::content;
use super::json::raw::Raw;
use serde::Deserialize;
use std::fmt;

/// How many lines are looked at for a guess; each format shows what it is in its first few lines.
const GUESSED_FROM: u64 = 64;
/// How much of a line tells what text it is, in bytes.
const BEGINNING: usize = 512;

/// Notes which lines were understood, and guesses what the others are.
#[derive(Debug, Default)]
pub struct Recognizer {
    understood: bool,
    /// Lines that were not understood and are not blank.
    foreign: u64,
    guess: Option<Guess>,
}

impl Recognizer {
    /// Notes a line that was understood. Returns true for the first one.
    pub fn note_understood(&mut self) -> bool {
        !std::mem::replace(&mut self.understood, true)
    }

    /// Notes a line that was not understood; `line` is empty if it was not read.
    pub fn note_foreign(&mut self, line: &[u8]) {
        self.foreign += 1;
        if self.understood || self.foreign > GUESSED_FROM {
            return;
        }
        let guess = Guess::of(line, self.guess);
        // The first good guess stays; chatter may precede it.
        if self.guess.is_none_or(|earlier| guess.weight() > earlier.weight()) {
            self.guess = Some(guess);
        }
    }

    /// Whether any line was understood.
    pub fn is_understood(&self) -> bool {
        self.understood
    }

    /// How many lines were not understood.
    pub fn foreign_lines(&self) -> u64 {
        self.foreign
    }

    /// What the input looks like, and what to do; `None` if anything in it was understood.
    pub fn foreign(&self) -> Option<Unrecognized> {
        (!self.understood).then_some(Unrecognized(self.guess))
    }
}

/// An input in which nothing is understood. Displayed, it says what it looks like and what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unrecognized(Option<Guess>);

impl Unrecognized {
    /// What this document looks like.
    pub fn of_document(document: &[u8]) -> Self {
        let mut recognizer = Recognizer::default();
        let lines = document.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
        lines.take(2).for_each(|line| recognizer.note_foreign(line));
        Self(recognizer.guess)
    }

    /// Whether there was no line at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Whether it looks like a document of `opencode export`, perhaps a damaged one.
    pub fn is_export(&self) -> bool {
        self.0 == Some(Guess::Export)
    }

    /// Whether the guess names a format, not just text or JSON.
    pub fn is_known(&self) -> bool {
        self.0.is_some_and(|guess| guess.weight() == KNOWN)
    }
}

impl fmt::Display for Unrecognized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (looks_like, advice) = self.0.map_or(NO_LINES, Guess::describe);
        write!(f, "{looks_like}; {advice}")
    }
}

const NO_LINES: (&str, &str) = ("the input is empty", "check the program or the file that it comes from");
/// What is read, for people whose input is not.
const READ: &str = "only OpenCode's events are understood: those of ocr-stream, or of `opencode run --format json`";

/// What a line looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Guess {
    Unread,
    Text,
    JsonValue,
    /// A line with the opening bracket of an array, or of an object that goes on.
    Document {
        array: bool,
    },
    Json,
    Utf16,
    Gzip,
    Zstd,
    Database,
    Html,
    OpenCodeLog,
    Export,
    Messages,
    SyncHistory,
    ClaudeCode,
    Transcript,
    Codex,
    Rollout,
    Gemini,
    Copilot,
    JsonRpc,
    ModelApi,
}

/// The weight of a guess that names a format.
const KNOWN: u8 = 3;

impl Guess {
    /// How much a guess says.
    fn weight(self) -> u8 {
        match self {
            Self::Unread => 0,
            Self::Text | Self::JsonValue => 1,
            Self::Document { .. } | Self::Json => 2,
            _ => KNOWN,
        }
    }

    /// What the input looks like, and what to do.
    fn describe(self) -> (&'static str, &'static str) {
        match self {
            Self::Unread => ("its lines are too long", "allow longer ones with --max-line"),
            Self::Text => {
                ("it looks like plain text", "expected one JSON object per line; `opencode run` needs --format json")
            }
            Self::JsonValue => ("its lines are JSON, but no objects", READ),
            Self::Document { array: true } => (
                "it looks like a JSON array",
                "expected one JSON object per line; `jq -c '.[]' FILE` writes each element on its own line",
            ),
            Self::Document { array: false } => (
                "it looks like a JSON document of several lines",
                "expected one JSON object per line; `jq -c . FILE` writes each object on its own line",
            ),
            Self::Json => ("it looks like the JSON lines of another program", READ),
            Self::Utf16 => ("it is UTF-16 text", "convert it to UTF-8 first, as with `iconv -f UTF-16 -t UTF-8 FILE`"),
            Self::Gzip => ("it is compressed with gzip", "decompress it first, as with `gzip -dc FILE`"),
            Self::Zstd => ("it is compressed with zstd", "decompress it first, as with `zstd -dc FILE`"),
            Self::Database => (
                "it is a database",
                "write a session of OpenCode to a file with `opencode export SESSION > FILE`, and convert that with `ocr-stream --import FILE`",
            ),
            Self::Html => (
                "it looks like a web page",
                "check the URL: the events of an OpenCode server are at /event, and `ocr-stream --server URL` reads them",
            ),
            Self::OpenCodeLog => ("it looks like OpenCode's own log", READ),
            Self::Export => {
                ("it looks like a document of `opencode export`", "convert it with `ocr-stream --import FILE`")
            }
            Self::Messages => (
                "it looks like a list of messages of an OpenCode server",
                "read the session with `ocr-stream --server URL --session ID --from-start`",
            ),
            Self::SyncHistory => (
                "it looks like the sync history of an OpenCode server",
                "read the session with `ocr-stream --server URL --session ID --from-start`",
            ),
            _ => (self.program(), READ),
        }
    }

    /// What the lines of another program look like.
    fn program(self) -> &'static str {
        match self {
            Self::ClaudeCode => "it looks like the stream-json output of Claude Code",
            Self::Transcript => "it looks like a transcript of Claude Code",
            Self::Codex => "it looks like the output of `codex exec --json`",
            Self::Rollout => "it looks like a rollout file of Codex",
            Self::Gemini => "it looks like the stream-json output of Gemini CLI",
            Self::Copilot => "it looks like the JSON output of Copilot CLI",
            Self::JsonRpc => "it looks like JSON-RPC messages, as of an agent client protocol",
            _ => "it looks like a response of a model's API",
        }
    }

    /// What this line looks like, after one that looked like `earlier`.
    fn of(line: &[u8], earlier: Option<Self>) -> Self {
        if line.is_empty() {
            return Self::Unread;
        }
        let json = &line[content(line)];
        if let Some(bytes) = Self::of_bytes(line) {
            return bytes;
        }
        match json.first() {
            Some(b'{') => Self::of_object(json),
            Some(b'[') => match json[1..].trim_ascii_start() {
                [] => Self::Document { array: true },
                inner @ [b'{', ..] if opens_with(inner, b"\"info\"") => Self::Messages,
                inner @ [b'{', ..] => match Self::of_object(inner) {
                    Self::Json => Self::Document { array: true },
                    known => known,
                },
                _ => Self::JsonValue,
            },
            _ => Self::of_text(json, earlier),
        }
    }

    /// What is told by the first bytes, or by zeros: every second byte of ASCII in UTF-16 is one.
    fn of_bytes(line: &[u8]) -> Option<Self> {
        let beginning = &line[..line.len().min(BEGINNING)];
        Some(match beginning {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Self::Utf16,
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            _ if beginning.starts_with(b"SQLite format 3\0") => Self::Database,
            _ if memchr::memchr_iter(0, beginning).count() * 3 > beginning.len() => Self::Utf16,
            _ => return None,
        })
    }

    fn of_text(text: &[u8], earlier: Option<Self>) -> Self {
        let beginning = String::from_utf8_lossy(&text[..text.len().min(BEGINNING)]).to_ascii_lowercase();
        if beginning.starts_with("\"info\"") && matches!(earlier, Some(Self::Document { .. })) {
            return match earlier {
                Some(Self::Document { array: true }) => Self::Messages,
                _ => Self::Export,
            };
        }
        let is_log = ["info ", "debug ", "warn ", "error ", "timestamp="].iter().any(|l| beginning.starts_with(l))
            && (beginning.contains(" service=") || beginning.contains(" run="));
        match &*beginning {
            text if text.starts_with("<!doctype html") || text.starts_with("<html") => Self::Html,
            text if text.starts_with("exporting session") => Self::Export,
            _ if is_log => Self::OpenCodeLog,
            _ if !text.is_empty() && serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok() => Self::JsonValue,
            _ => Self::Text,
        }
    }

    /// What an object, or the beginning of one, looks like.
    fn of_object(json: &[u8]) -> Self {
        if opens_with(json, b"\"info\"") {
            return Self::Export;
        }
        let mut values = serde_json::Deserializer::from_slice(json).into_iter::<Members<'_>>();
        match values.next() {
            Some(Ok(members)) => members.guess(),
            Some(Err(error)) if error.is_eof() => Self::Document { array: false },
            _ => Self::Json,
        }
    }
}

/// Whether an object begins with this member.
fn opens_with(object: &[u8], member: &[u8]) -> bool {
    object.get(1..).is_some_and(|inside| inside.trim_ascii_start().starts_with(member))
}

/// Members that tell formats apart.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Members<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Raw<'a>>,
    #[serde(borrow)]
    session_id: Option<Raw<'a>>,
    #[serde(borrow, rename = "sessionId")]
    transcript: Option<Raw<'a>>,
    #[serde(borrow, rename = "parentUuid")]
    parent: Option<Raw<'a>>,
    #[serde(borrow)]
    payload: Option<Raw<'a>>,
    #[serde(borrow)]
    data: Option<Raw<'a>>,
    #[serde(borrow)]
    method: Option<Raw<'a>>,
    #[serde(borrow)]
    jsonrpc: Option<Raw<'a>>,
    #[serde(borrow)]
    choices: Option<Raw<'a>>,
    #[serde(borrow, alias = "aggregateID")]
    aggregate_id: Option<Raw<'a>>,
    #[serde(borrow)]
    model: Option<Raw<'a>>,
    #[serde(borrow, alias = "tool_id")]
    tool_name: Option<Raw<'a>>,
    #[serde(borrow)]
    info: Option<Raw<'a>>,
    #[serde(borrow)]
    messages: Option<Raw<'a>>,
    #[serde(borrow, rename = "syncEvent")]
    sync: Option<Raw<'a>>,
}

impl Members<'_> {
    fn guess(&self) -> Guess {
        let kind = self.kind.map_or("", |kind| kind.get()).trim_matches('"');
        let begins = |prefixes: &[&str]| prefixes.iter().any(|prefix| kind.starts_with(prefix));
        let payload_is_sync = || self.payload.is_some_and(|payload| payload.get().contains("\"syncEvent\""));
        if self.aggregate_id.is_some() || self.sync.is_some() || payload_is_sync() {
            return Guess::SyncHistory;
        }
        if self.jsonrpc.is_some() || (self.method.is_some() && kind.is_empty()) {
            return Guess::JsonRpc;
        }
        if self.info.is_some() && self.messages.is_some() {
            return Guess::Export;
        }
        if self.choices.is_some() || begins(&["content_block_", "message_delta", "message_start", "response."]) {
            return Guess::ModelApi;
        }
        match kind {
            "session_meta" | "response_item" | "event_msg" | "turn_context" | "compacted" => Guess::Rollout,
            _ if self.parent.is_some() => Guess::Transcript,
            "assistant" | "user" | "system" | "summary" if self.transcript.is_some() => Guess::Transcript,
            "assistant" | "user" | "system" | "result" | "stream_event" if self.session_id.is_some() => {
                Guess::ClaudeCode
            }
            "init" if self.session_id.is_some() && self.model.is_some() => Guess::Gemini,
            "tool_use" | "tool_result" if self.tool_name.is_some() => Guess::Gemini,
            _ if begins(&["thread.", "turn.", "item."]) => Guess::Codex,
            _ if begins(&["assistant.", "user.", "tool."]) && self.data.is_some() => Guess::Copilot,
            _ => Guess::Json,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn guess(text: &[u8]) -> Unrecognized {
        let mut recognizer = Recognizer::default();
        for line in text.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()) {
            recognizer.note_foreign(line);
        }
        recognizer.foreign().unwrap()
    }

    #[test]
    fn names_formats() {
        let utf16: Vec<u8> = "{\"type\":1}\n{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked = [b"\xff\xfe", &*utf16].concat();
        let cases: &[(&[u8], &str)] = &[
            (b"", "the input is empty"),
            (b"Compiling\nDone\n", "plain text"),
            (b"1\n2\n", "no objects"),
            (b"[]\n", "no objects"),
            (b"{\"level\":\"info\"}\n", "another program"),
            (b"{\n  \"a\": 1\n}", "several lines"),
            (b"[\n  {\n    \"a\": 1\n", "JSON array"),
            (b"[{\"type\":\"session.idle\",\"properties\":{}}]", "JSON array"),
            (&utf16, "UTF-16"),
            (&marked, "UTF-16"),
            (b"\x1f\x8b\x08\0\0", "gzip"),
            (b"\x28\xb5\x2f\xfd\0", "zstd"),
            (b"SQLite format 3\0\x10", "database"),
            (b"<!DOCTYPE html>\n<html>", "web page"),
            (b"INFO  2026-01-05T10:00:00 +12ms service=server status=started", "OpenCode's own log"),
            (b"{\n  \"info\": {\n", "opencode export"),
            (b"{\"info\":{\"id\":\"s\"},\"messages\":[]}", "opencode export"),
            (b"Exporting session: ses_1\n{\n", "opencode export"),
            (b"[{\"info\":{},\"parts\":[]}]", "list of messages"),
            (b"[\n  {\n    \"info\": {", "list of messages"),
            (br#"[{"id":"e","aggregate_id":"ses_1","seq":1,"type":"session.created.1","data":{}}]"#, "sync history"),
            (br#"{"payload":{"type":"sync","syncEvent":{"seq":1}}}"#, "sync history"),
            (br#"{"type":"system","subtype":"init","session_id":"x"}"#, "Claude Code"),
            (b"Loading\n{\"type\":\"assistant\",\"message\":{},\"session_id\":\"x\"}", "stream-json output of Claude"),
            (br#"{"type":"user","parentUuid":null,"sessionId":"x","message":{}}"#, "transcript of Claude"),
            (br#"{"type":"thread.started","thread_id":"x"}"#, "codex exec"),
            (br#"{"timestamp":"2026-01-05T10:00:00Z","type":"session_meta","payload":{}}"#, "rollout"),
            (br#"{"type":"init","timestamp":"x","session_id":"x","model":"m"}"#, "Gemini"),
            (br#"{"type":"assistant.message","data":{}}"#, "Copilot"),
            (br#"{"jsonrpc":"2.0","id":1,"method":"session/update"}"#, "JSON-RPC"),
            (br#"data: {"id":"x","choices":[]}"#, "model's API"),
        ];
        for (text, name) in cases {
            let shown = guess(text).to_string();
            assert!(shown.contains(name), "{}: {shown}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn is_silent_once_understood() {
        let mut recognizer = Recognizer::default();
        recognizer.note_foreign(b"chatter");
        assert!(recognizer.foreign().is_some());
        assert!(recognizer.note_understood() && !recognizer.note_understood());
        recognizer.note_foreign(b"chatter");
        assert_eq!(recognizer.foreign(), None);
    }

    proptest! {
        #[test]
        fn accepts_any_bytes(lines in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..60), 0..80)) {
            let mut recognizer = Recognizer::default();
            for line in &lines {
                recognizer.note_foreign(line);
            }
            prop_assert!(!recognizer.foreign().unwrap().to_string().contains('\n'));
        }

        #[test]
        fn accepts_any_members(line in r#"(data: )?[\[{]*("(type|payload|info|session_id|method)":("(item\.|user|init)"|1|null|\{|\[),?){0,5}[}\]]*"#) {
            Guess::of(line.as_bytes(), None).describe();
        }
    }
}
