//! Texts made comparable: what hides in them or lays them out differently is taken away.

use crate::wire::{Raw, text};

/// How often a text is escaped at the most, where it is compared.
const ESCAPED: usize = 4;

/// Without escapes, white space, quotes and what cannot be seen: the same however it was laid out and escaped.
pub(crate) fn squeeze(text: &str) -> String {
    let mut plain = text.to_owned();
    for _ in 0..ESCAPED {
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

/// Characters that hide or reorder what stands around them; the tag characters carry whole hidden sentences.
pub(crate) fn is_unseen(c: char) -> bool {
    matches!(c, '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}
