//! What a reviewer is shown: one JSON document, sized to a budget, in which nothing that the worker wrote can
//! pass for anything but a string.

use super::normalize::{is_unseen, squeeze};
use crate::review::intake::context::{Case, Item, Past};
use crate::review::intake::recent::beginning_of;
use crate::review::intake::trigger::{Moment, Subject};
use crate::review::redact::Masker;
use crate::wire::record::{Claim, Contradiction, Finding, Grade, Kind, Outcome, State};
use crate::wire::text;
use serde::Serialize;
use serde_json::Value;
use std::fmt::Write;

/// How long the task is, in characters.
const TASK: usize = 4000;
/// How long a finding's summary and each of its excerpts are, in characters.
const EXCERPT: usize = 240;
/// How many findings are shown besides the one that is judged.
const FINDINGS: usize = 8;
/// Characters of plain text in a token, roughly, in the tokenizers of today's models.
const CHARS_PER_TOKEN: usize = 4;

/// The document.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Evidence {
    task: String,
    iteration: u64,
    started_at: Option<i64>,
    running_seconds: i64,
    judged: Judged,
    other_findings: Vec<Trouble>,
    earlier_decisions: Vec<Past>,
    todos: Vec<Item>,
    changed_files: Vec<String>,
    /// What the worker did lately, oldest first.
    pub sample: Vec<String>,
}

