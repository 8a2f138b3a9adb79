//! Filters prose out of Markdown: it drops fenced code, table rows and the output of test runners. It
//! works character by character, so the result does not depend on how the text was cut.

/// How many characters of a line to hold back until its kind is known.
const HELD: usize = 200;
/// The markers that open and close fenced code.
const FENCES: [&str; 2] = ["```", "~~~"];

/// After how many items that differ in their numbers only a list is no longer a list: nobody reads such a one.
const SAME_ITEMS: usize = 60;

/// What a line is that is longer than what is held back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LongLine {
    Prose,
    /// A wide row of a table, or the output of a test runner.
    Output,
}

/// The filter's position in one text.
#[derive(Default)]
pub(crate) struct ProseFilter {
    held: String,
    count: usize,
    /// What the current line is if it is longer than what is held back.
    long: Option<LongLine>,
    /// The marker that opened the fenced code, if it is open.
    fence: Option<&'static str>,
    /// The last item of a list without its numbers, and how many in a row were the same.
    item: String,
    same_items: usize,
}

impl ProseFilter {
    /// Takes more text and appends its prose to `prose`.
    pub(crate) fn push(&mut self, text: &str, prose: &mut String) {
        for c in text.chars() {
            if c == '\n' {
                self.end_line(prose);
            } else if let Some(long) = self.long {
                if long == LongLine::Prose && self.fence.is_none() {
                    prose.push(c);
                }
            } else {
                self.held.push(c);
                self.count += 1;
                if self.count == HELD {
                    self.flow(prose);
                }
            }
        }
    }

    /// Ends the text: appends the prose that was held back.
    pub(crate) fn finish(&mut self, prose: &mut String) {
        if self.long.is_none() && !self.held.is_empty() {
            self.end_line(prose);
        }
        *self = Self::default();
    }

    fn end_line(&mut self, prose: &mut String) {
        if let Some(long) = self.long.take() {
            if long == LongLine::Prose && self.fence.is_none() {
                prose.push('\n');
            }
        } else if let Some(marker) = fence(&self.held).filter(|marker| self.fence.is_none_or(|open| open == *marker)) {
            // Code may show the other marker.
            self.fence = if self.fence.is_some() { None } else { Some(marker) };
        } else if self.fence.is_none() && !self.is_listing() {
            prose.push_str(&self.held);
            prose.push('\n');
        }
        self.held.clear();
        self.count = 0;
    }

    /// Whether a line is a table row, the output of a test runner or an item of a list. Items have much in common by
    /// their nature; one that is too long to be held back counts as prose, and so does one that was there many times.
    fn is_listing(&mut self) -> bool {
        let is_item = is_item(self.held.trim());
        if is_item {
            let item = self.held.replace(|c: char| c.is_ascii_digit(), "");
            self.same_items = if item == self.item { self.same_items + 1 } else { 0 };
            self.item = item;
        }
        is_output(&self.held) || (is_item && self.same_items < SAME_ITEMS)
    }

    /// The line is longer than what is held back: it is prose, a very wide row of a table, or a test runner's output.
    fn flow(&mut self, prose: &mut String) {
        let long = if is_output(&self.held) { LongLine::Output } else { LongLine::Prose };
        if long == LongLine::Prose && self.fence.is_none() {
            prose.push_str(&self.held);
        }
        self.held.clear();
        self.long = Some(long);
    }
}

/// The marker of a line that opens or closes fenced code.
fn fence(line: &str) -> Option<&'static str> {
    FENCES.into_iter().find(|marker| line.trim_start().starts_with(marker))
}

/// Whether a line is a table row or the output of a test runner.
fn is_output(line: &str) -> bool {
    let line = line.trim();
    line.starts_with('|')
        || (line.starts_with("test ") && line.contains(" ... "))
        || ["ok ", "PASS", "FAIL", "--- PASS", "✓", "✔", "√"].iter().any(|start| line.starts_with(start))
}

/// Whether a line begins with a bullet, a number, a box to tick or a path.
fn is_item(line: &str) -> bool {
    let (first, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let number = first.trim_start_matches(['(', '#']).trim_end_matches(['.', ')', ':']);
    let numbered =
        !number.is_empty() && number.len() < first.len() && number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let path = first.starts_with('`') || (first.contains('/') && !first.contains("//"));
    let marked = ["-", "*", "+", "•", "–", "—", "◦", "‣", "·", "☐", "☑", "✅", "❌", "→"].contains(&first);
    path || ((marked || numbered) && !rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn prose(text: &str) -> String {
        let mut filter = ProseFilter::default();
        let mut out = String::new();
        filter.push(text, &mut out);
        filter.finish(&mut out);
        out
    }

    #[test]
    fn drops_code_and_tables() {
        let text = "before\n```rust\nlet x = 1;\n```\n| a | b |\n|---|---|\ntest a::b ... ok\nafter";
        assert_eq!(prose(text), "before\nafter\n");
        let wide = format!("| {} |\nafter", "x".repeat(1000));
        assert_eq!(prose(&wide), "after\n");
        let long = format!("test {} ... ok {}\nafter", "a::".repeat(50), "x".repeat(300));
        assert_eq!(prose(&long), "after\n");
        assert_eq!(prose("```\n~~~\ncode\n~~~\n```\nafter"), "after\n");
    }

    #[test]
    fn drops_items() {
        let list = "Changed:\n- one file\n  * another\n12. a third\n(3) a fourth\nsrc/lib.rs: the last\n\nThat is all, 3 of them.";
        assert_eq!(prose(list), "Changed:\n\nThat is all, 3 of them.\n");
        let long = format!("- {}", "word ".repeat(60));
        assert_eq!(prose(&long).trim(), long.trim(), "a paragraph behind a dash");
    }

    proptest! {
        #[test]
        fn ignores_cuts(text in "[a|`~\n ]{0,400}", cuts in proptest::collection::vec(0usize..400, 0..8)) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|at| at.min(text.len())).collect();
            cuts.sort_unstable();
            let mut filter = ProseFilter::default();
            let (mut out, mut from) = (String::new(), 0);
            for at in cuts {
                filter.push(&text[from..at], &mut out);
                from = at;
            }
            filter.push(&text[from..], &mut out);
            filter.finish(&mut out);
            prop_assert_eq!(out, prose(&text));
        }
    }
}
