//! What the worker did lately, in lines that a reviewer can read: text once, calls summarised, errors.
//!
//! No tool results, no reasoning, no system text. A delta and the snapshot that repeats it count once.

use crate::review::intake::recent::{beginning_of, end_of};
use crate::review::redact::Masker;
use crate::wire::Raw;
use crate::wire::part::{Part, ToolState, integer};
use crate::wire::{Event, Observation, Status, observe, text};
use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// How many lines a sample has at the most (SMP-01).
pub(crate) const LINES: usize = 100;
/// How long a line is, in characters.
const LINE: usize = 400;
/// How much of a call's input is shown, in characters.
const INPUT: usize = 240;
/// How much of an error is shown, in characters.
const ERROR: usize = 200;

/// Who wrote a text, or what else an item is.
enum Item<'a> {
    /// A text or reasoning part, or one whose kind is not known yet.
    Text(Text<'a>),
    /// A tool call, as it stands.
    Call(Box<Part<'a>>),
    /// Something that is one line already.
    Line(String),
}

#[derive(Default)]
struct Text<'a> {
    message: Cow<'a, str>,
    /// `text`, `reasoning`, …; empty while only deltas were seen.
    kind: Cow<'a, str>,
    synthetic: bool,
    whole: Option<Raw<'a>>,
    /// What came after `whole`.
    deltas: Vec<Raw<'a>>,
}

/// Reads the last [`LINES`] lines of `session` out of raw lines, oldest first. `users` names the messages that
/// are known to be the user's own.
pub(crate) fn sample<'u>(
    raw: &[u8],
    session: &str,
    users: impl IntoIterator<Item = &'u str>,
    masker: &Masker,
) -> Vec<String> {
    let lines: Vec<Cow<'_, str>> = raw.split(|b| *b == b'\n').map(String::from_utf8_lossy).collect();
    let mut reading = Reading {
        users: users.into_iter().map(str::to_owned).collect(),
        ..Reading::default()
    };
    for line in &lines {
        if let Ok(seen) = observe(line)
            && seen.session.as_deref() == Some(session)
        {
            reading.take(seen);
        }
    }
    reading.last_lines(masker)
}

#[derive(Default)]
struct Reading<'a> {
    users: HashSet<String>,
    items: Vec<Item<'a>>,
    /// Where each part is among the items.
    parts: HashMap<Cow<'a, str>, usize>,
}

