//! The user's messages. A real user's message resets what the agent did before. Ours does not, and neither does one
//! that a program sends: a hook, a plugin, a driver.

use crate::detect::call::Call;
use crate::detect::call::normalize::{normalize_output, without_numbers};
use crate::detect::hash;
use crate::wire::Timestamp;
use regex::Regex;
use std::collections::VecDeque;
use std::sync::LazyLock;

/// The most announced messages of ours to remember.
const EXPECTED: usize = 8;
/// The most messages whose texts to remember.
const TEXTS: usize = 32;
/// Nobody reads an answer and writes the next message in less time, in milliseconds.
const HUMAN_PAUSE: i64 = 5_000;

/// How users ask to do something a number of times.
static TIMES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)
          (?:^|[^A-Za-z0-9_.])(\d{1,4}|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|fifty|(?:a\ )?hundred)
            [\ \t]+times(?:[^A-Za-z0-9_]|$)",
    )
    .ok()
});

const NUMBERS: [(&str, u64); 14] = [
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("twelve", 12),
    ("twenty", 20),
    ("fifty", 50),
    ("hundred", 100),
    ("a hundred", 100),
];

/// What is known about the user's messages in a session.
#[derive(Default)]
pub(crate) struct User {
    /// The hash of the last message's id.
    last: u64,
    /// What the messages said, numbers aside.
    texts: VecDeque<u64>,
    /// When the last answer ended, if there is none since.
    rested: Option<Timestamp>,
    /// Sentences of the last message that ask to do something a number of times, and how often that is still.
    asked: Vec<(String, u64)>,
    expected: VecDeque<String>,
}

impl User {
    /// Reads a text of a message with the user's role. Returns whether it is a real user's and the first of its
    /// message.
    pub(crate) fn receive_message(&mut self, message: &str, text: &str, now: Timestamp) -> bool {
        let text = text.trim();
        if text.is_empty() || self.is_expected(text) {
            return false;
        }
        let key = hash::of(message);
        if key == self.last {
            self.asked.extend(repetitions(text));
            return false;
        }
        self.last = key;
        let is_first = self.texts.is_empty();
        let is_new = self.remember(text);
        let at_once = self.rested.is_some_and(|rested| now.since(rested) < HUMAN_PAUSE);
        let is_real = is_first || (is_new && !at_once && !is_marked(text));
        if is_real {
            self.asked = repetitions(text);
        }
        is_real
    }

    /// Records that the agent works on an answer.
    pub(crate) fn begin_answer(&mut self) {
        self.rested = None;
    }

    /// Records that an answer ended.
    pub(crate) fn end_answer(&mut self, now: Timestamp) {
        self.rested.get_or_insert(now);
    }

    /// Whether the user asked for this call, and it is not made more often yet.
    pub(crate) fn asks_for(&mut self, call: &Call) -> bool {
        let Some(command) = call.input.command.as_deref() else {
            return false;
        };
        let mut named = self.asked.iter_mut().filter(|(sentence, left)| *left > 0 && names_command(sentence, command));
        let Some((_, left)) = named.next() else {
            return false;
        };
        *left -= 1;
        true
    }

    /// Announces a message of ours, which will have the user's role.
    pub(crate) fn expect_message(&mut self, text: &str) {
        if self.expected.len() == EXPECTED {
            self.expected.pop_front();
        }
        self.expected.push_back(text.trim().to_owned());
    }

    fn is_expected(&self, text: &str) -> bool {
        self.expected.iter().any(|ours| !ours.is_empty() && (text.contains(ours) || ours.contains(text)))
    }

    /// Remembers what a message says. Returns whether no message said the same before.
    fn remember(&mut self, text: &str) -> bool {
        let key = hash::of(without_numbers(&normalize_output(text, &[])));
        if self.texts.contains(&key) {
            return false;
        }
        if self.texts.len() == TEXTS {
            self.texts.pop_front();
        }
        self.texts.push_back(key);
        true
    }
}

