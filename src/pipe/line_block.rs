//! One block of lines on its way through a stage.

use super::Out;
use crate::exit::Failure;

/// A block whose lines are passed on as they are, with what is added between them. The last may lack its newline.
pub struct Passage<'a> {
    block: &'a [u8],
    out: &'a Out,
    added: &'a mut Vec<u8>,
    /// So much of the block has been passed on, or left out.
    passed: usize,
    /// Where the line at hand begins, and where the one behind it does.
    line: usize,
    next: usize,
}

impl<'a> Passage<'a> {
    pub(super) fn new(block: &'a [u8], out: &'a Out, added: &'a mut Vec<u8>) -> Self {
        Self {
            block,
            out,
            added,
            passed: 0,
            line: 0,
            next: 0,
        }
    }

    /// All of its lines.
    pub fn block(&self) -> &'a [u8] {
        self.block
    }

    /// Goes on to the next line, and returns it without its newline; `None` behind the last.
    pub fn next_line(&mut self) -> Option<&'a [u8]> {
        self.line = self.next;
        let (line, next) = first_line(&self.block[self.line..])?;
        self.next += next;
        Some(line)
    }

    /// Leaves the line at hand out.
    ///
    /// # Errors
    /// As [`Out::pass`].
    pub fn leave_out(&mut self) -> Result<(), Failure> {
        self.out.pass(&self.block[self.passed..self.line])?;
        self.passed = self.next;
        Ok(())
    }

    /// What is to follow the line at hand: whole lines.
    pub fn added(&mut self) -> &mut Vec<u8> {
        self.added
    }

    /// The line at hand has been looked at.
    ///
    /// # Errors
    /// As [`Out::pass`], and what came of looking at it, once everything up to here is written.
    pub fn settle(&mut self, outcome: Result<(), Failure>) -> Result<(), Failure> {
        if !self.added.is_empty() || outcome.is_err() {
            self.out.pass(&self.block[self.passed..self.next])?;
            self.passed = self.next;
            self.out.add(self.added)?;
            self.added.clear();
        }
        if outcome.is_err() {
            self.out.finish()?;
        }
        outcome
    }

    /// Passes on what is left.
    pub(super) fn finish(self) -> Result<(), Failure> {
        self.out.pass(&self.block[self.passed..])
    }
}

/// The first line of a block, without its newline, and where the next one begins.
pub(super) fn first_line(block: &[u8]) -> Option<(&[u8], usize)> {
    if block.is_empty() {
        return None;
    }
    Some(match memchr::memchr(b'\n', block) {
        Some(end) => (&block[..end], end + 1),
        None => (block, block.len()),
    })
}
