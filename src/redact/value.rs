//! Reads the value after a name: where it ends, and whether it can be a secret.

use super::around::text_from;
use super::names::{SecretName, telling as telling_of};
use super::placeholder::is_placeholder;
use std::ops::Range;

/// The longest value, in bytes.
pub const LONGEST: usize = 4096;

/// The shortest text of several words that counts as prose, in bytes.
const SENTENCE: usize = 12;

/// A value in a text.
pub struct Value {
    pub range: Range<usize>,
    pub quoted: bool,
    /// Whether its closing quote was found; `false` of a text that was cut, and of a quote that closes another text.
    pub closed: bool,
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
    let rest = text_from(text, at, LONGEST);
    for (open, close) in QUOTES {
        if let Some(body) = rest.strip_prefix(open) {
            let start = at + open.len();
            let (length, closed) = closing(body, close)?;
            return Some(Value { range: start..start + length, quoted: true, closed });
        }
    }
    let length = bare(rest);
    (length > 0).then_some(Value { range: at..at + length, quoted: false, closed: false })
}

/// The length of a quoted text, up to `close` that is not escaped, and whether there is one; or to the end of the line.
fn closing(body: &str, close: &str) -> Option<(usize, bool)> {
    let escapes = close.len() == 1;
    let mut from = 0;
    while let Some(found) = body[from..].find(close) {
        let at = from + found;
        let slashes = body[..at].bytes().rev().take_while(|b| *b == b'\\').count();
        // YAML, SQL and shells write a quote in a text twice.
        let behind = &body[at + close.len()..];
        let doubled = close == "'" && behind.starts_with('\'') && behind[1..].starts_with(char::is_alphanumeric);
        if doubled {
            from = at + 2;
            continue;
        }
        if !escapes || slashes % 2 == 0 {
            let line = body[..at].find('\n').filter(|_| close.len() < 3);
            return Some((line.unwrap_or(at), line.is_none())).filter(|(length, _)| *length > 0);
        }
        from = at + close.len();
    }
    Some((body.find('\n').unwrap_or(body.len()), false)).filter(|(length, _)| *length > 0)
}

/// The length of a word without quotes.
fn bare(rest: &str) -> usize {
    let mut inside = 0;
    for (at, c) in rest.char_indices() {
        if at < inside {
            continue;
        }
        let after = &rest[at + c.len_utf8()..];
        let next = after.chars().next();
        let ends = match c {
            ',' => ends_word(next),
            ')' | '}' | ']' => ends_word(after.trim_start_matches([')', '}', ']']).chars().next()),
            '&' => match entity(rest, at) {
                Some(length) => {
                    inside = at + length;
                    false
                }
                None => is_separator(after),
            },
            '\\' => next.is_some_and(|c| matches!(c, 'n' | 'r' | 't' | '"' | '\'')),
            ';' | '"' | '\'' | '`' | '<' | '>' | '|' | '。' | '，' | '、' | '；' | '」' | '”' | '»' => true,
            _ => c.is_whitespace() || c.is_control(),
        };
        if ends {
            return at;
        }
    }
    rest.len()
}

/// The whole word at `at` where signs that end a word elsewhere, such as `;` or `>`, can only be a part of a password: it
/// has letters of both cases and digits, and no bracket of it closes, as those of programs do.
pub fn odd_word(text: &str, at: usize) -> Option<Range<usize>> {
    /// The shortest such word and the longest, in bytes.
    const LENGTH: [usize; 2] = [8, 64];
    let near = text_from(text, at, LENGTH[1]);
    let word = near.split(char::is_whitespace).next()?;
    let is_cut = word.len() == near.len() && at + near.len() < text.len();
    let closes = |open: char, close: char| word.find(open).is_some_and(|at| word[at..].contains(close));
    let is_code = [('(', ')'), ('[', ']'), ('{', '}'), ('<', '>')].iter().any(|(open, close)| closes(*open, *close));
    let word = word.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '}']);
    let has = |class: fn(&u8) -> bool| word.as_bytes().iter().any(class);
    let is_odd = !is_cut
        && !is_code
        && word.len() >= LENGTH[0]
        && word.starts_with(|c: char| c.is_ascii_alphanumeric())
        && word.contains([';', '<', '>', '|', ',', '(', ')', '[', ']', '{', '}'])
        && !word.contains(['"', '\'', '`', '\\', '/', '$', '='])
        && word.bytes().all(|b| b.is_ascii_graphic())
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase);
    is_odd.then(|| at..at + word.len())
}

