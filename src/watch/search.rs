//! The text that the person searches for, in upper or lower case.

use regex::{Regex, RegexBuilder};
use std::ops::Range;

/// A search: typed, or done.
#[derive(Debug, Clone, Default)]
pub struct Search {
    typed: Option<String>,
    /// Whether the last jump found nothing.
    pub missed: bool,
    pattern: Option<Regex>,
}

/// The longest text that can be typed, in characters.
const LONGEST: usize = 100;

impl Search {
    /// What is being typed; `None` while nothing is.
    pub fn typed(&self) -> Option<&str> {
        self.typed.as_deref()
    }

    /// Whether there is something to find.
    pub fn is_on(&self) -> bool {
        self.pattern.is_some()
    }

    /// Begins to type.
    pub fn start(&mut self) {
        self.typed = Some(String::new());
    }

    /// A character is typed.
    pub fn push(&mut self, c: char) {
        if let Some(typed) = self.typed.as_mut().filter(|typed| typed.chars().count() < LONGEST && !c.is_control()) {
            typed.push(c);
        }
    }

    /// The last character is deleted.
    pub fn pop(&mut self) {
        if let Some(typed) = &mut self.typed {
            typed.pop();
        }
    }

    /// Stops typing and forgets the search.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Searches for what was typed; for nothing, if nothing was.
    pub fn finish(&mut self) {
        let typed = self.typed.take().filter(|typed| !typed.is_empty());
        // An escaped text is always a valid pattern.
        self.pattern =
            typed.and_then(|typed| RegexBuilder::new(&regex::escape(&typed)).case_insensitive(true).build().ok());
    }

    /// Where the text has it first.
    pub fn find(&self, text: &str) -> Option<Range<usize>> {
        self.pattern.as_ref()?.find(text).map(|found| found.range())
    }

    /// Whether the text has it.
    pub fn matches(&self, text: &str) -> bool {
        self.find(text).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_any_text() {
        let mut search = Search::default();
        search.start();
        "A.bx".chars().for_each(|c| search.push(c));
        search.pop();
        assert_eq!((search.typed(), search.is_on()), (Some("A.b"), false));
        search.finish();
        assert_eq!(search.find("aab ça.B"), Some(6..9));
        search.start();
        search.finish();
        assert!(!search.is_on() && !search.matches("anything"));
    }
}
