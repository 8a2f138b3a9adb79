//! Reads the text around a position: whether a token can begin there, and the text before and after it.

/// Whether a token can begin at `at`: not inside of a word. Digits, underscores and letters of other scripts are no
/// part of a token's beginning, and neither is the last letter of an escape, such as `\n`, `\u000a`, `\x1b[32m` or
/// `%0A`. `breaks` are the places where something invisible was removed.
pub fn is_left_edge(text: &str, at: usize, breaks: &[usize]) -> bool {
    let before = &text.as_bytes()[at.saturating_sub(12)..at];
    let Some(last) = before.last() else {
        return true;
    };
    !last.is_ascii_alphabetic() || breaks.binary_search(&at).is_ok() || ends_in_escape(before)
}

/// Whether these bytes end in an escape.
fn ends_in_escape(before: &[u8]) -> bool {
    let ends =
        |length: usize, matches: fn(&[u8]) -> bool| before.len() >= length && matches(&before[before.len() - length..]);
    ends(2, |e| e[0] == b'\\' && b"nrtbfae0".contains(&e[1]))
        || ends(3, |e| e[0] == b'%' && e[1..].iter().all(u8::is_ascii_hexdigit))
        || ends(4, |e| e[0] == b'\\' && e[1] == b'x' && e[2..].iter().all(u8::is_ascii_hexdigit))
        || ends(6, |e| e[0] == b'\\' && e[1] == b'u' && e[2..].iter().all(u8::is_ascii_hexdigit))
        || ends_in_colour(before)
}

/// Whether these bytes end in a colour whose escape character is written out or lost: `[1;32m`.
fn ends_in_colour(before: &[u8]) -> bool {
    let Some((b'm', rest)) = before.split_last() else {
        return false;
    };
    let digits = rest.iter().rev().take_while(|b| b.is_ascii_digit() || **b == b';').count();
    rest.len() > digits && rest[rest.len() - digits - 1] == b'['
}

/// At most `length` bytes of `text` from `at` on, cut between characters.
pub fn text_from(text: &str, at: usize, length: usize) -> &str {
    let mut end = text.len().min(at.saturating_add(length));
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[at..end]
}

/// How much of a line before a place is looked at, in bytes.
const BEFORE: usize = 512;

/// What stands before `at` in its line, or the end of that.
pub fn line_before(text: &str, at: usize) -> &str {
    let mut start = at.saturating_sub(BEFORE);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    let before = &text[start..at];
    before.rfind('\n').map_or(before, |line| &before[line + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn begins_behind_anything_but_a_letter() {
        for before in
            ["", " ", "_", "7", "密", "ключ", "\\n", "\\u001b[32m", "\\u000a", "\\x0a", "%0A", "[1;31m", "\"", "-"]
        {
            assert!(is_left_edge(&format!("{before}sk-"), before.len(), &[]), "{before}");
        }
        for before in ["ri", "x", "\\na", "m", "32m", "%A"] {
            assert!(!is_left_edge(&format!("{before}sk-"), before.len(), &[]), "{before}");
        }
        assert!(is_left_edge("ask-", 1, &[1]));
    }
}
