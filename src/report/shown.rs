//! Makes text fit to be shown in a report, which gets text in no other way.

use crate::pipe::tell::masked_excerpt;
use crate::printable::printable;
use std::fmt;

/// The most characters of one text that a report repeats. A task or a reason may be longer than an excerpt.
const LONGEST: usize = 400;

/// Text of an agent, a server, a reviewer or a file name, made fit to be shown: on one line, of limited length, without
/// secrets, and with each control or invisible character escaped. Each form still escapes what means something in its own syntax.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shown(String);

impl Shown {
    /// Makes `text` fit to be shown. A report has no other way to repeat text.
    pub fn new(text: &str) -> Self {
        Self(printable(&masked_excerpt(text, LONGEST)))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makes_text_fit() {
        assert_eq!(Shown::new("a\nb\u{1b}[2J\u{202e}c").as_str(), "a b\\u{1b}[2J\\u{202e}c");
        assert!(Shown::new(&"x".repeat(100_000)).as_str().chars().count() <= LONGEST + 1);
    }
}
