//! Values behind a name: where one ends, and whether it can be a secret.

use super::edge::piece;
use super::names::Telling;
use std::ops::Range;

/// The longest value, in bytes.
pub const LONGEST: usize = 4096;

/// The shortest text of several words that counts as prose, in bytes.
const SENTENCE: usize = 12;

/// A value in a text.
pub struct Value {
    pub range: Range<usize>,
    pub quoted: bool,
}

/// Quotes: how they open, and how they close.
const QUOTES: &[(&str, &str)] = &[
    ("\\\\\\\"", "\\\\\\\""),
    ("\\\"", "\\\""),
    ("\\'", "\\'"),
    ("\"\"\"", "\"\"\""),
    ("\"", "\""),
    ("'", "'"),
    ("`", "`"),
    ("“", "”"),
    ("„", "“"),
    ("‘", "’"),
    ("«", "»"),
    ("「", "」"),
    ("『", "』"),
    // Strings of C#, Python, Rust and Lua.
    ("@\"", "\""),
    ("b\"", "\""),
    ("r\"", "\""),
    ("u\"", "\""),
    ("f\"", "\""),
    ("c\"", "\""),
    ("L\"", "\""),
    ("b'", "'"),
    ("r'", "'"),
    ("u'", "'"),
    ("f'", "'"),
    ("r#\"", "\"#"),
    ("[[", "]]"),
    // Strings of Perl.
    ("q(", ")"),
    ("qq(", ")"),
    ("q{", "}"),
    ("qq{", "}"),
    ("<![CDATA[", "]]>"),
    ("**", "**"),
    ("&quot;", "&quot;"),
    ("%22", "%22"),
];

/// The value that begins at `at`: up to the closing quote, or to the end of a word.
pub fn at(text: &str, at: usize) -> Option<Value> {
    let rest = piece(text, at, LONGEST);
    for (open, close) in QUOTES {
        if let Some(body) = rest.strip_prefix(open) {
            let start = at + open.len();
            let length = closing(body, close)?;
            return Some(Value { range: start..start + length, quoted: true });
        }
    }
    let length = bare(rest);
    (length > 0).then_some(Value { range: at..at + length, quoted: false })
}

/// The length of a quoted text: up to `close` that is not escaped, or to the end of the line.
fn closing(body: &str, close: &str) -> Option<usize> {
    let escapes = close.len() == 1;
    let mut from = 0;
    while let Some(found) = body[from..].find(close) {
        let at = from + found;
        let slashes = body[..at].bytes().rev().take_while(|b| *b == b'\\').count();
        if !escapes || slashes % 2 == 0 {
            let line = body[..at].find('\n').filter(|_| close.len() < 3);
            return Some(line.unwrap_or(at)).filter(|length| *length > 0);
        }
        from = at + close.len();
    }
    Some(body.find('\n').unwrap_or(body.len())).filter(|length| *length > 0)
}

/// The length of a word without quotes.
fn bare(rest: &str) -> usize {
    for (at, c) in rest.char_indices() {
        let next = rest[at + c.len_utf8()..].chars().next();
        let ends = match c {
            ',' | ')' | '}' | ']' | ';' | '&' => {
                next.is_none_or(|c| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | ';' | ')' | '}' | ']'))
                    || c == ';'
                    || c == '&'
            }
            '\\' => next.is_some_and(|c| matches!(c, 'n' | 'r' | 't' | '"' | '\'')),
            '"' | '\'' | '`' | '<' | '>' | '|' | '。' | '，' | '、' | '；' | '」' | '”' | '»' => true,
            _ => c.is_whitespace() || c.is_control(),
        };
        if ends {
            return at;
        }
    }
    rest.len()
}

/// A value without the white space and the quotes around it.
pub fn unquoted(text: &str, range: Range<usize>) -> Range<usize> {
    let around = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '\\');
    let whole = &text[range.clone()];
    let start = range.start + whole.len() - whole.trim_start_matches(around).len();
    start..(range.start + whole.trim_end_matches(around).len()).max(start)
}

/// Words that stand for a value.
const PLACEHOLDERS: &[&str] = &[
    "null",
    "none",
    "nil",
    "true",
    "false",
    "undefined",
    "required",
    "optional",
    "string",
    "str",
    "text",
    "bytes",
    "bool",
    "boolean",
    "int",
    "integer",
    "number",
    "any",
    "unknown",
    "object",
    "array",
    "void",
    "self",
    "default",
    "empty",
    "yes",
    "no",
    "value",
    "redacted",
    "hidden",
    "masked",
    "varchar",
    "char",
    "vec",
    "option",
    "never",
    "todo",
    "auto",
    "password",
    "token",
    "secret",
    "key",
    "missing",
    "invalid",
    "incorrect",
    "wrong",
    "set",
    "unset",
    "env",
    "file",
    "include",
    "omit",
    "same-origin",
];

