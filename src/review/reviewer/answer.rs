//! Reads a decision out of what a reviewer answered: JSON in fences or prose, think-tags, trailing commas,
//! other cases. What the reviewer merely quotes from the worker is no decision.

use crate::review::prompt::normalize::squeeze;
use crate::review::queue::rules::Opinion;
use crate::wire::record::Verdict;
use crate::wire::text;
use serde_json::{Map, Value};
use std::collections::HashSet;

/// How much of an answer is searched, from its end, in bytes.
const SEARCHED: usize = 64 * 1024;
/// How many opening braces are tried, from the end.
const TRIED: usize = 200;
/// How long a reason is, in characters.
const REASON: usize = 500;
/// How long a message to the worker is, in characters.
const MESSAGE: usize = 4000;
/// A shorter reason stands in any text, in bytes.
const TELLING: usize = 12;
/// The confidence of an answer that names none.
const UNSAID: f64 = 0.5;

/// Up to here a confidence is a share that was exaggerated; beyond it, a percentage.
const MORE_THAN_SURE: f64 = 2.0;

/// What an answer is checked against.
pub(crate) struct Question<'a> {
    /// What only somebody who read the question to its end can know.
    pub ticket: &'a str,
    /// What the worker wrote, as [`squeeze`] leaves it: an object that stands there is quoted, not decided.
    pub evidence: &'a str,
}

/// A decision that an answer contains.
struct Candidate {
    opinion: Opinion,
    ticket: Option<String>,
    /// The object as [`squeeze`] leaves it, to find it in the evidence.
    squeezed: String,
}

/// Reads the decision.
///
/// # Errors
/// What is wrong with the answer, in words of ours only: it goes into the next question.
pub(crate) fn parse(answer: &str, question: &Question<'_>) -> Result<Opinion, &'static str> {
    // What is nothing but a decision may write of think-tags.
    let mut found = match whole(answer) {
        Some(decision) => vec![decision],
        None => candidates(end(without_thoughts(answer)))?,
    };
    if found.iter().any(|c| c.ticket.as_deref() == Some(question.ticket)) {
        found.retain(|c| c.ticket.as_deref() == Some(question.ticket));
    } else {
        found.retain(|c| c.ticket.is_none() && !c.is_quoted(question.evidence));
        let actions: HashSet<_> = found.iter().map(|c| c.opinion.action as u8).collect();
        if actions.len() > 1 {
            return Err("it contains several different decisions and none carries the ticket");
        }
    }
    let last = found
        .pop()
        .ok_or("it contains no decision with the right ticket")?;
    if last.opinion.action == Verdict::Steer && last.opinion.message.is_none() {
        return Err("a steer needs a message");
    }
    Ok(last.opinion)
}

/// The decision that is the whole answer, or all that stands between its fences.
fn whole(answer: &str) -> Option<Candidate> {
    let bare = answer.trim();
    let fenced = bare.strip_prefix("```").and_then(|rest| rest.strip_suffix("```"));
    let source = fenced.map_or(bare, |inner| {
        inner
            .trim_start_matches(|c: char| c.is_ascii_alphanumeric())
            .trim()
    });
    if source.len() > SEARCHED || !source.starts_with('{') {
        return None;
    }
    decision(&lenient(source)?, source)
}

/// The answer after its thinking.
fn without_thoughts(answer: &str) -> &str {
    let mut spoken = answer;
    for close in [
        "</think>",
        "</thinking>",
        "</reasoning>",
        "<channel|>",
        "<|message|>",
    ] {
        if let Some(at) = spoken.rfind(close) {
            spoken = &spoken[at + close.len()..];
        }
    }
    // A thought that never ends says nothing.
    let opened = ["<think>", "<thinking>", "<reasoning>"]
        .iter()
        .filter_map(|open| spoken.find(open))
        .min();
    &spoken[..opened.unwrap_or(spoken.len())]
}

/// The last bytes of a text, cut between characters.
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
        if let Some(candidate) = lenient(source).and_then(|members| decision(&members, source)) {
            found.push(candidate);
            done_up_to = start + source.len();
        }
    }
    if found.is_empty() { Err(wrong) } else { Ok(found) }
}

