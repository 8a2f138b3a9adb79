//! Reads the time that a provider's message names: "try again in 6m12.5s", "resets at 5pm", `retry-after: 20`.

use super::calendar::{DAY, HOUR, MINUTE, SECOND, days, weekday, year_of};
use super::zone::Zone;

/// What is farther away is not a time to wait for.
const FARTHEST: i64 = 400 * DAY;

/// What stands before a span of time to wait.
const SPANS: [&str; 44] = [
    "try again in",
    "retry in",
    "retrying in",
    "try again after",
    "retry after",
    "again after",
    "again in",
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
    "reset-requests",
    "reset-tokens",
    "renews in",
    "renew in",
    "resumes in",
    "restored in",
    "replenishes in",
    "please wait",
    "available in",
    "wait for",
    "wait",
    "refreshes in",
    "refresh in",
    "back in",
    "until reset",
    "to reset",
    "next reset",
    "请在",
    "将在",
    "将于",
    "等待",
    "あと",
    "약",
    "через",
];
/// What stands before a point in time.
const POINTS: [&str; 33] = [
    "try again at",
    "try again on",
    "try again",
    "retry-after",
    "retry after",
    "again after",
    "resets at",
    "reset at",
    "resets_at",
    "reset_at",
    "resetsat",
    "resetat",
    "resettime",
    "resets on",
    "reset on",
    "resets",
    "-reset",
    "until",
    "retry at",
    "again on",
    "again at",
    "reset time",
    "available at",
    "available on",
    "renews on",
    "renews at",
    "limit reached|",
    "将在",
    "将于",
    "重置时间",
    "请于",
    "请在",
    "again um",
];
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const TOMORROW: [&str; 8] = ["tomorrow", "明天", "明日", "내일", "morgen", "demain", "mañana", "завтра"];

/// Units of time in scripts that put no space after them, the longer ones first.
const JOINED_UNITS: [(&str, i64); 13] = [
    ("秒", SECOND),
    ("초", SECOND),
    ("分钟", MINUTE),
    ("分鐘", MINUTE),
    ("分", MINUTE),
    ("분", MINUTE),
    ("小时", HOUR),
    ("小時", HOUR),
    ("時間", HOUR),
    ("시간", HOUR),
    ("天", DAY),
    ("日", DAY),
    ("일", DAY),
];

/// A time that a message names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Moment {
    /// Milliseconds since the epoch; in UTC if no zone is named.
    at: i64,
    /// Whether a zone is named, or none is needed.
    certain: bool,
}

/// The time that a folded message names, in milliseconds since the epoch, if it is still to come. One without a zone
/// says nothing, unless it is so far away that its zone hardly matters.
pub(super) fn until(folded: &str, now: i64) -> Option<i64> {
    let far = |moment: &Moment| moment.at.saturating_sub(now) >= DAY;
    moments(folded, now).filter(|moment| moment.certain || far(moment)).map(|moment| moment.at).max()
}

/// Whether a folded message names a time that is still to come, if only in an unknown zone.
pub(super) fn names_time(folded: &str, now: i64) -> bool {
    moments(folded, now).next().is_some()
}

/// The times to come that a message names. The latest counts: a message that names the limit of a minute and that of a
/// day waits for the latter.
fn moments(folded: &str, now: i64) -> impl Iterator<Item = Moment> {
    let spans = SPANS.iter().flat_map(move |marker| {
        let number_is_ms = marker.ends_with("ms");
        // Behind the others, `13:05:00` is a time of the day.
        let takes_clock = marker.ends_with(" in") || marker.contains("wait");
        let bare = if number_is_ms { 1 } else { SECOND };
        after(folded, marker)
            .filter_map(move |rest| long_clock(rest).filter(|_| takes_clock).or_else(|| span(rest, bare)))
    });
    let spans = spans.map(move |span| Moment { at: now.saturating_add(span), certain: true });
    let points = POINTS.iter().flat_map(move |marker| after(folded, marker)).filter_map(move |rest| point(rest, now));
    spans
        .chain(points)
        .chain(stamps(folded))
        .filter(move |moment| moment.at > now && moment.at.saturating_sub(now) <= FARTHEST)
}

