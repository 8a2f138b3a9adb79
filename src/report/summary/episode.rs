//! Collects the problems of a recording: each once, as the last finding about it describes it.

use crate::report::shown::Shown;
use crate::wire::record::{Finding, Grade, Kind, State, Wasted};
use crate::wire::{Timestamp, WastefulSpan, waste};

/// The most episodes that are kept. When there are more, the mildest are left out.
const MOST: usize = 100;

/// A problem, as its last finding describes it.
#[derive(Debug, Clone)]
pub struct Episode {
    /// The session with the problem.
    pub session: Shown,
    /// The id of the episode.
    pub id: Shown,
    /// What kind of problem it is.
    pub kind: Kind,
    /// The rule that found the problem, or the kind where a detector names no rule.
    pub rule: Shown,
    /// How serious the problem is.
    pub grade: Grade,
    /// The problem in one line.
    pub summary: Shown,
    /// How many rounds one lap takes.
    pub period: u32,
    /// How many laps there were.
    pub laps: u64,
    /// When it began.
    pub since: Timestamp,
    /// The event with which it began.
    pub since_id: Shown,
    /// When it was last seen.
    pub last: Timestamp,
    /// When it was over; `None` if it never was.
    pub closed_at: Option<Timestamp>,
    /// What it cost.
    pub wasted: Wasted,
    /// What the events say that show it.
    pub evidence: Vec<Shown>,
    /// The message to return to in order to undo it.
    pub rollback_to: Option<Shown>,
    /// Whether the cause lies outside the agent.
    pub infra: bool,
    /// The number of the line at which it was first reported, from 1.
    pub line: u64,
}

impl Episode {
    fn new(finding: &Finding, at: Timestamp, line: u64) -> Self {
        let named = |text: &str, otherwise: &str| Shown::new(if text.is_empty() { otherwise } else { text });
        let kind = finding.kind.to_string();
        let rule = named(&finding.rule, &kind);
        let time = |ms: i64| Timestamp::from_ms(if ms == 0 { at.ms() } else { ms });
        Self {
            session: Shown::new(&finding.session_id),
            id: Shown::new(&finding.episode()),
            kind: finding.kind,
            rule,
            grade: finding.grade,
            summary: named(&finding.summary, "no summary"),
            period: finding.period,
            laps: finding.laps,
            since: time(finding.since.ts),
            since_id: Shown::new(&finding.since.id),
            last: time(finding.last.ts),
            closed_at: (finding.state == State::Closed).then_some(at),
            wasted: finding.wasted,
            evidence: finding.evidence.iter().map(|evidence| Shown::new(&evidence.excerpt)).collect(),
            rollback_to: finding.rollback_to.as_deref().map(Shown::new),
            infra: finding.infra,
            line,
        }
    }

    /// Whether the evidence is one lap of a loop.
    pub fn is_loop(&self) -> bool {
        self.kind == Kind::Loop && self.period > 0
    }
}

/// All problems of a recording.
#[derive(Debug, Default)]
pub(super) struct Episodes {
    /// The problems, in the order in which they were found.
    pub kept: Vec<Episode>,
    /// How many were left out.
    pub omitted: u64,
}

impl Episodes {
    /// Takes in a finding that was reported at this time and line.
    pub fn add(&mut self, finding: &Finding, at: Timestamp, line: u64) {
        let mut episode = Episode::new(finding, at, line);
        // A finding without an id belongs to the episode of its rule.
        let is_new = finding.state == State::Open && !finding.finding.is_empty();
        let mut known = self.kept.iter_mut().rev();
        let known = known.find(|e| !is_new && e.id == episode.id && e.session == episode.session);
        if let Some(known) = known {
            episode.line = known.line;
            if finding.since.ts == 0 {
                episode.since = known.since;
            }
            *known = episode;
            return;
        }
        if self.kept.len() >= MOST {
            self.omitted += u64::from(finding.state == State::Open);
            let mildest = self.kept.iter().enumerate().min_by_key(|(_, kept)| kept.grade);
            match mildest {
                Some((place, mildest)) if mildest.grade < episode.grade => drop(self.kept.remove(place)),
                _ => return,
            }
        }
        self.kept.push(episode);
    }
}

/// What these episodes wasted, of all that was used.
pub(super) fn wasted(episodes: &[Episode], used: Wasted) -> Wasted {
    let span = |episode: &Episode| WastefulSpan {
        session: episode.session.to_string(),
        since: episode.since,
        last: episode.last,
        wasted: episode.wasted,
    };
    waste(episodes.iter().map(span).collect(), used)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn finding(members: serde_json::Value) -> Finding {
        let mut finding = json!({"sessionID": "s", "kind": "loop", "grade": "warn"});
        let (finding_members, members) = (finding.as_object_mut().unwrap(), members.as_object().unwrap().clone());
        finding_members.extend(members);
        serde_json::from_value(finding).unwrap()
    }

    fn episodes(findings: impl IntoIterator<Item = serde_json::Value>) -> Episodes {
        let mut episodes = Episodes::default();
        for (n, members) in (1..).zip(findings) {
            episodes.add(&finding(members), Timestamp::from_ms(n * 1000), n.unsigned_abs());
        }
        episodes
    }

    #[test]
    fn episode_is_told_once() {
        let kept = episodes([
            json!({"finding": "a", "laps": 3}),
            json!({"finding": "a", "state": "grown", "laps": 9}),
            json!({"rule": "mine"}),
            json!({"rule": "mine", "grade": "stop"}),
            json!({"finding": "a", "state": "closed", "laps": 9}),
            json!({"finding": "a", "laps": 2}),
        ])
        .kept;
        let told: Vec<_> = kept.iter().map(|e| (e.laps, e.grade, e.line, e.closed_at.is_some())).collect();
        let expected = [(9, Grade::Warn, 1, true), (0, Grade::Stop, 3, false), (2, Grade::Warn, 6, false)];
        assert_eq!(told, expected);
    }

    #[test]
    fn worst_are_kept() {
        let many =
            (0..150).map(|n| json!({"finding": n.to_string(), "grade": if n == 140 { "stop" } else { "notice" }}));
        let episodes = episodes(many);
        assert_eq!((episodes.kept.len(), episodes.omitted), (MOST, 50));
        assert!(episodes.kept.iter().any(|e| e.grade == Grade::Stop));
    }

    #[test]
    fn overlapping_waste_counts_once() {
        let waste = |id: &str, session: &str, since: i64, last: i64, calls: u64| json!({"finding": id, "sessionID": session, "since": {"ts": since}, "last": {"ts": last}, "wasted": {"calls": calls, "tokens": 10 * calls}});
        let kept = episodes([
            waste("a", "s", 100, 200, 5),
            waste("b", "s", 150, 300, 7),
            waste("c", "s", 301, 400, 1),
            waste("d", "t", 150, 300, 2),
        ])
        .kept;
        assert_eq!(wasted(&kept, Wasted::default()), Wasted { calls: 10, tokens: 100 });
    }
}
