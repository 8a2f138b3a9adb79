//! Recognizes the triggers of a review, and chooses between several that come together.

use crate::wire::part::{Part, ToolState};
use crate::wire::record::{Done, Finding, Grade, Kind, Outcome, State};
use crate::wire::{Event, Status};

/// A point in a session at which a review is due.
#[derive(Debug, Clone)]
pub struct Trigger {
    pub session: String,
    /// The turn it belongs to, counted from 1.
    pub iteration: u64,
    /// The id of the event to judge.
    pub judged: String,
    pub kind: TriggerKind,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum TriggerKind {
    /// A detector reported a finding.
    Finding {
        finding: Box<Finding>,
        /// How often the finding has grown since its first review.
        grown: u32,
    },
    /// The session came to rest. Without a `done` record, nothing is known about its outcome.
    Rest(Option<Box<Done>>),
    /// The session went silent.
    Silence,
    /// The configured number of steps has passed.
    Interval,
}

impl Trigger {
    /// The finding to judge, if it is one.
    pub fn finding(&self) -> Option<&Finding> {
        match &self.kind {
            TriggerKind::Finding { finding, .. } => Some(finding),
            _ => None,
        }
    }

    pub fn is_rest(&self) -> bool {
        matches!(self.kind, TriggerKind::Rest(_))
    }

    /// Whether the rules decide at once and without a reviewer: a fact, and a finding of grade `stop`, on which a person
    /// who watches would act without asking.
    pub fn needs_no_reviewer(&self) -> bool {
        self.is_fact() || self.is_stop()
    }

    fn is_stop(&self) -> bool {
        self.finding().is_some_and(|finding| finding.grade == Grade::Stop)
    }

    /// Whether it is decided whatever came with it: an exhausted budget, an abort, and what goes on after a `stop`.
    fn is_fact(&self) -> bool {
        match &self.kind {
            TriggerKind::Finding { finding, .. } => {
                finding.kind == Kind::Budget || (finding.grade == Grade::Stop && finding.state == State::Grown)
            }
            TriggerKind::Rest(done) => done.as_ref().is_some_and(|d| d.outcome == Outcome::Aborted),
            TriggerKind::Silence | TriggerKind::Interval => false,
        }
    }

    /// Whether new work of the session makes it obsolete. If so, every event has to be parsed.
    pub fn ends_with_work(&self) -> bool {
        matches!(self.kind, TriggerKind::Rest(_) | TriggerKind::Silence)
    }

    /// Whether this event makes it obsolete. The updates that a server sends after a rest (messages and sessions
    /// updated, idle twice) are not work.
    pub fn is_obsolete_after(&self, session: Option<&str>, event: &Event<'_>) -> bool {
        if session != Some(self.session.as_str()) {
            return false;
        }
        match event {
            Event::SessionDeleted => true,
            Event::Part(part) if self.is_rest() => !only_ends_earlier_work(part),
            Event::Status(Status::Busy | Status::Retry { .. }) | Event::Part(_) | Event::Delta { .. } => {
                self.ends_with_work()
            }
            // The session is not silent, it waits for a person. A detection rule covers that.
            Event::Asked { .. } => matches!(self.kind, TriggerKind::Silence),
            _ => false,
        }
    }

    fn weight(&self) -> (Grade, bool) {
        match &self.kind {
            TriggerKind::Finding { finding, .. } => (finding.grade, finding.state != State::Open),
            TriggerKind::Rest(_) => (Grade::Stop, false),
            TriggerKind::Silence | TriggerKind::Interval => (Grade::Notice, false),
        }
    }
}

/// Whether a part only closes earlier work: servers report the failure of an interrupted call after the rest.
fn only_ends_earlier_work(part: &Part<'_>) -> bool {
    matches!(&*part.kind, "step-finish" | "patch") || part.state.as_ref().is_some_and(ToolState::is_over)
}

/// Reduces triggers that came together to those worth a decision: one for each session, the gravest.
///
/// Facts and a rest always stay, and so does a finding of grade `stop` beside a rest.
pub fn worth_asking(together: Vec<Trigger>) -> Vec<Trigger> {
    let mut chosen: Vec<Trigger> = Vec::new();
    for trigger in together {
        let rival = chosen
            .iter_mut()
            .find(|chosen| chosen.session == trigger.session && !chosen.is_fact() && !trigger.is_fact());
        let stays = |rival: &Trigger| trigger.is_rest() != rival.is_rest() && (trigger.is_stop() || rival.is_stop());
        match rival {
            Some(rival) if !stays(rival) => {
                if trigger.weight() > rival.weight() {
                    *rival = trigger;
                }
            }
            _ => chosen.push(trigger),
        }
    }
    chosen
}
