//! What changes from one run of a command to the next without meaning anything: colours, white space,
//! ids, hashes, times, durations, large numbers, temporary paths.
//!
//! One- and two-digit integers stay: `3 failed` → `2 failed` is progress.

use super::word::{MASK, UUID, uuid_length, word};
use crate::wire::{Raw, text};
use regex::Regex;
use std::borrow::Cow;

/// Where programs put temporary files, and how many components after it are made up.
const TEMPORARY: [(&str, usize); 5] = [
    ("/tmp/", 1),
    ("/var/tmp/", 1),
    ("/private/tmp/", 1),
    ("/var/folders/", 3),
    ("/private/var/folders/", 3),
];

/// What a byte may begin, or be part of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// It stays as it is.
    Plain,
    /// A space: it stays too, if it is the only one.
    Space,
    /// A digit: its whole word is looked at.
    Digit,
    /// A backslash: what it means depends on the next byte.
    Backslash,
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
            b'\\' => Class::Backslash,
            b'\t' | b'\n' | 0x0b | 0x0c | b'\r' | 0x1b | b'/' | b'-' | 0x80..=0xff => Class::Special,
            _ => Class::Plain,
        };
        byte += 1;
    }
    classes
}

/// The text with everything volatile masked, and what the user's own patterns match too. Quotes and backslashes
/// come out with a backslash before them, as in JSON.
pub(crate) fn mask(text: &str, own: &[Regex]) -> String {
    let text = own.iter().fold(Cow::Borrowed(text), |text, pattern| {
        Cow::Owned(pattern.replace_all(&text, "#").into_owned())
    });
    if memchr::memchr2(b'"', b'\\', text.as_bytes()).is_none() {
        return mask_escaped(&text);
    }
    mask_escaped(&text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The same for a JSON value: a string needs not be decoded for it.
pub(crate) fn mask_raw(raw: Raw<'_>, own: &[Regex]) -> String {
    let body = raw
        .get()
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    match body {
        Some(body) if own.is_empty() && memchr::memmem::find(body.as_bytes(), b"\\u").is_none() => {
            mask_escaped(body)
        }
        // Colours, among others, come as escapes that are longer than the rest of this can see.
        _ => mask(&text::decode(raw), own),
    }
}

/// Masks the body of a JSON string that has none but the short escapes.
fn mask_escaped(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let plain = plain_length(&text.as_bytes()[at..]);
        masked.push_str(&text[at..at + plain]);
        at += plain;
        if at < text.len() {
            at += volatile(text, at, plain, &mut masked);
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
            Class::Backslash if matches!(bytes.get(at + 1), Some(b'"' | b'\\')) => at += 2,
            Class::Space | Class::Digit | Class::Backslash | Class::Special => break,
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
        b'\\' => backslash(rest, masked),
        _ => {
            let first = rest.chars().next().unwrap_or(' ');
            if first.is_whitespace() {
                space(masked);
            } else {
                masked.push(first);
            }
            first.len_utf8()
        }
    }
}

/// White space of any kind and length is one space, and none at the beginning.
fn space(masked: &mut String) {
    if !masked.is_empty() && !masked.ends_with(' ') {
        masked.push(' ');
    }
}

/// A backslash that is followed by neither a quote nor another one.
fn backslash(rest: &str, masked: &mut String) -> usize {
    match rest.as_bytes().get(1) {
        Some(b'n' | b't' | b'r' | b'f') => space(masked),
        Some(b'b') => masked.push('\u{8}'),
        Some(b'/') => masked.push('/'),
        // No JSON has it.
        _ => {
            masked.push('\\');
            return 1;
        }
    }
    2
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
                .find(|c: char| c == '/' || c.is_whitespace() || "\"'`:;,()<>\\".contains(c))
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
            let escaped = text.matches(['"', '\\']).count();
            prop_assert!(once.len() <= text.len() + escaped + 8 * text.matches("/var/").count());
        }

        #[test]
        fn it_makes_no_difference_whether_the_text_is_decoded_first(text in r#"[a-c1\"/\n\t é:.-]{0,30}(/tmp/[a1"\\]{0,4})?"#) {
            let source = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(mask_raw(Raw::new(&source), &[]), masked(&text));
        }
    }
}
