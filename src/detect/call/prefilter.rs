//! Words that a line must have in it to be worth a closer look. Looking for them first is many times as fast as
//! trying an expression on each line.

use aho_corasick::{AhoCorasick, MatchKind};
use std::sync::LazyLock;

/// How much is turned into small letters at a time.
const PIECE: usize = 4096;
/// What a piece repeats of the one before: no hint is longer than that and a byte.
const OVERLAP: usize = 15;

/// Some words, in small letters.
pub(crate) struct Prefilter(LazyLock<Option<AhoCorasick>>);

impl Prefilter {
    /// Looks for these words.
    pub(crate) const fn new(words: fn() -> Option<AhoCorasick>) -> Self {
        Self(LazyLock::new(words))
    }

    /// Where the first of them begins, whatever the case of its letters.
    pub(crate) fn find(&self, text: &[u8]) -> Option<usize> {
        let searcher = self.0.as_ref()?;
        let mut small = [0; PIECE];
        (0..text.len()).step_by(PIECE - OVERLAP).find_map(|start| {
            let piece = &text[start..text.len().min(start + PIECE)];
            let small = &mut small[..piece.len()];
            small.copy_from_slice(piece);
            small.make_ascii_lowercase();
            searcher.find(&*small).map(|found| start + found.start())
        })
    }
}

/// What looks for these words. They are in small letters and not too long.
pub(crate) fn searcher(words: &[&str]) -> Option<AhoCorasick> {
    debug_assert!(
        words
            .iter()
            .all(|word| word.len() <= OVERLAP + 1 && word.to_lowercase() == **word)
    );
    // Whichever is first: then the library looks for all of them at once, many bytes at a time.
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostFirst)
        .build(words)
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    static HINTS: Prefilter = Prefilter::new(|| searcher(&["sixteen letters!", "z"]));

    #[test]
    fn a_hint_is_found_wherever_the_pieces_end() {
        for at in PIECE - 40..PIECE + 40 {
            let text = format!("{} Sixteen Letters! Z", "-".repeat(at));
            assert_eq!(HINTS.find(text.as_bytes()), Some(at + 1), "{at}");
        }
        assert_eq!(HINTS.find(b"sixteen letters"), None);
    }
}
