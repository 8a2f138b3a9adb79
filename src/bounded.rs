//! A map and a set that never grow beyond their limit: memory stays fixed however long a stream is.

use std::borrow::Borrow;
use std::collections::hash_map::RandomState;
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, Hash};

/// Appends `new` to a queue of at most `limit` items, without the oldest if it is full.
pub fn push_bounded<T>(queue: &mut VecDeque<T>, limit: usize, new: T) {
    if queue.len() >= limit {
        queue.pop_front();
    }
    queue.push_back(new);
}

/// A set of the `limit` texts that were added, or seen again, last. It holds their hashes, so that a long text takes no
/// more memory than a short one.
#[derive(Debug, Clone)]
pub struct BoundedSet {
    hashes: BoundedMap<u64, ()>,
    hasher: RandomState,
    forgot: bool,
}

impl BoundedSet {
    /// An empty set of at most `limit` texts.
    pub fn new(limit: usize) -> Self {
        Self { hashes: BoundedMap::new(limit), hasher: RandomState::new(), forgot: false }
    }

    /// Adds a text, or makes it the newest. Returns whether it was new.
    pub fn insert(&mut self, text: &str) -> bool {
        let hash = self.hasher.hash_one(text);
        if self.hashes.contains_key(&hash) {
            self.hashes.touch(&hash);
            return false;
        }
        self.forgot |= self.hashes.is_full();
        self.hashes.insert(hash, ());
        true
    }

    /// Whether the set has this text.
    pub fn contains(&self, text: &str) -> bool {
        self.hashes.contains_key(&self.hasher.hash_one(text))
    }

    /// Removes a text. Returns whether it was there.
    pub fn remove(&mut self, text: &str) -> bool {
        self.hashes.remove(&self.hasher.hash_one(text)).is_some()
    }

    /// Whether a text was evicted, so that a missing one may have been there.
    pub fn has_forgotten(&self) -> bool {
        self.forgot
    }
}

/// The queue is rebuilt when it holds this many times more places than there are entries.
const SLACK: usize = 4;

/// A map of at most `limit` entries. Inserting one more evicts the oldest: the one that was inserted, or touched,
/// longest ago. Every operation takes constant time, averaged over many.
#[derive(Debug, Clone)]
pub struct BoundedMap<K, V, S = RandomState> {
    limit: usize,
    entries: HashMap<K, Entry<V>, S>,
    /// Oldest first. A place whose number is not its entry's is out of date.
    queue: VecDeque<(K, u64)>,
    count: u64,
}

#[derive(Debug, Clone)]
struct Entry<V> {
    value: V,
    place: u64,
}

impl<K: Hash + Eq + Clone, V, S: BuildHasher + Default> BoundedMap<K, V, S> {
    /// An empty map of at most `limit` entries, but at least one. It allocates nothing yet.
    pub fn new(limit: usize) -> Self {
        Self { limit: limit.max(1), entries: HashMap::default(), queue: VecDeque::new(), count: 0 }
    }

