//! The detector as a stage of a pipe.

use super::Detector;
use super::explain::Page;
use crate::pipe::{Code, Failure, Stage};
use crate::wire::{head, matters, observe_behind};
use std::borrow::Cow;

/// Runs a [`Detector`] over lines of bytes.
pub struct Detect {
    detector: Detector,
    strict: bool,
    /// Whether the line before was no JSON either: a burst is reported once.
    in_garbage: bool,
    lines: u64,
    /// The page that is printed in the place of lines.
    page: Option<Page>,
}

impl Detect {
    /// With `strict`, a line that is no JSON ends the stage; with `explain`, a page for a person comes at
    /// the end, and no line before it.
    pub fn new(detector: Detector, strict: bool, explain: bool) -> Self {
        Self {
            detector,
            strict,
            in_garbage: false,
            lines: 0,
            page: explain.then(Page::default),
        }
    }

    /// Puts what was added on the page, where there is one.
    fn show(&mut self, ts: Option<i64>, added: &mut Vec<u8>) {
        if let Some(page) = &mut self.page {
            if let Some(ts) = ts {
                page.at(ts);
            }
            page.take(added);
            added.clear();
        }
    }

    /// What was found.
    pub fn detector(&self) -> &Detector {
        &self.detector
    }
}

impl Stage for Detect {
    fn line(&mut self, line: &[u8], added: &mut Vec<u8>) -> Result<(), Failure> {
        self.lines += 1;
        // With --strict every line is read to its end, and nothing is taken on trust.
        let head = head(line).filter(|_| !self.strict);
        if let Some(head) = head.filter(|head| !matters(head.kind)) {
            self.in_garbage = false;
            self.detector.pass(&head, added);
            self.show(Some(head.ts), added);
            return Ok(());
        }
        // The lossy reading looks at every byte for itself; hardly a line needs it.
        let text = std::str::from_utf8(line).map_or_else(|_| String::from_utf8_lossy(line), Cow::Borrowed);
        if let Ok(observation) = observe_behind(head, &text) {
            self.in_garbage = false;
            self.detector.observe(&observation, added);
            self.show(observation.ts, added);
            return Ok(());
        }
        if text.trim().is_empty() {
            return Ok(());
        }
        if self.strict {
            let what = format!(
                "line {} is no JSON object; leave --strict out to pass such lines",
                self.lines
            );
            return Err(Failure::new(Code::BadData, what));
        }
        if !std::mem::replace(&mut self.in_garbage, true) {
            tracing::warn!(
                "line {} is no JSON object; it is passed on and not looked at",
                self.lines
            );
        }
        Ok(())
    }

    fn oversized(&mut self) {
        self.lines += 1;
        tracing::warn!(
            "line {} is too long to look at; it is passed on (--max-line)",
            self.lines
        );
    }

    fn finish(&mut self, added: &mut Vec<u8>) -> Result<(), Failure> {
        self.detector.finish(added);
        if let Some(page) = &mut self.page {
            page.take(added);
            added.clear();
            added.extend_from_slice(page.write().as_bytes());
        }
        Ok(())
    }
}
