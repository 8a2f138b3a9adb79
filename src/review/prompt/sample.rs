//! Samples the agent's latest work as lines for a reviewer: texts, calls in one line each, and errors.
//!
//! It leaves out tool results, reasoning and system text. A delta and the snapshot that repeats it count once.

use crate::redact::{Redactor, redact_object};
use crate::wire::Raw;
use crate::wire::part::{Part, ToolState, integer};
use crate::wire::{Event, Observation, Status, observe, text};
use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// The maximum number of lines.
pub const LINES: usize = 100;
/// The maximum length of a line, in characters.
const LINE: usize = 400;
/// How much of a call's input is shown, in characters.
const INPUT: usize = 240;
/// How much of an error is shown, in characters.
const ERROR: usize = 200;

/// Something that becomes lines of the sample.
enum Item<'a> {
    /// A text or reasoning part, or one whose kind is not known yet.
    Text(Text<'a>),
    /// A tool call in its latest state.
    Call(Box<Part<'a>>),
    /// An event that is one line.
    Line(String),
}

#[derive(Default)]
struct Text<'a> {
    message: Cow<'a, str>,
    /// `text`, `reasoning` and so on; empty as long as only deltas have arrived.
    kind: Cow<'a, str>,
    synthetic: bool,
    snapshot: Option<Raw<'a>>,
    /// What came after the snapshot.
    deltas: Vec<Raw<'a>>,
}

/// The last [`LINES`] lines about `session`, oldest first. `user_messages` are ids of messages that the user wrote.
pub fn sample<'u>(
    raw: &[u8],
    session: &str,
    user_messages: impl IntoIterator<Item = &'u str>,
    redactor: &Redactor,
) -> Vec<String> {
    let lines: Vec<Cow<'_, str>> = raw.split(|b| *b == b'\n').map(String::from_utf8_lossy).collect();
    let mut collector =
        Collector { user_messages: user_messages.into_iter().map(str::to_owned).collect(), ..Collector::default() };
    for line in &lines {
        if let Ok(seen) = observe(line)
            && seen.session.as_deref() == Some(session)
        {
            collector.add(seen);
        }
    }
    collector.last_lines(redactor)
}

#[derive(Default)]
struct Collector<'a> {
    user_messages: HashSet<String>,
    items: Vec<Item<'a>>,
    /// The index of each part in `items`.
    parts: HashMap<Cow<'a, str>, usize>,
}

impl<'a> Collector<'a> {
    fn add(&mut self, seen: Observation<'a>) {
        match seen.event {
            Event::Message { id, from_user: true, .. } => {
                self.user_messages.insert(id.into_owned());
            }
            Event::Part(part) if part.tool.is_some() => {
                let index = self.index_of(part.id.clone());
                self.items[index] = Item::Call(Box::new(part));
            }
            Event::Part(part) if part.text.is_some() => self.add_text(part),
            Event::Delta { part, message, text } => {
                let index = self.index_of(part);
                if let Item::Text(known) = &mut self.items[index] {
                    known.message = message;
                    known.deltas.push(text);
                }
            }
            other => {
                if let Some(line) = one_line(&other) {
                    self.items.push(Item::Line(line));
                }
            }
        }
    }

    fn add_text(&mut self, part: Part<'a>) {
        let index = self.index_of(part.id);
        if let Item::Text(known) = &mut self.items[index] {
            known.message = part.message;
            known.kind = part.kind;
            known.synthetic = part.synthetic == Some(true);
            // A part opens with an empty snapshot, which must not discard deltas that arrived before it.
            if part.text.is_some_and(|raw| !text::decode(raw).is_empty()) {
                known.snapshot = part.text;
                known.deltas.clear();
            }
        }
    }

    /// The index of a part's item; a new one if the part is unknown.
    fn index_of(&mut self, part: Cow<'a, str>) -> usize {
        let next = self.items.len();
        let index = *self.parts.entry(part).or_insert(next);
        if index == next {
            self.items.push(Item::Text(Text::default()));
        }
        index
    }

    fn last_lines(&self, redactor: &Redactor) -> Vec<String> {
        // Newest first, so that nothing is decoded that is not shown.
        let mut newest: Vec<(String, usize)> = Vec::new();
        for item in self.items.iter().rev() {
            let lines = self.lines_of(item, redactor);
            for line in lines.into_iter().rev() {
                match newest.last_mut() {
                    Some((last, times)) if *last == line => *times += 1,
                    _ => newest.push((line, 1)),
                }
            }
            if newest.len() > LINES {
                newest.truncate(LINES);
                break;
            }
        }
        newest
            .into_iter()
            .rev()
            .map(|(line, times)| if times > 1 { format!("{line} (×{times})") } else { line })
            .collect()
    }

