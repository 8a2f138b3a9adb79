//! Rest and completion: has the session come to rest, what does it claim, and what speaks against it?

use super::history::Comparison;
use crate::detect::call::Call;
use crate::detect::call::classify::Kind;
use crate::detect::config::Config;
use crate::wire::record::{Claim, Contradiction, Done, Evidence, Outcome, Point};
use crate::wire::text;
use regex::Regex;
use std::sync::LazyLock;

/// How much of the end of the last text is kept, in bytes.
const TAIL: usize = 2048;
/// How much of it is searched for a claim in prose.
const CLAIM_TAIL: usize = 400;
/// How long an excerpt is, in characters.
const EXCERPT: usize = 160;

/// How a text sounds that says the work is done.
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

/// What is known about the turn that is under way.
#[derive(Default)]
pub(crate) struct Completion {
    /// Something happened since the last rest.
    open: bool,
    end: Option<End>,
    /// Idle in the middle of something, since then.
    idle_since: Option<i64>,
    /// The dialect has idle events; that of `opencode run` has none.
    hears_idle: bool,
    open_todos: usize,
    files: Option<usize>,
    changes: u64,
    unchecked: Option<Evidence>,
    last_check: Option<(Evidence, bool)>,
    text: String,
    text_id: String,
}

impl Completion {
    /// The session works, or says that it does.
    pub(crate) fn works(&mut self) {
        if !self.open {
            self.text.clear();
            self.end = None;
        }
        self.open = true;
        self.idle_since = None;
    }

    /// Another answer, or a message to answer: how the last one ended matters no more. A server that
    /// says busy once more after the last answer means nothing by it.
    pub(crate) fn begins(&mut self) {
        self.works();
        self.end = None;
    }

    /// Whether anything happened since the last rest.
    pub(crate) fn is_open(&self) -> bool {
        self.open
    }

    /// An answer ended, for this reason (`stop`, `tool-calls`, `length`, …).
    pub(crate) fn answered(&mut self, reason: &str) {
        match reason {
            // The answer is over, the turn is not: tools come next.
            "tool-calls" | "tool_calls" => self.end = None,
            _ if matches!(self.end, Some(End::Aborted | End::Error(_))) => {}
            "length" | "max_tokens" => self.end = Some(End::Length),
            _ => self.end = Some(End::Stop),
        }
    }

    /// The session failed or was aborted.
    pub(crate) fn failed(&mut self, name: &str) {
        self.end = Some(if name == "MessageAbortedError" {
            End::Aborted
        } else {
            End::Error(name.to_owned())
        });
    }

    /// The dialect says when a session goes idle.
    pub(crate) fn hears_idle(&mut self) {
        self.hears_idle = true;
    }

    /// The todo list as it is now.
    pub(crate) fn todos(&mut self, open: usize) {
        self.open_todos = open;
    }

    /// How many files the session has changed, as the server counts.
    pub(crate) fn diff(&mut self, files: usize) {
        self.files = Some(files);
    }

    /// A text part begins: what was said before is not the last word.
    pub(crate) fn text_begins(&mut self, id: &str) {
        self.text.clear();
        id.clone_into(&mut self.text_id);
    }

    /// More of the last text.
    pub(crate) fn text(&mut self, more: &str) {
        self.text.push_str(more);
        if self.text.len() > 2 * TAIL {
            let cut = self.text.ceil_char_boundary(self.text.len() - TAIL);
            self.text.drain(..cut);
        }
    }

    /// The end of the last text.
    pub(crate) fn last_text(&self) -> &str {
        &self.text
    }

    /// A call has come to its end.
    pub(crate) fn call(&mut self, call: &Call, compared: Comparison) {
        let evidence = || Evidence {
            id: call.point.id.clone(),
            excerpt: call.excerpt.clone(),
        };
        match call.kind {
            Kind::Mutate if !call.failed() => {
                self.changes += 1;
                self.unchecked = Some(evidence());
            }
            Kind::Check if !compared.poll || call.error.is_some() => {
                self.last_check = Some((evidence(), call.failed() || call.failing.is_some()));
                self.unchecked = None;
            }
            _ => {}
        }
    }

