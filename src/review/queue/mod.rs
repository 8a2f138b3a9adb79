//! Decides which question is asked when: at most one at a time, within the limits.
//!
//! Nothing here blocks or reads a clock other than that of the lines.

mod breaker;
mod in_flight;
pub mod rules;

use crate::bounded::BoundedMap;
use crate::review::intake::trigger::Trigger;
use crate::review::intake::update::Update;
use crate::review::opinion::{Opinion, Review, Scope};
use crate::wire::record::Decision;
use crate::wire::{Event, Timestamp};
use breaker::Breaker;
use in_flight::InFlight;
use std::collections::VecDeque;
use std::time::Instant;

/// How many questions wait; beyond that the rules decide.
const WAITING: usize = 64;
/// For how many sessions the time of the latest question is remembered.
const SESSIONS: usize = 256;

/// How often a reviewer may be asked.
#[derive(Debug, Clone, Default)]
pub struct ReviewLimits {
    /// The minimum time between two questions about one session, in milliseconds of stream time.
    pub min_interval: i64,
    /// The maximum number of questions.
    pub max_reviews: Option<u64>,
}

/// A trigger that waits for its review.
struct PendingReview {
    trigger: Trigger,
    /// Whether the lines that it rests on have been written.
    written: bool,
    /// Since when it could have been asked; `None` while `--min-interval` holds it back.
    since: Option<Instant>,
}

/// The reviews that are waiting or in progress.
pub struct Queue {
    limits: ReviewLimits,
    waiting: VecDeque<PendingReview>,
    in_flight: Option<InFlight>,
    breaker: Breaker,
    /// How many questions were asked.
    reviews: u64,
    last_asked: BoundedMap<String, Timestamp>,
    /// The time of the latest line that was written.
    written_until: Timestamp,
    input_ended: bool,
    /// Whether no question so far reached the reviewer; `None` before the first one.
    unreachable: Option<bool>,
}

impl Queue {
    pub fn new(limits: ReviewLimits) -> Self {
        Self {
            limits,
            waiting: VecDeque::new(),
            in_flight: None,
            breaker: Breaker::default(),
            reviews: 0,
            last_asked: BoundedMap::new(SESSIONS),
            written_until: Timestamp::default(),
            input_ended: false,
            unreachable: None,
        }
    }

    /// Records that every line up to this time has been written.
    pub fn lines_written(&mut self, until: Timestamp) {
        self.written_until = until;
        self.waiting.iter_mut().for_each(|w| w.written = true);
    }

    /// The time of the latest line that was written.
    pub fn written_until(&self) -> Timestamp {
        self.written_until
    }

    /// Whether the next question tests a reviewer that has failed.
    pub fn is_testing(&self) -> bool {
        self.breaker.is_testing()
    }

    /// Whether a reviewer was asked, was out of reach each time, and never answered.
    pub fn is_unreachable(&self) -> bool {
        self.unreachable == Some(true)
    }

    /// Records that the input has ended, so `--min-interval` no longer applies.
    pub fn end_input(&mut self) {
        self.input_ended = true;
    }

    /// Whether the input has ended.
    pub fn input_has_ended(&self) -> bool {
        self.input_ended
    }

    /// Whether no trigger waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Whether every event has to be parsed, because it may make a review pointless.
    pub fn follows_work(&self) -> bool {
        self.in_flight.as_ref().is_some_and(InFlight::follows_work)
            || self.waiting.iter().any(|w| w.trigger.ends_with_work())
    }

    /// Drops what this update makes pointless, and marks a review in progress as stale.
    pub fn apply(&mut self, update: &Update<'_>) {
        if let Some(in_flight) = &mut self.in_flight {
            in_flight.apply(update);
        }
        match update {
            Update::FindingClosed { session, finding } => self
                .waiting
                .retain(|w| w.trigger.session != *session || w.trigger.finding().is_none_or(|f| f.finding != *finding)),
            Update::Event { session, event } => {
                self.waiting.retain(|w| !w.trigger.is_obsolete_after(*session, event));
                if let (Event::SessionDeleted, Some(session)) = (event, session) {
                    self.last_asked.remove(*session);
                }
            }
            Update::Rested { .. } => {}
        }
    }

    /// Adds a trigger. Returns a decision of the rules if it needs no reviewer or the queue is full.
    pub fn push(&mut self, trigger: Trigger, now: Timestamp) -> Option<Decision> {
        self.drop_superseded_by(&trigger);
        if let Some(asked) = self.in_flight.as_mut().filter(|asked| asked.is_about_finding_of(&trigger)) {
            // What the rules decide now outdates the answer.
            asked.stale |= trigger.needs_no_reviewer();
        }
        if trigger.needs_no_reviewer() || self.waiting.len() >= WAITING {
            return Some(decide_by_rules(&trigger));
        }
        let since = self.is_due(&trigger, now).then(Instant::now);
        self.waiting.push_back(PendingReview { trigger, written: false, since });
        None
    }

    /// A finding replaces its own earlier state. Any other trigger replaces those that are not findings, and a rest
    /// replaces findings as well.
    fn drop_superseded_by(&mut self, new: &Trigger) {
        let superseded = |old: &Trigger| match (new.finding(), old.finding()) {
            (Some(new), Some(old)) => new.finding == old.finding,
            (None, None) => true,
            (None, Some(_)) => new.is_rest(),
            (Some(_), None) => false,
        };
        self.waiting.retain(|w| w.trigger.session != new.session || !superseded(&w.trigger));
    }

