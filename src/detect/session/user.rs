//! The user's messages. A real user's message resets what the agent did before; ours does not.

use crate::detect::hash;
use regex::Regex;
use std::collections::VecDeque;
use std::sync::LazyLock;

/// The most announced messages of ours to remember.
const EXPECTED: usize = 8;

/// How users ask to repeat something.
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

/// What is known about the user's messages in a session.
#[derive(Default)]
pub(crate) struct User {
    /// The hash of the last message's id.
    last: u64,
    asked_for_repetition: bool,
    expected: VecDeque<String>,
}

impl User {
    /// Reads a text of a message with the user's role. Returns whether it is a real user's and the first of its
    /// message.
    pub(crate) fn receive_message(&mut self, message: &str, text: &str) -> bool {
        let text = text.trim();
        if text.is_empty() || self.is_expected(text) {
            return false;
        }
        let key = hash::of(message);
        let asks = REPETITION.as_ref().is_some_and(|pattern| pattern.is_match(text));
        if key == self.last {
            self.asked_for_repetition |= asks;
            return false;
        }
        self.last = key;
        self.asked_for_repetition = asks;
        true
    }

    /// Whether the last message asks to repeat something.
    pub(crate) fn asked_for_repetition(&self) -> bool {
        self.asked_for_repetition
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignores_own_messages() {
        let mut user = User::default();
        user.expect_message("Stop repeating the call.");
        assert!(user.receive_message("m1", "Fix the build"));
        assert!(!user.receive_message("m1", "and the tests"));
        assert!(!user.receive_message("m2", "Stop repeating the call."));
        assert!(user.receive_message("m3", "Now the docs"));
    }

    #[test]
    fn detects_repetition() {
        let mut user = User::default();
        user.receive_message("m1", "Run the test ten times and tell me how often it fails");
        assert!(user.asked_for_repetition());
        user.receive_message("m2", "Fix it");
        assert!(!user.asked_for_repetition());
    }
}
