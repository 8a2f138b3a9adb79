//! Reads everything from a line that does not depend on earlier lines, so that lines can be parsed in parallel.

use super::call::Call;
use super::config::Config;
use crate::wire::record::Point;
use crate::wire::{Event, Head, Observation, Timestamp, data_field, head, is_event_field, matters, observe_with_head};

/// A line that was parsed.
// Most lines are events, and a box each would cost an allocation per line.
#[allow(clippy::large_enum_variant)]
pub(super) enum ParsedLine<'a> {
    /// An event of a type that means nothing here.
    Irrelevant,
    /// An event, with the call that ended in it.
    Event(Observation<'a>, Option<Box<Call>>),
    /// A JSON object that is not an event, and the whole line.
    Foreign(Observation<'a>, &'a [u8]),
    /// Bytes that are not UTF-8.
    NotUtf8(&'a [u8]),
    /// White space only, which ends a server-sent event.
    Blank,
    /// A field of a server-sent event without the payload.
    EventField,
    /// A piece of the payload of a server-sent event.
    Data(&'a [u8]),
    /// Anything that is not a JSON object.
    NotJson(&'a [u8]),
}

/// Parses a line. Unless `strict`, a line that is irrelevant by its head is not parsed further.
pub(super) fn parse<'a>(line: &'a [u8], config: &Config, strict: bool) -> ParsedLine<'a> {
    let head = head(line).filter(|_| !strict);
    // The bus has no types without a dot, so such a line comes from elsewhere.
    if head.is_some_and(|head| !matters(head.kind) && head.kind.contains('.')) {
        return ParsedLine::Irrelevant;
    }
    std::str::from_utf8(line).map_or(ParsedLine::NotUtf8(line), |text| parse_text(head, text, config))
}

/// Parses a line whose head is known, if it has one.
pub(super) fn parse_text<'a>(head: Option<Head<'a>>, text: &'a str, config: &Config) -> ParsedLine<'a> {
    match observe_with_head(head, text) {
        Ok(observation) if observation.dialect.is_none() => ParsedLine::Foreign(observation, text.as_bytes()),
        Ok(observation) => {
            let call = ended_call(&observation, config);
            ParsedLine::Event(observation, call)
        }
        Err(_) if text.trim().is_empty() => ParsedLine::Blank,
        Err(_) if is_event_field(text.as_bytes()) => ParsedLine::EventField,
        Err(_) => match data_field(text.as_bytes()) {
            Some(value) => ParsedLine::Data(value),
            None => ParsedLine::NotJson(text.as_bytes()),
        },
    }
}

/// The call that ended in this line, if the line says when.
fn ended_call(observation: &Observation<'_>, config: &Config) -> Option<Box<Call>> {
    let (Event::Part(part), Some(ts)) = (&observation.event, observation.ts) else {
        return None;
    };
    if part.kind != "tool" {
        return None;
    }
    let point =
        || Point { ts: Timestamp::from_ms(ts).ms(), id: observation.id.as_deref().unwrap_or_default().to_owned() };
    Call::read(part, point, config).map(Box::new)
}
