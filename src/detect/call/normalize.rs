//! Normalizes output: replaces what changes from run to run without a meaning, such as colours, white space, ids,
//! hashes, times, durations, large numbers and temporary paths.
//!
//! Integers of one or two digits stay, because going from `3 failed` to `2 failed` is progress.

use super::tokens::{PLACEHOLDER, UUID, push_token, uuid_length};
use crate::wire::json::simd::{LANES, Lanes, escaped};
use crate::wire::{Raw, text};
use regex::Regex;
use std::borrow::Cow;

/// Folders of temporary files, and how many path components after them are random.
pub(crate) const TEMPORARY: [(&str, usize); 5] =
    [("/tmp/", 1), ("/var/tmp/", 1), ("/private/tmp/", 1), ("/var/folders/", 3), ("/private/var/folders/", 3)];

/// Whether a path is in a folder of temporary files. A folder of its own in there may be where the work is.
pub(crate) fn is_temporary(path: &str) -> bool {
    TEMPORARY
        .iter()
        .any(|(root, random)| path.strip_prefix(root).is_some_and(|name| name.matches('/').count() < *random))
}

/// The first letters of those folders, after the slash.
const TEMPORARY_INITIALS: &[u8] = b"tvp";
/// In UTF-8, white space beyond ASCII begins with a byte in this range.
const WHITE_FIRST: u8 = 0xc2;
const WHITE_LAST: u8 = 0xe3;

