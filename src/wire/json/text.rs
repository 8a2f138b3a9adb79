//! JSON strings decoded so that nothing is lost: `JavaScript` cuts emoji in half, and a strict
//! decoder throws the whole event away for it.

use super::raw::Raw;
use serde::de::{Deserializer, Error, Visitor};
use std::borrow::Cow;
use std::fmt;

/// For `#[serde(deserialize_with)]`: a string that may be missing or null, borrowed where it has no escapes. What
/// serde does by itself with `Option<Cow<str>>` is to copy it.
pub(crate) fn borrowed<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Cow<'de, str>>, D::Error> {
    struct Text;
    impl<'de> Visitor<'de> for Text {
        type Value = Option<Cow<'de, str>>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }
        fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
            Ok(Some(Cow::Borrowed(text)))
        }
        fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
            Ok(Some(Cow::Owned(text.to_owned())))
        }
        fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
        fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
            from.deserialize_str(self)
        }
    }
    from.deserialize_option(Text)
}

/// The text of a raw JSON value: a string decoded with every lone surrogate replaced by U+FFFD,
/// anything else as it stands in the source.
pub fn decode(raw: Raw<'_>) -> Cow<'_, str> {
    let source = raw.get();
    inside(source).map_or(Cow::Borrowed(source), unescaped)
}

/// The body of a JSON string in which no escape stands for anything that can be printed but a quote, a backslash and
/// half a character; as programs write one. Other values are made one.
pub fn body(raw: Raw<'_>) -> Cow<'_, str> {
    if let Some(body) = inside(raw.get()).filter(|body| !hides_ascii(body)) {
        return Cow::Borrowed(body);
    }
    // Writing a string does not fail.
    let written = serde_json::to_string(&*decode(raw)).unwrap_or_default();
    Cow::Owned(inside(&written).unwrap_or_default().to_owned())
}

/// What is between the quotes of a string; none where the source is no string.
fn inside(source: &str) -> Option<&str> {
    source.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'))
}

/// Whether a string's body has escapes like `\u0041`, for what is written as it is everywhere else.
fn hides_ascii(body: &str) -> bool {
    memchr::memmem::find_iter(body.as_bytes(), b"\\u00")
        .any(|at| matches!(body.as_bytes().get(at + 4), Some(b'2'..=b'7')))
}

/// Part of a JSON string's body, decoded.
pub fn unescaped(body: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\\', body.as_bytes()).is_none() {
        return Cow::Borrowed(body);
    }
    Cow::Owned(unescape(body))
}

/// The beginning of the text of a raw JSON value, decoded: so many bytes of its source, or somewhat more.
pub fn beginning(raw: Raw<'_>, bytes: usize) -> Cow<'_, str> {
    let source = raw.get();
    if !source.starts_with('"') || source.len() <= bytes + ESCAPE {
        return decode(raw);
    }
    let body = &source[1..];
    let mut end = body.floor_char_boundary(bytes);
    // Not in the middle of an escape, which would leave its rest as text.
    if let Some(at) = body[..end].bytes().rev().take(ESCAPE).position(|b| b == b'\\') {
        end -= at + 1;
        end -= body[..end].bytes().rev().take_while(|b| *b == b'\\').count();
        // Nor between the two halves of a character.
        let half = end
            .checked_sub(6)
            .and_then(|at| body.get(at..end)?.strip_prefix("\\u"));
        if half
            .and_then(hex4)
            .is_some_and(|code| (0xD800..=0xDBFF).contains(&code))
        {
            end -= 6;
        }
    }
    Cow::Owned(unescape(&body[..end]))
}

/// The longest escape: two halves of a character.
const ESCAPE: usize = 12;

/// Resolves the escapes of a JSON string body; a malformed escape stays as it is.
fn unescape(body: &str) -> String {
    let mut text = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        text.push_str(&rest[..at]);
        let plain = match rest.as_bytes().get(at + 1) {
            Some(b'n') => "\n",
            Some(b'"') => "\"",
            Some(b't') => "\t",
            Some(b'r') => "\r",
            Some(b'\\') | None => "\\",
            Some(b'/') => "/",
            Some(b'b') => "\u{8}",
            Some(b'f') => "\u{c}",
            Some(b'u') => {
                rest = push_unicode(&mut text, &rest[at + 2..]);
                continue;
            }
            // What no JSON has loses its backslash, and at the end of the text keeps it.
            Some(_) => {
                rest = &rest[at + 1..];
                let other = rest.chars().next().map_or(0, char::len_utf8);
                text.push_str(&rest[..other]);
                rest = &rest[other..];
                continue;
            }
        };
        text.push_str(plain);
        rest = rest.get(at + 2..).unwrap_or_default();
    }
    text.push_str(rest);
    text
}

/// Decodes what follows `\u`, joining a surrogate pair, and returns what is left.
fn push_unicode<'a>(text: &mut String, rest: &'a str) -> &'a str {
    let Some(high) = hex4(rest) else {
        text.push_str("\\u");
        return rest;
    };
    let after = &rest[4..];
    if let (0xD800..=0xDBFF, Some(tail)) = (high, after.strip_prefix("\\u"))
        && let Some(low @ 0xDC00..=0xDFFF) = hex4(tail)
    {
        let joined = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
        text.push(char::from_u32(joined).unwrap_or(char::REPLACEMENT_CHARACTER));
        return &tail[4..];
    }
    text.push(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER));
    after
}

