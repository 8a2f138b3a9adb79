//! The totals of a run: calls, tokens, files, each counted once, however often a line repeats it.

use super::message_order::MessageOrder;
use crate::bounded::BoundedMap;
use crate::wire::part::Part;
use crate::wire::record::{Finding, Kind, Totals, Wasted};
use crate::wire::{Timestamp, UsageCounter, WastefulSpan, waste};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// How many files, parts and findings are remembered. Repetitions follow soon.
const REMEMBERED: usize = 10_000;

/// Counts the totals of a run.
#[derive(Debug)]
pub(super) struct RunTotals {
    /// The totals so far, without what was wasted.
    pub counts: Totals,
    /// The latest report of each episode, by its session and id.
    wasteful: BoundedMap<(String, String), WastefulSpan>,
    /// The files that patches name, as they name them, each with the sessions that changed it, and the number of
    /// the message that changed it first.
    changed: BTreeMap<String, BTreeMap<String, u64>>,
    messages: MessageOrder,
    /// How many of the session's changes are known from its diff alone.
    diff: usize,
    /// The files that a rollback took back.
    taken_back: BTreeSet<String>,
    counted: UsageCounter,
}

impl Default for RunTotals {
    fn default() -> Self {
        Self {
            counts: Totals::default(),
            wasteful: BoundedMap::new(REMEMBERED),
            changed: BTreeMap::new(),
            messages: MessageOrder::new(REMEMBERED),
            diff: 0,
            taken_back: BTreeSet::new(),
            counted: UsageCounter::new(REMEMBERED),
        }
    }
}

impl RunTotals {
    /// Counts a part of a message that was created or changed.
    pub fn add_part(&mut self, session: &str, part: &Part<'_>) {
        let message = self.messages.add(&part.message);
        if part.kind == "patch" {
            self.add_patch(session, part, message);
        } else if let Some(used) = self.counted.count(session, part) {
            self.counts.calls += used.calls;
            self.counts.tokens = self.counts.tokens.saturating_add(used.tokens);
            self.add_cost(used.cost());
        }
    }

    /// Adds what a step cost, to the millionth of a dollar.
    fn add_cost(&mut self, cost: Option<f64>) {
        if let Some(cost) = cost {
            let total = self.counts.cost.unwrap_or_default() + cost;
            self.counts.cost = Some((total * 1e6).round() / 1e6);
        }
    }

    /// Adds the files of a patch. Measured: since 1.18 the session's diff stays empty, its patches do not.
    fn add_patch(&mut self, session: &str, part: &Part<'_>, message: u64) {
        let files = part.files.and_then(|files| serde_json::from_str::<Vec<String>>(files.get()).ok());
        for file in files.unwrap_or_default() {
            self.taken_back.remove(&file);
            if self.changed.len() < REMEMBERED || self.changed.contains_key(&file) {
                let by = self.changed.entry(file).or_default();
                by.entry(session.to_owned()).or_insert(message);
            }
        }
        self.count_files();
    }

    /// Takes in that the session has changed this many files so far.
    pub fn add_diff(&mut self, files: usize) {
        self.diff = self.diff.max(files);
        self.count_files();
    }

    /// Takes in that a session was reverted to before this message. One that did not appear is older than all that did.
    pub fn take_back(&mut self, session: &str, message: &str) {
        let message = self.messages.get(message).unwrap_or_default();
        let mut taken = Vec::new();
        self.changed.retain(|file, by| {
            let is_taken = by.get(session).is_some_and(|first| *first >= message);
            if is_taken {
                by.remove(session);
            }
            if by.is_empty() {
                taken.push(file.clone());
            }
            !by.is_empty()
        });
        let room = REMEMBERED.saturating_sub(self.taken_back.len());
        self.taken_back.extend(taken.into_iter().take(room));
        // What it said before is over.
        self.diff = 0;
        self.count_files();
    }

    fn count_files(&mut self) {
        self.counts.changed_files = u64::try_from(self.changed.len().max(self.diff)).unwrap_or(u64::MAX);
    }

    /// Takes in a report about a finding at this time; `is_new` says that it is the first in its episode. `steering`
    /// findings repeat another finding's waste, so theirs is skipped.
    pub fn add_finding(&mut self, finding: &Finding, is_new: bool, now: Timestamp) {
        self.counts.findings += u64::from(is_new);
        if finding.kind == Kind::Steering {
            return;
        }
        let time = |ms: i64| if ms == 0 { now } else { Timestamp::from_ms(ms) };
        let key = (finding.session_id.clone(), finding.episode().into_owned());
        let known = self.wasteful.get(&key).map(|span| span.since).filter(|_| finding.since.ts == 0 && !is_new);
        let span = WastefulSpan {
            session: finding.session_id.clone(),
            since: known.unwrap_or_else(|| time(finding.since.ts)),
            last: time(finding.last.ts),
            wasted: finding.wasted,
        };
        self.wasteful.insert(key, span);
    }

    /// The totals so far, except `lasted`.
    pub fn all(&self) -> Totals {
        let used = Wasted { calls: self.counts.calls, tokens: self.counts.tokens };
        let wasted = waste(self.wasteful.iter().map(|(_, span)| span.clone()).collect(), used);
        Totals { wasted_calls: wasted.calls, wasted_tokens: wasted.tokens, ..self.counts }
    }

