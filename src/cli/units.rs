//! Times and counts as people type them.

use std::str::FromStr;
use std::time::Duration;

/// The units of a time, in seconds. `ms` comes before `s`, with which it ends as well.
const TIMES: [(&str, f64); 5] = [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0), ("d", 86_400.0)];

/// The units of a count.
const COUNTS: [(&str, u32); 3] = [("k", 3), ("m", 6), ("g", 9)];

/// Parses a time: `30s`, `5m`, `2h`, `1d`, `500ms`, or a number of seconds.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let unit = TIMES.iter().find(|(unit, _)| text.ends_with(unit));
    let (number, seconds) =
        unit.map_or((text, 1.0), |(unit, seconds)| (text.strip_suffix(unit).unwrap_or(text), *seconds));
    let number = number.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    let time = number.and_then(|number| Duration::try_from_secs_f64(number * seconds).ok());
    time.ok_or_else(|| "expected a time, such as 30s, 5m or 2h, or a number of seconds".to_owned())
}

/// Parses a time above 0.
pub(super) fn some_duration(text: &str) -> Result<Duration, String> {
    duration(text)
        .and_then(|time| if time.is_zero() { Err("expected more than 0 seconds".to_owned()) } else { Ok(time) })
}

/// Parses a time of whole seconds.
pub(super) fn seconds<T: TryFrom<u64>>(text: &str) -> Result<T, String> {
    let time = duration(text)?;
    if time.subsec_nanos() != 0 {
        return Err("expected whole seconds".to_owned());
    }
    T::try_from(time.as_secs()).map_err(|_| "the time is too long".to_owned())
}

/// Parses a time of whole seconds, and of at least one.
pub(super) fn some_seconds(text: &str) -> Result<u64, String> {
    seconds(text).and_then(|time| if time == 0 { Err("expected at least 1 second".to_owned()) } else { Ok(time) })
}

/// Parses a whole number: `200`, `10k`, `1.5M`.
pub(super) fn count<T: TryFrom<u64>>(text: &str) -> Result<T, String> {
    let lower = text.to_ascii_lowercase();
    let unit = COUNTS.iter().find(|(unit, _)| lower.ends_with(unit));
    let (number, zeros) =
        unit.map_or((&*lower, 0), |(unit, zeros)| (lower.strip_suffix(unit).unwrap_or(&lower), *zeros));
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = digits(whole) && (part.is_empty() || digits(part)) && (part.is_empty() != number.contains('.'));
    let zeros = usize::try_from(zeros).unwrap_or_default().checked_sub(part.len());
    let number =
        zeros.filter(|_| fits).and_then(|zeros| u64::from_str(&format!("{whole}{part}{}", "0".repeat(zeros))).ok());
    number
        .and_then(|number| T::try_from(number).ok())
        .ok_or_else(|| format!("{text} is not a whole number, such as 200, 10k or 2M"))
}

/// The name among `known` that was probably meant.
pub(super) fn similar<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    /// How similar two names must be: a letter that is missing or wrong in a short name.
    const LEAST: f64 = 0.8;
    let rated = known.map(|candidate| (strsim::jaro_winkler(name, candidate), candidate));
    rated.filter(|(rate, _)| *rate >= LEAST).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, candidate)| candidate)
}

/// `no rule is named repaet; did you mean repeat?`, or where the known names are listed.
pub(super) fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> String {
    match similar(name, known) {
        Some(meant) => format!("no {what} is named {name}; did you mean {meant}?"),
        None => format!("no {what} is named {name}; ocr-detect --help lists them"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        for (text, ms) in [
            ("30", 30_000),
            ("30s", 30_000),
            ("5m", 300_000),
            ("1.5h", 5_400_000),
            ("2d", 172_800_000),
            ("250ms", 250),
            ("0", 0),
        ] {
            assert_eq!(duration(text).unwrap().as_millis(), ms, "{text}");
        }
        for text in ["", "s", "5 minutes", "-1", "1e999", "nan", "5mm", "5x"] {
            assert!(duration(text).is_err(), "{text}");
        }
        assert_eq!(seconds::<u32>("2h"), Ok(7200));
        assert!(seconds::<u32>("1.5").is_err() && seconds::<u32>("9999999999").is_err() && some_seconds("0s").is_err());
    }

    #[test]
    fn counts() {
        for (text, number) in
            [("0", 0), ("200", 200), ("10k", 10_000), ("2M", 2_000_000), ("1.5m", 1_500_000), ("1G", 1_000_000_000)]
        {
            assert_eq!(count::<u64>(text), Ok(number), "{text}");
        }
        for text in ["", "k", "-1", "1.5", "1.k", ".5k", "0.0001k", "10kk", "1e3", "99999999999999999999"] {
            assert!(count::<u64>(text).is_err(), "{text}");
        }
        assert!(count::<u8>("1k").is_err());
    }

    #[test]
    fn names_what_was_meant() {
        assert_eq!(similar("repaet", ["loop", "repeat"].into_iter()), Some("repeat"));
        assert_eq!(similar("banana", ["loop", "repeat"].into_iter()), None);
    }
}
