//! The main loop of every filter: read a block, handle every complete line in it, write, and only then read again.
//!
//! Lines are written as runs of the buffer they were read into, with the added lines between the runs: verbatim by
//! construction, at full speed in bulk, and flushed whenever the input pauses.

use super::block::{Block, Blocks};
use super::line_block::LineBlock;
use super::out::Out;
use crate::exit::{Code, Failure};
use std::io::Read;

/// The default limit of a line's length, 128 MiB. Longer lines are passed on unparsed.
///
/// `OpenCode` inlines attachments of up to 10 MiB in one event; nothing larger was ever observed.
pub const DEFAULT_LINE_LIMIT: usize = 128 * 1024 * 1024;

/// What a filter does with its lines. A stage implements either [`Stage::line`] or [`Stage::lines`].
pub trait Stage {
    /// Handles the lines of one block; by default one by one with [`Stage::line`].
    ///
    /// # Errors
    /// A failed write, and any error of [`Stage::line`].
    fn lines(&mut self, block: &mut LineBlock<'_>) -> Result<(), Failure> {
        while let Some(line) = block.next_line() {
            let result = self.line(line, block.added());
            block.finish_line(result)?;
        }
        Ok(())
    }

    /// Handles one line, given without its newline. Appends whole lines to `added`, which follow it in the output.
    ///
    /// # Errors
    /// A [`Failure`] ends the stage after the line and `added` have been written.
    fn line(&mut self, _line: &[u8], _added: &mut Vec<u8>) -> Result<(), Failure> {
        Ok(())
    }

    /// A line over the length limit was passed on unparsed.
    fn oversized(&mut self) {}

    /// Everything handled so far has been written; the input may pause now.
    fn passed(&mut self) {}

    /// The input ended. What is appended to `added` is written last.
    ///
    /// # Errors
    /// A [`Failure`] ends the stage with its code.
    fn finish(&mut self, _added: &mut Vec<u8>) -> Result<(), Failure> {
        Ok(())
    }
}

/// Runs `stage` over `input` until it ends, or can be read no further: what came before is handled like any other input.
///
/// # Errors
/// The error of the stage; a failed read or write; [`Failure::reader_left`].
pub fn filter(stage: &mut impl Stage, input: impl Read, out: &Out, line_limit: usize) -> Result<(), Failure> {
    let mut blocks = Blocks::new(input, line_limit);
    let (mut added, mut read) = (Vec::new(), Ok(()));
    loop {
        let block = blocks.next().unwrap_or_else(|error| {
            read = Err(read_failed(&error));
            blocks.rest()
        });
        match block {
            Block::Lines(count) => {
                lines(stage, blocks.bytes(count), out, &mut added)?;
                blocks.consume(count);
                stage.passed();
            }
            Block::Oversized(count) => {
                out.pass(blocks.bytes(count))?;
                blocks.consume(count);
                stage.oversized();
                if !skip_line(&mut blocks, out)? {
                    break;
                }
            }
            Block::End(0) => break,
            Block::End(count) => {
                lines(stage, blocks.bytes(count), out, &mut added)?;
                break;
            }
        }
    }
    stage.passed();
    let finished = stage.finish(&mut added);
    out.add(&added)?;
    out.finish()?;
    read.and(finished)
}

/// Handles the lines of one block; the last may lack its newline.
fn lines(stage: &mut impl Stage, block: &[u8], out: &Out, added: &mut Vec<u8>) -> Result<(), Failure> {
    let mut block = LineBlock::new(block, out, added);
    stage.lines(&mut block)?;
    block.finish()
}

/// Passes the rest of an oversized line on. Returns false if the input ended within it.
fn skip_line<R: Read>(blocks: &mut Blocks<R>, out: &Out) -> Result<bool, Failure> {
    loop {
        match blocks.next().map_err(|e| read_failed(&e))? {
            Block::Lines(count) => {
                let end = memchr::memchr(b'\n', blocks.bytes(count)).map_or(count, |at| at + 1);
                out.pass(blocks.bytes(end))?;
                blocks.consume(end);
                return Ok(true);
            }
            Block::Oversized(count) => {
                out.pass(blocks.bytes(count))?;
                blocks.consume(count);
            }
            Block::End(count) => {
                out.pass(blocks.bytes(count))?;
                return Ok(false);
            }
        }
    }
}

