//! A text as a reader sees it, without terminal escapes and invisible characters, with the positions in the original.

use super::line_prefixes;
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
    /// Whether each break is a letter that stands for a longer one, and not something left out in front of a letter.
    replaces: bool,
    /// The text that this one was made of, if that is a view too.
    under: Option<Box<View<'a>>>,
}

impl<'a> View<'a> {
    pub fn new(text: &'a str) -> Self {
        let seen = Self::of_seen(text);
        if seen.text.is_ascii() || !seen.text.chars().any(|c| narrow(c).is_some()) {
            return seen;
        }
        let narrowed = narrowed(&seen.text);
        Self { under: Some(Box::new(seen)), ..narrowed }
    }

    /// The view without what is not seen.
    fn of_seen(text: &'a str) -> Self {
        let marks = line_prefixes::find(text);
        let lined = (!marks.is_empty()).then(|| without(text, &marks));
        let unseen = unseen(lined.as_ref().map_or(text, |lined| &lined.text));
        match lined {
            None if unseen.is_empty() => {
                Self { text: Cow::Borrowed(text), breaks: vec![], removed: vec![], replaces: false, under: None }
            }
            None => without(text, &unseen),
            Some(lined) if unseen.is_empty() => lined,
            Some(lined) => {
                let seen = without(&lined.text, &unseen);
                Self { under: Some(Box::new(lined)), ..seen }
            }
        }
    }

    /// The text with the lines joined that a terminal broke within a word, and what frames them left out; `None` if none is.
    pub fn unwrapped(text: &str) -> Option<View<'static>> {
        let joints: Vec<_> =
            memchr::memchr_iter(b'\n', text.as_bytes()).filter_map(|at| wrapped_at(text, at)).collect();
        (!joints.is_empty()).then(|| without(text, &joints))
    }

    /// The text that the inside of a JSON string stands for.
    pub fn unescaped(string: &str) -> View<'static> {
        let (mut seen, mut breaks, mut removed) = (String::with_capacity(string.len()), Vec::new(), Vec::new());
        let mut letters = string.chars();
        while let Some(c) = letters.next() {
            let escaped = if c == '\\' { unescape(letters.as_str()) } else { None };
            let letter = escaped.map_or(c, |(letter, _)| letter);
            if let Some((_, length)) = escaped {
                letters = letters.as_str()[length..].chars();
                breaks.push(seen.len());
                removed.push(removed.last().unwrap_or(&0) + 1 + length - letter.len_utf8());
            }
            seen.push(letter);
        }
        View { text: Cow::Owned(seen), breaks, removed, replaces: true, under: None }
    }

    /// Where this part of the view lies in the text, with what was removed inside of it.
    pub fn original(&self, range: &Range<usize>) -> Range<usize> {
        let before = |count: usize| count.checked_sub(1).map_or(0, |last| self.removed[last]);
        let is_before = |at: &usize| *at < range.start || !self.replaces && *at == range.start;
        let start = range.start + before(self.breaks.partition_point(is_before));
        let end = range.end + before(self.breaks.partition_point(|at| *at < range.end));
        let own = start..end.max(start);
        self.under.as_ref().map_or(own.clone(), |under| under.original(&own))
    }
}

/// The character that an escape of JSON stands for, and the length of what follows the backslash.
fn unescape(text: &str) -> Option<(char, usize)> {
    let c = text.chars().next()?;
    match c {
        'n' => Some(('\n', 1)),
        'r' => Some(('\r', 1)),
        't' => Some(('\t', 1)),
        '"' | '\\' | '/' => Some((c, 1)),
        'u' => {
            let unit = |at: usize| {
                let digits = text.get(at..at + 4).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
                u16::from_str_radix(digits, 16).ok()
            };
            let first = unit(1)?;
            if let Some(c) = char::from_u32(first.into()) {
                return Some((c, 5));
            }
            // The second half of a letter has an escape of its own.
            let second = text.get(5..7).filter(|escape| *escape == "\\u").and_then(|_| unit(7))?;
            Some((char::decode_utf16([first, second]).next()?.ok()?, 11))
        }
        _ => None,
    }
}

/// The view of a text without these parts, which ascend.
fn without(text: &str, parts: &[Range<usize>]) -> View<'static> {
    let (mut seen, mut breaks, mut removed) = (String::with_capacity(text.len()), Vec::<usize>::new(), Vec::new());
    let (mut at, mut total) = (0, 0);
    for part in parts {
        seen.push_str(&text[at..part.start]);
        total += part.len();
        at = part.end;
        if breaks.last() == Some(&seen.len()) {
            removed.pop();
        } else {
            breaks.push(seen.len());
        }
        removed.push(total);
    }
    seen.push_str(&text[at..]);
    View { text: Cow::Owned(seen), breaks, removed, replaces: false, under: None }
}

