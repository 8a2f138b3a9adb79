//! What a run took: calls, tokens, files; each counted once, however often a line says it.

use crate::wire::Raw;
use crate::wire::part::{Part, Tokens};
use crate::wire::record::{Finding, Kind, Totals, Wasted};
use std::collections::{BTreeSet, HashSet, VecDeque};
use std::path::Path;

/// How many files, and how many parts, are remembered. What is told twice is told twice soon.
const REMEMBERED: usize = 10_000;

/// The sums so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub totals: Totals,
    /// The files that the session's patches name, as they name them.
    changed: BTreeSet<String>,
    counted: HashSet<String>,
    order: VecDeque<String>,
}

impl Tally {
    /// A part of a message was created or changed.
    pub(super) fn part(&mut self, part: &Part<'_>) {
        let status = part.state.as_ref().map(|state| &*state.status);
        match (&*part.kind, status) {
            ("tool", Some("completed" | "error")) if self.is_new(&part.id) => self.totals.calls += 1,
            ("step-finish", _) if self.is_new(&part.id) => {
                let tokens = part.tokens.as_ref().map_or(0, Tokens::total);
                self.totals.tokens = self.totals.tokens.saturating_add(tokens);
            }
            ("patch", _) => self.patched(part.files),
            _ => {}
        }
    }

    fn is_new(&mut self, part: &str) -> bool {
        if !self.counted.insert(part.to_owned()) {
            return false;
        }
        self.order.push_back(part.to_owned());
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.counted.remove(&oldest);
        }
        true
    }

    /// A step changed these files. Measured: since 1.18 the session's diff stays empty, its patches do not.
    fn patched(&mut self, files: Option<Raw<'_>>) {
        let files: Vec<String> = files
            .and_then(|files| serde_json::from_str(files.get()).ok())
            .unwrap_or_default();
        for file in files {
            if self.changed.len() < REMEMBERED {
                self.changed.insert(file);
            }
        }
        self.diff(self.changed.len());
    }

    /// The session has changed so many files.
    pub(super) fn diff(&mut self, files: usize) {
        let files = u64::try_from(files).unwrap_or(u64::MAX);
        self.totals.changed_files = self.totals.changed_files.max(files);
    }

    /// A finding, and what the same one had wasted before. One about a message that was ignored repeats what
    /// the finding has wasted that the message was about.
    pub(super) fn found(&mut self, finding: &Finding, before: Option<Wasted>) {
        if before.is_none() {
            self.totals.findings += 1;
        }
        if finding.kind == Kind::Steering {
            return;
        }
        let before = before.unwrap_or_default();
        self.totals.wasted_calls += finding.wasted.calls.saturating_sub(before.calls);
        self.totals.wasted_tokens += finding.wasted.tokens.saturating_sub(before.tokens);
    }

    /// The files that were changed, those below `directory` relative to it.
    pub(super) fn changed(&self, directory: Option<&str>) -> Vec<String> {
        let relative = |file: &String| {
            let below = directory.and_then(|directory| Path::new(file).strip_prefix(directory).ok());
            below.map_or_else(|| file.clone(), |below| below.to_string_lossy().into_owned())
        };
        self.changed.iter().map(relative).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Event, observe};

    fn told(tally: &mut Tally, id: &str, rest: &str) {
        let line = format!(
            r#"{{"type":"message.part.updated","properties":{{"part":{{"id":"{id}","messageID":"m",{rest}}}}}}}"#
        );
        match observe(&line).unwrap().event {
            Event::Part(part) => tally.part(&part),
            other => panic!("no part: {other:?}"),
        }
    }

    #[test]
    fn a_call_and_a_step_count_once_however_often_they_are_told() {
        let mut tally = Tally::default();
        for _ in 0..2 {
            told(&mut tally, "a", r#""type":"tool","state":{"status":"running"}"#);
            told(&mut tally, "a", r#""type":"tool","state":{"status":"completed"}"#);
            told(&mut tally, "b", r#""type":"tool","state":{"status":"error"}"#);
            told(
                &mut tally,
                "c",
                r#""type":"step-finish","tokens":{"input":5,"output":2,"reasoning":1}"#,
            );
            told(
                &mut tally,
                "d",
                r#""type":"patch","files":["/w/a.rs","/else/b.rs"]"#,
            );
        }
        let totals = tally.totals;
        assert_eq!((totals.calls, totals.tokens, totals.changed_files), (2, 8, 2));
        assert_eq!(tally.changed(Some("/w")), ["/else/b.rs", "a.rs"]);
    }

    #[test]
    fn what_was_wasted_counts_once() {
        let finding = |kind: Kind, calls: u64| -> Finding {
            let json = serde_json::json!({"sessionID": "s", "kind": kind, "grade": "warn", "wasted": {"calls": calls}});
            serde_json::from_value(json).unwrap()
        };
        let mut tally = Tally::default();
        tally.found(&finding(Kind::Loop, 3), None);
        tally.found(&finding(Kind::Loop, 5), Some(Wasted { calls: 3, tokens: 0 }));
        tally.found(&finding(Kind::Steering, 5), None);
        assert_eq!((tally.totals.wasted_calls, tally.totals.findings), (5, 2));
    }
}
