//! Reads the amounts in a failure, and tells whether they get better from one try to the next: fewer bytes too many, a
//! score nearer to its limit.

use super::numbers::{Label, is_labelled, is_named};
use crate::detect::text::head_and_tail::both;
use crate::wire::{Raw, text};

/// How much of each end of a result is read, in bytes.
const END: usize = 1024;
/// How many amounts are compared. A failure with more of them is a table or a log.
const MOST: usize = 24;
/// By what part of itself a fraction moves at least: the sizes and shares that a run prints vary by less.
const STEP: f64 = 0.01;
/// Units of time: how long a run took says nothing of it.
#[rustfmt::skip]
const SPANS: [&str; 20] = [
    "s", "sec", "secs", "second", "seconds", "ms", "msec", "millis", "milliseconds", "us", "ns", "m", "min", "mins", "minutes", "h", "hr",
    "hours", "d", "days",
];

/// Words behind a number that is how far something got, and before one.
#[rustfmt::skip]
const REACHED: [&str; 12] = [
    "received", "transferred", "downloaded", "uploaded", "copied", "sent", "written", "fetched", "processed", "complete", "completed", "done",
];
const POSITIONS: [&str; 4] = ["position", "offset", "byte", "progress"];
/// How many words behind a number may say so.
const BEHIND: usize = 3;

/// A number in a failure that is no place, name, version or time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Amount {
    value: f64,
    /// It has no fraction. Such numbers count at once when they fall. Fractions count once they moved one way twice.
    is_whole: bool,
    /// It says how far something got, and may rise. Others rise by themselves, as ids do.
    may_rise: bool,
}

/// The amounts in a failure; none if there are too many.
pub(super) fn read(raw: Raw<'_>) -> Vec<Amount> {
    let body = text::body(raw);
    let mut found = Vec::new();
    for end in both(&body, END) {
        let end = text::unescaped(end);
        end.lines().for_each(|line| of_line(line, &mut found));
    }
    if found.len() > MOST { Vec::new() } else { found }
}

fn of_line(line: &str, found: &mut Vec<Amount>) {
    let bytes = line.as_bytes();
    let mut at = 0;
    while at < bytes.len() && found.len() <= MOST {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let length = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let whole = at + length(at);
        let has_fraction = bytes.get(whole) == Some(&b'.') && bytes.get(whole + 1).is_some_and(u8::is_ascii_digit);
        let end = if has_fraction { whole + 1 + length(whole + 1) } else { whole };
        let is_name = || is_named(&line[..at], &line[end..]) || is_labelled(&line[..at], "", &[Label::Place]);
        if stands_alone(bytes, at, end) && !is_name() && !is_span(&line[end..]) {
            let value = line[at..end].parse().ok();
            let may_rise = has_fraction || is_reached(&line[..at], &line[end..]);
            found.extend(value.map(|value| Amount { value, is_whole: !has_fraction, may_rise }));
        }
        at = end;
    }
}

/// Whether the number at `start..end` is no part of a word, a place in a file, a version, a date or a time of day.
fn stands_alone(bytes: &[u8], start: usize, end: usize) -> bool {
    let part =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':' | b'#' | b'/' | b'[');
    let before = start.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(part);
    let behind = match (bytes.get(end), bytes.get(end + 1)) {
        (Some(b'.' | b':' | b','), next) => next.is_some_and(u8::is_ascii_digit),
        (Some(byte), _) => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'/'),
        (None, _) => false,
    };
    !before && !behind
}

/// Whether what follows a number is a unit of time.
pub(super) fn is_span(behind: &str) -> bool {
    let unit = behind.trim_start().split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    SPANS.contains(&unit)
}

/// Whether a number says how far something got.
fn is_reached(before: &str, behind: &str) -> bool {
    let behind = behind.trim_start();
    let said = behind.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty()).take(BEHIND);
    let last = before.trim_end_matches([' ', ':', '=']).rsplit(|c: char| !c.is_ascii_alphabetic()).next();
    behind.starts_with('%')
        || said.into_iter().any(|word| REACHED.contains(&&*word.to_ascii_lowercase()))
        || last.is_some_and(|word| POSITIONS.contains(&&*word.to_ascii_lowercase()))
}

