//! The lines of a block: read side by side, taken in their order.

use super::line_block::first_line;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

/// How much is read in one go: a block that is full has sixty-four of them, so that no thread waits long at its end.
const CHUNK: usize = 16 * 1024;

/// Reads every line of a block, on so many threads of which this is one, and takes what was read in each, in order, on
/// this one. `read` cannot depend on the lines before. The first failure of `take` is the last line's.
///
/// # Errors
/// What `take` fails with.
pub fn ahead<'a, T: Send, E>(
    block: &'a [u8],
    threads: usize,
    read: impl Fn(&'a [u8]) -> T + Sync,
    mut take: impl FnMut(&T) -> Result<(), E>,
) -> Result<(), E> {
    if threads == 1 {
        return lines_of(block).try_for_each(|line| take(&read(line)));
    }
    let chunks = chunks(block);
    let next = AtomicUsize::new(0);
    let read_next = || {
        let at = next.fetch_add(1, Ordering::Relaxed);
        let lines = *chunks.get(at)?;
        Some((at, lines_of(lines).map(&read).collect::<Vec<T>>()))
    };
    // What was taken is kept until nobody reads any more: to free what another thread has allocated, while it
    // allocates, is to wait for it.
    let mut taken = Vec::with_capacity(chunks.len());
    thread::scope(|scope| {
        let (sender, receiver) = channel();
        for _ in 1..threads.min(chunks.len()) {
            let (sender, read_next) = (sender.clone(), &read_next);
            scope.spawn(move || {
                // Nobody waits for more once a line was the last.
                while read_next().is_some_and(|chunk| sender.send(chunk).is_ok()) {}
            });
        }
        drop(sender);
        for chunk in in_order(chunks.len(), &receiver, read_next) {
            let outcome = chunk.iter().try_for_each(&mut take);
            taken.push(chunk);
            outcome?;
        }
        Ok(())
    })
}

/// Every chunk in its turn. One that nobody has read yet is read here; while another thread reads it, those behind it.
fn in_order<T>(
    count: usize,
    receiver: &Receiver<(usize, Vec<T>)>,
    read_next: impl Fn() -> Option<(usize, Vec<T>)>,
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
            // A thread that panics sends nothing, and ends this one too.
            let (at, chunk) = read_next().or_else(|| receiver.recv().ok())?;
            early[at] = Some(chunk);
        }
    })
}

/// Whole lines, about as many bytes in each.
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

    fn taken(block: &[u8], threads: usize, last: usize) -> (Vec<Vec<u8>>, Result<(), usize>) {
        let mut lines = Vec::new();
        let ended = ahead(block, threads, <[u8]>::to_vec, |line| {
            lines.push(line.clone());
            if lines.len() == last { Err(last) } else { Ok(()) }
        });
        (lines, ended)
    }

    proptest! {
        #[test]
        fn every_line_is_taken_in_order_up_to_the_last(
            lengths in proptest::collection::vec(0usize..40_000, 1..20), threads in 1usize..5, last in 1usize..30, ends in any::<bool>(),
        ) {
            let lines: Vec<Vec<u8>> = lengths.iter().zip(b'a'..).map(|(length, byte)| vec![byte; *length]).collect();
            let mut block = lines.join(&b'\n');
            if ends || lines.last().is_none_or(Vec::is_empty) {
                block.push(b'\n');
            }
            let (seen, ended) = taken(&block, threads, last);
            prop_assert_eq!(&seen[..], &lines[..lines.len().min(last)]);
            prop_assert_eq!(ended, if last <= lines.len() { Err(last) } else { Ok(()) });
        }
    }
}
