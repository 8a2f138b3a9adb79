//! What hides in a text.

use crate::wire::text;

/// Whether a character is hidden or changes the order of the text around it. Stricter than [`text::is_invisible`]: a
/// model also reads soft hyphens, line separators and tag characters, which can carry whole sentences.
pub fn is_hidden(c: char) -> bool {
    text::is_invisible(c)
        || matches!(c, '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{206f}'
            | '\u{e0000}'..='\u{e007f}')
}
