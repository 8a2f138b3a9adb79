//! Decodes JSON strings without losing events: JavaScript cuts emoji in half, and a strict decoder would reject the
//! whole event for that.

use super::raw::Raw;
use crate::surrogates::hex4;
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use std::borrow::Cow;
use std::fmt;

/// For `#[serde(deserialize_with)]`: a string that may be missing or null, borrowed if it has no escapes. By default
/// serde copies an `Option<Cow<str>>`. Lone surrogates are replaced: an event must not be lost for an odd id.
pub(crate) fn borrowed<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Cow<'de, str>>, D::Error> {
    match Option::<Raw<'de>>::deserialize(from)? {
        None => Ok(None),
        Some(raw) if raw.get() == "null" => Ok(None),
        Some(raw) if raw.get().starts_with('"') => Ok(Some(decode(raw))),
        Some(_) => Err(D::Error::custom("a string was expected")),
    }
}

/// The same for a string that must not be null.
pub(crate) fn lent<'de, D: Deserializer<'de>>(from: D) -> Result<Cow<'de, str>, D::Error> {
    borrowed(from)?.ok_or_else(|| D::Error::custom("a string was expected"))
}

/// The same for the name of a member, which a strict parser checks.
pub(crate) fn strict<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Cow<'de, str>>, D::Error> {
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

/// The text of a raw JSON value: the content of a string, with each lone surrogate replaced by U+FFFD, or the source
/// of any other value.
pub fn decode(raw: Raw<'_>) -> Cow<'_, str> {
    let source = raw.get();
    inside(source).map_or(Cow::Borrowed(source), unescaped)
}

/// The body of a JSON string as programs write it: the only escapes for printable characters are those for quotes,
/// backslashes and halves of a character. Other values are converted to such a string.
pub fn body(raw: Raw<'_>) -> Cow<'_, str> {
    if let Some(body) = inside(raw.get()).filter(|body| !hides_ascii(body)) {
        return Cow::Borrowed(body);
    }
    // Writing a string cannot fail.
    let written = serde_json::to_string(&*decode(raw)).unwrap_or_default();
    Cow::Owned(inside(&written).unwrap_or_default().to_owned())
}

/// The source between the quotes of a string; `None` if the value is not a string.
fn inside(source: &str) -> Option<&str> {
    source.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'))
}

/// Whether the body of a string has escapes for printable ASCII, such as `\u0041`.
fn hides_ascii(body: &str) -> bool {
    memchr::memmem::find_iter(body.as_bytes(), b"\\u00")
        .any(|at| matches!(body.as_bytes().get(at + 4), Some(b'2'..=b'7')))
}

/// Decodes a piece of the body of a JSON string.
pub fn unescaped(body: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\\', body.as_bytes()).is_none() {
        return Cow::Borrowed(body);
    }
    Cow::Owned(unescape(body))
}

/// The beginning of the text of a raw JSON value: about `bytes` bytes of its source, decoded.
pub fn beginning(raw: Raw<'_>, bytes: usize) -> Cow<'_, str> {
    let source = raw.get();
    if !source.starts_with('"') || source.len() <= bytes + ESCAPE {
        return decode(raw);
    }
    let body = &source[1..];
    let mut end = body.floor_char_boundary(bytes);
    // Do not cut an escape, which would leave its rest as text.
    if let Some(at) = body[..end].bytes().rev().take(ESCAPE).position(|b| b == b'\\') {
        end -= at + 1;
        end -= body[..end].bytes().rev().take_while(|b| *b == b'\\').count();
        // Do not cut between two halves of a character.
        let half = end.checked_sub(6).and_then(|at| body.get(at..end)?.strip_prefix("\\u"));
        if half.and_then(hex4).is_some_and(|code| (0xD800..=0xDBFF).contains(&code)) {
            end -= 6;
        }
    }
    Cow::Owned(unescape(&body[..end]))
}

/// The length of the longest escape: two halves of a character.
const ESCAPE: usize = 12;

/// Resolves the escapes in the body of a JSON string; malformed escapes stay as they are.
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
            // An escape that JSON does not have loses its backslash, except at the end of the text.
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

/// Decodes what follows `\u`, joins surrogate pairs, and returns the rest.
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

/// How many characters of what an agent wrote a record or a page repeats.
pub const EXCERPT: usize = 160;

pub use crate::printable::{excerpt, excerpt_in_lines, printable};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn raw(source: &str) -> Raw<'_> {
        Raw::new(source)
    }

    #[test]
    fn replaces_lone_surrogates() {
        assert_eq!(decode(raw(r#""a\ud83d!""#)), "a\u{fffd}!");
        assert_eq!(decode(raw(r#""\udc00\ud83d\ude00""#)), "\u{fffd}😀");
        assert_eq!(decode(raw(r#""\ud83dA""#)), "\u{fffd}A");
    }

    #[test]
    fn beginning_cuts_no_escape() {
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
    fn decodes_other_values_as_source() {
        assert_eq!(decode(raw("[1, 2]")), "[1, 2]");
        assert_eq!(decode(raw("null")), "null");
    }

    proptest! {
        #[test]
        fn decodes_what_serde_encodes(text in any::<String>()) {
            let encoded = serde_json::to_string(&text).unwrap();
            let raw = raw(&encoded);
            prop_assert_eq!(decode(raw), text);
        }

        #[test]
        fn excerpt_keeps_its_limit(text in any::<String>(), limit in 1usize..200) {
            prop_assert!(excerpt(&text, limit).chars().count() <= limit);
        }
    }
}
