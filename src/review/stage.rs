//! Runs the review as a stage of a pipe. Lines never wait for a reviewer.

use super::intake::Intake;
use super::intake::trigger::Trigger;
use super::queue::Queue;
use super::request::ReviewRequest;
use super::reviewer::reach::try_address;
use super::settings::Settings;
use super::shared::Handle;
use super::worker::{Worker, WorkerContext};
use crate::exit::Failure;
use crate::pipe::{Out, Stage};
use crate::wire::{Timestamp, record};

/// Reads every line, asks a reviewer when a review is due, and adds the decisions.
pub struct Review {
    shared: Handle,
    out: Out,
    /// The name of the reviewer.
    name: String,
    /// Whether the line that names the reviewer has been written.
    opened: bool,
    /// The reviewer's thread; `None` if the rules decide.
    worker: Option<Worker>,
    /// A question whose lines have not been written yet.
    outgoing: Option<ReviewRequest>,
}

impl Review {
    /// A stage that adds its decisions to `out`.
    ///
    /// # Errors
    /// [`Usage`](crate::exit::Code::Usage) if the reviewer's URL is invalid; [`Error`](crate::exit::Code::Error) if the
    /// reviewer's thread cannot be started.
    pub fn new(settings: Settings, out: Out) -> Result<Self, Failure> {
        let redactor = settings.redactor();
        let reviewer = settings.reviewer()?;
        let intake = Intake::new(redactor.clone(), settings.task.as_deref(), reviewer.is_some());
        let queue = Queue::new(settings.limits.clone());
        let shared = Handle::new(intake, queue, redactor.clone());
        if let Some(reviewer) = &reviewer {
            try_address(reviewer, &settings.kill_switch, &redactor);
        }
        let name = redactor.reviewer_name(settings.name());
        let start = |reviewer| {
            Worker::start(WorkerContext {
                shared: shared.clone(),
                out: out.clone(),
                reviewer,
                name: name.clone(),
                patience: settings.patience,
                max_input_tokens: settings.max_input_tokens,
                redactor,
                shutdown: settings.shutdown.clone(),
            })
        };
        let worker = reviewer.map(start).transpose()?;
        Ok(Self { shared, out, name, opened: false, worker, outgoing: None })
    }

    /// Whether a reviewer was asked and never reached, so that the rules decided everything.
    pub fn reviewer_is_unreachable(&self) -> bool {
        self.shared.lock().queue.is_unreachable()
    }

    fn open(&mut self, now: Timestamp, added: &mut Vec<u8>) {
        if !std::mem::replace(&mut self.opened, true) {
            let reviewer = self.name.clone();
            record::append(added, now, &record::Reviewer { reviewer });
        }
    }

    fn decide(&mut self, triggers: Vec<Trigger>, added: &mut Vec<u8>) {
        let mut shared = self.shared.lock();
        if self.worker.is_none() {
            for trigger in &triggers {
                shared.decide_by_rules(trigger, added);
            }
            return;
        }
        for trigger in triggers {
            shared.push(trigger, added);
        }
        if self.outgoing.is_none() {
            self.outgoing = shared.next_request(false, added);
        }
    }
}

impl Stage for Review {
    fn line(&mut self, line: &[u8], added: &mut Vec<u8>) -> Result<(), Failure> {
        let (triggers, now, waiting) = {
            let mut shared = self.shared.lock();
            let triggers = shared.read(line);
            (triggers, shared.intake.now(), !shared.queue.is_empty())
        };
        self.open(now, added);
        if waiting || !triggers.is_empty() {
            self.decide(triggers, added);
        }
        Ok(())
    }

    fn oversized(&mut self) {
        tracing::warn!("a line is longer than --max-line; passing it on unread");
    }

    fn passed(&mut self) {
        let Some(worker) = &self.worker else {
            return;
        };
        let mut added = Vec::new();
        let request = {
            let mut shared = self.shared.lock();
            shared.lines_written();
            self.outgoing.take().or_else(|| shared.next_request(true, &mut added))
        };
        // If the reader has left, the next line notices.
        let _ = self.out.add(&added);
        if let Some(request) = request {
            worker.ask(request);
        }
    }

    fn finish(&mut self, added: &mut Vec<u8>) -> Result<(), Failure> {
        let triggers = self.shared.lock().intake.release();
        self.decide(triggers, added);
        let Some(worker) = &mut self.worker else {
            return Ok(());
        };
        // Decisions that have been made do not wait for the one in progress.
        self.out.add(added)?;
        added.clear();
        let mut shared = self.shared.lock();
        shared.lines_written();
        shared.queue.end_input();
        let last = self.outgoing.take().or_else(|| shared.next_request(true, added));
        drop(shared);
        worker.finish(last);
        Ok(())
    }
}
