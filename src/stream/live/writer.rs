//! Standard output on a thread of its own, behind a bounded queue: a slow reader slows the connection and
//! never grows the memory.

use crate::exit::Failure;
use crate::pipe::Out;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

/// How many bytes may wait for the reader. One event may be larger; then it waits alone.
const WAITING_BYTES: usize = 8 * 1024 * 1024;

/// How many lines may wait for the reader.
const WAITING_LINES: usize = 4096;

/// How much is written at once when lines have piled up.
const BATCH: usize = 256 * 1024;

struct Line {
    bytes: Vec<u8>,
    /// Given back when the line has been written.
    room: OwnedSemaphorePermit,
}

/// Room for one line.
pub(crate) struct Room<'a> {
    place: mpsc::Permit<'a, Line>,
    bytes: OwnedSemaphorePermit,
}

impl Room<'_> {
    /// Hands over one whole line.
    pub(crate) fn put(self, bytes: Vec<u8>) {
        self.place.send(Line {
            bytes,
            room: self.bytes,
        });
    }
}

/// Where the lines of a live stream go.
pub(crate) struct Sink {
    lines: mpsc::Sender<Line>,
    room: Arc<Semaphore>,
    done: oneshot::Receiver<()>,
    writer: JoinHandle<Result<(), Failure>>,
}

impl Sink {
    pub(crate) fn new(out: Out) -> Self {
        let (lines, queue) = mpsc::channel(WAITING_LINES);
        let (tell, done) = oneshot::channel();
        let writer = std::thread::spawn(move || {
            let outcome = write_all(queue, &out);
            // Nobody waits when the stream has been given up.
            let _ = tell.send(());
            outcome
        });
        Self {
            lines,
            room: Arc::new(Semaphore::new(WAITING_BYTES)),
            done,
            writer,
        }
    }

    /// Waits, while the reader is slow, until there is room for a line of `length` bytes; given up, it has
    /// taken nothing. `None`: nobody reads any more.
    pub(crate) async fn room(&self, length: usize) -> Option<Room<'_>> {
        let wanted = u32::try_from(length.min(WAITING_BYTES)).unwrap_or(u32::MAX);
        let bytes = Arc::clone(&self.room).acquire_many_owned(wanted).await.ok()?;
        let place = self.lines.reserve().await.ok()?;
        Some(Room { place, bytes })
    }

    /// Waits until everything has been written.
    pub(crate) async fn finish(self) -> Result<(), Failure> {
        drop(self.lines);
        // An error here means that the thread is gone, which is what is waited for.
        let _ = self.done.await;
        self.writer.join().unwrap_or(Ok(()))
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
