//! Writes the lines of a live stream: stamped, in order, with a tick while a session is silent. A thread writes them
//! from a bounded queue, so that a slow reader slows the connection down and memory does not grow.

use super::end::StepError;
use super::silence::Silences;
use crate::exit::Failure;
use crate::pipe::Out;
use crate::process::pipe_key::PipeKey;
use crate::process::proof::sign;
use crate::process::recording_loop::stdout_file;
use crate::stream::clock::Clock;
use crate::stream::gate::{Checked, Gate, Refusal};
use crate::wire::record;
use crate::wire::record::{Opened, Record};
use std::collections::VecDeque;
use std::pin::pin;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::{Instant, sleep_until};

/// How many bytes may wait for the reader. A larger event waits alone.
const QUEUED_BYTES: usize = 8 * 1024 * 1024;

/// How many lines may wait for the reader.
const QUEUED_LINES: usize = 4096;

/// How many bytes are written at once when lines have piled up.
const BATCH: usize = 256 * 1024;

/// Writes the lines of a live stream.
pub(super) struct Writer {
    clock: Clock,
    gate: Gate,
    queue: Queue,
    /// Lines that wait for room in the queue. When a signal cancels the wait, they are still here.
    unsent: VecDeque<Vec<u8>>,
    silences: Silences,
}

impl Writer {
    pub fn new(out: Out) -> Self {
        Self {
            clock: Clock::default(),
            gate: Gate::default(),
            queue: Queue::new(out),
            unsent: VecDeque::new(),
            silences: Silences::default(),
        }
    }

    /// A server's payload, unless it is refused. What is refused is counted, and said at the end.
    pub fn check(&mut self, payload: String) -> Result<Checked, Refusal> {
        self.gate.payload(payload)
    }

    /// Writes the first line, with the proof that it is live. Whoever reads a file has a recording, though this process may
    /// still write it.
    pub async fn open(&mut self, mut opened: Opened, key: &PipeKey) -> Result<(), StepError> {
        let ts = self.clock.now();
        if stdout_file().is_none() {
            sign(&mut opened, ts, key);
        }
        self.record_at(ts, &opened).await
    }

    /// Writes a server's payload with its time in front.
    pub async fn event(&mut self, payload: Checked) -> Result<(), StepError> {
        self.add_event(payload);
        self.flush().await
    }

    /// Waits until the queue has room for another line. A large line fills it alone: memory holds the one that is written
    /// and the one that arrives, but no third.
    pub async fn has_room(&self) -> Result<(), StepError> {
        self.queue.room(1).await.map(drop).ok_or(StepError::ReaderLeft)
    }

    /// Writes payloads that we made of what the server said, except those that are refused.
    pub async fn recovered(&mut self, payloads: impl IntoIterator<Item = String>) -> Result<(), StepError> {
        for payload in payloads {
            if let Ok(payload) = self.check(payload) {
                self.add_event(payload);
            }
        }
        self.flush().await
    }

    /// Adds an event, and before it a tick that is due, to what waits for room. It counts as emitted from now on, so it
    /// must not get lost when a signal cancels the wait.
    fn add_event(&mut self, payload: Checked) {
        self.add_tick();
        let line = payload.stamped(self.clock.now());
        self.silences.observe(&line);
        self.unsent.push_back(line);
    }

    /// Writes a record.
    pub async fn record(&mut self, record: &impl Record) -> Result<(), StepError> {
        let ts = self.clock.now();
        self.record_at(ts, record).await
    }

    async fn record_at(&mut self, ts: i64, record: &impl Record) -> Result<(), StepError> {
        self.add_record(ts, record);
        self.flush().await
    }

    fn add_record(&mut self, ts: i64, record: &impl Record) {
        let mut line = Vec::new();
        record::append(&mut line, ts, record);
        self.silences.record();
        self.unsent.push_back(line);
    }

    /// When the next tick is due.
    pub fn tick_at(&self) -> Instant {
        self.silences.tick_at()
    }

    /// Writes a tick if it is due and there is something to say.
    pub async fn tick(&mut self) -> Result<(), StepError> {
        if self.add_tick() { self.flush().await } else { Ok(()) }
    }

    /// Adds a tick to what waits for room if it is due and there is something to say.
    fn add_tick(&mut self) -> bool {
        let ts = self.clock.now();
        let tick = self.silences.take_if_due(ts);
        tick.inspect(|tick| self.add_record(ts, tick)).is_some()
    }

    /// Waits for an answer of the server and writes ticks meanwhile.
    pub async fn wait_for<T, E>(&mut self, answer: impl Future<Output = Result<T, E>>) -> Result<T, StepError>
    where
        StepError: From<E>,
    {
        let mut answer = pin!(answer);
        loop {
            tokio::select! {
                biased;
                answer = &mut answer => return Ok(answer?),
                () = sleep_until(self.tick_at()) => self.tick().await?,
            }
        }
    }

