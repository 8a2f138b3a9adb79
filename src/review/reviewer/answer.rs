//! Finds the decision in a reviewer's answer: JSON in fences or prose, after think tags, with trailing commas or in other
//! letter cases. Only a decision with the ticket of its question counts: no text of the agent can contain that, so what
//! the reviewer quotes, in whatever words, is never taken for what it decides.

use crate::review::opinion::Opinion;
use crate::wire::record::Verdict;
use crate::wire::{Raw, checked_members, text};
use serde_json::Value;
use std::collections::HashSet;

/// How much of an answer is searched, from its end, in bytes.
const SEARCHED: usize = 64 * 1024;
/// How many opening braces are tried, from the end.
const TRIED: usize = 200;
/// The maximum length of a reason, in characters.
const REASON: usize = 500;
/// The maximum length of a message to the agent, in characters.
const MESSAGE: usize = 4000;
/// The confidence of an answer that names none.
const DEFAULT_CONFIDENCE: f64 = 0.5;
/// A confidence up to here is an exaggerated share; a higher one is a percentage.
const LARGEST_SHARE: f64 = 2.0;

/// What a reviewer answered.
#[derive(Debug, Default)]
pub struct Answer {
    /// Its text, redacted.
    pub text: String,
    /// Whether the endpoint says that the text ends at a limit, and not where the reviewer wanted it to end.
    pub is_cut_off: bool,
}

impl Answer {
    /// The decision in it.
    ///
    /// # Errors
    /// What is wrong with it, as with [`parse`].
    pub fn opinion(&self, ticket: &str) -> Result<Opinion, &'static str> {
        match parse(&self.text, ticket) {
            Err(_) if self.is_cut_off => Err("it was cut off at the endpoint's limit of tokens"),
            Err(_) if self.text.trim().is_empty() => Err("it is empty"),
            read => read,
        }
    }
}

/// A decision that an answer contains.
struct Candidate {
    opinion: Opinion,
    ticket: Option<String>,
    /// Whether a member is given twice, so that another reader could take it for another decision.
    is_ambiguous: bool,
}

/// The members of an object in their order, also those that are given twice.
struct Members(Vec<(String, Value)>);

impl Members {
    /// Reads an object; `None` if it is none.
    fn read(source: &str) -> Option<Self> {
        let value = |raw: Raw<'_>| serde_json::from_str(raw.get()).ok();
        let members = checked_members(source)?.into_iter();
        members.map(|(name, raw)| Some((name.into_owned(), value(raw)?))).collect::<Option<_>>().map(Self)
    }

    /// The values of the members with one of these names, in any letter case.
    fn named(&self, names: &[&str]) -> impl Iterator<Item = &Value> {
        let is_named = |key: &str| names.iter().any(|name| key.trim().eq_ignore_ascii_case(name));
        self.0.iter().filter(move |(key, _)| is_named(key)).map(|(_, value)| value)
    }

    /// Whether a name is given twice, in any letter case, or two actions under different names.
    fn is_ambiguous(&self) -> bool {
        let names: HashSet<String> = self.0.iter().map(|(key, _)| key.trim().to_ascii_lowercase()).collect();
        let mut actions = self.named(ACTION).filter_map(|value| verdict(value.as_str()?));
        let first = actions.next();
        names.len() < self.0.len() || actions.any(|action| Some(action) != first)
    }
}

/// How reviewers name the action.
const ACTION: &[&str] = &["action", "decision", "verdict"];

/// Reads the last decision that carries this ticket.
///
/// # Errors
/// What is wrong with the answer, in our own words, because it goes into the next question.
pub fn parse(answer: &str, ticket: &str) -> Result<Opinion, &'static str> {
    // If the whole answer is a decision, think tags in it are part of its text.
    let mut found = match whole(answer) {
        Some(decision) => vec![decision],
        None => candidates(end(without_reasoning(answer)))?,
    };
    found.retain(|c| c.ticket.as_deref().is_some_and(|said| said.trim().eq_ignore_ascii_case(ticket)));
    let last = found.pop().ok_or("it contains no decision with the ticket of the question")?;
    if last.is_ambiguous {
        return Err("it gives the decision, or a member of it, twice");
    }
    if last.opinion.action == Verdict::Steer && last.opinion.message.is_none() {
        return Err("steer needs a message");
    }
    Ok(last.opinion)
}

/// The decision if it is the whole answer, or all of it inside a code fence.
fn whole(answer: &str) -> Option<Candidate> {
    let trimmed = answer.trim();
    let fenced = trimmed.strip_prefix("```").and_then(|rest| rest.strip_suffix("```"));
    let source = fenced.map_or(trimmed, |inner| inner.trim_start_matches(|c: char| c.is_ascii_alphanumeric()).trim());
    if source.len() > SEARCHED || !source.starts_with('{') {
        return None;
    }
    decision(&lenient(source)?)
}

/// The answer without its reasoning.
fn without_reasoning(answer: &str) -> &str {
    let mut rest = answer;
    for close in ["</think>", "</thinking>", "</reasoning>", "<channel|>", "<|message|>"] {
        if let Some(at) = rest.rfind(close) {
            rest = &rest[at + close.len()..];
        }
    }
    // Reasoning that never ends is not an answer.
    let opened = ["<think>", "<thinking>", "<reasoning>"].iter().filter_map(|open| rest.find(open)).min();
    &rest[..opened.unwrap_or(rest.len())]
}

