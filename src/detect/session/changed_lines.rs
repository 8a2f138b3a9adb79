//! Finds the lines that an edit brought in or took out.

use std::collections::HashSet;

/// The lines of `text` that `other` does not have, whatever the space around them.
pub(super) fn lines_only_in<'a>(text: &'a str, other: &str) -> impl Iterator<Item = &'a str> {
    let known: HashSet<&str> = other.lines().map(str::trim).collect();
    let own: Vec<&str> = text.lines().filter(|line| !known.contains(line.trim())).collect();
    own.into_iter()
}
