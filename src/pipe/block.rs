//! Reads blocks, and says how much of the buffer is complete lines.

use std::io::{self, Read};

/// How much one read may bring: what a pipe holds at the most. Measured: to pass lines 256 KiB are as good; to read
/// them on two threads these are a sixth faster.
const BLOCK: usize = 1024 * 1024;

/// Input in blocks, with the unfinished line kept at the front of the buffer.
pub(super) struct Blocks<R> {
    input: R,
    buffer: Vec<u8>,
    filled: usize,
    limit: usize,
}

/// What there is to handle.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// So many bytes at the front are complete lines.
    Lines(usize),
    /// The line at the front is longer than the limit: so many bytes of it, with no end in sight.
    Oversized(usize),
    /// The input ended; so many bytes at the front have no newline.
    End(usize),
}

impl<R: Read> Blocks<R> {
    pub(super) fn new(input: R, limit: usize) -> Self {
        Self {
            input,
            buffer: vec![0; BLOCK],
            filled: 0,
            limit: limit.max(1),
        }
    }

    /// The bytes that the last block spoke of.
    pub(super) fn bytes(&self, count: usize) -> &[u8] {
        &self.buffer[..count]
    }

    /// Drops the first `count` bytes, which have been handled.
    pub(super) fn consume(&mut self, count: usize) {
        self.buffer.copy_within(count..self.filled, 0);
        self.filled -= count;
        if self.filled < BLOCK && self.buffer.len() > 4 * BLOCK {
            self.buffer.truncate(BLOCK);
            self.buffer.shrink_to_fit();
        }
    }

    /// Waits for input and reads on until there is something to handle.
    pub(super) fn next(&mut self) -> io::Result<Block> {
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

    /// Grows by a quarter when full: a long line then costs 1.25 times its length at the most.
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
    fn the_unfinished_line_waits_for_its_end() {
        let mut blocks = Blocks::new(&b"a\nb"[..], 100);
        assert_eq!(blocks.next().unwrap(), Block::Lines(2));
        blocks.consume(2);
        assert_eq!(blocks.next().unwrap(), Block::End(1));
        assert_eq!(blocks.bytes(1), b"b");
    }

    #[test]
    fn a_line_over_the_limit_is_handed_out_in_pieces() {
        let long = vec![b'x'; 3 * BLOCK];
        let mut blocks = Blocks::new(&long[..], 10);
        assert_eq!(blocks.next().unwrap(), Block::Oversized(BLOCK));
    }
}
