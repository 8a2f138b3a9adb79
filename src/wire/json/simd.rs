//! Looks at 64 bytes at once. Results are bit masks; the lowest bit stands for the first byte.

use wide::u8x16;

/// How many bytes are looked at together.
pub(crate) const LANES: usize = 64;
/// How many bytes one vector register holds.
const WIDTH: usize = 16;

/// 64 bytes in vector registers.
pub(crate) struct Lanes([u8x16; LANES / WIDTH]);

impl Lanes {
    /// The first 64 bytes of `bytes`; a shorter slice is padded with the letter x.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        if let Some(whole) = bytes.first_chunk::<LANES>() {
            return Self::new(whole);
        }
        let mut filled = [b'x'; LANES];
        filled[..bytes.len()].copy_from_slice(bytes);
        Self::new(&filled)
    }

    fn new(bytes: &[u8; LANES]) -> Self {
        let (pieces, _) = bytes.as_chunks::<WIDTH>();
        Self(std::array::from_fn(|at| u8x16::from(pieces[at])))
    }

    /// The bytes that equal `byte`.
    pub(crate) fn are(&self, byte: u8) -> u64 {
        self.bits(|lanes| lanes.simd_eq(u8x16::splat(byte)))
    }

    /// The bytes from `first` to `last`.
    pub(crate) fn between(&self, first: u8, last: u8) -> u64 {
        let width = u8x16::splat(last - first);
        self.bits(|lanes| {
            let above = lanes - u8x16::splat(first);
            above.min(width).simd_eq(above)
        })
    }

    fn bits(&self, test: impl Fn(u8x16) -> u8x16) -> u64 {
        let pieces = self.0.iter().zip([0, 16, 32, 48]);
        pieces.fold(0, |bits, (piece, shift)| bits | (u64::from(test(*piece).to_bitmask()) << shift))
    }
}

/// The bytes of a JSON string body that an earlier backslash escapes, and whether the last backslash escapes the first
/// of the next 64 bytes.
pub(crate) fn escaped(backslashes: u64, first_is_escaped: bool) -> (u64, bool) {
    let mut escaped = u64::from(first_is_escaped);
    let mut rest = backslashes;
    let mut goes_on = false;
    while rest != 0 {
        let backslash = rest & rest.wrapping_neg();
        rest ^= backslash;
        // An escaped backslash does not start an escape.
        if escaped & backslash == 0 {
            escaped |= backslash << 1;
            goes_on = backslash << 1 == 0;
        }
    }
    (escaped, goes_on)
}

/// The offset of the quote that ends a JSON string: the first one that is not escaped. `bytes` starts inside the
/// string.
pub(crate) fn closing_quote(bytes: &[u8]) -> Option<usize> {
    let (mut at, mut goes_on) = (0, false);
    while at < bytes.len() {
        let lanes = Lanes::of(&bytes[at..]);
        let in_escape;
        (in_escape, goes_on) = escaped(lanes.are(b'\\'), goes_on);
        let quotes = lanes.are(b'"') & !in_escape;
        if quotes != 0 {
            return Some(at + quotes.trailing_zeros() as usize);
        }
        at += LANES;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sets_one_bit_per_byte() {
        let bytes: Vec<u8> = (0..64).map(|n| b'a' + n % 8).collect();
        let lanes = Lanes::of(&bytes);
        assert_eq!(lanes.are(b'a'), 0x0101_0101_0101_0101);
        assert_eq!(lanes.between(b'b', b'c'), 0x0606_0606_0606_0606);
        assert_eq!(Lanes::of(b"ab").are(b'b'), 2);
        assert_eq!(Lanes::of(&[0xff, 0x80, 0]).between(0x80, 0xff), 3);
    }

    proptest! {
        #[test]
        fn finds_closing_quote(text in r#"[x\\"]{0,200}"#) {
            let mut escaped = false;
            let end = text.bytes().position(|byte| {
                let is_end = byte == b'"' && !escaped;
                escaped = byte == b'\\' && !escaped;
                is_end
            });
            prop_assert_eq!(closing_quote(text.as_bytes()), end);
        }
    }
}