/// The best amounts of one failure that comes again.
#[derive(Debug, Default)]
pub(crate) struct Trend {
    best: Vec<Amount>,
    /// Whether each rises, once it has moved.
    rises: Vec<Option<bool>>,
}

impl Trend {
    /// Compares the amounts of the next such failure: whether one of them is better than ever, and none is worse.
    pub(crate) fn advance(&mut self, amounts: &[Amount]) -> bool {
        if self.best.len() != amounts.len() {
            *self = Self { best: amounts.to_vec(), rises: vec![None; amounts.len()] };
            return false;
        }
        let (mut better, mut worse) = (false, false);
        for ((best, rises), now) in self.best.iter_mut().zip(&mut self.rises).zip(amounts) {
            if (now.value - best.value).abs() < f64::EPSILON {
                continue;
            }
            let up = now.value > best.value;
            let is_whole = now.is_whole && best.is_whole;
            if !is_whole && (now.value - best.value).abs() < STEP * best.value.abs() {
                continue;
            }
            let is_first = rises.is_none() && (up || !is_whole);
            let is_better = if now.may_rise { *rises.get_or_insert(up) == up } else { !up };
            if is_better {
                *best = *now;
            }
            better |= is_better && !is_first;
            worse |= !is_better;
        }
        better && !worse
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amounts(line: &str) -> Vec<f64> {
        let mut found = Vec::new();
        of_line(line, &mut found);
        found.iter().map(|amount| amount.value).collect()
    }

    #[test]
    fn reads_amounts_and_no_names() {
        assert_eq!(amounts("region `FLASH' overflowed by 4388 bytes"), [4388.0]);
        assert_eq!(amounts("Coverage for lines (61.2%) does not meet the threshold (80%)"), [61.2, 80.0]);
        assert_eq!(amounts("max error 0.41 > 0.001"), [0.41, 0.001]);
        for name in [
            "a.rs:12:7: no",
            "sh: line 4102: no",
            "exit code 3",
            "v1.2.3",
            "12:30:05",
            "2026-01-02",
            "[4711]",
            "issue #7",
            "0x1f",
            "pid 4711",
            "took 12",
        ] {
            assert!(amounts(name).is_empty(), "{name}");
        }
    }

    #[test]
    fn tells_better_from_other() {
        let tries = |lines: &[&str]| -> Vec<bool> {
            let mut trend = Trend::default();
            let advance = |line: &&str| {
                let mut found = Vec::new();
                of_line(line, &mut found);
                trend.advance(&found)
            };
            lines.iter().map(advance).collect()
        };
        assert_eq!(tries(&["by 90 bytes", "by 70 bytes", "by 20 bytes"]), [false, true, true]);
        assert_eq!(tries(&["by 90 bytes", "by 70 bytes", "by 90 bytes", "by 70 bytes"]), [false, true, false, false]);
        assert_eq!(tries(&["9 bytes received", "30 bytes received", "80 bytes received"]), [false, false, true]);
        assert_eq!(tries(&["at 40%", "at 51%", "at 63%", "at 12%"]), [false, false, true, false]);
        assert_eq!(
            tries(&["from byte position 1000: 90 bytes left", "from byte position 4000: 60 bytes left"]),
            [false, true]
        );
        assert_eq!(tries(&["run 7", "run 8", "run 9"]), [false; 3], "it is counted");
        assert_eq!(tries(&["found 0.5", "found 0.6", "found 0.7", "found 0.65"]), [false, false, true, false]);
        assert_eq!(tries(&["8 of 3 MB", "7 of 9 MB"]), [false; 2], "another got worse");
        assert_eq!(tries(&["812.0 KiB", "812.1 KiB", "812.2 KiB"]), [false; 3], "it hardly moves");
        assert_eq!(tries(&["in 0.5 seconds", "in 0.6 seconds", "in 0.7 seconds"]), [false; 3], "it took as long");
    }
}
