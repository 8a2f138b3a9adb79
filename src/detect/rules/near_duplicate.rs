//! Detects one tool in a row, on the same target, with nearly identical arguments.

use super::rule::{Rule, RuleInfo};
use super::streak::Streak;
use super::wordings::{Wordings, query};
use crate::detect::call::Call;
use crate::detect::call::classify::CallKind;
use crate::detect::call::normalize::without_numbers;
use crate::detect::call::target_names::TargetNames;
use crate::detect::call::volatility::does;
use crate::detect::config::Limit;
use crate::detect::fact::history::Comparison;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::hash;
use crate::detect::signal::{Signal, Signals};
use crate::detect::text::missed_goal::tells_of_nothing;
use crate::detect::text::similar::similarity;
use crate::wire::record::{Grade, Kind};
use std::collections::VecDeque;

const NAME: &str = "near-duplicate";

const WARN: Limit =
    Limit::new("near-duplicate.warn", 5, "calls of one tool in a row with nearly identical arguments before a warning")
        .of_repeats();
const SIMILARITY: Limit =
    Limit::new("near-duplicate.percent", 85, "average similarity, in percent, that makes arguments nearly identical");

/// How many names of one call to compare.
const NAMES: usize = 48;
/// How many words of one command to compare.
const WORDS: usize = 32;
/// The most words of a name in quotes: more are a sentence or a statement.
const QUOTED: usize = 3;

/// How a call came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CameOut {
    /// It failed.
    Failed,
    /// It brought something new.
    New,
    /// It brought what was there before.
    Old,
}

/// A call of the streak.
struct Past {
    /// What it works on.
    target: u64,
    end: CameOut,
    /// What it names, if it did something and that went well.
    did: Option<Vec<u64>>,
    /// It looks for something that none before it looked for.
    seeks_new: bool,
    /// The words of its command, and whether that names a target that none before it did.
    words: Option<Vec<String>>,
    names_new: bool,
}

impl CameOut {
    fn of(call: &Call, compared: Comparison) -> Self {
        if compared.advances {
            Self::New
        } else if call.failed() {
            Self::Failed
        } else if compared.new_result {
            Self::New
        } else {
            Self::Old
        }
    }
}

impl Past {
    fn read(call: &Call, compared: Comparison, named: &mut TargetNames, sought: &mut Wordings) -> Self {
        let end = CameOut::of(call, compared);
        let is_action = matches!(call.kind, CallKind::Unknown | CallKind::Record | CallKind::Mutate)
            || call.guessed && does(&call.tool);
        let did = is_action && end != CameOut::Failed && !tells_of_nothing(&call.ends);
        // What measures one thing after the other names each of them.
        let target = if compared.measured { call.aim().target } else { target(call) };
        let names_new = named.take(call).is_some_and(|new| new > 0);
        let seeks_new = call.kind == CallKind::Observe && sought.take(query(call)) == Some(true);
        let words = call.input.command.as_deref().filter(|_| call.line.is_some());
        let words = words.map(|command| command.split_whitespace().take(WORDS).map(str::to_owned).collect());
        Self { target, end, did: did.then(|| names(call)), seeks_new, words, names_new }
    }
}

/// What the rule remembers of one session.
#[derive(Default)]
pub(super) struct NearDuplicate {
    tool: String,
    last_input: String,
    /// The similarity of each pair of neighbours, in percent.
    similarities: VecDeque<u64>,
    /// The latest calls.
    past: VecDeque<Past>,
    /// What all of them name, and what they look for.
    named: TargetNames,
    sought: Wordings,
    message: String,
    /// The agent waited after the last call.
    paused: bool,
    streak: Option<Streak>,
}

impl Rule for NearDuplicate {
    const INFO: RuleInfo = RuleInfo {
        name: NAME,
        about: "one tool in a row, with nearly identical arguments",
        limits: &[WARN, SIMILARITY],
    };

    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            Fact::Call(call, compared) if !compared.waits() => self.take(call, *compared, context, signals),
            // A look that waited shows what the calls before it did.
            Fact::Call(call, compared) if compared.new_result || compared.measured && call.measures() => {
                *self = Self::default();
            }
            Fact::Call(..) => self.paused = true,
            Fact::User => *self = Self::default(),
            _ => {}
        }
    }
}

