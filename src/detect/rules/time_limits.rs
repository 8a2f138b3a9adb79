//! Time limits with a grade each, for rules that report each time the next one is reached.

use crate::wire::Timestamp;
use crate::wire::record::Grade;

/// How long something may last, in milliseconds, before each grade.
#[derive(Debug, Clone, Copy)]
pub(super) struct TimeLimits {
    pub(super) notice: Option<i64>,
    pub(super) warn: Option<i64>,
    pub(super) stop: Option<i64>,
}

impl TimeLimits {
    /// The gravest grade whose limit is reached after this many milliseconds.
    pub(super) fn grade(&self, lasted: i64) -> Option<Grade> {
        let is_reached = |limit: Option<i64>| limit.is_some_and(|limit| lasted >= limit);
        let grades = [(self.stop, Grade::Stop), (self.warn, Grade::Warn), (self.notice, Grade::Notice)];
        grades.into_iter().find(|(limit, _)| is_reached(*limit)).map(|(_, grade)| grade)
    }

    /// When the next limit after `reported` is reached.
    pub(super) fn next(&self, since: Timestamp, reported: Option<Grade>) -> Option<Timestamp> {
        let grades = [(self.notice, Grade::Notice), (self.warn, Grade::Warn), (self.stop, Grade::Stop)];
        let due = grades.into_iter().filter(|(_, grade)| reported < Some(*grade));
        due.filter_map(|(limit, _)| Some(since.after(limit?))).min()
    }
}

/// `n` times `unit` milliseconds.
pub(super) fn times(unit: i64, n: u64) -> i64 {
    unit.saturating_mul(i64::try_from(n).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_each_limit() {
        let limits = TimeLimits { notice: Some(10), warn: None, stop: Some(100) };
        assert_eq!(limits.grade(9), None);
        assert_eq!(limits.grade(99), Some(Grade::Notice));
        assert_eq!(limits.grade(100), Some(Grade::Stop));
        let since = Timestamp::from_ms(5);
        let next = |reported| limits.next(since, reported).map(Timestamp::ms);
        assert_eq!(next(None), Some(15));
        assert_eq!(next(Some(Grade::Notice)), Some(105));
        assert_eq!(next(Some(Grade::Stop)), None);
    }
}
