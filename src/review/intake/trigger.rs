//! When to ask: what a moment is, and which of several that come together matters.

use crate::wire::part::Part;
use crate::wire::record::{Done, Finding, Grade, Kind, Outcome, State};
use crate::wire::{Event, Status};

/// A natural point for a review.
#[derive(Debug, Clone)]
pub(crate) struct Moment {
    /// The session it is about.
    pub session: String,
    /// The turn it belongs to, from 1.
    pub iteration: u64,
    /// The id of the event that is judged.
    pub judged: String,
    /// What is judged.
    pub subject: Subject,
}

/// What is judged.
#[derive(Debug, Clone)]
pub(crate) enum Subject {
    /// An episode of trouble.
    Trouble {
        /// The episode as it was last reported.
        finding: Box<Finding>,
        /// How often it has grown since it was first judged.
        grown: u32,
    },
    /// The session came to rest, and how, where that was said.
    Rest(Option<Box<Done>>),
    /// It went silent.
    Silence,
    /// So many steps went by.
    Interval,
}

impl Moment {
    /// A name for the moment that is the same whenever the same lines are read.
    pub(crate) fn name(&self) -> String {
        let what = match &self.subject {
            Subject::Trouble { finding, .. } => {
                let state = match finding.state {
                    State::Open => "open",
                    State::Grown => "grown",
                    State::Graver => "graver",
                    State::Closed => "closed",
                };
                format!("{}-{state}-{}", finding.finding, finding.laps)
            }
            Subject::Rest(_) => "rest".to_owned(),
            Subject::Silence => "silence".to_owned(),
            Subject::Interval => "interval".to_owned(),
        };
        format!("{}-turn{}-{what}", self.session, self.iteration)
    }

    /// The finding that is judged, where it is one.
    pub(crate) fn finding(&self) -> Option<&Finding> {
        match &self.subject {
            Subject::Trouble { finding, .. } => Some(finding),
            _ => None,
        }
    }

    pub(crate) fn is_rest(&self) -> bool {
        matches!(self.subject, Subject::Rest(_))
    }

    /// Whether it must not wait for `--min-interval`: the end of something.
    pub(crate) fn is_urgent(&self) -> bool {
        self.is_rest() || self.finding().is_some_and(|f| f.grade == Grade::Stop)
    }

    /// Whether nobody needs to be asked: a spent budget and somebody's abort are facts.
    pub(crate) fn is_plain(&self) -> bool {
        match &self.subject {
            Subject::Trouble { finding, .. } => finding.kind == Kind::Budget,
            Subject::Rest(done) => done.as_ref().is_some_and(|d| d.outcome == Outcome::Aborted),
            Subject::Silence | Subject::Interval => false,
        }
    }

    /// Whether work ends it, so that every event of the server has to be looked at.
    pub(crate) fn ends_with_work(&self) -> bool {
        matches!(self.subject, Subject::Rest(_) | Subject::Silence)
    }

    /// Whether the session has moved on with this event. What a server still has to say after a rest (messages and
    /// sessions updated, idle twice) is no work.
    pub(crate) fn is_over(&self, session: Option<&str>, event: &Event<'_>) -> bool {
        if session != Some(self.session.as_str()) {
            return false;
        }
        match event {
            Event::SessionDeleted => true,
            Event::Part(part) if self.is_rest() => !is_tail(part),
            Event::Status(Status::Busy | Status::Retry { .. }) | Event::Part(_) | Event::Delta { .. } => {
                self.ends_with_work()
            }
            // It is not silent: it waits for an answer, and there is a rule for that.
            Event::Asked { .. } => matches!(self.subject, Subject::Silence),
            _ => false,
        }
    }

    fn weight(&self) -> (Grade, bool) {
        match &self.subject {
            Subject::Trouble { finding, .. } => (finding.grade, finding.state != State::Open),
            Subject::Rest(_) => (Grade::Stop, false),
            Subject::Silence | Subject::Interval => (Grade::Notice, false),
        }
    }
}

/// Whether a part only ends what began before: a call that was cut off is told to have failed after the rest.
fn is_tail(part: &Part<'_>) -> bool {
    let ended = |status: &str| matches!(status, "completed" | "error");
    matches!(&*part.kind, "step-finish" | "patch") || part.state.as_ref().is_some_and(|s| ended(&s.status))
}

/// Of moments that came together, those worth a question: a session is asked about once, at the gravest.
///
/// A spent budget is never left out, nor is rest, nor a finding that wants an end beside a rest.
pub(crate) fn worth_asking(together: Vec<Moment>) -> Vec<Moment> {
    let mut chosen: Vec<Moment> = Vec::new();
    for moment in together {
        let rival = chosen
            .iter_mut()
            .find(|m| m.session == moment.session && !m.is_plain() && !moment.is_plain());
        match rival {
            Some(rival)
                if moment.is_rest() == rival.is_rest() || !(moment.is_urgent() && rival.is_urgent()) =>
            {
                if moment.weight() > rival.weight() {
                    *rival = moment;
                }
            }
            _ => chosen.push(moment),
        }
    }
    chosen
}
