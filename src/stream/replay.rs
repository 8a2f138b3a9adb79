//! Writes a recording again: the lines of the stream, without those that later stages added.
//!
//! The lines stay as they are, byte for byte, except for `opened`: its `replay` becomes `true`, so that no stage acts on
//! a session that is long gone.

use super::gate::Gate;
use crate::exit::Failure;
use crate::pipe::{LineBlock, Out, Stage, filter};
use crate::wire::{Timestamp, is_cut, observe};
use memchr::memmem;
use std::io::Read;
use std::time::Duration;

/// What a line has that any reader may mistake for one of our records: the beginning of its type, as it is written or
/// with one of [`ESCAPED`] in it.
const MARKS: [&[u8]; 2] = [b"\"ocr.", ESCAPE];

/// How the escape of an ASCII character begins. Many lines have one, in the colors of a command's output.
const ESCAPE: &[u8] = b"\\u00";

/// The rest of the escapes of the characters of `ocr.`, in lower case.
const ESCAPED: [&[u8]; 4] = [b"6f", b"63", b"72", b"2e"];

/// How fast a recording is played.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Speed {
    /// This many times as fast as it was recorded.
    Times(f64),
    /// As fast as it is read.
    Max,
}

/// Writes the recording in `input` to `out`, with `all_lines` including the lines of later stages.
///
/// # Errors
/// As [`filter`].
pub fn replay(input: impl Read, out: &Out, speed: Speed, all_lines: bool, line_limit: usize) -> Result<(), Failure> {
    let pace = match speed {
        Speed::Times(times) => Some(Pace { times, last: None }),
        Speed::Max => None,
    };
    filter(&mut Replay { all_lines, pace, gate: Gate::default() }, input, out, line_limit)
}

struct Replay {
    all_lines: bool,
    pace: Option<Pace>,
    gate: Gate,
}

impl Stage for Replay {
    fn lines(&mut self, block: &mut LineBlock<'_>) -> Result<(), Failure> {
        let all = block.bytes();
        // The whole block is searched at once, which is several times as fast as line by line.
        let mut marks = MARKS.map(|mark| memmem::find_iter(all, mark).peekable());
        while let Some(line) = block.next_line() {
            let end = line.as_ptr().addr() - all.as_ptr().addr() + line.len();
            let mut is_marked = false;
            for marks in &mut marks {
                while let Some(mark) = marks.next_if(|mark| *mark < end) {
                    is_marked = is_marked || may_be_ours(&all[mark..end]);
                }
            }
            if let Some(pace) = &mut self.pace {
                pace.wait_for(line);
            }
            let replacement =
                if is_marked || !is_plain(line) { self.gate.recorded(line, self.all_lines) } else { None };
            match replacement {
                Some(replacement) => block.replace_line(&replacement)?,
                None if self.pace.is_some() => block.pass_line()?,
                None => {}
            }
        }
        warn_of_cut(all);
        Ok(())
    }
}

/// Warns if the input ends in the middle of a line: whoever wrote it was killed, or had no more room. Only the last block
/// can end without a newline.
fn warn_of_cut(block: &[u8]) {
    let last = memchr::memrchr(b'\n', block).map_or(block, |end| &block[end + 1..]);
    if is_cut(last) {
        tracing::warn!("the recording ends in the middle of a line, and what followed is missing; passing it on");
    }
}

/// Whether one of our records may begin at this mark.
fn may_be_ours(mark: &[u8]) -> bool {
    let Some(escaped) = mark.strip_prefix(ESCAPE) else { return true };
    escaped.get(..2).is_some_and(|escaped| ESCAPED.contains(&escaped.to_ascii_lowercase().as_slice()))
}

/// Whether a line begins and ends as `ocr-stream` writes it. Only such a line passes unparsed, if it has no mark.
fn is_plain(line: &[u8]) -> bool {
    line.starts_with(b"{\"ts\":") && line.ends_with(b"}}")
}

/// Waits between two lines as long as between their times, divided by the speed.
struct Pace {
    times: f64,
    last: Option<Timestamp>,
}

impl Pace {
    fn wait_for(&mut self, line: &[u8]) {
        let stamped = std::str::from_utf8(line).ok().and_then(|text| observe(text).ok()?.ts);
        let Some(now) = stamped.map(Timestamp::from_ms) else {
            return;
        };
        if let Some(last) = self.last.replace(now) {
            let between = Duration::from_millis(u64::try_from(now.since(last)).unwrap_or(0));
            let pause = Duration::try_from_secs_f64(between.as_secs_f64() / self.times);
            // What is too long to be told is as good as for ever.
            std::thread::sleep(pause.unwrap_or(Duration::MAX));
        }
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
    fn drops_later_stages() {
        let out = replayed(RECORDING, Speed::Max, false);
        let expected = RECORDING
            .replace("\"replay\":false", "\"replay\":true")
            .replace("{\"ts\":2,\"type\":\"ocr.detect.turn\",\"properties\":{\"sessionID\":\"s\",\"turn\":1,\"why\":\"rest\"}}\n", "");
        assert_eq!(out, expected);
        assert_eq!(replayed(&out, Speed::Max, false), out, "replaying a replay changes nothing");
        assert!(replayed(RECORDING, Speed::Max, true).contains("ocr.detect.turn"));
    }

    #[test]
    fn escapes_hide_nothing() {
        for kind in [r"\u006fcr.detect.x", r"o\u0063r.detect.x", r"oc\u0072.detect.x", r"ocr\u002Edetect.x"] {
            let line = format!("{{\"ts\":1,\"type\":\"{kind}\",\"properties\":{{}}}}\n");
            assert_eq!(replayed(&line, Speed::Max, false), "", "{kind}");
        }
        let plain = "{\"ts\":1,\"type\":\"a\",\"properties\":{\"x\":\"\\u001b[0m\"}}\n";
        assert_eq!(replayed(plain, Speed::Max, false), plain);
    }

    #[test]
    fn speed_changes_pace_only() {
        let fast = replayed(RECORDING, Speed::Max, false);
        assert_eq!(replayed(RECORDING, Speed::Times(1000.0), false), fast);
    }
}
