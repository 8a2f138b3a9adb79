//! Several inputs side by side, their outputs one after the other.

use super::Out;
use crate::exit::Failure;
use std::io::{self, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// How much a job may be ahead of its turn, in blocks: 4 MiB. Then it waits.
const AHEAD: usize = 16;
/// How much a job writes before it is passed on: single lines, of which a bulk of recordings has thousands, would
/// each be a block, and a job soon no longer ahead.
const BLOCK: usize = 256 * 1024;

/// Runs `job` on each input, on so many threads, each with an output of its own; what they write reaches `out`
/// in the order of the inputs. `only_added` is that of [`Out::new`].
///
/// # Errors
/// That `out` cannot be written, or that nobody reads it any more: the jobs that are under way notice it at their
/// next write. What the jobs return comes in the order of the inputs.
pub fn in_order<I, R>(
    inputs: Vec<I>,
    threads: usize,
    out: &Out,
    only_added: bool,
    job: impl Fn(I, &Out) -> R + Sync,
) -> Result<Vec<R>, Failure>
where
    I: Send,
    R: Send,
{
    let next = AtomicUsize::new(0);
    let (mut receivers, mut slots) = (Vec::new(), Vec::new());
    for input in inputs {
        let (sender, receiver) = sync_channel(AHEAD);
        receivers.push(receiver);
        slots.push(Mutex::new(Some((input, sender))));
    }
    let results: Vec<Mutex<Option<R>>> = slots.iter().map(|_| Mutex::new(None)).collect();
    let work = || {
        // The first that nobody has begun: so the one whose turn it is, is always under way.
        while let Some((slot, result)) = {
            let at = next.fetch_add(1, Ordering::Relaxed);
            slots.get(at).zip(results.get(at))
        } {
            let taken = slot.lock().ok().and_then(|mut slot| slot.take());
            if let (Some((input, sender)), Ok(mut result)) = (taken, result.lock()) {
                let channel = Channel {
                    sender,
                    block: Vec::new(),
                };
                *result = Some(job(input, &Out::new(channel, only_added)));
            }
        }
    };
    let written = thread::scope(|scope| {
        for _ in 0..threads.clamp(1, slots.len().max(1)) {
            scope.spawn(work);
        }
        forward(receivers, out)
    });
    written?;
    Ok(results
        .into_iter()
        .filter_map(|result| result.into_inner().ok().flatten())
        .collect())
}

/// Passes on what the jobs write, one after the other; a last line without an end gets one, if more is to come.
fn forward(receivers: Vec<Receiver<Vec<u8>>>, out: &Out) -> Result<(), Failure> {
    for receiver in receivers {
        let mut first = true;
        for block in receiver {
            if std::mem::replace(&mut first, false) {
                out.begin_line()?;
            }
            out.pass(&block)?;
        }
    }
    Ok(())
}

/// Where a job writes: to whoever waits for its turn.
struct Channel {
    sender: SyncSender<Vec<u8>>,
    block: Vec<u8>,
}

impl Write for Channel {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.block.extend_from_slice(bytes);
        if self.block.len() >= BLOCK {
            self.flush()?;
        }
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        if self.block.is_empty() {
            return Ok(());
        }
        let sent = self.sender.send(std::mem::take(&mut self.block));
        sent.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        // What a job wrote before it failed is to be seen; a reader that left has been noticed before.
        let _ = self.flush();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn numbers(threads: usize) -> (String, Vec<usize>) {
        let sink = Sink::default();
        let results = in_order(
            (0..40).collect(),
            threads,
            &Out::new(sink.clone(), false),
            false,
            |n, out| {
                // The first ones have the most to do, and far more than they may be ahead.
                for _ in 0..(40 - n) * 3 {
                    out.pass(format!("{n}\n").as_bytes()).unwrap();
                }
                out.pass(b"end").unwrap();
                n
            },
        )
        .unwrap();
        let written = sink.0.lock().unwrap().clone();
        (String::from_utf8(written).unwrap(), results)
    }

    #[test]
    fn outputs_stand_in_the_order_of_their_inputs_however_many_threads_there_are() {
        let alone = numbers(1);
        assert_eq!(alone.1, (0..40).collect::<Vec<_>>());
        assert!(alone.0.contains("0\nend\n1\n") && alone.0.ends_with("39\nend"));
        for threads in [2, 3, 100] {
            assert_eq!(numbers(threads), alone);
        }
    }

    #[test]
    fn a_job_goes_on_while_another_has_its_turn() {
        // The first waits for the second, which writes more lines than there may be blocks.
        let (sender, receiver) = std::sync::mpsc::channel();
        let (sender, receiver) = (Mutex::new(sender), Mutex::new(receiver));
        let job = |n: usize, out: &Out| {
            if n == 0 {
                return receiver
                    .lock()
                    .unwrap()
                    .recv_timeout(std::time::Duration::from_mins(1))
                    .is_ok();
            }
            (0..1000).for_each(|_| out.add(b"line\n").unwrap());
            sender.lock().unwrap().send(()).is_ok()
        };
        let out = Out::new(Sink::default(), false);
        assert_eq!(in_order(vec![0, 1], 2, &out, false, job).unwrap(), [true, true]);
    }

    #[test]
    fn nothing_is_nothing() {
        let out = Out::new(Sink::default(), false);
        assert_eq!(
            in_order(Vec::<u8>::new(), 2, &out, false, |n, _| n).unwrap(),
            Vec::<u8>::new()
        );
    }

    /// Takes one block and leaves.
    struct Leaves(usize);

    impl Write for Leaves {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += 1;
            if self.0 > 1 {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_leaves_ends_every_job() {
        let endless = |_, out: &Out| while out.pass(b"line\n").is_ok() {};
        let ended = in_order(vec![1, 2, 3], 2, &Out::new(Leaves(0), false), false, endless);
        assert_eq!(ended.unwrap_err().code, crate::exit::Code::ReaderLeft);
    }
}
