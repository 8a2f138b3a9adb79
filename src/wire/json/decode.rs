//! Values of a known shape: quickly read where they are written as programs write them, and otherwise all the same.

use super::fast;
use super::raw::Raw;
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// Reads an object of a known shape; `None` for anything else.
pub(crate) fn shape<'a, T: Deserialize<'a>>(source: &'a str) -> Option<T> {
    // A derived struct would take an array for its members in order.
    if !source.starts_with('{') {
        return None;
    }
    fast::from_str(source)
        .ok()
        .or_else(|| serde_json::from_str(source).ok())
}

/// The members of an object, in the order in which they stand there; `None` for anything else.
pub fn members(raw: Raw<'_>) -> Option<Vec<(Cow<'_, str>, Raw<'_>)>> {
    shape::<Members<'_>>(raw.get()).map(|members| members.0)
}

struct Members<'a>(Vec<(Cow<'a, str>, Raw<'a>)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry::<Name<'de>, Raw<'de>>()? {
                    members.push((member.0.0, member.1));
                }
                Ok(Members(members))
            }
        }
        from.deserialize_map(Each)
    }
}

/// A member's name, borrowed where it has no escapes.
struct Name<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Name<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(text)))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
        }
        from.deserialize_str(Text)
    }
}
