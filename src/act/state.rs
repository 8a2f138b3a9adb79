//! The state of a run, built from the lines: all that the plan and the outcome depend on.

use super::findings::Findings;
use super::steering::Steering;
use super::totals::RunTotals;
use crate::bounded::{BoundedMap, BoundedSet};
use crate::pipe::shutdown::STREAM_CLOSED;
use crate::printable::without_frames;
use crate::wire::record::{
    AnyRecord, Closed, Decision, Done, Finding, Opened, Outcome, RunOutcome, SessionStatus, State, StateChange, Totals,
};
use crate::wire::text::{EXCERPT, decode, excerpt};
use crate::wire::{Event, Observation, Raw, Status, StreamClock, Timestamp, members};
use std::time::Duration;

/// How many sessions, decisions and requests are remembered.
const REMEMBERED: usize = 10_000;

/// How much of an error is kept, in characters.
const FAILURE: usize = 300;

/// A record that the plan may respond to.
#[derive(Debug)]
pub(super) enum News {
    /// The first `opened` line, and whether it says of itself that it is a replay.
    Opened {
        says_replay: bool,
    },
    Finding(Finding),
    /// An episode is over.
    Over(Finding),
    /// A session does something else now.
    State(StateChange),
    Decision(Decision),
    /// The watched session came to rest.
    Rest,
}

/// The state of a run.
#[derive(Debug)]
pub(super) struct RunState {
    pub opened: Option<Opened>,
    /// Whether the run is about what `opened` says now, and later lines of that type change nothing.
    pub pinned: bool,
    /// Whether a reviewer is in the pipe, so that decisions are to be expected.
    pub reviewed: bool,
    /// How the session came to rest; `None` while it works.
    pub done: Option<Done>,
    /// When the session, or the last session below it, came to rest.
    rested_at: Timestamp,
    /// The sessions below it that work.
    working: BoundedMap<String, ()>,
    /// The last decision about the session at rest.
    pub verdict: Option<Decision>,
    /// Why the last check of the session at rest failed.
    pub failed_check: Option<String>,
    /// How often the session was seen at work: a check says nothing about what comes after it.
    pub rounds: u64,
    /// The outcome of the run, once it is decided.
    pub ended: Option<RunEnd>,
    pub closed: Option<Closed>,
    /// Whether a live stream ended without saying why: a stage before us is gone, and nobody watched any more.
    pub cut_off: bool,
    /// Whether an abort failed for good, or the session was deleted, so that it may never come to rest.
    pub gave_up: bool,
    /// What the last error of the session said.
    pub failure: Option<String>,
    /// Whether a signal interrupted a check.
    pub interrupted: bool,
    pub totals: RunTotals,
    findings: Findings,
    /// The open requests, by id.
    pub asked: BoundedMap<String, Asked>,
    pub steering: Steering,
    /// Keys of the decisions so far: a repeated decision is not acted on again.
    decided: BoundedSet,
    /// The sessions that the stream showed: the watched one and its children.
    sessions: BoundedSet,
    /// The ids of the events that said that the watched session works.
    begins: BoundedSet,
    /// Whether sessions and requests were forgotten, which is said once.
    forgot: (bool, bool),
    pub clock: StreamClock,
}

/// The outcome of a run and its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RunEnd {
    pub outcome: RunOutcome,
    pub reason: String,
    /// Whether this is how the session rests, so that it is void when the session goes on.
    pub at_rest: bool,
}

/// An open permission request or question.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub session: String,
    pub question: bool,
    pub what: String,
    /// Whether we answered it, or are about to.
    pub answered: bool,
}

impl Default for RunState {
    fn default() -> Self {
        Self {
            opened: None,
            pinned: false,
            reviewed: false,
            done: None,
            rested_at: Timestamp::default(),
            working: BoundedMap::new(REMEMBERED),
            verdict: None,
            failed_check: None,
            rounds: 0,
            ended: None,
            closed: None,
            cut_off: false,
            gave_up: false,
            failure: None,
            interrupted: false,
            totals: RunTotals::default(),
            findings: Findings::default(),
            asked: BoundedMap::new(REMEMBERED),
            steering: Steering::default(),
            decided: BoundedSet::new(REMEMBERED),
            sessions: BoundedSet::new(REMEMBERED),
            begins: BoundedSet::new(REMEMBERED),
            forgot: (false, false),
            clock: StreamClock::default(),
        }
    }
}

