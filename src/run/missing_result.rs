//! Writes the result of a run whose `ocr-act` was killed before it could.
//!
//! `ocr-run` sees how its stages end, and the spool sees the lines. So `ocr-run` tells the spool how the run ended, and
//! the spool adds the result if no line was one. If the spool itself was killed, `ocr-run` adds it to the recording.

use super::inherit::inherited;
use super::recording::end_with;
use crate::exit::{Code, Failure};
use crate::wire::record::{AnyRecord, PREFIX, RunOutcome, RunResult, append};
use crate::wire::{StreamClock, head, observe};
use std::fmt;
use std::fs::File;
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::path::Path;

/// How much of a line is read, in bytes: far more than any has that matters here, unless the task is a book.
const LONGEST: usize = 1024 * 1024;

/// How much of a recording is read at a time, in bytes.
const BLOCK: usize = 64 * 1024;

/// How a run ended, as `ocr-run` saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ending {
    /// The exit code of the run.
    pub code: Code,
    /// Why nobody said how the run ended.
    pub why: String,
}

impl Ending {
    fn outcome(&self) -> RunOutcome {
        match self.code {
            Code::Interrupted | Code::Terminated | Code::ReaderLeft => RunOutcome::Interrupted,
            Code::Unreachable => RunOutcome::Unreachable,
            Code::NotAllowed => RunOutcome::Refused,
            _ => RunOutcome::Unsure,
        }
    }

    /// Reads what [`Teller::tell`] wrote. Nothing comes from an `ocr-run` that was killed.
    pub fn told(mut from: impl Read) -> Self {
        let mut text = String::new();
        let read = from.read_to_string(&mut text).is_ok();
        let parsed = text
            .split_once(' ')
            .filter(|_| read)
            .and_then(|(code, why)| Some(Self { code: Code::from_number(code.parse().ok()?)?, why: why.to_owned() }));
        parsed.unwrap_or_else(|| Self { code: Code::Unsure, why: "nobody said how the run ended".to_owned() })
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (exit {}): {}", self.outcome(), self.code.number(), self.why)
    }
}

/// The pipe through which the spool is told how the run ended.
pub(super) struct Teller {
    /// The end that the spool inherits, until it is started.
    reader: Option<PipeReader>,
    writer: PipeWriter,
}

impl Teller {
    pub fn new() -> Result<Self, Failure> {
        let made = io::pipe().map_err(|e| Failure::new(Code::Error, format_args!("cannot make a pipe: {e}")));
        made.map(|(reader, writer)| Self { reader: Some(reader), writer })
    }

    /// Starts the spool, which inherits the end of the pipe with the number that `start` is given.
    pub fn heard_by<T>(&mut self, start: impl FnOnce(i32) -> T) -> Result<T, Failure> {
        let reader = self.reader.take().ok_or_else(|| Failure::new(Code::Error, "the spool was started already"))?;
        inherited(&reader, start)
    }

    /// Tells the spool how the run ended. It may have ended itself.
    pub fn tell(mut self, ending: &Ending) {
        let _ = write!(self.writer, "{} {}", ending.code.number(), ending.why);
    }
}

/// What the lines of a run say, as far as its outcome needs it.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// A line that is not complete yet, and how long it is.
    part: Vec<u8>,
    partial: usize,
    is_run: bool,
    has_result: bool,
    session: Option<String>,
    clock: StreamClock,
}

impl Heard {
    /// Takes in bytes of the stream.
    pub fn add(&mut self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let is_end = piece.ends_with(b"\n");
            if is_end && self.partial == 0 {
                self.read(piece);
                continue;
            }
            self.partial += piece.len();
            if self.partial <= LONGEST {
                self.part.extend_from_slice(piece);
            }
            if is_end {
                let line = std::mem::take(&mut self.part);
                if self.partial <= LONGEST {
                    self.read(&line);
                }
                self.partial = 0;
            }
        }
    }

    fn read(&mut self, line: &[u8]) {
        if let Some(head) = head(line).filter(|head| !head.kind.starts_with(PREFIX)) {
            self.clock.see(Some(head.ts));
            return;
        }
        let text = String::from_utf8_lossy(line);
        let Ok(line) = observe(&text) else { return };
        self.clock.see(line.ts);
        match AnyRecord::of(&line.event) {
            Some(AnyRecord::Opened(opened)) => {
                self.is_run = true;
                self.session = self.session.take().or(opened.session_id);
            }
            Some(AnyRecord::RunResult(_)) => self.has_result = true,
            _ => {}
        }
    }

    /// The result that is missing, on a line of its own; `None` if there is one, or if there was no run.
    pub fn missing(&self, ending: impl FnOnce() -> Ending) -> Option<Vec<u8>> {
        if !self.is_run || self.has_result {
            return None;
        }
        let ending = ending();
        let result = RunResult {
            session_id: self.session.clone(),
            outcome: ending.outcome(),
            exit_code: ending.code.number(),
            reason: ending.why,
            changed: Vec::new(),
            taken_back: Vec::new(),
            other_sessions: Vec::new(),
            totals: None,
            lasted: self.clock.elapsed(),
        };
        let mut line = if self.partial > 0 { b"\n".to_vec() } else { Vec::new() };
        append(&mut line, self.clock.now().ms(), &result);
        Some(line)
    }
}

