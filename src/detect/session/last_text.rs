//! The last text of an answer, bounded.

use crate::detect::text::head_and_tail::tail;

/// How much of its beginning and of its end to keep, in bytes: what `Ending::read` reads.
const HEAD: usize = 4 * 1024;
const TAIL: usize = 12 * 1024;
/// How much more than that to collect before the middle is dropped, in bytes.
const SLACK: usize = 4 * 1024;
/// How much of the end of a text is compared from step to step, in bytes.
const STEP_TEXT: usize = 2048;

/// The last text part that says something.
#[derive(Debug, Default)]
pub(super) struct LastText {
    text: String,
    /// The id of its part.
    id: String,
    /// A part that began after it and is blank so far: providers send such parts around an answer.
    blank: Option<Blank>,
}

#[derive(Debug, Default)]
struct Blank {
    id: String,
    text: String,
}

impl LastText {
    /// Begins a part, which replaces the text once it says something.
    pub(super) fn begin(&mut self, id: &str) {
        self.blank = Some(Blank { id: id.to_owned(), text: String::new() });
    }

    /// Appends to the part that began last. Returns whether that thereby became the last text.
    pub(super) fn append(&mut self, text: &str) -> bool {
        let mut replaces = false;
        if let Some(blank) = &mut self.blank {
            if text.trim().is_empty() {
                if blank.text.len() < HEAD {
                    blank.text.push_str(text);
                }
                return false;
            }
            let blank = std::mem::take(blank);
            (self.text, self.id, self.blank) = (blank.text, blank.id, None);
            replaces = true;
        }
        self.text.push_str(text);
        if self.text.len() > HEAD + TAIL + SLACK {
            let from = self.text.floor_char_boundary(HEAD);
            let to = self.text.ceil_char_boundary(self.text.len() - TAIL);
            self.text.drain(from..to);
        }
        replaces
    }

    /// Forgets the text, because another answer begins.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.blank = None;
    }

    /// The text.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The id of its part.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// The end of the text.
    pub(super) fn end(&self) -> &str {
        tail(&self.text, STEP_TEXT)
    }

    /// The text without its last line, if that is the promise, and without the colon that led to it.
    pub(super) fn before_promise(&self, promised: bool) -> &str {
        let text = self.text.trim_end();
        if !promised {
            return text;
        }
        let before = text.rsplit_once('\n').map_or("", |(before, _)| before);
        before.trim_end().trim_end_matches([':', '：'])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_part_replaces_nothing() {
        let mut last = LastText::default();
        for (id, pieces) in [("a", &["\n"][..]), ("b", &["\n", "It ", "works."]), ("c", &["", " \n"])] {
            last.begin(id);
            for piece in pieces {
                last.append(piece);
            }
        }
        assert_eq!((last.id(), last.as_str()), ("b", "\nIt works."));
        last.begin("d");
        assert!(!last.append("  ") && last.append("No.") && !last.append(" No"));
        assert_eq!((last.id(), last.as_str()), ("d", "  No. No"));
        last.clear();
        assert_eq!(last.as_str(), "");
    }

    #[test]
    fn a_colon_leads_to_the_promise() {
        let mut last = LastText::default();
        last.begin("a");
        last.append("All pass. Here is the promise：\n\nDONE\n");
        assert_eq!(last.before_promise(true), "All pass. Here is the promise");
        assert_eq!(last.before_promise(false), "All pass. Here is the promise：\n\nDONE");
    }
}
