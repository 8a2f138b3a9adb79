//! Masks secrets in everything that leaves the machine, is logged or is shown.
//!
//! Pure and deterministic, in linear time: each search adds ranges, and everything in them is masked at the end. The
//! searches see the text without terminal escapes and invisible characters. The parts that identify a secret stay
//! readable: a vendor's token prefix, or the name of a setting.
//!
//! Text is masked before it is cut, because half a key no longer looks like a key.

mod announced;
mod around;
mod assignments;
mod columns;
mod commands;
mod encoded;
mod ends;
mod formats;
mod json;
mod keys;
mod line_prefixes;
mod lists;
mod manifests;
mod members;
mod names;
mod numbers;
mod part;
mod pieces;
mod placeholder;
mod printed;
mod prose;
mod public;
mod random;
mod repeats;
mod runs;
mod settings;
mod sink;
mod source_code;
mod statements;
mod strings;
mod tables;
mod urls;
mod value;
mod view;

pub use json::{call_and_result, on_one_line, redact_object};
pub use printed::ARROW;
pub use sink::{LONGEST_SEARCHED, RedactingSink};

use crate::printable;
use regex::Regex;
use std::borrow::Cow;
use std::ops::Range;
use view::View;

/// The replacement for a secret.
const MASK: &str = "[masked]";
/// The maximum length of a reviewer's name, in characters.
const NAME: usize = 80;
/// How much of a long text is searched for secrets, in characters.
const SEARCHED: usize = 64 * 1024;
/// How much of a long text is kept, in characters.
const KEPT: usize = 8 * 1024;
/// How often a secret may be encoded and still be found.
const LAYERS: usize = 2;
/// The shortest value that is masked wherever it stands, in bytes: a shorter one is a word of its own.
const SHORTEST_VALUE: usize = 6;

/// Replaces secrets: the known forms and places, the patterns of the user, and known values.
#[derive(Debug, Clone, Default)]
pub struct Redactor {
    user_patterns: Vec<Regex>,
    values: Vec<String>,
}

impl Redactor {
    /// Masks these patterns, besides what is known.
    pub fn new(user_patterns: Vec<Regex>) -> Self {
        Self { user_patterns, values: Vec::new() }
    }

    /// Masks this key as well, wherever it stands.
    #[must_use]
    pub fn with_key(mut self, key: Option<String>) -> Self {
        self.values.extend(key.filter(|key| !key.is_empty()));
        self
    }

    /// Masks the values of those of these variables whose names sound secret, wherever they stand.
    #[must_use]
    pub fn with_variables(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let secret = |(name, value): &(String, String)| {
            names::telling(name).is_some()
                && value.len() >= SHORTEST_VALUE
                && !placeholder::is_placeholder(value)
                && !value.starts_with('/')
                || names::is_doubtful(name) && value::is_made_up(value)
        };
        self.values.extend(variables.into_iter().filter(secret).map(|(_, value)| value));
        self.values.sort_unstable();
        self.values.dedup();
        self
    }

    /// The display name of a reviewer: a command may be long and contain a key.
    pub fn reviewer_name(&self, name: &str) -> String {
        printable::excerpt(&self.redact(name), NAME)
    }

    /// At most `limit` characters of `text` on one line, redacted.
    pub fn excerpt(&self, text: &str, limit: usize) -> String {
        printable::excerpt(&self.beginning(text), limit)
    }

    /// The first 8 Ki characters of a text, redacted.
    pub fn beginning(&self, text: &str) -> String {
        let searched = match text.char_indices().nth(SEARCHED) {
            Some((at, _)) => &text[..at],
            None => text,
        };
        self.redact(searched).chars().take(KEPT).collect()
    }

    /// The last 8 Ki characters of a text, redacted.
    pub fn end(&self, text: &str) -> String {
        let searched = match text.char_indices().rev().nth(SEARCHED - 1) {
            Some((at, _)) => &text[at..],
            None => text,
        };
        let safe = self.redact(searched);
        let skipped = safe.chars().count().saturating_sub(KEPT);
        safe.chars().skip(skipped).collect()
    }

    /// The secrets of a text that can be known again where nothing tells of them.
    fn repeatable(&self, text: &str) -> Vec<String> {
        let view = View::new(text);
        repeats::of(&view.text, &self.found(&view)).into_iter().map(str::to_owned).collect()
    }

    /// The same redactor, which masks these values as well, wherever they stand.
    fn with_values(&self, values: Vec<String>) -> Self {
        let values = self.values.iter().cloned().chain(values).collect();
        Self { values, ..self.clone() }
    }

