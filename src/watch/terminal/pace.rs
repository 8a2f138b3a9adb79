//! Decides when to draw.

use std::time::{Duration, Instant};

/// The time between two pictures while no key is pressed (TUI-09). It bounds what drawing costs.
pub const REFRESH: Duration = Duration::from_millis(250);

/// What was drawn last, and when.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pace {
    drawn: Option<(u64, Instant)>,
}

impl Pace {
    /// Whether to draw this version now: only if it is another, and not before the time is over.
    pub fn is_due(&self, version: u64, now: Instant) -> bool {
        self.drawn.is_none_or(|(drawn, at)| version != drawn && now.duration_since(at) >= REFRESH)
    }

    /// This version was drawn.
    pub fn drew(&mut self, version: u64, now: Instant) {
        self.drawn = Some((version, now));
    }

    /// The screen shows something else now.
    pub fn forget(&mut self) {
        self.drawn = None;
    }

    /// How long to wait for a key before looking again.
    pub fn wait(&self, now: Instant) -> Duration {
        let since = self.drawn.map_or(Duration::ZERO, |(_, at)| now.duration_since(at));
        REFRESH.checked_sub(since).filter(|rest| !rest.is_zero()).unwrap_or(REFRESH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tui_09_draws_four_times_a_second_at_most() {
        let start = Instant::now();
        let mut pace = Pace::default();
        let mut pictures = 0;
        // A new version every millisecond, for ten seconds.
        for ms in 0..10_000 {
            let now = start + Duration::from_millis(ms);
            if pace.is_due(ms, now) {
                pace.drew(ms, now);
                pictures += 1;
            }
        }
        assert_eq!(pictures, 40);
    }

    #[test]
    fn tui_09_draws_nothing_twice() {
        let start = Instant::now();
        let mut pace = Pace::default();
        assert!(pace.is_due(0, start));
        pace.drew(0, start);
        assert!(!pace.is_due(0, start + 100 * REFRESH));
        assert!(pace.is_due(1, start + REFRESH));
        assert_eq!(pace.wait(start + 100 * REFRESH), REFRESH);
        pace.forget();
        assert!(pace.is_due(0, start));
    }
}