    /// The server says idle. True when that is rest.
    pub(crate) fn idle(&mut self, now: i64, pending: bool) -> bool {
        if !self.open {
            return false;
        }
        let broken = matches!(self.end, Some(End::Aborted | End::Error(_)));
        if broken || (self.end.is_some() && !pending) {
            return true;
        }
        self.idle_since.get_or_insert(now);
        false
    }

    /// When an idle session that ended in the middle of something is at rest all the same.
    pub(crate) fn deadline(&self, config: &Config) -> Option<i64> {
        Some(self.idle_since?.saturating_add(config.rest_grace))
    }

    /// Whether the session rests if nothing more comes at all.
    pub(crate) fn rests_at_end(&self) -> bool {
        self.open && (self.idle_since.is_some() || (!self.hears_idle && self.end.is_some()))
    }

    /// The session is at rest: what is to be said about it.
    pub(crate) fn rest(&mut self, session: &str, config: &Config, trouble: bool, at: &Point) -> Done {
        self.open = false;
        self.idle_since = None;
        let claim = self.claim(config);
        let contradictions = self.contradictions(trouble);
        let outcome = match &self.end {
            Some(End::Aborted) => Outcome::Aborted,
            Some(End::Error(_)) => Outcome::Error,
            Some(End::Length) => Outcome::Length,
            _ if claim != Claim::Promise && self.asks() => Outcome::Waiting,
            _ if claim == Claim::Promise && contradictions.is_empty() => Outcome::Done,
            _ => Outcome::Candidate,
        };
        Done {
            session_id: session.to_owned(),
            outcome,
            claim,
            contradictions,
            evidence: self.evidence(at),
        }
    }

    fn last_line(&self) -> &str {
        self.text
            .lines()
            .rev()
            .map(str::trim)
            .find(|line| !line.is_empty())
            .unwrap_or_default()
    }

    fn asks(&self) -> bool {
        self.last_line()
            .trim_end_matches(['*', '_', '"', ')'])
            .ends_with('?')
    }

    fn claim(&self, config: &Config) -> Claim {
        let promised = config.done_pattern.as_ref();
        if promised.is_some_and(|pattern| pattern.is_match(self.last_line())) {
            return Claim::Promise;
        }
        let start = self
            .text
            .ceil_char_boundary(self.text.len().saturating_sub(CLAIM_TAIL));
        let sounds = SOUNDS_DONE
            .as_ref()
            .is_some_and(|p| p.is_match(&self.text[start..]));
        if sounds && !self.asks() {
            Claim::Prose
        } else {
            Claim::None
        }
    }

    fn contradictions(&self, trouble: bool) -> Vec<Contradiction> {
        let nothing = self.changes == 0 && self.files.unwrap_or(0) == 0;
        [
            (Contradiction::OpenTodos, self.open_todos > 0),
            (
                Contradiction::LastCheckFailed,
                self.last_check.as_ref().is_some_and(|(_, failed)| *failed),
            ),
            (Contradiction::UncheckedChange, self.unchecked.is_some()),
            (Contradiction::EmptyDiff, nothing),
            (Contradiction::CutOff, self.end == Some(End::Length)),
            (Contradiction::OpenFinding, trouble),
        ]
        .into_iter()
        .filter_map(|(what, is_so)| is_so.then_some(what))
        .collect()
    }

    fn evidence(&self, at: &Point) -> Vec<Evidence> {
        let mut evidence = Vec::new();
        if let Some(End::Error(name)) = &self.end {
            evidence.push(Evidence {
                id: at.id.clone(),
                excerpt: name.clone(),
            });
        }
        if !self.text.trim().is_empty() {
            evidence.push(Evidence {
                id: self.text_id.clone(),
                excerpt: text::excerpt(self.last_line(), EXCERPT),
            });
        }
        evidence.extend(self.last_check.as_ref().map(|(check, _)| check.clone()));
        evidence.extend(self.unchecked.clone());
        evidence
    }
}
