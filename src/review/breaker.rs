//! Stops asking a reviewer that keeps failing, and tries again later. Time is that of the lines.

/// How many reviews in a row fail before the reviewer is left alone.
const FAILURES: u32 = 3;
/// For how long, in milliseconds.
const REST: i64 = 60_000;

/// A circuit breaker.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    failures: u32,
    until: Option<i64>,
}

impl Breaker {
    /// Whether the reviewer may be asked now. After its rest it may be, once, to see whether it is back.
    pub(super) fn allows(&self, now: i64) -> bool {
        self.until.is_none_or(|until| now >= until)
    }

    /// Notes how a review ended. One `hopeless` failure is enough: the same question would fail again.
    pub(super) fn note(&mut self, failed: bool, hopeless: bool, now: i64) {
        if !failed {
            *self = Self::default();
            return;
        }
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
        breaker.note(true, false, 0);
        breaker.note(true, false, 0);
        breaker.note(false, false, 0);
        breaker.note(true, false, 10);
        breaker.note(true, false, 10);
        assert!(breaker.allows(10));
        breaker.note(true, false, 10);
        assert!(!breaker.allows(10 + REST - 1));
        assert!(breaker.allows(10 + REST));
        breaker.note(true, false, 10 + REST);
        assert!(!breaker.allows(11 + REST));
    }

    #[test]
    fn one_hopeless_failure_is_enough() {
        let mut breaker = Breaker::default();
        breaker.note(true, true, 0);
        assert!(!breaker.allows(1));
    }
}
