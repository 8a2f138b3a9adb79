//! Memory of a fixed size: the newest keys, and a number with each.

use std::collections::{HashMap, VecDeque};
use super::hash::KeyHasher;
use std::hash::BuildHasherDefault;

/// The newest `limit` keys, each with the number given last.
pub(crate) struct Recent {
    limit: usize,
    order: VecDeque<u64>,
    values: HashMap<u64, u32, BuildHasherDefault<KeyHasher>>,
}

impl Recent {
    /// Empty; takes no memory until something comes.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit: limit.max(1),
            order: VecDeque::new(),
            values: HashMap::default(),
        }
    }

    /// Remembers a key, and gives the number it had before.
    pub(crate) fn put(&mut self, key: u64, value: u32) -> Option<u32> {
        let before = self.values.insert(key, value);
        if before.is_none() {
            if self.order.len() == self.limit
                && let Some(oldest) = self.order.pop_front()
            {
                self.values.remove(&oldest);
            }
            self.order.push_back(key);
        }
        before
    }

    /// The number that came with a key.
    pub(crate) fn get(&self, key: u64) -> Option<u32> {
        self.values.get(&key).copied()
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.order.clear();
        self.values.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_key_makes_room() {
        let mut recent = Recent::new(2);
        assert_eq!(recent.put(1, 10), None);
        assert_eq!(recent.put(2, 20), None);
        assert_eq!(recent.put(1, 11), Some(10));
        assert_eq!(recent.put(3, 30), None);
        assert_eq!(
            (recent.get(1), recent.get(2), recent.get(3)),
            (None, Some(20), Some(30))
        );
    }
}
