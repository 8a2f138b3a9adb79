//! What rules on waiting have in common: they speak at once, at each doubling, and when it is to end.

/// How often `unit` has passed since then.
pub(super) fn laps(since: i64, unit: i64, now: i64) -> u64 {
    u64::try_from(now.saturating_sub(since) / unit.max(1)).unwrap_or(0)
}

/// When there is something to say next: after one `unit`, at each doubling, and after `stop` of them.
pub(super) fn next(since: i64, unit: i64, stop: u64, now: i64) -> i64 {
    let passed = laps(since, unit, now);
    let doubled = (passed + 1).checked_next_power_of_two().unwrap_or(u64::MAX);
    let next = if passed < stop { doubled.min(stop) } else { doubled };
    since.saturating_add(
        unit.max(1)
            .saturating_mul(i64::try_from(next).unwrap_or(i64::MAX)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_speaks_at_each_doubling_and_at_the_end() {
        let mut now = 1000;
        let mut spoke = Vec::new();
        for _ in 0..6 {
            now = next(1000, 10, 12, now);
            spoke.push(laps(1000, 10, now));
        }
        assert_eq!(spoke, [1, 2, 4, 8, 12, 16]);
        assert_eq!(laps(5, 0, 3), 0, "a clock that went back has passed nothing");
        assert_eq!(next(0, i64::MAX, u64::MAX, i64::MAX), i64::MAX);
    }
}