impl<'a> Reading<'a> {
    fn take(&mut self, seen: Observation<'a>) {
        match seen.event {
            Event::Message {
                id, from_user: true, ..
            } => {
                self.users.insert(id.into_owned());
            }
            Event::Part(part) if part.tool.is_some() => {
                let place = self.place(part.id.clone());
                self.items[place] = Item::Call(Box::new(part));
            }
            Event::Part(part) if part.text.is_some() => self.take_text(part),
            Event::Delta { part, message, text } => {
                let place = self.place(part);
                if let Item::Text(known) = &mut self.items[place] {
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

    fn take_text(&mut self, part: Part<'a>) {
        let place = self.place(part.id);
        if let Item::Text(known) = &mut self.items[place] {
            known.message = part.message;
            known.kind = part.kind;
            known.synthetic = part.synthetic == Some(true);
            // The empty snapshot that opens a part repeats none of the deltas that overtook it.
            if part.text.is_some_and(|raw| !text::decode(raw).is_empty()) {
                known.whole = part.text;
                known.deltas.clear();
            }
        }
    }

    /// The item of a part: where it was first seen.
    fn place(&mut self, part: Cow<'a, str>) -> usize {
        let next = self.items.len();
        let place = *self.parts.entry(part).or_insert(next);
        if place == next {
            self.items.push(Item::Text(Text::default()));
        }
        place
    }

    fn last_lines(&self, masker: &Masker) -> Vec<String> {
        // Newest first, so that nothing older is decoded than what is shown.
        let mut newest: Vec<(String, usize)> = Vec::new();
        for item in self.items.iter().rev() {
            let lines = self.lines_of(item, masker);
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
            .map(|(line, times)| {
                if times > 1 {
                    format!("{line} (×{times})")
                } else {
                    line
                }
            })
            .collect()
    }

    fn lines_of(&self, item: &Item<'a>, masker: &Masker) -> Vec<String> {
        match item {
            Item::Text(text) if text.kind == "text" && !text.synthetic => {
                let who = if self.users.contains(&*text.message) {
                    "user"
                } else {
                    "agent"
                };
                let written = end_of(&text.all(), masker);
                let lines = written.lines().filter(|line| !line.trim().is_empty());
                lines
                    .map(|line| format!("{who}: {}", text::excerpt(line, LINE)))
                    .collect()
            }
            Item::Text(_) => Vec::new(),
            Item::Call(part) => vec![call(part, masker)],
            Item::Line(line) => vec![text::excerpt(&masker.mask(line), LINE)],
        }
    }
}

impl Text<'_> {
    fn all(&self) -> String {
        let pieces = self.whole.iter().chain(&self.deltas);
        pieces.map(|raw| text::decode(*raw)).collect()
    }
}

/// One call in one line: the tool, what it was given, and what became of it; never its result.
fn call(part: &Part<'_>, masker: &Masker) -> String {
    let tool = text::excerpt(&masker.mask(part.tool.as_deref().unwrap_or_default()), ERROR);
    let Some(state) = &part.state else {
        return format!("call {tool}");
    };
    let input = state.input.map(|raw| arguments(raw, masker)).unwrap_or_default();
    let outcome = match (&*state.status, state.error) {
        ("error", Some(error)) => format!("error: {}", first_line(&text::decode(error), masker)),
        (status, _) => format!("{}{}", text::excerpt(status, ERROR), exit_code(state)),
    };
    format!("call {tool} {input} → {outcome}")
}

/// A call's arguments in one line. Each string is masked as it was meant: in JSON, a line break before a key
/// reads like the beginning of its name.
pub(crate) fn arguments(raw: Raw<'_>, masker: &Masker) -> String {
    let flat = match serde_json::from_str::<Value>(raw.get()) {
        Ok(mut value @ Value::Object(_)) => {
            mask_strings(&mut value, masker);
            let members = value.as_object().into_iter().flatten();
            let shown = members.map(|(name, value)| match value {
                Value::String(value) => format!("{name}: {value}"),
                other => format!("{name}: {other}"),
            });
            shown.collect::<Vec<_>>().join("; ")
        }
        _ => text::decode(raw).into_owned(),
    };
    text::excerpt(&beginning_of(&flat, masker), INPUT)
}

/// Masks every string in a value. The parser bounds how deep it goes.
fn mask_strings(value: &mut Value, masker: &Masker) {
    match value {
        Value::String(text) => *text = beginning_of(text, masker),
        Value::Array(items) => items.iter_mut().for_each(|item| mask_strings(item, masker)),
        Value::Object(members) => members.values_mut().for_each(|item| mask_strings(item, masker)),
        _ => {}
    }
}

fn first_line(error: &str, masker: &Masker) -> String {
    let safe = beginning_of(error, masker);
    let line = safe.lines().find(|line| !line.trim().is_empty());
    text::excerpt(line.unwrap_or_default(), ERROR)
}

/// `, exit 1` where the tool says so: the one part of a result that tells more than it takes.
fn exit_code(state: &ToolState<'_>) -> String {
    #[derive(Deserialize)]
    struct Notes<'a> {
        #[serde(borrow)]
        exit: Raw<'a>,
    }
    let notes = state
        .metadata
        .and_then(|raw| serde_json::from_str::<Notes<'_>>(raw.get()).ok());
    notes
        .and_then(|notes| integer(notes.exit))
        .map_or(String::new(), |code| format!(", exit {code}"))
}

/// What else is worth a line: errors, retries, open requests, compactions.
fn one_line(event: &Event<'_>) -> Option<String> {
    let said = |raw: Option<Raw<'_>>| raw.map(|r| text::decode(r).into_owned()).unwrap_or_default();
    Some(match event {
        Event::Error { name, message } => format!("error: {name}: {}", said(*message)),
        Event::Status(Status::Retry { attempt, message, .. }) => {
            format!("retry {attempt}: {}", said(*message))
        }
        Event::Asked {
            question: true, what, ..
        } => format!("asks the user: {}", said(*what)),
        Event::Asked {
            question: false,
            what,
            ..
        } => format!("asks for permission: {}", said(*what)),
        Event::Compacted => "the context was compacted".to_owned(),
        _ => return None,
    })
}

#[cfg(test)]
#[path = "sample_tests.rs"]
mod tests;
