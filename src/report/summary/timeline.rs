//! Records when the calls ran and the tokens were used, in bounded memory.

use crate::wire::{Timestamp, Usage};

/// The most bars, and the most points, that are kept. A drawing is about as many pixels wide.
const MOST: usize = 1000;

/// Calls that ran one after the other, or a single one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar {
    /// The place of the session among those of the summary.
    pub session: usize,
    /// When the first call began.
    pub start: Timestamp,
    /// When the last call ended.
    pub end: Timestamp,
    /// How many calls it stands for.
    pub calls: u64,
    /// How many of them failed.
    pub failed: u64,
}

/// What had been used at a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    /// The time.
    pub at: Timestamp,
    /// The place of the session among those of the summary, if it has one.
    pub session: Option<usize>,
    /// Tokens so far.
    pub tokens: u64,
    /// Dollars so far.
    pub dollars: f64,
}

/// The calls and the use over time. A long recording has coarser bars and fewer marks.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    /// The calls, in the order in which they ended.
    pub bars: Vec<Bar>,
    /// The use, in the order of the lines.
    pub marks: Vec<Mark>,
    /// How many steps one mark stands for, less one.
    skipped: u64,
    /// Steps since the last mark.
    since_mark: u64,
}

impl Timeline {
    /// Adds a call.
    pub(super) fn add_call(&mut self, bar: Bar) {
        if self.bars.len() >= MOST {
            self.merge_bars();
        }
        self.bars.push(bar);
    }

    /// Notes what had been used at a time.
    pub(super) fn add_step(&mut self, at: Timestamp, session: Option<usize>, total: &Usage) {
        self.since_mark += 1;
        let mark = Mark { at, session, tokens: total.tokens, dollars: total.dollars };
        if self.since_mark <= self.skipped
            && let Some(last) = self.marks.last_mut()
        {
            // The last mark always tells the present total.
            *last = mark;
            return;
        }
        self.since_mark = 0;
        if self.marks.len() >= MOST {
            let mut index = 0;
            self.marks.retain(|_| {
                index += 1;
                index % 2 == 0
            });
            self.skipped = self.skipped * 2 + 1;
        }
        self.marks.push(mark);
    }

    /// Joins each bar with the next one of its session, so that about half of them remain.
    fn merge_bars(&mut self) {
        let mut merged: Vec<Bar> = Vec::with_capacity(MOST);
        let mut joined = std::collections::HashMap::new();
        for bar in &self.bars {
            if let Some(at) = joined.remove(&bar.session) {
                let first: &mut Bar = &mut merged[at];
                first.start = first.start.min(bar.start);
                first.end = first.end.max(bar.end);
                first.calls += bar.calls;
                first.failed += bar.failed;
            } else {
                joined.insert(bar.session, merged.len());
                merged.push(*bar);
            }
        }
        self.bars = merged;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_bounded_and_loses_no_call() {
        let mut timeline = Timeline::default();
        let mut total = Usage::default();
        for (n, session) in (0..20_000).zip([0, 1, 2].into_iter().cycle()) {
            let at = Timestamp::from_ms(n);
            timeline.add_call(Bar { session, start: at, end: at, calls: 1, failed: 0 });
            total.tokens += 1;
            timeline.add_step(at, Some(session), &total);
        }
        assert!(timeline.bars.len() <= MOST && timeline.marks.len() <= MOST);
        assert_eq!(timeline.bars.iter().map(|bar| bar.calls).sum::<u64>(), 20_000);
        assert_eq!(timeline.marks.last().unwrap().tokens, 20_000);
        assert!(timeline.marks.is_sorted_by_key(|mark| mark.at));
    }
}