impl RunState {
    /// Takes in one line. Returns what the plan may respond to.
    pub fn observe(&mut self, line: &Observation) -> Option<News> {
        self.clock.see(line.ts);
        let session = line.session.as_deref();
        if let Some(session) = session {
            self.saw_session(session);
        }
        match &line.event {
            Event::Record { kind, properties } => return self.record(kind, *properties),
            Event::Asked { request, question, what } if !self.asked.contains_key(&**request) => {
                let asked = Asked {
                    session: session.unwrap_or_default().to_owned(),
                    question: *question,
                    what: excerpt(&what.map(decode).unwrap_or_default(), EXCERPT),
                    answered: false,
                };
                self.ask(request, asked);
            }
            Event::Answered { request } => {
                self.asked.remove(&**request);
            }
            Event::Status(Status::Busy) if self.is_judged(session) => {
                self.begins_again(line.id.as_deref());
            }
            Event::Status(status) if session != self.root() => self.child(session, status),
            // It can neither rest nor be acted on.
            Event::SessionDeleted if session == self.root() && session.is_some() && self.done.is_none() => {
                self.end(RunOutcome::Failed, "the session was deleted before it came to rest");
                self.gave_up = true;
            }
            Event::Error { name, message } if session.is_none() || session == self.root() => {
                self.fail(name, *message);
            }
            Event::Diff { files } if session == self.root() => self.totals.add_diff(*files),
            Event::Part(part) => {
                self.totals.add_part(session.unwrap_or_default(), part);
                if session == self.root() && part.is_steer() {
                    self.steering.saw_ours(&part.message);
                }
            }
            Event::Message { id, from_user: false, completed, error, why, .. } if session == self.root() => {
                self.steering.saw_agent(id, *completed);
                // The error itself came before, unless it was lost.
                if let (Some(name), Some(_)) = (error, why) {
                    self.fail(name, *why);
                }
            }
            _ => {}
        }
        None
    }

    fn fail(&mut self, name: &str, message: Option<Raw<'_>>) {
        let message = message.map(decode).unwrap_or_default();
        let said = if message.trim().is_empty() { name } else { &message };
        self.failure = Some(excerpt(&without_frames(said), FAILURE));
    }

    /// The session works. After a reconnect, the stream may say again what it said before the rest.
    fn begins_again(&mut self, event: Option<&str>) {
        if event.is_none_or(|id| self.begins.insert(id)) {
            self.goes_on();
        }
    }

    /// Whether the session was seen at work.
    pub fn has_worked(&self) -> bool {
        self.rounds > 0 || self.totals.counts != Totals::default()
    }

    /// Takes in that the session works, so that what its rest said is void.
    fn goes_on(&mut self) {
        self.done = None;
        self.verdict = None;
        self.failed_check = None;
        self.rounds += 1;
        self.ended = self.ended.take().filter(|ended| !ended.at_rest);
    }

    /// Takes in that a request is open.
    fn ask(&mut self, request: &str, asked: Asked) {
        if self.asked.is_full() && !std::mem::replace(&mut self.forgot.1, true) {
            tracing::warn!(
                "more than {REMEMBERED} requests are open; the oldest are forgotten and get no answer from us"
            );
        }
        self.asked.insert(request.to_owned(), asked);
    }

    /// Takes in that a session below the watched one works or rests.
    fn child(&mut self, session: Option<&str>, status: &Status) {
        let Some(session) = session else { return };
        if !matches!(status, Status::Idle) {
            self.working.insert(session.to_owned(), ());
        } else if self.working.remove(session).is_some() {
            self.rested_at = self.clock.now();
        }
    }

    /// Remembers a session of the stream; those that say nothing for long are forgotten first.
    fn saw_session(&mut self, session: &str) {
        self.sessions.insert(session);
        if self.sessions.has_forgotten() && !std::mem::replace(&mut self.forgot.0, true) {
            tracing::warn!(
                "the stream has more than {REMEMBERED} sessions; those that were silent longest are no longer acted on"
            );
        }
    }

    fn record(&mut self, kind: &str, properties: Raw<'_>) -> Option<News> {
        let record = AnyRecord::parse(kind, properties)
            .inspect_err(|e| tracing::warn!("ignoring an unreadable {kind} record: {e}"))
            .ok()??;
        match record {
            AnyRecord::Opened(_) if self.pinned => {
                tracing::warn!("ignoring another {kind} line: this run is about the session of the first one");
            }
            AnyRecord::Opened(opened) => {
                let is_first = self.opened.replace(opened).is_none();
                return is_first.then(|| News::Opened { says_replay: says_replay(properties) });
            }
            AnyRecord::Reviewer(_) => self.reviewed = true,
            AnyRecord::Turn(_) => self.totals.counts.turns += 1,
            AnyRecord::Done(done) if self.root().is_none_or(|root| root == done.session_id) => {
                self.done = Some(done);
                // An earlier decision is not about this rest.
                self.verdict = None;
                self.steering.saw_rest();
                self.rested_at = self.clock.now();
                return Some(News::Rest);
            }
            AnyRecord::Closed(closed) => self.closed = Some(closed),
            AnyRecord::StateChange(change) => {
                // The message that wakes a session comes before it is busy.
                if change.state == SessionStatus::Working && self.is_judged(Some(&change.session_id)) {
                    self.goes_on();
                }
                return Some(News::State(change));
            }
            AnyRecord::Finding(finding) => return Some(self.finding(finding)),
            AnyRecord::Decision(decision) => return self.decision(decision),
            _ => {}
        }
        None
    }

