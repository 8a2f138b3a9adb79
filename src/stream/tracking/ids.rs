//! Ids that are remembered, as many as there is room for. An id tells one thing from another and nothing more:
//! the server makes it of the time of day, which wraps and can be set back, so it is no order.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};

/// The latest ids of a kind, in eight bytes each.
#[derive(Debug)]
pub(crate) struct Ids {
    known: HashSet<u64>,
    order: VecDeque<u64>,
    most: usize,
    hash: RandomState,
}

impl Ids {
    /// Remembers the latest `most`.
    pub(crate) fn up_to(most: usize) -> Self {
        Self {
            known: HashSet::new(),
            order: VecDeque::new(),
            most,
            hash: RandomState::new(),
        }
    }

    /// Remembers it. False: it was known.
    pub(crate) fn insert(&mut self, id: &str) -> bool {
        let id = self.hash.hash_one(id);
        if !self.known.insert(id) {
            return false;
        }
        self.order.push_back(id);
        if self.order.len() > self.most
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }

    pub(crate) fn has(&self, id: &str) -> bool {
        self.known.contains(&self.hash.hash_one(id))
    }

    /// Forgets it. False: it was not known.
    pub(crate) fn take(&mut self, id: &str) -> bool {
        self.known.remove(&self.hash.hash_one(id))
    }

    /// Whether there is no room left: for each new one the oldest is forgotten.
    pub(crate) fn is_full(&self) -> bool {
        self.order.len() >= self.most
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }
}
