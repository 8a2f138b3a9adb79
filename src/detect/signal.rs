//! A rule's report about a fact: it sees a problem, or the problem is over.

use super::hash;
use crate::wire::record::{Evidence, Finding, Grade, Kind, Point, State, Wasted};

/// The most events that a finding shows as evidence.
pub(crate) const EVIDENCE: usize = 3;

/// A problem, as a rule sees it at this moment.
#[derive(Debug, Clone)]
pub(crate) struct Signal {
    /// The rule's name.
    pub(crate) rule: &'static str,
    /// The kind of problem.
    pub(crate) kind: Kind,
    /// How serious it is.
    pub(crate) grade: Grade,
    /// Equal for signals about the same problem.
    pub(crate) identity: u64,
    /// One line for a person.
    pub(crate) summary: String,
    /// Rounds per lap; 0 if there are no laps.
    pub(crate) period: u32,
    /// Laps, attempts or repetitions so far.
    pub(crate) laps: u64,
    /// Where it began; the current event if `None`.
    pub(crate) since: Option<Point>,
    /// What it has cost.
    pub(crate) wasted: Wasted,
    /// The events it rests on.
    pub(crate) evidence: Vec<Evidence>,
    /// The message to roll back to.
    pub(crate) rollback_to: Option<String>,
    /// What the session waits for.
    pub(crate) waiting_on: Option<String>,
    /// Whether the cause lies outside the agent.
    pub(crate) infra: bool,
    /// Below the rule's limits: it is only reported after the session was steered away from this problem.
    pub(crate) below_threshold: bool,
}

impl Signal {
    /// A signal of one lap that carries no details.
    pub(crate) fn new(rule: &'static str, kind: Kind, grade: Grade, identity: u64, summary: String) -> Self {
        Self {
            rule,
            kind,
            grade,
            identity: hash::join(hash::of(rule), identity),
            summary,
            period: 0,
            laps: 1,
            since: None,
            wasted: Wasted::default(),
            evidence: Vec::new(),
            rollback_to: None,
            waiting_on: None,
            infra: false,
            below_threshold: false,
        }
    }

    /// The finding that opens an episode with this signal.
    pub(crate) fn finding(&self, session: &str, now: &Point) -> Finding {
        let identity = hash::join(hash::of(session), self.identity);
        Finding {
            session_id: session.to_owned(),
            finding: format!("{}-{:08x}", self.rule, identity >> 32),
            kind: self.kind,
            rule: self.rule.to_owned(),
            grade: self.grade,
            state: State::Open,
            summary: self.summary.clone(),
            period: self.period,
            laps: self.laps,
            since: self.since.clone().unwrap_or_else(|| now.clone()),
            last: now.clone(),
            wasted: self.wasted,
            evidence: self.evidence.iter().take(EVIDENCE).cloned().collect(),
            rollback_to: self.rollback_to.clone(),
            waiting_on: self.waiting_on.clone(),
            infra: self.infra,
            counts_only: false,
        }
    }
}

/// Everything that the rules report about one fact.
pub(crate) struct Signals {
    /// Whether any episode is open: only then can a release end one.
    episode_open: bool,
    reported: Vec<Signal>,
    released: Vec<&'static str>,
}

impl Signals {
    /// No signals yet.
    pub(crate) fn new(episode_open: bool) -> Self {
        Self { episode_open, reported: Vec::new(), released: Vec::new() }
    }

    /// Reports a problem.
    pub(crate) fn report(&mut self, signal: Signal) {
        self.reported.push(signal);
    }

    /// Reports that all problems of a rule are over.
    pub(crate) fn release(&mut self, rule: &'static str) {
        if self.episode_open {
            self.released.push(rule);
        }
    }

    /// The problems, gravest first, and the rules whose problems are over.
    pub(crate) fn into_parts(mut self) -> (Vec<Signal>, Vec<&'static str>) {
        self.reported.sort_by_key(|signal| std::cmp::Reverse(signal.grade));
        (self.reported, self.released)
    }
}
