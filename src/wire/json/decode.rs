//! Decodes typed values: the fast path for compact JSON, `serde_json` for the rest.

use super::fast;
use super::raw::Raw;
use super::text::strict;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// Decodes an object; `None` if the value is not an object or does not fit the type.
pub(crate) fn object<'a, T: Deserialize<'a>>(source: &'a str) -> Option<T> {
    // A derived struct would accept an array of its members in order.
    if !source.starts_with('{') {
        return None;
    }
    fast::from_str(source).ok().or_else(|| serde_json::from_str(source).ok())
}

/// The members of an object in their order in the source; `None` if the value is not an object.
pub fn members(raw: Raw<'_>) -> Option<Vec<(Cow<'_, str>, Raw<'_>)>> {
    object::<Members<'_>>(raw.get()).map(|members| members.0)
}

/// The same for a whole text in which every byte is checked: `None` if it is anything but one JSON object. The names may
/// be cut emoji, which a strict parser would reject.
pub fn checked_members(text: &str) -> Option<Vec<(Cow<'_, str>, Raw<'_>)>> {
    if !text.starts_with('{') {
        return None;
    }
    serde_json::from_str::<Members<'_>>(text).ok().map(|members| members.0)
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
                while let Some((name, value)) = map.next_entry::<Name<'de>, Raw<'de>>()? {
                    members.push((name.text.unwrap_or_default(), value));
                }
                Ok(Members(members))
            }
        }
        from.deserialize_map(Each)
    }
}

/// The name of a member, borrowed if it has no escapes.
#[derive(Deserialize)]
#[serde(transparent)]
struct Name<'a> {
    #[serde(borrow, deserialize_with = "strict")]
    text: Option<Cow<'a, str>>,
}