    /// Queues the lines that wait; waits itself while the reader is slow.
    async fn flush(&mut self) -> Result<(), StepError> {
        while let Some(next) = self.unsent.front() {
            let (place, room) = self.queue.room(next.len()).await.ok_or(StepError::ReaderLeft)?;
            if let Some(bytes) = self.unsent.pop_front() {
                place.send(Line { bytes, room });
            }
        }
        Ok(())
    }

    /// Waits until everything has been written.
    pub async fn finish(self) -> Result<(), Failure> {
        self.queue.finish().await
    }
}

struct Line {
    bytes: Vec<u8>,
    /// Released when the line has been written.
    room: OwnedSemaphorePermit,
}

/// The queue in front of the thread that writes.
struct Queue {
    lines: mpsc::Sender<Line>,
    room: Arc<Semaphore>,
    done: oneshot::Receiver<()>,
    thread: JoinHandle<Result<(), Failure>>,
}

impl Queue {
    fn new(out: Out) -> Self {
        let (lines, queue) = mpsc::channel(QUEUED_LINES);
        let (finished, done) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let outcome = write_all(queue, &out);
            // Nobody waits for this when the stream was given up.
            let _ = finished.send(());
            outcome
        });
        Self { lines, room: Arc::new(Semaphore::new(QUEUED_BYTES)), done, thread }
    }

    /// Waits, while the reader is slow, until there is room for a line of `length` bytes. `None`: the reader left.
    async fn room(&self, length: usize) -> Option<(mpsc::Permit<'_, Line>, OwnedSemaphorePermit)> {
        let wanted = u32::try_from(length.min(QUEUED_BYTES)).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.room).acquire_many_owned(wanted).await.ok()?;
        Some((self.lines.reserve().await.ok()?, room))
    }

    async fn finish(self) -> Result<(), Failure> {
        drop(self.lines);
        // An error here means that the thread is gone, which is what we wait for.
        let _ = self.done.await;
        self.thread.join().unwrap_or(Ok(()))
    }
}

fn write_all(mut queue: mpsc::Receiver<Line>, out: &Out) -> Result<(), Failure> {
    while let Some(first) = queue.blocking_recv() {
        let mut batch = first.bytes;
        let mut rooms = vec![first.room];
        while batch.len() < BATCH
            && let Ok(next) = queue.try_recv()
        {
            batch.extend_from_slice(&next.bytes);
            rooms.push(next.room);
        }
        out.pass(&batch)?;
    }
    out.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipe::test_sink::TestSink;
    use futures_util::FutureExt;
    use std::io::{self, Write};
    use std::sync::mpsc::Receiver;

    /// An output that writes nothing until it may.
    struct Closed {
        opened: Receiver<()>,
        sink: TestSink,
    }

    impl Write for Closed {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            // Nothing is sent: the other end is dropped.
            let _ = self.opened.recv();
            self.sink.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            self.sink.flush()
        }
    }

    fn payload(id: &str, length: usize) -> String {
        let status = r#"{"sessionID":"ses_1","status":{"type":"busy"}}"#;
        format!(r#"{{"id":"{id}","type":"session.status","properties":{status},"pad":"{}"}}"#, "x".repeat(length))
    }

    #[tokio::test(start_paused = true)]
    async fn cancelled_event_is_written_later() {
        let (open, opened) = std::sync::mpsc::channel();
        let sink = TestSink::default();
        let mut writer = Writer::new(Out::new(Closed { opened, sink: sink.clone() }, false));
        let large = writer.check(payload("evt_1", QUEUED_BYTES)).unwrap();
        writer.event(large).await.ok().unwrap();
        // So long that a tick is due before the next event.
        tokio::time::advance(std::time::Duration::from_secs(5)).await;
        let next = writer.check(payload("evt_2", 0)).unwrap();
        assert!(writer.event(next).now_or_never().is_none(), "there is room");
        let two = ["evt_3", "evt_4"].map(|id| payload(id, 0));
        assert!(writer.recovered(two).now_or_never().is_none(), "there is room");
        drop(open);
        writer.flush().await.ok().unwrap();
        writer.finish().await.unwrap();
        let text = sink.text();
        let kinds: Vec<&str> = ["evt_1", "ocr.stream.tick", "evt_2", "evt_3", "evt_4"]
            .into_iter()
            .filter(|kind| text.contains(kind))
            .collect();
        assert_eq!(kinds.len(), 5, "{kinds:?}");
    }
}
