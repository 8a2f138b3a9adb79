//! A report: one recording or several, the worst first.

use super::habits::{Habit, habits};
use super::summary::{Severity, Summary};
use super::units::{count, number};
use crate::wire::Usage;
use crate::wire::record::{Grade, Wasted};
use std::cmp::Reverse;

/// Recordings, the worst first, and their totals.
#[derive(Debug)]
pub struct Report {
    /// The recordings, the worst first.
    pub recordings: Vec<Summary>,
    /// What each rule found, the costliest first.
    pub habits: Vec<Habit>,
    /// What all recordings used.
    pub usage: Usage,
    /// What all recordings wasted.
    pub wasted: Wasted,
    /// How long all recordings are together, in milliseconds.
    pub lasted: i64,
}

impl Report {
    /// A report on these recordings.
    pub fn new(mut recordings: Vec<Summary>) -> Self {
        recordings.sort_by(|a, b| {
            let badness = |s: &Summary| Reverse((s.severity(), s.wasted.tokens, s.wasted.calls, s.episodes.len()));
            badness(a).cmp(&badness(b)).then_with(|| a.file.cmp(&b.file))
        });
        let (mut usage, mut wasted, mut lasted) = (Usage::default(), Wasted::default(), 0i64);
        for recording in &recordings {
            usage.add(&recording.usage);
            wasted.calls = wasted.calls.saturating_add(recording.wasted.calls);
            wasted.tokens = wasted.tokens.saturating_add(recording.wasted.tokens);
            lasted = lasted.saturating_add(recording.lasted());
        }
        Self { habits: habits(&recordings), recordings, usage, wasted, lasted }
    }

    /// The recording, if the report is about a single one.
    pub fn single(&self) -> Option<&Summary> {
        match &*self.recordings {
            [only] => Some(only),
            _ => None,
        }
    }

    /// How many problems of this grade there are.
    pub fn count(&self, grade: Grade) -> u64 {
        self.recordings.iter().map(|recording| recording.count(grade)).sum()
    }

    /// What the waste cost in dollars; `None` if no price is known.
    pub fn wasted_dollars(&self) -> Option<f64> {
        let known = self.recordings.iter().filter_map(Summary::wasted_dollars);
        known.reduce(|a, b| a + b)
    }

    /// How many recordings there are, how many of them have a problem or did not end well, and how many could not be
    /// read: `11 recordings, 6 with a problem, 1 unread`.
    pub fn headline(&self) -> String {
        let count_of =
            |test: fn(Severity) -> bool| self.recordings.iter().filter(|r| test(r.severity())).count() as u64;
        let troubled = count_of(|severity| severity > Severity::Notice && severity != Severity::Unread);
        let all = count(self.recordings.len() as u64, "recording");
        let unread = match count_of(|severity| severity == Severity::Unread) {
            0 => String::new(),
            unread => format!(", {} unread", number(unread)),
        };
        format!("{all}, {} with a problem{unread}", number(troubled))
    }
}
