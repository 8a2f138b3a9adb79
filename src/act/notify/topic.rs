//! The topics that a notification can be about.

use clap::ValueEnum;
use serde::Serialize;
use std::fmt;

/// What a notification can be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Topic {
    /// A session waits for a person: a permission, a question, or what to do next.
    Blocked,
    /// The provider refuses requests until a given time, or for a long while.
    Quota,
    /// A session is busy, but silent for too long.
    Stall,
    /// Any other finding of grade warn or stop.
    Found,
    /// The run is over, and the task is done.
    Success,
    /// The run is over, with any other outcome.
    Failure,
    /// Everything.
    All,
}

impl Topic {
    /// Whether one of the wanted topics is or contains this one.
    pub(super) fn is_in(self, wanted: &[Self]) -> bool {
        wanted.iter().any(|topic| *topic == Self::All || *topic == self)
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}
