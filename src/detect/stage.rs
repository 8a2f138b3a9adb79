//! The detector as a stage of a pipe.

use super::config::Config;
use super::detector::Detector;
use super::parse::{ParsedLine, parse, parse_text};
use crate::exit::{Code, Failure};
use crate::pipe::{LineBlock, Stage, parallel_lines};
use std::sync::Arc;

/// From this size on, in bytes, a block is parsed by several threads: starting them then pays off.
const PARALLEL_BLOCK: usize = 64 * 1024;

/// Runs a [`Detector`] over lines of bytes.
pub struct Detect {
    detector: Detector,
    config: Arc<Config>,
    strict: bool,
    threads: usize,
    /// Whether the previous line was not JSON either: a run of such lines is one warning.
    in_garbage: bool,
    lines: u64,
}

impl Detect {
    /// A stage that parses on one thread. With `strict`, a line that is not JSON ends the stage.
    pub fn new(detector: Detector, strict: bool) -> Self {
        Self { config: detector.config(), detector, strict, threads: 1, in_garbage: false, lines: 0 }
    }

    /// Parses large blocks on this many threads.
    #[must_use]
    pub fn on(self, threads: usize) -> Self {
        Self { threads, ..self }
    }

    /// The detector, and so what was found.
    pub fn detector(&self) -> &Detector {
        &self.detector
    }

    fn process(&mut self, line: &ParsedLine<'_>, added: &mut Vec<u8>) -> Result<(), Failure> {
        self.lines += 1;
        match line {
            ParsedLine::Irrelevant(head) => self.detector.skip(head, added),
            ParsedLine::Event(observation, call) => {
                self.detector.observe_with(observation, call.as_deref(), added);
            }
            ParsedLine::NotUtf8(bytes) => {
                let text = String::from_utf8_lossy(bytes);
                self.lines -= 1;
                return self.process(&parse_text(None, &text, &Arc::clone(&self.config)), added);
            }
            ParsedLine::Blank => return Ok(()),
            ParsedLine::NotJson => return self.reject(),
        }
        self.in_garbage = false;
        Ok(())
    }

    /// Handles a line that is not JSON.
    fn reject(&mut self) -> Result<(), Failure> {
        if self.strict {
            let message = format!("line {} is not a JSON object; drop --strict to pass such lines on", self.lines);
            return Err(Failure::new(Code::BadData, message));
        }
        if !std::mem::replace(&mut self.in_garbage, true) {
            tracing::warn!("line {} is not a JSON object; passing it on unread", self.lines);
        }
        Ok(())
    }
}

impl Stage for Detect {
    fn lines(&mut self, block: &mut LineBlock<'_>) -> Result<(), Failure> {
        let threads = if block.bytes().len() < PARALLEL_BLOCK { 1 } else { self.threads };
        let (config, strict) = (Arc::clone(&self.config), self.strict);
        let parse = |line| parse(line, &config, strict);
        parallel_lines(block.bytes(), threads, parse, |line| {
            block.next_line();
            let outcome = self.process(line, block.added());
            block.finish_line(outcome)
        })
    }

    fn line(&mut self, line: &[u8], added: &mut Vec<u8>) -> Result<(), Failure> {
        self.process(&parse(line, &Arc::clone(&self.config), self.strict), added)
    }

    fn oversized(&mut self) {
        self.lines += 1;
        tracing::warn!("line {} is longer than --max-line; passing it on unread", self.lines);
    }

    fn finish(&mut self, added: &mut Vec<u8>) -> Result<(), Failure> {
        self.detector.finish(added);
        Ok(())
    }
}
