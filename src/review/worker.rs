//! Asks the reviewer on a separate thread, and writes each decision when it arrives.

use super::opinion::{Review, Scope};
use super::prompt::{Prompt, TicketKey};
use super::request::ReviewRequest;
use super::reviewer::{Patience, Reviewer};
use super::shared::Handle;
use crate::exit::{Code, Failure};
use crate::net::runtime;
use crate::pipe::{Out, Shutdown};
use crate::redact::Redactor;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::sync::Notify;

/// How often the wait for the last answer checks for a signal.
const SIGNAL_CHECK: Duration = Duration::from_millis(50);

/// What the worker needs.
pub struct WorkerContext {
    pub shared: Handle,
    pub out: Out,
    pub reviewer: Reviewer,
    /// The reviewer's name as the decisions carry it.
    pub name: String,
    pub patience: Patience,
    pub max_input_tokens: usize,
    pub redactor: Redactor,
    pub shutdown: Shutdown,
}

/// The thread that asks.
pub struct Worker {
    /// Dropped when no more requests come.
    requests: Option<Sender<ReviewRequest>>,
    ended: Receiver<()>,
    cancelled: Arc<Notify>,
    shutdown: Shutdown,
}

impl Worker {
    /// Starts the thread.
    ///
    /// # Errors
    /// [`Code::Error`] if the thread or its network runtime cannot be created.
    pub fn start(context: WorkerContext) -> Result<Self, Failure> {
        let failed =
            |e: std::io::Error| Failure::new(Code::Error, format_args!("cannot start the reviewer's thread: {e}"));
        let runtime = runtime().map_err(failed)?;
        let (requests, incoming) = mpsc::channel();
        let (end, ended) = mpsc::channel();
        let cancelled = Arc::new(Notify::new());
        let shutdown = context.shutdown.clone();
        let thread = Thread { context, cancelled: Arc::clone(&cancelled), until: None, key: TicketKey::default() };
        let work = move || {
            thread.work(&runtime, &incoming);
            // Fails only if the stage is gone.
            let _ = end.send(());
        };
        std::thread::Builder::new().name("reviewer".to_owned()).spawn(work).map_err(failed)?;
        Ok(Self { requests: Some(requests), ended, cancelled, shutdown })
    }

    /// Hands a request to the thread.
    pub fn ask(&self, request: ReviewRequest) {
        if let Some(requests) = &self.requests {
            // The thread lives as long as this sender.
            let _ = requests.send(request);
        }
    }

    /// Waits until every request has its decision. A signal ends the wait, and the rules decide the rest.
    pub fn finish(&mut self, last: Option<ReviewRequest>) {
        if let Some(request) = last {
            self.ask(request);
        }
        self.requests = None;
        while let Err(RecvTimeoutError::Timeout) = self.ended.recv_timeout(SIGNAL_CHECK) {
            if self.shutdown.requested().is_some() {
                self.cancelled.notify_one();
            }
        }
    }
}

/// What runs on the thread.
struct Thread {
    context: WorkerContext,
    cancelled: Arc<Notify>,
    /// The deadline for the last answer, set when the input has ended.
    until: Option<Instant>,
    key: TicketKey,
}

impl Thread {
    fn work(mut self, runtime: &Runtime, incoming: &Receiver<ReviewRequest>) {
        while let Ok(request) = incoming.recv() {
            let mut next = Some(request);
            while let Some(request) = next {
                next = self.review(runtime, &request);
            }
        }
    }

    /// Asks, writes the decision, and returns the next request.
    fn review(&mut self, runtime: &Runtime, request: &ReviewRequest) -> Option<ReviewRequest> {
        let context = &self.context;
        let prompt = Prompt::new(request, context.max_input_tokens, &context.redactor, &self.key);
        tracing::info!("turn {}: asking {}", request.trigger.iteration, context.name);
        let review = self.wait_for(runtime, &prompt, request);
        log_failure(&review);
        let mut added = Vec::new();
        let mut shared = context.shared.lock();
        shared.finish(&review, &context.name, prompt.sample_lines, &mut added);
        let next = shared.next_request(true, &mut added);
        if shared.queue.input_has_ended() {
            let deadline = context.patience.deadline;
            self.until.get_or_insert_with(|| Instant::now() + deadline);
        }
        // Written under the lock, so that no line is read between the time of the decision and its place in the stream.
        // If the reader has left, the next line notices.
        let _ = context.out.add(&added);
        next
    }

    /// Asks. A panic costs this answer only, not the thread.
    fn wait_for(&self, runtime: &Runtime, prompt: &Prompt, request: &ReviewRequest) -> Review {
        let ask = || runtime.block_on(self.ask(prompt, request));
        std::panic::catch_unwind(AssertUnwindSafe(ask))
            .unwrap_or_else(|_| Review::failed("a bug in ocr-review; see standard error for details"))
    }

    /// Asks within the time left since the question was due, so that the deadlines of waiting sessions do not add up.
    async fn ask(&self, prompt: &Prompt, request: &ReviewRequest) -> Review {
        let context = &self.context;
        let mut left = context.patience.deadline.saturating_sub(request.since.elapsed());
        if let Some(until) = self.until {
            left = left.min(until.saturating_duration_since(Instant::now()));
        }
        if left.is_zero() {
            return Review::failed("earlier questions used up its time");
        }
        tokio::select! {
            review = context.reviewer.ask(prompt, &context.patience, left, request.is_probe, &context.redactor) => review,
            () = self.cancelled.notified() => {
                // Cancels the next question as well.
                self.cancelled.notify_one();
                Review::failed("a signal arrived before it answered")
            }
        }
    }
}

fn log_failure(review: &Review) {
    match &review.result {
        Err(failure) if matches!(failure.scope, Scope::Permanent | Scope::Unreachable) => {
            tracing::error!("{}; the built-in rules decide", failure.what);
        }
        Err(failure) => tracing::warn!("the reviewer failed: {}; the built-in rules decide", failure.what),
        Ok(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipe::test_sink::TestSink;
    use crate::review::intake::Intake;
    use crate::review::intake::trigger::{Trigger, TriggerKind};
    use crate::review::queue::{Queue, ReviewLimits};

    #[test]
    fn survives_a_panic() {
        let redactor = Redactor::default();
        let intake = Intake::new(redactor.clone(), None, true);
        let shared = Handle::new(intake, Queue::new(ReviewLimits::default()), redactor.clone());
        let first = {
            let mut shared = shared.lock();
            for session in ["one", "two"] {
                let trigger = Trigger {
                    session: session.to_owned(),
                    iteration: 1,
                    judged: "e".to_owned(),
                    kind: TriggerKind::Interval,
                };
                shared.push(trigger, &mut Vec::new());
            }
            shared.lines_written();
            shared.next_request(true, &mut Vec::new())
        };
        let written = TestSink::default();
        let second = Duration::from_secs(1);
        let context = WorkerContext {
            shared,
            out: Out::new(written.clone(), true),
            reviewer: Reviewer::Broken,
            name: "broken".to_owned(),
            patience: Patience { attempt: second * 60, deadline: second * 60, pause: second },
            max_input_tokens: 6000,
            redactor,
            shutdown: Shutdown::default(),
        };
        Worker::start(context).unwrap().finish(first);
        let written = written.text();
        assert_eq!(written.matches(r#""degraded":true"#).count(), 2, "{written}");
        assert!(written.contains("a bug in ocr-review"), "{written}");
    }
}
