//! Stops asking a reviewer that keeps failing, and tries again later. Time is that of the lines.

use crate::review::reviewer::error::Blame;

/// How many reviews in a row fail before the reviewer is left alone.
const FAILURES: u32 = 3;
/// For how long, in milliseconds.
const REST: i64 = 60_000;

/// A circuit breaker.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    failures: u32,
    until: Option<i64>,
}

impl Breaker {
    /// Whether the reviewer may be asked now. After its rest it may be, once, to see whether it is back.
    pub(crate) fn allows(&self, now: i64) -> bool {
        self.until.is_none_or(|until| now >= until)
    }

    /// Notes how a review ended. One lasting failure is enough: whatever is asked would fail again. One that is
    /// about its question says nothing about the next.
    pub(crate) fn note(&mut self, failed: Option<Blame>, now: i64) {
        match failed {
            None => *self = Self::default(),
            Some(Blame::Question) => {}
            Some(blame) => self.count(blame == Blame::Lasting, now),
        }
    }

    fn count(&mut self, hopeless: bool, now: i64) {
        self.failures = self.failures.saturating_add(1);
        if hopeless || self.failures >= FAILURES {
            self.until = Some(now.saturating_add(REST));
            tracing::warn!(
                "the reviewer is not asked for {} s; the rules decide",
                REST / 1000
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_failures_in_a_row_rest_the_reviewer_and_a_success_forgives_them() {
        let mut breaker = Breaker::default();
        breaker.note(Some(Blame::Passing), 0);
        breaker.note(Some(Blame::Passing), 0);
        breaker.note(None, 0);
        breaker.note(Some(Blame::Passing), 10);
        breaker.note(Some(Blame::Passing), 10);
        assert!(breaker.allows(10));
        breaker.note(Some(Blame::Passing), 10);
        assert!(!breaker.allows(10 + REST - 1));
        assert!(breaker.allows(10 + REST));
        breaker.note(Some(Blame::Passing), 10 + REST);
        assert!(!breaker.allows(11 + REST));
    }

    #[test]
    fn one_hopeless_failure_is_enough() {
        let mut breaker = Breaker::default();
        breaker.note(Some(Blame::Lasting), 0);
        assert!(!breaker.allows(1));
    }

    #[test]
    fn what_is_about_one_question_is_not_counted() {
        let mut breaker = Breaker::default();
        for _ in 0..10 {
            breaker.note(Some(Blame::Question), 0);
        }
        assert!(breaker.allows(1));
    }
}
