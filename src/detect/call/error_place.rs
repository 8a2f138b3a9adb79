//! Reads where a compiler found its first error, and what it quotes of the source there. Many compilers stop at the first
//! error, whose message may be the same as that of the next.

use super::normalize::without_numbers;
use crate::detect::hash;
use crate::wire::{Raw, text};

/// How much of a result is searched, in bytes.
const SEARCHED: usize = 8 * 1024;
/// How many lines behind the place may quote the source.
const QUOTES: usize = 8;
/// The longest ending of the name of a source file.
const ENDING: usize = 8;
/// How a line begins that says which part of the source is meant: of javac and of GHC.
const PARTS: [&str; 5] = ["symbol:", "In the ", "In an ", "In a ", "In pattern"];
/// How many spaces stand at least between `[error]` and a line of the source.
const INDENT: usize = 3;

/// Where an error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ErrorPlace {
    pub(crate) file: u64,
    pub(crate) line: u32,
    /// Equal for equal pieces of the source.
    pub(crate) quoted: u64,
}

/// The place of the first error in the result of a call that failed, if the source is quoted with it.
pub(super) fn read(raw: Raw<'_>) -> Option<ErrorPlace> {
    let body = text::body(raw);
    let text = text::unescaped(&body[..body.floor_char_boundary(SEARCHED)]);
    of_text(&text)
}

fn of_text(text: &str) -> Option<ErrorPlace> {
    let lines: Vec<&str> = text.lines().collect();
    let (at, (file, line)) = lines.iter().enumerate().find_map(|(at, line)| Some((at, place(line)?)))?;
    let behind = &lines[at..lines.len().min(at + 1 + QUOTES)];
    let next = |at: usize| behind.get(at + 1).copied().unwrap_or_default();
    // The next error has a place of its own.
    let is_of_it = |at: &usize| *at == 0 || place(behind[*at]).is_none_or(|other| other == (file, line));
    let found = (0..behind.len()).take_while(is_of_it).filter_map(|at| quote(behind[at], next(at)));
    let quoted = found.map(|quote| hash::of(without_numbers(quote))).reduce(hash::join)?;
    Some(ErrorPlace { file: hash::of(file), line, quoted })
}

/// The file and the line that a line names: `a.hs:12:7: …`, `a.ts(12,7): …`, `File "a.ml", line 12`, `on a.tf line 12`;
/// TeX names the line only.
fn place(line: &str) -> Option<(&str, u32)> {
    if let Some(rest) = line.strip_prefix("l.") {
        return Some(("", number(rest)?));
    }
    if let Some((before, rest)) = line.split_once(" line ")
        && let Some(number) = number(rest)
    {
        let file = before.split_whitespace().next_back()?.trim_matches(['"', ',']);
        return is_file(file).then_some((file, number));
    }
    line.split_whitespace().take(4).find_map(|word| {
        let end = word.char_indices().find(|(at, c)| matches!(c, ':' | '(') && number(&word[at + 1..]).is_some())?.0;
        let file = word[..end].trim_start_matches(['(', '"', '\'', '[']);
        is_file(file).then_some((file, number(&word[end + 1..])?))
    })
}

/// The number that a text begins with.
fn number(text: &str) -> Option<u32> {
    text[..text.bytes().take_while(u8::is_ascii_digit).count()].parse().ok()
}

