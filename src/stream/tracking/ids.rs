//! A bounded set of ids. Ids identify and do not order: the server makes them from the time of day, which wraps and can
//! be set back.

use crate::bounded::BoundedMap;
use std::hash::{BuildHasher, RandomState};

/// The latest ids of a kind, stored as hashes.
#[derive(Debug)]
pub(crate) struct IdSet {
    hashes: BoundedMap<u64, ()>,
    hasher: RandomState,
    forgot: bool,
}

impl IdSet {
    /// Remembers the latest `limit` ids.
    pub fn new(limit: usize) -> Self {
        Self { hashes: BoundedMap::new(limit), hasher: RandomState::new(), forgot: false }
    }

    /// Adds an id. Returns whether it was new.
    pub fn insert(&mut self, id: &str) -> bool {
        let hash = self.hasher.hash_one(id);
        if self.hashes.contains_key(&hash) {
            return false;
        }
        self.forgot |= self.hashes.is_full();
        self.hashes.insert(hash, ());
        true
    }

    pub fn contains(&self, id: &str) -> bool {
        self.hashes.contains_key(&self.hasher.hash_one(id))
    }

    /// Removes an id. Returns whether it was there.
    pub fn remove(&mut self, id: &str) -> bool {
        self.hashes.remove(&self.hasher.hash_one(id)).is_some()
    }

    /// Whether an id was evicted, so that a missing id may have been known.
    pub fn has_forgotten(&self) -> bool {
        self.forgot
    }
}
