//! Reads how long a call lets itself take: how long its command sleeps, and after what time it is ended.

use super::input::COMMANDS;
use crate::wire::{Raw, members, text};

/// The most that a call may let itself take, in milliseconds: a day.
const MOST: i64 = 24 * 60 * 60 * 1000;
/// From this number on, a time limit without a unit is in milliseconds.
const MILLISECONDS: i64 = 1000;
/// The longest input that is read, in bytes: who writes a long text waits for nothing.
const READ: usize = 4000;

/// How long a call lets itself take, in milliseconds; 0 where it does not say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct OwnLimit {
    /// How long it sleeps.
    pub(crate) pause: i64,
    /// After what time it is ended.
    pub(crate) limit: i64,
}

impl OwnLimit {
    /// Reads it from the input of a call.
    pub(crate) fn read(input: Option<Raw<'_>>) -> Self {
        let mut own = Self::default();
        let short = input.filter(|input| input.get().len() <= READ);
        for (name, value) in short.and_then(members).unwrap_or_default() {
            if COMMANDS.contains(&&*name) {
                own = own.max(Self::of_command(&text::decode(value)));
                continue;
            }
            let lower = name.to_ascii_lowercase();
            let pauses = ["sleep", "wait", "delay", "pause", "block"].iter().any(|word| lower.contains(word));
            let limits = lower.contains("timeout") || lower.contains("time_limit");
            if let Some(time) = (pauses || limits).then(|| time(value.get(), lower.ends_with("ms"))).flatten() {
                own = own.max(if limits { Self { pause: 0, limit: time } } else { Self { pause: time, limit: time } });
            }
        }
        own
    }

    /// What a command sleeps in all, and the longest time that `timeout` gives a program.
    fn of_command(command: &str) -> Self {
        let mut own = Self::default();
        let mut words =
            command.split(|c: char| c.is_whitespace() || ";&|()".contains(c)).filter(|word| !word.is_empty());
        while let Some(word) = words.next() {
            if word != "sleep" && word != "timeout" && word != "Start-Sleep" {
                continue;
            }
            // An option may stand before the time. A number alone is one of seconds.
            let seconds = |word: &str| {
                time(word, false)
                    .map(|ms| if word.parse().is_ok_and(|n: i64| n >= MILLISECONDS) { ms * 1000 } else { ms })
            };
            let Some(time) = words.by_ref().take(3).find_map(seconds) else {
                continue;
            };
            if word == "timeout" {
                own.limit = own.limit.max(time);
            } else {
                own.pause = own.pause.saturating_add(time).min(MOST);
            }
        }
        Self { limit: own.limit.max(own.pause), ..own }
    }

    /// The longer of both.
    pub(crate) fn max(self, other: Self) -> Self {
        Self { pause: self.pause.max(other.pause), limit: self.limit.max(other.limit) }
    }
}

/// A time as `30`, `1.5h` or `90 s`, in milliseconds. One without a unit is in seconds, or in milliseconds if it is so long.
fn time(text: &str, is_ms: bool) -> Option<i64> {
    let text = text.trim().trim_matches('"');
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number: f64 = text[..end].parse().ok()?;
    #[allow(clippy::cast_possible_truncation, reason = "a time need not be exact")]
    let times = |unit: f64| ((number * unit) as i64).min(MOST);
    let unit = text[end..].trim_start();
    let ms = match unit.split(' ').next().unwrap_or_default() {
        _ if is_ms => times(1.0),
        "ms" => times(1.0),
        "m" | "min" | "minutes" => times(60_000.0),
        "h" | "hours" => times(3_600_000.0),
        "d" => times(86_400_000.0),
        "" if times(1.0) >= MILLISECONDS => times(1.0),
        "" | "s" | "sec" | "seconds" => times(1000.0),
        _ => return None,
    };
    Some(ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_how_long_a_call_may_take() {
        let read = |input: &str| {
            let OwnLimit { pause, limit } = OwnLimit::read(Some(Raw::new(input)));
            (pause / 1000, limit / 1000)
        };
        assert_eq!(read(r#"{"command":"sleep 1800; date"}"#), (1800, 1800));
        assert_eq!(read(r#"{"command":"sleep 30m && sleep 1h"}"#), (5400, 5400));
        assert_eq!(read(r#"{"command":"timeout 2h make world"}"#), (0, 7200));
        assert_eq!(read(r#"{"command":"make","timeout":7200000}"#), (0, 7200));
        assert_eq!(read(r#"{"job":7,"block_for":"30s"}"#), (30, 30));
        assert_eq!(read(r#"{"command":"echo done","timeout":600}"#), (0, 600));
        assert_eq!(read(r#"{"path":"a","wait_ms":90000}"#), (90, 90));
        assert_eq!(read(r#"{"command":"make sleep-test"}"#), (0, 0));
    }
}
