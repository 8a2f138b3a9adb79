//! The messages of a session, who wrote them and which are over, and the events that a reconnect may repeat.

use super::state::ByHash;
use crate::detect::hash;

/// Messages that are known. Seven eighths of a power of two.
const MESSAGES: usize = 448;

/// Ids of other events that are known.
const EVENTS: usize = 448;

/// One message.
#[derive(Debug, Clone, Copy)]
struct Message {
    from_user: bool,
    /// Its place in the order of their first appearance: ids carry no order.
    number: u64,
}

/// The latest messages.
pub(super) struct Messages {
    known: ByHash<Message>,
    /// Events without a part or a message.
    events: ByHash<()>,
    /// The number of the newest message, and of the newest answer that is complete.
    last: u64,
    last_complete: u64,
    /// The message of the latest part.
    of_part: u64,
}

impl Default for Messages {
    fn default() -> Self {
        Self { known: ByHash::new(MESSAGES), events: ByHash::new(EVENTS), last: 0, last_complete: 0, of_part: 0 }
    }
}

impl Messages {
    /// Adds a message. Returns whether it is new.
    pub(super) fn add(&mut self, id: &str, from_user: bool) -> bool {
        let key = hash::of(id);
        if let Some(message) = self.known.get_mut(&key) {
            message.from_user = from_user;
            return false;
        }
        self.last += 1;
        self.known.insert(key, Message { from_user, number: self.last });
        true
    }

    /// Records that a part of a message came.
    pub(super) fn see_part(&mut self, id: &str) {
        self.of_part = hash::of(id);
    }

    /// Whether the latest part was one of this message.
    pub(super) fn has_begun(&self, id: &str) -> bool {
        self.of_part == hash::of(id)
    }

    /// Adds an event without a part or a message. Returns whether it is new.
    pub(super) fn add_event(&mut self, id: &str) -> bool {
        self.events.insert(hash::of(id), ()).is_none()
    }

    /// Records that an answer is complete.
    pub(super) fn complete(&mut self, id: &str) {
        if let Some(message) = self.known.get(&hash::of(id)) {
            self.last_complete = self.last_complete.max(message.number);
        }
    }

    /// Whether the user wrote this message.
    pub(super) fn is_from_user(&self, id: &str) -> bool {
        self.known.get(&hash::of(id)).is_some_and(|message| message.from_user)
    }

    /// Whether a message is over: one that came after it is complete. Whatever is said of it was said before.
    pub(super) fn is_over(&self, id: &str) -> bool {
        self.known.get(&hash::of(id)).is_some_and(|message| message.number < self.last_complete)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_over_when_a_later_one_is_complete() {
        let mut messages = Messages::default();
        assert!(messages.add("u1", true) && messages.add("z", false) && messages.add("a", false));
        messages.complete("z");
        assert!(messages.is_over("u1") && !messages.is_over("z") && !messages.is_over("a"));
        messages.complete("a");
        assert!(messages.is_over("z") && !messages.is_over("a") && !messages.is_over("unknown"));
        assert!(!messages.add("z", false) && messages.is_from_user("u1") && !messages.is_from_user("z"));
    }
}