impl NearDuplicate {
    fn take(&mut self, call: &Call, compared: Comparison, context: &RuleContext<'_>, signals: &mut Signals) {
        // A successful change is work, however small, and who runs again what passed proves that it passes.
        if compared.new_change || compared.passed {
            *self = Self::default();
            return;
        }
        // The calls of one message were decided on at once. A look behind a deed shows what that brought.
        if self.streak.is_some() && !call.message.is_empty() && call.message == self.message {
            if let Some(deed) = self.past.back_mut().filter(|past| past.end == CameOut::Old) {
                deed.end = if CameOut::of(call, compared) == CameOut::New { CameOut::New } else { CameOut::Old };
            }
            return;
        }
        // The same deed once more is a repetition, which has a rule of its own.
        if call.is_deed() && call.tool == self.tool && call.input.text == self.last_input {
            return;
        }
        // The same look after a pause waits for something: other rules know for how long it may.
        let is_look = matches!(call.kind, CallKind::Observe | CallKind::Poll);
        if std::mem::take(&mut self.paused) && is_look && call.tool == self.tool && call.input.text == self.last_input {
            return;
        }
        let length = usize::try_from(context.config.limit(&WARN)).unwrap_or(usize::MAX);
        let paged = only_numbers_differ(&self.last_input, &call.input.text);
        if call.tool != self.tool || self.streak.is_none() || paged {
            *self = Self { tool: call.tool.clone(), streak: Some(Streak::begin(call, context)), ..Self::default() };
        } else {
            if self.similarities.len() + 1 >= length {
                self.similarities.pop_front();
                self.past.pop_front();
            }
            self.similarities.push_back(similarity(&self.last_input, &call.input.text));
            if let Some(streak) = &mut self.streak {
                streak.add(call, context);
            }
        }
        self.past.push_back(Past::read(call, compared, &mut self.named, &mut self.sought));
        self.message.clone_from(&call.message);
        self.last_input.clone_from(&call.input.text);
        if self.similarities.len() + 1 >= length {
            self.judge(call, context, signals);
        }
    }

    fn judge(&self, call: &Call, context: &RuleContext<'_>, signals: &mut Signals) {
        let mean = self.similarities.iter().sum::<u64>() / self.similarities.len().max(1) as u64;
        let half = self.past.len() / 2;
        let mut distinct: Vec<u64> = self.past.iter().map(|past| past.target).collect();
        distinct.sort_unstable();
        distinct.dedup();
        let count = |end: CameOut| self.past.iter().filter(|past| past.end == end).count();
        let (novel, failed) = (count(CameOut::New), count(CameOut::Failed));
        let Some(streak) = &self.streak else {
            return;
        };
        // Many targets or many new results mean work, even with similar arguments. So does a failure that is waited
        // out between.
        let mixed = failed > 0 && failed < self.past.len();
        let works = distinct.len() > half || novel > half || mixed;
        if mean < context.config.limit(&SIMILARITY)
            || works
            || self.is_batch()
            || self.goes_through()
            || self.searches(context.surveys)
        {
            return;
        }
        let summary = format!("{} calls of {} in a row that hardly differ", streak.calls(), call.tool);
        let identity = hash::join(hash::of(&call.tool), target(call));
        let mut signal = Signal::new(NAME, Kind::Loop, Grade::Warn, identity, summary);
        streak.fill(&mut signal, context);
        signals.report(signal);
    }

    /// Whether each of the calls did something to a thing of its own: it names what no other of them does.
    fn is_batch(&self) -> bool {
        let named: Option<Vec<&[u64]>> = self.past.iter().map(|past| past.did.as_deref()).collect();
        named.is_some_and(|named| {
            (0..named.len()).all(|at| {
                let of_others =
                    |name| named.iter().enumerate().any(|(other, names)| other != at && names.contains(name));
                named[at].iter().any(|name| !of_others(name))
            })
        })
    }

