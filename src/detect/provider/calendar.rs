//! The Gregorian calendar, in days since the Unix epoch and milliseconds.

pub(super) const SECOND: i64 = 1000;
pub(super) const MINUTE: i64 = 60 * SECOND;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

/// Days from the epoch to a date.
pub(super) fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year.clamp(0, 9999) - i64::from(month <= 2);
    let day = day.clamp(1, 31);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let century = year.div_euclid(400);
    let of_century = year.rem_euclid(400);
    century * 146_097 + of_century * 365 + of_century / 4 - of_century / 100 + of_year - 719_468
}

/// The year of a day.
pub(super) fn year_of(day: i64) -> i64 {
    // At most a day off at the turn of a year, which the comparison mends.
    let guess = 1970 + day.saturating_mul(400).div_euclid(146_097);
    if day < days(guess, 1, 1) {
        guess - 1
    } else if day >= days(guess + 1, 1, 1) {
        guess + 1
    } else {
        guess
    }
}

/// The day of the week, from 0 for Sunday.
pub(super) fn weekday(day: i64) -> i64 {
    (day + 4).rem_euclid(7)
}

/// The Sunday of this number in a month, from 1; 0 is the last one of the month before.
pub(super) fn sunday(year: i64, month: i64, number: i64) -> i64 {
    let first = days(year, month, 1);
    first + (7 - weekday(first)) % 7 + 7 * (number - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_years() {
        assert_eq!((days(1970, 1, 1), weekday(0)), (0, 4));
        assert_eq!(days(2026, 11, 25), 20_782);
        for year in [1970, 2000, 2024, 2026, 2100] {
            assert_eq!(year_of(days(year, 1, 1)), year);
            assert_eq!(year_of(days(year, 12, 31)), year);
        }
        assert_eq!(sunday(2026, 3, 2), days(2026, 3, 8));
        assert_eq!(sunday(2026, 11, 0), days(2026, 10, 25));
    }
}
