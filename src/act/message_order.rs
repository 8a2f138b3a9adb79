//! Numbers the messages of a stream in the order of their first appearance: their ids carry no order.

use crate::bounded::BoundedMap;

/// Numbers messages, and gives a repeated one its number again.
#[derive(Debug)]
pub(super) struct MessageOrder {
    numbers: BoundedMap<String, u64>,
    /// The number of the newest message; the first one is 1.
    last: u64,
}

impl MessageOrder {
    /// Remembers at most this many messages, the newest.
    pub fn new(remembered: usize) -> Self {
        Self { numbers: BoundedMap::new(remembered), last: 0 }
    }

    /// The number of a message, which is remembered if it is new.
    pub fn add(&mut self, message: &str) -> u64 {
        if let Some(number) = self.get(message) {
            return number;
        }
        self.last += 1;
        self.numbers.insert(message.to_owned(), self.last);
        self.last
    }

    /// The number of a message; `None` if it did not appear or is forgotten.
    pub fn get(&self, message: &str) -> Option<u64> {
        self.numbers.get(message).copied()
    }
}
