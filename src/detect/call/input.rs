//! A call's input: what makes two calls the same call, whatever the order and the spacing of their
//! members.

use crate::detect::hash;
use crate::wire::{Raw, members, text};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// How much of an input is kept as text, in bytes: enough to compare two edits.
const TEXT_LIMIT: usize = 4096;
/// Where tools name what they work on: `OpenCode`'s, and what other agents' tools use.
const TARGETS: [&str; 6] = ["filePath", "file_path", "path", "file", "filename", "url"];
/// Where shell tools carry the command.
const COMMANDS: [&str; 3] = ["command", "cmd", "script"];

/// What is needed of an input.
#[derive(Debug, Default)]
pub(crate) struct Input {
    /// The same for the same input.
    pub(crate) key: u64,
    /// The values one after the other, by key; at most 4 KiB.
    pub(crate) text: String,
    /// The file or address that it names.
    pub(crate) target: Option<String>,
    /// The command, of a shell tool.
    pub(crate) command: Option<String>,
    /// What it would make of the target: the whole content, or the piece put in for another.
    pub(crate) content: Option<Content>,
}

/// What an editing tool would do, as hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// The target's whole content.
    Whole(u64),
    /// One piece put in the place of another.
    Piece {
        /// What was there.
        old: u64,
        /// What is to be there.
        new: u64,
    },
}

impl Input {
    /// Reads an input, without the members that are `ignored`.
    pub(crate) fn read(raw: Option<Raw<'_>>, ignored: &BTreeSet<String>) -> Self {
        let Some(raw) = raw else {
            return Self::default();
        };
        match members(raw) {
            Some(mut members) => {
                members.retain(|(name, _)| !ignored.contains(&**name));
                members.sort_by(|one, other| one.0.cmp(&other.0));
                Self::of_members(&members)
            }
            None => Self {
                key: key(raw),
                text: clip(&rendered(raw)).to_owned(),
                ..Self::default()
            },
        }
    }

    fn of_members(members: &[Member<'_>]) -> Self {
        let first = |names: &[&str]| text_of(members, names).map(|found| clip(&found).to_owned());
        Self {
            key: members.iter().fold(hash::of("{"), |sum, (name, value)| {
                sum.wrapping_add(hash::join(hash::of(&**name), key(*value)))
            }),
            text: one_after_the_other(members),
            target: first(&TARGETS),
            command: first(&COMMANDS),
            content: content(members),
        }
    }
}

/// A member's name and its value.
type Member<'a> = (Cow<'a, str>, Raw<'a>);

/// The first of these members that is a string.
fn text_of<'a>(members: &[Member<'a>], names: &[&str]) -> Option<Cow<'a, str>> {
    names.iter().find_map(|name| {
        let (_, value) = members.iter().find(|(n, _)| n == name)?;
        is_text(*value).then(|| text::decode(*value))
    })
}

fn is_text(value: Raw<'_>) -> bool {
    value.get().starts_with('"')
}

fn content(members: &[Member<'_>]) -> Option<Content> {
    let of = |names: &[&str]| text_of(members, names).map(|text| hash::of(&*text));
    if let (Some(old), Some(new)) = (of(&["oldString", "old_string"]), of(&["newString", "new_string"])) {
        return Some(Content::Piece { old, new });
    }
    of(&["content"]).map(Content::Whole)
}

/// The hash of a value: members of an object in any order, white space or none between its tokens.
fn key(value: Raw<'_>) -> u64 {
    if is_text(value) {
        return key_of_text(&text::decode(value));
    }
    match parsed(value) {
        Some(value) => key_of(&value),
        // Too deep or too large a number for the parser: the source stands for itself.
        None => hash::of(squeezed(value.get())),
    }
}

/// What stands for nested values and odd ones.
fn parsed(value: Raw<'_>) -> Option<Value> {
    let source = value.get();
    serde_json::from_str(source)
        .or_else(|_| serde_json::from_str(&text::without_lone_surrogates(source)))
        .ok()
}

fn key_of_text(text: &str) -> u64 {
    hash::join(hash::of("\""), hash::of(text))
}

fn key_of(value: &Value) -> u64 {
    match value {
        Value::Object(members) => members.iter().fold(hash::of("{"), |sum, (name, value)| {
            sum.wrapping_add(hash::join(hash::of(name), key_of(value)))
        }),
        Value::Array(items) => items
            .iter()
            .fold(hash::of("["), |sum, item| hash::join(sum, key_of(item))),
        Value::String(text) => key_of_text(text),
        other => hash::of(other.to_string()),
    }
}

/// A value for comparisons: a string as it is, anything else without white space.
fn rendered(value: Raw<'_>) -> Cow<'_, str> {
    if is_text(value) {
        return text::decode(value);
    }
    parsed(value).map_or(Cow::Borrowed(value.get()), |value| Cow::Owned(value.to_string()))
}

/// The values by key.
fn one_after_the_other(members: &[Member<'_>]) -> String {
    let mut text = String::new();
    for (_, value) in members {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(clip(&rendered(*value)));
        if text.len() >= TEXT_LIMIT {
            break;
        }
    }
    text.truncate(clip(&text).len());
    text
}

/// At most [`TEXT_LIMIT`] bytes from the front.
fn clip(text: &str) -> &str {
    &text[..text.floor_char_boundary(TEXT_LIMIT)]
}

/// JSON source without the white space between its tokens.
fn squeezed(source: &str) -> String {
    let (mut quoted, mut escaped) = (false, false);
    source
        .chars()
        .filter(|c| {
            let keep = quoted || !c.is_ascii_whitespace();
            if *c == '"' && !escaped {
                quoted = !quoted;
            }
            escaped = quoted && *c == '\\' && !escaped;
            keep
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str) -> Input {
        let ignored = ["description".to_owned()].into();
        Input::read(Some(Raw::new(source)), &ignored)
    }

    #[test]
    fn order_spacing_and_free_text_make_no_difference() {
        let one = read(r#"{"a":1,"b":{"c":[1,2],"d":"x"},"description":"first"}"#);
        let two = read(r#"{ "b": {"d":"x","c":[1, 2]}, "description":"second", "a":1 }"#);
        assert_eq!(one.key, two.key);
        assert_ne!(one.key, read(r#"{"a":1,"b":{"c":[2,1],"d":"x"}}"#).key);
        assert_ne!(one.key, read(r#"{"a":"1","b":{"c":[1,2],"d":"x"}}"#).key);
    }

    #[test]
    fn half_an_emoji_loses_nothing_and_depth_is_no_trouble() {
        let cut = read(r#"{"command":"ls \ud83d"}"#);
        assert_eq!(cut.command.as_deref(), Some("ls \u{fffd}"));
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(500), "]".repeat(500));
        assert_eq!(read(&deep).key, read(&deep.replace(":[", ": [")).key);
    }

    #[test]
    fn an_edit_is_a_piece_and_a_write_is_the_whole() {
        assert!(matches!(
            read(r#"{"filePath":"a","oldString":"x","newString":"y"}"#).content,
            Some(Content::Piece { .. })
        ));
        assert_eq!(
            read(r#"{"filePath":"a","content":"x"}"#).content,
            Some(Content::Whole(hash::of("x")))
        );
    }
}
