//! A stable 64-bit hash. It is part of a finding's id, so it must not change with the compiler, the
//! platform or the process.

use std::hash::Hasher;

/// The multiplier that makes [`join`] depend on the order: 2^64 divided by the golden ratio, made odd.
const ORDER: u64 = 0x9e37_79b9_7f4a_7c15;

/// The XXH3 hash of some bytes. Its values are specified.
pub(crate) fn of(bytes: impl AsRef<[u8]>) -> u64 {
    xxhash_rust::xxh3::xxh3_64(bytes.as_ref())
}

/// Combines two hashes in order: `join(a, b)` differs from `join(b, a)`.
pub(crate) fn join(a: u64, b: u64) -> u64 {
    spread(a.rotate_left(29).wrapping_mul(ORDER) ^ b)
}

/// Mixes every bit into the whole word (the finalizer of `splitmix64`).
pub(crate) fn spread(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// The hash of a cycle, independent of which member comes first.
pub(crate) fn cycle(keys: &[u64]) -> u64 {
    let start = least_rotation(keys);
    let (tail, head) = keys.split_at(start);
    head.iter().chain(tail).fold(spread(keys.len() as u64), |hash, key| join(hash, *key))
}

/// Where the lexicographically least rotation begins.
fn least_rotation(keys: &[u64]) -> usize {
    let (length, mut best, mut other, mut same) = (keys.len(), 0, 1, 0);
    while best < length && other < length && same < length {
        let (a, b) = (keys[(best + same) % length], keys[(other + same) % length]);
        if a == b {
            same += 1;
            continue;
        }
        if a > b {
            best += same + 1;
        } else {
            other += same + 1;
        }
        if best == other {
            other += 1;
        }
        same = 0;
    }
    best.min(other)
}

/// A hasher for map keys that are hashes already: it uses them unchanged. Strings are hashed as usual.
#[derive(Default)]
pub(crate) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        self.0 = join(self.0, of(bytes));
    }
    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rotations_hash_alike(keys in proptest::collection::vec(0u64..4, 1..20), by in 0usize..20) {
            let mut rotated = keys.clone();
            rotated.rotate_left(by % keys.len());
            prop_assert_eq!(cycle(&keys), cycle(&rotated));
        }
    }

    #[test]
    fn other_cycles_differ() {
        assert_ne!(cycle(&[1, 2, 3]), cycle(&[1, 3, 2]));
        assert_ne!(cycle(&[1]), cycle(&[1, 1]));
    }
}
