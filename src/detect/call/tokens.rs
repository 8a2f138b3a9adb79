//! Recognizes tokens that change from one run to the next: hashes, UUIDs, times, durations, process ids.

use super::dates::moment_length;

/// From this many digits on, an integer is volatile: a process id, a port, a size.
const LONG_INTEGER: usize = 3;
/// From this many hexadecimal digits on, a word is a hash: git's short form has 7.
const LONG_HEX: usize = 7;
/// The groups of a UUID (RFC 9562).
pub(crate) const UUID: [usize; 5] = [8, 4, 4, 4, 12];
/// Units of time; a number followed by one is a duration.
const UNITS: [&str; 8] = ["ns", "us", "ms", "s", "sec", "secs", "seconds", "min"];
/// Those of spans so short that they tell how fast a machine was just then, also behind a space.
const SHORT_UNITS: [&str; 5] = [" ms", " us", " µs", " μs", " ns"];
/// Units of the durations that have several, such as `1h5m`, and that tools show where there is one: `3m`, `2d`.
const LONG_UNITS: &[u8] = b"smhdw";
/// From this many letters and digits on, a word in which they alternate is a random id: ULID, nanoid, `req_011CSqF…`.
const RANDOM: usize = 10;
/// What replaces volatile text.
pub(crate) const PLACEHOLDER: char = '#';

/// Appends the word or number that `text` begins with, or a placeholder if it is volatile. Returns its length.
pub(crate) fn push_token(text: &str, normalized: &mut String) -> usize {
    let run = text.bytes().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(text.len());
    let token = &text[..run];
    let digits = token.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0
        && let Some(length) = moment_length(text, digits, normalized)
    {
        normalized.push(PLACEHOLDER);
        return length;
    }
    if digits == run && !may_continue(&text.as_bytes()[run..], digits) {
        // A plain number, which is the most frequent case.
        if is_short_span(&text[run..]) {
            normalized.push(PLACEHOLDER);
        } else {
            push_numbers(token, normalized);
        }
        return run;
    }
    if let Some(length) = uuid_length(text).or_else(|| datetime_length(text, token)) {
        normalized.push(PLACEHOLDER);
        return length;
    }
    let hex = token.strip_prefix("0x").unwrap_or(token);
    if hex.len() >= LONG_HEX && hex.bytes().all(|b| b.is_ascii_hexdigit()) && hex.bytes().any(|b| b.is_ascii_digit()) {
        normalized.push(PLACEHOLDER);
        return run;
    }
    if digits > 0 && UNITS.contains(&&token[digits..]) {
        normalized.push(PLACEHOLDER);
        normalized.push_str(&token[digits..]);
        return run;
    }
    if is_long_duration(token) {
        // Of one form, so that `59s` and `1m2s` are the same.
        normalized.push(PLACEHOLDER);
        normalized.push('s');
        return run;
    }
    // A new file is news.
    let is_file =
        || text[run..].strip_prefix('.').is_some_and(|end| end.starts_with(|c: char| c.is_ascii_alphabetic()));
    if is_random(token) && !is_file() {
        normalized.push(PLACEHOLDER);
        return run;
    }
    push_numbers(token, normalized);
    run
}

/// Whether what follows a number is the unit of a short span: `after 3 ms`.
fn is_short_span(behind: &str) -> bool {
    SHORT_UNITS.iter().any(|unit| {
        let rest = behind.strip_prefix(unit);
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
    })
}

/// Whether a word is a duration such as `3m12s`, `5h` or `2d4h`.
fn is_long_duration(token: &str) -> bool {
    let mut rest = token.as_bytes();
    let mut groups = 0;
    while !rest.is_empty() {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 || digits > LONG_INTEGER || !rest.get(digits).is_some_and(|unit| LONG_UNITS.contains(unit)) {
            return false;
        }
        rest = &rest[digits + 1..];
        groups += 1;
    }
    groups > 0
}

