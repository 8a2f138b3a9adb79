//! Ranks how bad a recording is, so that the worst comes first.

use super::Summary;
use crate::wire::record::Grade;
use std::fmt;

/// How bad a recording is, from good to bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is wrong with it, as far as the lines tell.
    Clean,
    /// There are notices only.
    Notice,
    /// Nothing was found, but the run or its last session did not end well.
    Ended,
    /// There are warnings.
    Warn,
    /// Nothing in it was understood, so nothing can be said about it.
    Unread,
    /// Something was found that is worth ending a session for.
    Stop,
}

impl Severity {
    pub(super) fn of(summary: &Summary) -> Self {
        let worst = summary.episodes.iter().map(|episode| episode.grade).max();
        match worst {
            Some(Grade::Stop) => Self::Stop,
            _ if summary.foreign.is_some() => Self::Unread,
            Some(Grade::Warn) => Self::Warn,
            _ if !ended_well(summary) => Self::Ended,
            Some(Grade::Notice) => Self::Notice,
            None => Self::Clean,
        }
    }
}

/// Whether the run succeeded; where there was no run, whether the last session that came to rest may be done, for
/// nothing contradicts it.
fn ended_well(summary: &Summary) -> bool {
    match (&summary.end, summary.rests.last()) {
        (Some(end), _) => end.exit_code == 0,
        (None, Some(rest)) => !rest.doubted,
        (None, None) => false,
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Clean => "clean",
            Self::Notice => "notice",
            Self::Ended => "unsure",
            Self::Warn => "warn",
            Self::Unread => "unread",
            Self::Stop => "stop",
        })
    }
}
