//! Prose out of Markdown: fenced code, table rows and the lines of test runners are left out, one
//! character at a time, so that it makes no difference how the text was cut.

/// A line is held back until it can be told what it is, up to so many characters.
const HELD: usize = 200;
/// What opens and closes a fence.
const FENCES: [&str; 2] = ["```", "~~~"];

/// Where the text stands.
#[derive(Default)]
pub(crate) struct Prose {
    held: String,
    count: usize,
    /// The line at hand is longer than what is held back: it is prose.
    flowing: bool,
    fenced: bool,
}

impl Prose {
    /// Takes more text in, and appends what is prose of it.
    pub(crate) fn more(&mut self, text: &str, prose: &mut String) {
        for c in text.chars() {
            if c == '\n' {
                self.end_line(prose);
            } else if self.flowing {
                if !self.fenced {
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

    /// The part is complete: appends what was held back.
    pub(crate) fn over(&mut self, prose: &mut String) {
        if !self.flowing && !self.held.is_empty() {
            self.end_line(prose);
        }
        *self = Self::default();
    }

    fn end_line(&mut self, prose: &mut String) {
        if self.flowing {
            if !self.fenced {
                prose.push('\n');
            }
        } else if is_fence(&self.held) {
            self.fenced = !self.fenced;
        } else if !self.fenced && !is_listing(&self.held) {
            prose.push_str(&self.held);
            prose.push('\n');
        }
        self.flowing = false;
        self.held.clear();
        self.count = 0;
    }

    /// The line is too long to be anything but prose, or a very wide table.
    fn flow(&mut self, prose: &mut String) {
        if is_listing(&self.held) {
            // The rest of the line is looked at in pieces, and each is of the same kind.
            self.held.truncate(self.held.find('|').map_or(0, |at| at + 1));
            self.count = self.held.chars().count();
            return;
        }
        if !self.fenced {
            prose.push_str(&self.held);
        }
        self.held.clear();
        self.flowing = true;
    }
}

fn is_fence(line: &str) -> bool {
    FENCES.iter().any(|fence| line.trim_start().starts_with(fence))
}

/// A row of a table, or a line that a test runner prints.
fn is_listing(line: &str) -> bool {
    let line = line.trim();
    line.starts_with('|')
        || (line.starts_with("test ") && line.contains(" ... "))
        || ["ok ", "PASS", "FAIL", "--- PASS", "✓", "✔", "√"]
            .iter()
            .any(|start| line.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn prose(text: &str) -> String {
        let mut filter = Prose::default();
        let mut out = String::new();
        filter.more(text, &mut out);
        filter.over(&mut out);
        out
    }

    #[test]
    fn code_tables_and_test_runs_are_left_out() {
        let text = "before\n```rust\nlet x = 1;\n```\n| a | b |\n|---|---|\ntest a::b ... ok\nafter";
        assert_eq!(prose(text), "before\nafter\n");
        let wide = format!("| {} |\nafter", "x".repeat(1000));
        assert_eq!(prose(&wide), "after\n");
    }

    proptest! {
        #[test]
        fn it_makes_no_difference_how_the_text_is_cut(text in "[a|`~\n ]{0,400}", cuts in proptest::collection::vec(0usize..400, 0..8)) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|at| at.min(text.len())).collect();
            cuts.sort_unstable();
            let mut filter = Prose::default();
            let (mut out, mut from) = (String::new(), 0);
            for at in cuts {
                filter.more(&text[from..at], &mut out);
                from = at;
            }
            filter.more(&text[from..], &mut out);
            filter.over(&mut out);
            prop_assert_eq!(out, prose(&text));
        }
    }
}
