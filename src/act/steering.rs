//! Where a message of ours to the agent stands: it must not be sent another before it has answered.

/// Messages to the agent so far.
#[derive(Debug, Default)]
pub(super) struct Steering {
    /// How many were sent, or are being sent.
    pub sent: u32,
    stage: Stage,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing is under way.
    #[default]
    Idle,
    /// Ordered; the stream does not show it yet.
    Ordered,
    /// The stream shows our message; the agent works on it.
    Delivered,
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

    /// The stream shows a message of the user's, which is ours, or of the agent's.
    pub(super) fn saw_message(&mut self, from_user: bool, completed: bool) {
        self.stage = match self.stage {
            Stage::Ordered if from_user => Stage::Delivered,
            Stage::Delivered if !from_user && completed => Stage::Idle,
            other => other,
        };
    }

    /// Whether the last message has not been answered.
    pub(super) fn unanswered(&self) -> bool {
        self.stage != Stage::Idle
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_answered_when_the_agent_has_spoken_after_it() {
        let mut steering = Steering::default();
        assert!(!steering.unanswered());
        steering.ordered();
        steering.saw_message(false, true);
        assert!(steering.unanswered(), "that was about what came before");
        steering.saw_message(true, false);
        steering.saw_message(false, false);
        assert!(steering.unanswered());
        steering.saw_message(false, true);
        assert!(!steering.unanswered());
        assert_eq!(steering.sent, 1);
    }
}
