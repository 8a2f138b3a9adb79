//! Parses times and counts as people type them.

use std::num::NonZeroUsize;
use std::str::FromStr;
use std::time::Duration;

/// The units of a time, in seconds, and how each is written.
const TIMES: [(&[&str], f64); 5] = [
    (&["ms", "msec", "millis"], 0.001),
    (&["s", "sec", "secs", "second", "seconds"], 1.0),
    (&["m", "min", "mins", "minute", "minutes"], 60.0),
    (&["h", "hr", "hrs", "hour", "hours"], 3600.0),
    (&["d", "day", "days"], 86_400.0),
];

/// The units of a count.
const COUNTS: [(&str, u32); 3] = [("k", 3), ("m", 6), ("g", 9)];

/// Parses a time: `30s`, `5min`, `1h30m`, `1.5h`, `500ms`, or a number of seconds.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let seconds = match text.trim().parse::<f64>() {
        Ok(seconds) => Some(seconds),
        Err(_) => sum_of_times(text),
    };
    let time = seconds.filter(|seconds| seconds.is_finite()).and_then(|s| Duration::try_from_secs_f64(s).ok());
    time.ok_or_else(|| "expected a time, such as 30s, 5m, 1h30m or 2d, or a number of seconds".to_owned())
}

/// The seconds in `1h30m`: numbers, each with its unit.
fn sum_of_times(text: &str) -> Option<f64> {
    let mut rest = text.trim();
    let mut sum = None;
    while !rest.is_empty() {
        let (number, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit() && c != '.')?);
        let after = after.trim_start();
        let (unit, after) = after.split_at(after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len()));
        let (_, seconds) = TIMES.iter().find(|(names, _)| names.contains(&unit))?;
        sum = Some(sum.unwrap_or(0.0) + number.parse::<f64>().ok()? * seconds);
        rest = after.trim_start();
    }
    sum
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
pub(super) fn some_seconds<T: TryFrom<u64>>(text: &str) -> Result<T, String> {
    match seconds::<u64>(text)? {
        0 => Err("must be at least 1 second".to_owned()),
        time => T::try_from(time).map_err(|_| "the time is too long".to_owned()),
    }
}

/// Parses a shell command. A blank one is refused, since it would succeed without doing anything.
pub(super) fn command(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("the command is empty, perhaps because a variable is unset; name a command, or leave the flag out"
            .to_owned());
    }
    Ok(text.to_owned())
}

/// Parses an amount of money above 0.
pub(super) fn dollars(text: &str) -> Result<f64, String> {
    match text.parse::<f64>().ok().filter(|amount| amount.is_finite()) {
        Some(amount) if amount > 0.0 => Ok(amount),
        Some(_) => Err("must be more than 0".to_owned()),
        None => Err("expected dollars, such as 5 or 0.50".to_owned()),
    }
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
        .ok_or_else(|| "expected a whole number, such as 200, 10k or 2M".to_owned())
}

/// Parses a whole number of at least 1.
pub(super) fn some_count<T: TryFrom<u64>>(text: &str) -> Result<T, String> {
    match count::<u64>(text)? {
        0 => Err("must be at least 1".to_owned()),
        number => T::try_from(number).map_err(|_| "the number is too large".to_owned()),
    }
}

/// Parses a whole number of at least 1, as a type that cannot hold 0.
pub(super) fn nonzero(text: &str) -> Result<NonZeroUsize, String> {
    NonZeroUsize::new(count(text)?).ok_or_else(|| "must be at least 1".to_owned())
}

/// The name in `known` that the user probably meant: at most two letters differ, or one in a short name.
pub(super) fn similar<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let rated = known.map(|candidate| (strsim::osa_distance(name, candidate), candidate));
    let is_near = |(distance, candidate): &(usize, &str)| *distance <= if candidate.len() < 6 { 1 } else { 2 };
    rated.filter(is_near).min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
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
            ("1h30m", 5_400_000),
            ("1h 30min", 5_400_000),
            ("5min", 300_000),
            ("90sec", 90_000),
            ("2 hours", 7_200_000),
            ("5 minutes", 300_000),
            ("1day12h", 129_600_000),
            ("0.5s", 500),
        ] {
            assert_eq!(duration(text).unwrap().as_millis(), ms, "{text}");
        }
        for text in ["", "s", "-1", "1e999", "nan", "inf", "5mm", "5x", "5M", "1h30", "h1", "1..5s", "-5s", "1h-30m"] {
            assert!(duration(text).is_err(), "{text}");
        }
        assert_eq!(seconds::<u32>("2h"), Ok(7200));
        assert!(
            seconds::<u32>("1.5").is_err()
                && seconds::<u32>("9999999999").is_err()
                && some_seconds::<u64>("0s").is_err()
        );
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
        assert!(some_count::<u64>("0").is_err() && nonzero("0").is_err());
        assert_eq!((some_count::<u64>("2k"), nonzero("3").map(NonZeroUsize::get)), (Ok(2000), Ok(3)));
    }

    #[test]
    fn blank_commands_are_refused() {
        assert_eq!(command("make test").as_deref(), Ok("make test"));
        assert!(["", " ", "\t\n"].iter().all(|text| command(text).is_err()));
    }

    #[test]
    fn amounts_of_money() {
        for (text, amount) in [("5", 5.0), ("0.50", 0.5), ("1e2", 100.0)] {
            assert!((dollars(text).unwrap() - amount).abs() < 1e-9, "{text}");
        }
        for text in ["", "$5", "nan", "inf", "1e400", "-3", "0", "5 dollars"] {
            assert!(dollars(text).is_err(), "{text}");
        }
    }

    #[test]
    fn names_what_was_meant() {
        assert_eq!(similar("repaet", ["loop", "repeat"].into_iter()), Some("repeat"));
        assert_eq!(similar("lop", ["loop", "repeat"].into_iter()), Some("loop"));
        for name in ["banana", "my-loop", "slop-check", "x"] {
            assert_eq!(similar(name, ["loop", "repeat"].into_iter()), None, "{name}");
        }
    }
}