    fn lines_of(&self, item: &Item<'a>, redactor: &Redactor) -> Vec<String> {
        match item {
            Item::Text(text) if text.kind == "text" && !text.synthetic => {
                let speaker = if self.user_messages.contains(&*text.message) { "user" } else { "agent" };
                let written = redactor.end(&text.decoded());
                let lines = written.lines().filter(|line| !line.trim().is_empty());
                lines.map(|line| format!("{speaker}: {}", text::excerpt(line, LINE))).collect()
            }
            Item::Text(_) => Vec::new(),
            Item::Call(part) => vec![call(part, redactor)],
            Item::Line(line) => vec![redactor.excerpt(line, LINE)],
        }
    }
}

impl Text<'_> {
    fn decoded(&self) -> String {
        let pieces = self.snapshot.iter().chain(&self.deltas);
        pieces.map(|raw| text::decode(*raw)).collect()
    }
}

/// A call in one line: the tool, its input and its status, but never its result.
fn call(part: &Part<'_>, redactor: &Redactor) -> String {
    let tool = redactor.excerpt(part.tool.as_deref().unwrap_or_default(), ERROR);
    let Some(state) = &part.state else {
        return format!("call {tool}");
    };
    let input = state.input.map(|raw| arguments(raw, redactor)).unwrap_or_default();
    let outcome = match (&*state.status, state.error) {
        ("error", Some(error)) => format!("error: {}", first_line(&text::decode(error), redactor)),
        (status, _) => format!("{}{}", text::excerpt(status, ERROR), exit_code(state)),
    };
    format!("call {tool} {input} → {outcome}")
}

/// A call's arguments in one line, redacted before that: their members and lists tell what is a secret. Strings are redacted
/// after decoding, because an escaped line break in front of a key would look like the beginning of its name.
fn arguments(raw: Raw<'_>, redactor: &Redactor) -> String {
    let flat = match serde_json::from_str::<Value>(&redact_object(redactor, raw.get())) {
        Ok(mut value @ Value::Object(_)) => {
            redact_strings(&mut value, redactor);
            let members = value.as_object().into_iter().flatten();
            let shown = members.map(|(name, value)| match value {
                Value::String(value) => format!("{name}: {value}"),
                other => format!("{name}: {other}"),
            });
            shown.collect::<Vec<_>>().join("; ")
        }
        _ => text::decode(raw).into_owned(),
    };
    redactor.excerpt(&flat, INPUT)
}

/// Redacts every string in a value. The parser bounds its depth.
fn redact_strings(value: &mut Value, redactor: &Redactor) {
    match value {
        Value::String(text) => *text = redactor.beginning(text),
        Value::Array(items) => items.iter_mut().for_each(|item| redact_strings(item, redactor)),
        Value::Object(members) => members.values_mut().for_each(|item| redact_strings(item, redactor)),
        _ => {}
    }
}

fn first_line(error: &str, redactor: &Redactor) -> String {
    let safe = redactor.beginning(error);
    let line = safe.lines().find(|line| !line.trim().is_empty());
    text::excerpt(line.unwrap_or_default(), ERROR)
}

/// `, exit 1` if the tool reports an exit code, the one part of a result that is worth its space.
fn exit_code(state: &ToolState<'_>) -> String {
    #[derive(Deserialize)]
    struct Metadata<'a> {
        #[serde(borrow)]
        exit: Raw<'a>,
    }
    let metadata = state.metadata.and_then(|raw| serde_json::from_str::<Metadata<'_>>(raw.get()).ok());
    metadata.and_then(|metadata| integer(metadata.exit)).map_or(String::new(), |code| format!(", exit {code}"))
}

/// The line for an error, a retry, an open request or a compaction.
fn one_line(event: &Event<'_>) -> Option<String> {
    let decoded = |raw: Option<Raw<'_>>| raw.map(|r| text::decode(r).into_owned()).unwrap_or_default();
    Some(match event {
        Event::Error { name, message } => format!("error: {name}: {}", decoded(*message)),
        Event::Status(Status::Retry { attempt, message, .. }) => {
            format!("retry {attempt}: {}", decoded(*message))
        }
        Event::Asked { question: true, what, .. } => format!("asks the user: {}", decoded(*what)),
        Event::Asked { question: false, what, .. } => format!("asks for permission: {}", decoded(*what)),
        Event::Compacted => "the context was compacted".to_owned(),
        _ => return None,
    })
}

#[cfg(test)]
#[path = "sample_tests.rs"]
mod tests;
