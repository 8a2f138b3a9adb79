//! Builds what a reviewer sees: one JSON document within a token budget, in which text of the agent can only be a
//! string.

use crate::printable::is_unseen;
use crate::redact::Redactor;
use crate::review::intake::context::{PastDecision, SessionContext, TodoItem};
use crate::review::intake::trigger::{Trigger, TriggerKind};
use crate::review::request::ReviewRequest;
use crate::wire::record::{Claim, Contradiction, Done, Finding, Grade, Kind, Outcome, State};
use crate::wire::{Timestamp, record, text};
use serde::Serialize;
use std::fmt::Write;

/// The maximum length of a finding's summary and of each of its excerpts, in characters.
const EXCERPT: usize = 240;
/// How many findings are shown besides the one under review.
const FINDINGS: usize = 8;
/// How many characters of plain text make a token, roughly, in the tokenizers of today's models.
const CHARS_PER_TOKEN: usize = 4;

/// The document.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    task: String,
    iteration: u64,
    started_at: Option<i64>,
    running_seconds: i64,
    judged: Judged,
    other_findings: Vec<FindingView>,
    earlier_decisions: Vec<PastDecision>,
    todos: Vec<TodoItem>,
    changed_files: Vec<String>,
    /// What the agent did lately, oldest first.
    pub sample: Vec<String>,
}

/// What is under review.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Judged {
    why: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<FindingView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<Outcome>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claim: Option<Claim>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contradictions: Option<Vec<Contradiction>>,
    /// The facts that speak for its being done.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    speaks_for: Vec<String>,
    /// The facts that speak against it: the contradictions in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    speaks_against: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    excerpts: Vec<String>,
}

/// A finding as it is shown.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct FindingView {
    kind: Kind,
    rule: String,
    grade: Grade,
    state: State,
    summary: String,
    laps: u64,
    wasted_calls: u64,
    wasted_tokens: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting_on: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    not_the_agents_fault: bool,
    excerpts: Vec<String>,
}

/// Builds the document, not yet fitted into a budget.
pub fn gather(request: &ReviewRequest, sample: Vec<String>, redactor: &Redactor) -> Evidence {
    let (trigger, context) = (&request.trigger, &request.context);
    let judged_id = trigger.finding().map(|f| f.finding.as_str());
    let others = context.findings.iter().filter(|(id, _)| Some(id.as_str()) != judged_id);
    Evidence {
        task: context.task.clone().unwrap_or_else(|| "not known".to_owned()),
        iteration: trigger.iteration,
        started_at: context.since.map(Timestamp::ms),
        running_seconds: context.since.map_or(0, |since| request.now.since(since) / 1000),
        judged: judged(trigger, context, redactor),
        other_findings: others.take(FINDINGS).map(|(_, open)| view(&open.finding, redactor)).collect(),
        earlier_decisions: context.decisions.iter().map(|past| redacted(past, redactor)).collect(),
        todos: context.todos.clone(),
        changed_files: context.changed_files.clone(),
        sample,
    }
}

/// What speaks for a rest being the end of the work.
fn speaks_for(done: &Done, context: &SessionContext) -> Vec<String> {
    let claim = match done.claim {
        Claim::Promise => Some("it says that it is done, in the words that were agreed on"),
        Claim::Prose => Some("its last text sounds as if the work is done"),
        Claim::None => None,
    };
    let (todos, files) = (context.todos.len(), context.changed_files.len());
    let closed = (todos > 0 && context.todos.iter().all(|item| !item.open))
        .then(|| format!("none of the {todos} items of its to-do list is open"));
    let changed = (files > 0).then(|| format!("it changed {files} files"));
    let unopposed = done.contradictions.is_empty().then(|| "none of our checks contradicts it".to_owned());
    claim.map(str::to_owned).into_iter().chain(closed).chain(changed).chain(unopposed).collect()
}

fn judged(trigger: &Trigger, context: &SessionContext, redactor: &Redactor) -> Judged {
    let mut judged = Judged::default();
    match &trigger.kind {
        TriggerKind::Finding { finding, .. } => {
            judged.why = "a detector found trouble";
            judged.finding = Some(view(finding, redactor));
        }
        TriggerKind::Rest(done) => {
            judged.why = "the worker came to rest";
            if let Some(done) = done {
                judged.outcome = Some(done.outcome);
                judged.claim = Some(done.claim);
                judged.contradictions = Some(done.contradictions.clone());
                judged.speaks_for = speaks_for(done, context);
                let against = done.contradictions.iter().map(|contradiction| done.fact(*contradiction));
                judged.speaks_against = against.map(|fact| redactor.excerpt(&fact, EXCERPT)).collect();
                judged.excerpts = excerpts(&done.evidence, redactor);
            }
        }
        TriggerKind::Silence => judged.why = "the worker went silent",
        TriggerKind::Interval => judged.why = "a regular look",
    }
    judged
}

