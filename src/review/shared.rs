//! The state that the reading thread and the asking thread share, under one lock.

use super::intake::Intake;
use super::intake::trigger::Trigger;
use super::opinion::Review;
use super::queue::{Queue, decide_by_rules};
use super::request::ReviewRequest;
use crate::redact::Redactor;
use crate::wire::record::Decision;
use crate::wire::{Timestamp, record};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The state of a review stage.
pub struct Shared {
    pub intake: Intake,
    pub queue: Queue,
    redactor: Redactor,
}

/// A handle to the shared state.
#[derive(Clone)]
pub struct Handle(Arc<Mutex<Shared>>);

impl Handle {
    pub fn new(intake: Intake, queue: Queue, redactor: Redactor) -> Self {
        Self(Arc::new(Mutex::new(Shared { intake, queue, redactor })))
    }

    /// Locks the state. Nothing that holds the lock waits for a reviewer.
    pub fn lock(&self) -> MutexGuard<'_, Shared> {
        // A thread that panicked did not leave an inconsistent state behind.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    /// Reads a line and returns the triggers that it completes.
    pub fn read(&mut self, line: &[u8]) -> Vec<Trigger> {
        let queue = &mut self.queue;
        let every_event = queue.follows_work();
        self.intake.read(line, every_event, &mut |update| queue.apply(update))
    }

    /// Records that every line read so far has been written.
    pub fn lines_written(&mut self) {
        self.queue.lines_written(self.intake.now());
    }

    /// Adds a decision of the rules.
    pub fn decide_by_rules(&mut self, trigger: &Trigger, added: &mut Vec<u8>) {
        let now = self.intake.now();
        self.add(&decide_by_rules(trigger), now, added);
    }

    /// Queues a trigger, or adds its decision if it needs no reviewer.
    pub fn push(&mut self, trigger: Trigger, added: &mut Vec<u8>) {
        let now = self.intake.now();
        if let Some(decision) = self.queue.push(trigger, now) {
            self.add(&decision, now, added);
        }
    }

    /// The next question, if one is due and none is in progress. Adds the decisions about what must not be asked.
    pub fn next_request(&mut self, written_only: bool, added: &mut Vec<u8>) -> Option<ReviewRequest> {
        let now = self.intake.now();
        let mut decided = Vec::new();
        let started = self.queue.start_next(now, written_only, &mut decided);
        for decision in decided {
            self.add(&decision, now, added);
        }
        let (trigger, since) = started?;
        Some(ReviewRequest {
            context: self.intake.context_of(&trigger.session),
            recent: self.intake.recent_lines(),
            trigger,
            now,
            since,
            is_probe: self.queue.is_testing(),
        })
    }

    /// Ends the review in progress and adds its decision, at the time of the latest line that was written.
    pub fn finish(&mut self, review: &Review, reviewer: &str, sample_lines: u64, added: &mut Vec<u8>) {
        if let Some(decision) = self.queue.finish(review, reviewer, sample_lines) {
            let ts = self.queue.written_until();
            self.add(&decision, ts, added);
        }
    }

    fn add(&mut self, decision: &Decision, ts: Timestamp, added: &mut Vec<u8>) {
        tracing::info!(
            "turn {}: {} by {}: {}",
            decision.iteration,
            decision.action,
            decision.reviewer,
            self.redactor.redact(&decision.reason)
        );
        self.intake.record_decision(decision, ts);
        record::append(added, ts, decision);
    }
}
