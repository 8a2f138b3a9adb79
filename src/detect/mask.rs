//! What changes from one run of a command to the next without meaning anything: colours, white space,
//! ids, hashes, times, durations, large numbers, temporary paths.
//!
//! One- and two-digit integers stay: `3 failed` → `2 failed` is progress.

use regex::Regex;
use std::borrow::Cow;

/// From so many digits on an integer is volatile: a process id, a port, a size.
const LONG_INTEGER: usize = 3;
/// From so many hexadecimal digits on a word is a hash: git's short form has 7.
const LONG_HEX: usize = 7;
/// The groups of a UUID (RFC 9562).
const UUID: [usize; 5] = [8, 4, 4, 4, 12];
/// Where programs put temporary files, and how many components after it are made up.
const TEMPORARY: [(&str, usize); 5] = [
    ("/tmp/", 1),
    ("/var/tmp/", 1),
    ("/private/tmp/", 1),
    ("/var/folders/", 3),
    ("/private/var/folders/", 3),
];
/// Units of time: a number before one of them is a duration.
const UNITS: [&str; 8] = ["ns", "us", "ms", "s", "sec", "secs", "seconds", "min"];
/// What stands in a masked text for what was there.
const MASK: char = '#';

/// What a byte may begin, or be part of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// It stays as it is.
    Plain,
    /// A space: it stays too, if it is the only one.
    Space,
    /// A digit: its whole word is looked at.
    Digit,
    /// Anything else that may be volatile: other white space, an escape, a path, a group of a UUID.
    Special,
}

/// The class of every byte.
static CLASSES: [Class; 256] = classes();

const fn classes() -> [Class; 256] {
    let mut classes = [Class::Plain; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b' ' => Class::Space,
            b'0'..=b'9' => Class::Digit,
            b'\t' | b'\n' | 0x0b | 0x0c | b'\r' | 0x1b | b'/' | b'-' | 0x80..=0xff => Class::Special,
            _ => Class::Plain,
        };
        byte += 1;
    }
    classes
}

/// The text with everything volatile masked, and what the user's own patterns match too.
pub(crate) fn mask(text: &str, own: &[Regex]) -> String {
    let text = own.iter().fold(Cow::Borrowed(text), |text, pattern| {
        Cow::Owned(pattern.replace_all(&text, "#").into_owned())
    });
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let plain = plain_length(&text.as_bytes()[at..]);
        masked.push_str(&text[at..at + plain]);
        at += plain;
        if at < text.len() {
            at += volatile(&text, at, plain, &mut masked);
        }
    }
    masked.truncate(masked.trim_end().len());
    masked
}

/// How many bytes stay as they are.
fn plain_length(bytes: &[u8]) -> usize {
    let mut at = 0;
    // The white space before the first byte has been seen to.
    while let Some(byte) = bytes.get(at) {
        match CLASSES[usize::from(*byte)] {
            Class::Plain => at += 1,
            Class::Space if at > 0 && bytes[at - 1] != b' ' => at += 1,
            Class::Space | Class::Digit | Class::Special => break,
        }
    }
    at
}

/// Masks what begins at `at`, right behind so many bytes that were taken for plain. Returns how long it is.
fn volatile(text: &str, at: usize, plain: usize, masked: &mut String) -> usize {
    let rest = &text[at..];
    match rest.as_bytes()[0] {
        b'0'..=b'9' => {
            // The letters of the word have been taken for plain.
            let letters = letters_before(&text[at - plain..at]);
            masked.truncate(masked.len() - letters);
            word(&text[at - letters..], masked) - letters
        }
        0x1b => escape_length(rest),
        b'/' => temporary(rest, masked),
        b'-' => group(text, at, plain, masked),
        _ => {
            let first = rest.chars().next().unwrap_or(' ');
            if !first.is_whitespace() {
                masked.push(first);
            } else if !masked.is_empty() && !masked.ends_with(' ') {
                masked.push(' ');
            }
            first.len_utf8()
        }
    }
}

/// How many ASCII letters a text ends with: the beginning of the word that goes on behind it.
fn letters_before(plain: &str) -> usize {
    plain.bytes().rev().take_while(u8::is_ascii_alphabetic).count()
}

/// A hyphen: a UUID may have begun with eight letters before it.
fn group(text: &str, at: usize, plain: usize, masked: &mut String) -> usize {
    let letters = UUID[0];
    let length = (letters_before(&text[at - plain..at]) == letters)
        .then(|| uuid_length(&text[at - letters..]))
        .flatten();
    let Some(length) = length else {
        masked.push('-');
        return 1;
    };
    masked.truncate(masked.len() - letters);
    masked.push(MASK);
    length - letters
}

/// Every run of digits as one mark: what is left when only numbers move.
pub(crate) fn without_numbers(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if !c.is_ascii_digit() {
            plain.push(c);
        } else if !plain.ends_with(MASK) {
            plain.push(MASK);
        }
    }
    plain
}

/// The length of a terminal's escape sequence.
fn escape_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    match bytes.get(1) {
        Some(b'[') => bytes[2..]
            .iter()
            .position(|b| (0x40..=0x7e).contains(b))
            .map_or(text.len(), |at| at + 3),
        Some(b']') => bytes[2..]
            .iter()
            .position(|b| *b == 0x07 || *b == 0x1b)
            .map_or(text.len(), |at| at + 3 - usize::from(bytes[at + 2] == 0x1b)),
        Some(b) if b.is_ascii() => 2,
        _ => 1,
    }
}

