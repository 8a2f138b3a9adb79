//! Tells different questions from one that is asked in other words.

use crate::detect::call::Call;
use crate::detect::call::sought::pattern;
use crate::detect::hash;
use std::collections::BTreeSet;

/// How many different questions are an audit. Who asks more gets no answer to any.
const QUESTIONS: usize = 64;
/// How many letters in a row are compared.
const RUN: usize = 4;
/// How many of those of one question to remember.
const RUNS: usize = 48;
/// Of the runs of a question that is another one, at most one in so many was in those before.
const SHARED: usize = 3;
/// What ends a set of characters in a pattern, or a number of them: `[0-9A-F]`, `{16}`.
const SETS: [(char, char); 2] = [('[', ']'), ('{', '}')];

/// The questions that some calls asked.
#[derive(Default)]
pub(super) struct Questions {
    /// Runs of letters in the words of all of them.
    runs: BTreeSet<u64>,
    /// The lines of their inputs: what a line says that was there before is no question.
    lines: BTreeSet<u64>,
    asked: usize,
}

impl Questions {
    /// Adds what a call asks. Says whether that shares hardly anything with what was asked before.
    pub(super) fn take(&mut self, call: &Call) -> bool {
        let question = match call.input.command.as_deref().filter(|_| call.line.is_some()) {
            Some(command) => pattern(command).unwrap_or_default().to_owned(),
            None => {
                call.input.text.lines().filter(|line| self.lines.insert(hash::of(line))).collect::<Vec<_>>().join(" ")
            }
        };
        self.add(&question)
    }

    fn add(&mut self, question: &str) -> bool {
        if self.asked == QUESTIONS {
            return false;
        }
        let runs = runs(question);
        let known = runs.iter().filter(|run| self.runs.contains(run)).count();
        let is_other = !runs.is_empty() && known * SHARED <= runs.len();
        self.asked += usize::from(is_other);
        self.runs.extend(runs);
        is_other
    }
}

/// The runs of letters in a question, whose words may be written together or apart.
fn runs(question: &str) -> BTreeSet<u64> {
    let plain = without_sets(question);
    let words = plain.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().nth(1).is_some());
    let mut runs = BTreeSet::new();
    for word in words {
        let letters: Vec<String> = word.chars().map(|c| c.to_lowercase().to_string()).collect();
        let of_word = letters.windows(RUN.min(letters.len())).map(|run| hash::of(run.concat()));
        runs.extend(of_word.take(RUNS.saturating_sub(runs.len())));
    }
    runs
}

/// A pattern without its sets of characters, and without what a backslash escapes.
fn without_sets(pattern: &str) -> String {
    let (mut plain, mut closing) = (String::new(), None);
    let mut letters = pattern.chars();
    while let Some(c) = letters.next() {
        if closing.is_some() {
            closing = closing.filter(|end| *end != c);
        } else if c == '\\' {
            letters.next();
            plain.push(' ');
        } else {
            closing = SETS.iter().find(|(open, _)| *open == c).map(|(_, end)| *end);
            plain.push(if closing.is_some() { ' ' } else { c });
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of these questions are others than those before them.
    fn different(questions: &[&str]) -> usize {
        let mut asked = Questions::default();
        questions.iter().filter(|question| asked.add(question)).count()
    }

    #[test]
    fn questions_in_other_words() {
        #[rustfmt::skip]
        let audit = ["eval\\(", "innerHTML", "child_process", "pickle[.]loads", "yaml.load", "subprocess", "md5", "verify=False", "os\\.system", "Math.random"];
        assert!(different(&audit) >= 9);
        let spelled = [
            "berthPlan",
            "berth_plan",
            "BERTH_PLAN",
            "berthplan",
            "getBerthPlan",
            "berth-plan",
            "berth.?plan",
            "plan_of_berth",
        ];
        assert_eq!(different(&spelled), 1);
        let words = [
            "mooring timeout setting",
            "setting of the mooring timeout",
            "mooring time limit",
            "how long may mooring take",
            "timeouts when mooring",
        ];
        assert!(different(&words) <= 2);
        assert_eq!(different(&["1", "2", "300", ""]), 0);
    }
}