    /// Whether the same command is run for one target after the other, and none of them fails: one word of it is another
    /// name each time, in one place or in several.
    fn goes_through(&self) -> bool {
        let rows: Option<Vec<&[String]>> = self.past.iter().map(|past| past.words.as_deref()).collect();
        let Some(rows) = rows.filter(|_| self.past.iter().all(|past| past.end != CameOut::Failed)) else {
            return false;
        };
        // A name of one letter and a digit may be an amount.
        if self.past.iter().filter(|past| !past.names_new).count() > 1 {
            return false;
        }
        let length = rows.first().map_or(0, |row| row.len());
        if rows.iter().any(|row| row.len() != length) {
            return false;
        }
        let columns = (0..length).map(|at| rows.iter().map(|row| row[at].as_str()).collect::<Vec<_>>());
        let mut varying = columns.filter(|column| column.iter().any(|word| *word != column[0]));
        let Some(first) = varying.next() else { return false };
        let is_anew = (1..first.len()).all(|at| !first[..at].contains(&first[at]));
        let own = own_parts(&first);
        is_anew && !own.iter().any(|part| part.starts_with('-')) && varying.all(|other| own_parts(&other) == own)
    }

    /// Whether the calls search for one word after the other, and not for other spellings of one. Of two words, one may
    /// be part of the other by chance, and on a list several.
    fn searches(&self, surveys: bool) -> bool {
        let again = self.past.iter().filter(|past| !past.seeks_new).count();
        again <= 1 || surveys && again < self.past.len()
    }
}

/// What each of some words has of its own: what all of them begin or end with is left out.
fn own_parts<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let first = words.first().copied().unwrap_or_default();
    let shared = |same: fn(&str, &str) -> usize| words.iter().map(|word| same(first, word)).min().unwrap_or_default();
    let start = shared(|one, other| one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count());
    let end = shared(|one, other| one.bytes().rev().zip(other.bytes().rev()).take_while(|(a, b)| a == b).count());
    words.iter().map(|word| word.get(start..word.len() - end.min(word.len() - start)).unwrap_or(word)).collect()
}

/// The names in a call's arguments: what stands in quotes, words with marks or digits in them, and arguments of one word.
/// Other words are prose or code, which may say the same in another way.
fn names(call: &Call) -> Vec<u64> {
    let command = call.input.command.as_deref().filter(|_| call.line.is_some());
    let text = command.unwrap_or(&call.input.text);
    let mut names: Vec<&str> = Vec::new();
    for value in text.lines() {
        if command.is_none() && value.split_whitespace().nth(1).is_none() {
            names.push(value);
            continue;
        }
        let parts: Vec<&str> = value.split(['"', '\'']).collect();
        for (at, part) in parts.iter().enumerate() {
            let is_quoted = at > 0 && at + 1 < parts.len() && !part.contains('=');
            if is_quoted && part.split_whitespace().count() <= QUOTED {
                names.push(part);
            } else {
                names.extend(
                    part.split(|c: char| c.is_whitespace() || ",;()".contains(c)).filter(|word| is_marked(word)),
                );
            }
        }
    }
    let names = names.into_iter().filter(|name| name.contains(char::is_alphanumeric));
    names.take(NAMES).map(hash::of).collect()
}

/// Whether a word has a digit or a mark in it, as addresses, paths and ids do.
fn is_marked(word: &str) -> bool {
    let inner = word.trim_matches(|c: char| !c.is_alphanumeric());
    word.starts_with('@') || inner.contains(|c: char| c.is_ascii_digit() || "@._/-:=".contains(c))
}

/// What a call works on: the file it names, or the program and the paths in its command.
fn target(call: &Call) -> u64 {
    if let Some(target) = &call.input.target {
        return hash::of(target);
    }
    let text = call.input.command.as_deref().unwrap_or(&call.input.text);
    let first_line = text.lines().next().unwrap_or_default();
    let named = first_line
        .split_whitespace()
        .filter_map(|word| match word.strip_prefix('-') {
            Some(option) => option.split_once('=').map(|(_, value)| value),
            None => Some(word),
        })
        .filter(|word| word.contains(['/', '.']) && word.parse::<f64>().is_err())
        .fold(0, |sum, word| hash::join(sum, hash::of(word)));
    hash::join(named, hash::of(first_line.split_whitespace().next().unwrap_or_default()))
}

/// Whether two inputs differ in numbers only: an offset, a page or an index moves on.
fn only_numbers_differ(one: &str, other: &str) -> bool {
    one != other && without_numbers(one) == without_numbers(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pagination_is_no_duplicate() {
        assert!(only_numbers_differ("sed -n 1,100p x", "sed -n 101,200p x"));
        assert!(!only_numbers_differ("sed -n 1,100p x", "sed -n 1,100p x"));
        assert!(!only_numbers_differ("grep foo x", "grep bar x"));
    }
}
