//! Remembers the context of each session for its next review: task, to-do list, changed files, findings, decisions.

use crate::bounded::{BoundedMap, push_bounded};
use crate::redact::Redactor;
use crate::wire::record::{Decision, Finding, Grade, State, Verdict};
use crate::wire::{Event, Observation, Raw, Timestamp, Todo, text};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// How many sessions are remembered; the least recently used one is forgotten first.
const SESSIONS: usize = 256;
/// After how many lines to stop waiting for the text of a user's message.
const PATIENCE: u32 = 200;
/// How many earlier decisions a reviewer sees.
const DECISIONS: usize = 5;
/// How many user messages are remembered.
const USER_MESSAGES: usize = 16;
/// How many to-do items and how many changed files are remembered.
const ITEMS: usize = 50;
/// The maximum length of an item, in characters.
const ITEM: usize = 200;
/// How many open findings are remembered.
const FINDINGS: usize = 32;
/// The maximum length of a task, in characters.
const TASK: usize = 4000;

/// What a reviewer needs to know about a session. All text in it is redacted.
#[derive(Debug, Clone, Default)]
pub struct SessionContext {
    pub task: Option<String>,
    /// The ids of messages that the user wrote.
    pub user_messages: VecDeque<String>,
    awaited: Option<AwaitedTask>,
    /// The agent's own to-do list.
    pub todos: Vec<TodoItem>,
    pub changed_files: Vec<String>,
    /// The working directory, if known. Changed files are relative to it.
    pub directory: Option<String>,
    /// The open findings by their ids.
    pub findings: BTreeMap<String, OpenFinding>,
    /// The latest decisions, oldest first.
    pub decisions: VecDeque<PastDecision>,
    /// The latest turn.
    pub turn: u64,
    /// The time of the first line about the session.
    pub since: Option<Timestamp>,
}

/// A user's message that is the task as soon as its text arrives.
#[derive(Debug, Clone)]
struct AwaitedTask {
    message: String,
    lines_left: u32,
}

/// An item of the agent's to-do list.
#[derive(Debug, Clone, Serialize)]
pub struct TodoItem {
    pub what: String,
    pub open: bool,
}

/// A finding that has not been closed.
#[derive(Debug, Clone)]
pub struct OpenFinding {
    pub finding: Finding,
    /// How often it has grown since its first review.
    grown: u32,
    /// The grade and the laps at its latest review.
    reviewed: Option<(Grade, u64)>,
}

/// An earlier decision.
#[derive(Debug, Clone, Serialize)]
pub struct PastDecision {
    pub iteration: u64,
    /// Not called `action`, so that a quotation cannot be mistaken for a decision.
    #[serde(rename = "decided")]
    pub action: Verdict,
    pub reason: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stale: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl SessionContext {
    /// Records a finding. If it is due for a review, returns how often it has grown: its grade is at least `warn` and
    /// it was not reviewed in this state before.
    pub fn record_finding(&mut self, finding: Finding) -> Option<u32> {
        if finding.state == State::Closed {
            self.findings.remove(&finding.finding);
            return None;
        }
        if finding.counts_only {
            if let Some(known) = self.findings.get_mut(&finding.finding) {
                known.finding = finding;
            }
            return None;
        }
        if self.findings.len() >= FINDINGS && !self.findings.contains_key(&finding.finding) {
            self.forget_mildest();
        }
        let known = self.findings.entry(finding.finding.clone()).or_insert_with(|| OpenFinding {
            finding: finding.clone(),
            grown: 0,
            reviewed: None,
        });
        // Growth before the first review does not count.
        if finding.state != State::Open && known.reviewed.is_some() {
            known.grown = known.grown.saturating_add(1);
        }
        let (grade, laps) = (finding.grade, finding.laps);
        let changed =
            known.reviewed.is_none_or(|(then, before)| finding.state != State::Open || grade > then || laps > before);
        known.finding = finding;
        if grade < Grade::Warn || !changed {
            return None;
        }
        known.reviewed = Some((grade, laps));
        Some(known.grown)
    }

    /// Forgets the mildest finding, and of those the one that was seen longest ago.
    fn forget_mildest(&mut self) {
        let mildest = self.findings.iter().min_by_key(|(_, open)| (open.finding.grade, open.finding.last.ts));
        if let Some(id) = mildest.map(|(id, _)| id.clone()) {
            self.findings.remove(&id);
        }
    }

    /// Records that the user wrote this message. Its text becomes the task if none is known.
    fn record_user_message(&mut self, message: &str) {
        if self.user_messages.iter().any(|known| known == message) {
            return;
        }
        push_bounded(&mut self.user_messages, USER_MESSAGES, message.to_owned());
        if self.task.is_none() {
            self.awaited = Some(AwaitedTask { message: message.to_owned(), lines_left: PATIENCE });
        }
    }

    /// Takes the task from this event if it carries the text of the awaited message.
    fn look_for_task(&mut self, event: &Event<'_>, redactor: &Redactor) {
        let Some(awaited) = &mut self.awaited else {
            return;
        };
        awaited.lines_left -= 1;
        if let Event::Part(part) = event
            && part.message == awaited.message
            && part.synthetic != Some(true)
            && part.kind == "text"
            && let Some(raw) = part.text
        {
            self.task = Some(task_text(&text::decode(raw), redactor));
            self.awaited = None;
        } else if awaited.lines_left == 0 {
            self.awaited = None;
        }
    }

    fn set_todos(&mut self, todos: &[Todo<'_>], redactor: &Redactor) {
        let item = |todo: &Todo<'_>| TodoItem {
            what: todo.content.map(|raw| redactor.excerpt(&text::decode(raw), ITEM)).unwrap_or_default(),
            open: todo.open,
        };
        self.todos = todos.iter().take(ITEMS).map(item).collect();
    }

    /// Takes the changed files from a `session.diff` line.
    fn set_changed_files(&mut self, line: &str, redactor: &Redactor) {
        let Ok(DiffLine { properties }) = serde_json::from_str(line) else {
            return;
        };
        // Servers from 1.18 on always send an empty list.
        if properties.diff.is_empty() {
            return;
        }
        let name = |file: &ChangedFile| {
            let path = redactor.excerpt(&file.path, ITEM);
            format!("{path} +{} -{}", file.additions, file.deletions)
        };
        self.changed_files = properties.diff.iter().take(ITEMS).map(name).collect();
    }

    /// Adds the files of a `patch` part, a list of absolute paths.
    fn add_changed_files(&mut self, files: Raw<'_>, redactor: &Redactor) {
        for path in serde_json::from_str::<Vec<String>>(files.get()).unwrap_or_default() {
            let file = redactor.excerpt(self.relative(&path), ITEM);
            let known = |change: &String| {
                change.strip_prefix(&file).is_some_and(|rest| rest.is_empty() || rest.starts_with(" +"))
            };
            if self.changed_files.len() < ITEMS && !self.changed_files.iter().any(known) {
                self.changed_files.push(file);
            }
        }
    }

    fn relative<'p>(&self, path: &'p str) -> &'p str {
        let directory = self.directory.as_deref().map(|d| d.trim_end_matches('/'));
        directory.and_then(|directory| path.strip_prefix(directory)?.strip_prefix('/')).unwrap_or(path)
    }

    /// Records a decision about the session, ours or one that was already in the stream.
    pub fn record_decision(&mut self, decision: &Decision) {
        push_bounded(
            &mut self.decisions,
            DECISIONS,
            PastDecision {
                iteration: decision.iteration,
                action: decision.action,
                reason: decision.reason.clone(),
                stale: decision.stale,
                message: decision.message.clone(),
            },
        );
    }
}

