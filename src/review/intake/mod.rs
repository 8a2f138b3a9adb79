//! Reads the lines: keeps each session's context, and finds out when a review is due.
//!
//! It does not know what is waiting or being asked. News about that goes to a callback, as [`Update`]s.

pub mod context;
mod recent;
pub mod trigger;
pub mod update;

use crate::redact::Redactor;
use crate::wire::record::{
    AnyRecord, Decision, Done, Finding, Kind, Opened, PREFIX, Record, State, StateChange, Turn, Why,
};
use crate::wire::{Event, Raw, StreamClock, Timestamp, head, observe};
use context::{Contexts, SessionContext, task_text};
use memchr::memmem::Finder;
use recent::Recent;
use regex::bytes::Regex;
use std::sync::LazyLock;
use trigger::{Trigger, TriggerKind};
use update::Update;

/// Matches every relevant line (see [`is_relevant`]) whose head cannot be read.
static RELEVANT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#""ocr\.|"todo\.updated"|"session\.diff"|"session\.deleted"|"user"|"patch""#).ok());
static USER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"user\""));
static PATCH: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"patch\""));

/// The records that say something about a session under review.
const READ: [&str; 5] = [Finding::TYPE, Done::TYPE, Turn::TYPE, Opened::TYPE, Decision::TYPE];

/// How many triggers wait for related records. A detector writes few at a time; a line that belongs to none may never come.
const HELD: usize = 256;

/// Whether a line may matter while no review is waiting or in progress: one of our records, a to-do list, changed
/// files, a message of the user, a deleted session. It may let too many lines through, but never too few.
fn is_relevant(kind: &str, line: &[u8]) -> bool {
    match kind {
        "todo.updated" | "session.diff" | "session.deleted" => true,
        "message.updated" => USER.find(line).is_some(),
        "message.part.updated" => PATCH.find(line).is_some(),
        StateChange::TYPE => false,
        _ => kind.starts_with(PREFIX),
    }
}

/// Turns lines into contexts and triggers.
pub struct Intake {
    contexts: Contexts,
    recent: Recent,
    /// Whether a reviewer will want to see recent lines.
    keeps_recent: bool,
    /// The task of sessions whose stream does not contain it.
    default_task: Option<String>,
    redactor: Redactor,
    /// Triggers that wait for related records: a finding for its turn, a rest for both of its records.
    held: Vec<Trigger>,
    /// Whether the line before was unreadable. A run of such lines is reported once.
    in_garbage: bool,
    clock: StreamClock,
}

