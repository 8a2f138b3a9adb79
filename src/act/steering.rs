//! Tracks our messages to the agent: the agent must answer one before it is sent another.

use super::message_order::MessageOrder;
use crate::wire::Timestamp;

/// How many messages are remembered. A stream that begins at a session's start shows old ones.
const REMEMBERED: usize = 1000;

/// How long an agent at rest may leave a message unanswered, in milliseconds of stream time. It begins within seconds of
/// the message.
const BEGINS: i64 = 60_000;

/// The messages to the agent so far.
#[derive(Debug)]
pub(super) struct Steering {
    sent: u32,
    delivery: Delivery,
    /// When the server accepted the last message.
    accepted: Option<Timestamp>,
    /// The messages that the stream has shown, ours and the agent's. The server repeats each of them at every step.
    shown: MessageOrder,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Delivery {
    /// No message is under way.
    Idle,
    /// The message is being sent; the stream has not shown it yet.
    Sending,
    /// The stream has shown our message, with this number; the agent is working on it.
    Delivered(u64),
}

impl Default for Steering {
    fn default() -> Self {
        Self { sent: 0, delivery: Delivery::Idle, accepted: None, shown: MessageOrder::new(REMEMBERED) }
    }
}

impl Steering {
    /// How many messages were sent, including one that is being sent, and those that a dry run would have sent.
    pub fn sent(&self) -> u32 {
        self.sent
    }

    /// A message is about to be sent.
    pub fn sending(&mut self) {
        self.sent += 1;
        self.delivery = Delivery::Sending;
        self.accepted = None;
    }

    /// The server accepted the message.
    pub fn accepted(&mut self, now: Timestamp) {
        self.accepted = Some(now);
    }

    /// Whether an agent that rests should have begun on the message by now. A server can accept one and lose it.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.is_unanswered() && self.accepted.is_some_and(|accepted| now.since(accepted) >= BEGINS)
    }

    /// No answer to the message is expected any more.
    pub fn give_up(&mut self) {
        self.delivery = Delivery::Idle;
    }

    /// The message could not be sent. If the stream has shown it all the same, it was.
    pub fn failed(&mut self) {
        if self.delivery == Delivery::Sending {
            self.delivery = Delivery::Idle;
            self.sent = self.sent.saturating_sub(1);
        }
    }

    /// The message would have been sent if anything was to be done. It counts, so that the run goes on as it would.
    pub fn skipped(&mut self) {
        self.delivery = Delivery::Idle;
    }

    /// The stream shows a message that carries our mark.
    pub fn saw_ours(&mut self, message: &str) {
        let known = self.shown.get(message).is_some();
        let number = self.shown.add(message);
        if !known && self.delivery == Delivery::Sending {
            self.delivery = Delivery::Delivered(number);
        }
    }

    /// The stream shows a message of the agent, which may be `completed`. A completed one answers ours if it first
    /// appeared after ours.
    pub fn saw_agent(&mut self, message: &str, completed: bool) {
        let number = self.shown.add(message);
        if completed && matches!(self.delivery, Delivery::Delivered(ours) if number > ours) {
            self.delivery = Delivery::Idle;
        }
    }

    /// The session rests: the agent has answered what it was shown, or never will.
    pub fn saw_rest(&mut self) {
        if matches!(self.delivery, Delivery::Delivered(_)) {
            self.delivery = Delivery::Idle;
        }
    }

    /// Whether the agent has yet to answer the last message.
    pub fn is_unanswered(&self) -> bool {
        self.delivery != Delivery::Idle
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivered() -> Steering {
        let mut steering = Steering::default();
        steering.sending();
        steering.saw_ours("msg_5");
        steering
    }

    #[test]
    fn answered_by_later_message() {
        let mut steering = Steering::default();
        assert!(!steering.is_unanswered());
        steering.saw_agent("msg_4", false);
        steering.sending();
        steering.saw_agent("msg_9", true);
        steering.saw_rest();
        assert!(steering.is_unanswered(), "ours was not shown yet");
        steering.saw_ours("msg_5");
        steering.saw_agent("msg_4", true);
        assert!(steering.is_unanswered(), "it began before ours was shown");
        steering.saw_agent("msg_6", true);
        assert!(!steering.is_unanswered());
        assert_eq!(steering.sent(), 1);
    }

    #[test]
    fn failed_message_was_not_sent() {
        let mut steering = Steering::default();
        steering.sending();
        steering.failed();
        assert_eq!((steering.sent(), steering.is_unanswered()), (0, false));
        let mut steering = delivered();
        steering.failed();
        assert_eq!((steering.sent(), steering.is_unanswered()), (1, true), "the stream has shown it");
    }

    #[test]
    fn skipped_message_counts() {
        let mut steering = Steering::default();
        steering.sending();
        steering.skipped();
        assert_eq!((steering.sent(), steering.is_unanswered()), (1, false));
    }

    #[test]
    fn ids_are_no_order() {
        let mut steering = delivered();
        steering.saw_agent("msg_1", true);
        assert!(!steering.is_unanswered(), "it began after ours was shown");
        let mut steering = Steering::default();
        steering.saw_agent("msg_9", false);
        steering.sending();
        steering.saw_ours("msg_5");
        steering.saw_agent("msg_9", true);
        assert!(steering.is_unanswered(), "it began before ours was shown");
    }

    #[test]
    fn answered_by_rest() {
        let mut steering = delivered();
        steering.saw_rest();
        assert!(!steering.is_unanswered());
    }

    #[test]
    fn ignores_repeated_message() {
        let mut steering = delivered();
        steering.saw_agent("msg_6", true);
        steering.sending();
        steering.saw_ours("msg_5");
        steering.saw_agent("msg_7", true);
        assert!(steering.is_unanswered(), "the second message was not shown yet");
        steering.saw_ours("msg_8");
        steering.saw_agent("msg_9", true);
        assert!(!steering.is_unanswered());
    }
}
