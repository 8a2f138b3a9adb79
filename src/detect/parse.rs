//! What a line says by itself, whatever came before it: so lines can be read side by side.

use super::call::{Call, is_over};
use super::config::Config;
use super::detector::MAX_TIME;
use crate::wire::record::Point;
use crate::wire::{Event, Head, Observation, head, matters, observe_with_head};

/// A line that has been read.
// Most are events, and a box each would cost an allocation a line.
#[allow(clippy::large_enum_variant)]
pub(super) enum Seen<'a> {
    /// It says nothing but that time passes.
    Passes(Head<'a>),
    /// An event, with the call that came to its end in it.
    Event(Observation<'a>, Option<Box<Call>>),
    /// Bytes that are no UTF-8.
    Torn(&'a [u8]),
    /// Nothing but white space.
    Blank,
    /// No JSON object.
    Garbage,
}

/// Reads a line. With `strict`, to its end: nothing is taken on trust.
pub(super) fn read<'a>(line: &'a [u8], config: &Config, strict: bool) -> Seen<'a> {
    let head = head(line).filter(|_| !strict);
    if let Some(head) = head.filter(|head| !matters(head.kind)) {
        return Seen::Passes(head);
    }
    std::str::from_utf8(line).map_or(Seen::Torn(line), |text| read_text(head, text, config))
}

/// Reads a line whose head has been read.
pub(super) fn read_text<'a>(head: Option<Head<'a>>, text: &'a str, config: &Config) -> Seen<'a> {
    match observe_with_head(head, text) {
        Ok(seen) => {
            let call = ended_call(&seen, config);
            Seen::Event(seen, call)
        }
        Err(_) if text.trim().is_empty() => Seen::Blank,
        Err(_) => Seen::Garbage,
    }
}

/// The call that came to its end, where the line says when.
fn ended_call(seen: &Observation<'_>, config: &Config) -> Option<Box<Call>> {
    let (Event::Part(part), Some(ts)) = (&seen.event, seen.ts) else {
        return None;
    };
    if part.kind != "tool" || !part.state.as_ref().is_some_and(is_over) {
        return None;
    }
    let point = Point {
        ts: ts.clamp(-MAX_TIME, MAX_TIME),
        id: seen.id.as_deref().unwrap_or_default().to_owned(),
    };
    Call::read(part, point, config).map(Box::new)
}
