//! Sends messages on a separate thread, so that lines never wait for a receiver.

use super::message::Message;
use super::{Delivery, Notify, Now};
use crate::pipe::{Out, Shutdown};
use crate::wire::Timestamp;
use crate::wire::record;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How many messages wait to be sent before notices are dropped. More than a person reads; a receiver that is this far
/// behind is broken.
const WAITING: usize = 100;

/// How many wait before the outcomes of runs are dropped too.
const OUTCOMES: usize = 10_000;

/// What the stage and the thread share.
#[derive(Default)]
struct Queue {
    state: Mutex<QueueState>,
    changed: Condvar,
}

#[derive(Default)]
struct QueueState {
    messages: VecDeque<(Message, Now)>,
    /// The one that is being sent, until it is known what came of it.
    sending: Option<Message>,
    /// Whether what came of one is being recorded.
    recording: bool,
    /// Whether the thread runs.
    started: bool,
    closed: bool,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next message, which is then being sent; `None` once the queue is closed.
    fn next(&self) -> Option<(Message, Now)> {
        let mut waiting = self.lock();
        waiting.recording = false;
        self.changed.notify_all();
        let idle = |waiting: &mut QueueState| waiting.messages.is_empty() && !waiting.closed;
        let mut waiting = self.changed.wait_while(waiting, idle).unwrap_or_else(PoisonError::into_inner);
        let next = waiting.messages.pop_front();
        waiting.sending = next.as_ref().map(|(message, _)| message.clone());
        next
    }

    /// Takes in that the message was sent. Returns whether that is to be recorded: it may have been given up.
    fn sent(&self) -> bool {
        let mut waiting = self.lock();
        waiting.recording = waiting.sending.take().is_some();
        waiting.recording
    }
}

/// The thread that sends messages, from the first one on. Clones share it.
#[derive(Clone)]
pub struct Courier {
    queue: Arc<Queue>,
    notify: Arc<Notify>,
    out: Out,
    /// The time of the stream, in milliseconds since the Unix epoch.
    now: Arc<AtomicI64>,
    shutdown: Shutdown,
}

impl Courier {
    /// A courier that adds a record about each delivery to `out`, at the time `now` of the stream.
    pub fn new(notify: Notify, out: Out, now: Arc<AtomicI64>, shutdown: Shutdown) -> Self {
        Self { queue: Arc::default(), notify: Arc::new(notify), out, now, shutdown }
    }

    /// Whether anybody is to be told of anything.
    pub fn has_receivers(&self) -> bool {
        let notify = &self.notify;
        !notify.on.is_empty() && (notify.desktop || notify.command.is_some() || !notify.urls.is_empty())
    }

    /// Queues a message, if anybody is to be told of it. Where too many wait, the oldest is dropped: the outcome of a run
    /// only where far too many do.
    pub fn send(&self, message: Message, now: Now) {
        if !self.notify.wants(message.event()) {
            return;
        }
        let mut waiting = self.queue.lock();
        waiting.messages.push_back((message, now));
        let count = waiting.messages.len();
        let is_notice = |(message, _): &(Message, Now)| matches!(message, Message::Notice(_));
        let oldest = if count > WAITING { waiting.messages.iter().position(is_notice) } else { None };
        let oldest = oldest.or((count > OUTCOMES).then_some(0));
        let dropped = oldest.and_then(|oldest| waiting.messages.remove(oldest));
        if !std::mem::replace(&mut waiting.started, true) {
            let courier = self.clone();
            std::thread::spawn(move || courier.deliver());
        }
        self.queue.changed.notify_all();
        drop(waiting);
        if let Some((message, _)) = dropped {
            tracing::warn!("{count} notifications wait for their receivers; the oldest is dropped");
            self.record(&message, &[Delivery::given_up(format!("{count} messages waited"))]);
        }
    }

    /// Sends a message on this thread, for at most `limit`, and returns what came of it.
    pub fn send_now(&self, message: &Message, now: Now, limit: Option<Duration>) -> Vec<Delivery> {
        self.notify.send(message, now, limit, &self.shutdown)
    }

    fn deliver(&self) {
        while let Some((message, now)) = self.queue.next() {
            let deliveries = self.notify.send(&message, now, None, &self.shutdown);
            if self.queue.sent() {
                self.record(&message, &deliveries);
            }
        }
    }

    /// Writes what came of a message.
    fn record(&self, message: &Message, deliveries: &[Delivery]) {
        let ts = Timestamp::from_ms(self.now.load(Ordering::SeqCst));
        let event = if let Message::Notice(notice) = message { Some(notice.event) } else { None };
        for delivery in deliveries {
            let mut line = Vec::new();
            record::append(&mut line, ts, &delivery.record(event, message.session()));
            // A reader that left must not prevent the next message.
            let _ = self.out.add(&line);
        }
    }

    /// Waits until everything is sent, at most for `limit`; what is left is dropped. Returns whether it had to wait.
    pub fn finish(&self, limit: Duration) -> bool {
        let busy =
            |waiting: &mut QueueState| waiting.recording || waiting.sending.is_some() || !waiting.messages.is_empty();
        let mut waiting = self.queue.lock();
        let waited = busy(&mut waiting);
        let (mut waiting, _) =
            self.queue.changed.wait_timeout_while(waiting, limit, busy).unwrap_or_else(PoisonError::into_inner);
        let queued = std::mem::take(&mut waiting.messages).into_iter().map(|(message, _)| message);
        let left: Vec<Message> = waiting.sending.take().into_iter().chain(queued).collect();
        if !left.is_empty() {
            tracing::warn!("gave up on {} notifications that their receivers did not take in time", left.len());
        }
        waiting.closed = true;
        self.queue.changed.notify_all();
        drop(waiting);
        for message in left {
            self.record(&message, &[Delivery::given_up("there was no time left".to_owned())]);
        }
        waited
    }
}

#[cfg(test)]
mod tests {
    use super::super::message::Notice;
    use super::super::{Shape, Topic};
    use super::*;
    use crate::pipe::test_sink::TestSink;
    use crate::redact::Redactor;
    use std::time::Instant;

    #[test]
    fn record_has_the_time_of_the_stream() {
        let notify = Notify {
            urls: Vec::new(),
            shape: Shape::Standard,
            secret: None,
            command: Some("cat".to_owned()),
            desktop: false,
            on: vec![Topic::Stall],
            redactor: Redactor::default(),
        };
        let notice = Notice {
            event: Topic::Stall,
            over: false,
            episode: "e".to_owned(),
            session_id: "ses_1".to_owned(),
            title: None,
            summary: "silent".to_owned(),
            options: Vec::new(),
            command: None,
            until: None,
        };
        let (written, now) = (TestSink::default(), Arc::new(AtomicI64::new(5000)));
        let courier = Courier::new(notify, Out::new(written.clone(), true), now, Shutdown::default());
        let long_ago = Instant::now().checked_sub(Duration::from_mins(1)).unwrap();
        courier.send(Message::Notice(notice), Now { ts: Timestamp::from_ms(1000), since: long_ago });
        courier.finish(Duration::from_mins(1));
        assert!(written.text().starts_with(r#"{"ts":5000,"type":"ocr.act.action""#), "{}", written.text());
    }
}