/// Whether a program marked a text as its own: `<hook>…</hook>`, `[DIRECTIVE] …`.
fn is_marked(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix('<') {
        let name = rest.split(|c: char| c == '>' || c.is_whitespace()).next().unwrap_or_default();
        return name.starts_with(|c: char| c.is_ascii_alphabetic()) && text.ends_with(&format!("</{name}>"));
    }
    let label = text.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(label, _)| label);
    label.is_some_and(|label| {
        label.len() > 3
            && label.starts_with(|c: char| c.is_ascii_uppercase())
            && label.chars().all(|c| c.is_ascii_uppercase() || " _-:".contains(c) || c.is_ascii_digit())
    })
}

/// The sentences of a text that ask to do something a number of times.
fn repetitions(text: &str) -> Vec<(String, u64)> {
    let Some(pattern) = TIMES.as_ref() else {
        return Vec::new();
    };
    let sentences = text.split(['\n', ';', '!', '?']).flat_map(|line| line.split(". "));
    sentences
        .filter_map(|sentence| {
            let count = pattern.captures(sentence)?.get(1)?.as_str().to_lowercase();
            let named = NUMBERS.iter().find(|(name, _)| *name == count).map(|(_, number)| *number);
            Some((sentence.to_owned(), named.or_else(|| count.parse().ok())?))
        })
        .take(EXPECTED)
        .collect()
}

/// Whether a sentence names a command: it quotes it, has all of it, or names the file that it runs.
fn names_command(sentence: &str, command: &str) -> bool {
    let command = command.trim();
    let quoted = sentence.split(['`', '"', '\'']).skip(1).step_by(2).map(str::trim);
    let has_quote = quoted.filter(|part| part.len() > 1).any(|part| command.contains(part));
    let whole = command.contains(' ') && sentence.contains(command);
    let is_file = |word: &&str| word.len() > 3 && word[1..].contains('.');
    let mut words = sentence.split_whitespace().map(|word| word.trim_matches([',', ':', '(', ')']));
    has_quote || whole || words.any(|word| is_file(&word) && command.split_whitespace().any(|part| part == word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_ms(seconds * 1000)
    }

    #[test]
    fn ignores_own_messages() {
        let mut user = User::default();
        user.expect_message("Stop repeating the call.");
        assert!(user.receive_message("m1", "Fix the build", at(0)));
        assert!(!user.receive_message("m1", "and the tests", at(0)));
        assert!(!user.receive_message("m2", "Stop repeating the call.", at(90)));
        assert!(user.receive_message("m3", "Now the docs", at(99)));
    }

    #[test]
    fn ignores_injected_messages() {
        let mut user = User::default();
        assert!(user.receive_message("m1", "<task>Fix the build</task>", at(0)));
        user.end_answer(at(10));
        assert!(!user.receive_message("m2", "Go on with the next item.", at(12)), "at once");
        user.end_answer(at(20));
        assert!(!user.receive_message("m3", "Go on with the next item.", at(50)), "the same again");
        assert!(!user.receive_message("m4", "[SYSTEM REMINDER] 3 items are open", at(80)), "marked");
        assert!(!user.receive_message("m5", "<hook>not yet</hook>", at(90)), "marked");
        assert!(user.receive_message("m6", "[the parser] is broken", at(120)));
    }

    #[test]
    fn counts_named_repetitions() {
        for (text, command, count) in [
            ("Run `make test` 10 times", "make test", Some(10)),
            ("Run flaky.sh ten times and tell me how often it fails", "sh flaky.sh", Some(10)),
            ("Run `make test` 10 times", "cat log", None),
            ("Make the importer 10x faster", "make importer", None),
            ("It fails again and again, in a loop, every 5 seconds", "make", None),
            ("Hash it 3 times", "cat hash", None),
        ] {
            let found = repetitions(text).into_iter().find(|(sentence, _)| names_command(sentence, command));
            assert_eq!(found.map(|(_, count)| count), count, "{text}");
        }
    }
}
