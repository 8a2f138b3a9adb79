//! Finds several secrets after one name: `Recovery codes:` and a line for each, `passwords: a, b`, a YAML list, a table
//! of a program.

use super::names::{SecretName, telling};
use super::placeholder::is_placeholder;
use super::value::{is_arbitrary, is_version};
use std::ops::Range;

/// The longest title of a list, in bytes.
const TITLE: usize = 64;
/// How many items of a list are read.
const ITEMS: usize = 256;
/// The shortest secret in a list, in bytes.
const SHORTEST: usize = 6;

/// Words whose plural is a list of secrets, and the words before `codes` and `keys` that make it one.
const PLURALS: &[&str] = &["passwords", "passphrases", "tokens", "secrets", "credentials", "passwörter", "chpasswd"];
const CODES: &[&str] = &["recovery", "backup", "scratch", "rescue", "2fa", "mfa", "one-time"];
const KEYS: &[&str] = &["private", "encryption", "api", "secret", "access", "signing", "license", "master"];

/// Adds the items of lists to `found`.
pub fn find(text: &str, found: &mut Vec<Range<usize>>) {
    let (mut items, mut start) = (0, 0);
    for line in text.split_inclusive('\n') {
        let body = line.trim_end();
        if let Some(behind) = title(body) {
            items = ITEMS;
            inline(body, behind, start, found);
        } else if items > 0 {
            items = match item(body) {
                Item::Secret(range) => {
                    found.push(start + range.start..start + range.end);
                    items - 1
                }
                Item::Rule => items - 1,
                Item::Other => 0,
            };
        }
        commented(body, start, found);
        start += line.len();
    }
}

/// Where the text after the title of a list begins, if a line has one.
fn title(line: &str) -> Option<usize> {
    let Some(at) = line.bytes().take(TITLE).position(|byte| matches!(byte, b':' | b'=')) else {
        // A title alone on its line.
        let is_title = line.len() <= TITLE && line.split_whitespace().count() <= 3;
        return (is_title && is_plural(line)).then_some(line.len());
    };
    is_plural(line[..at].trim()).then_some(at + 1)
}

/// Whether the last words of a name say that it is a list of secrets.
fn is_plural(name: &str) -> bool {
    let mut words = name.rsplit(|c: char| !c.is_alphanumeric() && c != '-').filter(|word| !word.is_empty());
    let Some(last) = words.next().map(str::to_lowercase) else {
        return false;
    };
    let before = words.next().unwrap_or_default().to_lowercase();
    match last.as_str() {
        "codes" => CODES.contains(&before.as_str()),
        "keys" => KEYS.contains(&before.as_str()),
        _ => PLURALS.contains(&last.as_str()),
    }
}

/// The items that stand after the title, with commas or spaces between.
fn inline(line: &str, behind: usize, start: usize, found: &mut Vec<Range<usize>>) {
    let rest = &line[behind..];
    let words: Vec<&str> = rest.split([',', ' ', ';']).map(unmarked).filter(|word| !word.is_empty()).collect();
    // Numbers alone may count something; codes are often digits.
    let is_code =
        |word: &str| word.contains(|c: char| c.is_ascii_alphabetic()) || line.to_ascii_lowercase().contains("code");
    if words.len() > 1 && words.iter().all(|word| is_secret(word) && is_code(word)) {
        found.extend(words.into_iter().map(|word| place(line, word, start)));
    }
}

/// A line below a title.
enum Item {
    /// Where its secret is, in the line.
    Secret(Range<usize>),
    /// A rule, a bracket, an empty line, the beginning of a block.
    Rule,
    /// The list has ended.
    Other,
}

fn item(line: &str) -> Item {
    let body = without_number(line.trim());
    let mut words = body.split([' ', '\t']).filter(|word| !word.is_empty());
    let (first, second, more) = (words.next().unwrap_or_default(), words.next(), words.next());
    if more.is_some() {
        return Item::Other;
    }
    // `"name": "…"`, `name: …`, `name:…` and `name   …`.
    let value = second.unwrap_or_else(|| unmarked(first).rsplit(':').next().unwrap_or_default());
    let secret = unmarked(value);
    if is_secret(secret) {
        return Item::Secret(place(line, secret, 0));
    }
    let is_block = first.ends_with(':') && second.is_none_or(|mark| mark.starts_with(['|', '>']));
    if !body.contains(char::is_alphanumeric) || is_block { Item::Rule } else { Item::Other }
}

