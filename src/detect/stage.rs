//! Runs the detector as a stage of a pipe.

use super::config::Config;
use super::detector::Detector;
use super::parse::{ParsedLine, parse, parse_text};
use crate::exit::{Code, Failure};
use crate::pipe::{LineBlock, Stage, parallel_lines};
use crate::wire::record::{Done, Record, StateChange, Turn};
use crate::wire::{Event, Payload, Recognizer, Unrecognized};
use std::sync::Arc;

/// From this size on, in bytes, a block is parsed by several threads: starting them then pays off.
const PARALLEL_BLOCK: usize = 64 * 1024;

/// After so many lines of which none was understood, a person is told, who may be watching a live stream. The chatter
/// of programs that start is shorter.
const TELL_AFTER: u64 = 200;

/// Runs a [`Detector`] over lines of bytes.
pub struct Detect {
    detector: Detector,
    config: Arc<Config>,
    strict: bool,
    threads: usize,
    /// The recording that is read, where its lines are not passed on.
    file: Option<String>,
    /// Whether the previous line was not JSON either: a run of such lines is one warning.
    in_garbage: bool,
    /// Whether a person was told that steps have no price.
    told_unpriced: bool,
    /// The first line that was not JSON, while nothing was understood: if that stays so, one warning says it all.
    first_garbage: Option<u64>,
    lines: u64,
    recognizer: Recognizer,
    /// Whether a person was told that nothing was understood.
    told_foreign: bool,
    /// Whether a line is one that a detector like this one added.
    was_judged: bool,
    /// The lines of a server-sent event so far.
    payload: Payload,
}

impl Detect {
    /// A stage that parses on one thread. With `strict`, a line that is not JSON ends the stage.
    pub fn new(detector: Detector, strict: bool) -> Self {
        Self {
            config: detector.config(),
            detector,
            strict,
            threads: 1,
            file: None,
            in_garbage: false,
            told_unpriced: false,
            first_garbage: None,
            lines: 0,
            recognizer: Recognizer::default(),
            told_foreign: false,
            was_judged: false,
            payload: Payload::default(),
        }
    }

    /// Parses large blocks on this many threads.
    #[must_use]
    pub fn on(self, threads: usize) -> Self {
        Self { threads, ..self }
    }

    /// Names the recording whose lines are read, and not passed on, in warnings.
    #[must_use]
    pub fn of_file(self, file: &str) -> Self {
        Self { file: Some(file.to_owned()), ..self }
    }

    /// The detector, and so what was found.
    pub fn detector(&self) -> &Detector {
        &self.detector
    }

    /// Why nothing in the input was understood, and whether a person was told already; `None` if anything was.
    pub fn not_understood(&self) -> Option<(Unrecognized, bool)> {
        Some((self.recognizer.foreign()?, self.told_foreign))
    }

    /// Whether a detector like this one has judged the input before, so that what it found is in there.
    pub fn was_judged(&self) -> bool {
        self.was_judged
    }

    fn process(&mut self, line: &ParsedLine<'_>, added: &mut Vec<u8>) -> Result<(), Failure> {
        self.lines += 1;
        if !self.payload.is_empty() && !matches!(line, ParsedLine::Data(_) | ParsedLine::EventField) {
            self.end_payload(added)?;
        }
        match line {
            ParsedLine::Irrelevant => {}
            ParsedLine::Event(observation, call) => {
                self.was_judged = self.was_judged || is_verdict(&observation.event);
                self.detector.observe_with(observation, call.as_deref(), added);
                if self.detector.is_unpriced() && !std::mem::replace(&mut self.told_unpriced, true) {
                    tracing::warn!("the server reports no cost for this session, so --max-cost cannot be enforced");
                }
            }
            ParsedLine::Foreign(observation, line) => {
                self.detector.observe(observation, added);
                self.note_foreign(line);
                self.in_garbage = false;
                return Ok(());
            }
            ParsedLine::NotUtf8(bytes) => {
                let text = String::from_utf8_lossy(bytes);
                return match parse_text(None, &text, &Arc::clone(&self.config)) {
                    // Its bytes say more than its text.
                    ParsedLine::NotJson(_) => self.reject(bytes),
                    line => {
                        self.lines -= 1;
                        self.process(&line, added)
                    }
                };
            }
            ParsedLine::Blank | ParsedLine::EventField => return Ok(()),
            ParsedLine::Data(value) if self.payload.push(value) => return Ok(()),
            ParsedLine::Data(line) | ParsedLine::NotJson(line) => return self.reject(line),
        }
        self.in_garbage = false;
        if self.recognizer.note_understood()
            && let Some(line) = self.first_garbage.take()
        {
            warn_of_garbage(line, self.file.as_deref());
        }
        Ok(())
    }

    /// Reads the payload of a server-sent event that ended, as if it were one line.
    fn end_payload(&mut self, added: &mut Vec<u8>) -> Result<(), Failure> {
        let payload = self.payload.take();
        let text = String::from_utf8_lossy(&payload);
        let config = Arc::clone(&self.config);
        self.lines -= 1;
        match parse_text(None, &text, &config) {
            ParsedLine::Data(_) => self.lines += 1,
            line => self.process(&line, added)?,
        }
        Ok(())
    }

    /// Handles a line that is not JSON.
    fn reject(&mut self, line: &[u8]) -> Result<(), Failure> {
        self.note_foreign(line);
        if self.strict {
            return Err(Failure::new(Code::BadData, self.complaint()));
        }
        if !std::mem::replace(&mut self.in_garbage, true) {
            if self.recognizer.is_understood() {
                warn_of_garbage(self.lines, self.file.as_deref());
            } else {
                self.first_garbage.get_or_insert(self.lines);
            }
        }
        Ok(())
    }

    /// Why `--strict` refuses the current line.
    fn complaint(&self) -> String {
        let known = self.recognizer.foreign().filter(Unrecognized::is_known);
        let advice = known.map_or("drop --strict to pass such lines on".to_owned(), |known| known.to_string());
        format!("line {} is not a JSON object; {advice}", self.lines)
    }

    fn note_foreign(&mut self, line: &[u8]) {
        self.recognizer.note_foreign(line);
        if self.recognizer.foreign_lines() == TELL_AFTER
            && let Some(foreign) = self.recognizer.foreign()
        {
            self.told_foreign = true;
            tracing::warn!("nothing in the first {TELL_AFTER} lines was understood: {foreign}");
        }
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
        self.note_foreign(&[]);
        if let Some(file) = &self.file {
            tracing::warn!("{file}: line {} is longer than --max-line; it is left out", self.lines);
        } else {
            tracing::warn!("line {} is longer than --max-line; passing it on unread", self.lines);
        }
    }

    fn finish(&mut self, added: &mut Vec<u8>) -> Result<(), Failure> {
        if !self.payload.is_empty() {
            self.lines += 1;
            self.end_payload(added)?;
        }
        self.detector.finish(added);
        Ok(())
    }
}

/// Whether an event is a record that only this stage writes. A detector of someone else's writes findings alone.
fn is_verdict(event: &Event<'_>) -> bool {
    matches!(event, Event::Record { kind, .. } if [StateChange::TYPE, Turn::TYPE, Done::TYPE].contains(&&**kind))
}

fn warn_of_garbage(line: u64, file: Option<&str>) {
    if let Some(file) = file {
        tracing::warn!("{file}: line {line} is not a JSON object; it is left out");
    } else {
        tracing::warn!("line {line} is not a JSON object; passing it on unread");
    }
}
