//! Reads blocks, and reports how much of the buffer is complete lines.

use std::io::{self, Read};

/// The most that one read returns, in bytes: the capacity of an enlarged pipe. Measured: 256 KiB pass lines as fast,
/// but parsing on two threads is a sixth faster with 1 MiB.
const BLOCK: usize = 1024 * 1024;

/// Reads input in blocks and keeps the unfinished line at the front of the buffer.
pub(super) struct Blocks<R> {
    input: R,
    buffer: Vec<u8>,
    filled: usize,
    limit: usize,
}

/// The next bytes to handle.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// This many bytes at the front are complete lines.
    Lines(usize),
    /// The line at the front exceeds the limit: this many bytes of it, with no newline yet.
    Oversized(usize),
    /// The input ended; this many bytes at the front have no newline.
    End(usize),
}

impl<R: Read> Blocks<R> {
    pub fn new(input: R, limit: usize) -> Self {
        Self { input, buffer: vec![0; BLOCK], filled: 0, limit: limit.max(1) }
    }

    /// The first `count` bytes of the buffer.
    pub fn bytes(&self, count: usize) -> &[u8] {
        &self.buffer[..count]
    }

    /// What is left if the input cannot be read any further.
    pub fn rest(&self) -> Block {
        Block::End(self.filled)
    }

    /// Drops the first `count` bytes, which have been handled.
    pub fn consume(&mut self, count: usize) {
        self.buffer.copy_within(count..self.filled, 0);
        self.filled -= count;
        if self.filled < BLOCK && self.buffer.len() > 4 * BLOCK {
            self.buffer.truncate(BLOCK);
            self.buffer.shrink_to_fit();
        }
    }

    /// Reads until there is something to handle.
    pub fn next(&mut self) -> io::Result<Block> {
        loop {
            if self.filled >= self.limit {
                return Ok(Block::Oversized(self.filled));
            }
            self.make_room();
            let read = match self.input.read(&mut self.buffer[self.filled..]) {
                Ok(0) => return Ok(Block::End(self.filled)),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let fresh = self.filled;
            self.filled += read;
            if let Some(at) = memchr::memrchr(b'\n', &self.buffer[fresh..self.filled]) {
                return Ok(Block::Lines(fresh + at + 1));
            }
        }
    }

    /// Grows a full buffer by a quarter, so that a long line costs at most 1.25 times its length.
    fn make_room(&mut self) {
        if self.filled == self.buffer.len() {
            let more = (self.buffer.len() / 4).max(BLOCK);
            self.buffer.reserve_exact(more);
            self.buffer.resize(self.filled + more, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_unfinished_line() {
        let mut blocks = Blocks::new(&b"a\nb"[..], 100);
        assert_eq!(blocks.next().unwrap(), Block::Lines(2));
        blocks.consume(2);
        assert_eq!(blocks.next().unwrap(), Block::End(1));
        assert_eq!(blocks.bytes(1), b"b");
    }

    #[test]
    fn splits_oversized_line() {
        let long = vec![b'x'; 3 * BLOCK];
        let mut blocks = Blocks::new(&long[..], 10);
        assert_eq!(blocks.next().unwrap(), Block::Oversized(BLOCK));
    }
}