    /// Starts the next review that is due, unless one is in progress, and returns its trigger and since when it could
    /// have been asked. With `written_only`, only triggers whose lines
    /// have been written are considered. What must not be asked is decided by the rules and added to `decided`.
    pub fn start_next(
        &mut self,
        now: Timestamp,
        written_only: bool,
        decided: &mut Vec<Decision>,
    ) -> Option<(Trigger, Instant)> {
        while self.in_flight.is_none() {
            let due = |w: &PendingReview| (w.written || !written_only) && self.is_due(&w.trigger, now);
            let at = self.waiting.iter().position(due)?;
            let PendingReview { trigger, since, .. } = self.waiting.remove(at)?;
            if self.limits.max_reviews.is_some_and(|max| self.reviews >= max) {
                decided.push(decide_by_rules(&trigger));
            } else if !self.breaker.allows(now) {
                let failure = "it failed repeatedly and is not being asked for now";
                decided.push(Decision { degraded: true, ..decision(&trigger, degraded(&trigger, failure)) });
            } else {
                self.reviews += 1;
                self.last_asked.touch(&trigger.session);
                self.last_asked.insert(trigger.session.clone(), now);
                self.in_flight = Some(InFlight { trigger: trigger.clone(), stale: false });
                return Some((trigger, since.unwrap_or_else(Instant::now)));
            }
        }
        None
    }

    fn is_due(&self, trigger: &Trigger, now: Timestamp) -> bool {
        if self.input_ended || trigger.is_rest() || self.limits.min_interval == 0 {
            return true;
        }
        self.last_asked.get(&trigger.session).is_none_or(|asked| now.since(*asked) >= self.limits.min_interval)
    }

    /// Ends the review in progress. `reviewer` is the name that the decision carries.
    pub fn finish(&mut self, review: &Review, reviewer: &str, sample_lines: u64) -> Option<Decision> {
        let InFlight { trigger, stale } = self.in_flight.take()?;
        let failure = review.result.as_ref().err();
        let unreachable = failure.is_some_and(|failure| failure.scope == Scope::Unreachable);
        self.unreachable = Some(unreachable && self.unreachable.unwrap_or(true));
        self.breaker.record(failure.map(|failure| failure.scope), self.written_until);
        let opinion = match &review.result {
            Ok(opinion) => rules::weigh(&trigger, opinion.clone()),
            Err(failure) => degraded(&trigger, &failure.what),
        };
        Some(Decision {
            reviewer: reviewer.to_owned(),
            retries: review.retries,
            sample_lines,
            degraded: failure.is_some(),
            stale,
            ..decision(&trigger, opinion)
        })
    }
}

/// The decision of the rules.
pub fn decide_by_rules(trigger: &Trigger) -> Decision {
    decision(trigger, rules::decide(trigger))
}

/// The opinion of the rules when the reviewer has failed.
fn degraded(trigger: &Trigger, failure: &str) -> Opinion {
    let mut opinion = rules::decide(trigger);
    opinion.reason = format!("the reviewer failed ({failure}); {}", opinion.reason);
    opinion
}

/// A decision of the rules: it has this opinion, and no reviewer was asked.
fn decision(trigger: &Trigger, opinion: Opinion) -> Decision {
    Decision {
        session_id: trigger.session.clone(),
        action: opinion.action,
        reason: opinion.reason,
        message: opinion.message,
        confidence: opinion.confidence,
        iteration: trigger.iteration,
        judged: trigger.judged.clone(),
        finding: trigger.finding().map(|f| f.finding.clone()),
        reviewer: rules::NAME.to_owned(),
        retries: 0,
        sample_lines: 0,
        degraded: false,
        stale: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::intake::trigger::TriggerKind;

    fn silence(session: &str) -> Trigger {
        Trigger { session: session.to_owned(), iteration: 1, judged: "e".to_owned(), kind: TriggerKind::Silence }
    }

    #[test]
    fn rules_decide_when_full() {
        let (mut queue, now) = (Queue::new(ReviewLimits::default()), Timestamp::default());
        for n in 0..WAITING {
            assert!(queue.push(silence(&n.to_string()), now).is_none());
        }
        let decision = queue.push(silence("one more"), now).unwrap();
        assert_eq!(decision.reviewer, rules::NAME);
    }

    #[test]
    fn asks_one_at_a_time() {
        let (mut queue, now) = (Queue::new(ReviewLimits::default()), Timestamp::default());
        for session in ["a", "b", "a"] {
            queue.push(silence(session), now);
        }
        let decided = &mut Vec::new();
        assert!(queue.start_next(now, true, decided).is_none(), "not written yet");
        queue.lines_written(now);
        let first = queue.start_next(now, true, decided).unwrap();
        assert_eq!(first.0.session, "b", "the second of a replaced the first");
        assert!(queue.start_next(now, true, decided).is_none());
        queue.finish(&Review::failed("x"), "m", 0);
        assert!(queue.start_next(now, true, decided).is_some());
        assert!(queue.is_empty() && decided.is_empty());
    }
}
