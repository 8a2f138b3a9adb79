//! The verbatim writer: passes bytes on as they came, and lets lines be added between lines.

use crate::exit;
use crate::exit::Failure;
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Where a stage writes. Clones write to the same place; a line is never torn by another.
#[derive(Clone)]
pub struct Out(Arc<Mutex<Inner>>);

struct Inner {
    sink: Box<dyn Write + Send>,
    /// Whether the bytes passed so far end with a newline.
    at_line_start: bool,
    /// Lines that arrived while another line was half written.
    waiting: Vec<u8>,
    /// `--only`: what is passed is not shown.
    only_added: bool,
}

impl Out {
    /// Writes to `sink`; with `only_added`, nothing but the added lines.
    pub fn new(sink: impl Write + Send + 'static, only_added: bool) -> Self {
        Self(Arc::new(Mutex::new(Inner {
            sink: Box::new(sink),
            at_line_start: true,
            waiting: Vec::new(),
            only_added,
        })))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A thread that panicked while it wrote left no state behind that could be wrong.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Passes bytes on. They may end in the middle of a line.
    ///
    /// # Errors
    /// [`Failure::reader_left`] when nobody reads any more; otherwise what went wrong.
    pub fn pass(&self, bytes: &[u8]) -> Result<(), Failure> {
        self.lock().pass(bytes)
    }

    /// Adds whole lines: now, or as soon as the line that is being passed has ended.
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

    /// Ends the line that is half written, if one is.
    ///
    /// # Errors
    /// As [`Out::pass`].
    pub(super) fn begin_line(&self) -> Result<(), Failure> {
        let mut inner = self.lock();
        if inner.at_line_start {
            Ok(())
        } else {
            inner.pass(b"\n")
        }
    }

    /// Ends the output: what still waits is written, after a newline where the input had none.
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
        self.sink.write_all(bytes).map_err(|e| exit::of_write(&e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn written(steps: impl FnOnce(&Out)) -> String {
        let sink = Shared::default();
        let out = Out::new(sink.clone(), false);
        steps(&out);
        out.finish().unwrap();
        String::from_utf8(sink.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn a_line_that_comes_in_the_middle_of_another_waits_for_its_end() {
        let text = written(|out| {
            out.pass(b"lo").unwrap();
            out.add(b"ours\n").unwrap();
            out.pass(b"ng\nnext").unwrap();
        });
        assert_eq!(text, "long\nours\nnext");
    }

    #[test]
    fn a_line_added_after_an_unfinished_last_line_starts_a_line_of_its_own() {
        let text = written(|out| {
            out.pass(b"last").unwrap();
            out.add(b"ours\n").unwrap();
        });
        assert_eq!(text, "last\nours\n");
    }
}
