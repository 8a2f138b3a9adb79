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

fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// The server's payload as one line: byte for byte, with `ts` in front of its first member. It reuses the payload's
/// memory. `None` when it is not a JSON object.
pub(super) fn stamp(payload: String, ts: i64) -> Option<Vec<u8>> {
    let object = payload.trim_ascii_start();
    let members = object.strip_prefix('{')?.trim_ascii_start();
    let comma = if members.starts_with('}') { "" } else { "," };
    let before = payload.len() - object.len() + 1;
    let end = payload.trim_ascii_end().len();
    let head = format!("{{\"ts\":{ts}{comma}");
    let mut line = payload.into_bytes();
    line.truncate(end);
    line.reserve_exact(head.len() + 1);
    line.splice(..before, head.into_bytes());
    // A line break can only be white space between members: in JSON strings it is escaped.
    for byte in &mut line {
        if matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
    line.push(b'\n');
    Some(line)
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

    #[test]
    fn stamps_payload() {
        let line = stamp(r#"{"id":"evt_1","type":"a","properties":{"x":"\ud83d"}}"#.to_owned(), 7).unwrap();
        assert_eq!(
            String::from_utf8(line).unwrap(),
            "{\"ts\":7,\"id\":\"evt_1\",\"type\":\"a\",\"properties\":{\"x\":\"\\ud83d\"}}\n"
        );
        assert_eq!(stamp("{}".to_owned(), 1).unwrap(), b"{\"ts\":1}\n");
        assert_eq!(stamp("{\n\"a\":1}".to_owned(), 1).unwrap(), b"{\"ts\":1, \"a\":1}\n");
        assert_eq!(stamp("[]".to_owned(), 1), None);
    }
}
