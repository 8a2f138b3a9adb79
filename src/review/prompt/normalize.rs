//! Makes texts comparable: removes everything that hides in them or only changes their layout.

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
        .filter(|c| !c.is_whitespace() && !c.is_control() && !is_hidden(*c) && !matches!(c, '"' | '\\'))
        .collect()
}

/// Whether a character is hidden or changes the order of the text around it. Stricter than [`text::is_invisible`]: a
/// model also reads soft hyphens, line separators and tag characters, which can carry whole sentences.
pub fn is_hidden(c: char) -> bool {
    text::is_invisible(c)
        || matches!(c, '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{206f}'
            | '\u{e0000}'..='\u{e007f}')
}