/// Whether what follows a sign shows that a word has ended.
fn ends_word(next: Option<char>) -> bool {
    next.is_none_or(|c| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ',' | ';' | ')' | '}' | ']' | '.'))
}

/// The length of an entity of HTML or XML that is a part of the word, at `at`. `&amp;` also separates parameters.
fn entity(rest: &str, at: usize) -> Option<usize> {
    let name = ["&amp;", "&lt;", "&gt;", "&apos;"].into_iter().find(|name| rest[at..].starts_with(name))?;
    (!is_separator(&rest[at + name.len()..])).then_some(name.len())
}

/// Whether `&` before this separates: from the next parameter, the next command, or nothing.
fn is_separator(after: &str) -> bool {
    /// The longest name of a parameter that is looked for, in bytes.
    const PARAMETER: usize = 48;
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'[' | b']');
    let name = after.bytes().take(PARAMETER).take_while(part).count();
    ends_word(after.chars().next()) || after.starts_with('&') || name > 0 && after[name..].starts_with('=')
}

/// A value without the white space and the quotes around it.
pub fn unquoted(text: &str, range: Range<usize>) -> Range<usize> {
    let around = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '\\');
    let whole = &text[range.clone()];
    let start = range.start + whole.len() - whole.trim_start_matches(around).len();
    start..(range.start + whole.trim_end_matches(around).len()).max(start)
}

/// Whether a value can be a secret at all, after a name that is so telling.
pub fn is_plausible(value: &str, quoted: bool, telling: SecretName, shouted: bool) -> bool {
    // A quote that closes what stands before is followed by a space.
    if quoted && value.starts_with(' ') {
        return false;
    }
    let value = value.trim();
    if value.is_empty() || is_placeholder(value) {
        return false;
    }
    let is_count = value.len() < 4 && value.bytes().all(|b| b.is_ascii_digit());
    let is_weak = telling == SecretName::Likely && (is_numbered(value) || !quoted && !shouted && is_counted(value));
    if is_weak || is_version(value) || is_count || is_type(value) || is_colour(value) {
        return false;
    }
    if quoted {
        if telling == SecretName::Likely && is_name(value) && telling_of(value).is_some() || is_module(value) {
            return false;
        }
        return !is_sentence(value)
            && (telling == SecretName::Certain
                || is_arbitrary(value)
                || value.len() < 12 && telling == SecretName::Likely && shouted);
    }
    if telling == SecretName::Likely
        && value.chars().all(|c| c.is_ascii_alphabetic() || c == '_')
        && telling_of(value).is_some()
        || is_code(value)
        || telling == SecretName::Likely && (is_shortcut(value) || is_choice(value))
    {
        return false;
    }
    is_arbitrary(value) || shouted
}

/// Whether a value is a number after a word, such as the key of an issue or a record: `PROJ-12`, `user:12`.
fn is_numbered(value: &str) -> bool {
    let number = value.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    number.len() < value.len()
        && number.starts_with(['-', ':', '/'])
        && number.len() > 1
        && number[1..].bytes().all(|b| b.is_ascii_digit())
}

/// Whether a value is a word with a number: `value1`.
fn is_counted(value: &str) -> bool {
    is_name(value) && !value.contains(['-', '_'])
}

