//! Writes a recording again: what the stream wrote, and not what later stages added to it.
//!
//! The lines come out byte for byte. The one exception is the first: its `replay` becomes `true`, so that
//! nobody acts on a session that is long gone.

use crate::exit::Failure;
use crate::pipe::{LineBlock, Out, Stage, filter};
use crate::wire::record::{Opened, Record};
use crate::wire::{Event, observe};
use memchr::memmem;
use std::io::Read;
use std::time::Duration;

/// What every line of ours contains, and hardly any other.
const OURS: &[u8] = b"\"ocr.";

/// How fast a recording runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Speed {
    /// So many times as fast as it was recorded.
    Times(f64),
    /// As fast as it is read.
    Max,
}

/// Writes the recording in `input` to `out`; with `all_lines` the later stages' lines too.
///
/// # Errors
/// As [`filter`].
pub fn replay(
    input: impl Read,
    out: &Out,
    speed: Speed,
    all_lines: bool,
    line_limit: usize,
) -> Result<(), Failure> {
    let pace = match speed {
        Speed::Times(times) => Some(Pace { times, last: None }),
        Speed::Max => None,
    };
    filter(&mut Replay { all_lines, pace }, input, out, line_limit)
}

struct Replay {
    all_lines: bool,
    pace: Option<Pace>,
}

impl Stage for Replay {
    fn lines(&mut self, block: &mut LineBlock<'_>) -> Result<(), Failure> {
        while let Some(line) = block.next_line() {
            if let Some(pace) = &mut self.pace {
                pace.wait_for(line);
            }
            match self.replaces(line) {
                Some(replacement) => block.replace_line(&replacement)?,
                None if self.pace.is_some() => block.pass_line()?,
                None => {}
            }
        }
        Ok(())
    }

    fn finish(&mut self, _added: &mut Vec<u8>) -> Result<(), Failure> {
        Ok(())
    }
}

impl Replay {
    /// What stands in the line's place, if it does not pass as it is; empty for nothing.
    fn replaces(&self, line: &[u8]) -> Option<Vec<u8>> {
        memmem::find(line, OURS)?;
        let text = std::str::from_utf8(line).ok()?;
        let Event::Record { kind, .. } = observe(text).ok()?.event else {
            return None;
        };
        if kind == Opened::TYPE {
            let mut told = text
                .replacen("\"replay\":false", "\"replay\":true", 1)
                .into_bytes();
            told.push(b'\n');
            return Some(told);
        }
        let later = !self.all_lines && !kind.starts_with("ocr.stream.");
        later.then(Vec::new)
    }
}

/// Keeps the time between two lines, divided by the speed.
struct Pace {
    times: f64,
    last: Option<i64>,
}

impl Pace {
    fn wait_for(&mut self, line: &[u8]) {
        let stamped = std::str::from_utf8(line)
            .ok()
            .and_then(|text| observe(text).ok()?.ts);
        let Some(ts) = stamped else { return };
        if let Some(last) = self.last {
            let between = u64::try_from(ts.saturating_sub(last)).unwrap_or(0);
            let wait = Duration::from_millis(between).div_f64(self.times);
            std::thread::sleep(wait);
        }
        self.last = Some(self.last.map_or(ts, |last| last.max(ts)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipe::test_sink::TestSink;

    fn replayed(recording: &str, speed: Speed, all_lines: bool) -> String {
        let sink = TestSink::default();
        let out = Out::new(sink.clone(), false);
        replay(recording.as_bytes(), &out, speed, all_lines, 1 << 20).unwrap();
        sink.text()
    }

    const RECORDING: &str = concat!(
        r#"{"ts":1,"type":"ocr.stream.opened","properties":{"spawned":true,"replay":false}}"#,
        "\n",
        r#"{"ts":2,"id":"evt_1","type":"message.part.delta","properties":{"delta":"say \"ocr.detect.x\""}}"#,
        "\n",
        r#"{"ts":2,"type":"ocr.detect.turn","properties":{"sessionID":"s","turn":1,"why":"rest"}}"#,
        "\n",
        "garbage \"ocr.\n",
        r#"{"ts":900,"type":"ocr.stream.closed","properties":{"reason":"rest"}}"#,
        "\n",
    );

    #[test]
    fn later_stages_lines_are_left_out_and_the_first_line_says_replay() {
        let out = replayed(RECORDING, Speed::Max, false);
        let expected = RECORDING
            .replace("\"replay\":false", "\"replay\":true")
            .replace("{\"ts\":2,\"type\":\"ocr.detect.turn\",\"properties\":{\"sessionID\":\"s\",\"turn\":1,\"why\":\"rest\"}}\n", "");
        assert_eq!(out, expected);
        assert_eq!(
            replayed(&out, Speed::Max, false),
            out,
            "a replay of a replay is the same"
        );
        assert!(replayed(RECORDING, Speed::Max, true).contains("ocr.detect.turn"));
    }

    #[test]
    fn the_speed_changes_nothing_but_the_pace() {
        let fast = replayed(RECORDING, Speed::Max, false);
        assert_eq!(replayed(RECORDING, Speed::Times(1000.0), false), fast);
    }
}
