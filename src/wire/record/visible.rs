//! Writes JSON in which every character is visible: control characters, and those that are invisible or reorder the
//! text around them, are escaped. The value stays the same.

use crate::printable::is_unseen;
use std::fmt::Write;

/// Escapes in this JSON what is not seen; `None` if there is nothing to escape. Outside of strings, JSON without line
/// breaks has only visible characters.
pub fn escaped(json: &str) -> Option<String> {
    let is_hidden = |c: char| c.is_control() || is_unseen(c);
    if json.is_ascii() && !json.contains('\u{7f}') || !json.contains(is_hidden) {
        return None;
    }
    let mut visible = String::with_capacity(json.len());
    for c in json.chars() {
        if is_hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(visible, "\\u{unit:04x}");
            }
        } else {
            visible.push(c);
        }
    }
    Some(visible)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_is_not_seen() {
        let text = "a\u{9b}31m\u{7f}\u{202e}b\u{e0041}é\u{200b}\n\"日";
        let written = escaped(&serde_json::to_string(text).unwrap()).unwrap();
        assert_eq!(written, r#""a\u009b31m\u007f\u202eb\udb40\udc41é\u200b\n\"日""#);
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
        assert_eq!(escaped(r#"{"a":"é日"}"#), None);
    }
}
