//! Turns the signals of one problem into an episode, which opens, grows, gets graver and closes. Every change is a
//! finding.

use super::hash;
use super::signal::Signal;
use crate::wire::record::{Finding, Grade, Kind, Point, State};
use std::borrow::Cow;

/// The rule for problems that go on after a message was sent about them.
pub(crate) const STEERING: &str = "steering";

/// The rule for the same error again and again, edits between included.
pub(crate) const ERROR_STREAK: &str = "error-streak";

/// The most episodes to keep; the oldest closed one makes room, or else the oldest.
const LIMIT: usize = 24;
/// How many novel calls since an episode's last event end it.
const PROGRESS: u64 = 3;

/// One episode, and the last finding about it.
struct Episode {
    finding: Finding,
    identity: u64,
    laps: u64,
    open: bool,
    /// Novel calls since its last event.
    novel: u64,
    /// Whether the current call belongs to it: such a call is not progress.
    has_current_call: bool,
    /// How many laps it had when a message was sent about it.
    steered_at: Option<u64>,
    /// How often it grew as a warning.
    grown: u32,
    /// What a finding would say now, if it has grown since the last one.
    grown_since: Option<Finding>,
}

/// The episodes of one session.
#[derive(Default)]
pub(crate) struct Episodes(Vec<Episode>);

/// How many laps after a message mean that it was ignored: half of what a warning takes otherwise.
const STEERED_LAPS: u64 = 2;

/// How often a warning may grow, and be judged, before it gets graver: nothing may go on for ever.
const PATIENCE: u32 = 2;

/// Whether progress ends an episode of this kind; other kinds end when their rule releases them.
fn ends_by_progress(kind: Kind) -> bool {
    matches!(kind, Kind::Loop | Kind::Stagnation)
}

/// Whether two kinds describe the same sort of problem: going in circles, or text without content.
fn is_related(one: Kind, other: Kind) -> bool {
    (ends_by_progress(one) && ends_by_progress(other)) || (one == Kind::Text && other == Kind::Text)
}

impl Episodes {
    /// Opens or updates the episode of a signal. Returns the finding, if there is something new to report.
    pub(crate) fn apply(&mut self, session: &str, signal: &Signal, now: &Point) -> Option<Finding> {
        let known = self.0.iter().position(|e| e.identity == signal.identity);
        if known.is_none_or(|at| !self.0[at].open) && (signal.below_threshold || self.is_covered(signal)) {
            return None;
        }
        let Some(at) = known else {
            self.make_room();
            let finding = signal.finding(session, now);
            self.0.push(Episode {
                finding: finding.clone(),
                identity: signal.identity,
                laps: signal.laps,
                open: true,
                novel: 0,
                has_current_call: true,
                steered_at: None,
                grown: 0,
                grown_since: None,
            });
            return Some(finding);
        };
        let episode = &mut self.0[at];
        episode.novel = 0;
        episode.has_current_call = true;
        if signal.below_threshold {
            return None;
        }
        let has_grown = signal.laps >= episode.laps.saturating_mul(2) && signal.laps > 1;
        let mut signal = Cow::Borrowed(signal);
        if episode.open && has_grown && episode.finding.grade == Grade::Warn {
            episode.grown += 1;
            if episode.grown > PATIENCE && ends_by_progress(signal.kind) {
                signal.to_mut().grade = Grade::Stop;
            }
        }
        let state = if !episode.open {
            State::Open
        } else if signal.grade > episode.finding.grade {
            State::Graver
        } else if has_grown {
            State::Grown
        } else {
            episode.count(session, &signal, now);
            return None;
        };
        Some(episode.report(session, &signal, now, state))
    }

    /// Whether another rule's episode already reports this problem with at least this grade. A warning with a
    /// known period is better than one without, and so is not covered by it.
    fn is_covered(&self, signal: &Signal) -> bool {
        let is_better = |e: &Episode| signal.period > e.finding.period && signal.grade >= Grade::Warn;
        self.0.iter().any(|e| {
            e.open
                && is_related(e.finding.kind, signal.kind)
                && e.finding.grade >= signal.grade
                && !(e.finding.period == 0 && is_better(e))
        })
    }

    /// A signal that a problem goes on although a message was sent about it: once for each message.
    pub(crate) fn ignored_steering(&mut self, signal: &Signal) -> Option<Signal> {
        let episode = self.0.iter_mut().find(|e| e.identity == signal.identity)?;
        let at = episode.steered_at?;
        // The count started anew, or grew further.
        let enough = signal.laps >= STEERED_LAPS;
        if !enough || (at <= signal.laps && signal.laps < at + STEERED_LAPS) {
            return None;
        }
        episode.steered_at = None;
        let grade = match episode.finding.grade {
            Grade::Notice => Grade::Warn,
            Grade::Warn | Grade::Stop => Grade::Stop,
        };
        let summary = format!("it goes on after our message: {}", signal.summary);
        Some(Signal {
            rule: STEERING,
            kind: Kind::Steering,
            grade,
            identity: hash::join(hash::of(STEERING), signal.identity),
            summary,
            below_threshold: false,
            ..signal.clone()
        })
    }

