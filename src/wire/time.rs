//! The time of the lines. There is one policy for a clock that jumps: the time is what the latest line says, forwards
//! or backwards, and a duration is never negative. So one wild `ts` costs one wrong duration, not the rest of the run.

use std::fmt;

/// A point in time: milliseconds since the Unix epoch, within ±2^53, the range in which JSON numbers are exact.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The largest integer that every JSON reader keeps exact.
const LARGEST: i64 = 1 << 53;

impl Timestamp {
    /// The time at `ms` milliseconds since the Unix epoch; a time out of range becomes the nearest one in range.
    pub fn from_ms(ms: i64) -> Self {
        Self(ms.clamp(-LARGEST, LARGEST))
    }

    /// Milliseconds since the Unix epoch.
    pub fn ms(self) -> i64 {
        self.0
    }

    /// The milliseconds from `earlier` to this time; 0 where `earlier` is later.
    pub fn since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).max(0)
    }

    /// The time in UTC, to the second, as it can stand in the name of a file: `20261123T114005Z`.
    pub fn compact(self) -> String {
        let seconds = self.0.div_euclid(1000);
        let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = civil(days);
        format!("{year:04}{month:02}{day:02}T{:02}{:02}{:02}Z", second / 3600, second / 60 % 60, second % 60)
    }

    /// The time `ms` milliseconds later.
    #[must_use]
    pub fn after(self, ms: i64) -> Self {
        Self::from_ms(self.0.saturating_add(ms))
    }
}

/// Year, month and day of the Gregorian calendar, so many days after the Unix epoch: counted in years that begin in
/// March, in eras of 400 years.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let month_from_january = if month < 10 { month + 3 } else { month - 9 };
    let day_of_month = of_year - (153 * month + 2) / 5 + 1;
    (era * 400 + year + i64::from(month_from_january <= 2), month_from_january, day_of_month)
}

impl From<Timestamp> for i64 {
    fn from(time: Timestamp) -> Self {
        time.0
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The time of a stream, as its lines tell it.
#[derive(Debug, Clone, Copy, Default)]
pub struct StreamClock {
    first: Option<Timestamp>,
    now: Timestamp,
}

impl StreamClock {
    /// Sets the clock by a line's `ts`, in milliseconds since the Unix epoch. A line without one happens at the time
    /// of the line before it.
    pub fn see(&mut self, ts: Option<i64>) -> Timestamp {
        if let Some(ts) = ts {
            self.now = Timestamp::from_ms(ts);
            self.first.get_or_insert(self.now);
        }
        self.now
    }

    /// Whether any line had a time.
    pub fn is_set(&self) -> bool {
        self.first.is_some()
    }

    /// Takes in the lines of another clock that goes alike: the earlier of the first, the later of the latest.
    pub fn join(&mut self, other: Self) {
        match (self.first, other.first) {
            (_, None) => {}
            (None, Some(_)) => *self = other,
            (Some(first), Some(others)) => (self.first, self.now) = (Some(first.min(others)), self.now.max(other.now)),
        }
    }

    /// The time of the latest line; the epoch before the first.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The milliseconds from the first line to `time`.
    pub fn since_first(&self, time: Timestamp) -> i64 {
        self.first.map_or(0, |first| time.since(first))
    }

    /// The milliseconds from the first line to the latest.
    pub fn elapsed(&self) -> i64 {
        self.first.map_or(0, |first| self.now.since(first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_dates() {
        let words = |ms: i64| Timestamp::from_ms(ms).compact();
        assert_eq!(words(0), "19700101T000000Z");
        assert_eq!(words(951_782_399_999), "20000228T235959Z");
        assert_eq!(words(951_782_400_000), "20000229T000000Z");
        assert_eq!(words(1_795_434_005_104), "20261123T114005Z");
    }

    #[test]
    fn follows_lines_both_ways() {
        let mut clock = StreamClock::default();
        assert_eq!(clock.see(None).ms(), 0);
        assert_eq!(clock.see(Some(5000)).ms(), 5000);
        assert_eq!(clock.see(Some(i64::MAX)).ms(), LARGEST);
        assert_eq!(clock.see(Some(7000)).ms(), 7000);
        assert_eq!(clock.see(None).ms(), 7000);
        assert_eq!(clock.elapsed(), 2000);
    }

    #[test]
    fn durations_are_never_negative() {
        let (early, late) = (Timestamp::from_ms(i64::MIN), Timestamp::from_ms(i64::MAX));
        assert_eq!(early.since(late), 0);
        assert_eq!(late.since(early), 2 * LARGEST);
        assert_eq!(late.after(i64::MAX), late);
    }
}