fn view(finding: &Finding, redactor: &Redactor) -> FindingView {
    let excerpt = |text: &str| redactor.excerpt(text, EXCERPT);
    FindingView {
        kind: finding.kind,
        rule: excerpt(&finding.rule),
        grade: finding.grade,
        state: finding.state,
        summary: excerpt(&finding.summary),
        laps: finding.laps,
        wasted_calls: finding.wasted.calls,
        wasted_tokens: finding.wasted.tokens,
        waiting_on: finding.waiting_on.as_deref().map(excerpt),
        not_the_agents_fault: finding.infra,
        excerpts: excerpts(&finding.evidence, redactor),
    }
}

fn excerpts(evidence: &[record::Evidence], redactor: &Redactor) -> Vec<String> {
    evidence.iter().map(|e| redactor.excerpt(&e.excerpt, EXCERPT)).collect()
}

fn redacted(past: &PastDecision, redactor: &Redactor) -> PastDecision {
    PastDecision {
        reason: redactor.excerpt(&past.reason, EXCERPT),
        message: past.message.as_ref().map(|message| redactor.excerpt(message, EXCERPT)),
        ..past.clone()
    }
}

impl Evidence {
    /// Drops the least informative parts until the document fits into so many tokens, as far as that is possible.
    pub fn fit(&mut self, tokens: usize) {
        const STEPS: [fn(&mut Evidence); 9] = [
            |e| e.changed_files.truncate(20),
            |e| e.todos.retain(|item| item.open),
            |e| e.other_findings.truncate(3),
            |e| e.shorten_sample(30, 200),
            |e| e.changed_files.truncate(5),
            |e| e.todos.truncate(5),
            |e| {
                e.earlier_decisions = e.earlier_decisions.split_off(e.earlier_decisions.len().saturating_sub(2));
                e.task = text::excerpt(&e.task, 1000);
            },
            |e| e.shrink(),
            |e| e.shrink_to_minimum(),
        ];
        for step in STEPS {
            if self.drop_oldest_lines(tokens) {
                return;
            }
            step(self);
        }
        self.drop_oldest_lines(tokens);
    }

    /// Drops the oldest lines of the sample but keeps ten. Returns whether the document fits then.
    fn drop_oldest_lines(&mut self, tokens: usize) -> bool {
        const KEEP: usize = 10;
        let mut over = estimate(&self.document()).saturating_sub(tokens);
        while over > 0 && self.sample.len() > KEEP {
            over = over.saturating_sub(estimate(&self.sample.remove(0)) + 1);
        }
        estimate(&self.document()) <= tokens
    }

    fn shorten_sample(&mut self, lines: usize, length: usize) {
        let from = self.sample.len().saturating_sub(lines);
        self.sample.drain(..from);
        for line in &mut self.sample {
            *line = text::excerpt(line, length);
        }
    }

    /// Keeps only the task, what is under review, and the last lines.
    fn shrink(&mut self) {
        self.task = text::excerpt(&self.task, 300);
        self.shorten_sample(5, 100);
        self.other_findings.clear();
        self.earlier_decisions.clear();
        self.todos.clear();
        self.changed_files.clear();
    }

    /// Keeps what fits even if every character is a token of its own.
    fn shrink_to_minimum(&mut self) {
        const WORDS: usize = 60;
        self.task = text::excerpt(&self.task, WORDS);
        self.shorten_sample(1, WORDS);
        self.judged.excerpts.clear();
        self.judged.speaks_for.clear();
        self.judged.speaks_against.clear();
        if let Some(finding) = &mut self.judged.finding {
            finding.rule = text::excerpt(&finding.rule, WORDS / 2);
            finding.summary = text::excerpt(&finding.summary, WORDS);
            finding.waiting_on = None;
            finding.excerpts.clear();
        }
    }

    /// The document as it is sent: JSON in which no string can pass for a role, a tag or an end mark.
    pub fn document(&self) -> String {
        // Serializing with string keys to memory cannot fail.
        escape_markup(&serde_json::to_string_pretty(self).unwrap_or_default())
    }
}

/// Replaces what some models read as markup, such as `<|im_start|>`, `</s>` or `[INST]`, and hidden characters with JSON
/// escapes.
fn escape_markup(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for (at, c) in json.char_indices() {
        if c == '<' || matches!(c, '\u{7f}'..='\u{9f}') || is_unseen(c) || (c == '[' && is_marker(&json[at..])) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                // Writing to a string cannot fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// Whether `text` begins with a capitalized word in brackets, such as `[INST]`.
fn is_marker(text: &str) -> bool {
    let word = text[1..].strip_prefix('/').unwrap_or(&text[1..]);
    let length = word.bytes().take_while(|b| b.is_ascii_uppercase() || *b == b'_').count();
    length >= 2 && word[length..].starts_with(']')
}

/// Estimates the tokens of a text, rather too many than too few.
pub fn estimate(text: &str) -> usize {
    let plain = text.bytes().filter(u8::is_ascii).count();
    let other = text.chars().filter(|c| !c.is_ascii()).count();
    plain.div_ceil(CHARS_PER_TOKEN) + other
}