/// Whether a value is the name of a type or a variable whose words tell: `SecretString`, `DB_PASSWORD`.
fn is_type(value: &str) -> bool {
    // The only name of a type with a digit among its words that is common.
    let value = &*value.replace("OAuth2", "Oauth").replace("OAuth", "Oauth");
    let is_constant = value.contains('_') && value.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    let is_type = value.starts_with(|c: char| c.is_ascii_uppercase()) && is_camel(value);
    (is_type || is_constant) && telling_of(value).is_some()
}

/// Whether a value is keys that are pressed together: `ctrl+shift+p`.
fn is_shortcut(value: &str) -> bool {
    /// The longest name of a key, in bytes.
    const KEY: usize = 9;
    let first = value.split('+').next().unwrap_or_default().to_ascii_lowercase();
    let is_held =
        matches!(&*first, "ctrl" | "control" | "cmd" | "command" | "alt" | "option" | "opt" | "shift" | "meta")
            || matches!(&*first, "super" | "win" | "mod" | "cmdorctrl" | "commandorcontrol" | "fn");
    is_held && value.split('+').all(|key| key.len() <= KEY || key == first)
}

/// Whether a value is plain words to choose from, or a path of them: `up/down/left`.
pub fn is_choice(value: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    value.contains('/') && value.split('/').all(is_word)
}

/// Whether a value is a colour of a style sheet.
fn is_colour(value: &str) -> bool {
    value
        .strip_prefix('#')
        .is_some_and(|digits| matches!(digits.len(), 3 | 4 | 6 | 8) && digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Whether a value is the path of a module or class, of plain words with dots between.
fn is_module(value: &str) -> bool {
    let members: Vec<&str> = value.split('.').collect();
    let plain = members.iter().filter(|member| member.bytes().all(|b| b.is_ascii_lowercase())).count();
    members.len() >= 3
        && plain >= 2
        && members.iter().all(|member| member.starts_with(|c: char| c.is_ascii_alphabetic()) && is_identifier(member))
}

fn is_identifier(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Whether a word is made of two or more words that begin with capitals, as names in programs are: `ArrowDown`.
fn is_camel(word: &str) -> bool {
    /// The shortest of these words, in letters.
    const SHORTEST: usize = 3;
    let starts = word.char_indices().filter(|(at, c)| *at > 0 && c.is_ascii_uppercase()).map(|(at, _)| at);
    let mut edges: Vec<usize> = std::iter::once(0).chain(starts).collect();
    edges.push(word.len());
    word.bytes().all(|b| b.is_ascii_alphabetic())
        && edges.len() > 2
        && edges.windows(2).all(|pair| pair[1] - pair[0] >= SHORTEST)
}

/// Whether a word is the number of a version: `v1.2.3`, `^1.2`, `3.2.2+incompatible`.
pub fn is_version(word: &str) -> bool {
    let number = word.trim_start_matches(['v', 'V', '^', '~', '=', '>', '<']);
    let core = number.split(['-', '+']).next().unwrap_or_default();
    let is_part = |part: &str| part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit()) || matches!(part, "x" | "*");
    core.contains('.') && core.split('.').all(|part| !part.is_empty() && is_part(part))
}

/// Whether a text in quotes is prose, or a command, rather than a secret.
pub fn is_sentence(value: &str) -> bool {
    let spaces = value.matches(' ').count();
    let has_digit = value.chars().any(|c| c.is_ascii_digit());
    spaces >= 2 && value.len() >= SENTENCE && !has_digit
        || spaces > 0 && !has_digit && value.split(' ').any(is_file)
        || spaces > 0 && value.ends_with([':', '?', '…'])
        || value.ends_with([':', '…'])
}

/// Whether a word is the name of a file, by its ending.
pub fn is_file(word: &str) -> bool {
    word.rsplit_once('.').is_some_and(|(name, ending)| {
        name.len() > 1 && (1..=4).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_lowercase())
    })
}

/// Whether a word is an expression of a program: a call, a path of members, an operator.
pub fn is_code(value: &str) -> bool {
    let calls =
        value.contains(['(', '[']) && value.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '(');
    let members = value.trim_end_matches([',', ';']).split('.').collect::<Vec<_>>();
    let path = members.len() > 1 && members.iter().all(|member| member.is_empty() || is_name(member));
    calls
        || path
        || value.starts_with(['&', '(', '[', '{', '!', '/', '|', '=', '>', '*', '%'])
        || value.contains("=>")
        || value.contains("){")
        || value.contains("::")
}

