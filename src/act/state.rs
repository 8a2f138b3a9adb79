//! What the lines said, summed up: all that the plan and the outcome rest on.

use super::steering::Steering;
use super::totals::Tally;
use crate::wire::Raw;
use crate::wire::record::{
    Closed, Decision, Done, Finding, Grade, Kind, Opened, Outcome, Record, Reviewer, RunOutcome, State, Turn,
};
use crate::wire::text::{decode, excerpt};
use crate::wire::{Event, Observation, Status};
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, HashMap, HashSet};

/// A record that the plan has to look at.
#[derive(Debug)]
pub(super) enum News {
    Opened,
    Finding(Finding),
    Decision(Decision),
    /// The watched session came to rest.
    Rest,
}

/// The sums of a run so far.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub opened: Option<Opened>,
    /// Whether decisions are to be expected.
    pub reviewed: bool,
    /// How the session rests; `None` while it works.
    pub done: Option<Done>,
    /// Since when it rests.
    rests_since: i64,
    /// The last decision about a rest: what the reviewer thinks became of the task.
    pub verdict: Option<Decision>,
    /// What became of the run, once that is settled.
    pub ended: Option<Ended>,
    pub closed: Option<Closed>,
    /// Whether an abort failed for good: no rest is to be waited for.
    pub gave_up: bool,
    /// Whether a signal came before a check had finished.
    pub cut: bool,
    pub tally: Tally,
    /// Every episode, in its latest state.
    pub findings: HashMap<String, Finding>,
    /// What is asked and not answered, by request.
    pub asked: BTreeMap<String, Asked>,
    /// What was answered by us, or is about to be, by request.
    pub answered: HashSet<String>,
    pub steering: Steering,
    /// What was judged already: the same decision twice is one action.
    judged: HashSet<String>,
    /// Sessions that the stream showed: the watched one and its children.
    sessions: HashSet<String>,
    first_ts: Option<i64>,
    pub last_ts: i64,
}

/// What became of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ended {
    pub outcome: RunOutcome,
    pub reason: String,
}

/// A permission or a question that waits.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub session: String,
    pub question: bool,
    pub what: String,
}

/// How many sessions, findings and requests are remembered.
const REMEMBERED: usize = 10_000;

/// How long a stream that a signal stops may take to say so, in milliseconds: it gives itself 3 s.
const SIGNAL_GRACE: i64 = 4000;

/// How much of what is asked is kept, in characters.
const EXCERPT: usize = 160;

impl Ledger {
    /// A line went by at this time.
    pub(super) fn pass(&mut self, ts: i64) {
        let first = *self.first_ts.get_or_insert(ts);
        self.last_ts = self.last_ts.max(ts);
        self.tally.totals.lasted = self.last_ts - first;
    }

    /// Takes one line in. Some need an answer.
    pub(super) fn observe(&mut self, seen: &Observation) -> Option<News> {
        if let Some(ts) = seen.ts {
            self.pass(ts);
        }
        let session = seen.session.as_deref();
        if let Some(session) =
            session.filter(|s| !self.sessions.contains(*s) && self.sessions.len() < REMEMBERED)
        {
            self.sessions.insert(session.to_owned());
        }
        match &seen.event {
            Event::Record { kind, properties } => return self.record(kind, *properties),
            Event::Asked {
                request,
                question,
                what,
            } if self.asked.len() < REMEMBERED => {
                let asked = Asked {
                    session: session.unwrap_or_default().to_owned(),
                    question: *question,
                    what: excerpt(&what.map(decode).unwrap_or_default(), EXCERPT),
                };
                self.asked.insert(request.to_string(), asked);
            }
            Event::Answered { request } => {
                self.asked.remove(&**request);
            }
            Event::Status(Status::Busy) if session == self.root() => {
                self.done = None;
                self.verdict = None;
            }
            Event::Diff { files } if session == self.root() => self.tally.diff(*files),
            Event::Part(part) => {
                self.tally.part(part);
                if session == self.root() && part.is_steer() {
                    self.steering.saw_ours(&part.message);
                }
            }
            Event::Message {
                id,
                from_user: false,
                completed: true,
                ..
            } if session == self.root() => self.steering.saw_answer(id),
            _ => {}
        }
        None
    }

    fn record(&mut self, kind: &str, properties: Raw<'_>) -> Option<News> {
        match kind {
            Opened::TYPE => {
                self.opened = Some(read(kind, properties)?);
                return Some(News::Opened);
            }
            Reviewer::TYPE => self.reviewed = true,
            Turn::TYPE => self.tally.totals.turns += 1,
            Done::TYPE => {
                let done: Done = read(kind, properties)?;
                if self.root().is_none_or(|root| root == done.session_id) {
                    self.done = Some(done);
                    // What was decided before is not about this rest.
                    self.verdict = None;
                    self.steering.saw_rest();
                    self.rests_since = self.last_ts;
                    return Some(News::Rest);
                }
            }
            Closed::TYPE => self.closed = Some(read(kind, properties)?),
            Finding::TYPE => return self.finding(read(kind, properties)?),
            Decision::TYPE => return self.decision(read(kind, properties)?),
            _ => {}
        }
        None
    }

