//! A JSON value that has not been parsed yet: its source.

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// The source of one JSON value, borrowed from its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Raw<'a>(&'a str);

impl<'a> Raw<'a> {
    /// The name by which our fast reader recognizes this type, to return the source without parsing it.
    pub(crate) const NAME: &'static str = "ocr::Raw";

    /// A value, given its source.
    pub fn new(source: &'a str) -> Self {
        Self(source)
    }

    /// The source.
    pub fn get(self) -> &'a str {
        self.0
    }
}

impl<'a> From<&'a RawValue> for Raw<'a> {
    fn from(raw: &'a RawValue) -> Self {
        Self(raw.get())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Raw<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Source;
        impl<'de> Visitor<'de> for Source {
            type Value = Raw<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any value")
            }
            fn visit_borrowed_str<E: Error>(self, source: &'de str) -> Result<Self::Value, E> {
                Ok(Raw(source))
            }
            fn visit_newtype_struct<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
                <&RawValue>::deserialize(from).map(Raw::from)
            }
        }
        from.deserialize_newtype_struct(Raw::NAME, Source)
    }
}
