//! Remembers the episodes of a run, as they were last reported.

use crate::bounded::BoundedMap;
use crate::wire::record::{Finding, Grade, State};

/// How many episodes of each kind are remembered.
const REMEMBERED: usize = 10_000;

/// The latest report of every episode. Notices and closed episodes are kept apart, so they never evict open ones.
#[derive(Debug)]
pub(super) struct Findings {
    /// The open ones of grade warn or stop.
    open: BoundedMap<String, Finding>,
    /// Notices, and what was closed.
    minor: BoundedMap<String, Finding>,
    /// Whether an open one was forgotten, which is said once.
    forgot: bool,
}

impl Default for Findings {
    fn default() -> Self {
        Self { open: BoundedMap::new(REMEMBERED), minor: BoundedMap::new(REMEMBERED), forgot: false }
    }
}

impl Findings {
    /// Remembers a report. Returns whether it is the first in its episode.
    pub fn insert(&mut self, finding: Finding) -> bool {
        let id = finding.episode().into_owned();
        let before = self.open.remove(&id).or_else(|| self.minor.remove(&id));
        let open = finding.state != State::Closed && finding.grade >= Grade::Warn;
        if open && self.open.is_full() && !std::mem::replace(&mut self.forgot, true) {
            tracing::warn!(
                "more than {REMEMBERED} findings are open; the oldest are forgotten, and --on no longer applies to them"
            );
        }
        let list = if open { &mut self.open } else { &mut self.minor };
        list.insert(id, finding);
        before.is_none()
    }

    /// The episode with this id.
    pub fn get(&self, id: &str) -> Option<&Finding> {
        self.open.get(id).or_else(|| self.minor.get(id))
    }

    /// The gravest open episode of grade warn or stop, and of those the latest.
    pub fn gravest(&self) -> Option<&Finding> {
        self.open.iter().map(|(_, finding)| finding).max_by_key(|f| (f.grade, f.last.ts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn finding(id: &str, grade: &str, state: &str) -> Finding {
        let finding = json!({"sessionID": "s", "finding": id, "kind": "loop", "rule": "r", "grade": grade,
            "state": state, "summary": "x"});
        serde_json::from_value(finding).unwrap()
    }

    #[test]
    fn keeps_open_ones() {
        let mut findings = Findings::default();
        findings.insert(finding("first", "stop", "open"));
        for n in 0..=REMEMBERED {
            findings.insert(finding(&format!("notice {n}"), "notice", "open"));
            findings.insert(finding(&format!("closed {n}"), "warn", "open"));
            findings.insert(finding(&format!("closed {n}"), "warn", "closed"));
        }
        assert!(findings.get("first").is_some() && findings.get("closed 0").is_none());
        assert_eq!(findings.gravest().map(|f| f.finding.as_str()), Some("first"));
        assert!(!findings.forgot);
        for n in 0..REMEMBERED {
            findings.insert(finding(&format!("open {n}"), "warn", "open"));
        }
        assert!(findings.get("first").is_none() && findings.forgot);
    }
}
