//! The time that a provider's message names: "try again in 6m12.5s", "resets at 5pm", `retry-after: 20`.

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// What is farther away is no time to wait for.
const FARTHEST: i64 = 400 * DAY;

/// What stands before a span of time to wait.
const SPANS: [&str; 26] = [
    "try again in",
    "retry in",
    "retrying in",
    "try again after",
    "retry after",
    "again after",
    "retry-after-ms",
    "retry-after",
    "retry_after_ms",
    "retry_after",
    "retryafter",
    "retrydelay",
    "retry delay",
    "reset after",
    "resets in",
    "reset in",
    "resets after",
    "reset_in",
    "resets_in_seconds",
    "please wait",
    "available in",
    "available again in",
    "wait for",
    "wait",
    "refreshes in",
    "back in",
];
/// What stands before a point in time.
const POINTS: [&str; 17] = [
    "try again at",
    "ratelimit-reset",
    "resets at",
    "reset at",
    "resets_at",
    "reset_at",
    "resetsat",
    "resettime",
    "resets on",
    "reset on",
    "resets",
    "until",
    "retry at",
    "again on",
    "reset time",
    "available at",
    "limit reached|",
];
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/// Time zones by their short names, in hours from UTC.
const ZONES: [(&str, i64); 15] = [
    ("utc", 0),
    ("gmt", 0),
    ("z", 0),
    ("pst", -8),
    ("pdt", -7),
    ("mst", -7),
    ("cst", -6),
    ("cdt", -5),
    ("est", -5),
    ("edt", -4),
    ("cet", 1),
    ("cest", 2),
    ("jst", 9),
    ("kst", 9),
    ("aest", 10),
];

/// The time that a folded message names, in milliseconds since the epoch, if it is still to come. One without a zone
/// says nothing.
pub(super) fn until(folded: &str, now: i64) -> Option<i64> {
    until_in(None, folded, now)
}

/// Whether a folded message names a time that is still to come, if only in a zone that nobody knows.
pub(super) fn names_time(folded: &str, now: i64) -> bool {
    until_in(Some(0), folded, now).is_some()
}

/// The same where a time without a zone is one of `zone`, in milliseconds from UTC.
fn until_in(zone: Option<i64>, folded: &str, now: i64) -> Option<i64> {
    let spans = SPANS.iter().flat_map(|marker| {
        let number_is_ms = marker.ends_with("ms");
        after(folded, marker).filter_map(move |rest| span(rest, if number_is_ms { 1 } else { SECOND }))
    });
    let points = POINTS.iter().flat_map(|marker| after(folded, marker)).filter_map(|rest| point(rest, now, zone));
    // The longest: a message that names the limit of a minute and that of a day waits for the latter.
    spans
        .map(|span| now.saturating_add(span))
        .chain(points)
        .chain(stamps(folded, zone))
        .filter(|until| *until > now && until.saturating_sub(now) <= FARTHEST)
        .max()
}

/// What follows each place where `marker` stands, without the punctuation between.
fn after<'a>(folded: &'a str, marker: &'a str) -> impl Iterator<Item = &'a str> {
    folded.match_indices(marker).take(8).map(move |(at, _)| {
        let rest = folded[at + marker.len()..].trim_start_matches([' ', ':', '"', '\'', '=', '~', '\\']);
        ["about ", "approximately ", "at least ", "around ", "another "]
            .iter()
            .find_map(|word| rest.strip_prefix(word))
            .unwrap_or(rest)
    })
}

/// A number at the beginning, and what follows it.
fn number(text: &str) -> Option<(f64, &str)> {
    let end = text.bytes().take(20).take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    let digits = text[..end].trim_end_matches('.');
    let value = digits.parse().ok()?;
    Some((value, &text[digits.len()..]))
}

/// A span of time in milliseconds: `20s`, `6m12.5s`, `3 days 4 hours`, `02:05:00`, or a number of units of `bare`.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
fn span(text: &str, bare: i64) -> Option<i64> {
    let mut rest = text;
    let mut sum = 0.0;
    let mut found = false;
    while let Some((value, tail)) = number(rest) {
        let word = tail.trim_start_matches([' ', '-']);
        let length = word.find(|c: char| !c.is_alphabetic()).unwrap_or(word.len());
        let unit = match &word[..length] {
            "ms" | "msec" | "millisecond" | "milliseconds" => 1,
            "s" | "sec" | "secs" | "second" | "seconds" | "секунд" | "秒" | "segundos" | "sekunden" | "secondes"
            | "초" => SECOND,
            "m" | "min" | "mins" | "minute" | "minutes" | "минут" | "分钟" | "分" | "minutos" | "minuten" | "분" => {
                MINUTE
            }
            "h" | "hr" | "hrs" | "hour" | "hours" | "час" | "часа" | "часов" | "小时" | "時間" | "horas"
            | "stunden" | "heures" | "시간" => HOUR,
            "d" | "day" | "days" | "дней" | "天" | "日" | "tage" | "tagen" | "jours" | "días" => DAY,
            "w" | "week" | "weeks" => 7 * DAY,
            _ => {
                // A clock or a date is no span.
                let is_clock = tail.starts_with([':', '-', '/']) || matches!(&word[..length], "am" | "pm");
                return if found || is_clock {
                    found.then_some(sum as i64)
                } else {
                    Some((value * bare as f64) as i64)
                };
            }
        };
        found = true;
        sum += value * unit as f64;
        rest = word[length..].trim_start_matches([' ', ',']);
        rest = rest.strip_prefix("and ").unwrap_or(rest);
    }
    found.then_some(sum as i64)
}