/// A slash: either a path in a temporary folder, or nothing special.
fn temporary(text: &str, masked: &mut String) -> usize {
    for (folder, made_up) in TEMPORARY {
        let Some(mut rest) = text.strip_prefix(folder) else {
            continue;
        };
        masked.push_str(folder);
        for component in 0..made_up {
            let end = rest
                .find(|c: char| c == '/' || c.is_whitespace() || "\"'`:;,()<>".contains(c))
                .unwrap_or(rest.len());
            masked.push(MASK);
            rest = &rest[end..];
            if component + 1 < made_up && rest.starts_with('/') {
                rest = &rest[1..];
            }
        }
        return text.len() - rest.len();
    }
    masked.push('/');
    1
}

/// A word or a number, masked where it is volatile. Returns its length.
fn word(text: &str, masked: &mut String) -> usize {
    let run = text
        .bytes()
        .position(|b| !b.is_ascii_alphanumeric())
        .unwrap_or(text.len());
    let token = &text[..run];
    if let Some(length) = uuid_length(text).or_else(|| moment_length(text, token)) {
        masked.push(MASK);
        return length;
    }
    let hex = token.strip_prefix("0x").unwrap_or(token);
    if hex.len() >= LONG_HEX
        && hex.bytes().all(|b| b.is_ascii_hexdigit())
        && hex.bytes().any(|b| b.is_ascii_digit())
    {
        masked.push(MASK);
        return run;
    }
    let digits = token.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 && UNITS.contains(&&token[digits..]) {
        masked.push(MASK);
        masked.push_str(&token[digits..]);
        return run;
    }
    numbers_in(token, masked);
    run
}

/// A word with its long integers masked.
fn numbers_in(token: &str, masked: &mut String) {
    let mut rest = token;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits >= LONG_INTEGER {
            masked.push(MASK);
        } else {
            masked.push_str(&rest[..digits]);
        }
        rest = &rest[digits..];
        let letters = rest.bytes().take_while(|b| !b.is_ascii_digit()).count();
        masked.push_str(&rest[..letters]);
        rest = &rest[letters..];
    }
}

/// The length of the UUID that the text begins with.
fn uuid_length(text: &str) -> Option<usize> {
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

/// The length of the date, the time of day or the decimal that the text begins with.
fn moment_length(text: &str, token: &str) -> Option<usize> {
    let digits = token.bytes().take_while(u8::is_ascii_digit).count();
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
    time_length(text).or_else(|| {
        (digits == token.len() || digits == text.len()).then_some(())?;
        decimal_length(text, digits)
    })
}

/// The length of `hh:mm:ss` with what may follow it: a fraction and a zone.
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

/// The length of `1.25`, whose integer part has so many digits.
fn decimal_length(text: &str, digits: usize) -> Option<usize> {
    let fraction = text[digits..].strip_prefix('.')?;
    let more = fraction.bytes().take_while(u8::is_ascii_digit).count();
    (more > 0).then_some(digits + 1 + more)
}

/// The length of `pattern` when the text begins like it: `d` is a digit, anything else itself.
fn shape(text: &str, pattern: &str) -> Option<usize> {
    let bytes = text.as_bytes().get(..pattern.len())?;
    let fits = bytes
        .iter()
        .zip(pattern.bytes())
        .all(|(b, p)| if p == b'd' { b.is_ascii_digit() } else { *b == p });
    fits.then_some(pattern.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn masked(text: &str) -> String {
        mask(text, &[])
    }

    #[test]
    fn what_is_volatile_is_masked() {
        for (text, expected) in [
            ("\u{1b}[31mred\u{1b}[0m  text\n", "red text"),
            ("id 123e4567-e89b-12d3-a456-426614174000!", "id #!"),
            ("commit 1a2b3c4 at 0x7ffe1234", "commit # at #"),
            ("abcdefab-abcd-abcd-abcd-abcdefabcdef.", "#."),
            ("x-abc1234 and abc12", "x-# and abc12"),
            ("\u{1b}[1m1234 at 12:00:00Z5\tx\n\n y", "# at #5 x y"),
            ("  a  b ", "a b"),
            ("größe1234 é12", "größe# é12"),
            ("2026-11-23T22:44:17.123Z ok", "# ok"),
            ("at 22:44:17 in 0.25s, 12ms", "at # in #s, #ms"),
            ("pid 4711, 3 failed", "pid #, 3 failed"),
            ("/tmp/tmp.Ab12/x.txt", "/tmp/#/x.txt"),
            ("/var/folders/aa/bb/T/x", "/var/folders/###/x"),
        ] {
            assert_eq!(masked(text), expected, "{text}");
        }
    }

    #[test]
    fn what_may_be_progress_stays() {
        for text in [
            "3 failed",
            "src/main.rs:12:34: error",
            "defaced facade",
            "x86 and v8",
        ] {
            assert_eq!(masked(text), text);
        }
    }

    #[test]
    fn the_users_own_patterns_are_masked_first() {
        let own = [Regex::new("run-[a-z]+").unwrap()];
        assert_eq!(mask("run-abc done", &own), "# done");
    }

    proptest! {
        #[test]
        fn masking_never_panics_and_stays_put_when_repeated(text in any::<String>()) {
            let once = masked(&text);
            prop_assert!(once.len() <= text.len() + 8 * text.matches("/var/").count());
        }
    }
}
