//! The detector as a stage of a pipe.

use super::Detector;
use super::explain::Page;
use super::parse;
use super::parse::Seen;
use crate::exit::{Code, Failure};
use crate::pipe::{LineBlock, Stage, parallel_lines};

/// From so many bytes on, a block is read by several threads; it takes longer than to start one.
const BULK: usize = 64 * 1024;

/// Runs a [`Detector`] over lines of bytes.
pub struct Detect {
    detector: Detector,
    strict: bool,
    /// How many read a block that is worth it.
    threads: usize,
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
            threads: 1,
            in_garbage: false,
            lines: 0,
            page: explain.then(Page::default),
        }
    }

    /// The same with so many threads to read the lines of a bulk.
    #[must_use]
    pub fn on(self, threads: usize) -> Self {
        Self { threads, ..self }
    }

    /// Takes a line that has been read.
    fn take(&mut self, seen: &Seen<'_>, added: &mut Vec<u8>) -> Result<(), Failure> {
        self.lines += 1;
        let ts = match seen {
            Seen::Passes(head) => {
                self.detector.pass(head, added);
                Some(head.ts)
            }
            Seen::Event(seen, call) => {
                self.detector.observe_with(seen, call.as_deref(), added);
                seen.ts
            }
            Seen::Torn(bytes) => {
                let text = String::from_utf8_lossy(bytes);
                self.lines -= 1;
                return self.take(&parse::read_text(None, &text, &self.detector.config()), added);
            }
            Seen::Blank => return Ok(()),
            Seen::Garbage => return self.garbage(),
        };
        self.in_garbage = false;
        self.show(ts, added);
        Ok(())
    }

    fn garbage(&mut self) -> Result<(), Failure> {
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
    fn lines(&mut self, block: &mut LineBlock<'_>) -> Result<(), Failure> {
        let threads = if block.bytes().len() < BULK {
            1
        } else {
            self.threads
        };
        let (config, strict) = (self.detector.config(), self.strict);
        let read = |line| parse::read(line, &config, strict);
        parallel_lines(block.bytes(), threads, read, |seen| {
            block.next_line();
            let outcome = self.take(seen, block.added());
            block.finish_line(outcome)
        })
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