/// Whether a value can be a secret at all, behind a name that is so telling.
pub fn is_plausible(value: &str, quoted: bool, telling: Telling, shouted: bool) -> bool {
    // A quote that closes what stands before is followed by a space.
    if quoted && value.starts_with(' ') {
        return false;
    }
    let value = value.trim();
    if value.is_empty() || is_placeholder(value) {
        return false;
    }
    if quoted {
        if telling == Telling::Weak && is_name(value) && super::names::telling(value).is_some() {
            return false;
        }
        return telling == Telling::Strong && !is_sentence(value)
            || is_arbitrary(value)
            || value.len() < 12 && telling == Telling::Weak && shouted;
    }
    if telling == Telling::Weak
        && value.chars().all(|c| c.is_ascii_alphabetic() || c == '_')
        && super::names::telling(value).is_some()
        || is_code(value)
    {
        return false;
    }
    is_arbitrary(value) || shouted
}

/// The longest word that stands for a value, in bytes, with some room.
const LONGEST_WORD: usize = 64;

/// Whether a value refers to another: a variable, a template, asterisks, or a word that stands for one.
pub fn is_placeholder(value: &str) -> bool {
    let lower = piece(value, 0, LONGEST_WORD).to_lowercase();
    let reference = [
        "$(",
        "${",
        "$env",
        "<",
        "{{",
        "{%",
        "%(",
        "%{",
        "#{",
        "[masked",
        "secrets.",
        "env.",
        "env(",
        "process.env",
        "os.environ",
        "…",
        "...",
        "your-",
        "your_",
    ];
    let variable =
        value.strip_prefix('$').is_some_and(|name| name.chars().all(|c| c.is_ascii_alphabetic() || c == '_'));
    // A file of curl, a decorator, an anchor of YAML: a name, and no password that begins with a sign.
    let named = value.strip_prefix(['@', '&']).is_some_and(|name| !name.contains(|c: char| c.is_ascii_digit()));
    let mut letters = value.chars();
    let first = letters.next();
    variable
        || named
        || reference.iter().any(|start| lower.starts_with(start))
        || letters.all(|c| Some(c) == first)
            && matches!(first, Some('*' | 'x' | 'X' | '.' | '-' | '•' | '_' | '?' | '#' | '='))
        || PLACEHOLDERS.contains(&lower.trim_end_matches(|c: char| !c.is_alphanumeric()))
}

/// Whether a quoted text is prose rather than a secret.
fn is_sentence(value: &str) -> bool {
    let spaces = value.matches(' ').count();
    spaces >= 2 && value.len() >= SENTENCE && !value.chars().any(|c| c.is_ascii_digit())
        || value.ends_with([':', '?', '…'])
}

/// Whether a word is an expression of a program: a call, a path of members, an operator.
fn is_code(value: &str) -> bool {
    let calls =
        value.contains(['(', '[']) && value.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '(');
    let members = value.trim_end_matches([',', ';']).split('.').collect::<Vec<_>>();
    let path = members.len() > 1 && members.iter().all(|member| member.is_empty() || is_name(member));
    calls
        || path
        || value.starts_with(['&', '(', '[', '{', '!', '/', '|', '=', '>', '*', '%'])
        || value.contains("=>")
        || value.contains("::")
}

/// Whether a word is a name that a person gave: letters, and digits only at its end.
fn is_name(word: &str) -> bool {
    let stem = word.trim_end_matches(|c: char| c.is_ascii_digit());
    !stem.is_empty()
        && stem.chars().all(|c| c.is_ascii_alphabetic() || c == '_' || c == '-')
        && word.len() - stem.len() < 3
}

/// Whether a word looks made up: digits among letters, symbols, or cases that change in the middle.
pub fn is_arbitrary(word: &str) -> bool {
    let word = word.trim_end_matches(['.', ',', ';', ':', '!', ')']);
    let has = |class: fn(char) -> bool| word.chars().any(class);
    let digits = has(|c| c.is_ascii_digit());
    let symbols = has(|c| matches!(c, '!' | '#' | '$' | '%' | '^' | '*' | '+' | '=' | '~' | '?' | '@' | '&' | '/'));
    let cases = word
        .as_bytes()
        .windows(2)
        .filter(|pair| {
            pair[0].is_ascii_lowercase() != pair[1].is_ascii_lowercase() && pair.iter().all(u8::is_ascii_alphabetic)
        })
        .count();
    let dashes = word.matches(['-', '_']).count();
    let letters = has(char::is_alphabetic);
    has(char::is_alphanumeric)
        && word.len() >= 4
        && (letters && (digits || symbols)
            || digits && word.len() >= 6
            || cases >= 3
            || dashes >= 3
            || word.len() >= 6
                && word.chars().filter(char::is_ascii_uppercase).count() >= 3
                && has(|c: char| c.is_ascii_lowercase()))
}
