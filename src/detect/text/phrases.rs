//! Searches for tables of phrases in many languages at once. Checks the characters next to a hit instead of Unicode
//! word boundaries.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use std::sync::OnceLock;

/// No phrase is longer than this, in bytes.
const LONGEST: usize = 96;

/// Some phrases in small letters; one that ends in `*` may begin a longer word.
pub(crate) struct Phrases {
    lines: &'static [&'static str],
    automaton: OnceLock<Automaton>,
}

/// What searches for all phrases of a table at once.
struct Automaton {
    searcher: Option<AhoCorasick>,
    /// For each phrase, whether it may begin a longer word.
    prefixes: Vec<bool>,
}

impl Automaton {
    fn new(lines: &[&str]) -> Self {
        let phrases: Vec<&str> =
            lines.iter().flat_map(|line| line.split('|')).filter(|phrase| !phrase.is_empty()).collect();
        debug_assert!(phrases.iter().all(|phrase| phrase.len() < LONGEST));
        Self {
            prefixes: phrases.iter().map(|phrase| phrase.ends_with('*')).collect(),
            searcher: AhoCorasick::builder()
                .match_kind(MatchKind::Standard)
                // A table is searched in a few texts only: an automaton that is quick to build pays off.
                .kind(Some(AhoCorasickKind::ContiguousNFA))
                .build(phrases.iter().map(|phrase| phrase.trim_end_matches('*')))
                .ok(),
        }
    }
}

impl Phrases {
    /// A table of the phrases that these lines hold, with `|` between them. It is built when it is searched first.
    pub(crate) const fn new(lines: &'static [&'static str]) -> Self {
        Self { lines, automaton: OnceLock::new() }
    }

    /// One table of the phrases of all these tables: most texts have none of them, and one search says so.
    pub(crate) fn joined<'a>(tables: impl Iterator<Item = &'a Self>) -> Self {
        let lines: Vec<&str> = tables.flat_map(|table| table.lines).copied().collect();
        Self { lines: &[], automaton: OnceLock::from(Automaton::new(&lines)) }
    }

    /// Where the phrases of the table begin and end in `folded` (see [`fold`]), as whole words.
    pub(crate) fn find_all<'a>(&'a self, folded: &'a str) -> impl Iterator<Item = (usize, usize)> + 'a {
        let automaton = self.automaton.get_or_init(|| Automaton::new(self.lines));
        automaton
            .searcher
            .iter()
            .flat_map(move |searcher| searcher.find_overlapping_iter(folded))
            .filter(|hit| {
                let open = automaton.prefixes[hit.pattern().as_usize()];
                let (start, end) = (hit.start(), hit.end());
                !joined(&folded[..start], &folded[start..]) && (open || !joined(&folded[..end], &folded[end..]))
            })
            .map(|hit| (hit.start(), hit.end()))
    }

    /// Whether a phrase of the table is in `folded`.
    pub(crate) fn is_in(&self, folded: &str) -> bool {
        self.find_all(folded).next().is_some()
    }

    /// Whether `folded` begins with a phrase of the table.
    pub(crate) fn begins(&self, folded: &str) -> bool {
        let near = &folded[..folded.floor_char_boundary(LONGEST)];
        self.find_all(near).any(|(start, _)| start == 0)
    }
}

/// Whether the place between two texts is inside a word.
fn joined(before: &str, after: &str) -> bool {
    let in_word = |c: Option<char>| c.is_some_and(|c| (c.is_alphanumeric() || c == '_') && !is_unspaced(c));
    in_word(before.chars().next_back()) && in_word(after.chars().next())
}

/// Whether this character belongs to a script that joins its words, or its particles to them: Hebrew, Arabic,
/// the scripts of India and South-East Asia, Chinese, Japanese, Korean.
pub(crate) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{6ff}' | '\u{900}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{2e80}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}')
}

/// The text in small letters, with plain apostrophes, no emphasis and single spaces.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '*' | '\u{200b}'..='\u{200f}' | '\u{feff}' => {}
            '’' | '‘' | 'ʼ' | '`' => folded.push('\''),
            c if c.is_whitespace() => {
                if !folded.is_empty() && !folded.ends_with(' ') {
                    folded.push(' ');
                }
            }
            c => folded.extend(c.to_lowercase()),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_only() {
        let table = Phrases::new(&["run|stuck on|wart*", "请确认|운영"]);
        assert!(table.is_in("a run, then") && table.is_in("warten") && table.is_in("现在请确认一下"));
        assert!(!table.is_in("a prune") && !table.is_in("running") && !table.is_in("re_run"));
        assert!(table.begins("stuck on it") && !table.begins("i am stuck on it"));
        assert_eq!(table.find_all("run run").count(), 2);
    }

    #[test]
    fn folds_emphasis_and_space() {
        assert_eq!(fold(" **I**  couldn’t\n do İt "), "i couldn't do i̇t");
    }
}