/// Whether letters and digits alternate in a word as in no name that somebody chose.
fn is_random(token: &str) -> bool {
    if token.len() < RANDOM {
        return false;
    }
    let kind = |byte: u8| (byte.is_ascii_digit(), byte.is_ascii_uppercase());
    let digits = token.bytes().filter(u8::is_ascii_digit).count();
    let changes = token.as_bytes().windows(2).filter(|pair| kind(pair[0]) != kind(pair[1])).count();
    digits * RANDOM >= token.len() && changes > token.len() / 3
}

/// Whether a number may begin a time, a date, a decimal or a UUID, judging by what follows it.
fn may_continue(rest: &[u8], digits: usize) -> bool {
    match rest.first() {
        Some(b':' | b'.') => rest.get(1).is_some_and(u8::is_ascii_digit),
        Some(b'-') => digits == 4 || digits == UUID[0],
        Some(b'/') => digits == 4,
        _ => false,
    }
}

/// Appends a word with placeholders for its long integers.
fn push_numbers(token: &str, normalized: &mut String) {
    let mut rest = token;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits >= LONG_INTEGER {
            normalized.push(PLACEHOLDER);
        } else {
            normalized.push_str(&rest[..digits]);
        }
        rest = &rest[digits..];
        let letters = rest.bytes().take_while(|b| !b.is_ascii_digit()).count();
        normalized.push_str(&rest[..letters]);
        rest = &rest[letters..];
    }
}

/// The length of the UUID that the text begins with, if it does.
pub(crate) fn uuid_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    for (index, group) in UUID.into_iter().enumerate() {
        if index > 0 {
            (bytes.get(at) == Some(&b'-')).then_some(())?;
            at += 1;
        }
        let digits = bytes.get(at..at + group)?;
        digits.iter().all(u8::is_ascii_hexdigit).then_some(())?;
        at += group;
    }
    Some(at)
}

/// The length of the date, time of day or decimal that the text begins with, if it does.
pub(super) fn datetime_length(text: &str, token: &str) -> Option<usize> {
    let digits = token.bytes().take_while(u8::is_ascii_digit).count();
    timestamp_length(text, digits).or_else(|| {
        (digits == token.len() || digits == text.len()).then_some(())?;
        decimal_length(text, digits)
    })
}

/// The length of the date or time of day that the text begins with, whose first number has so many digits.
pub(super) fn timestamp_length(text: &str, digits: usize) -> Option<usize> {
    if digits == 0 {
        return None;
    }
    if digits == 4
        && let Some(day) = shape(text, "dddd-dd-dd").or_else(|| shape(text, "dddd/dd/dd"))
    {
        let rest = &text[day..];
        let gap = usize::from(rest.starts_with(['T', ' ']));
        return Some(time_length(&rest[gap..]).map_or(day, |time| day + gap + time));
    }
    time_length(text)
}

/// The length of `hh:mm:ss` with an optional fraction and time zone.
fn time_length(text: &str) -> Option<usize> {
    let mut at = shape(text, "dd:dd:dd").or_else(|| shape(text, "d:dd:dd"))?;
    if text[at..].starts_with(['.', ',']) {
        at += 1;
        at += text[at..].bytes().take_while(u8::is_ascii_digit).count();
    }
    let rest = &text[at..];
    if rest.starts_with('Z') {
        return Some(at + 1);
    }
    let zone = rest.starts_with(['+', '-']).then(|| shape(&rest[1..], "dd:dd"));
    Some(at + zone.flatten().map_or(0, |length| length + 1))
}

/// The length of a decimal such as `1.25` whose integer part has `digits` digits.
fn decimal_length(text: &str, digits: usize) -> Option<usize> {
    let fraction = text[digits..].strip_prefix('.')?;
    let more = fraction.bytes().take_while(u8::is_ascii_digit).count();
    (more > 0).then_some(digits + 1 + more)
}

/// The length of `pattern` if the text begins like it: `d` matches a digit, anything else itself.
pub(super) fn shape(text: &str, pattern: &str) -> Option<usize> {
    let bytes = text.as_bytes().get(..pattern.len())?;
    let fits = bytes.iter().zip(pattern.bytes()).all(|(b, p)| if p == b'd' { b.is_ascii_digit() } else { *b == p });
    fits.then_some(pattern.len())
}
