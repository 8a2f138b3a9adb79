//! Keeps the last lines of what the worker of one session wrote and did, each text once.

use super::call::first_line;
use crate::bounded::BoundedMap;
use crate::wire::part::{Part, ToolState};
use crate::wire::text::{decode, printable};
use std::collections::VecDeque;

/// How many lines are kept (TUI-05).
pub const LINES: usize = 100;
/// The longest line, in characters; a longer one is continued on the next line. It bounds what a session takes.
const LONGEST: usize = 500;
/// How many parts to remember by how much of them was shown. The updates of one part follow closely on one another.
const PARTS: usize = 32;
/// A tab, as wide as in most editors.
const TAB: &str = "    ";

/// What a line of output is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// The model says it.
    Said,
    /// The model thinks it.
    Thought,
    /// A person, or `ocr-act`, tells the model.
    Asked,
    /// A call that runs.
    Running,
    /// A call that ended well.
    Ended,
    /// A call that failed.
    Failed,
}

/// One line of output, safe to print.
#[derive(Debug, Clone)]
pub struct OutputLine {
    /// What it is.
    pub kind: LineKind,
    /// The text; of a call, its tool and its most telling argument.
    pub text: String,
    /// Of a call that is over: the first line of its result.
    pub result: Option<String>,
    part: String,
}

/// The last lines of a session's output.
#[derive(Debug, Clone)]
pub struct Output {
    lines: VecDeque<OutputLine>,
    /// How many bytes of a part's text were shown.
    shown: BoundedMap<String, usize>,
    /// How many lines were dropped to make room.
    dropped: u64,
}

impl Default for Output {
    fn default() -> Self {
        Self { lines: VecDeque::new(), shown: BoundedMap::new(PARTS), dropped: 0 }
    }
}

