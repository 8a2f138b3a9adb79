//! Tells whether a session has come to rest, what it claims then, and what contradicts that.

use crate::detect::call::Call;
use crate::detect::call::classify::Kind;
use crate::detect::config::Config;
use crate::detect::fact::history::Comparison;
use crate::wire::Timestamp;
use crate::wire::record::{Claim, Contradiction, Done, Evidence, Outcome, Point};
use crate::wire::text;
use crate::wire::text::EXCERPT;
use regex::Regex;
use std::sync::LazyLock;

/// How much of the end of the last text to keep, in bytes.
const TAIL: usize = 2048;
/// How much of it to search for a claim in prose, in bytes.
const CLAIM_TAIL: usize = 400;

/// Words that claim that the work is done.
static SOUNDS_DONE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(done|complete[d]?|finished|implemented|fixed|resolved|ready|succe(eded|ssful|ssfully)|all (the )?(tests|checks) (now )?(pass|are green))\b",
    )
    .ok()
});

/// How the last answer of a turn ended.
#[derive(Debug, Clone, PartialEq, Eq)]
enum End {
    Stop,
    Length,
    Aborted,
    Error(String),
}

/// What is known about the current turn.
#[derive(Default)]
pub(crate) struct Completion {
    /// Whether anything happened since the last rest.
    open: bool,
    end: Option<End>,
    /// Since when the session has been idle in the middle of a turn.
    idle_since: Option<Timestamp>,
    /// Whether the dialect has idle events. That of `opencode run` has none.
    has_idle_events: bool,
    open_todos: usize,
    files: Option<usize>,
    changes: u64,
    unchecked: Option<Evidence>,
    last_check: Option<(Evidence, bool)>,
    text: String,
    text_id: String,
}

impl Completion {
    /// Records that the session works.
    pub(crate) fn mark_working(&mut self) {
        if !self.open {
            self.text.clear();
            self.end = None;
        }
        self.open = true;
        self.idle_since = None;
    }

    /// Records that an answer begins, so that the end of the last one no longer counts. A busy status alone does
    /// not mean that: servers send one after the last answer, too.
    pub(crate) fn begin_answer(&mut self) {
        self.mark_working();
        self.end = None;
    }

    /// Whether anything happened since the last rest.
    pub(crate) fn is_open(&self) -> bool {
        self.open
    }

    /// Records why an answer ended: `stop`, `tool-calls`, `length`, …
    pub(crate) fn end_answer(&mut self, reason: &str) {
        match reason {
            // The turn goes on with the tools.
            "tool-calls" | "tool_calls" => self.end = None,
            _ if matches!(self.end, Some(End::Aborted | End::Error(_))) => {}
            "length" | "max_tokens" => self.end = Some(End::Length),
            _ => self.end = Some(End::Stop),
        }
    }

    /// Records that the session failed or was aborted.
    pub(crate) fn record_failure(&mut self, name: &str) {
        self.end = Some(if name == "MessageAbortedError" { End::Aborted } else { End::Error(name.to_owned()) });
    }

    /// Records that the dialect has idle events.
    pub(crate) fn expect_idle_events(&mut self) {
        self.has_idle_events = true;
    }

    /// Sets how many items of the todo list are open.
    pub(crate) fn set_open_todos(&mut self, open: usize) {
        self.open_todos = open;
    }

    /// Sets how many files the session has changed, according to the server.
    pub(crate) fn set_changed_files(&mut self, files: usize) {
        self.files = Some(files);
    }

    /// Begins a text part, which replaces the last text.
    pub(crate) fn begin_text(&mut self, id: &str) {
        self.text.clear();
        id.clone_into(&mut self.text_id);
    }

    /// Appends to the last text.
    pub(crate) fn append_text(&mut self, text: &str) {
        self.text.push_str(text);
        if self.text.len() > 2 * TAIL {
            let cut = self.text.ceil_char_boundary(self.text.len() - TAIL);
            self.text.drain(..cut);
        }
    }

    /// The end of the last text.
    pub(crate) fn last_text(&self) -> &str {
        &self.text
    }