/// Whether a word is the name of a file with an ending.
fn is_file(word: &str) -> bool {
    let ending = word.rsplit_once('.').map(|(name, ending)| (!name.is_empty(), ending));
    !word.contains("://")
        && ending.is_some_and(|(named, ending)| {
            named
                && (1..=ENDING).contains(&ending.len())
                && ending.starts_with(|c: char| c.is_ascii_alphabetic())
                && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

/// What a line quotes of the source: an excerpt with its number, a line with a mark below it, the part that is meant.
fn quote<'a>(line: &'a str, next: &str) -> Option<&'a str> {
    let tagged = line.strip_prefix("[error]");
    let plain = tagged.unwrap_or(line).trim();
    if let Some(rest) = line.strip_prefix("l.") {
        return rest.split_once(' ').map(|(_, source)| source.trim());
    }
    let numbered = plain.trim_start_matches(['>', ' ']);
    let digits = numbered.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0
        && let Some(source) = numbered[digits..].trim_start().strip_prefix(['|', ':'])
    {
        return Some(source.trim()).filter(|source| source.contains(char::is_alphanumeric));
    }
    let part = plain.trim_start_matches(|c: char| !c.is_alphanumeric());
    if PARTS.iter().any(|start| part.starts_with(start)) {
        return Some(part);
    }
    let is_mark = |line: &str| {
        let mark = line.strip_prefix("[error]").unwrap_or(line).trim();
        mark.contains('^') && mark.chars().all(|c| "^~-| ".contains(c))
    };
    let is_source = tagged.is_some_and(|rest| rest.len() - rest.trim_start().len() >= INDENT) || is_mark(next);
    Some(plain).filter(|plain| is_source && plain.contains(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_errors_with_one_message_apart() {
        for [one, shifted, other] in [
            [
                "src/Lex.hs:14:9: error: [GHC-83865]\n    • Couldn't match type ‘A’ with ‘B’\n    • In the expression: tab",
                "src/Lex.hs:16:9: error: [GHC-83865]\n    • Couldn't match type ‘A’ with ‘B’\n    • In the expression: tab",
                "src/Lex.hs:31:9: error: [GHC-83865]\n    • Couldn't match type ‘A’ with ‘B’\n    • In the expression: line",
            ],
            [
                "File \"bin/main.ml\", line 4, characters 2-9:\n4 |   let sum = one +. two in\nError: This has type t",
                "File \"bin/main.ml\", line 7, characters 2-9:\n7 |   let sum = one +. two in\nError: This has type t",
                "File \"bin/main.ml\", line 9, characters 2-9:\n9 |   let tax = one +. two in\nError: This has type t",
            ],
            [
                "! Undefined control sequence.\nl.12 \\euro\n!  ==> Fatal error",
                "! Undefined control sequence.\nl.13 \\euro\n!  ==> Fatal error",
                "! Undefined control sequence.\nl.40 \\cent\n!  ==> Fatal error",
            ],
            [
                "Error: Unsupported argument\n\n  on net.tf line 3, in module \"net\":\n   3:   wide = true\n",
                "Error: Unsupported argument\n\n  on net.tf line 5, in module \"net\":\n   5:   wide = true\n",
                "Error: Unsupported argument\n\n  on net.tf line 9, in module \"net\":\n   9:   deep = true\n",
            ],
            [
                "src/Bill.java:30: error: cannot find symbol\n    bill.net();\n        ^\n  symbol:   method net()",
                "src/Bill.java:33: error: cannot find symbol\n    bill.net();\n        ^\n  symbol:   method net()",
                "src/Bill.java:41: error: cannot find symbol\n    bill.due();\n        ^\n  symbol:   method due()",
            ],
            [
                "[error] /w/Bill.scala:30:14: type mismatch;\n[error]  found   : A\n[error]     show(net)\n[error] one error found",
                "[error] /w/Bill.scala:32:14: type mismatch;\n[error]  found   : A\n[error]     show(net)\n[error] one error found",
                "[error] /w/Bill.scala:44:14: type mismatch;\n[error]  found   : A\n[error]     show(due)\n[error] one error found",
            ],
        ] {
            let [one, shifted, other] = [one, shifted, other].map(|text| of_text(text).unwrap());
            assert!(one.quoted == shifted.quoted && one.line < shifted.line && one.file == shifted.file);
            assert!(one.quoted != other.quoted && one.line < other.line);
        }
        for text in ["error: 3 tests failed", "a.rs:12:7: error: no", "12:30:05 failed", "https://a.example:80 refused"]
        {
            assert_eq!(of_text(text), None, "{text}");
        }
    }
}
