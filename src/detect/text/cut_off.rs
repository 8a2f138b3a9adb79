//! Tells whether a text ends before its end: inside a code block, or in the middle of a sentence.

use super::answer::{Shape, blocks, sentences};
use super::phrases::is_unspaced;

/// A longer text is not kept as a whole, so that a fence may be missing, in bytes: where it was cut, a character may be
/// missing as well.
const WHOLE: usize = 16 * 1024 - 8;
/// How many letters a sentence has where words are not set apart.
const LETTERS: usize = 6;
/// What ends a sentence.
const ENDS: [char; 6] = ['.', '!', '?', '。', '！', '？'];
/// How many words a sentence has that says something.
const WORDS: usize = 4;
/// Words that no sentence ends with.
#[rustfmt::skip]
const LEADING: [&str; 50] = [
    "the", "a", "of", "to", "and", "or", "with", "for", "from", "is", "are", "because", "der", "die", "das", "den", "dem", "und", "oder", "ein", "eine", "von", "für", "le", "les",
    "de", "des", "et", "un", "une", "du", "pour", "avec", "el", "los", "y", "con", "para", "que", "os", "com", "um", "uma", "il", "di", "per", "и", "в", "на", "с",
];

/// A mark that begins or ends a code block.
#[derive(Clone, Copy)]
struct Fence<'a> {
    mark: u8,
    length: usize,
    /// What stands behind it: the language.
    info: &'a str,
}

impl<'a> Fence<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let mark = *line.as_bytes().first().filter(|byte| matches!(byte, b'`' | b'~'))?;
        let length = line.bytes().take_while(|byte| *byte == mark).count();
        let info = line[length..].trim();
        (length >= 3 && !info.contains('`')).then_some(Self { mark, length, info })
    }

    fn ends(self, begun: Self) -> bool {
        self.mark == begun.mark && self.length >= begun.length && self.info.is_empty()
    }
}

/// Whether a text ends inside a code block, whether or not a fence with a language within a block begins another.
pub(crate) fn ends_in_code(text: &str) -> bool {
    let is_whole = text.len() < WHOLE;
    let text = text.trim_end();
    if !is_whole || text.ends_with("```") || text.ends_with("~~~") {
        return false;
    }
    let mut begun: Option<Fence<'_>> = None;
    let mut nested: Vec<Fence<'_>> = Vec::new();
    let mut last = "";
    for line in text.lines().map(str::trim) {
        last = line;
        let Some(fence) = Fence::read(line) else { continue };
        begun = match begun {
            Some(begun) if fence.ends(begun) => None,
            Some(begun) => Some(begun),
            None => Some(fence),
        };
        match nested.last() {
            Some(begun) if fence.ends(*begun) => {
                nested.pop();
            }
            Some(_) if fence.info.is_empty() => {}
            _ => nested.push(fence),
        }
    }
    // Somebody forgot to close the block.
    let plain = last.trim_end_matches(|c: char| !c.is_alphanumeric() && !ENDS.contains(&c));
    let is_long =
        plain.split_whitespace().count() >= WORDS || plain.chars().filter(|c| is_unspaced(*c)).count() >= LETTERS;
    let is_prose = plain.ends_with(ENDS) && is_long;
    begun.is_some() && !nested.is_empty() && Fence::read(last).is_none() && !is_prose
}

/// Whether a text ends in the middle of a sentence: with a word that leads to another.
pub(crate) fn ends_in_sentence(text: &str) -> bool {
    let text = text.trim_end();
    let word = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    let is_word = word.strip_suffix(',').unwrap_or(word).chars().all(|c| c.is_alphabetic() && !is_unspaced(c));
    let blocks = blocks(text);
    let Some(block) = blocks.last().filter(|block| block.shape == Shape::Paragraph && is_word) else { return false };
    let sentences = sentences(&block.text);
    let Some(last) = sentences.last() else { return false };
    (word.ends_with(',') || LEADING.contains(&word)) && last.split_whitespace().count() >= WORDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_blocks_that_are_not_closed() {
        for text in [
            "Add this:\n\n```yaml\nservices:\n  web:\n    ima",
            "So geht es:\n\n~~~python\ndef total(rows):\n    return sum(",
            "1. First:\n   ```json\n   {\"a\": 1,\n   \"b\": [",
            "````md\n```sh\nls\n```\nand then",
        ] {
            assert!(ends_in_code(text), "{text}");
        }
        for text in [
            "Add this:\n\n```yaml\na: 1\n```\n\nThat is all",
            "```md\n# Use\n```sh\nls\n```\nThen go on.\n```\n\nThat is the page",
            "````md\n```sh\nls\n```\n````\nThat is the page",
            "   ```sh\n   ls\n   ```",
            "~~~\n```\n~~~\nThat is it",
            "```sh\nls```",
            "Run ```ls``` there",
            "```sh\nls\n\nThen all is done, and the tests pass.",
            "```sh\nls\n\n**All of the tests pass now.** ✅",
            "```sh\nls\n\n所有测试都通过了。",
            "| a | b |\n|---|---|\n| 1 | 2 |",
        ] {
            assert!(!ends_in_code(text), "{text}");
        }
    }

    #[test]
    fn sentences_that_are_not_ended() {
        for text in [
            "The pool holds ten connections. Every worker then shares the",
            "Der Puffer war zu klein. Deshalb schreibt er jetzt in Blöcken und",
            "Le cache garde les entrées de sessions fermées,",
        ] {
            assert!(ends_in_sentence(text), "{text}");
        }
        for text in [
            "The pool holds ten connections. All pass.",
            "Done",
            "All tests pass now",
            "It is fixed. All the tests pass now",
            "Es ist behoben. Der Fehler fing gestern an",
            "It is fixed. See https://example.org/a/b",
            "It is fixed. The file is src/pool.rs",
            "It is fixed. The new name is `pool`",
            "Two things changed:\n- the pool holds ten connections\n- the cache is gone",
            "缓存已经清除。所有测试都通过",
            "| a | b |\n|---|---|\n| 1 | 2 |",
        ] {
            assert!(!ends_in_sentence(text), "{text}");
        }
    }
}
