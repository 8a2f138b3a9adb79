//! One block of lines, with the output that a stage adds to it.

use super::out::Out;
use crate::exit::Failure;

/// A block whose lines are passed on unchanged, with added lines between them. The last line may lack its newline.
pub struct LineBlock<'a> {
    block: &'a [u8],
    out: &'a Out,
    added: &'a mut Vec<u8>,
    /// How many bytes of the block have been passed on or replaced.
    passed: usize,
    /// Where the current line begins.
    line: usize,
    /// Where the line after it begins.
    next: usize,
}

impl<'a> LineBlock<'a> {
    pub(super) fn new(block: &'a [u8], out: &'a Out, added: &'a mut Vec<u8>) -> Self {
        Self { block, out, added, passed: 0, line: 0, next: 0 }
    }

    /// All lines of the block.
    pub fn bytes(&self) -> &'a [u8] {
        self.block
    }

    /// Advances to the next line and returns it without its newline; `None` after the last one.
    pub fn next_line(&mut self) -> Option<&'a [u8]> {
        self.line = self.next;
        let (line, length) = first_line(&self.block[self.line..])?;
        self.next += length;
        Some(line)
    }

    /// The buffer for whole lines that follow the current line.
    pub fn added(&mut self) -> &mut Vec<u8> {
        self.added
    }

    /// Passes the current line on now, together with the lines before it that were held back.
    ///
    /// # Errors
    /// As [`Out::pass`].
    pub fn pass_line(&mut self) -> Result<(), Failure> {
        self.out.pass(&self.block[self.passed..self.next])?;
        self.passed = self.next;
        Ok(())
    }

    /// Writes `lines`, which are whole lines or nothing, in place of the current line. Only a source may do so.
    ///
    /// # Errors
    /// As [`Out::pass`].
    pub fn replace_line(&mut self, lines: &[u8]) -> Result<(), Failure> {
        self.out.pass(&self.block[self.passed..self.line])?;
        self.passed = self.next;
        self.out.pass(lines)
    }

    /// Finishes the current line: writes the lines added after it, if any. If `result` is an error, everything up
    /// to here is written first.
    ///
    /// # Errors
    /// `result`, and as [`Out::pass`].
    pub fn finish_line(&mut self, result: Result<(), Failure>) -> Result<(), Failure> {
        if !self.added.is_empty() || result.is_err() {
            self.pass_line()?;
            self.out.add(self.added)?;
            self.added.clear();
        }
        if result.is_err() {
            self.out.finish()?;
        }
        result
    }

    /// Passes the rest of the block on.
    pub(super) fn finish(self) -> Result<(), Failure> {
        self.out.pass(&self.block[self.passed..])
    }
}

/// The first line of a block without its newline, and its length with it.
pub(super) fn first_line(block: &[u8]) -> Option<(&[u8], usize)> {
    if block.is_empty() {
        return None;
    }
    Some(match memchr::memchr(b'\n', block) {
        Some(end) => (&block[..end], end + 1),
        None => (block, block.len()),
    })
}
