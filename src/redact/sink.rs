//! A writer that masks the secrets of each line.

use super::{Redactor, json};
use std::io::{self, Write};

/// The longest line that waits for its end, in bytes: as long as a line that is parsed may be.
const LONGEST: usize = 16 * 1024 * 1024;

/// Writes each line to `sink` when it is complete, masked.
pub struct RedactingSink<W> {
    sink: W,
    redactor: Redactor,
    /// The beginning of a line.
    begun: Vec<u8>,
}

impl<W: Write> RedactingSink<W> {
    /// Masks with `redactor` what goes to `sink`.
    pub fn new(sink: W, redactor: Redactor) -> Self {
        Self { sink, redactor, begun: Vec::new() }
    }

    /// Writes what has begun.
    fn write_begun(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.begun);
        let text = String::from_utf8_lossy(&line);
        match json::redact(&self.redactor, text.trim_end_matches('\n')) {
            // Bytes that are no UTF-8 pass as they are where there is nothing to mask.
            std::borrow::Cow::Borrowed(_) => self.sink.write_all(&line),
            std::borrow::Cow::Owned(mut safe) => {
                safe.push_str(if line.ends_with(b"\n") { "\n" } else { "" });
                self.sink.write_all(safe.as_bytes())
            }
        }
    }
}

impl<W: Write> Write for RedactingSink<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.begun.extend_from_slice(piece);
            if piece.ends_with(b"\n") || self.begun.len() > LONGEST {
                self.write_begun()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.begun.is_empty() {
            self.write_begun()?;
        }
        self.sink.flush()
    }
}