/// The text with everything volatile replaced, and also what the user's own patterns match. Quotes and backslashes
/// come out escaped, as in JSON.
pub(crate) fn normalize_output(text: &str, patterns: &[Regex]) -> String {
    let text = patterns
        .iter()
        .fold(Cow::Borrowed(text), |text, pattern| Cow::Owned(pattern.replace_all(&text, "#").into_owned()));
    if memchr::memchr2(b'"', b'\\', text.as_bytes()).is_none() {
        return normalize_body(&text);
    }
    normalize_body(&text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Normalizes a JSON value. A string does not have to be decoded first.
pub(crate) fn normalize_raw_output(raw: Raw<'_>, patterns: &[Regex]) -> String {
    let body = raw.get().strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match body {
        Some(body) if patterns.is_empty() && memchr::memmem::find(body.as_bytes(), b"\\u").is_none() => {
            normalize_body(body)
        }
        // `\u` escapes, which colours need, are not handled in place.
        _ => normalize_output(&text::decode(raw), patterns),
    }
}

/// Normalizes the body of a JSON string that has no `\u` escapes.
fn normalize_body(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut normalized = String::with_capacity(text.len());
    // Bytes from `run` to `at` stay as they are. Leading white space is dropped.
    let mut run = white_length(bytes);
    let mut at = run;
    while at < bytes.len() {
        let in_space = at > run && bytes[at - 1] == b' ';
        let (from, mut stops) = (at, stops(&bytes[at..], in_space));
        while stops != 0 {
            let stop = from + stops.trailing_zeros() as usize;
            stops &= stops - 1;
            // A token before it included this one.
            if stop < at {
                continue;
            }
            let harmless = harmless_length(text, run, stop);
            if harmless > 0 {
                at = stop + harmless;
                continue;
            }
            normalized.push_str(&text[run..stop]);
            at = stop + push_volatile(text, stop, stop - run, &mut normalized);
            let white = white_length(&bytes[at..]);
            if white > 0 {
                push_space(&mut normalized);
            }
            at += white;
            run = at;
        }
        at = at.max(from + LANES);
    }
    normalized.push_str(&text[run..]);
    normalized.truncate(normalized.trim_end().len());
    normalized
}

/// The next bytes that may have to be replaced, as bits. `in_space` says that a space precedes them.
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

/// How many bytes at `stop` can stay as they are after all: an escaped quote or backslash, a slash that begins no
/// temporary path, a hyphen outside a UUID, a character that is not white space. The run began at `run`.
fn harmless_length(text: &str, run: usize, stop: usize) -> usize {
    let bytes = text.as_bytes();
    match (bytes[stop], bytes.get(stop + 1)) {
        (b'\\', Some(b'"' | b'\\')) => 2,
        (b'/', next) if !next.is_some_and(|next| TEMPORARY_INITIALS.contains(next)) => 1,
        (b'-', next) if !bytes[run..stop].last().is_some_and(u8::is_ascii_hexdigit) => {
            usize::from(!(next.is_some_and(|next| is_pod_letter(*next)) && is_pod_suffix(bytes, stop)))
        }
        (0..=0x08 | 0x0e..=0x1a | 0x1c..=0x1f, _) => 1,
        (0x80.., _) => {
            let first = text[stop..].chars().next();
            first.filter(|first| !first.is_whitespace()).map_or(0, char::len_utf8)
        }
        _ => 0,
    }
}

/// The length of the white space that the body of a JSON string begins with.
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

/// Appends a replacement for what begins at `at`, after `plain` bytes that stayed as they were. Returns its length; 0
/// for white space, which the caller handles.
fn push_volatile(text: &str, at: usize, plain: usize, normalized: &mut String) -> usize {
    let rest = &text[at..];
    match rest.as_bytes()[0] {
        b'0'..=b'9' => {
            // The letters before the digits belong to the token and were already appended.
            let letters = letters_before(&text[at - plain..at]);
            normalized.truncate(normalized.len() - letters);
            push_token(&text[at - letters..], normalized) - letters
        }
        0x1b => escape_length(rest),
        b'/' => push_slash(rest, normalized),
        b'-' => push_hyphen(text, at, plain, normalized),
        b'\\' => push_backslash(rest, normalized),
        0x80.. => {
            // White space beyond ASCII.
            push_space(normalized);
            rest.chars().next().map_or(0, char::len_utf8)
        }
        _ => 0,
    }
}

/// Appends a space, unless the text is empty or ends with one.
fn push_space(normalized: &mut String) {
    if !normalized.is_empty() && !normalized.ends_with(' ') {
        normalized.push(' ');
    }
}

/// Appends a backslash that is followed by neither a quote nor another backslash.
fn push_backslash(rest: &str, normalized: &mut String) -> usize {
    match rest.as_bytes().get(1) {
        Some(b'n' | b't' | b'r' | b'f') => return 0,
        Some(b'b') => normalized.push('\u{8}'),
        Some(b'/') => normalized.push('/'),
        // Not valid in JSON.
        _ => {
            normalized.push('\\');
            return 1;
        }
    }
    2
}

/// How many ASCII letters a text ends with.
fn letters_before(plain: &str) -> usize {
    plain.bytes().rev().take_while(u8::is_ascii_alphabetic).count()
}

/// Appends a hyphen, or a placeholder if eight letters before it begin a UUID.
fn push_hyphen(text: &str, at: usize, plain: usize, normalized: &mut String) -> usize {
    if is_pod_suffix(text.as_bytes(), at) {
        normalized.push('-');
        normalized.push(PLACEHOLDER);
        return 1 + POD_SUFFIX;
    }
    let letters = UUID[0];
    let length =
        (letters_before(&text[at - plain..at]) == letters).then(|| uuid_length(&text[at - letters..])).flatten();
    let Some(length) = length else {
        normalized.push('-');
        return 1;
    };
    normalized.truncate(normalized.len() - letters);
    normalized.push(PLACEHOLDER);
    length - letters
}

/// The length of the random end of a Kubernetes pod's name.
const POD_SUFFIX: usize = 5;

/// Whether Kubernetes uses a letter or digit in random names: no vowel, and nothing that looks like another, so that
/// they are never words (`k8s.io/apimachinery/pkg/util/rand`).
fn is_pod_letter(byte: u8) -> bool {
    b"bcdfghjklmnpqrstvwxz2456789".contains(&byte)
}

/// Whether the hyphen at `at` begins the random end of a pod's name: `web-7d9f8-x2kpq`.
fn is_pod_suffix(bytes: &[u8], at: usize) -> bool {
    let (start, end) = (at + 1, at + 1 + POD_SUFFIX);
    let stands_alone = bytes.get(end).is_none_or(|next| !next.is_ascii_alphanumeric() && !matches!(next, b'-' | b'_'));
    at > 0
        && bytes[at - 1].is_ascii_alphanumeric()
        && stands_alone
        && bytes.get(start..end).is_some_and(|suffix| suffix.iter().copied().all(is_pod_letter))
}

/// Whether a name ends as that of a pod does.
pub(super) fn names_pod(name: &str) -> bool {
    name.rfind('-').is_some_and(|at| is_pod_suffix(name.as_bytes(), at))
}

/// The text with a placeholder for every run of digits.
pub(crate) fn without_numbers(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| byte.is_ascii_digit()) {
        plain.push_str(&rest[..at]);
        // One for digits on both sides of a placeholder that was there.
        if !plain.ends_with(PLACEHOLDER) {
            plain.push(PLACEHOLDER);
        }
        rest = rest[at..].trim_start_matches(|c: char| c.is_ascii_digit());
    }
    plain.push_str(rest);
    plain
}

/// The length of a terminal's escape sequence.
fn escape_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    match bytes.get(1) {
        Some(b'[') => bytes[2..].iter().position(|b| (0x40..=0x7e).contains(b)).map_or(text.len(), |at| at + 3),
        Some(b']') => bytes[2..]
            .iter()
            .position(|b| *b == 0x07 || *b == 0x1b)
            .map_or(text.len(), |at| at + 3 - usize::from(bytes[at + 2] == 0x1b)),
        Some(b) if b.is_ascii() => 2,
        _ => 1,
    }
}

