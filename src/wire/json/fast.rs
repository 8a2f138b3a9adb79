//! The fast path: a reader for compact JSON, without white space, and without escapes in the names of members.
//! It skips unneeded values several times as fast as a reader that checks every byte. It gives up on any other text,
//! which [`serde_json`] then reads.
//!
//! It reads a text exactly as `serde_json` does, or not at all; a property test below holds it to that. It does not
//! find every fault in invalid JSON.

use super::raw::Raw;
use super::simd::closing_quote;
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use std::fmt::Display;

/// The text is not compact JSON, so this reader cannot read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not compact JSON")]
pub(crate) struct NotCompact;

impl Error for NotCompact {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
    // The defaults format a message that is never shown.
    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }
    fn duplicate_field(_: &'static str) -> Self {
        Self
    }
}

/// Decodes a whole text.
pub(crate) fn from_str<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, NotCompact> {
    let mut reader = Reader { text, at: 0 };
    let value = T::deserialize(&mut reader)?;
    if reader.at == text.len() { Ok(value) } else { Err(NotCompact) }
}

struct Reader<'de> {
    text: &'de str,
    at: usize,
}

impl<'de> Reader<'de> {
    fn peek(&self) -> Result<u8, NotCompact> {
        self.text.as_bytes().get(self.at).copied().ok_or(NotCompact)
    }

    fn expect(&mut self, byte: u8) -> Result<(), NotCompact> {
        if self.peek()? != byte {
            return Err(NotCompact);
        }
        self.at += 1;
        Ok(())
    }