/// An item without its bullet or its number: `- `, `1. `, `(0) `.
fn without_number(item: &str) -> &str {
    let rest = item.trim_start_matches(['-', '*', '•', '(']);
    let number = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    match number.strip_prefix([')', '.']).filter(|rest| rest.starts_with(' ')) {
        Some(text) if number.len() < rest.len() => text.trim_start(),
        _ => rest.trim_start(),
    }
}

/// A word without quotes, commas and brackets around it.
fn unmarked(word: &str) -> &str {
    word.trim_matches(['"', '\'', '`', ',', ';', '(', ')', '[', ']', '{', '}'])
}

/// Whether a word of a list is a secret: made up, with a digit in it, and no path.
fn is_secret(word: &str) -> bool {
    word.len() >= SHORTEST
        && word.contains(|c: char| c.is_ascii_digit())
        && !word.contains(['/', '(', '=', '<', '"', '\'', ':', '{'])
        && (is_arbitrary(word) || word.len() >= 8)
        && !is_version(word)
        && !is_placeholder(word)
}

/// Where a part of a line is, in a text in which the line begins at `start`.
fn place(line: &str, part: &str, start: usize) -> Range<usize> {
    let at = start + (part.as_ptr() as usize - line.as_ptr() as usize);
    at..at + part.len()
}

/// The strings of a line whose comment says that they are secrets: `users = {"joe": "…"}  # passwords`.
fn commented(line: &str, start: usize, found: &mut Vec<Range<usize>>) {
    /// The longest comment that is read, in bytes.
    const COMMENT: usize = 80;
    if !line.contains(['"', '\'']) {
        return;
    }
    let mut signs = [" # ", " // ", " -- "].iter();
    let Some((code, comment)) = signs.find_map(|sign| line.rsplit_once(sign)) else {
        return;
    };
    let words = || comment.split(|c: char| !c.is_alphanumeric() && c != '_');
    let tells = |word: &str| telling(word) == Some(SecretName::Certain);
    let pairs = || comment.split(' ').zip(comment.split(' ').skip(1)).any(|(a, b)| tells(&format!("{a}_{b}")));
    if comment.len() > COMMENT || !words().any(tells) && !pairs() {
        return;
    }
    for mark in ['"', '\''] {
        for text in code.split(mark).skip(1).step_by(2) {
            let text = text.trim_end_matches("\\n");
            if is_secret(text) && !text.contains([' ', '$', ':']) {
                found.push(place(line, text, start));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::tests::found_by;

    #[test]
    fn masks_every_item() {
        for (text, secrets) in [
            ("Recovery codes:\n  26f19-47d27\n  9dd9d-37d16\nThen see 1a2b3c4d", "26f19-47d27 9dd9d-37d16"),
            ("Recovery codes:\n1. 1sce8-0smly\n2. ds9vl-73l6a", "1sce8-0smly ds9vl-73l6a"),
            ("Backup codes: 98955176 20877133", "98955176 20877133"),
            ("passwords: x1y2z3w4, v9u8t7s6", "x1y2z3w4 v9u8t7s6"),
            ("Passwords:\njoe   x1y2z3w4\nann   v9u8t7s6", "x1y2z3w4 v9u8t7s6"),
            ("encryption_keys:\n  - 8e7226477b06e135\n  - 6a86f4e1ccc119b7", "8e7226477b06e135 6a86f4e1ccc119b7"),
            ("SECRETS = {\n    \"mail\": \"x1y2z3w4\",\n    \"b\": \"v9u8t7s6\",\n}", "x1y2z3w4 v9u8t7s6"),
            ("Private Keys\n=====\n(0) 0xf21840da\n", "0xf21840da"),
            ("chpasswd:\n  list: |\n    root:x1y2z3w4", "x1y2z3w4"),
            ("users = {\"joe\": \"x1y2z3w4\"}  # passwords", "x1y2z3w4"),
            ("grep -rn 'x1y2z3w4' . # the db password", "x1y2z3w4"),
        ] {
            assert_eq!(found_by(find, text), secrets, "{text}");
        }
    }

    #[test]
    fn leaves_other_lists() {
        for text in [
            "tokens:\n  - identifier\n  - number",
            "Secrets:\n  see docs/secrets2.md for more",
            "max_tokens: 4096, 8192",
            "keys:\n  - id2abcde",
            "status codes: 404040 500500",
            "x = \"v1.2.3\"  # token format",
            "\"tokens\":{\"input\":12345678,\"output\":5678901}",
            "tokens: 12345678 2345678",
        ] {
            assert_eq!(found_by(find, text), "", "{text}");
        }
    }
}