/// What is to be judged.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Judged {
    why: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<Trouble>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<Outcome>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claim: Option<Claim>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contradictions: Option<Vec<Contradiction>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    excerpts: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Trouble {
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

/// Puts the document together.
pub(crate) fn gather(
    moment: &Moment,
    case: &Case,
    now: i64,
    sample: Vec<String>,
    masker: &Masker,
) -> Evidence {
    let judged_id = moment.finding().map(|f| f.finding.as_str());
    let others = case
        .troubles
        .iter()
        .filter(|(id, _)| Some(id.as_str()) != judged_id);
    Evidence {
        task: case.task.clone().unwrap_or_else(|| "not known".to_owned()),
        iteration: moment.iteration,
        started_at: case.since,
        running_seconds: case.since.map_or(0, |since| now.saturating_sub(since) / 1000),
        judged: judged(moment, masker),
        other_findings: others
            .take(FINDINGS)
            .map(|(_, t)| trouble(&t.finding, masker))
            .collect(),
        earlier_decisions: case
            .decisions
            .iter()
            .map(|past| masked_past(past, masker))
            .collect(),
        todos: case.todos.clone(),
        changed_files: case.changes.clone(),
        sample,
    }
}

/// A task as it is remembered and shown: masked, and cut at its end.
pub(crate) fn task(text: &str, masker: &Masker) -> String {
    let safe = beginning_of(text, masker);
    safe.chars().take(TASK).collect()
}

fn judged(moment: &Moment, masker: &Masker) -> Judged {
    let mut judged = Judged {
        why: "",
        finding: None,
        outcome: None,
        claim: None,
        contradictions: None,
        excerpts: Vec::new(),
    };
    match &moment.subject {
        Subject::Trouble { finding, .. } => {
            judged.why = "a detector found trouble";
            judged.finding = Some(trouble(finding, masker));
        }
        Subject::Rest(done) => {
            judged.why = "the worker came to rest";
            if let Some(done) = done {
                judged.outcome = Some(done.outcome);
                judged.claim = Some(done.claim);
                judged.contradictions = Some(done.contradictions.clone());
                judged.excerpts = done.evidence.iter().map(|e| clean(&e.excerpt, masker)).collect();
            }
        }
        Subject::Silence => judged.why = "the worker went silent",
        Subject::Interval => judged.why = "a regular look",
    }
    judged
}

fn trouble(finding: &Finding, masker: &Masker) -> Trouble {
    Trouble {
        kind: finding.kind,
        rule: clean(&finding.rule, masker),
        grade: finding.grade,
        state: finding.state,
        summary: clean(&finding.summary, masker),
        laps: finding.laps,
        wasted_calls: finding.wasted.calls,
        wasted_tokens: finding.wasted.tokens,
        waiting_on: finding.waiting_on.as_ref().map(|what| clean(what, masker)),
        not_the_agents_fault: finding.infra,
        excerpts: finding
            .evidence
            .iter()
            .map(|e| clean(&e.excerpt, masker))
            .collect(),
    }
}

fn masked_past(past: &Past, masker: &Masker) -> Past {
    Past {
        reason: clean(&past.reason, masker),
        message: past.message.as_ref().map(|message| clean(message, masker)),
        ..past.clone()
    }
}

fn clean(said: &str, masker: &Masker) -> String {
    text::excerpt(&beginning_of(said, masker), EXCERPT)
}

impl Evidence {
    /// Leaves out what tells least until the document fits into so many tokens, as far as it can.
    pub(crate) fn fit(&mut self, tokens: usize) {
        const STEPS: [fn(&mut Evidence); 9] = [
            |e| e.changed_files.truncate(20),
            |e| e.todos.retain(|item| item.open),
            |e| e.other_findings.truncate(3),
            |e| e.shorten_sample(30, 200),
            |e| e.changed_files.truncate(5),
            |e| e.todos.truncate(5),
            |e| {
                e.earlier_decisions = e
                    .earlier_decisions
                    .split_off(e.earlier_decisions.len().saturating_sub(2));
                e.task = text::excerpt(&e.task, 1000);
            },
            |e| e.bare(),
            |e| e.barest(),
        ];
        for step in STEPS {
            if self.drop_oldest_lines(tokens) {
                return;
            }
            step(self);
        }
        self.drop_oldest_lines(tokens);
    }

    /// Drops the oldest lines of the sample, but leaves ten. True when that was enough.
    fn drop_oldest_lines(&mut self, tokens: usize) -> bool {
        const LEFT: usize = 10;
        let mut over = estimate(&self.document()).saturating_sub(tokens);
        while over > 0 && self.sample.len() > LEFT {
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

    /// What is left in the end: the task, what is judged, and the last lines.
    fn bare(&mut self) {
        self.task = text::excerpt(&self.task, 300);
        self.shorten_sample(5, 100);
        self.other_findings.clear();
        self.earlier_decisions.clear();
        self.todos.clear();
        self.changed_files.clear();
    }

    /// What is left where every character is a token of its own.
    fn barest(&mut self) {
        const WORDS: usize = 60;
        self.task = text::excerpt(&self.task, WORDS);
        self.shorten_sample(1, WORDS);
        self.judged.excerpts.clear();
        if let Some(finding) = &mut self.judged.finding {
            finding.rule = text::excerpt(&finding.rule, WORDS / 2);
            finding.summary = text::excerpt(&finding.summary, WORDS);
            finding.waiting_on = None;
            finding.excerpts.clear();
        }
    }

    /// What the worker wrote, to find a quotation in it: all strings in a row, squeezed, so that an object may
    /// begin in one line of the sample and end in another. Earlier reasons are left out: a reviewer may repeat
    /// its own.
    pub(crate) fn written(&self) -> String {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        if let Some(members) = value.as_object_mut() {
            members.remove("earlierDecisions");
        }
        strings(&value)
            .into_iter()
            .map(|text| squeeze(bare_line(text)))
            .collect()
    }

    /// The document as it is sent: JSON in which no string can pass for a role, a tag or an end.
    pub(crate) fn document(&self) -> String {
        // Cannot fail: string keys only, and writing to memory.
        inert(&serde_json::to_string_pretty(self).unwrap_or_default())
    }
}

/// Every string in a value.
fn strings(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(strings).collect(),
        Value::Object(members) => members.values().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}

/// A line of a sample without what we added to it.
fn bare_line(line: &str) -> &str {
    let said = line
        .strip_prefix("agent: ")
        .or_else(|| line.strip_prefix("user: "))
        .unwrap_or(line);
    match said.rsplit_once(" (×") {
        Some((said, times)) if times.trim_start_matches(|c: char| c.is_ascii_digit()) == ")" => said,
        _ => said,
    }
}

/// Spells out, as JSON escapes, what some model reads as more than text: `<|im_start|>`, `</s>`, `[INST]`, and
/// characters that cannot be seen.
fn inert(json: &str) -> String {
    let mut inert = String::with_capacity(json.len());
    for (at, c) in json.char_indices() {
        if c == '<' || is_unseen(c) || (c == '[' && is_marker(&json[at..])) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                // Writing to a string does not fail.
                let _ = write!(inert, "\\u{unit:04x}");
            }
        } else {
            inert.push(c);
        }
    }
    inert
}

/// Whether `text` begins with a word of capitals in brackets.
fn is_marker(text: &str) -> bool {
    let word = text[1..].strip_prefix('/').unwrap_or(&text[1..]);
    let length = word
        .bytes()
        .take_while(|b| b.is_ascii_uppercase() || *b == b'_')
        .count();
    length >= 2 && word[length..].starts_with(']')
}

/// How many tokens a text takes, roughly, and rather too many.
pub(crate) fn estimate(text: &str) -> usize {
    let plain = text.bytes().filter(u8::is_ascii).count();
    let other = text.chars().filter(|c| !c.is_ascii()).count();
    plain.div_ceil(CHARS_PER_TOKEN) + other
}
