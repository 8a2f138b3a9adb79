//! Writes bytes unchanged, and adds lines between whole lines.

use crate::exit;
use crate::exit::{Code, Failure};
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Whether this process has written anything through an [`Out`].
static HAS_WRITTEN: AtomicBool = AtomicBool::new(false);

/// Whether this process has written anything through an [`Out`]: a stage that has not, and fails, could not start.
pub fn has_written() -> bool {
    HAS_WRITTEN.load(Ordering::Relaxed)
}

/// The output of a stage. Clones write to the same place; no line is split by another.
#[derive(Clone)]
pub struct Out(Arc<Mutex<Inner>>);

struct Inner {
    sink: Box<dyn Write + Send>,
    /// Whether the passed bytes end with a newline.
    at_line_start: bool,
    /// Added lines that wait for the end of the line being passed.
    waiting: Vec<u8>,
    /// Discard passed bytes (`--only`).
    only_added: bool,
    /// Whether a failed write ends nothing, unless the reader left.
    goes_on: bool,
    /// How a write failed. Everything since then is lost.
    lost: Option<Failure>,
}

impl Out {
    /// Writes to `sink`; with `only_added`, only the added lines.
    pub fn new(sink: impl Write + Send + 'static, only_added: bool) -> Self {
        Self(Arc::new(Mutex::new(Inner {
            sink: Box::new(sink),
            at_line_start: true,
            waiting: Vec::new(),
            only_added,
            goes_on: false,
            lost: None,
        })))
    }

    /// From now on, only a reader that leaves is an error: when a write fails otherwise, as on a full disk, that is said,
    /// and the lines since then are lost.
    pub fn go_on_without(&self) {
        self.lock().goes_on = true;
    }

    /// How a write failed, if lines were lost.
    pub fn lost(&self) -> Option<Failure> {
        self.lock().lost.take()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic while writing leaves no inconsistent state behind.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Passes bytes on; they may end in the middle of a line.
    ///
    /// # Errors
    /// [`Failure::reader_left`] if the reader closed the output; [`Code::Error`] for other write errors.
    pub fn pass(&self, bytes: &[u8]) -> Result<(), Failure> {
        self.lock().pass(bytes)
    }

    /// Adds whole lines: at once, or after the line that is being passed.
    ///
    /// # Errors
    /// As [`Out::pass`].
    pub fn add(&self, lines: &[u8]) -> Result<(), Failure> {
        let mut inner = self.lock();
        if inner.at_line_start {
            return inner.write(lines);
        }
        inner.waiting.extend_from_slice(lines);
        Ok(())
    }

    /// Ends an unfinished line with a newline.
    ///
    /// # Errors
    /// As [`Out::pass`].
    pub(super) fn begin_line(&self) -> Result<(), Failure> {
        let mut inner = self.lock();
        if inner.at_line_start { Ok(()) } else { inner.pass(b"\n") }
    }

    /// Writes the lines that still wait, after a newline if the input lacked one, and flushes.
    ///
    /// # Errors
    /// As [`Out::pass`].
    pub fn finish(&self) -> Result<(), Failure> {
        let mut inner = self.lock();
        if !inner.waiting.is_empty() {
            inner.pass(b"\n")?;
        }
        inner.sink.flush().map_err(|e| exit::of_write(&e))
    }
}

impl Inner {
    fn pass(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        if self.only_added || bytes.is_empty() {
            return Ok(());
        }
        if self.waiting.is_empty() {
            self.write(bytes)?;
        } else if let Some(end) = memchr::memchr(b'\n', bytes) {
            self.write(&bytes[..=end])?;
            let waiting = std::mem::take(&mut self.waiting);
            self.write(&waiting)?;
            self.write(&bytes[end + 1..])?;
        } else {
            self.write(bytes)?;
        }
        self.at_line_start = bytes.ends_with(b"\n");
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        HAS_WRITTEN.store(true, Ordering::Relaxed);
        if self.lost.is_some() {
            return Ok(());
        }
        match self.sink.write_all(bytes).map_err(|e| exit::of_write(&e)) {
            Err(failure) if self.goes_on && failure.code != Code::ReaderLeft => {
                tracing::warn!("{failure}; the lines from here on are lost, but the session is still guarded");
                self.lost = Some(failure);
                Ok(())
            }
            written => written,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipe::test_sink::TestSink;

    fn written(steps: impl FnOnce(&Out)) -> String {
        let sink = TestSink::default();
        let out = Out::new(sink.clone(), false);
        steps(&out);
        out.finish().unwrap();
        sink.text()
    }

    #[test]
    fn added_line_waits_for_line_end() {
        let text = written(|out| {
            out.pass(b"lo").unwrap();
            out.add(b"ours\n").unwrap();
            out.pass(b"ng\nnext").unwrap();
        });
        assert_eq!(text, "long\nours\nnext");
    }

    #[test]
    fn ends_unfinished_last_line() {
        let text = written(|out| {
            out.pass(b"last").unwrap();
            out.add(b"ours\n").unwrap();
        });
        assert_eq!(text, "last\nours\n");
    }
}