/// Adds the result to a recording that has none, after its last whole line.
///
/// # Errors
/// The file cannot be read or written.
pub(super) fn complete(recording: &Path, ending: &Ending) -> io::Result<()> {
    let mut file = File::open(recording)?;
    if !file.metadata()?.is_file() {
        return Ok(());
    }
    let (mut heard, mut block, mut bytes) = (Heard::default(), vec![0; BLOCK], 0);
    loop {
        match file.read(&mut block) {
            Ok(0) => break,
            Ok(count) => {
                heard.add(&block[..count]);
                bytes += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let whole = bytes - heard.partial as u64;
    heard.partial = 0;
    let Some(result) = heard.missing(|| ending.clone()) else { return Ok(()) };
    end_with(recording, whole, &result)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    const OPENED: &str = "{\"ts\":1000,\"type\":\"ocr.stream.opened\",\"properties\":{\"sessionID\":\"ses_1\"}}\n";
    const TICK: &str = "{\"ts\":3500,\"type\":\"ocr.stream.tick\",\"properties\":{}}\n";
    const RESULT: &str = "{\"ts\":4000,\"type\":\"ocr.act.result\",\"properties\":{\"outcome\":\"done\",\"exitCode\":0,\"reason\":\"r\"}}\n";

    fn killed() -> Ending {
        Ending { code: Code::Unsure, why: "ocr-act was killed by signal 9".to_owned() }
    }

    fn missing(lines: &str) -> Option<String> {
        // In pieces, as a pipe delivers them.
        let mut heard = Heard::default();
        lines.as_bytes().chunks(7).for_each(|piece| heard.add(piece));
        heard.missing(killed).map(|line| String::from_utf8(line).unwrap())
    }

    #[test]
    fn adds_what_is_missing() {
        let line = missing(&format!("{OPENED}{TICK}")).unwrap();
        let json: Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&json["ts"], &json["properties"]["lasted"]), (&3500.into(), &2500.into()));
        let result: RunResult = serde_json::from_value(json["properties"].clone()).unwrap();
        assert_eq!(
            (result.session_id.as_deref(), result.outcome, result.exit_code),
            (Some("ses_1"), RunOutcome::Unsure, 3)
        );
        assert_eq!(json["properties"].get("tokens"), None, "what nobody counted is not 0");
    }

    #[test]
    fn adds_nothing_to_a_result_or_to_no_run() {
        assert_eq!(missing(&format!("{OPENED}{TICK}{RESULT}")), None);
        assert_eq!(missing(TICK), None);
        assert_eq!(missing(""), None);
    }

    #[test]
    fn begins_a_line_of_its_own() {
        let line = missing(&format!("{OPENED}{TICK}{{\"ts\":36")).unwrap();
        assert!(line.starts_with("\n{") && line.ends_with("}\n"), "{line}");
    }

    #[test]
    fn completes_a_recording() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("run.ndjson");
        std::fs::write(&file, format!("{OPENED}{TICK}{{\"ts\":36")).unwrap();
        for _ in 0..2 {
            complete(&file, &killed()).unwrap();
            let text = std::fs::read_to_string(&file).unwrap();
            let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            assert_eq!(lines.len(), 3, "{text}");
            assert_eq!(lines[2]["properties"]["exitCode"], 3);
        }
    }

    #[test]
    fn tells_the_spool() {
        let mut teller = Teller::new().unwrap();
        let mut heard = teller.reader.as_ref().unwrap().try_clone().unwrap();
        drop(teller.reader.take());
        teller.tell(&killed());
        assert_eq!(Ending::told(&mut heard), killed());
        let teller = Teller::new().unwrap();
        let heard = teller.reader.as_ref().unwrap().try_clone().unwrap();
        drop(teller);
        assert_eq!(Ending::told(heard).code, Code::Unsure);
    }
}