/// A task as a reviewer sees it: redacted and cut.
pub fn task_text(text: &str, redactor: &Redactor) -> String {
    redactor.beginning(text).chars().take(TASK).collect()
}

/// A `session.diff` line, as far as it is shown.
#[derive(Deserialize)]
struct DiffLine {
    properties: Diff,
}

#[derive(Deserialize)]
struct Diff {
    diff: Vec<ChangedFile>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ChangedFile {
    #[serde(rename = "file")]
    path: String,
    additions: f64,
    deletions: f64,
}

/// The contexts of all sessions in the stream.
pub struct Contexts {
    known: BoundedMap<String, SessionContext>,
    /// How many sessions wait for the text of their user's message.
    awaiting: usize,
}

impl Default for Contexts {
    fn default() -> Self {
        Self { known: BoundedMap::new(SESSIONS), awaiting: 0 }
    }
}

impl Contexts {
    /// The context of a session, created if there is none.
    pub fn of(&mut self, session: &str, now: Timestamp) -> &mut SessionContext {
        if self.known.is_full() && !self.known.contains_key(session) {
            self.known.pop_oldest();
            self.count_awaiting();
        }
        self.known.touch(session);
        self.known
            .get_or_insert_with(session.to_owned(), || SessionContext { since: Some(now), ..SessionContext::default() })
    }

    /// Whether every line has to be parsed, because the text of a task is about to arrive.
    pub fn awaits_task(&self) -> bool {
        self.awaiting > 0
    }

    fn count_awaiting(&mut self) {
        let awaits = |(_, context): &(&String, &SessionContext)| context.awaited.is_some();
        self.awaiting = self.known.iter().filter(awaits).count();
    }

    /// Records what an event says about its session. `line` is the whole line.
    pub fn record_event(&mut self, seen: &Observation<'_>, line: &str, now: Timestamp, redactor: &Redactor) {
        let Some(session) = seen.session.as_deref() else {
            return;
        };
        match &seen.event {
            Event::SessionDeleted => {
                self.known.remove(session);
                self.count_awaiting();
            }
            Event::Todos(todos) => self.of(session, now).set_todos(todos, redactor),
            Event::Diff { .. } => self.of(session, now).set_changed_files(line, redactor),
            Event::Message { id, from_user: true, .. } => {
                self.of(session, now).record_user_message(id);
                self.count_awaiting();
            }
            Event::Part(part) if part.kind == "patch" => {
                if let Some(files) = part.files {
                    self.of(session, now).add_changed_files(files, redactor);
                }
            }
            event if self.awaiting > 0 => {
                if let Some(context) = self.known.get_mut(session) {
                    context.look_for_task(event, redactor);
                    self.count_awaiting();
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
#[path = "context_tests.rs"]
mod tests;
