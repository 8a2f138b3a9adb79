//! What a rule reports: that it sees trouble, or that the trouble is over.

use crate::wire::record::{Evidence, Grade, Kind, Point, Wasted};

/// Trouble, as a rule sees it at this moment.
#[derive(Debug, Clone)]
pub(crate) struct Sighting {
    /// The rule.
    pub(crate) rule: &'static str,
    /// The sort of trouble.
    pub(crate) kind: Kind,
    /// How loud.
    pub(crate) grade: Grade,
    /// The same for the same trouble.
    pub(crate) identity: u64,
    /// One line for a person.
    pub(crate) summary: String,
    /// Rounds a lap.
    pub(crate) period: u32,
    /// Laps, attempts, repetitions.
    pub(crate) laps: u64,
    /// Where it began; the event at hand if nothing else is said.
    pub(crate) since: Option<Point>,
    /// What it cost.
    pub(crate) wasted: Wasted,
    /// What it rests on.
    pub(crate) evidence: Vec<Evidence>,
    /// The message to return to.
    pub(crate) rollback_to: Option<String>,
    /// What the session waits for.
    pub(crate) waiting_on: Option<String>,
    /// Whether the cause lies outside the agent.
    pub(crate) infra: bool,
    /// Below the rule's threshold: says nothing unless the session was steered away from it.
    pub(crate) faint: bool,
}

impl Sighting {
    /// A sighting with nothing but what every one has.
    pub(crate) fn new(rule: &'static str, kind: Kind, grade: Grade, identity: u64, summary: String) -> Self {
        Self {
            rule,
            kind,
            grade,
            identity: super::hash::join(super::hash::of(rule), identity),
            summary,
            period: 0,
            laps: 1,
            since: None,
            wasted: Wasted::default(),
            evidence: Vec::new(),
            rollback_to: None,
            waiting_on: None,
            infra: false,
            faint: false,
        }
    }
}

/// What the rules report about one fact.
pub(crate) struct Seen {
    /// Whether any trouble is open, so that some may be over.
    open: bool,
    /// Trouble.
    pub(crate) sightings: Vec<Sighting>,
    /// Rules whose trouble is over.
    pub(crate) released: Vec<&'static str>,
}

impl Seen {
    /// Nothing yet; `open` says whether any trouble is.
    pub(crate) fn new(open: bool) -> Self {
        Self {
            open,
            sightings: Vec::new(),
            released: Vec::new(),
        }
    }

    /// Reports trouble.
    pub(crate) fn sight(&mut self, sighting: Sighting) {
        self.sightings.push(sighting);
    }

    /// Reports that the trouble of a rule is over.
    pub(crate) fn release(&mut self, rule: &'static str) {
        if self.open {
            self.released.push(rule);
        }
    }
}