    fn finding(&mut self, finding: Finding) -> Option<News> {
        let id = identity(&finding).to_owned();
        let before = self.findings.get(&id).map(|before| before.wasted);
        self.tally.found(&finding, before);
        if before.is_some() || self.findings.len() < REMEMBERED {
            self.findings.insert(id, finding.clone());
        }
        (finding.state != State::Closed).then_some(News::Finding(finding))
    }

    fn decision(&mut self, decision: Decision) -> Option<News> {
        self.reviewed = true;
        self.tally.totals.decisions += 1;
        self.tally.totals.retries += u64::from(decision.retries);
        let about = decision.finding.as_deref().unwrap_or_default();
        let key = format!(
            "{:?} {about} {} {}",
            decision.action, decision.judged, decision.iteration
        );
        let again = !self.judged.insert(key);
        if decision.stale || again {
            return None;
        }
        if decision.finding.is_none() && self.done.is_some() {
            self.verdict = Some(decision.clone());
        }
        Some(News::Decision(decision))
    }

    /// The session that this stream is about: the one it opened, or attached to.
    pub(super) fn root(&self) -> Option<&str> {
        self.opened.as_ref()?.session_id.as_deref()
    }

    /// Whether this stream is of a whole directory: there is no one session that the run is about.
    pub(super) fn is_of_many(&self) -> bool {
        self.opened
            .as_ref()
            .is_some_and(|opened| opened.session_id.is_none())
    }

    /// The files that were changed, those in the session's directory relative to it.
    pub(super) fn changed(&self) -> Vec<String> {
        let opened = self.opened.as_ref();
        self.tally.changed(opened.and_then(|o| o.directory.as_deref()))
    }

    /// Whether this stream showed the session.
    pub(super) fn knows(&self, session: &str) -> bool {
        self.root() == Some(session) || self.sessions.contains(session)
    }

    /// The gravest finding that is not over.
    pub(super) fn gravest(&self) -> Option<&Finding> {
        self.findings
            .values()
            .filter(|f| f.state != State::Closed && f.grade >= Grade::Warn)
            .max_by_key(|f| (f.grade, f.last.ts))
    }

    /// The episode that a decision judged, or the gravest one.
    pub(super) fn judged(&self, decision: &Decision) -> Option<&Finding> {
        match &decision.finding {
            Some(id) => self.findings.get(id),
            None => self.gravest(),
        }
    }

    /// Whether everything is settled that a stream without an end would otherwise go on about.
    pub(super) fn is_over(&self) -> bool {
        if self.gave_up {
            return self.ended.is_some();
        }
        if self.steering.unanswered() {
            return false;
        }
        let rests = self.done.is_some();
        if self.ended.is_some() {
            return rests;
        }
        // An abort that is not ours may be the stream's own, on a signal: it is about to say so.
        let aborted = self
            .done
            .as_ref()
            .is_some_and(|done| done.outcome == Outcome::Aborted);
        if aborted && self.last_ts - self.rests_since < SIGNAL_GRACE {
            return false;
        }
        rests && (!self.reviewed || self.verdict.is_some())
    }

    /// Settles what became of the run; the first word stands.
    pub(super) fn end(&mut self, outcome: RunOutcome, reason: &str) {
        self.ended.get_or_insert_with(|| Ended {
            outcome,
            reason: reason.to_owned(),
        });
    }
}

/// What an episode is called: its own name, or that of its rule.
pub(super) fn identity(finding: &Finding) -> &str {
    if finding.finding.is_empty() {
        &finding.rule
    } else {
        &finding.finding
    }
}

/// What a run that was ended because of this finding came to.
pub(super) fn outcome_of(finding: &Finding) -> RunOutcome {
    match finding.kind {
        Kind::Stall | Kind::Blocked => RunOutcome::Stalled,
        Kind::Budget => RunOutcome::Budget,
        // A provider that fails is the session's failure; a session that compacts for ever is a loop.
        Kind::Storm if finding.infra => RunOutcome::Failed,
        _ => RunOutcome::Loop,
    }
}

fn read<T: DeserializeOwned>(kind: &str, properties: Raw<'_>) -> Option<T> {
    serde_json::from_str(properties.get())
        .inspect_err(|e| tracing::warn!("a line of type {kind} cannot be understood and only passes: {e}"))
        .ok()
}