    /// Records that a message was sent about all open episodes.
    pub(crate) fn mark_steered(&mut self) {
        for episode in self.0.iter_mut().filter(|e| e.open) {
            episode.steered_at = Some(episode.laps);
        }
    }

    /// Starts a new call: signals from here on belong to it.
    pub(crate) fn begin_call(&mut self) {
        for episode in &mut self.0 {
            episode.has_current_call = false;
        }
    }

    /// Records that the current call was novel or changed something, and whether it failed. Returns findings for the
    /// episodes this closes.
    pub(crate) fn record_progress(&mut self, changed: bool, failed: bool, now: &Point) -> Vec<Finding> {
        let mut closed = Vec::new();
        for episode in &mut self.0 {
            if episode.has_current_call || !episode.open || !ends_by_progress(episode.finding.kind) {
                continue;
            }
            // Another failure is none.
            if failed && episode.finding.rule == ERROR_STREAK {
                continue;
            }
            episode.novel += 1;
            // An edit is not progress until the error is another one or gone, which the rule about errors sees.
            let ends = changed && episode.finding.rule != ERROR_STREAK;
            if ends || episode.novel >= PROGRESS {
                closed.push(episode.close(now));
            }
        }
        closed
    }

    /// Closes all episodes of a rule.
    pub(crate) fn release(&mut self, rule: &str, now: &Point) -> Vec<Finding> {
        let open = self.0.iter_mut().filter(|e| e.open && e.finding.rule == rule);
        open.map(|episode| episode.close(now)).collect()
    }

    /// Closes and forgets all episodes after a user's message, except those of spent budgets.
    pub(crate) fn reset(&mut self, now: &Point) -> Vec<Finding> {
        let open = self.0.iter_mut().filter(|e| e.open && e.finding.kind != Kind::Budget);
        let closed = open.map(|episode| episode.close(now)).collect();
        self.0.retain(|e| e.open);
        closed
    }

    /// Brings the counts of the open episodes up to date, for the session rests or the stream ends.
    pub(crate) fn settle(&mut self) -> Vec<Finding> {
        self.0.iter_mut().filter(|e| e.open).filter_map(Episode::settle).collect()
    }

    /// Whether an episode of at least this grade is open.
    pub(crate) fn any_open(&self, grade: Grade) -> bool {
        self.0.iter().any(|e| e.open && e.finding.grade >= grade)
    }

    /// The summary of the latest open problem of grade `warn` or above. A budget that is nearly spent is none.
    pub(crate) fn latest_warning(&self) -> Option<&str> {
        let is_spent = |finding: &Finding| finding.kind != Kind::Budget || finding.grade == Grade::Stop;
        let mut open = self.0.iter().rev().filter(|e| e.open && e.finding.grade >= Grade::Warn);
        open.find(|e| is_spent(&e.finding)).map(|e| e.finding.summary.as_str())
    }

    fn make_room(&mut self) {
        if self.0.len() >= LIMIT {
            let oldest = self.0.iter().position(|e| !e.open).unwrap_or(0);
            self.0.remove(oldest);
        }
    }
}

impl Episode {
    /// Updates the episode with a signal.
    fn report(&mut self, session: &str, signal: &Signal, now: &Point, state: State) -> Finding {
        let finding = self.update(session, signal, now, state);
        self.grown_since = None;
        self.laps = signal.laps;
        self.grown = if state == State::Open { 0 } else { self.grown };
        self.open = true;
        self.finding = finding.clone();
        finding
    }

    /// What a finding about a signal says, given those before it.
    fn update(&self, session: &str, signal: &Signal, now: &Point, state: State) -> Finding {
        let mut finding = signal.finding(session, now);
        finding.state = state;
        if state != State::Open {
            finding.since.clone_from(&self.finding.since);
            finding.rollback_to.clone_from(&self.finding.rollback_to);
            finding.grade = finding.grade.max(self.finding.grade);
        }
        finding
    }

    /// Remembers growth that is no news yet. A budget that is spent is spent, however much more is used.
    fn count(&mut self, session: &str, signal: &Signal, now: &Point) {
        let known = self.grown_since.as_ref().unwrap_or(&self.finding);
        if self.open && signal.laps > known.laps && signal.kind != Kind::Budget {
            self.grown_since = Some(self.update(session, signal, now, State::Grown));
        }
    }

    /// Takes over what it has grown since its last finding.
    fn settle(&mut self) -> Option<Finding> {
        self.finding = self.grown_since.take()?;
        Some(Finding { counts_only: true, ..self.finding.clone() })
    }

    fn close(&mut self, now: &Point) -> Finding {
        self.settle();
        self.open = false;
        self.novel = 0;
        let mut finding = self.finding.clone();
        finding.state = State::Closed;
        finding.last.clone_from(now);
        finding
    }
}
