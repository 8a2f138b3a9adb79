//! Recognizes dates and times of day as people write them: `Nov 26, 2026`, `26 Nov`, `3:07 PM`, `4 minutes ago`.

/// The names of months, as dates begin them.
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// Units of time in `4 minutes ago`.
#[rustfmt::skip]
const UNITS: [&str; 17] = [
    "s", "sec", "secs", "second", "seconds", "m", "min", "mins", "minute", "minutes", "h", "hr", "hrs", "hour", "hours", "day", "days",
];
/// What follows a time of day.
const HALVES: [&str; 6] = ["am", "pm", "a.m", "p.m", "utc", "gmt"];
/// What follows the number of a day.
const ORDINALS: [&str; 4] = ["st", "nd", "rd", "th"];
/// Hours of a day, and minutes of an hour.
const HOURS: u8 = 24;
const MINUTES: u8 = 60;
/// How words begin after which `at 12:34` is a line and a column.
#[rustfmt::skip]
const MISTAKES: [&str; 9] = ["error", "unexpected", "expected", "invalid", "token", "char", "syntax", "pars", "mismatch"];
/// How far before it they are looked for, in bytes.
const BEFORE: usize = 48;
/// The longest word that is looked at, in bytes.
const WORD: usize = 12;

/// The length of the day, the date or the time of day that a text begins with, whose first number has `digits` digits;
/// `before` is what stands before it, normalized.
pub(super) fn moment_length(text: &str, digits: usize, before: &str) -> Option<usize> {
    if digits > 2 {
        return None;
    }
    let behind = &text[digits..];
    if behind.starts_with('/') {
        return date_length(text);
    }
    if behind.starts_with(':') {
        return clock_length(text, digits, before);
    }
    let behind = ORDINALS.iter().find_map(|end| behind.strip_prefix(end)).unwrap_or(behind);
    let apart = behind.is_empty() || behind.starts_with([' ', ',', '.', '\\', '"', ')', '-']);
    let is_day = apart && (ends_with_month(before) || behind.strip_prefix([' ', '-']).is_some_and(begins_with_month));
    let is_ago = || {
        let rest = behind.trim_start_matches(' ');
        let unit = word(rest);
        UNITS.contains(&unit) && rest[unit.len()..].trim_start_matches(' ').starts_with("ago")
    };
    (is_day || is_ago()).then_some(digits)
}

/// The length of `11/26/2026`.
fn date_length(text: &str) -> Option<usize> {
    let mut at = 0;
    for (most, end) in [(2, "/"), (2, "/"), (4, "")] {
        let digits = text[at..].bytes().take_while(u8::is_ascii_digit).count();
        if !(1..=most).contains(&digits) || most == 4 && digits != 4 || !text[at + digits..].starts_with(end) {
            return None;
        }
        at += digits + end.len();
    }
    Some(at)
}

/// The length of an hour and a minute, where the words around say that they are: otherwise they are a line and a column.
fn clock_length(text: &str, digits: usize, before: &str) -> Option<usize> {
    let end = digits + 3;
    let below = |range: std::ops::Range<usize>, most: u8| {
        let number = text.get(range)?;
        let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
        number.parse::<u8>().ok().filter(|number| is_number && *number < most)
    };
    below(0..digits, HOURS)?;
    below(digits + 1..end, MINUTES)?;
    if text[end..].starts_with(|c: char| c.is_ascii_digit() || c == ':') {
        return None;
    }
    let half = text[end..].trim_start_matches(' ');
    let half = half[..half.floor_char_boundary(WORD)].to_ascii_lowercase();
    let told = before.ends_with("at ") && !tells_mistake(before) || before.ends_with("# ") || before.ends_with("#, ");
    (told || HALVES.iter().any(|end| half.starts_with(end))).then_some(end)
}

/// Whether a text ends in words about a mistake, whose place is told next.
fn tells_mistake(before: &str) -> bool {
    let near = before[before.ceil_char_boundary(before.len().saturating_sub(BEFORE))..].to_ascii_lowercase();
    near.split(|c: char| !c.is_ascii_alphabetic()).any(|word| MISTAKES.iter().any(|start| word.starts_with(start)))
}

fn word(text: &str) -> &str {
    let length = text.bytes().take(WORD).take_while(u8::is_ascii_lowercase).count();
    &text[..length]
}

fn ends_with_month(before: &str) -> bool {
    let Some(before) = before.strip_suffix([' ', '-', '/']) else {
        return false;
    };
    let before = before.strip_suffix('.').unwrap_or(before);
    let letters = before.bytes().rev().take(WORD).take_while(u8::is_ascii_alphabetic).count();
    is_month(&before[before.len() - letters..])
}

fn begins_with_month(behind: &str) -> bool {
    let letters = behind.bytes().take(WORD).take_while(u8::is_ascii_alphabetic).count();
    is_month(&behind[..letters])
}

fn is_month(word: &str) -> bool {
    const REST: [&str; 12] = ["uary", "ruary", "ch", "il", "", "e", "y", "ust", "tember", "ober", "ember", "ember"];
    MONTHS
        .iter()
        .zip(REST)
        .any(|(month, rest)| word.strip_prefix(month).is_some_and(|end| end.is_empty() || end == rest))
        || word == "Sept"
}
