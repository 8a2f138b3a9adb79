//! Where a message of ours to the agent stands: it must not be sent another before it has answered.

use std::collections::HashSet;

/// How many messages are remembered as shown. A stream that begins at a session's start shows old ones.
const REMEMBERED: usize = 1000;

/// Messages to the agent so far.
#[derive(Debug, Default)]
pub(super) struct Steering {
    /// How many were sent, or are being sent.
    pub sent: u32,
    stage: Stage,
    /// The ids of the messages that the stream has shown: the server tells each of them again at every step.
    shown: HashSet<String>,
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
enum Stage {
    /// Nothing is under way.
    #[default]
    Idle,
    /// Ordered; the stream does not show it yet.
    Ordered,
    /// The stream shows our message, with this id; the agent works on it.
    Delivered(String),
}

impl Steering {
    /// A message is about to be sent.
    pub(super) fn ordered(&mut self) {
        self.sent += 1;
        self.stage = Stage::Ordered;
    }

    /// It could not be sent.
    pub(super) fn failed(&mut self) {
        self.stage = Stage::Idle;
    }

    /// The stream shows a message with this id that carries our mark.
    pub(super) fn saw_ours(&mut self, message: &str) {
        let fresh = self.shown.len() < REMEMBERED && self.shown.insert(message.to_owned());
        if fresh && self.stage == Stage::Ordered {
            self.stage = Stage::Delivered(message.to_owned());
        }
    }

    /// The stream shows a finished message of the agent's. Ids ascend in time: a message that was begun before
    /// ours is about what came before.
    pub(super) fn saw_answer(&mut self, message: &str) {
        if matches!(&self.stage, Stage::Delivered(ours) if message > ours.as_str()) {
            self.stage = Stage::Idle;
        }
    }

    /// The session rests: it has answered what it was shown, or never will.
    pub(super) fn saw_rest(&mut self) {
        if matches!(self.stage, Stage::Delivered(_)) {
            self.stage = Stage::Idle;
        }
    }

    /// Whether the last message has not been answered.
    pub(super) fn unanswered(&self) -> bool {
        self.stage != Stage::Idle
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown() -> Steering {
        let mut steering = Steering::default();
        steering.ordered();
        steering.saw_ours("msg_5");
        steering
    }

    #[test]
    fn a_message_is_answered_when_the_agent_has_spoken_after_it() {
        let mut steering = Steering::default();
        assert!(!steering.unanswered());
        steering.ordered();
        steering.saw_answer("msg_9");
        steering.saw_rest();
        assert!(steering.unanswered(), "that was about what came before");
        let mut steering = shown();
        steering.saw_answer("msg_4");
        assert!(steering.unanswered(), "that was begun before ours came");
        steering.saw_answer("msg_6");
        assert!(!steering.unanswered());
        assert_eq!(steering.sent, 1);
    }

    #[test]
    fn a_rest_is_an_answer_too() {
        let mut steering = shown();
        steering.saw_rest();
        assert!(!steering.unanswered());
    }

    #[test]
    fn an_old_message_that_is_told_again_is_not_the_new_one() {
        let mut steering = shown();
        steering.saw_answer("msg_6");
        steering.ordered();
        steering.saw_ours("msg_5");
        steering.saw_answer("msg_7");
        assert!(steering.unanswered(), "the second message was not shown yet");
        steering.saw_ours("msg_8");
        steering.saw_answer("msg_9");
        assert!(!steering.unanswered());
    }
}
