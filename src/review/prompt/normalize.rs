//! Makes texts comparable: removes everything that hides in them or only changes their layout.

use crate::printable::is_unseen;
use crate::wire::{Raw, text};

/// How many levels of escaping are removed.
const ESCAPE_LEVELS: usize = 4;

/// `text` without escapes, white space, quotes and invisible characters: the same however it was laid out and escaped.
pub fn normalize_for_comparison(text: &str) -> String {
    let mut plain = text.to_owned();
    for _ in 0..ESCAPE_LEVELS {
        if !plain.contains('\\') {
            break;
        }
        plain = text::decode(Raw::new(&format!("\"{plain}\""))).into_owned();
    }
    plain
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control() && !is_unseen(*c) && !matches!(c, '"' | '\\'))
        .collect()
}
