//! Writes times, numbers and amounts of money for people.

use crate::printable;
use crate::wire::Timestamp;

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A duration in milliseconds, to the tenth of a second where it is short: `4.2 s`, `3 min 20 s`, `2 h 5 min`.
pub(super) fn duration(ms: i64) -> String {
    if ms < MINUTE { format!("{}.{} s", ms / SECOND, ms % SECOND / 100) } else { printable::duration(ms) }
}

/// A number with separators: `12,345`.
pub(super) fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number and its noun: `1 call`, `2 calls`.
pub(super) fn count(n: u64, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", number(n))
}

/// A time as ISO 8601 in UTC, without a zone: `2026-11-26T00:00:00`. Years before 1970 are shown as 1970.
pub(super) fn iso(at: Timestamp) -> String {
    let ms = at.ms().max(0);
    let (year, month, day) = date(ms / DAY);
    let (hour, minute, second) = (ms % DAY / HOUR, ms % HOUR / MINUTE, ms % MINUTE / SECOND);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
}

/// The year, month and day of the Gregorian calendar, this many days after 1 January 1970.
fn date(days: i64) -> (i64, i64, i64) {
    // The era of 400 years that begins on 1 March, so that the leap day comes last.
    const ERA: i64 = 146_097;
    let days = days + 719_468;
    let (era, day) = (days / ERA, days % ERA);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_durations() {
        let told = [0, 950, 59_999, 60_000, 3_599_999, 7_500_000].map(duration);
        assert_eq!(told, ["0.0 s", "0.9 s", "59.9 s", "1 min 0 s", "59 min 59 s", "2 h 5 min"]);
    }

    #[test]
    fn separates_thousands() {
        assert_eq!([0, 999, 1000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!((count(1, "call"), count(1200, "call")), ("1 call".to_owned(), "1,200 calls".to_owned()));
    }

    #[test]
    fn tells_dates() {
        let told = [0, 951_782_399_000, 951_782_400_000, 1_795_475_631_334].map(|ms| iso(Timestamp::from_ms(ms)));
        let expected = ["1970-01-01T00:00:00", "2000-02-28T23:59:59", "2000-02-29T00:00:00", "2026-11-23T23:13:51"];
        assert_eq!(told, expected);
        assert_eq!(iso(Timestamp::from_ms(-1)), "1970-01-01T00:00:00");
        assert_eq!(iso(Timestamp::from_ms(1_735_603_200_000)), "2024-12-31T00:00:00");
    }
}
