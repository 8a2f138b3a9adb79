//! One stable 64-bit hash: findings carry it in their identity, so it must not change with the
//! compiler, the platform or the process.

/// What an order is mixed in with: 2^64 divided by the golden ratio, made odd.
const ORDER: u64 = 0x9e37_79b9_7f4a_7c15;

/// The hash of some bytes: XXH3, whose values are specified.
pub(crate) fn of(bytes: impl AsRef<[u8]>) -> u64 {
    xxhash_rust::xxh3::xxh3_64(bytes.as_ref())
}

/// Two hashes in order: `join(a, b)` is not `join(b, a)`.
pub(crate) fn join(a: u64, b: u64) -> u64 {
    spread(a.rotate_left(29).wrapping_mul(ORDER) ^ b)
}

/// Spreads every bit over the whole word (the finalizer of `splitmix64`).
pub(crate) fn spread(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// The hash of a cycle: the same whichever of its members comes first.
pub(crate) fn cycle(keys: &[u64]) -> u64 {
    let start = least_rotation(keys);
    let (tail, head) = keys.split_at(start);
    head.iter()
        .chain(tail)
        .fold(spread(keys.len() as u64), |hash, key| join(hash, *key))
}

/// Where the lexicographically least rotation begins (Booth's algorithm, in its short form).
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_rotation_of_a_cycle_hashes_alike(keys in proptest::collection::vec(0u64..4, 1..20), by in 0usize..20) {
            let mut turned = keys.clone();
            turned.rotate_left(by % keys.len());
            prop_assert_eq!(cycle(&keys), cycle(&turned));
        }
    }

    #[test]
    fn another_cycle_hashes_otherwise() {
        assert_ne!(cycle(&[1, 2, 3]), cycle(&[1, 3, 2]));
        assert_ne!(cycle(&[1]), cycle(&[1, 1]));
    }
}
