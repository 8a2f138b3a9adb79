//! Tells searches for one thing in other words from searches for one thing after the other.

use crate::bounded::push_bounded;
use crate::detect::call::Call;
use crate::detect::hash::{self, KeyHasher};
use std::collections::{HashSet, VecDeque};
use std::hash::BuildHasherDefault;

/// How many queries to remember.
const QUERIES: usize = 24;
/// How much of a query is read, in bytes: it is compared with all that are remembered.
const QUERY: usize = 200;
/// How many letters a piece of a word has, and where the scripts begin that write words or syllables with fewer signs.
const PIECE: usize = 3;
const SHORT_PIECE: usize = 2;
const DENSE: char = '\u{e00}';

/// A word as its pieces: other forms of it, and compounds with it, have some of them as well.
type Word = Vec<u64>;
type Pieces = HashSet<u64, BuildHasherDefault<KeyHasher>>;

/// Programs that search files for a pattern.
const SEARCHES: [&str; 8] = ["grep", "rg", "ag", "ack", "egrep", "fgrep", "zgrep", "findstr"];

/// The latest queries.
#[derive(Default)]
pub(super) struct Wordings {
    queries: VecDeque<Vec<Word>>,
    /// The words that all of them begin and end with: the program and its options, a pattern around a name.
    frame: Option<(Vec<Word>, Vec<Word>)>,
}

impl Wordings {
    /// Adds a query. Says whether it is about something else than each before it: less than half of its pieces are in any
    /// of them. `None` if it has no words of its own.
    pub(super) fn take(&mut self, query: &str) -> Option<bool> {
        let words = words(query);
        self.narrow(&words);
        let own: Pieces = self.inner(&words).iter().flatten().copied().collect();
        let known = |past: &[Word]| past.iter().flatten().copied().collect::<Pieces>().intersection(&own).count();
        let is_own = || self.queries.iter().all(|past| known(self.inner(past)) * 2 < own.len());
        let answer = (!own.is_empty()).then(is_own);
        push_bounded(&mut self.queries, QUERIES, words);
        answer
    }

    /// Takes out of the frame what these words do not have.
    fn narrow(&mut self, words: &[Word]) {
        let same = |one: &mut dyn Iterator<Item = (&Word, &Word)>| one.take_while(|(a, b)| a == b).count();
        let (start, end) = self.frame.get_or_insert_with(|| (words.to_vec(), words.to_vec()));
        start.truncate(same(&mut start.iter().zip(words)));
        end.drain(..end.len() - same(&mut end.iter().rev().zip(words.iter().rev())));
    }

    /// What stands within the frame.
    fn inner<'a>(&self, words: &'a [Word]) -> &'a [Word] {
        let (start, end) = self.frame.as_ref().map_or((0, 0), |(start, end)| (start.len(), end.len()));
        if self.queries.is_empty() {
            return words;
        }
        words.get(start..words.len().saturating_sub(end)).unwrap_or_default()
    }
}

/// What a call asks for: the pattern of a command that searches, if that stands in quotes or is the first operand; or
/// all that it is given.
pub(super) fn query(call: &Call) -> &str {
    let given = || call.input.query.as_deref().unwrap_or(&call.input.text);
    let Some(command) = call.input.command.as_deref().filter(|_| call.line.is_some()) else { return given() };
    let program = command.split_whitespace().find(|word| SEARCHES.contains(word));
    let Some((_, behind)) = program.and_then(|program| command.split_once(program)) else { return command };
    let quoted = behind.find(['"', '\'']).and_then(|at| {
        let mark = behind[at..].chars().next()?;
        behind[at + 1..].split(mark).next()
    });
    let plain = || behind.split_whitespace().find(|word| !word.starts_with('-'));
    quoted.or_else(plain).unwrap_or(command)
}

/// The words of a query in small letters, without those that have fewer than two letters.
fn words(query: &str) -> Vec<Word> {
    let query = &query[..query.floor_char_boundary(QUERY)];
    let mut words = Vec::new();
    let mut word: Vec<char> = Vec::new();
    let mut letters = query.chars();
    while let Some(letter) = letters.next() {
        if letter == '\\' {
            // A class of a pattern is no letter: `\b`.
            letters.next();
        }
        let begins = letter.is_uppercase() && word.last().is_some_and(|last| last.is_lowercase());
        if begins || !letter.is_alphanumeric() {
            words.extend(pieces(&std::mem::take(&mut word)));
        }
        if letter.is_alphanumeric() {
            word.push(letter);
        }
    }
    words.extend(pieces(&word));
    words
}

fn pieces(word: &[char]) -> Option<Word> {
    if word.iter().filter(|letter| letter.is_alphabetic()).count() < 2 {
        return None;
    }
    let small: Vec<char> = word.iter().flat_map(|letter| letter.to_lowercase()).collect();
    let length = if small.iter().any(|letter| *letter >= DENSE) { SHORT_PIECE } else { PIECE };
    let piece = |letters: &[char]| hash::of(letters.iter().collect::<String>());
    Some(if small.len() <= length { vec![piece(&small)] } else { small.windows(length).map(piece).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of these queries are about something of their own.
    fn own(queries: &[&str]) -> usize {
        let mut wordings = Wordings::default();
        queries.iter().filter(|query| wordings.take(query) == Some(true)).count()
    }

    #[test]
    fn one_thing_after_the_other() {
        for queries in [
            &["gets\\(", "strcpy\\(", "alloca", "tmpnam", "system"][..],
            &["import .* from 'ramda'", "import .* from 'dayjs'", "import .* from 'zod'", "import .* from 'immer'"],
            &["grep -rn 'TODO' src", "grep -rn 'HACK' src", "grep -rn 'debugger' src"],
            &["田中太郎", "佐藤花子", "鈴木一郎", "高橋健"],
            &["Müller GmbH", "Schulze AG", "Becker KG", "Wolff OHG"],
        ] {
            assert_eq!(own(queries), queries.len(), "{queries:?}");
        }
    }

    #[test]
    fn one_thing_in_other_words() {
        for queries in [
            &["notice period", "period of notice", "Notice Period", "notice periods", "the notice-period"][..],
            &["maxDepth", "max_depth", "MAX_DEPTH", "maxdepth", "depth max"],
            &["年假天数规定", "年假规定", "年假天数", "员工年假天数", "年假的天数规定"],
            &["Kündigungsfrist Mietvertrag", "Frist Kündigung Mietvertrag", "Mietvertrag Kündigungsfristen"],
            &["срок гарантии насоса", "гарантия насоса срок", "гарантийный срок насоса"],
        ] {
            assert_eq!(own(queries), 1, "{queries:?}");
        }
        assert_eq!(Wordings::default().take("17 / 4"), None);
    }
}