/// What follows each place where `marker` stands, without the punctuation between.
fn after<'a>(folded: &'a str, marker: &'a str) -> impl Iterator<Item = &'a str> {
    folded.match_indices(marker).take(8).map(move |(at, _)| {
        let rest = folded[at + marker.len()..].trim_start_matches([' ', ':', '：', '"', '\'', '=', '~', '\\']);
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

/// Whether this unit is the day of a date: `28日`, where `3日后` and `3日間` are spans.
fn is_date(unit: &str, word: &str) -> bool {
    unit == "日" && !word[unit.len()..].trim_start().starts_with(['后', '後', '間', '内', '以'])
}

/// A span of time in milliseconds: `20s`, `6m12.5s`, `3 days 4 hours`, or a number of units of `bare`.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
fn span(text: &str, bare: i64) -> Option<i64> {
    let mut rest = text;
    let mut sum = 0.0;
    let mut found = false;
    while let Some((value, tail)) = number(rest) {
        let word = tail.trim_start_matches([' ', '-']);
        let length = word.find(|c: char| !c.is_alphabetic()).unwrap_or(word.len());
        let joined = JOINED_UNITS.iter().find(|(name, _)| word.starts_with(name) && !is_date(name, word));
        let length = joined.map_or(length, |(name, _)| name.len());
        let unit = match &word[..length] {
            _ if joined.is_some() => joined.map_or(SECOND, |(_, unit)| *unit),
            "ms" | "msec" | "millisecond" | "milliseconds" => 1,
            "s" | "sec" | "secs" | "second" | "seconds" | "секунд" | "segundos" | "sekunden" | "secondes" => {
                SECOND
            }
            "m" | "min" | "mins" | "minute" | "minutes" | "минут" | "minutos" | "minuten" => MINUTE,
            "h" | "hr" | "hrs" | "hour" | "hours" | "час" | "часа" | "часов" | "horas" | "stunden" | "heures" => {
                HOUR
            }
            "d" | "day" | "days" | "дней" | "tage" | "tagen" | "jours" | "días" => DAY,
            "w" | "week" | "weeks" => 7 * DAY,
            _ => {
                // A clock or a date is not a span.
                let is_clock = tail.starts_with([':', '-', '/', '年', '月', '日', '号', '时', '時', '点', '點'])
                    || matches!(&word[..length], "am" | "pm");
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

/// A span written as `02:05:00`.
#[allow(clippy::cast_possible_truncation)]
fn long_clock(text: &str) -> Option<i64> {
    let (hours, rest) = number(text)?;
    let (minutes, rest) = number(rest.strip_prefix(':')?)?;
    let (seconds, _) = number(rest.strip_prefix(':')?)?;
    let parts = [(hours, HOUR), (minutes, MINUTE), (seconds, SECOND)];
    Some(parts.iter().fold(0, |sum: i64, (value, unit)| sum.saturating_add((*value as i64).saturating_mul(*unit))))
}

/// A point in time: seconds or milliseconds since the epoch, a date, an hour of the day.
#[allow(clippy::cast_possible_truncation)]
fn point(text: &str, now: i64) -> Option<Moment> {
    if let Some((value, rest)) = number(text)
        && value >= 1e9
        && !rest.starts_with('-')
    {
        let at = if value < 1e11 { (value * 1000.0) as i64 } else { value as i64 };
        return Some(Moment { at, certain: true });
    }
    let text = text.strip_prefix("at ").or_else(|| text.strip_prefix("on ")).unwrap_or(text);
    let (date, rest) = date(text).map_or((None, text), |(date, rest)| (Some(date), rest));
    let rest = rest.trim_start_matches([',', ' ', '·', '-']);
    let rest = ["at ", "um ", "à ", "t", "@ "].iter().find_map(|word| rest.strip_prefix(word)).unwrap_or(rest);
    let clock = hour(rest);
    let behind = clock.map_or(rest, |(_, behind)| behind);
    // Some write the year last: `mon nov 30 9:12:00 2026`.
    let zone = Zone::read(behind.trim_start_matches([' ', '(']));
    let clock = match (clock, &date) {
        (Some((clock, _)), _) => clock,
        (None, Some(_)) => 0,
        (None, None) => return None,
    };
    let today = zone.map_or(now, |zone| zone.local(now)).div_euclid(DAY);
    let moment = |day: i64| {
        let local = day.saturating_mul(DAY).saturating_add(clock);
        zone.map_or(local, |zone| zone.moment(local))
    };
    let at = match date {
        Some(Date::Full(day)) => moment(day),
        Some(Date::OfYear(month, day)) => {
            let year = year_of(today);
            let this = moment(days(year, month, day));
            if this > now { this } else { moment(days(year + 1, month, day)) }
        }
        Some(Date::Weekday(wanted)) => next(now, today + (wanted - weekday(today)).rem_euclid(7), 7, moment),
        Some(Date::Tomorrow) => moment(today + 1),
        None => next(now, today, 1, moment),
    };
    Some(Moment { at, certain: zone.is_some() })
}

/// The moment of a day, or, if that is over, that of the next such day.
fn next(now: i64, day: i64, every: i64, moment: impl Fn(i64) -> i64) -> i64 {
    let first = moment(day);
    if first > now { first } else { moment(day.saturating_add(every)) }
}

/// A date in a message.
enum Date {
    /// Days since the epoch.
    Full(i64),
    /// A month, from 1, and a day of it.
    OfYear(i64, i64),
    /// A day of the week, from 0 for Sunday.
    Weekday(i64),
    Tomorrow,
}

/// A date at the beginning of a text, and what follows it: `nov 28th, 2026`, `28 november`, `2026-11-28`,
/// `11月28日`, `tuesday`, `tomorrow`.
#[allow(clippy::cast_possible_truncation)]
fn date(text: &str) -> Option<(Date, &str)> {
    let text = text.strip_prefix("next ").unwrap_or(text);
    let behind_word = |text: &'_ str| text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len());
    let gap = [' ', ',', '.', '-', '/'];
    if let Some(rest) = TOMORROW.iter().find_map(|word| text.strip_prefix(word)) {
        return Some((Date::Tomorrow, rest));
    }
    if let Some(day) = weekday_name(&text[..behind_word(text)]) {
        let rest = text[behind_word(text)..].trim_start_matches(gap);
        return Some(date(rest).filter(|_| !rest.is_empty()).unwrap_or((Date::Weekday(day), rest)));
    }
    if let Some(month) = position(&MONTHS, text) {
        let (day, rest) = number(text[behind_word(text)..].trim_start_matches(gap))?;
        return with_year(month + 1, day, &rest[behind_word(rest)..]);
    }
    let (first, rest) = number(text)?;
    if let Some(rest) = rest.strip_prefix('年').filter(|_| first >= 2000.0) {
        let (month, rest) = number(rest)?;
        let (day, rest) = number(rest.strip_prefix('月')?)?;
        return full(first, month, day).zip(rest.strip_prefix('日'));
    }
    if let Some(rest) = rest.strip_prefix('月').filter(|_| first <= 12.0) {
        let (day, rest) = number(rest)?;
        return of_year(first, day).zip(rest.strip_prefix('日'));
    }
    if first >= 2000.0 && rest.starts_with(['-', '/']) {
        let (month, rest) = number(&rest[1..])?;
        let (day, rest) = number(rest.strip_prefix(['-', '/'])?)?;
        return full(first, month, day).zip(Some(rest));
    }
    let rest = ["st", "nd", "rd", "th"].iter().find_map(|end| rest.strip_prefix(end)).unwrap_or(rest);
    let rest = rest.trim_start_matches(gap);
    let rest = rest.strip_prefix("of ").unwrap_or(rest);
    let month = position(&MONTHS, rest)?;
    with_year(month + 1, first, &rest[behind_word(rest)..])
}

/// A date, if there is such a month and day.
#[allow(clippy::cast_possible_truncation)]
fn full(year: f64, month: f64, day: f64) -> Option<Date> {
    is_real(month, day).then(|| Date::Full(days(year as i64, month as i64, day as i64)))
}

#[allow(clippy::cast_possible_truncation)]
fn of_year(month: f64, day: f64) -> Option<Date> {
    is_real(month, day).then_some(Date::OfYear(month as i64, day as i64))
}

fn is_real(month: f64, day: f64) -> bool {
    (1.0..=12.0).contains(&month) && (1.0..=31.0).contains(&day)
}

/// Which of the names a text begins with, from 0.
fn position(names: &[&str], text: &str) -> Option<i64> {
    let at = names.iter().position(|name| text.starts_with(name))?;
    i64::try_from(at).ok()
}

/// A day of the week, in whole or in its first three letters.
fn weekday_name(word: &str) -> Option<i64> {
    position(&WEEKDAYS, word).filter(|_| word.len() == 3 || word.ends_with("day"))
}

/// A day of a month, with the year if one follows.
#[allow(clippy::cast_precision_loss, reason = "months are small")]
fn with_year(month: i64, day: f64, rest: &str) -> Option<(Date, &str)> {
    let month = month as f64;
    match number(rest.trim_start_matches([' ', ',', '.', '-', '/'])) {
        Some((year, rest)) if (2000.0..2200.0).contains(&year) && !rest.starts_with(':') => {
            Some((full(year, month, day)?, rest))
        }
        _ => Some((of_year(month, day)?, rest)),
    }
}

/// An hour of the day, in milliseconds since midnight, and what follows it: `3:30 am`, `17:00`, `5pm`, `noon`.
#[allow(clippy::cast_possible_truncation)]
fn hour(text: &str) -> Option<(i64, &str)> {
    if let Some(rest) = text.strip_prefix("midnight") {
        return Some((0, rest));
    }
    if let Some(rest) = text.strip_prefix("noon") {
        return Some((12 * HOUR, rest));
    }
    let (value, mut rest) = number(text)?;
    let mut hours = value as i64;
    let mut minutes = 0;
    let mut exact = false;
    if let Some((value, tail)) = rest.strip_prefix([':', 'h', '时', '時', '点']).and_then(number) {
        (minutes, rest, exact) = (value as i64, tail, true);
        rest = rest.strip_prefix(':').and_then(number).map_or(rest, |(_, tail)| tail);
    }
    let half = rest.trim_start();
    let marks = [("pm", 12), ("p.m.", 12), ("am", 0), ("a.m.", 0)];
    if let Some((mark, later)) = marks.iter().find(|(mark, _)| half.starts_with(mark)) {
        (hours, exact) = (hours % 12 + later, true);
        rest = &half[mark.len()..];
    }
    (exact && (0..24).contains(&hours) && (0..60).contains(&minutes)).then(|| (hours * HOUR + minutes * MINUTE, rest))
}

/// Stamps such as `2026-10-31T21:33:08.5+02:00`, anywhere in the message.
fn stamps(folded: &str) -> impl Iterator<Item = Moment> {
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
        let rest = rest.trim_start_matches(|c: char| c == '.' || c == ' ' || c == '(' || c.is_ascii_digit());
        let zone = Zone::read(rest);
        let local = days(year, month, day) * DAY + clock;
        let at = zone.map_or(local, |zone| zone.moment(local));
        (1..=12).contains(&month).then_some(Moment { at, certain: zone.is_some() })
    })
}