/// Where to send updates.
type Updates<'u> = &'u mut dyn FnMut(&Update<'_>);

/// Whether the records that belong together are complete.
#[derive(PartialEq, Eq)]
enum Group {
    Complete,
    MayContinue,
}

impl Intake {
    pub fn new(redactor: Redactor, task: Option<&str>, keeps_recent: bool) -> Self {
        Self {
            contexts: Contexts::default(),
            recent: Recent::default(),
            keeps_recent,
            default_task: task.map(|task| task_text(task, &redactor)),
            redactor,
            held: Vec::new(),
            in_garbage: false,
            clock: StreamClock::default(),
        }
    }

    /// The time of the latest line.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The latest lines, each with its newline.
    pub fn recent_lines(&self) -> Vec<u8> {
        self.recent.to_bytes()
    }

    /// A copy of what is known about a session.
    pub fn context_of(&mut self, session: &str) -> SessionContext {
        let mut context = self.contexts.of(session, self.now()).clone();
        context.task = context.task.or_else(|| self.default_task.clone());
        context
    }

    /// Records a decision that was just made.
    pub fn record_decision(&mut self, decision: &Decision, ts: Timestamp) {
        self.contexts.of(&decision.session_id, ts).record_decision(decision);
    }

    /// Reads a line, reports its updates, and returns the triggers that it completes. With `every_event`, the line is
    /// parsed even if it says nothing about any context.
    pub fn read(&mut self, line: &[u8], every_event: bool, updates: Updates<'_>) -> Vec<Trigger> {
        let head = head(line);
        let relevant = match head {
            Some(head) => is_relevant(head.kind, line),
            None => RELEVANT.as_ref().is_none_or(|relevant| relevant.is_match(line)),
        };
        let triggers = match head {
            Some(head) if !relevant && !every_event && !self.contexts.awaits_task() => {
                self.clock.see(Some(head.ts));
                self.release()
            }
            _ => self.parse(&String::from_utf8_lossy(line), relevant, updates),
        };
        if self.keeps_recent {
            self.recent.push(line, &self.redactor);
        }
        triggers
    }

    /// The triggers that no further record can belong to.
    pub fn release(&mut self) -> Vec<Trigger> {
        if self.held.is_empty() {
            return Vec::new();
        }
        trigger::worth_asking(std::mem::take(&mut self.held))
    }

    fn parse(&mut self, line: &str, relevant: bool, updates: Updates<'_>) -> Vec<Trigger> {
        let Ok(seen) = observe(line) else {
            let broken = relevant && !line.trim().is_empty();
            if broken && !std::mem::replace(&mut self.in_garbage, true) {
                tracing::warn!("a line is not a JSON object; passing it on unread");
            }
            return self.release();
        };
        self.in_garbage = false;
        let now = self.clock.see(seen.ts);
        if let Event::Record { kind, properties } = &seen.event {
            return match self.read_record(kind, *properties, updates) {
                Group::MayContinue if self.held.len() < HELD => Vec::new(),
                Group::MayContinue | Group::Complete => self.release(),
            };
        }
        updates(&Update::Event { session: seen.session.as_deref(), event: &seen.event });
        self.contexts.record_event(&seen, line, now, &self.redactor);
        self.release()
    }

    /// Reads one of our records. The records of a detector belong together; any other line completes the group.
    fn read_record(&mut self, kind: &str, properties: Raw<'_>, updates: Updates<'_>) -> Group {
        if !READ.contains(&kind) {
            return Group::Complete;
        }
        match AnyRecord::parse(kind, properties) {
            Ok(Some(AnyRecord::Finding(finding))) => self.on_finding(finding, updates),
            Ok(Some(AnyRecord::Done(done))) => self.on_done(done, updates),
            Ok(Some(AnyRecord::Turn(turn))) => self.on_turn(turn, updates),
            Ok(Some(AnyRecord::Opened(opened))) => self.on_opened(opened),
            Ok(Some(AnyRecord::Decision(decision))) => {
                self.record_decision(&decision, self.now());
                Group::Complete
            }
            Ok(_) => Group::Complete,
            Err(error) => {
                // The message quotes what it could not read.
                let error = error.to_string();
                tracing::warn!("ignoring an unreadable {kind} record: {}", self.redactor.redact(&error));
                Group::Complete
            }
        }
    }

    fn on_opened(&mut self, opened: Opened) -> Group {
        self.recent.clear();
        if let Some(session) = opened.session_id {
            let now = self.now();
            let context = self.contexts.of(&session, now);
            context.directory = opened.directory;
            if let Some(task) = opened.task {
                context.task = Some(task_text(&task, &self.redactor));
            }
        }
        Group::Complete
    }

    fn on_finding(&mut self, mut finding: Finding, updates: Updates<'_>) -> Group {
        if finding.finding.is_empty() {
            // A custom detector may not number its findings.
            finding.finding = finding.episode().into_owned();
        }
        if finding.state == State::Closed {
            updates(&Update::FindingClosed { session: &finding.session_id, finding: &finding.finding });
            self.held.retain(|held| {
                held.session != finding.session_id || held.finding().is_none_or(|f| f.finding != finding.finding)
            });
        }
        let now = self.now();
        let context = self.contexts.of(&finding.session_id, now);
        let iteration = context.turn.max(1);
        // A turn follows a finding that is new or graver, unless it is about a budget.
        let turn_follows = finding.kind != Kind::Budget && matches!(finding.state, State::Open | State::Graver);
        if let Some(grown) = context.record_finding(finding.clone()) {
            self.held.push(Trigger {
                session: finding.session_id.clone(),
                iteration,
                judged: judged_id(&finding),
                kind: TriggerKind::Finding { finding: Box::new(finding), grown },
            });
        }
        if turn_follows { Group::MayContinue } else { Group::Complete }
    }

    fn on_done(&mut self, done: Done, updates: Updates<'_>) -> Group {
        let session = done.session_id.clone();
        updates(&Update::Rested { session: &session });
        let iteration = self.contexts.of(&session, self.now()).turn.max(1);
        let judged = done.evidence.last().map(|e| e.id.clone()).unwrap_or_default();
        let kind = TriggerKind::Rest(Some(Box::new(done)));
        // The turn may have come first.
        if let Some(rest) = self.held_rest(&session) {
            rest.kind = kind;
            return Group::Complete;
        }
        self.held.push(Trigger { session, iteration, judged, kind });
        Group::MayContinue
    }

    fn on_turn(&mut self, turn: Turn, updates: Updates<'_>) -> Group {
        let session = turn.session_id;
        if turn.why == Why::Rest {
            updates(&Update::Rested { session: &session });
        }
        self.contexts.of(&session, self.now()).turn = turn.turn;
        // A turn follows the findings that caused it, which may be those of a subagent.
        self.held
            .iter_mut()
            .filter(|held| !held.is_rest() || held.session == session)
            .for_each(|held| held.iteration = turn.turn);
        let has_finding = |held: &Trigger| held.session == session && held.finding().is_some();
        let kind = match turn.why {
            Why::Rest => {
                if let Some(rest) = self.held_rest(&session) {
                    if !turn.at.id.is_empty() {
                        rest.judged = turn.at.id;
                    }
                    return Group::Complete;
                }
                TriggerKind::Rest(None)
            }
            // The finding is a trigger of its own, which says more.
            Why::Finding => return Group::Complete,
            Why::Silence if self.held.iter().any(has_finding) => return Group::Complete,
            Why::Silence => TriggerKind::Silence,
            Why::Interval => TriggerKind::Interval,
        };
        self.held.push(Trigger { session, iteration: turn.turn, judged: turn.at.id, kind });
        if turn.why == Why::Rest { Group::MayContinue } else { Group::Complete }
    }

    fn held_rest(&mut self, session: &str) -> Option<&mut Trigger> {
        self.held.iter_mut().find(|held| held.session == session && held.is_rest())
    }
}

/// The event that a finding is judged by: its latest one, or one from its evidence if the latest was silence.
fn judged_id(finding: &Finding) -> String {
    let evidence = finding.evidence.last().map(|e| &e.id);
    let ids = [Some(&finding.last.id), evidence, Some(&finding.since.id)];
    ids.into_iter().flatten().find(|id| !id.is_empty()).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests;
