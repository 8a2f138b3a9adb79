//! Hands the lines from the thread that passes them on to the thread that reads them for the dashboard.
//!
//! Passing must not wait for reading. When more lines come than can be read, some of them are left out, and those that
//! were output are counted: see [`thin_out`].

use super::thin::thin_out;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// From this many waiting bytes on, output is left out: eight full blocks.
const THIN: usize = 8 * 1024 * 1024;
/// Until fewer bytes than this wait. They still hold more lines than the screen shows.
const WHOLE: usize = THIN / 4;
/// From this many waiting bytes on, passing waits.
const FULL: usize = 4 * THIN;
/// From this many waiting bytes on, the thread that passes lines leaves them out itself, rather than wait.
const LATE: usize = 2 * THIN;
/// How many blocks are kept to be filled again: new memory costs as much as what is written into it.
const SPARE: usize = 4;
/// A larger block, in bytes, is not kept: it held an unusually long line.
const LARGEST_SPARE: usize = 2 * 1024 * 1024;

/// A queue of whole lines, bounded in bytes.
#[derive(Debug, Default)]
pub struct Feed {
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Inner {
    /// Blocks of lines, and whether output may be left out of each.
    blocks: VecDeque<(Vec<u8>, bool)>,
    bytes: usize,
    /// Whether output is left out.
    thins: bool,
    /// Blocks that were looked at.
    spare: Vec<Vec<u8>>,
    skipped: u64,
    closed: bool,
}

impl Feed {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds whole lines. Waits while the queue is full; with `thin`, output may be left out before that.
    pub fn push(&self, mut block: Vec<u8>, thin: bool) {
        let mut inner = self.lock();
        if thin && inner.bytes > LATE {
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
        inner.blocks.push_back((block, thin));
        self.changed.notify_all();
    }

    /// The next lines; `None` when there will be no more.
    pub fn pop(&self) -> Option<Vec<u8>> {
        let mut inner = self.lock();
        loop {
            if let Some((block, thin)) = inner.blocks.pop_front() {
                inner.thins = inner.bytes > if inner.thins { WHOLE } else { THIN };
                let thin = thin && inner.thins;
                drop(inner);
                return Some(if thin { self.thin(block) } else { block });
            }
            if inner.closed {
                return None;
            }
            inner = self.changed.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Leaves lines out of a block, on the thread that looks at them: the one that passes them has better things to do.
    fn thin(&self, mut block: Vec<u8>) -> Vec<u8> {
        let whole = block.len();
        let skipped = thin_out(&mut block);
        let mut inner = self.lock();
        inner.skipped += skipped;
        inner.bytes -= whole - block.len();
        self.changed.notify_all();
        block
    }

    /// This block was looked at.
    pub fn done(&self, mut block: Vec<u8>) {
        let mut inner = self.lock();
        inner.bytes -= block.len();
        if inner.spare.len() < SPARE && block.capacity() <= LARGEST_SPARE {
            block.clear();
            inner.spare.push(block);
        }
        self.changed.notify_all();
    }

    /// An empty block to fill.
    pub fn spare(&self) -> Vec<u8> {
        self.lock().spare.pop().unwrap_or_default()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_after_last_block() {
        let feed = Feed::default();
        feed.push(b"a\n".to_vec(), true);
        feed.close();
        let block = feed.pop().unwrap();
        assert_eq!((block.as_slice(), feed.behind()), (&b"a\n"[..], (2, 0, true)));
        feed.done(block);
        assert_eq!((feed.pop(), feed.behind()), (None, (0, 0, true)));
    }
}
