//! A writer that masks the secrets of each line.

use super::Redactor;
use super::runs::Runs;
use std::io::{self, Write};

/// The longest line that is searched for secrets, in bytes. No agent was seen to write one of more than 10 MiB; a longer
/// one is left out, because a secret that is cut in two is not found, and the search takes a second for each few MB.
pub const LONGEST_SEARCHED: usize = 16 * 1024 * 1024;

/// Writes each line to `sink` when it is complete, masked.
pub struct RedactingSink<W> {
    sink: W,
    redactor: Redactor,
    /// The beginning of a line.
    begun: Vec<u8>,
    /// Whether the line that has begun is left out.
    is_too_long: bool,
    runs: Runs,
}

impl<W: Write> RedactingSink<W> {
    /// Masks with `redactor` what goes to `sink`.
    pub fn new(sink: W, redactor: Redactor) -> Self {
        Self { sink, redactor, begun: Vec::new(), is_too_long: false, runs: Runs::default() }
    }

    /// Adds to the line that has begun, unless that becomes too long.
    fn add(&mut self, piece: &[u8]) {
        if self.begun.len() + piece.len() <= LONGEST_SEARCHED && !self.is_too_long {
            self.begun.extend_from_slice(piece);
        } else if !std::mem::replace(&mut self.is_too_long, true) {
            self.begun = Vec::new();
            tracing::warn!(
                "a line of more than {} MiB is left out: it is too long to be searched for secrets",
                LONGEST_SEARCHED / (1024 * 1024)
            );
        }
    }

    /// Writes the line that has begun, as far as it is known what is a secret in it.
    fn end_line(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.begun);
        if std::mem::take(&mut self.is_too_long) || line.is_empty() {
            return Ok(());
        }
        let mut safe = Vec::new();
        self.runs.take(&self.redactor, line, &mut safe);
        self.sink.write_all(&safe)
    }
}

impl<W: Write> Write for RedactingSink<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.add(piece);
            if piece.ends_with(b"\n") {
                self.end_line()?;
            }
        }
        Ok(bytes.len())
    }

    /// Writes all that has begun: nothing is to follow.
    fn flush(&mut self) -> io::Result<()> {
        self.end_line()?;
        let mut safe = Vec::new();
        self.runs.end(&self.redactor, &mut safe);
        self.sink.write_all(&safe)?;
        self.sink.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_out_lines_that_are_too_long() {
        let (mut written, token) = (Vec::new(), format!("gh{}_{}", "p", "Ab12".repeat(9)));
        let mut sink = RedactingSink::new(&mut written, Redactor::default());
        sink.write_all(b"{\"a\":1}\n{\"text\":\"").unwrap();
        let block = vec![b' '; 1024 * 1024];
        (0..16).for_each(|_| sink.write_all(&block).unwrap());
        // What follows is no line of its own.
        sink.write_all(format!("{token}\"}}\n{{\"b\":2}}\nlast").as_bytes()).unwrap();
        sink.flush().unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), "{\"a\":1}\n{\"b\":2}\nlast");
    }
}