/// A point in time: seconds or milliseconds since the epoch, a date of a month, an hour of the day.
#[allow(clippy::cast_possible_truncation)]
fn point(text: &str, now: i64, assumed: Option<i64>) -> Option<i64> {
    if let Some((value, rest)) = number(text)
        && value >= 1e9
        && !rest.starts_with('-')
    {
        return Some(if value < 1e11 { (value * 1000.0) as i64 } else { value as i64 });
    }
    let month = MONTHS.iter().position(|month| text.starts_with(month));
    if let Some(month) = month {
        let rest = text.trim_start_matches(char::is_alphabetic).trim_start_matches(['.', ' ']);
        let (day, rest) = number(rest)?;
        let mut rest = rest.trim_start_matches(char::is_alphabetic).trim_start_matches([',', ' ']);
        let mut year = None;
        if let Some((value, tail)) = number(rest).filter(|(value, _)| *value >= 2000.0) {
            (year, rest) = (Some(value as i64), tail.trim_start_matches([',', ' ']));
        }
        let rest = rest.strip_prefix("at ").unwrap_or(rest);
        let (clock, zone) = hour(rest).unwrap_or((0, None));
        let zone = zone.or(assumed)?;
        let this = year.unwrap_or_else(|| civil_year(now));
        let at = |year| {
            days(year, i64::try_from(month).unwrap_or(0) + 1, day as i64)
                .saturating_mul(DAY)
                .saturating_add(clock - zone)
        };
        let first = at(this);
        return Some(if year.is_none() && first <= now { at(this + 1) } else { first });
    }
    let text = text.strip_prefix("tomorrow at ").unwrap_or(text);
    let text = text.strip_prefix("today at ").unwrap_or(text);
    let text = text.strip_prefix("at ").unwrap_or(text);
    let (clock, zone) = hour(text)?;
    let zone = zone.or(assumed)?;
    let today = now.div_euclid(DAY).saturating_mul(DAY);
    let mut at = today.saturating_add(clock - zone);
    while at <= now {
        at = at.checked_add(DAY)?;
    }
    Some(at)
}

/// An hour of the day, and how far its zone is from UTC, in milliseconds: `3:30 am (utc)`, `17:00 pst`. In `5pm`, nobody
/// knows whose zone is meant: the provider's, or that of the machine the client runs on.
#[allow(clippy::cast_possible_truncation)]
fn hour(text: &str) -> Option<(i64, Option<i64>)> {
    let (value, rest) = number(text)?;
    let mut hours = value as i64;
    let mut minutes = 0;
    let mut rest = rest;
    let mut exact = false;
    if let Some((value, tail)) = rest.strip_prefix(':').and_then(number) {
        (minutes, rest, exact) = (value as i64, tail, true);
        rest = rest.strip_prefix(':').and_then(number).map_or(rest, |(_, tail)| tail);
    }
    let half = rest.trim_start();
    if half.starts_with("pm") || half.starts_with("p.m.") {
        (hours, exact) = (hours % 12 + 12, true);
    } else if half.starts_with("am") || half.starts_with("a.m.") {
        (hours, exact) = (hours % 12, true);
    }
    let near = &half[..half.floor_char_boundary(24)];
    let zone = near
        .split(|c: char| !c.is_alphabetic())
        .find_map(|word| ZONES.iter().find(|(name, _)| *name == word))
        .map(|(_, zone)| zone * HOUR);
    (exact && (0..24).contains(&hours) && (0..60).contains(&minutes)).then_some((hours * HOUR + minutes * MINUTE, zone))
}

/// Stamps such as `2026-10-31T21:33:08.5+02:00`, anywhere in the message. Those without a zone say nothing.
fn stamps(folded: &str, assumed: Option<i64>) -> impl Iterator<Item = i64> {
    folded.match_indices("20").take(64).filter_map(move |(at, _)| {
        let text = &folded.as_bytes()[at..];
        let field = |from: usize, length: usize| {
            let digits = text.get(from..from + length)?;
            digits.iter().try_fold(0_i64, |sum, b| b.is_ascii_digit().then(|| sum * 10 + i64::from(b - b'0')))
        };
        let mark = |at: usize, marks: &[u8]| text.get(at).is_some_and(|b| marks.contains(b));
        if !(mark(4, b"-/") && mark(7, b"-/") && mark(10, b"t ") && mark(13, b":")) {
            return None;
        }
        let (year, month, day) = (field(0, 4)?, field(5, 2)?, field(8, 2)?);
        let clock = field(11, 2)? * HOUR + field(14, 2)? * MINUTE + field(17, 2).unwrap_or(0) * SECOND;
        let seconds = if mark(16, b":") { 19 } else { 16 };
        let rest = folded[at..].get(seconds..)?;
        let rest = rest.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
        let zone = match rest.as_bytes() {
            [sign @ (b'+' | b'-'), h1, h2, ..] if h1.is_ascii_digit() && h2.is_ascii_digit() => {
                let hours = i64::from(h1 - b'0') * 10 + i64::from(h2 - b'0');
                hours * HOUR * if *sign == b'-' { -1 } else { 1 }
            }
            [b'z', ..] | [b' ', b'u' | b'g', ..] => 0,
            _ => assumed?,
        };
        (1..=12).contains(&month).then(|| days(year, month, day) * DAY + clock - zone)
    })
}

/// Days from the epoch to a date of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year.clamp(0, 9999) - i64::from(month <= 2);
    let day = day.clamp(1, 31);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let century = year.div_euclid(400);
    let of_century = year.rem_euclid(400);
    century * 146_097 + of_century * 365 + of_century / 4 - of_century / 100 + of_year - 719_468
}

/// The year of a time, to within the days that leap years shift.
fn civil_year(now: i64) -> i64 {
    1970 + now.div_euclid(DAY) * 400 / 146_097
}
