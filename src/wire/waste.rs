//! Adds up what problems wasted, each call once.

use super::record::Wasted;
use super::time::Timestamp;

/// A problem in a session: from when to when, and what it wasted.
#[derive(Debug, Clone)]
pub struct WastefulSpan {
    /// The session.
    pub session: String,
    /// When it began.
    pub since: Timestamp,
    /// When it was last seen.
    pub last: Timestamp,
    /// What it wasted.
    pub wasted: Wasted,
}

/// What these problems wasted together. The same calls may show several problems; of those of one session that overlap
/// in time, only the costliest counts. It is never more than what was `used`, where that is known.
pub fn waste(mut spans: Vec<WastefulSpan>, used: Wasted) -> Wasted {
    spans.sort_by(|a, b| a.session.cmp(&b.session).then(a.since.cmp(&b.since)));
    let (mut total, mut group) = (Wasted::default(), Wasted::default());
    let mut end: Option<(&str, Timestamp)> = None;
    for span in &spans {
        match end {
            Some((session, last)) if session == span.session && span.since <= last => {
                end = Some((session, last.max(span.last)));
            }
            _ => {
                total = sum(total, group);
                (group, end) = (Wasted::default(), Some((&*span.session, span.last)));
            }
        }
        group.calls = group.calls.max(span.wasted.calls);
        group.tokens = group.tokens.max(span.wasted.tokens);
    }
    let total = sum(total, group);
    // Not every agent says what it uses.
    let at_most = |count: u64, used: u64| if used > 0 { count.min(used) } else { count };
    Wasted { calls: at_most(total.calls, used.calls), tokens: at_most(total.tokens, used.tokens) }
}

fn sum(a: Wasted, b: Wasted) -> Wasted {
    Wasted { calls: a.calls.saturating_add(b.calls), tokens: a.tokens.saturating_add(b.tokens) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(session: &str, since: i64, last: i64, calls: u64) -> WastefulSpan {
        let (since, last) = (Timestamp::from_ms(since), Timestamp::from_ms(last));
        WastefulSpan { session: session.to_owned(), since, last, wasted: Wasted { calls, tokens: 10 * calls } }
    }

    fn calls(spans: Vec<WastefulSpan>, used: u64) -> u64 {
        waste(spans, Wasted { calls: used, tokens: 10 * used }).calls
    }

    #[test]
    fn what_overlaps_counts_once() {
        // The second is within the first, the third only touches its end.
        let shared = || vec![span("a", 1, 9, 7), span("a", 3, 5, 2), span("a", 9, 12, 5)];
        assert_eq!(calls(shared(), 100), 7);
        assert_eq!(calls([shared(), vec![span("a", 13, 20, 3), span("b", 2, 6, 4)]].concat(), 100), 14);
        assert_eq!(calls(Vec::new(), 100), 0);
    }

    #[test]
    fn never_more_than_was_used() {
        let apart = || vec![span("a", 1, 2, 7), span("a", 3, 5, 6)];
        assert_eq!((calls(apart(), 10), calls(apart(), 0)), (10, 13));
    }
}
