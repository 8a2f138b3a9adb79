//! When rules about waiting report: after one unit of time, each time it has doubled, and when it is time to stop.

use crate::wire::Timestamp;

/// How often `unit` milliseconds have passed.
pub(super) fn laps(since: Timestamp, unit: i64, now: Timestamp) -> u64 {
    u64::try_from(now.since(since) / unit.max(1)).unwrap_or(0)
}

/// When to report next: after 1, 2, 4, … units of `unit` milliseconds, and after `stop` units.
pub(super) fn next_report(since: Timestamp, unit: i64, stop: u64, now: Timestamp) -> Timestamp {
    let passed = laps(since, unit, now);
    let doubled = (passed + 1).checked_next_power_of_two().unwrap_or(u64::MAX);
    let next = if passed < stop { doubled.min(stop) } else { doubled };
    since.after(unit.max(1).saturating_mul(i64::try_from(next).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_at_each_doubling() {
        let time = Timestamp::from_ms;
        let mut now = time(1000);
        let mut reports = Vec::new();
        for _ in 0..6 {
            now = next_report(time(1000), 10, 12, now);
            reports.push(laps(time(1000), 10, now));
        }
        assert_eq!(reports, [1, 2, 4, 8, 12, 16]);
        assert_eq!(laps(time(5), 0, time(3)), 0, "the clock went back");
        let end = time(i64::MAX);
        assert_eq!(next_report(time(0), i64::MAX, u64::MAX, end), end);
    }
}
