//! Parses lines of `opencode run --format json`, in which the part stands next to the type.

use super::opencode;
use crate::wire::event::Event;
use crate::wire::json::decode::object;
use crate::wire::json::raw::Raw;

/// What a line of type `kind` with this `part` or `error` says.
pub(super) fn parse_event<'a>(kind: &str, part: Option<Raw<'a>>, error: Option<Raw<'a>>) -> Event<'a> {
    let part = part.and_then(|part| object(part.get())).map(Event::Part);
    let error = error.filter(|_| kind == "error").and_then(|error| object(error.get()).map(opencode::error));
    part.or(error).unwrap_or(Event::Other)
}