/// What a reader does not see, or sees through: escapes, what joins strings, and broken lines.
fn unseen(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut at) = (Vec::new(), 0);
    let is_candidate = |byte: &u8| matches!(byte, 0x8 | b'\r' | 0x1b | b'"' | b'\'' | b'\\') || !byte.is_ascii();
    while let Some(next) = text.as_bytes()[at..].iter().position(is_candidate) {
        at += next;
        let rest = &text[at..];
        let Some(c) = rest.chars().next() else { break };
        let length = match c {
            '\u{1b}' | '\u{9b}' => escape(rest),
            '"' | '\'' => joint(rest),
            '\\' if rest[1..].starts_with(['\\', '"', '\'']) => {
                at += 2;
                continue;
            }
            '\\' => continuation(rest),
            '\r' if rest.starts_with("\r\n") => Some(1),
            '\u{8}' => Some(1),
            _ => (is_unseen(c) || is_mark(c)).then(|| c.len_utf8()),
        };
        found.extend(length.map(|length| at..at + length));
        at += length.unwrap_or(c.len_utf8());
    }
    found
}

/// The line break at `at` with the frame around it, if a terminal may have broken a word there.
fn wrapped_at(text: &str, at: usize) -> Option<Range<usize>> {
    /// The narrowest terminal, in characters: below it, lines end where their writers ended them.
    const NARROWEST: usize = 60;
    /// What stands at the edges of a box, of a quotation or of a difference.
    const FRAME: [char; 7] = [' ', '\t', '\r', '│', '|', '>', '+'];
    let is_token = |c: char| c.is_ascii_alphanumeric() || "_-.+/=:".contains(c);
    let before = text[..at].trim_end_matches(FRAME);
    let line = &text[text[..at].rfind('\n').map_or(0, |end| end + 1)..at];
    let behind = text[at + 1..].trim_start_matches(FRAME);
    let joins = before.ends_with(is_token) && behind.starts_with(is_token);
    (joins && before.len() > at - line.len() && line.chars().count() >= NARROWEST)
        .then(|| before.len()..text.len() - behind.len())
}

/// Whether a character only marks the letter before it.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{20d0}'..='\u{20ff}')
}

/// The letter of ASCII that a full-width one stands for.
fn narrow(c: char) -> Option<char> {
    matches!(c, '\u{ff01}'..='\u{ff5e}').then(|| char::from_u32(u32::from(c) - 0xfee0)).flatten()
}

/// The view in which each full-width letter is the narrow one.
fn narrowed(text: &str) -> View<'static> {
    let (mut seen, mut breaks, mut removed) = (String::with_capacity(text.len()), Vec::new(), Vec::new());
    for c in text.chars() {
        if narrow(c).is_some() {
            breaks.push(seen.len());
            removed.push(removed.last().unwrap_or(&0) + c.len_utf8() - 1);
        }
        seen.push(narrow(c).unwrap_or(c));
    }
    View { text: Cow::Owned(seen), breaks, removed, replaces: true, under: None }
}

/// The length of a backslash that ends a line at the beginning of `text`, and of the indentation after it.
fn continuation(text: &str) -> Option<usize> {
    let rest = text.strip_prefix("\\\n").or_else(|| text.strip_prefix("\\\r\n"))?;
    Some(text.len() - rest.trim_start_matches([' ', '\t']).len())
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
    // A backslash joins lines, and escapes a quote.
    if text[before..].starts_with('\\') && !text[before + 1..].starts_with(['\n', '\r']) {
        return None;
    }
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
    fn reads_full_width_letters() {
        let text = "é ｋｅｙ\u{332}＝ａ b";
        let view = View::new(text);
        assert_eq!(view.text, "é key=a b");
        let range = view.original(&(7..8));
        assert_eq!(text.floor_char_boundary(range.start), text.find('ａ').unwrap());
        assert_eq!(range.end, text.find(" b").unwrap());
    }

    #[test]
    fn reads_letters_by_their_number() {
        let text = r#"a\u043a\ud83d\ude00\n\"b \ud83d \u00zz"#;
        let view = View::unescaped(text);
        assert_eq!(view.text, "aк😀\n\"b \\ud83d \\u00zz");
        for (seen, escape) in [("к", r"\u043a"), ("😀", r"\ud83d\ude00"), ("\n", r"\n"), ("\"b", r#"\"b"#)] {
            let at = view.text.find(seen).unwrap();
            assert_eq!(&text[view.original(&(at..at + seen.len()))], escape);
        }
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
    fn joins_what_a_terminal_broke() {
        let joined = |text: &str| View::unwrapped(text).map(|view| view.text.into_owned());
        let long = "w".repeat(80);
        assert_eq!(joined(&format!("{long}\nabc d")), Some(format!("{long}abc d")));
        assert_eq!(joined(&format!("│ {long} │\n│ abc d │")), Some(format!("│ {long}abc d │")));
        for apart in ["short\nabc".to_owned(), format!("{long} \u{b7}\nabc"), format!("{long}\n\nabc"), long.clone()] {
            assert_eq!(joined(&apart), None, "{apart}");
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
