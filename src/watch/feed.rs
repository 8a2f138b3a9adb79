//! The lines on their way from the thread that passes them on to the one that looks at them.
//!
//! Passing must not wait for looking. While more lines come than can be looked at, what only adds to the output of a
//! session is left out, and counted; what changes a state, a finding or a bill never is.

use crate::wire::{head, matters};
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// From this many waiting bytes on, output is left out: eight full blocks.
const THIN: usize = 8 * 1024 * 1024;
/// From this many waiting bytes on, passing waits. What is left after thinning is looked at far faster than it comes.
const FULL: usize = 4 * THIN;

/// A queue of whole lines, bounded in bytes.
#[derive(Debug, Default)]
pub struct Feed {
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Inner {
    blocks: VecDeque<Vec<u8>>,
    bytes: usize,
    skipped: u64,
    closed: bool,
}

impl Feed {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds whole lines. Waits while the queue is full; with `thin`, leaves output out before that.
    pub fn push(&self, mut block: Vec<u8>, thin: bool) {
        let mut inner = self.lock();
        if thin && inner.bytes > THIN {
            drop(inner);
            let skipped = thin_out(&mut block);
            inner = self.lock();
            inner.skipped += skipped;
        }
        let most = if thin { FULL } else { THIN };
        while inner.bytes > most && !inner.closed {
            inner = self.changed.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
        inner.bytes += block.len();
        inner.blocks.push_back(block);
        self.changed.notify_all();
    }

    /// The next lines; `None` when there will be no more.
    pub fn pop(&self) -> Option<Vec<u8>> {
        let mut inner = self.lock();
        loop {
            if let Some(block) = inner.blocks.pop_front() {
                return Some(block);
            }
            if inner.closed {
                return None;
            }
            inner = self.changed.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// This many bytes were looked at.
    pub fn done(&self, bytes: usize) {
        self.lock().bytes -= bytes;
        self.changed.notify_all();
    }

    /// No more lines will come.
    pub fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// How many bytes wait, how many lines were left out, and whether the queue is closed.
    pub fn behind(&self) -> (usize, u64, bool) {
        let inner = self.lock();
        (inner.bytes, inner.skipped, inner.closed)
    }
}

/// Leaves out the lines that only add to the output of a session, and returns how many those were.
fn thin_out(block: &mut Vec<u8>) -> u64 {
    let mut kept = Vec::with_capacity(block.len() / 8);
    let mut skipped = 0;
    for line in block.split_inclusive(|byte| *byte == b'\n') {
        match head(line.trim_ascii_end()) {
            Some(head) if !matters(head.kind) => {}
            Some(head) if head.kind == "message.part.delta" => skipped += 1,
            Some(head) if head.kind == "message.part.updated" && !ends_step(line) => skipped += 1,
            _ => kept.extend_from_slice(line),
        }
    }
    *block = kept;
    skipped
}

/// Whether a part may be the end of a step, which has its tokens and its cost.
fn ends_step(line: &[u8]) -> bool {
    memchr::memmem::find(line, b"step-finish").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_only_output_out() {
        let lines = [
            r#"{"ts":1,"type":"message.part.delta","properties":{"delta":"x"}}"#,
            r#"{"ts":1,"type":"permission.asked","properties":{"id":"p"}}"#,
            r#"{"ts":1,"type":"message.part.updated","properties":{"part":{"type":"text"}}}"#,
            r#"{"ts":1,"type":"message.part.updated","properties":{"part":{"type":"step-finish"}}}"#,
            r#"{"ts":1,"type":"plugin.added","properties":{}}"#,
            r#"{"type":"text","part":{}}"#,
        ];
        let mut block = (lines.join("\n") + "\n").into_bytes();
        assert_eq!(thin_out(&mut block), 2);
        assert_eq!(String::from_utf8(block).unwrap(), [lines[1], lines[3], lines[5], ""].join("\n"));
    }

    #[test]
    fn ends_after_last_block() {
        let feed = Feed::default();
        feed.push(b"a\n".to_vec(), true);
        feed.close();
        assert_eq!(feed.pop(), Some(b"a\n".to_vec()));
        assert_eq!(feed.behind(), (2, 0, true));
        feed.done(2);
        assert_eq!((feed.pop(), feed.behind()), (None, (0, 0, true)));
    }
}