/// The last [`SEARCHED`] bytes of a text, cut between characters.
fn end(text: &str) -> &str {
    let mut from = text.len().saturating_sub(SEARCHED);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    &text[from..]
}

fn candidates(text: &str) -> Result<Vec<Candidate>, &'static str> {
    let braces: Vec<usize> = memchr::memchr_iter(b'{', text.as_bytes()).collect();
    if braces.is_empty() {
        return Err("it contains no JSON object");
    }
    let mut found = Vec::new();
    let mut wrong = "it contains no JSON object with an action of continue, steer, abort, done or unsure";
    let mut done_up_to = 0;
    for &start in &braces[braces.len().saturating_sub(TRIED)..] {
        if start < done_up_to {
            continue;
        }
        let Some(source) = balanced(&text[start..]) else {
            wrong = "its JSON object is not complete";
            continue;
        };
        if let Some(candidate) = lenient(source).and_then(|members| decision(&members)) {
            found.push(candidate);
            done_up_to = start + source.len();
        }
    }
    if found.is_empty() { Err(wrong) } else { Ok(found) }
}

/// Where a character of JSON text stands.
#[derive(PartialEq, Eq)]
enum Place {
    Outside,
    InString,
    Escaped,
}

/// Each character with its offset and place, also in text that is only nearly JSON.
fn places(text: &str) -> impl Iterator<Item = (usize, char, Place)> {
    let (mut in_string, mut escaped) = (false, false);
    text.char_indices().map(move |(at, c)| {
        let place = match (escaped, in_string) {
            (true, _) => Place::Escaped,
            (_, true) => Place::InString,
            _ => Place::Outside,
        };
        escaped = place == Place::InString && c == '\\';
        in_string ^= c == '"' && place != Place::Escaped;
        (at, c, place)
    })
}

/// The object at the start of `text`, up to its closing brace.
fn balanced(text: &str) -> Option<&str> {
    let mut depth = 0u32;
    for (at, c, place) in places(text) {
        match c {
            '{' if place == Place::Outside => depth += 1,
            '}' if place == Place::Outside => {
                depth -= 1;
                if depth == 0 {
                    return Some(&text[..=at]);
                }
            }
            _ => {}
        }
    }
    None
}

/// The members of an object as models write it: trailing commas and raw line breaks are accepted.
fn lenient(source: &str) -> Option<Members> {
    Members::read(source).or_else(|| Members::read(&repaired(source)))
}

fn repaired(source: &str) -> String {
    let mut repaired = String::with_capacity(source.len());
    for (at, c, place) in places(source) {
        match (c, place) {
            ('\n', Place::InString) => repaired.push_str("\\n"),
            (c, Place::InString) if c.is_control() => repaired.push(' '),
            (',', Place::Outside) if source[at + 1..].trim_start().starts_with(['}', ']']) => {}
            _ => repaired.push(c),
        }
    }
    repaired
}

/// Reads an object as a decision. Its names may be in any letter case.
fn decision(members: &Members) -> Option<Candidate> {
    let member = |names: &[&str]| members.named(names).next();
    // A `verdict` may be a sentence beside the action.
    let action = members.named(ACTION).find_map(|value| verdict(value.as_str()?))?;
    let text = |names: &[&str]| member(names).and_then(Value::as_str).map(str::trim).filter(|s| !s.is_empty());
    let reason = text(&["reason", "reasoning", "rationale", "explanation"]).unwrap_or("no reason was given");
    Some(Candidate {
        opinion: Opinion {
            action,
            reason: text::excerpt(&without_controls(reason), REASON),
            message: text(&["message", "guidance"])
                .filter(|_| action == Verdict::Steer)
                .map(|m| without_controls(m).chars().take(MESSAGE).collect()),
            confidence: member(&["confidence"]).map_or(DEFAULT_CONFIDENCE, confidence),
        },
        ticket: member(&["ticket"]).map(|t| t.as_str().map_or_else(|| t.to_string(), str::to_owned)),
        is_ambiguous: members.is_ambiguous(),
    })
}

fn verdict(word: &str) -> Option<Verdict> {
    let word = word.trim_matches(|c: char| !c.is_ascii_alphabetic());
    serde_json::from_value(Value::String(word.to_ascii_lowercase())).ok()
}

/// A confidence from 0 to 1, also from a string or a percentage. Slightly more than 1 means certainty, not a percent.
fn confidence(value: &Value) -> f64 {
    let (number, percent) = match value {
        Value::String(s) => (s.trim().trim_end_matches('%').parse().ok(), s.contains('%')),
        other => (other.as_f64(), false),
    };
    let number = number.filter(|n: &f64| n.is_finite()).unwrap_or(DEFAULT_CONFIDENCE);
    let share = if percent || number > LARGEST_SHARE { number / 100.0 } else { number };
    share.clamp(0.0, 1.0)
}

/// `text` without control characters, which must not reach a terminal or a prompt.
fn without_controls(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;