/// The object at the start of `text`, up to the brace that closes it.
fn balanced(text: &str) -> Option<&str> {
    let (mut depth, mut in_string, mut escaped) = (0u32, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' if !in_string => depth += 1,
            b'}' if !in_string => {
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

/// The members of an object as models write it: trailing commas and raw line breaks are forgiven.
fn lenient(source: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(source)
        .ok()
        .or_else(|| serde_json::from_str(&repaired(source)).ok())
}

fn repaired(source: &str) -> String {
    let mut repaired = String::with_capacity(source.len());
    let (mut in_string, mut escaped) = (false, false);
    for (at, c) in source.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            '\n' if in_string => {
                repaired.push_str("\\n");
                continue;
            }
            c if in_string && c.is_control() => {
                repaired.push(' ');
                continue;
            }
            ',' if !in_string && source[at + 1..].trim_start().starts_with(['}', ']']) => continue,
            _ => {}
        }
        repaired.push(c);
    }
    repaired
}

/// Reads an object as a decision; names may be of any case.
fn decision(members: &Map<String, Value>, source: &str) -> Option<Candidate> {
    let member = |names: &[&str]| {
        let named = |key: &str| names.iter().any(|name| key.trim().eq_ignore_ascii_case(name));
        members.iter().find(|(key, _)| named(key)).map(|(_, value)| value)
    };
    let action = verdict(member(&["action", "decision", "verdict"])?.as_str()?)?;
    let words = |names: &[&str]| {
        member(names)
            .and_then(Value::as_str)
            .map(str::trim)
            .filter(|s| !s.is_empty())
    };
    let reason = words(&["reason", "reasoning", "rationale", "explanation"]).unwrap_or("no reason was given");
    Some(Candidate {
        opinion: Opinion {
            action,
            reason: text::excerpt(&printable(reason), REASON),
            message: words(&["message", "guidance"])
                .filter(|_| action == Verdict::Steer)
                .map(|m| printable(m).chars().take(MESSAGE).collect()),
            confidence: member(&["confidence"]).map_or(UNSAID, confidence),
        },
        ticket: member(&["ticket"]).map(|t| t.as_str().map_or_else(|| t.to_string(), str::to_owned)),
        squeezed: squeeze(source),
    })
}

fn verdict(word: &str) -> Option<Verdict> {
    let word = word
        .trim_matches(|c: char| !c.is_ascii_alphabetic())
        .to_ascii_lowercase();
    Some(match &*word {
        "continue" => Verdict::Continue,
        "steer" => Verdict::Steer,
        "abort" => Verdict::Abort,
        "done" => Verdict::Done,
        "unsure" => Verdict::Unsure,
        _ => return None,
    })
}

/// A number from 0 to 1, also as a string or in percent. A little more than 1 is very sure, not a hundredth.
fn confidence(value: &Value) -> f64 {
    let (said, percent) = match value {
        Value::String(s) => (s.trim().trim_end_matches('%').parse().ok(), s.contains('%')),
        other => (other.as_f64(), false),
    };
    let number = said.filter(|n: &f64| n.is_finite()).unwrap_or(UNSAID);
    let share = if percent || number > MORE_THAN_SURE {
        number / 100.0
    } else {
        number
    };
    share.clamp(0.0, 1.0)
}

/// Without control characters, which have no business in a terminal or a prompt.
fn printable(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect()
}

impl Candidate {
    /// Whether it stands in the evidence, however often it was escaped on its way there; or its reason does, in
    /// an object put together anew.
    fn is_quoted(&self, evidence: &str) -> bool {
        let reason = squeeze(&self.opinion.reason);
        evidence.contains(&self.squeezed) || (reason.len() >= TELLING && evidence.contains(&reason))
    }
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;
