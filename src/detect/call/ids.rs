//! Finds the ids and the large numbers in a text: rows, hashes, versions of things, which masking makes equal.

use crate::detect::hash;
use crate::detect::text::head_and_tail::both;
use crate::wire::{Raw, text};

/// How much of each end of a text is read, in bytes.
const END: usize = 2048;
/// The most ids of a text.
const MOST: usize = 32;
/// The fewest digits of a number, and the shortest id with letters in it.
const DIGITS: usize = 3;
const ID: usize = 6;

/// Words before a number that the system gives by chance.
const GIVEN: [&str; 6] = ["pid", "port", "process", "thread", "session", "request"];

/// The ids in a result.
pub(super) fn of_result(raw: Raw<'_>) -> Vec<u64> {
    let body = text::body(raw);
    let [head, tail] = both(&body, END).map(text::unescaped);
    let mut ids = of_text(&head);
    ids.extend(of_text(&tail));
    ids.truncate(MOST);
    ids
}

/// The ids in a text. That of a process or a port is given by chance.
fn of_text(text: &str) -> Vec<u64> {
    read(text, is_given)
}

/// The ids in what a call is given: who names a port there chose it.
pub(crate) fn of_input(text: &str) -> Vec<u64> {
    read(text, |_| false)
}

/// The ids in a text, without the numbers that are given by chance, as what stands before them says.
fn read(text: &str, is_given: fn(&str) -> bool) -> Vec<u64> {
    let text = &text[..text.floor_char_boundary(2 * END)];
    let mut found = Vec::new();
    let mut at = 0;
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
        let end = at + word.len();
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        let is_id = digits == word.len() && digits >= DIGITS || digits > 0 && word.len() >= ID;
        if is_id && found.len() < MOST && !(digits == word.len() && is_given(&text[..at])) {
            found.push(hash::of(word));
        }
        at = end + text[end..].chars().next().map_or(0, char::len_utf8);
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether the word before a number says that it was given by chance.
fn is_given(before: &str) -> bool {
    let before = before.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
    let word = before.rsplit(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    GIVEN.iter().any(|given| word.eq_ignore_ascii_case(given))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_large_numbers() {
        assert_eq!(of_text("Key (buyer_id)=(40117)"), of_text("where id=40117"));
        let count = |text| of_text(text).len();
        assert_eq!(count("Key (buyer)=(40117) is not there, sha256-9f8e7d6c5b4a"), 3);
        assert_eq!(count("ü 3 of 12 failed, pid 48211, port 8080, v2"), 0);
        assert_eq!(of_text("row 4711."), of_text("where id=4711"));
        assert_eq!(of_input("start --port 8080"), of_text("in use :::8080"));
    }
}
