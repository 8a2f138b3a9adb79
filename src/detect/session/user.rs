//! What the user said: a real user's word resets what the agent did before; ours does not.

use crate::detect::hash;
use regex::Regex;
use std::collections::VecDeque;
use std::sync::LazyLock;

/// Messages of ours that are kept in mind until they come by.
const EXPECTED: usize = 8;

/// How users ask for the same thing several times.
static REPETITION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)
          \b(?:\d+|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|fifty|(?:a\ )?hundred|several|many|multiple)
            \s*(?:x|times|runs|iterations|repetitions|rounds)\b
        | \bin\ a\ loop\b | \bagain\ and\ again\b | \brepeatedly\b | \bkeep\ (?:on\ )?(?:running|trying|polling|checking)\b
        | \bevery\ (?:\d+\ )?(?:seconds?|minutes?)\b",
    )
    .ok()
});

/// What is known about the user's part of a session.
#[derive(Default)]
pub(crate) struct User {
    /// The message that was taken last.
    last: u64,
    repetition: bool,
    expected: VecDeque<String>,
}

impl User {
    /// A text of a user's message. True when it is a real user's, and new.
    pub(crate) fn says(&mut self, message: &str, text: &str) -> bool {
        let text = text.trim();
        if text.is_empty() || self.take_expected(text) {
            return false;
        }
        let key = hash::of(message);
        let asks = REPETITION.as_ref().is_some_and(|pattern| pattern.is_match(text));
        if key == self.last {
            self.repetition |= asks;
            return false;
        }
        self.last = key;
        self.repetition = asks;
        true
    }

    /// Whether the user asked for the same thing several times.
    pub(crate) fn wants_repetition(&self) -> bool {
        self.repetition
    }

    /// This text will come as a user's message and is ours.
    pub(crate) fn expects(&mut self, text: &str) {
        if self.expected.len() == EXPECTED {
            self.expected.pop_front();
        }
        self.expected.push_back(text.trim().to_owned());
    }

    fn take_expected(&self, text: &str) -> bool {
        self.expected
            .iter()
            .any(|ours| !ours.is_empty() && (text.contains(ours) || ours.contains(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_counts_once_and_ours_not_at_all() {
        let mut user = User::default();
        user.expects("Stop repeating the call.");
        assert!(user.says("m1", "Fix the build"));
        assert!(!user.says("m1", "and the tests"));
        assert!(!user.says("m2", "Stop repeating the call."));
        assert!(user.says("m3", "Now the docs"));
    }

    #[test]
    fn a_user_can_ask_for_repetition() {
        let mut user = User::default();
        user.says("m1", "Run the test ten times and tell me how often it fails");
        assert!(user.wants_repetition());
        user.says("m2", "Fix it");
        assert!(!user.wants_repetition());
    }
}