/// Appends a slash, or a path in a temporary folder with placeholders for its random components.
fn push_slash(text: &str, normalized: &mut String) -> usize {
    for (folder, random) in TEMPORARY {
        let Some(mut rest) = text.strip_prefix(folder) else {
            continue;
        };
        normalized.push_str(folder);
        for component in 0..random {
            let end =
                rest.find(|c: char| c == '/' || c.is_whitespace() || "\"'`:;,()<>\\".contains(c)).unwrap_or(rest.len());
            normalized.push(PLACEHOLDER);
            rest = &rest[end..];
            if component + 1 < random && rest.starts_with('/') {
                rest = &rest[1..];
            }
        }
        return text.len() - rest.len();
    }
    normalized.push('/');
    1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn normalized(text: &str) -> String {
        normalize_output(text, &[])
    }

    #[test]
    fn replaces_volatile_text() {
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
            ("refused after 1 ms, 3 msgs", "refused after # ms, 3 msgs"),
            ("pid 4711, 3 failed", "pid #, 3 failed"),
            ("59s 1m2s 12m 3h5m 2d4h", "#s #s #s #s #s"),
            ("req_011CSqFkN2bVx8TzW3yQ ok", "req_# ok"),
            ("01JDQ8ZK3M5X7WNRT2V9YB4CHE!", "#!"),
            ("tz4a98xxat96iws9zmbrgj3a", "#"),
            ("Nov 9, 2026, 3:07 PM and 26 Nov 2026 10:12", "Nov #, #, # PM and # Nov # #"),
            ("Updated 4 minutes ago, 11/26/2026", "Updated # minutes ago, #"),
            ("July 4th at 9:30.", "July #th at #."),
            ("June 3rd and Mar 22nd, restarted at 23:59", "June #rd and Mar #nd, restarted at #"),
            ("/tmp/tmp.Ab12/x.txt", "/tmp/#/x.txt"),
            ("/var/folders/aa/bb/T/x", "/var/folders/###/x"),
        ] {
            assert_eq!(normalized(text), expected, "{text}");
        }
    }

    #[test]
    fn keeps_possible_progress() {
        for text in [
            "3 failed",
            "src/main.rs:12:34: error",
            "defaced facade",
            "x86 and v8",
            "utf8mb4collation",
            "3 dogs",
            "12:34 error",
            "may 3 fail",
            "2 minutes",
            "Marker 3",
            "3/4 done",
            "syntax error at 12:34",
            "Unexpected token } at 3:15",
            "ended at 31:12",
            "ratio at 12:75",
        ] {
            assert_eq!(normalized(text), text);
        }
    }

    #[test]
    fn applies_user_patterns_first() {
        let patterns = [Regex::new("run-[a-z]+").unwrap()];
        assert_eq!(normalize_output("run-abc done", &patterns), "# done");
    }

    proptest! {
        #[test]
        fn never_grows_much(text in any::<String>()) {
            let once = normalized(&text);
            let escaped = text.matches(['"', '\\']).count();
            prop_assert!(once.len() <= text.len() + escaped + 8 * text.matches("/var/").count());
        }

        #[test]
        fn collapses_white_space(words in proptest::collection::vec("[a-z\"é/-]{1,3}", 1..6), white in "[ \\t\\r\\n\u{b}\u{c}\u{a0}]{1,5}") {
            prop_assert_eq!(normalized(&words.join(&white)), normalized(&words.join(" ")));
        }

        #[test]
        fn ignores_alignment(before in 0usize..70, text in r#"[a-f1 "\\/\n\té\u{a0}:.-]{1,100}(/tmp/[a1"\\]{0,4})?"#) {
            let before = "x".repeat(before) + ".\n";
            let expected = format!("{} {}", before.trim_end(), normalized(&text));
            prop_assert_eq!(normalized(&(before + &text)), expected.trim_end());
        }

        #[test]
        fn raw_equals_decoded(text in r#"[a-c1\"/\n\t é:.-]{0,30}(/tmp/[a1"\\]{0,4})?"#) {
            let source = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(normalize_raw_output(Raw::new(&source), &[]), normalized(&text));
        }
    }
}
