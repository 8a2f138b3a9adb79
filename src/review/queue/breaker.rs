//! A circuit breaker: stops asking a reviewer that keeps failing, and tries again later. Its time is that of the lines.

use crate::review::opinion::Scope;
use crate::wire::Timestamp;

/// How many failed reviews in a row open the breaker.
const FAILURES: u32 = 3;
/// How long it stays open, in milliseconds.
const OPEN_FOR: i64 = 60_000;

/// A circuit breaker.
#[derive(Debug, Default)]
pub struct Breaker {
    failures: u32,
    open_until: Option<Timestamp>,
}

impl Breaker {
    /// Whether the reviewer may be asked. Once [`OPEN_FOR`] is over, one question tests whether it has recovered.
    pub fn allows(&self, now: Timestamp) -> bool {
        self.open_until.is_none_or(|until| now >= until)
    }

    /// Whether the reviewer has failed and not answered since, so that a question is a test.
    pub fn is_testing(&self) -> bool {
        self.open_until.is_some()
    }

    /// Records how a review ended. A permanent failure, or an address where nothing answers, opens the breaker at once; a
    /// failure that concerns its question only does not count.
    pub fn record(&mut self, failure: Option<Scope>, now: Timestamp) {
        let permanent = match failure {
            None => {
                *self = Self::default();
                return;
            }
            Some(Scope::ThisRequest) => return,
            Some(scope) => matches!(scope, Scope::Permanent | Scope::Unreachable),
        };
        self.failures = self.failures.saturating_add(1);
        if permanent || self.failures >= FAILURES {
            self.open_until = Some(now.after(OPEN_FOR));
            tracing::warn!("not asking the reviewer for {} s; the built-in rules decide", OPEN_FOR / 1000);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(ms)
    }

    #[test]
    fn opens_after_three_failures() {
        let mut breaker = Breaker::default();
        breaker.record(Some(Scope::Transient), at(0));
        breaker.record(Some(Scope::Transient), at(0));
        breaker.record(None, at(0));
        breaker.record(Some(Scope::Transient), at(10));
        breaker.record(Some(Scope::Transient), at(10));
        assert!(breaker.allows(at(10)));
        breaker.record(Some(Scope::Transient), at(10));
        assert!(!breaker.allows(at(10 + OPEN_FOR - 1)));
        assert!(breaker.allows(at(10 + OPEN_FOR)));
        breaker.record(Some(Scope::Transient), at(10 + OPEN_FOR));
        assert!(!breaker.allows(at(11 + OPEN_FOR)));
    }

    #[test]
    fn opens_after_permanent_failure() {
        for scope in [Scope::Permanent, Scope::Unreachable] {
            let mut breaker = Breaker::default();
            breaker.record(Some(scope), at(0));
            assert!(!breaker.allows(at(1)) && breaker.is_testing());
            breaker.record(None, at(OPEN_FOR));
            assert!(!breaker.is_testing());
        }
    }

    #[test]
    fn ignores_failures_of_one_request() {
        let mut breaker = Breaker::default();
        for _ in 0..10 {
            breaker.record(Some(Scope::ThisRequest), at(0));
        }
        assert!(breaker.allows(at(1)));
    }
}
