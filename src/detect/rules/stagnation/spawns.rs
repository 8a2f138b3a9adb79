//! Counts subagents in a row that come back with nothing, in whatever words they were asked the same.

use crate::detect::call::Call;
use crate::detect::call::classify::{CallKind, calls_agent};
use crate::detect::fact::RuleContext;
use crate::detect::hash;
use crate::detect::rules::streak::Streak;
use crate::detect::signal::Signal;
use crate::detect::text::ending::Ending;
use crate::detect::text::missed_goal::{reports_missed_goal, tells_of_nothing};
use crate::detect::text::reported::denies_failure;
use crate::wire::record::{Grade, Kind};
use std::collections::HashSet;

/// The longest report that may say that there is nothing, in bytes: a longer one tells of something.
const REPORT: usize = 300;
/// How many words to remember, and a question's more.
const WORDS: usize = 1024;
/// Marks in the names of files, modules and accounts.
const NAME_MARKS: [char; 4] = ['/', '.', '_', '@'];

/// The latest subagents that came back with nothing.
#[derive(Default)]
pub(super) struct Spawns {
    /// The words of the last question, the first of them first.
    last: Vec<u64>,
    /// The words of all of them.
    known: HashSet<u64>,
    message: String,
    /// How many of them were asked about something of their own.
    own: u64,
    calls: Option<Streak>,
}

/// Whether a call asks another agent.
pub(super) fn is_spawn(call: &Call) -> bool {
    call.kind == CallKind::Spawn || call.kind == CallKind::Unknown && call.guessed && calls_agent(&call.tool)
}

impl Spawns {
    /// A signal of the rule, if there are `limit` of them, or a notice from half of that on.
    pub(super) fn take(
        &mut self,
        call: &Call,
        rule: &'static str,
        limit: u64,
        context: &RuleContext<'_>,
    ) -> Option<Signal> {
        if !brings_nothing(&call.ends) {
            // What cannot even begin is the business of the rule about errors.
            if !call.failed() {
                *self = Self::default();
            }
            return None;
        }
        // The calls of one message were decided on at once.
        if self.calls.is_some() && !call.message.is_empty() && call.message == self.message {
            return None;
        }
        self.message.clone_from(&call.message);
        self.own += u64::from(self.asks_of_another(&call.input.text));
        let calls = match &mut self.calls {
            Some(calls) => {
                calls.add(call, context);
                calls
            }
            calls => calls.insert(Streak::begin(call, context)),
        };
        let again = calls.calls().saturating_sub(self.own);
        if again < limit.div_ceil(2) {
            return None;
        }
        let summary = format!("{} subagents in a row came back with nothing", calls.calls());
        let grade = if again < limit { Grade::Notice } else { Grade::Warn };
        let mut signal = Signal::new(rule, Kind::Stagnation, grade, hash::of("spawns"), summary);
        calls.fill(&mut signal, context);
        Some(signal)
    }

    /// Whether a question is about something that none before it was about: it has a name of its own, or is the last
    /// one but for words of its own.
    fn asks_of_another(&mut self, question: &str) -> bool {
        let lower = question.to_lowercase();
        let words = lower.split(|c: char| !c.is_alphanumeric() && !NAME_MARKS.contains(&c));
        let words = words.map(|word| word.trim_matches(NAME_MARKS)).filter(|word| word.contains(char::is_alphabetic));
        let is_new = |word: u64| !self.known.contains(&word);
        let names_new = words.clone().any(|word| word.contains(NAME_MARKS) && is_new(hash::of(word)));
        let words: Vec<u64> = words.map(hash::of).collect();
        let mut others = words.iter().filter(|word| !self.last.contains(word)).peekable();
        let is_same_but_for_new = words.first() == self.last.first() && others.peek().is_some();
        let is_own = names_new || is_same_but_for_new && others.all(|word| is_new(*word));
        if self.known.len() < WORDS {
            self.known.extend(&words);
        }
        self.last = words;
        is_own
    }
}

/// Whether a report says that nothing was found. That there are no faults is a finding.
fn brings_nothing(answer: &str) -> bool {
    let inner = answer.split_once("<task_result>").map_or(answer, |(_, inner)| inner);
    let report = inner.split_once("</task_result>").map_or(inner, |(inner, _)| inner).trim();
    let says_so = || tells_of_nothing(report) || reports_missed_goal(report) || Ending::read(report) == Ending::GaveUp;
    report.is_empty() || report.len() <= REPORT && !denies_failure(report) && says_so()
}