    /// The changed files; those in `directory` as relative paths.
    pub fn changed(&self, directory: Option<&str>) -> Vec<String> {
        self.changed.keys().map(|file| relative(file, directory)).collect()
    }

    /// The files that a rollback took back, in the same way.
    pub fn taken_back(&self, directory: Option<&str>) -> Vec<String> {
        self.taken_back.iter().map(|file| relative(file, directory)).collect()
    }
}

fn relative(file: &str, directory: Option<&str>) -> String {
    let below = directory.and_then(|directory| Path::new(file).strip_prefix(directory).ok());
    below.map_or_else(|| file.to_owned(), |below| below.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Event, observe};

    fn add(totals: &mut RunTotals, id: &str, rest: &str) {
        let line = format!(
            r#"{{"type":"message.part.updated","properties":{{"part":{{"id":"{id}","messageID":"m",{rest}}}}}}}"#
        );
        match observe(&line).unwrap().event {
            Event::Part(part) => totals.add_part("s", &part),
            other => panic!("no part: {other:?}"),
        }
    }

    #[test]
    fn counts_parts_once() {
        let mut totals = RunTotals::default();
        for _ in 0..2 {
            add(&mut totals, "a", r#""type":"tool","state":{"status":"running"}"#);
            add(&mut totals, "a", r#""type":"tool","state":{"status":"completed"}"#);
            add(&mut totals, "b", r#""type":"tool","state":{"status":"error"}"#);
            add(&mut totals, "c", r#""type":"step-finish","cost":0.25,"tokens":{"input":5,"output":2,"reasoning":1}"#);
            add(&mut totals, "d", r#""type":"patch","files":["/w/a.rs","/else/b.rs"]"#);
        }
        let counts = totals.counts;
        assert_eq!((counts.calls, counts.tokens, counts.changed_files), (2, 8, 2));
        assert_eq!(counts.cost, Some(0.25));
        assert_eq!(totals.changed(Some("/w")), ["/else/b.rs", "a.rs"]);
    }

    #[test]
    fn what_was_taken_back_is_not_changed() {
        let mut totals = RunTotals::default();
        let patch = |totals: &mut RunTotals, message: &str, file: &str| {
            let part = format!(r#""messageID":"{message}","type":"patch","files":["/w/{file}"]"#);
            let line = format!(r#"{{"type":"message.part.updated","properties":{{"part":{{"id":"p",{part}}}}}}}"#);
            let Event::Part(part) = observe(&line).unwrap().event else { panic!("no part") };
            totals.add_part("s", &part);
        };
        for (message, file) in [("msg_9", "kept"), ("msg_5", "kept"), ("msg_5", "gone"), ("msg_1", "new")] {
            patch(&mut totals, message, file);
        }
        totals.add_diff(3);
        totals.take_back("other", "msg_9");
        totals.take_back("s", "msg_5");
        assert_eq!(totals.changed(Some("/w")), ["kept"]);
        assert_eq!(
            (totals.taken_back(Some("/w")), totals.counts.changed_files),
            (vec!["gone".into(), "new".into()], 1)
        );
        // Ids carry no order.
        patch(&mut totals, "msg_0", "new");
        assert_eq!((totals.taken_back(None), totals.counts.changed_files), (vec!["/w/gone".into()], 2));
    }

    #[test]
    fn counts_waste_once() {
        let finding = |kind: Kind, id: &str, calls: u64, last: i64| -> Finding {
            let json = serde_json::json!({"sessionID": "s", "finding": id, "kind": kind, "grade": "warn",
                "since": {"ts": 10}, "last": {"ts": last}, "wasted": {"calls": calls}});
            serde_json::from_value(json).unwrap()
        };
        let (mut totals, now) = (RunTotals::default(), Timestamp::from_ms(90));
        totals.add_finding(&finding(Kind::Loop, "a", 3, 20), true, now);
        totals.add_finding(&finding(Kind::Loop, "a", 5, 30), false, now);
        totals.add_finding(&finding(Kind::Steering, "b", 5, 30), true, now);
        assert_eq!((totals.all().wasted_calls, totals.all().findings), (5, 2));
        // Another rule about the same calls, and then one about later ones.
        totals.add_finding(&finding(Kind::Stagnation, "c", 4, 40), true, now);
        assert_eq!(totals.all().wasted_calls, 5);
        let mut later = finding(Kind::Loop, "d", 2, 60);
        later.since.ts = 50;
        totals.add_finding(&later, true, now);
        assert_eq!(totals.all().wasted_calls, 7);
        totals.counts.calls = 6;
        assert_eq!(totals.all().wasted_calls, 6);
    }

    #[test]
    fn findings_without_times_are_when_they_are_reported() {
        let finding = |id: &str| -> Finding {
            let json = serde_json::json!({"sessionID": "s", "finding": id, "kind": "loop", "grade": "warn",
                "wasted": {"calls": 3}});
            serde_json::from_value(json).unwrap()
        };
        let mut totals = RunTotals::default();
        totals.add_finding(&finding("a"), true, Timestamp::from_ms(10));
        totals.add_finding(&finding("b"), true, Timestamp::from_ms(20));
        assert_eq!(totals.all().wasted_calls, 6);
        totals.add_finding(&finding("a"), false, Timestamp::from_ms(30));
        assert_eq!(totals.all().wasted_calls, 3);
    }
}
