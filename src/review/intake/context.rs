//! What is remembered of a session between reviews: its task, its list, its changes, its trouble.

use super::recent::beginning_of;
use crate::review::redact::Masker;
use crate::wire::record::{Decision, Finding, Grade, State};
use crate::wire::{Raw, Todo, text};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// How many earlier decisions a reviewer is told.
const DECISIONS: usize = 5;
/// How many messages are remembered as the user's own.
const USERS: usize = 16;
/// How many items of the agent's list, and how many changed files, are remembered.
const ITEMS: usize = 50;
/// How long each of them is, in characters.
const ITEM: usize = 200;
/// How many episodes are remembered at a time.
const FINDINGS: usize = 32;

/// A session, as far as a reviewer needs to know it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Case {
    /// What it was told to do, masked.
    pub task: Option<String>,
    /// The messages that the user wrote.
    pub users: VecDeque<String>,
    /// The user's message whose text has not been seen yet, and how many lines more it is waited for.
    pub awaited: Option<(String, u32)>,
    /// The agent's own list, masked.
    pub todos: Vec<Item>,
    /// The files it changed, masked.
    pub changes: Vec<String>,
    /// Where it works, where that was told: its files are named from there.
    pub directory: Option<String>,
    /// Its open episodes.
    pub troubles: BTreeMap<String, Trouble>,
    /// The last decisions about it, oldest first.
    pub decisions: VecDeque<Past>,
    /// The latest turn.
    pub turn: u64,
    /// When it was first heard of, in the time of the lines.
    pub since: Option<i64>,
    /// When a reviewer was last asked about it, in the time of the lines.
    pub asked: Option<i64>,
}

/// One item of the agent's own list.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Item {
    pub what: String,
    pub open: bool,
}

/// An open episode.
#[derive(Debug, Clone)]
pub(crate) struct Trouble {
    pub finding: Finding,
    /// How often it has grown since it was first judged.
    pub grown: u32,
    /// The grade and the laps at which it was last judged.
    judged: Option<(Grade, u64)>,
}

/// An earlier decision.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Past {
    pub iteration: u64,
    /// Not `action`: what is repeated of it must not read as a decision.
    #[serde(rename = "decided")]
    pub action: crate::wire::record::Verdict,
    pub reason: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stale: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl Case {
    /// Takes a finding. Says how often it has grown when it is worth judging: loud enough, and not judged
    /// before as it stands.
    pub(crate) fn hear(&mut self, finding: Finding) -> Option<u32> {
        if finding.state == State::Closed {
            self.troubles.remove(&finding.finding);
            return None;
        }
        if self.troubles.len() >= FINDINGS && !self.troubles.contains_key(&finding.finding) {
            self.troubles.pop_first();
        }
        let known = self
            .troubles
            .entry(finding.finding.clone())
            .or_insert_with(|| Trouble {
                finding: finding.clone(),
                grown: 0,
                judged: None,
            });
        // What it did before it was loud enough to be judged was no answer to a decision.
        if finding.state != State::Open && known.judged.is_some() {
            known.grown = known.grown.saturating_add(1);
        }
        let now = (finding.grade, finding.laps);
        let news = known
            .judged
            .is_none_or(|then| finding.state != State::Open || now.0 > then.0 || now.1 > then.1);
        known.finding = finding;
        if now.0 < Grade::Warn || !news {
            return None;
        }
        known.judged = Some(now);
        Some(known.grown)
    }

    /// Notes that the user wrote this message; its text is the task, where none is known.
    pub(crate) fn user_wrote(&mut self, message: &str, patience: u32) {
        if self.users.iter().any(|known| known == message) {
            return;
        }
        if self.users.len() == USERS {
            self.users.pop_front();
        }
        self.users.push_back(message.to_owned());
        if self.task.is_none() {
            self.awaited = Some((message.to_owned(), patience));
        }
    }

    pub(crate) fn list(&mut self, todos: &[Todo<'_>], masker: &Masker) {
        let item = |todo: &Todo<'_>| Item {
            what: todo
                .content
                .map(|raw| short(&text::decode(raw), masker))
                .unwrap_or_default(),
            open: todo.open,
        };
        self.todos = todos.iter().take(ITEMS).map(item).collect();
    }

    /// Takes the changed files out of a `session.diff` line.
    pub(crate) fn change(&mut self, line: &str, masker: &Masker) {
        let Ok(diff) = serde_json::from_str::<DiffLine>(line) else {
            return;
        };
        // Servers from 1.18 on send it empty, whatever changed.
        if diff.properties.diff.is_empty() {
            return;
        }
        let files = diff.properties.diff.into_iter().take(ITEMS);
        self.changes = files
            .map(|file| {
                format!(
                    "{} +{} -{}",
                    short(&file.path, masker),
                    file.additions,
                    file.deletions
                )
            })
            .collect();
    }

    /// Takes the files of a `patch` part: a list of absolute paths.
    pub(crate) fn patch(&mut self, files: Raw<'_>, masker: &Masker) {
        for path in serde_json::from_str::<Vec<String>>(files.get()).unwrap_or_default() {
            let file = short(self.relative(&path), masker);
            let known = |change: &String| {
                change
                    .strip_prefix(&file)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(" +"))
            };
            if self.changes.len() < ITEMS && !self.changes.iter().any(known) {
                self.changes.push(file);
            }
        }
    }

    fn relative<'p>(&self, path: &'p str) -> &'p str {
        let here = self
            .directory
            .as_deref()
            .map(|folder| folder.trim_end_matches('/'));
        here.and_then(|folder| path.strip_prefix(folder)?.strip_prefix('/'))
            .unwrap_or(path)
    }

    pub(crate) fn decided(&mut self, decision: &Decision) {
        if self.decisions.len() == DECISIONS {
            self.decisions.pop_front();
        }
        self.decisions.push_back(Past {
            iteration: decision.iteration,
            action: decision.action,
            reason: decision.reason.clone(),
            stale: decision.stale,
            message: decision.message.clone(),
        });
    }
}