    /// Records a call that ended.
    pub(crate) fn record_call(&mut self, call: &Call, compared: Comparison) {
        match call.kind {
            Kind::Mutate if !call.failed() => {
                self.changes += 1;
                self.unchecked = Some(call.evidence());
            }
            Kind::Check if !compared.poll || call.error.is_some() => {
                self.last_check = Some((call.evidence(), call.failed() || call.failing.is_some()));
                self.unchecked = None;
            }
            _ => {}
        }
    }

    /// Records that the server says idle, and returns whether the session thereby rests. `pending` says that a
    /// call or a request is open.
    pub(crate) fn go_idle(&mut self, now: Timestamp, pending: bool) -> bool {
        if !self.open {
            return false;
        }
        let was_cut_short = matches!(self.end, Some(End::Aborted | End::Error(_)));
        if was_cut_short || (self.end.is_some() && !pending) {
            return true;
        }
        self.idle_since.get_or_insert(now);
        false
    }

    /// When a session that is idle in the middle of a turn counts as resting.
    pub(crate) fn deadline(&self, config: &Config) -> Option<Timestamp> {
        Some(self.idle_since?.after(config.rest_grace))
    }

    /// Whether the session rests if the stream ends now.
    pub(crate) fn rests_at_end(&self) -> bool {
        self.open && (self.idle_since.is_some() || (!self.has_idle_events && self.end.is_some()))
    }

    /// Ends the turn, because the session rests. `has_warning` says that a finding of grade `warn` or above is open.
    pub(crate) fn finish_turn(&mut self, session: &str, config: &Config, has_warning: bool, at: &Point) -> Done {
        self.open = false;
        self.idle_since = None;
        let claim = self.claim(config);
        let contradictions = self.contradictions(has_warning);
        let outcome = match &self.end {
            Some(End::Aborted) => Outcome::Aborted,
            Some(End::Error(_)) => Outcome::Error,
            Some(End::Length) => Outcome::Length,
            _ if claim != Claim::Promise && self.asks_question() => Outcome::Waiting,
            _ if claim == Claim::Promise && contradictions.is_empty() => Outcome::Done,
            _ => Outcome::Candidate,
        };
        Done { session_id: session.to_owned(), outcome, claim, contradictions, evidence: self.evidence(at) }
    }

    fn last_line(&self) -> &str {
        self.text.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default()
    }

    fn asks_question(&self) -> bool {
        self.last_line().trim_end_matches(['*', '_', '"', ')']).ends_with('?')
    }

    fn claim(&self, config: &Config) -> Claim {
        let promise = config.done_pattern.as_ref();
        if promise.is_some_and(|pattern| pattern.is_match(self.last_line())) {
            return Claim::Promise;
        }
        let start = self.text.ceil_char_boundary(self.text.len().saturating_sub(CLAIM_TAIL));
        let sounds_done = SOUNDS_DONE.as_ref().is_some_and(|p| p.is_match(&self.text[start..]));
        if sounds_done && !self.asks_question() { Claim::Prose } else { Claim::None }
    }

    fn contradictions(&self, has_warning: bool) -> Vec<Contradiction> {
        let nothing_changed = self.changes == 0 && self.files.unwrap_or(0) == 0;
        [
            (Contradiction::OpenTodos, self.open_todos > 0),
            (Contradiction::LastCheckFailed, self.last_check.as_ref().is_some_and(|(_, failed)| *failed)),
            (Contradiction::UncheckedChange, self.unchecked.is_some()),
            (Contradiction::EmptyDiff, nothing_changed),
            (Contradiction::CutOff, self.end == Some(End::Length)),
            (Contradiction::OpenFinding, has_warning),
        ]
        .into_iter()
        .filter_map(|(contradiction, applies)| applies.then_some(contradiction))
        .collect()
    }

    fn evidence(&self, at: &Point) -> Vec<Evidence> {
        let mut evidence = Vec::new();
        if let Some(End::Error(name)) = &self.end {
            evidence.push(Evidence { id: at.id.clone(), excerpt: name.clone() });
        }
        if !self.text.trim().is_empty() {
            evidence.push(Evidence { id: self.text_id.clone(), excerpt: text::excerpt(self.last_line(), EXCERPT) });
        }
        evidence.extend(self.last_check.as_ref().map(|(check, _)| check.clone()));
        evidence.extend(self.unchecked.clone());
        evidence
    }
}
