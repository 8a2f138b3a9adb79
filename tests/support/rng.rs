//! Reproducible random numbers.

/// A xorshift generator.
pub struct Rng(u64);

impl Rng {
    /// A generator for a seed. Neighbouring seeds begin far apart.
    pub fn new(seed: u64) -> Self {
        let mut rng = Self((seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        for _ in 0..8 {
            rng.next();
        }
        rng
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `end`, which is at least 1.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 11).expect("64 bits") % end
    }
}