    /// `text` with every secret replaced by `[masked]`.
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        masked(text, self.places(text))
    }

    /// Where the secrets of a text are, in ascending order and apart from each other.
    fn places(&self, text: &str) -> Vec<Range<usize>> {
        let view = View::new(text);
        let mut found = self.found(&view);
        repeats::find(&view.text, &mut found);
        in_original(text, &view, found)
    }

    /// `text` without its secrets, and without these parts of its view, which are secrets too.
    fn redact_with<'a>(&self, text: &'a str, mut found: Vec<Range<usize>>) -> Cow<'a, str> {
        let view = View::new(text);
        found.extend(self.found(&view));
        let mut found = merged(found);
        repeats::find(&view.text, &mut found);
        masked(text, in_original(text, &view, found))
    }

    /// An identity, such as the id of a session, without known forms and values. That it looks random says nothing.
    fn redact_identity<'a>(&self, identity: &'a str) -> Cow<'a, str> {
        let view = View::new(identity);
        let found = self.known(&view);
        masked(identity, in_original(identity, &view, found))
    }

    /// Where the names, flags and pairs in a line of JSON tell of secrets, in ascending order and apart from each other.
    fn told(&self, line: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        for scope in members::scopes(line) {
            let (start, text) = (scope.range.start, &line[scope.range]);
            let view = View::new(text);
            let secrets = self.secrets(&view, 0);
            let mut inside: Vec<_> = secrets.iter().map(|range| at_letters(text, view.original(range))).collect();
            if scope.is_list {
                commands::find_in_list(text, 0, &mut inside);
            }
            found.extend(inside.into_iter().map(|range| start + range.start..start + range.end));
        }
        commands::find_pairs(line, &mut found);
        manifests::find(line, &mut found);
        merged(found)
    }

    /// Where known values, the user's patterns and known forms are, in any order.
    fn known(&self, view: &View<'_>) -> Vec<Range<usize>> {
        let text = &*view.text;
        let mut found = Vec::new();
        for value in &self.values {
            found.extend(text.match_indices(value.as_str()).map(|(at, value)| at..at + value.len()));
        }
        for pattern in &self.user_patterns {
            found.extend(pattern.find_iter(text).map(|secret| secret.range()));
        }
        formats::find(text, &view.breaks, &mut found);
        if let Some(joined) = View::unwrapped(text) {
            let mut across = Vec::new();
            formats::find(&joined.text, &joined.breaks, &mut across);
            let across = across.into_iter().map(|range| at_letters(text, joined.original(&range)));
            found.extend(across.filter(|range| text[range.clone()].contains('\n')));
        }
        found
    }

    /// Where the secrets of a text are that may have been cut at its end.
    fn found(&self, view: &View<'_>) -> Vec<Range<usize>> {
        let mut found = self.secrets(view, LAYERS);
        let Some((start, completed)) = ends::completed(&view.text) else {
            return found;
        };
        let whole = View::new(&completed);
        let end = view.text.len() - start;
        let secrets = self.secrets(&whole, 0).into_iter().map(|range| whole.original(&range));
        found.extend(
            secrets.filter(|range| range.end >= end && range.start < end).map(|range| start + range.start..start + end),
        );
        merged(found)
    }

    /// Where the secrets are, in ascending order and apart from each other.
    fn secrets(&self, view: &View<'_>, layers: usize) -> Vec<Range<usize>> {
        let text = &*view.text;
        let mut found = self.known(view);
        assignments::find(text, &mut found);
        urls::find(text, &mut found);
        commands::find(text, &mut found);
        commands::find_in_lists(text, &mut found);
        tables::find(text, &mut found);
        columns::find(text, &mut found);
        statements::find(text, &mut found);
        manifests::find(text, &mut found);
        lists::find(text, &mut found);
        printed::in_text(text, &mut found);
        keys::find(text, &mut found);
        random::find(text, &mut found);
        announced::find(text, &mut found);
        let mut found = merged(found);
        if layers > 0 {
            for string in strings::escaped(text) {
                let plain = View::unescaped(&text[string.clone()]);
                let seen = View::new(&plain.text);
                let inside =
                    self.secrets(&seen, layers - 1).into_iter().map(|range| plain.original(&seen.original(&range)));
                found
                    .extend(inside.map(|range| at_letters(text, string.start + range.start..string.start + range.end)));
            }
            found = merged(found);
            let has_secret = |decoded: &str| !self.secrets(&View::new(decoded), layers - 1).is_empty();
            encoded::find(text, has_secret, &mut found);
        }
        merged(found)
    }
}

/// The same range without a part of a letter: a view may have a shorter letter in its place.
fn at_letters(text: &str, range: Range<usize>) -> Range<usize> {
    text.floor_char_boundary(range.start)..text.ceil_char_boundary(range.end)
}

/// Where these parts of the view of a text are in it, in ascending order and apart from each other.
fn in_original(text: &str, view: &View<'_>, found: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut at = 0;
    let places = merged(found).into_iter().map(|range| at_letters(text, view.original(&range)));
    // Each is a secret of its own, even where what was removed from the view makes them meet.
    places
        .map(|range| {
            let start = range.start.max(at);
            at = range.end.max(start);
            start..at
        })
        .collect()
}

/// `text` with these parts, which ascend, replaced by [`MASK`].
fn masked(text: &str, found: Vec<Range<usize>>) -> Cow<'_, str> {
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let (mut safe, mut at) = (String::with_capacity(text.len()), 0);
    for range in found {
        safe.push_str(&text[at..range.start]);
        safe.push_str(MASK);
        at = range.end;
    }
    safe.push_str(&text[at..]);
    Cow::Owned(safe)
}

/// The same ranges in ascending order, with those that overlap or touch as one.
fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.retain(|range| range.start < range.end);
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

#[cfg(test)]
mod tests;
