//! The time of one session. It advances with the session's own lines and those of its descendants, and with ticks.

use crate::wire::Timestamp;

/// The longest step between two lines of a session that is ticked, in milliseconds. Ticks come each second, so a longer
/// step means that the machine slept.
const LONGEST_STEP: i64 = 60_000;
/// What a longer step counts as, in milliseconds: the time between two ticks.
const TICK: i64 = 1000;

/// The time of one session.
#[derive(Debug, Default)]
pub(crate) struct SessionClock {
    /// The time of the latest line.
    latest: Option<Timestamp>,
    /// How long the machine slept since the first line, in milliseconds.
    asleep: i64,
    ticked: bool,
}

impl SessionClock {
    /// Moves the time to that of a line, in milliseconds since the Unix epoch. A line without one changes nothing.
    pub(crate) fn see(&mut self, ts: Option<i64>) {
        let Some(now) = ts.map(Timestamp::from_ms) else {
            return;
        };
        let step = self.latest.map_or(0, |latest| now.since(latest));
        if self.ticked && step > LONGEST_STEP {
            self.asleep += step - TICK;
        }
        self.latest = Some(now);
    }

    /// Moves the time to that of a tick, which comes `paused` milliseconds too late: so long, but no longer than since the
    /// session's latest line, nobody listened.
    pub(crate) fn tick(&mut self, ts: i64, paused: Option<i64>) {
        match (paused, self.latest) {
            (Some(paused), Some(latest)) => {
                let now = Timestamp::from_ms(ts);
                self.asleep += paused.clamp(0, now.since(latest));
                self.latest = Some(now);
            }
            _ => self.see(Some(ts)),
        }
        self.ticked = true;
    }

    /// The time of the latest line.
    pub(crate) fn latest(&self) -> Timestamp {
        self.latest.unwrap_or_default()
    }

    /// The same without the time in which the machine slept. Durations are measured in it.
    pub(crate) fn awake(&self) -> Timestamp {
        self.latest().after(-self.asleep)
    }

    /// Whether any line had a time.
    pub(crate) fn is_timed(&self) -> bool {
        self.latest.is_some()
    }

    /// Whether ticks show the session's silence. Otherwise a silence shows when it ends.
    pub(crate) fn is_ticked(&self) -> bool {
        self.ticked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sleep_counts_as_one_tick() {
        let mut clock = SessionClock::default();
        clock.see(Some(5_000));
        clock.see(Some(4_000_000));
        assert_eq!(clock.awake().ms(), 4_000_000, "an import has no ticks");
        clock.tick(4_001_000, None);
        clock.tick(9_001_000, None);
        assert_eq!((clock.latest().ms(), clock.awake().ms()), (9_001_000, 4_002_000));
        clock.see(Some(9_002_000));
        clock.see(None);
        assert_eq!(clock.awake().ms(), 4_003_000);
    }

    #[test]
    fn a_pause_of_ours_is_no_silence() {
        let mut clock = SessionClock::default();
        clock.see(Some(1000));
        clock.tick(37_000, Some(35_000));
        assert_eq!((clock.latest().ms(), clock.awake().ms()), (37_000, 2000));
        clock.see(Some(37_500));
        clock.tick(38_000, Some(35_000));
        clock.tick(39_000, Some(-5));
        assert_eq!(clock.awake().ms(), 3500, "it heard the session after the pause");
    }
}