/// Whether a word is a name that a person gave: letters, and digits only at its end.
pub fn is_name(word: &str) -> bool {
    let stem = word.trim_end_matches(|c: char| c.is_ascii_digit());
    !stem.is_empty()
        && stem.chars().all(|c| c.is_ascii_alphabetic() || c == '_' || c == '-')
        && word.len() - stem.len() < 3
}

/// Words with a digit in their middle that programs have.
const MIXED: [&str; 7] = ["oauth2", "base64", "sha256", "utf8", "x509", "ed25519", "argon2"];

/// Whether a word can only be made up: a part of it has digits among its letters, and it is no path and no code.
pub fn is_made_up(word: &str) -> bool {
    /// The shortest such word and the shortest such part, in bytes.
    const SHORTEST: [usize; 2] = [8, 5];
    let is_mixed = |part: &str| {
        part.len() >= SHORTEST[1]
            && part.contains(|c: char| c.is_ascii_digit())
            // A number of a program: `0x0004`, `65536u32`.
            && !part.starts_with("0x")
            && part.trim_start_matches(|c: char| c.is_ascii_digit()).len() > 3
            && part.trim_end_matches(|c: char| c.is_ascii_digit()).contains(|c: char| c.is_ascii_digit())
    };
    word.len() >= SHORTEST[0]
        && !word.contains(|c: char| c.is_whitespace() || matches!(c, '(' | '"' | '=' | '{' | '<'))
        && !word.contains("://")
        && !word.starts_with(['/', '.', '~', '$'])
        && !MIXED.iter().any(|mixed| word.to_ascii_lowercase().contains(mixed))
        && word.split(|c: char| !c.is_ascii_alphanumeric()).any(is_mixed)
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
            || cases >= 3 && !is_camel(word)
            || dashes >= 3
            || word.len() >= 6
                && !is_camel(word)
                && word.chars().filter(char::is_ascii_uppercase).count() >= 3
                && has(|c: char| c.is_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::Redactor;

    #[test]
    fn odd_words_are_whole() {
        let odd = |text: &str| odd_word(text, 0).map(|range| text[range].to_owned());
        for word in ["jARd;4JgyN", "N49IB48H>JjIH", "Ezz<)C4GiGma3", "hN23,kuHM", "r|nUDb5ND"] {
            for behind in ["", ".", ", and so on", "\nnext"] {
                assert_eq!(odd(&format!("{word}{behind}")).as_deref(), Some(word), "{behind}");
            }
        }
        for word in [
            "Option<String2>",
            "useState2(A)",
            "Server;A1=b;c",
            "a1,b2,c3",
            "Vec[U8]",
            "key1;key2",
            "\"A1b;c2D3\"",
            "A1b;c2D",
            "https://A1b;c2D3",
            &"A1b;".repeat(40),
        ] {
            assert_eq!(odd(word), None, "{word}");
        }
    }

    #[test]
    fn passwords_in_sentences_are_masked_whole() {
        let word = "N49IB48H>JjIH";
        for text in [
            "the password is {}",
            "The password for the admin account is {} and the port is 5432.",
            "I set the password to {} as you asked",
            "log in with password {} please",
            "log in with the password {}.",
            "her password was {}, change it",
            "The new password: {}",
        ] {
            let safe = Redactor::default().redact(&text.replace("{}", word)).into_owned();
            assert_eq!(safe, text.replace("{}", "[masked]"));
        }
        for text in [
            "the password is Result<Token2,E> here",
            "use the password field2 of the form",
            "with the password validator2, it works",
            "password: Promise<Str1ng> {",
        ] {
            assert_eq!(Redactor::default().redact(text), text);
        }
    }
}