    /// Sets the value of `key` and returns the one it had. A known key keeps its age; a new one may evict the oldest
    /// entry.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        if let Some(entry) = self.entries.get_mut(&key) {
            return Some(std::mem::replace(&mut entry.value, value));
        }
        if self.is_full() {
            self.pop_oldest();
        }
        let place = self.enqueue(key.clone());
        self.entries.insert(key, Entry { value, place });
        None
    }

    /// The value of `key`, inserted first where there is none.
    pub fn get_or_insert_with(&mut self, key: K, value: impl FnOnce() -> V) -> &mut V {
        if !self.entries.contains_key(&key) {
            if self.is_full() {
                self.pop_oldest();
            }
            self.enqueue(key.clone());
        }
        let place = self.count;
        let entry = self.entries.entry(key);
        &mut entry.or_insert_with(|| Entry { value: value(), place }).value
    }

    /// Makes an entry the newest.
    pub fn touch<Q: Hash + Eq + ToOwned<Owned = K> + ?Sized>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
    {
        if self.entries.contains_key(key) {
            let place = self.enqueue(key.to_owned());
            if let Some(entry) = self.entries.get_mut(key) {
                entry.place = place;
            }
        }
    }

    /// The value of `key`.
    pub fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.entries.get(key).map(|entry| &entry.value)
    }

    /// The value of `key`, to change it.
    pub fn get_mut<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.entries.get_mut(key).map(|entry| &mut entry.value)
    }

    /// Whether `key` has a value.
    pub fn contains_key<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.entries.contains_key(key)
    }

    /// Removes `key` and returns its value.
    pub fn remove<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.entries.remove(key).map(|entry| entry.value)
    }

    /// Removes the oldest entry.
    pub fn pop_oldest(&mut self) -> Option<(K, V)> {
        while let Some((key, place)) = self.queue.pop_front() {
            if self.entries.get(&key).is_some_and(|entry| entry.place == place) {
                return self.entries.remove(&key).map(|entry| (key, entry.value));
            }
        }
        None
    }

    /// Every entry, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter().map(|(key, entry)| (key, &entry.value))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether the next new key evicts an entry.
    pub fn is_full(&self) -> bool {
        self.entries.len() >= self.limit
    }

    /// Removes all entries.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.queue.clear();
    }

    fn enqueue(&mut self, key: K) -> u64 {
        if self.queue.len() >= SLACK * self.limit {
            let entries = &self.entries;
            self.queue.retain(|(key, place)| entries.get(key).is_some_and(|entry| entry.place == *place));
        }
        self.count += 1;
        self.queue.push_back((key, self.count));
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn evicts_oldest() {
        let mut map: BoundedMap<char, i32> = BoundedMap::new(2);
        assert_eq!((map.insert('a', 1), map.insert('b', 2)), (None, None));
        assert_eq!(map.insert('a', 3), Some(1), "a known key keeps its age");
        map.insert('c', 4);
        assert_eq!((map.get(&'a'), map.get(&'b'), map.get(&'c')), (None, Some(&2), Some(&4)));
        map.touch(&'b');
        assert_eq!(*map.get_or_insert_with('d', || 5), 5);
        assert_eq!((map.get(&'b'), map.get(&'c'), map.get(&'d')), (Some(&2), None, Some(&5)));
    }

    #[test]
    fn reinserts_removed_key_as_newest() {
        let mut map: BoundedMap<u8, ()> = BoundedMap::new(2);
        map.insert(1, ());
        map.insert(2, ());
        map.remove(&1);
        map.insert(1, ());
        map.insert(3, ());
        assert!(map.contains_key(&1) && !map.contains_key(&2));
    }

    #[test]
    fn set_evicts_what_was_not_seen_again() {
        let mut set = BoundedSet::new(2);
        assert!(set.insert("a") && set.insert("b") && !set.insert("a") && !set.has_forgotten());
        assert!(set.insert("c") && set.has_forgotten());
        assert!(set.contains("a") && !set.contains("b") && set.contains("c"));
        set.remove("a");
        assert!(!set.contains("a"));
    }

    proptest! {
        #[test]
        fn stays_within_its_limit(limit in 0usize..9, keys in proptest::collection::vec((any::<u8>(), 0..4u8), 0..400)) {
            let mut map: BoundedMap<u8, u8> = BoundedMap::new(limit);
            for (key, operation) in keys {
                match operation {
                    0 => drop(map.insert(key % 16, key)),
                    1 => map.touch(&(key % 16)),
                    2 => drop(map.remove(&(key % 16))),
                    _ => *map.get_or_insert_with(key % 16, || 0) = key,
                }
                prop_assert!(map.entries.len() <= limit.max(1));
                prop_assert!(map.queue.len() <= SLACK * limit.max(1));
            }
        }
    }
}
