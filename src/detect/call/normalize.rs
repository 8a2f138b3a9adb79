//! What changes from one run of a command to the next without meaning anything: colours, white space,
//! ids, hashes, times, durations, large numbers, temporary paths.
//!
//! One- and two-digit integers stay: `3 failed` → `2 failed` is progress.

use super::tokens::{MASK, UUID, uuid_length, word};
use crate::wire::json::simd::{LANES, Lanes, escaped};
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

/// What their names begin with, behind the slash.
const TEMPORARY_BEGINS: &[u8] = b"tvp";
/// White space that is not ASCII begins with one of these bytes.
const WHITE_FIRST: u8 = 0xc2;
const WHITE_LAST: u8 = 0xe3;

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
pub(crate) fn normalize_raw_output(raw: Raw<'_>, own: &[Regex]) -> String {
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
    let bytes = text.as_bytes();
    let mut masked = String::with_capacity(text.len());
    // What lies between `run` and `at` stays as it is. White space at the beginning goes.
    let mut run = white_length(bytes);
    let mut at = run;
    while at < bytes.len() {
        let in_space = at > run && bytes[at - 1] == b' ';
        let (from, mut stops) = (at, stops(&bytes[at..], in_space));
        while stops != 0 {
            let stop = from + stops.trailing_zeros() as usize;
            stops &= stops - 1;
            // What another one took with it is none any more.
            if stop < at {
                continue;
            }
            let harmless = harmless_length(text, run, stop);
            if harmless > 0 {
                at = stop + harmless;
                continue;
            }
            masked.push_str(&text[run..stop]);
            at = stop + volatile(text, stop, stop - run, &mut masked);
            let white = white_length(&bytes[at..]);
            if white > 0 {
                space(&mut masked);
            }
            at += white;
            run = at;
        }
        at = at.max(from + LANES);
    }
    masked.push_str(&text[run..]);
    masked.truncate(masked.trim_end().len());
    masked
}

/// Which of the next bytes may not stay as they are. `in_space` says that a space stands before them.
fn stops(bytes: &[u8], in_space: bool) -> u64 {
    let lanes = Lanes::of(bytes);
    let backslashes = lanes.are(b'\\');
    let escapes = backslashes & !escaped(backslashes, false).0;
    let quoted = (lanes.are(b'"') | backslashes) >> 1;
    let spaces = lanes.are(b' ');
    lanes.between(b'0', b'9')
        | (escapes & !quoted)
        | (spaces & (spaces << 1 | u64::from(in_space)))
        | lanes.are(b'/')
        | lanes.are(b'-')
        | lanes.between(0, 0x1f)
        | lanes.between(WHITE_FIRST, WHITE_LAST)
}

/// How many bytes stay as they are all the same where the run that began at `run` has stopped: an escaped quote or
/// backslash, a slash that begins no temporary path, a hyphen that is in no UUID, a character that is no white space.
fn harmless_length(text: &str, run: usize, stop: usize) -> usize {
    let bytes = text.as_bytes();
    match (bytes[stop], bytes.get(stop + 1)) {
        (b'\\', Some(b'"' | b'\\')) => 2,
        (b'/', next) if !next.is_some_and(|next| TEMPORARY_BEGINS.contains(next)) => 1,
        (b'-', _) if !bytes[run..stop].last().is_some_and(u8::is_ascii_hexdigit) => 1,
        (0..=0x08 | 0x0e..=0x1a | 0x1c..=0x1f, _) => 1,
        (0x80.., _) => {
            let first = text[stop..].chars().next();
            first
                .filter(|first| !first.is_whitespace())
                .map_or(0, char::len_utf8)
        }
        _ => 0,
    }
}

/// How long the white space is that the body of a JSON string begins with.
fn white_length(bytes: &[u8]) -> usize {
    let mut at = 0;
    loop {
        match (bytes.get(at), bytes.get(at + 1)) {
            (Some(b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r'), _) => at += 1,
            (Some(b'\\'), Some(b'n' | b't' | b'r' | b'f')) => at += 2,
            _ => return at,
        }
    }
}

/// Masks what begins at `at`, right behind so many bytes that stayed as they were. Returns how long it is; nothing of
/// white space, which is seen to afterwards.
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
        0x80.. => {
            // White space as it is rarely seen.
            space(masked);
            rest.chars().next().map_or(0, char::len_utf8)
        }
        _ => 0,
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
        Some(b'n' | b't' | b'r' | b'f') => return 0,
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
        fn a_run_of_white_space_is_one_space(words in proptest::collection::vec("[a-z\"é/-]{1,3}", 1..6), white in "[ \\t\\r\\n\u{b}\u{c}\u{a0}]{1,5}") {
            prop_assert_eq!(masked(&words.join(&white)), masked(&words.join(" ")));
        }

        #[test]
        fn it_makes_no_difference_where_a_text_begins(before in 0usize..70, text in r#"[a-f1 "\\/\n\té\u{a0}:.-]{1,100}(/tmp/[a1"\\]{0,4})?"#) {
            let before = "x".repeat(before) + ".\n";
            let expected = format!("{} {}", before.trim_end(), masked(&text));
            prop_assert_eq!(masked(&(before + &text)), expected.trim_end());
        }

        #[test]
        fn it_makes_no_difference_whether_whether_the_text_is_decoded_first(text in r#"[a-c1\"/\n\t é:.-]{0,30}(/tmp/[a1"\\]{0,4})?"#) {
            let source = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(normalize_raw_output(Raw::new(&source), &[]), masked(&text));
        }
    }
}