    /// A string without escapes.
    fn string(&mut self) -> Result<&'de str, NotCompact> {
        self.expect(b'"')?;
        let rest = &self.text[self.at..];
        let end = memchr::memchr2(b'"', b'\\', rest.as_bytes()).ok_or(NotCompact)?;
        if rest.as_bytes()[end] == b'\\' {
            return Err(NotCompact);
        }
        self.at += end + 1;
        Ok(&rest[..end])
    }

    /// The source of a number or literal. White space ends it; the caller then rejects the white space.
    fn scalar(&mut self) -> &'de str {
        let rest = &self.text[self.at..];
        let end = rest
            .bytes()
            .position(|b| matches!(b, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r'))
            .unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn integer<T: std::str::FromStr>(&mut self) -> Result<T, NotCompact> {
        let source = self.scalar();
        // Rust parses these forms, but JSON does not have them.
        let odd = source.starts_with('+') || (source.len() > 1 && source.trim_start_matches('-').starts_with('0'));
        source.parse().ok().filter(|_| !odd).ok_or(NotCompact)
    }

    /// Skips a value and returns its source.
    fn value(&mut self) -> Result<&'de str, NotCompact> {
        let start = self.at;
        match self.peek()? {
            b'"' => self.skip_string()?,
            b'{' | b'[' => self.skip_nested()?,
            b'-' | b'0'..=b'9' => {
                self.scalar();
            }
            _ => {
                if !matches!(self.scalar(), "true" | "false" | "null") {
                    return Err(NotCompact);
                }
            }
        }
        Ok(&self.text[start..self.at])
    }

    fn skip_string(&mut self) -> Result<(), NotCompact> {
        let body = &self.text.as_bytes()[self.at + 1..];
        let mut end = memchr::memchr(b'"', body).ok_or(NotCompact)?;
        if body[..end].last() == Some(&b'\\') {
            end = closing_quote(body).ok_or(NotCompact)?;
        }
        self.at += end + 2;
        Ok(())
    }

    fn skip_nested(&mut self) -> Result<(), NotCompact> {
        let mut depth = 0usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.skip_string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Ok(());
            }
        }
    }
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = NotCompact;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, NotCompact> {
        Err(NotCompact)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotCompact> {
        match self.scalar() {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            _ => Err(NotCompact),
        }
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotCompact> {
        visitor.visit_i64(self.integer()?)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotCompact> {
        visitor.visit_u32(self.integer()?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotCompact> {
        visitor.visit_borrowed_str(self.string()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotCompact> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotCompact> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotCompact> {
        if self.peek()? != b'n' {
            return visitor.visit_some(self);
        }
        if self.scalar() == "null" { visitor.visit_none() } else { Err(NotCompact) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, NotCompact> {
        if name == Raw::NAME { visitor.visit_borrowed_str(self.value()?) } else { visitor.visit_newtype_struct(self) }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotCompact> {
        self.expect(b'[')?;
        visitor.visit_seq(Items { reader: self, first: true })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NotCompact> {
        self.deserialize_map(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotCompact> {
        self.expect(b'{')?;
        visitor.visit_map(Items { reader: self, first: true })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotCompact> {
        self.value()?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct enum
    }
}

/// The elements of an array or the members of an object.
struct Items<'r, 'de> {
    reader: &'r mut Reader<'de>,
    first: bool,
}

impl Items<'_, '_> {
    /// Whether another one follows before the `closing` bracket.
    fn next(&mut self, closing: u8) -> Result<bool, NotCompact> {
        if self.reader.peek()? == closing {
            self.reader.at += 1;
            return Ok(false);
        }
        if !std::mem::replace(&mut self.first, false) {
            self.reader.expect(b',')?;
        }
        Ok(true)
    }
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = NotCompact;
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, NotCompact> {
        if self.next(b']')? { seed.deserialize(&mut *self.reader).map(Some) } else { Ok(None) }
    }
}

impl<'de> MapAccess<'de> for Items<'_, 'de> {
    type Error = NotCompact;
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, NotCompact> {
        if !self.next(b'}')? {
            return Ok(None);
        }
        let key = self.reader.string()?;
        self.reader.expect(b':')?;
        seed.deserialize(BorrowedStrDeserializer::new(key)).map(Some)
    }
    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, NotCompact> {
        seed.deserialize(&mut *self.reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::dialect::opencode::properties::{PartUpdated, StatusChanged};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    type Both = (Result<String, NotCompact>, Result<String, String>);

    fn both_as<'a, T: Deserialize<'a> + std::fmt::Debug>(text: &'a str) -> Both {
        let shown = |read: T| format!("{read:?}");
        let theirs = serde_json::from_str::<T>(text).map(shown).map_err(|e| e.to_string());
        (from_str::<T>(text).map(shown), theirs)
    }

    fn both(text: &str) -> Both {
        both_as::<StatusChanged<'_>>(text)
    }

    #[test]
    fn reads_compact_json() {
        let line = r#"{"sessionID":"s","part":{"id":"p","messageID":"m","type":"tool","tool":"bash","state":{"status":"completed","input":{"a":"}\"]"},"output":"x\n","time":{"start":1,"end":2}},"unknown":[{"a":[1,2,{}]}]}}"#;
        let (ours, theirs) = both_as::<PartUpdated<'_>>(line);
        assert_eq!(ours.unwrap(), theirs.unwrap());
        let (ours, theirs) = both(r#"{"sessionID":"\u0073\n","status":{"type":"a\u0062"}}"#);
        assert_eq!(ours.unwrap(), theirs.unwrap());
    }

    #[test]
    fn rejects_other_json() {
        for line in [
            "",
            "{",
            "[]",
            "null",
            "{}x",
            r#"{ "status":{}}"#,
            r#"{"status": {}}"#,
            r#"{"status":{},}"#,
            r#"{"status":{"attempt":05}}"#,
            r#"{"status":{"attempt":+5}}"#,
            r#"{"status":{"attempt":5,"attempt":6}}"#,
            r#"{"st\u0061tus":{"type":"a"}}"#,
            "{\"status\":{\"next\":5\r}}",
            r#"{"status":{"next":null }}"#,
            r#"{"status":{"next":nil}}"#,
            r#"{"status":{"next":{"#,
        ] {
            assert_eq!(both(line).0, Err(NotCompact), "{line}");
        }
    }

    const NAMES: [&str; 12] = [
        "type",
        "sessionID",
        "part",
        "status",
        "state",
        "input",
        "attempt",
        "next",
        "time",
        "start",
        "tokens",
        "other",
    ];

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,6}".prop_map(Value::from),
            Just(json!("busy")),
        ];
        leaf.prop_recursive(5, 60, 6, |inner| {
            let member = (proptest::sample::select(NAMES.to_vec()), inner.clone());
            prop_oneof![
                proptest::collection::vec(inner, 0..4).prop_map(Value::from),
                proptest::collection::vec(member, 0..6).prop_map(|members| {
                    Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn agrees_with_serde_json(value in value()) {
            let text = value.to_string();
            for (ours, theirs) in [both(&text), both_as::<PartUpdated<'_>>(&text)] {
                if let Ok(ours) = ours {
                    prop_assert_eq!(Ok(ours), theirs);
                }
            }
        }

        #[test]
        fn never_panics(text in r#"[{}\[\]":,a0tn\\-]{0,40}"#) {
            let _ = both(&text);
        }
    }
}
