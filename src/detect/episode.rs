//! Episodes of trouble: each has an identity, opens, grows, gets graver, and closes.

use super::hash;
use super::signal::Signal;
use crate::wire::record::{Finding, Grade, Kind, Point, State};

/// The rule on what goes on after a message of ours.
pub(crate) const STEERING: &str = "steering";

/// Episodes kept in mind; the oldest closed one makes room, and then the oldest.
const LIMIT: usize = 24;
/// New results since an episode's last event that end it (detection.md: "three novel results").
const PROGRESS: u64 = 3;

/// One episode, as it was last reported.
struct Episode {
    finding: Finding,
    identity: u64,
    laps: u64,
    open: bool,
    /// New results since its last event.
    novel: u64,
    /// Whether the call at hand belongs to it: then the call is no progress.
    seen_now: bool,
    /// How many laps it had when the session was told to stop it.
    steered_at: Option<u64>,
}

/// The episodes of one session.
#[derive(Default)]
pub(crate) struct Episodes(Vec<Episode>);

/// Laps that are enough after a message of ours: half of what a warning takes otherwise.
const STEERED_LAPS: u64 = 2;

/// Whether an episode of this kind ends by progress; the others end when their rule says so.
fn ends_by_progress(kind: Kind) -> bool {
    matches!(kind, Kind::Loop | Kind::Stagnation)
}

/// Whether two kinds are names for the same sort of trouble: going in circles, or saying nothing.
fn is_akin(one: Kind, other: Kind) -> bool {
    (ends_by_progress(one) && ends_by_progress(other)) || (one == Kind::Text && other == Kind::Text)
}

impl Episodes {
    /// Takes a signal in. What comes out is to be reported.
    pub(crate) fn sight(&mut self, session: &str, signal: &Signal, now: &Point) -> Option<Finding> {
        let known = self.0.iter().position(|e| e.identity == signal.identity);
        if known.is_none_or(|at| !self.0[at].open) && (signal.below_threshold || self.is_said(signal)) {
            return None;
        }
        let Some(at) = known else {
            self.make_room();
            let finding = opened(session, signal, now);
            self.0.push(Episode {
                finding: finding.clone(),
                identity: signal.identity,
                laps: signal.laps,
                open: true,
                novel: 0,
                seen_now: true,
                steered_at: None,
            });
            return Some(finding);
        };
        let episode = &mut self.0[at];
        episode.novel = 0;
        episode.seen_now = true;
        if signal.below_threshold {
            return None;
        }
        let state = if !episode.open {
            State::Open
        } else if signal.grade > episode.finding.grade {
            State::Graver
        } else if signal.laps >= episode.laps.saturating_mul(2) && signal.laps > 1 {
            State::Grown
        } else {
            return None;
        };
        Some(episode.report(session, signal, now, state))
    }

    /// Whether the same trouble is open under another rule's name, at least as loud. A warning that knows the lap
    /// says more than one that does not.
    fn is_said(&self, signal: &Signal) -> bool {
        let says_more = |e: &Episode| signal.period > e.finding.period && signal.grade >= Grade::Warn;
        self.0.iter().any(|e| {
            e.open
                && is_akin(e.finding.kind, signal.kind)
                && e.finding.grade >= signal.grade
                && !(e.finding.period == 0 && says_more(e))
        })
    }

    /// The same trouble goes on although we told the session to stop it: said once for each message.
    pub(crate) fn ignored(&mut self, signal: &Signal) -> Option<Signal> {
        let episode = self.0.iter_mut().find(|e| e.identity == signal.identity)?;
        let at = episode.steered_at?;
        // A new row of laps, or more of the old one.
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

    /// We told the session to stop what is open now.
    pub(crate) fn steered(&mut self) {
        for episode in self.0.iter_mut().filter(|e| e.open) {
            episode.steered_at = Some(episode.laps);
        }
    }

    /// A call ended: what was seen before it belongs to other facts.
    pub(crate) fn next_call(&mut self) {
        for episode in &mut self.0 {
            episode.seen_now = false;
        }
    }

    /// The call that ended brought something new, or changed something: what it ends is to be reported.
    pub(crate) fn progress(&mut self, changed: bool, now: &Point) -> Vec<Finding> {
        let mut closed = Vec::new();
        for episode in &mut self.0 {
            if episode.seen_now || !episode.open || !ends_by_progress(episode.finding.kind) {
                continue;
            }
            episode.novel += 1;
            if changed || episode.novel >= PROGRESS {
                closed.push(episode.close(now));
            }
        }
        closed
    }

    /// A rule's trouble is over, all of it.
    pub(crate) fn release(&mut self, rule: &str, now: &Point) -> Vec<Finding> {
        let open = self.0.iter_mut().filter(|e| e.open && e.finding.rule == rule);
        open.map(|episode| episode.close(now)).collect()
    }

    /// A real user spoke: what the agent did before is over. Budgets stay spent.
    pub(crate) fn reset(&mut self, now: &Point) -> Vec<Finding> {
        let open = self
            .0
            .iter_mut()
            .filter(|e| e.open && e.finding.kind != Kind::Budget);
        let closed = open.map(|episode| episode.close(now)).collect();
        self.0.retain(|e| e.open);
        closed
    }

    /// Whether something of this grade or above is open.
    pub(crate) fn any_open(&self, grade: Grade) -> bool {
        self.0.iter().any(|e| e.open && e.finding.grade >= grade)
    }

    fn make_room(&mut self) {
        if self.0.len() >= LIMIT {
            let oldest = self.0.iter().position(|e| !e.open).unwrap_or(0);
            self.0.remove(oldest);
        }
    }
}

impl Episode {
    fn report(&mut self, session: &str, signal: &Signal, now: &Point, state: State) -> Finding {
        let reopened = state == State::Open;
        let mut finding = opened(session, signal, now);
        finding.state = state;
        if !reopened {
            finding.since.clone_from(&self.finding.since);
            finding.rollback_to.clone_from(&self.finding.rollback_to);
            finding.grade = finding.grade.max(self.finding.grade);
        }
        self.laps = signal.laps;
        self.open = true;
        self.finding = finding.clone();
        finding
    }

    fn close(&mut self, now: &Point) -> Finding {
        self.open = false;
        self.novel = 0;
        let mut finding = self.finding.clone();
        finding.state = State::Closed;
        finding.last.clone_from(now);
        finding
    }
}

fn opened(session: &str, signal: &Signal, now: &Point) -> Finding {
    let identity = hash::join(hash::of(session), signal.identity);
    Finding {
        session_id: session.to_owned(),
        finding: format!("{}-{:08x}", signal.rule, identity >> 32),
        kind: signal.kind,
        rule: signal.rule.to_owned(),
        grade: signal.grade,
        state: State::Open,
        summary: signal.summary.clone(),
        period: signal.period,
        laps: signal.laps,
        since: signal.since.clone().unwrap_or_else(|| now.clone()),
        last: now.clone(),
        wasted: signal.wasted,
        evidence: signal.evidence.iter().take(3).cloned().collect(),
        rollback_to: signal.rollback_to.clone(),
        waiting_on: signal.waiting_on.clone(),
        infra: signal.infra,
    }
}
