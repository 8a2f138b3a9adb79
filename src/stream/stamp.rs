//! The time of the stream: the one clock that everybody after us goes by.

use std::time::{SystemTime, UNIX_EPOCH};

/// The wall clock in milliseconds since the Unix epoch, except that it never goes back.
#[derive(Debug, Default)]
pub(super) struct Clock {
    last: i64,
}

impl Clock {
    pub(super) fn now(&mut self) -> i64 {
        let wall = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
        self.at_least(wall)
    }

    fn at_least(&mut self, wall: i64) -> i64 {
        self.last = self.last.max(wall);
        self.last
    }
}

/// The server's payload as one line: byte for byte, with `ts` spliced in front of its first member, in the memory
/// that it has already. `None` when it is no JSON object.
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
    // Between the members a line break is white space; inside a string JSON has none.
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
    fn time_never_goes_back() {
        let mut clock = Clock::default();
        assert_eq!(clock.at_least(5), 5);
        assert_eq!(clock.at_least(3), 5);
        assert_eq!(clock.at_least(6), 6);
    }

    #[test]
    fn the_payload_stays_as_it_is_behind_its_time() {
        let line = stamp(
            r#"{"id":"evt_1","type":"a","properties":{"x":"\ud83d"}}"#.to_owned(),
            7,
        )
        .unwrap();
        assert_eq!(
            String::from_utf8(line).unwrap(),
            "{\"ts\":7,\"id\":\"evt_1\",\"type\":\"a\",\"properties\":{\"x\":\"\\ud83d\"}}\n"
        );
        assert_eq!(stamp("{}".to_owned(), 1).unwrap(), b"{\"ts\":1}\n");
        assert_eq!(
            stamp("{\n\"a\":1}".to_owned(), 1).unwrap(),
            b"{\"ts\":1, \"a\":1}\n"
        );
        assert_eq!(stamp("[]".to_owned(), 1), None);
    }
}
