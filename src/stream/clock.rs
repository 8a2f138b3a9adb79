//! The clock of the stream. All later stages take the time from its lines.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The wall clock in milliseconds since the Unix epoch, except that it never goes back: when the wall clock is set back,
/// it goes on by the time that passes.
#[derive(Debug)]
pub(super) struct Clock {
    /// The latest reading of the wall clock, and when it was taken.
    latest: i64,
    at: Instant,
}

impl Default for Clock {
    fn default() -> Self {
        Self { latest: 0, at: Instant::now() }
    }
}

impl Clock {
    pub fn now(&mut self) -> i64 {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, milliseconds);
        self.at_least(wall, Instant::now())
    }

    fn at_least(&mut self, wall: i64, now: Instant) -> i64 {
        let passed = milliseconds(now.saturating_duration_since(self.at));
        let here = self.latest.saturating_add(passed);
        if wall > here {
            (self.latest, self.at) = (wall, now);
        }
        here.max(wall)
    }
}

/// A duration in milliseconds.
pub(super) fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_goes_back() {
        let mut clock = Clock::default();
        let began = Instant::now();
        let after = |ms| began + Duration::from_millis(ms);
        assert_eq!(clock.at_least(5000, began), 5000);
        assert_eq!(clock.at_least(3000, after(0)), 5000, "an hour back");
        assert_eq!(clock.at_least(3002, after(2)), 5002);
        assert_eq!(clock.at_least(3900, after(900)), 5900);
        assert_eq!(clock.at_least(9000, after(901)), 9000, "and forward");
        assert_eq!(clock.at_least(8000, after(911)), 9010);
    }
}
