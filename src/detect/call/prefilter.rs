//! Finds literals that a text must contain to be worth matching against a regular expression. Searching for them first
//! is many times faster than trying the expression on each line.

use aho_corasick::{AhoCorasick, MatchKind};
use std::sync::OnceLock;

/// How many bytes to lower-case at a time.
const PIECE: usize = 4096;
/// How many bytes of a piece the next one repeats: the longest literal may have one byte more.
const OVERLAP: usize = 15;

/// A set of literals, in lower case.
pub(crate) struct Prefilter {
    literals: &'static [&'static str],
    searcher: OnceLock<Option<AhoCorasick>>,
}

impl Prefilter {
    /// A prefilter for these literals: in lower case, of at most `OVERLAP + 1` bytes.
    pub(crate) const fn new(literals: &'static [&'static str]) -> Self {
        Self { literals, searcher: OnceLock::new() }
    }

    /// Where the first literal begins, ignoring ASCII case.
    pub(crate) fn find(&self, text: &[u8]) -> Option<usize> {
        let searcher = self.searcher.get_or_init(|| searcher(self.literals)).as_ref()?;
        let mut lower = [0; PIECE];
        (0..text.len()).step_by(PIECE - OVERLAP).find_map(|start| {
            let piece = &text[start..text.len().min(start + PIECE)];
            let lower = &mut lower[..piece.len()];
            lower.copy_from_slice(piece);
            lower.make_ascii_lowercase();
            searcher.find(&*lower).map(|found| start + found.start())
        })
    }
}

fn searcher(literals: &[&str]) -> Option<AhoCorasick> {
    debug_assert!(literals.iter().all(|literal| literal.len() <= OVERLAP + 1 && literal.to_lowercase() == **literal));
    // With leftmost-first matching, the library uses its vectorized search.
    AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(literals).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    static LITERALS: Prefilter = Prefilter::new(&["sixteen letters!", "z"]);

    #[test]
    fn finds_across_pieces() {
        for at in PIECE - 40..PIECE + 40 {
            let text = format!("{} Sixteen Letters! Z", "-".repeat(at));
            assert_eq!(LITERALS.find(text.as_bytes()), Some(at + 1), "{at}");
        }
        assert_eq!(LITERALS.find(b"sixteen letters"), None);
    }
}