impl Output {
    /// The lines, oldest first.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = &OutputLine> + ExactSizeIterator {
        self.lines.iter()
    }

    /// How many lines came before those that are kept.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The last line that the model said.
    pub fn last_said(&self) -> Option<&str> {
        let said = self.lines.iter().rev().find(|line| line.kind == LineKind::Said && !line.text.trim().is_empty());
        said.map(|line| line.text.as_str())
    }

    /// The lines of the last text of the model that are kept.
    pub fn last_text(&self) -> Vec<&str> {
        let Some(last) = self.lines.iter().rev().find(|line| line.kind == LineKind::Said) else { return Vec::new() };
        let text = self.lines.iter().filter(|line| line.kind == LineKind::Said && line.part == last.part);
        text.map(|line| line.text.as_str()).collect()
    }

    /// The whole text of a part so far: shows what is new in it.
    pub fn snapshot(&mut self, part: &str, kind: LineKind, text: &str) {
        let shown = self.shown.get(part).copied().unwrap_or(0);
        if let Some(more) = text.get(shown..).filter(|more| !more.is_empty()) {
            self.delta(part, kind, more);
        }
    }

    /// More text of a part.
    pub fn delta(&mut self, part: &str, kind: LineKind, more: &str) {
        *self.shown.get_or_insert_with(part.to_owned(), || 0) += more.len();
        let goes_on = self.lines.back().is_some_and(|last| last.part == part);
        let mut pieces = more.split('\n');
        let first = pieces.next().unwrap_or_default();
        if goes_on {
            self.extend(first);
        } else if !first.trim().is_empty() {
            self.begin(part, kind);
            self.extend(first);
        } else {
            // The text begins with its first visible line.
            let rest = more.trim_start_matches(['\n', ' ', '\r']);
            if rest.is_empty() {
                return;
            }
            self.begin(part, kind);
            pieces = rest.split('\n');
            self.extend(pieces.next().unwrap_or_default());
        }
        for piece in pieces {
            self.begin(part, kind);
            self.extend(piece);
        }
    }

    /// A call, in words: a new line, or the result on the line it has.
    pub fn call(&mut self, part: &Part, state: &ToolState, text: String) {
        let kind = match &*state.status {
            _ if state.has_failed() => LineKind::Failed,
            "completed" => LineKind::Ended,
            _ => LineKind::Running,
        };
        let at = self.lines.iter().rposition(|line| line.part == *part.id);
        if at.is_none() && self.shown.contains_key(&*part.id) {
            // Its line has left the top; a second one would count it twice.
            return;
        }
        self.shown.insert(part.id.to_string(), 0);
        let result = state.is_over().then(|| {
            let answer = state.error.or(state.output).map(decode).unwrap_or_default();
            first_line(&answer)
        });
        let line = OutputLine { kind, text, result, part: part.id.to_string() };
        match at.and_then(|at| self.lines.get_mut(at)) {
            Some(known) => *known = line,
            None => self.push(line),
        }
    }

    fn begin(&mut self, part: &str, kind: LineKind) {
        self.push(OutputLine { kind, text: String::new(), result: None, part: part.to_owned() });
    }

    /// Appends to the last line; continues on a new one where that gets too long.
    fn extend(&mut self, text: &str) {
        let text = printable(&text.trim_end_matches('\r').replace('\t', TAB));
        let mut rest = text.as_str();
        loop {
            let Some(last) = self.lines.back_mut() else { return };
            let room = LONGEST.saturating_sub(last.text.chars().count());
            let cut = rest.char_indices().nth(room).map_or(rest.len(), |(at, _)| at);
            last.text.push_str(&rest[..cut]);
            rest = &rest[cut..];
            if rest.is_empty() {
                return;
            }
            let (part, kind) = (last.part.clone(), last.kind);
            self.begin(&part, kind);
        }
    }

    fn push(&mut self, line: OutputLine) {
        if self.lines.len() == LINES {
            self.lines.pop_front();
            self.dropped += 1;
        }
        self.lines.push_back(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(output: &Output) -> Vec<&str> {
        output.lines().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn tui_05_keeps_last_100_lines() {
        let mut output = Output::default();
        for n in 0..250 {
            output.delta("p", LineKind::Said, &format!("line {n}\n"));
        }
        // The newline at the end has begun a line that is still empty.
        assert_eq!(output.lines().len(), LINES);
        assert_eq!(texts(&output)[0], "line 151");
        assert_eq!(output.dropped(), 151);
    }

    #[test]
    fn shows_text_once() {
        let mut output = Output::default();
        output.delta("p", LineKind::Said, "Hel");
        output.delta("p", LineKind::Said, "lo\nwor");
        output.snapshot("p", LineKind::Said, "Hello\nworld");
        output.snapshot("p", LineKind::Said, "Hello\nworld");
        output.snapshot("q", LineKind::Thought, "\n\nNext");
        assert_eq!(texts(&output), ["Hello", "world", "Next"]);
    }

    #[test]
    fn shows_control_characters() {
        let mut output = Output::default();
        output.delta("p", LineKind::Said, "a\u{1b}[2Jb\tc\r\n");
        assert_eq!(texts(&output)[0], "a\\u{1b}[2Jb    c");
    }

    #[test]
    fn breaks_endless_line() {
        let mut output = Output::default();
        for _ in 0..1000 {
            output.delta("p", LineKind::Said, &"é".repeat(333));
        }
        assert_eq!(output.lines().len(), LINES);
        assert!(output.lines().all(|line| line.text.chars().count() <= LONGEST));
    }

    fn call(output: &mut Output, status: &str) {
        let state = ToolState {
            status: status.into(),
            output: Some(crate::wire::Raw::new(r#""\nfirst\nsecond""#)),
            ..ToolState::default()
        };
        let part = Part { id: "c".into(), tool: Some("bash".into()), ..Part::default() };
        output.call(&part, &state, "bash".to_owned());
    }

    #[test]
    fn call_has_one_line() {
        let mut output = Output::default();
        call(&mut output, "running");
        output.delta("p", LineKind::Said, "between");
        call(&mut output, "completed");
        call(&mut output, "completed");
        let lines: Vec<_> = output.lines().map(|line| (line.kind, line.result.as_deref())).collect();
        assert_eq!(lines, [(LineKind::Ended, Some("first")), (LineKind::Said, None)]);
    }

    #[test]
    fn call_with_an_exit_code_has_failed() {
        for (exit, kind) in [("0", LineKind::Ended), ("2", LineKind::Failed)] {
            let metadata = format!(r#"{{"exit":{exit}}}"#);
            let metadata = Some(crate::wire::Raw::new(&metadata));
            let state = ToolState { status: "completed".into(), metadata, ..ToolState::default() };
            let mut output = Output::default();
            output.call(&Part { id: "c".into(), ..Part::default() }, &state, "bash".to_owned());
            assert_eq!(output.lines().next().map(|line| line.kind), Some(kind));
        }
    }
}
