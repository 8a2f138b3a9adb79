//! Parses the lines of a block on several threads and consumes them in order.

use super::line_block::first_line;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

/// How many bytes a thread parses at a time. A full block has 64 chunks, so no thread waits long at its end.
const CHUNK: usize = 16 * 1024;

/// Calls `parse` for every line of a block, on `threads` threads including this one, and `consume` for the results, in
/// order and on this thread. Stops at the first error of `consume`.
///
/// # Errors
/// The error of `consume`.
pub fn parallel_lines<'a, T: Send, E>(
    block: &'a [u8],
    threads: usize,
    parse: impl Fn(&'a [u8]) -> T + Sync,
    mut consume: impl FnMut(&T) -> Result<(), E>,
) -> Result<(), E> {
    if threads == 1 {
        return lines_of(block).try_for_each(|line| consume(&parse(line)));
    }
    let chunks = chunks(block);
    let next = AtomicUsize::new(0);
    let parse_next = || {
        let at = next.fetch_add(1, Ordering::Relaxed);
        let lines = *chunks.get(at)?;
        Some((at, lines_of(lines).map(&parse).collect::<Vec<T>>()))
    };
    // Results are freed only after all threads are done: freeing memory that another thread allocated contends with
    // that thread's allocations.
    let mut consumed = Vec::with_capacity(chunks.len());
    thread::scope(|scope| {
        let (sender, receiver) = channel();
        for _ in 1..threads.min(chunks.len()) {
            let (sender, parse_next) = (sender.clone(), &parse_next);
            scope.spawn(move || {
                // The receiver is gone after an error of `consume`.
                while parse_next().is_some_and(|chunk| sender.send(chunk).is_ok()) {}
            });
        }
        drop(sender);
        for chunk in chunks_in_order(chunks.len(), &receiver, parse_next) {
            let result = chunk.iter().try_for_each(&mut consume);
            consumed.push(chunk);
            result?;
        }
        Ok(())
    })
}

/// Yields every chunk in order. While another thread parses the next one, this thread parses a later one.
fn chunks_in_order<T>(
    count: usize,
    receiver: &Receiver<(usize, Vec<T>)>,
    parse_next: impl Fn() -> Option<(usize, Vec<T>)>,
) -> impl Iterator<Item = Vec<T>> {
    let mut early: Vec<Option<Vec<T>>> = (0..count).map(|_| None).collect();
    (0..count).map_while(move |turn| {
        loop {
            for (at, chunk) in receiver.try_iter() {
                early[at] = Some(chunk);
            }
            if let Some(chunk) = early[turn].take() {
                return Some(chunk);
            }
            // A thread that panicked sends nothing; the scope then propagates its panic.
            let (at, chunk) = parse_next().or_else(|| receiver.recv().ok())?;
            early[at] = Some(chunk);
        }
    })
}

/// Splits a block into chunks of whole lines of about [`CHUNK`] bytes.
fn chunks(mut block: &[u8]) -> Vec<&[u8]> {
    let mut chunks = Vec::with_capacity(block.len() / CHUNK + 1);
    while !block.is_empty() {
        let from = block.len().min(CHUNK);
        let end = memchr::memchr(b'\n', &block[from..]).map_or(block.len(), |newline| from + newline + 1);
        let (chunk, rest) = block.split_at(end);
        chunks.push(chunk);
        block = rest;
    }
    chunks
}

fn lines_of(mut lines: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (line, next) = first_line(lines)?;
        lines = &lines[next..];
        Some(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn consumed(block: &[u8], threads: usize, last: usize) -> (Vec<Vec<u8>>, Result<(), usize>) {
        let mut lines = Vec::new();
        let result = parallel_lines(block, threads, <[u8]>::to_vec, |line| {
            lines.push(line.clone());
            if lines.len() == last { Err(last) } else { Ok(()) }
        });
        (lines, result)
    }

    proptest! {
        #[test]
        fn consumes_in_order_until_error(
            lengths in proptest::collection::vec(0usize..40_000, 1..20), threads in 1usize..5, last in 1usize..30, ends in any::<bool>(),
        ) {
            let lines: Vec<Vec<u8>> = lengths.iter().zip(b'a'..).map(|(length, byte)| vec![byte; *length]).collect();
            let mut block = lines.join(&b'\n');
            if ends || lines.last().is_none_or(Vec::is_empty) {
                block.push(b'\n');
            }
            let (seen, result) = consumed(&block, threads, last);
            prop_assert_eq!(&seen[..], &lines[..lines.len().min(last)]);
            prop_assert_eq!(result, if last <= lines.len() { Err(last) } else { Ok(()) });
        }
    }
}
