//! A writer for tests that keeps what is written to it.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

/// Collects the bytes written to it. Clones share one buffer.
#[derive(Clone, Default)]
pub(crate) struct TestSink(Arc<Mutex<Vec<u8>>>);

impl TestSink {
    /// The bytes written so far.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }

    /// The bytes written so far, which must be UTF-8.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.bytes()).unwrap()
    }
}

impl Write for TestSink {
    /// Takes at most seven bytes at a time: short writes are legal, and callers must cope with them.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(7);
        self.0.lock().unwrap().extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
