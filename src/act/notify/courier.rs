//! Sends notices on a thread of its own, so that lines never wait for a receiver.

use super::message::{Message, Notice};
use super::{Notify, Now};
use crate::pipe::{Out, Shutdown};
use crate::wire::Timestamp;
use crate::wire::record;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How many notices wait to be sent. More than a person reads; a receiver that is this far behind is broken.
const WAITING: usize = 100;

/// What the stage and the thread share.
#[derive(Default)]
struct Queue {
    state: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    notices: VecDeque<(Notice, Now)>,
    /// Whether one is being sent.
    sending: bool,
    closed: bool,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next notice, which is then being sent; `None` once the queue is closed.
    fn next(&self) -> Option<(Notice, Now)> {
        let mut waiting = self.lock();
        waiting.sending = false;
        self.changed.notify_all();
        let idle = |waiting: &mut Waiting| waiting.notices.is_empty() && !waiting.closed;
        let mut waiting = self.changed.wait_while(waiting, idle).unwrap_or_else(PoisonError::into_inner);
        let next = waiting.notices.pop_front();
        waiting.sending = next.is_some();
        next
    }
}

/// The thread that sends notices.
pub struct Courier(Arc<Queue>);

impl Courier {
    /// Starts the thread, which adds a record about each delivery to `out`.
    pub fn start(notify: Arc<Notify>, out: Out, shutdown: Shutdown) -> Self {
        let queue = Arc::new(Queue::default());
        let shared = Arc::clone(&queue);
        std::thread::spawn(move || {
            while let Some((notice, now)) = shared.next() {
                let session = notice.session_id.clone();
                let event = notice.event;
                for delivery in notify.send(&Message::Notice(notice), now, None, &shutdown) {
                    let mut line = Vec::new();
                    let ts = Timestamp::from_ms(now.ms());
                    record::append(&mut line, ts, &delivery.record(Some(event), Some(&session)));
                    // A reader that left must not prevent the next message.
                    let _ = out.add(&line);
                }
            }
        });
        Self(queue)
    }

    /// Queues a notice. Where too many wait, the oldest is dropped.
    pub fn send(&self, notice: Notice, now: Now) {
        let mut waiting = self.0.lock();
        if waiting.notices.len() >= WAITING {
            waiting.notices.pop_front();
            tracing::warn!("more than {WAITING} notifications wait for their receivers; the oldest is dropped");
        }
        waiting.notices.push_back((notice, now));
        self.0.changed.notify_all();
    }

    /// Waits until everything is sent, at most for `limit`; what is left is dropped. Returns whether it had to wait.
    pub fn finish(self, limit: Duration) -> bool {
        let busy = |waiting: &mut Waiting| waiting.sending || !waiting.notices.is_empty();
        let mut waiting = self.0.lock();
        let waited = busy(&mut waiting);
        let (mut waiting, _) =
            self.0.changed.wait_timeout_while(waiting, limit, busy).unwrap_or_else(PoisonError::into_inner);
        if busy(&mut waiting) {
            let left = waiting.notices.len() + usize::from(waiting.sending);
            tracing::warn!("gave up on {left} notifications that their receivers did not take in time");
        }
        waiting.notices.clear();
        waiting.closed = true;
        self.0.changed.notify_all();
        waited
    }
}