/// `text` in one line, masked, within the bound of an item.
pub(crate) fn short(text: &str, masker: &Masker) -> String {
    text::excerpt(&beginning_of(text, masker), ITEM)
}

/// The members of a `session.diff` line that are shown.
#[derive(Deserialize)]
struct DiffLine {
    properties: Diff,
}

#[derive(Deserialize)]
struct Diff {
    diff: Vec<Changed>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Changed {
    #[serde(rename = "file")]
    path: String,
    additions: f64,
    deletions: f64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn finding(grade: &str, state: &str, laps: u64) -> Finding {
        serde_json::from_value(json!({
            "sessionID": "s", "finding": "f", "kind": "loop", "rule": "r", "grade": grade, "state": state,
            "summary": "x", "laps": laps,
        }))
        .unwrap()
    }

    #[test]
    fn a_finding_is_judged_once_and_again_only_when_it_has_grown() {
        let mut case = Case::default();
        assert_eq!(case.hear(finding("notice", "open", 3)), None);
        assert_eq!(case.hear(finding("warn", "graver", 4)), Some(0));
        assert_eq!(case.hear(finding("warn", "open", 4)), None);
        assert_eq!(case.hear(finding("warn", "grown", 8)), Some(1));
        assert_eq!(case.hear(finding("stop", "open", 8)), Some(1));
        assert_eq!(case.hear(finding("warn", "closed", 8)), None);
        assert_eq!(case.hear(finding("warn", "open", 3)), Some(0));
    }

    #[test]
    fn sta_03_the_last_five_decisions_are_remembered() {
        let mut case = Case::default();
        for iteration in 1..=9u64 {
            let decision = json!({"sessionID": "s", "action": "continue", "reason": "r", "iteration": iteration, "reviewer": "x"});
            case.decided(&serde_json::from_value(decision).unwrap());
        }
        let kept: Vec<u64> = case.decisions.iter().map(|past| past.iteration).collect();
        assert_eq!(kept, [5, 6, 7, 8, 9]);
    }

    #[test]
    fn changed_files_are_named_with_their_sizes() {
        let mut case = Case::default();
        case.change(
            r#"{"type":"session.diff","properties":{"diff":[{"file":"src/a.rs","additions":3,"deletions":1,"before":"x"}]}}"#,
            &Masker::default(),
        );
        assert_eq!(case.changes, ["src/a.rs +3 -1"]);
        case.change(
            r#"{"type":"session.diff","properties":{"diff":[]}}"#,
            &Masker::default(),
        );
        assert_eq!(case.changes, ["src/a.rs +3 -1"]);
    }

    #[test]
    fn files_of_patches_are_named_once_from_where_the_session_works() {
        let mut case = Case {
            directory: Some("/p/".to_owned()),
            changes: vec!["src/a.rs +3 -1".to_owned()],
            ..Case::default()
        };
        for files in [r#"["/p/src/a.rs","/p/b"]"#, r#"["/p/b","/px/c"]"#, "null", "[1]"] {
            case.patch(Raw::new(files), &Masker::default());
        }
        assert_eq!(case.changes, ["src/a.rs +3 -1", "b", "/px/c"]);
        let many: Vec<String> = (0..200).map(|n| format!("/p/{n}")).collect();
        case.patch(Raw::new(&json!(many).to_string()), &Masker::default());
        assert_eq!(case.changes.len(), ITEMS);
    }
}
