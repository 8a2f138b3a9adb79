//! Processes several inputs in parallel and writes their outputs in order.

use super::out::Out;
use crate::exit::Failure;
use std::io::{self, BufWriter, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// How many blocks a job may write before its turn, 4 MiB in all. Then it waits.
const AHEAD: usize = 16;
/// The size of a block, in bytes. If each line were a block, a job would soon have to wait for its turn.
const BLOCK: usize = 256 * 1024;

/// Runs `job` on each input on `threads` threads. Each job has an output of its own, which is written to `out` in the
/// order of the inputs; `only_added` is that of [`Out::new`]. Returns the results in the same order.
///
/// # Errors
/// As [`Out::pass`] on `out`. Running jobs then fail at their next write.
pub fn parallel_inputs<I, R>(
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
        // Inputs are started in order, so the one whose turn it is has always been started.
        while let Some((slot, result)) = {
            let at = next.fetch_add(1, Ordering::Relaxed);
            slots.get(at).zip(results.get(at))
        } {
            let taken = slot.lock().ok().and_then(|mut slot| slot.take());
            if let (Some((input, sender)), Ok(mut result)) = (taken, result.lock()) {
                // Dropping the writer delivers what a job wrote before it failed.
                let blocks = BufWriter::with_capacity(BLOCK, Channel(sender));
                *result = Some(job(input, &Out::new(blocks, only_added)));
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
    Ok(results.into_iter().filter_map(|result| result.into_inner().ok().flatten()).collect())
}

/// Passes the outputs on, one after the other. A last line without a newline gets one if another output follows.
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

/// The output of a job: sends blocks to [`forward`].
struct Channel(SyncSender<Vec<u8>>);

impl Write for Channel {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.send(bytes.to_vec()).map_err(|_| io::ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipe::test_sink::TestSink;

    fn numbers(threads: usize) -> (String, Vec<usize>) {
        let sink = TestSink::default();
        let results = parallel_inputs((0..40).collect(), threads, &Out::new(sink.clone(), false), false, |n, out| {
            // The first jobs write the most, and far more than they may write ahead.
            for _ in 0..(40 - n) * 3 {
                out.pass(format!("{n}\n").as_bytes()).unwrap();
            }
            out.pass(b"end").unwrap();
            n
        })
        .unwrap();
        (sink.text(), results)
    }

    #[test]
    fn keeps_input_order() {
        let alone = numbers(1);
        assert_eq!(alone.1, (0..40).collect::<Vec<_>>());
        assert!(alone.0.contains("0\nend\n1\n") && alone.0.ends_with("39\nend"));
        for threads in [2, 3, 100] {
            assert_eq!(numbers(threads), alone);
        }
    }

    #[test]
    fn jobs_run_ahead() {
        // The first job waits for the second, which writes more lines than there may be blocks.
        let (sender, receiver) = std::sync::mpsc::channel();
        let (sender, receiver) = (Mutex::new(sender), Mutex::new(receiver));
        let job = |n: usize, out: &Out| {
            if n == 0 {
                return receiver.lock().unwrap().recv_timeout(std::time::Duration::from_mins(1)).is_ok();
            }
            (0..1000).for_each(|_| out.add(b"line\n").unwrap());
            sender.lock().unwrap().send(()).is_ok()
        };
        let out = Out::new(TestSink::default(), false);
        assert_eq!(parallel_inputs(vec![0, 1], 2, &out, false, job).unwrap(), [true, true]);
    }

    #[test]
    fn no_inputs() {
        let out = Out::new(TestSink::default(), false);
        assert_eq!(parallel_inputs(Vec::<u8>::new(), 2, &out, false, |n, _| n).unwrap(), Vec::<u8>::new());
    }

    /// Accepts one write, then fails as a closed pipe does.
    struct ClosesAfterOneWrite(usize);

    impl Write for ClosesAfterOneWrite {
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
    fn closed_output_ends_jobs() {
        let endless = |_, out: &Out| while out.pass(b"line\n").is_ok() {};
        let out = Out::new(ClosesAfterOneWrite(0), false);
        let result = parallel_inputs(vec![1, 2, 3], 2, &out, false, endless);
        assert_eq!(result.unwrap_err().code, crate::exit::Code::ReaderLeft);
    }
}