/// JSON source in which every escaped lone surrogate is U+FFFD, so that a strict parser takes it.
pub fn without_lone_surrogates(source: &str) -> String {
    let mut whole = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        whole.push_str(&rest[..at]);
        rest = &rest[at..];
        let code = rest.strip_prefix("\\u").and_then(hex4);
        let pair = rest.get(6..).and_then(|r| r.strip_prefix("\\u")).and_then(hex4);
        let length = match (code, pair) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => {
                whole.push(char::REPLACEMENT_CHARACTER);
                rest = &rest[6..];
                continue;
            }
            _ => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
        };
        whole.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    whole.push_str(rest);
    whole
}

/// The number that the first four characters spell in hexadecimal.
fn hex4(text: &str) -> Option<u32> {
    let digits = text.get(..4)?;
    if digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        u32::from_str_radix(digits, 16).ok()
    } else {
        None
    }
}

/// How many characters of what an agent wrote a record or a page repeats.
pub const EXCERPT: usize = 160;

/// At most `limit` characters of `text` on one line, with an ellipsis where it was cut.
pub fn excerpt(text: &str, limit: usize) -> String {
    let (mut short, mut count) = (String::new(), 0);
    for word in text.split_whitespace() {
        if !short.is_empty() {
            short.push(' ');
            count += 1;
        }
        short.push_str(word);
        count += word.chars().count();
        if count > limit {
            let cut = short.char_indices().nth(limit.saturating_sub(1));
            short.truncate(cut.map_or(short.len(), |(at, _)| at));
            short.push('…');
            return short;
        }
    }
    short
}

/// `text` with every control character spelled out: what an agent wrote must not move the cursor, clear
/// the screen or set the title of the person who reads it.
pub fn printable(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || is_invisible(c) {
            safe.extend(c.escape_unicode());
        } else {
            safe.push(c);
        }
    }
    safe
}

/// Whether a character reorders or hides the text around it.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn raw(source: &str) -> Raw<'_> {
        Raw::new(source)
    }

    #[test]
    fn a_lone_surrogate_becomes_the_replacement_character() {
        assert_eq!(decode(raw(r#""a\ud83d!""#)), "a\u{fffd}!");
        assert_eq!(decode(raw(r#""\udc00\ud83d\ude00""#)), "\u{fffd}😀");
        assert_eq!(decode(raw(r#""\ud83dA""#)), "\u{fffd}A");
    }

    #[test]
    fn a_beginning_ends_before_an_escape_and_not_in_it() {
        for source in [
            r#""ab\n\\\\\ud83d\ude00 and so on and on and on and on""#,
            r#""no escapes at all, but long enough""#,
            r#""日本é\n and so on and on and on""#,
        ] {
            let whole = decode(raw(source));
            for bytes in 0..source.len() {
                let start = beginning(raw(source), bytes);
                assert!(whole.starts_with(&*start), "{bytes}: {start}");
            }
        }
    }

    #[test]
    fn a_value_that_is_no_string_is_its_own_source() {
        assert_eq!(decode(raw("[1, 2]")), "[1, 2]");
        assert_eq!(decode(raw("null")), "null");
    }

    #[test]
    fn an_excerpt_is_one_line_within_its_limit() {
        assert_eq!(excerpt("a\n\tb  c", 160), "a b c");
        assert_eq!(excerpt("abcdef", 4), "abc…");
        assert_eq!(excerpt("ab cd ef", 5), "ab c…");
        assert_eq!(excerpt("Aa bcdefg h", 10), "Aa bcdefg…");
    }

    #[test]
    fn what_could_act_on_a_terminal_is_spelled_out() {
        assert_eq!(
            printable("a\u{1b}[2Jb\u{202e}c\u{9b}"),
            "a\\u{1b}[2Jb\\u{202e}c\\u{9b}"
        );
        assert_eq!(printable("naïve 😀"), "naïve 😀");
    }

    proptest! {
        #[test]
        fn decoding_what_serde_encodes_gives_the_text_back(text in any::<String>()) {
            let encoded = serde_json::to_string(&text).unwrap();
            let raw = raw(&encoded);
            prop_assert_eq!(decode(raw), text);
        }

        #[test]
        fn an_excerpt_never_exceeds_its_limit(text in any::<String>(), limit in 1usize..200) {
            prop_assert!(excerpt(&text, limit).chars().count() <= limit);
        }
    }
}