    fn finding(&mut self, finding: Finding) -> News {
        let is_new = self.findings.insert(finding.clone());
        self.totals.add_finding(&finding, is_new, self.clock.now());
        if finding.state == State::Closed { News::Over(finding) } else { News::Finding(finding) }
    }

    fn decision(&mut self, decision: Decision) -> Option<News> {
        self.reviewed = true;
        self.totals.counts.decisions += 1;
        self.totals.counts.retries += u64::from(decision.retries);
        let about = decision.finding.as_deref().unwrap_or_default();
        let key = format!("{} {about} {} {}", decision.action, decision.judged, decision.iteration);
        let repeated = !self.decided.insert(&key);
        if decision.stale || repeated {
            return None;
        }
        if decision.finding.is_none() && self.done.is_some() {
            self.verdict = Some(decision.clone());
        }
        Some(News::Decision(decision))
    }

    /// The session that this stream is about: the one it opened or attached to.
    pub fn root(&self) -> Option<&str> {
        self.opened.as_ref()?.session_id.as_deref()
    }

    /// Whether the run is about this session: the one that was opened or, where none was, the one that rests.
    fn is_judged(&self, session: Option<&str>) -> bool {
        let rests = || self.done.as_ref().map(|done| done.session_id.as_str());
        session == self.root().or_else(rests)
    }

    /// Whether this stream is of a whole directory rather than of one session.
    pub fn is_of_directory(&self) -> bool {
        self.opened.as_ref().is_some_and(|opened| opened.session_id.is_none())
    }

    /// The changed files; those in the session's directory as relative paths.
    pub fn changed(&self) -> Vec<String> {
        let opened = self.opened.as_ref();
        self.totals.changed(opened.and_then(|o| o.directory.as_deref()))
    }

    /// The files that a rollback took back, in the same way.
    pub fn taken_back(&self) -> Vec<String> {
        let opened = self.opened.as_ref();
        self.totals.taken_back(opened.and_then(|o| o.directory.as_deref()))
    }

    /// Whether this stream showed the session.
    pub fn knows(&self, session: &str) -> bool {
        self.root() == Some(session) || self.sessions.contains(session)
    }

    /// The episode that a decision is about: the one it names, or else the gravest open one.
    pub fn judged(&self, decision: &Decision) -> Option<&Finding> {
        match &decision.finding {
            Some(id) => self.findings.get(id),
            None => self.findings.gravest(),
        }
    }

    /// Whether the session failed or was aborted, so that there is nothing to steer and nothing to verify.
    pub fn is_lost(&self) -> bool {
        let outcome = self.done.as_ref().map(|done| done.outcome);
        matches!(outcome, Some(Outcome::Aborted | Outcome::Error))
    }

    /// Whether the session rests, with those below it, and will not go on by itself: it was idle for `grace`, or the
    /// stream has ended.
    pub fn rests_for_good(&self, grace: Duration) -> bool {
        let rested_for = i128::from(self.clock.now().since(self.rested_at));
        let is_over = rested_for >= grace.as_millis().cast_signed() && self.working.is_empty();
        self.done.is_some() && (self.closed.is_some() || is_over)
    }

    /// Whether the run is decided, so that a `--follow` stream may end.
    pub fn is_decided(&self, grace: Duration) -> bool {
        if self.gave_up {
            return self.ended.is_some();
        }
        if self.steering.is_unanswered() {
            return false;
        }
        let Some(done) = &self.done else {
            return false;
        };
        if let Some(ended) = &self.ended {
            return !ended.at_rest || self.rests_for_good(grace);
        }
        // The stream aborts its session on a signal, and reports that it closed soon after.
        let rested_for = i128::from(self.clock.now().since(self.rested_at));
        if done.outcome == Outcome::Aborted && rested_for < STREAM_CLOSED.as_millis().cast_signed() {
            return false;
        }
        (!self.reviewed || self.verdict.is_some()) && self.rests_for_good(grace)
    }

    /// Decides the outcome of the run, unless it is decided.
    pub fn end(&mut self, outcome: RunOutcome, reason: &str) {
        self.ended.get_or_insert_with(|| RunEnd { outcome, reason: reason.to_owned(), at_rest: false });
    }

    /// Decides the outcome of a session at rest, unless it is decided. It is void when the session goes on.
    pub fn settle(&mut self, outcome: RunOutcome, reason: &str) {
        self.ended.get_or_insert_with(|| RunEnd { outcome, reason: reason.to_owned(), at_rest: true });
    }
}

/// Whether an `opened` line says in so many words that it is a replay.
fn says_replay(properties: Raw<'_>) -> bool {
    let members = members(properties).unwrap_or_default();
    members.iter().any(|(name, value)| name == "replay" && value.get() == "true")
}
