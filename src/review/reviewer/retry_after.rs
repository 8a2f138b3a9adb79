//! `Retry-After`: seconds or a date; a date counts from the response's own `Date`, so no clock is read.

use std::time::Duration;

/// How long the endpoint wants to be left alone, out of its headers `retry-after-ms`, `retry-after` and `date`.
pub(crate) fn read(ms: Option<&str>, after: Option<&str>, date: Option<&str>) -> Option<Duration> {
    let number = |text: &str| {
        text.trim()
            .parse::<f64>()
            .ok()
            .filter(|n| n.is_finite() && *n >= 0.0)
    };
    if let Some(ms) = ms.and_then(number) {
        return Duration::try_from_secs_f64(ms / 1000.0).ok();
    }
    let after = after?;
    if let Some(seconds) = number(after) {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let wait = seconds_of(after)?.saturating_sub(seconds_of(date?)?);
    Some(Duration::from_secs(u64::try_from(wait).unwrap_or(0)))
}

/// Seconds since the Unix epoch of a date such as `Sun, 06 Nov 1994 08:49:37 GMT`.
fn seconds_of(date: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let words: Vec<&str> = date.split_whitespace().collect();
    let [_, day, month, year, time, _] = words[..] else {
        return None;
    };
    let month = i64::try_from(MONTHS.iter().position(|name| *name == month)?).ok()?;
    let (day, year): (i64, i64) = (day.parse().ok()?, year.parse().ok()?);
    if !(1970..10_000).contains(&year) || !(1..=31).contains(&day) {
        return None;
    }
    let mut clock = time
        .split(':')
        .map(|n| n.parse::<i64>().ok().filter(|n| (0..=60).contains(n)));
    let (hours, minutes, seconds) = (clock.next()??, clock.next()??, clock.next()??);
    // Days from the epoch: years begin in March, so that the leap day is the last.
    let (year, month) = if month < 2 {
        (year - 1, month + 10)
    } else {
        (year, month - 2)
    };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    Some(((days * 24 + hours) * 60 + minutes) * 60 + seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_counted_from_the_epoch() {
        assert_eq!(seconds_of("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(seconds_of("Thu, 29 Feb 2024 00:00:00 GMT"), Some(1_709_164_800));
        assert_eq!(seconds_of("tomorrow"), None);
    }

    #[test]
    fn every_notation_is_read() {
        let date = Some("Mon, 23 Nov 2026 23:00:00 GMT");
        assert_eq!(read(None, Some("7"), None), Some(Duration::from_secs(7)));
        assert_eq!(
            read(Some("1500"), Some("7"), None),
            Some(Duration::from_millis(1500))
        );
        assert_eq!(
            read(None, Some("Mon, 23 Nov 2026 23:00:20 GMT"), date),
            Some(Duration::from_secs(20))
        );
        assert_eq!(
            read(None, Some("Mon, 23 Nov 2026 22:00:00 GMT"), date),
            Some(Duration::ZERO)
        );
        for nonsense in ["-1", "soon", "NaN", "1e400", "Mon, 99 Foo 2026 1:1:1 GMT"] {
            assert_eq!(read(None, Some(nonsense), date), None, "{nonsense}");
        }
    }
}
