//! A text as a reader sees it: without terminal escapes and unseen characters, and the way back.

use crate::printable::is_unseen;
use std::borrow::Cow;
use std::ops::Range;

/// The visible part of a text.
pub struct View<'a> {
    pub text: Cow<'a, str>,
    /// Where something was removed, in [`Self::text`], ascending.
    pub breaks: Vec<usize>,
    /// How many bytes were removed before each of the breaks, and at it.
    removed: Vec<usize>,
}

impl<'a> View<'a> {
    pub fn new(text: &'a str) -> Self {
        let hides = |c: char| c == '\u{1b}' || c == '\u{9b}' || c == '\u{8}' || is_unseen(c);
        let mut view = Self { text: Cow::Borrowed(text), breaks: Vec::new(), removed: Vec::new() };
        if !text.contains(hides) && !text.match_indices(['"', '\'']).any(|(at, _)| joint(&text[at..]).is_some()) {
            return view;
        }
        let (mut seen, mut total, mut rest) = (String::with_capacity(text.len()), 0, text);
        while let Some(c) = rest.chars().next() {
            let length = escape(rest).or(hides(c).then(|| c.len_utf8())).or_else(|| joint(rest));
            if let Some(length) = length {
                total += length;
                if view.breaks.last() == Some(&seen.len()) {
                    view.removed.pop();
                } else {
                    view.breaks.push(seen.len());
                }
                view.removed.push(total);
                rest = &rest[length..];
            } else {
                seen.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
        view.text = Cow::Owned(seen);
        view
    }

    /// Where this part of the view lies in the text, with what was removed inside of it.
    pub fn original(&self, range: &Range<usize>) -> Range<usize> {
        let before = |count: usize| count.checked_sub(1).map_or(0, |last| self.removed[last]);
        let start = range.start + before(self.breaks.partition_point(|at| *at <= range.start));
        let end = range.end + before(self.breaks.partition_point(|at| *at < range.end));
        start..end.max(start)
    }
}

/// What joins strings in a program.
fn is_plus(c: char) -> bool {
    matches!(c, '+' | '.' | '&' | '\\')
}

/// The length of what joins two pieces of a string at the beginning of `text`: `" + "`.
fn joint(text: &str) -> Option<usize> {
    /// The longest white space on one side of the sign, in characters: a line break with its indentation.
    const SPACE: usize = 64;
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let space = |at: usize| text[at..].chars().take(SPACE).take_while(|c| c.is_whitespace()).map(char::len_utf8);
    let before = 1 + space(1).sum::<usize>();
    let signs = text[before..].chars().take(2).take_while(|c| is_plus(*c)).count();
    let at = before + signs + space(before + signs).sum::<usize>();
    (signs > 0 && text[at..].starts_with(quote)).then_some(at + 1)
}

/// The length of the terminal escape at the beginning of `text`: a control sequence, or two or three
/// characters.
fn escape(text: &str) -> Option<usize> {
    let Some(body) = text.strip_prefix('\u{1b}') else {
        // A control sequence introducer in one character.
        let parameters = text.strip_prefix('\u{9b}')?;
        return Some(text.len() - after_parameters(parameters).len());
    };
    let rest = match body.chars().next() {
        Some('[') => after_parameters(&body[1..]),
        Some('(' | ')' | '*' | '+' | '#' | '%') => body[1..].get(1..).unwrap_or(&body[1..]),
        // Of a title or a link only the introducer is left out: a secret may be in its text.
        Some(c) if c.is_ascii() => &body[1..],
        _ => body,
    };
    Some(text.len() - rest.len())
}

/// What follows the parameters and the final letter of a control sequence.
fn after_parameters(text: &str) -> &str {
    let end = text.find(|c: char| !matches!(c, ' '..='?')).unwrap_or(text.len());
    match text[end..].chars().next() {
        Some(c) if c.is_ascii() && !c.is_ascii_control() => &text[end + 1..],
        _ => &text[end..],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_out_what_is_not_seen() {
        let text = "a\u{1b}[1;32mb\u{200b}c\u{1b}]d\u{9b}0m\u{1b}(Be";
        let view = View::new(text);
        assert_eq!(view.text, "abcde");
        assert_eq!(view.breaks, [1, 2, 3, 4]);
        assert_eq!(&text[view.original(&(1..3))], "b\u{200b}c");
        assert_eq!(&text[view.original(&(4..5))], "e");
        assert_eq!(&text[view.original(&(0..1))], "a");
    }

    #[test]
    fn joins_pieces_of_strings() {
        for joined in ["\"a\" + \"b\"", "\"a\"\n  . \"b\"", "\"a\" \\\n  \"b\""] {
            let view = View::new(joined);
            assert_eq!(view.text, "\"ab\"", "{joined}");
            assert_eq!(&joined[view.original(&(1..3))], &joined[1..joined.len() - 1]);
        }
        for apart in ["\"a\", \"b\"", "\"a\" \"b\"", "'a' + \"b\"", "1 + 2", "a\\\"b"] {
            assert_eq!(View::new(apart).text, apart);
        }
    }

    #[test]
    fn survives_broken_escapes() {
        for text in ["\u{1b}", "\u{1b}[", "\u{1b}[é", "\u{1b}]", "\u{1b}(", "\u{1b}(é", "\u{9b}", "a\u{1b}é"] {
            let view = View::new(text);
            assert!(view.original(&(0..view.text.len())).end <= text.len());
        }
    }
}
