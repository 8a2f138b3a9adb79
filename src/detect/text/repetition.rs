//! Finds what a written text repeats hundreds of times, wherever in it, and tells words from data.

use super::window::{cycle, folded};
use std::borrow::Cow;
use std::cell::LazyCell;

/// A unit that a text repeats without a break.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Repetition {
    /// The unit, one byte for each character.
    pub(crate) unit: Vec<u8>,
    /// How often it comes.
    pub(crate) times: usize,
}

/// Shorter texts are not searched, in bytes: most have nothing in them.
pub(crate) const SHORTEST: usize = 1024;
/// How much of a text is searched, in characters.
const SEARCHED: usize = 1 << 20;
/// The text is searched in blocks of this many characters: one that is repetition and nothing else is looked at closely.
const BLOCK: usize = 512;
/// The longest unit: a block holds it twice.
const UNIT: usize = BLOCK / 2;
/// How much of a block must come again in it before it is measured.
const HEAD: usize = 8;

/// How often a unit with words must come, and how many characters all of it must have. Data that somebody asks for has
/// rows that differ.
const TIMES: usize = 200;
const LENGTH: usize = 4000;
/// How often closing brackets must come, of which most close nothing.
const CLOSING: usize = 300;

/// What values are called of which data may be full.
const VALUES: [&str; 10] = ["null", "none", "nil", "nan", "true", "false", "inf", "undefined", "nbsp", "zero"];
/// The least length of a word, in letters.
const WORD: usize = 3;
/// How many different characters beyond ASCII make a sentence: boxes and pictures have fewer.
pub(crate) const CHARACTERS: usize = 6;

/// The first unit that a text repeats hundreds of times. In one line, a unit of one word is enough if `in_line`: lists
/// of alternatives and arguments never have hundreds that are equal, but maps and tables of values do.
pub(crate) fn find(text: &str, in_line: bool) -> Option<Repetition> {
    if text.len() < SHORTEST {
        return None;
    }
    let bytes = if text.is_ascii() {
        Cow::Borrowed(text.as_bytes())
    } else {
        Cow::Owned(text.chars().take(SEARCHED).map(folded).collect())
    };
    let text = &bytes[..bytes.len().min(SEARCHED)];
    let opening = LazyCell::new(|| count(text, b"([{"));
    let (mut at, mut over) = (0, 0);
    while let Some(block) = text.get(at..at + BLOCK) {
        let Some(unit) = period(block) else {
            at += BLOCK;
            continue;
        };
        let start = (over..at).rev().take_while(|at| text[*at] == text[at + unit]).last().unwrap_or(at);
        let end = (at + BLOCK..text.len()).find(|at| text[*at] != text[at - unit]).unwrap_or(text.len());
        let found = Repetition { unit: text[start..start + unit].to_vec(), times: (end - start) / unit };
        if found.is_degenerate(in_line) || found.closes_nothing(&opening) {
            return Some(found);
        }
        (at, over) = (end, end);
    }
    None
}

impl Repetition {
    /// Whether words come far too often.
    fn is_degenerate(&self, in_line: bool) -> bool {
        let least = if in_line && !self.unit.contains(&b'\n') { 1 } else { 2 };
        self.times >= TIMES && self.times * self.unit.len() >= LENGTH && words(&self.unit) >= least
    }

    /// Whether it is closing brackets, in a text that has by far too few that open.
    fn closes_nothing(&self, opening: &LazyCell<usize, impl FnOnce() -> usize>) -> bool {
        let closing = self.times * count(&self.unit, b")]}");
        let is_closing = self.unit.iter().all(|byte| b")]};, \t\r\n".contains(byte));
        is_closing && self.times >= CLOSING && **opening < closing / 2
    }
}

/// How many of these bytes a text has.
fn count(text: &[u8], bytes: &[u8]) -> usize {
    text.iter().filter(|byte| bytes.contains(byte)).count()
}

/// The shortest unit of which all of a block is made.
fn period(block: &[u8]) -> Option<usize> {
    // Most blocks do not even have their beginning twice, which is cheap to test.
    memchr::memmem::find(&block[1..], &block[..HEAD])?;
    cycle(block, UNIT, |cycle| cycle.length == block.len()).map(|cycle| cycle.unit)
}

/// How many different words a unit has that is repeated without a break. Values, numbers, dumps and pictures made of
/// letters have none.
pub(crate) fn words(unit: &[u8]) -> usize {
    let mut foreign: Vec<u8> = unit.iter().copied().filter(|byte| !byte.is_ascii()).collect();
    foreign.sort_unstable();
    foreign.dedup();
    let is_sentence = foreign.len() >= CHARACTERS;
    // The unit may begin inside of a word.
    let twice = unit.repeat(2);
    let parts: Vec<&[u8]> = twice.split(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric()).collect();
    let inner = parts.get(1..parts.len() - 1).unwrap_or_default();
    let mut words: Vec<&[u8]> = inner.iter().copied().filter(|part| is_word(part)).collect();
    words.sort_unstable();
    words.dedup();
    words.len() + if is_sentence { 2 } else { 0 }
}

/// Whether a part of a text is a word: it has several letters, and is no value and no hexadecimal number.
fn is_word(part: &[u8]) -> bool {
    let letters = part.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    letters >= WORD
        && part[..letters].iter().any(|byte| !byte.eq_ignore_ascii_case(&part[0]))
        && !part.iter().all(u8::is_ascii_hexdigit)
        && !VALUES.iter().any(|value| part.eq_ignore_ascii_case(value.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_comes_hundreds_of_times() {
        let found = |text: &str, in_line| find(text, in_line).map(|found| found.times);
        let line = "use crate::errors::ParseError;\n";
        assert_eq!(found(&format!("mod a;\n{}fn main() {{}}\n", line.repeat(250)), false), Some(250));
        let rule = ".card {\n  margin: auto;\n}\n";
        assert_eq!(found(&format!("body {{}}\n{}", rule.repeat(300)), false), Some(300));
        assert_eq!(found(&format!("rg 'open_file{}' lib", "|shut_file".repeat(500)), true), Some(500));
        assert_eq!(found(&format!("f(() => {{\n  g(1{}", ");\n".repeat(420)), false), Some(420));
        assert_eq!(found(&"- Prüfe die Übersetzung für Gäste äöß.\n".repeat(210), false), Some(210));
    }

    #[test]
    fn data_is_none() {
        for text in [
            "0,0,0,0,0,0\n".repeat(900),
            "null,false,null,false\n".repeat(400),
            "\"..XXXXXX..\",\n".repeat(600),
            "ff ff ff ff de ad be ef\n".repeat(400),
            "AQIDBAUG".repeat(900),
            "grass,grass,grass,grass,\n".repeat(400),
            "├────────┼────────┤\n".repeat(400),
            "<td></td>".repeat(900),
            format!("{}{}", "[".repeat(2000), "]".repeat(2000)),
            "use crate::errors::ParseError;\n".repeat(120),
            (0..900).map(|n| format!("insert into seats values ({n}, 'free');\n")).collect::<Vec<_>>().concat(),
        ] {
            assert_eq!(find(&text, false), None, "{text:.40}");
        }
        assert_eq!(find(&"grass,".repeat(900), false), None);
    }
}
