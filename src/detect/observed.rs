//! The calls of a session as the rules see them, for whoever wants to try a rule of his own on the
//! same observations.

use super::call::Call;
use super::config::Config;
use super::hash;
use super::memory::Recent;
use crate::wire::record::Point;
use crate::wire::{Event, observe};

/// Calls that are told apart from those already counted.
const KNOWN: usize = 100_000;

/// One call that came to its end, counted once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// The session.
    pub session: String,
    /// The message that made it.
    pub message: String,
    /// The same for the same tool and input.
    pub call: u64,
    /// The same for the same call with the same masked result.
    pub with_result: u64,
    /// Whether it failed.
    pub failed: bool,
}

/// The calls in these lines, in the order in which they ended.
pub fn observed<'a>(lines: impl IntoIterator<Item = &'a str>) -> Vec<Observed> {
    let config = Config::default();
    let mut known = Recent::new(KNOWN);
    let mut calls = Vec::new();
    for line in lines {
        let Ok(seen) = observe(line) else {
            continue;
        };
        let (Event::Part(part), Some(session)) = (&seen.event, &seen.session) else {
            continue;
        };
        let point = Point {
            ts: seen.ts.unwrap_or_default(),
            id: part.id.clone().into_owned(),
        };
        let Some(call) = (part.kind == "tool")
            .then(|| Call::read(part, point, &config))
            .flatten()
        else {
            continue;
        };
        if known.put(hash::of(&*part.id), 0).is_none() {
            calls.push(Observed {
                session: session.clone().into_owned(),
                call: call.a,
                with_result: call.ar(),
                failed: call.failed(),
                message: call.message,
            });
        }
    }
    calls
}