fn read_failed(error: &std::io::Error) -> Failure {
    Failure::new(Code::Error, format_args!("cannot read the input: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipe::test_sink::TestSink;
    use proptest::prelude::*;
    use std::io;

    /// Adds a line after each line that contains an `a`.
    struct Echo;

    impl Stage for Echo {
        fn line(&mut self, line: &[u8], added: &mut Vec<u8>) -> Result<(), Failure> {
            if line.contains(&b'a') {
                added.extend_from_slice(b"+\n");
            }
            Ok(())
        }
        fn finish(&mut self, added: &mut Vec<u8>) -> Result<(), Failure> {
            added.extend_from_slice(b"end\n");
            Ok(())
        }
    }

    /// Returns the input in pieces of the given sizes, with an interrupted read before each.
    struct Pieces<'a>(&'a [u8], Vec<usize>, bool);

    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.2 = !self.2;
            if self.2 {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let wanted = self.1.pop().unwrap_or(usize::MAX).max(1);
            let count = wanted.min(self.0.len()).min(buffer.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    #[test]
    fn what_came_before_a_failed_read_counts() {
        let sink = TestSink::default();
        let out = Out::new(sink.clone(), false);
        let broken = io::BufReader::new(&b"a\nb"[..]).chain(Broken);
        let failure = filter(&mut Echo, broken, &out, DEFAULT_LINE_LIMIT).unwrap_err();
        assert_eq!((failure.code, failure.message.as_str()), (Code::Error, "cannot read the input: broken"));
        assert_eq!(sink.bytes(), b"a\n+\nb\nend\n");
    }

    struct Broken;

    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("broken"))
        }
    }

    fn run(input: &[u8], pieces: Vec<usize>, limit: usize) -> Vec<u8> {
        let sink = TestSink::default();
        let out = Out::new(sink.clone(), false);
        filter(&mut Echo, Pieces(input, pieces, false), &out, limit).unwrap();
        sink.bytes()
    }

    /// The promised output: each line, followed by the lines added because of it.
    fn expected(input: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for line in input.split_inclusive(|b| *b == b'\n') {
            bytes.extend_from_slice(line);
            if line.contains(&b'a') {
                if !line.ends_with(b"\n") {
                    bytes.push(b'\n');
                }
                bytes.extend_from_slice(b"+\n");
            }
        }
        if !bytes.is_empty() && !bytes.ends_with(b"\n") {
            bytes.push(b'\n');
        }
        bytes.extend_from_slice(b"end\n");
        bytes
    }

    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        proptest::collection::vec(prop_oneof![Just(b'a'), Just(b'b'), Just(b'\n'), Just(0), Just(0xff)], 0..200)
    }

    proptest! {
        #[test]
        fn lines_precede_their_additions(
            input in bytes(), pieces in proptest::collection::vec(1usize..20, 0..40),
        ) {
            prop_assert_eq!(run(&input, pieces, DEFAULT_LINE_LIMIT), expected(&input));
        }

        #[test]
        fn oversized_lines_pass_unparsed(
            input in bytes(), pieces in proptest::collection::vec(1usize..20, 0..40), limit in 1usize..10,
        ) {
            let passed: Vec<u8> = run(&input, pieces, limit);
            let without: Vec<u8> = String::from_utf8_lossy(&passed).replace("+\n", "").into_bytes();
            let mut whole = String::from_utf8_lossy(&input).into_owned();
            if !whole.is_empty() && !whole.ends_with('\n') {
                whole.push('\n');
            }
            prop_assert_eq!(without, (whole + "end\n").into_bytes());
        }
    }
}
