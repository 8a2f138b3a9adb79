//! Keeps the last 4,096 characters of a text, one byte each, and measures them.

/// How many characters to keep: enough for three repetitions of the longest unit that rules look for.
pub(crate) const WINDOW: usize = 4096;

/// Text comes in blocks that end at multiples of this many characters, however the server cut it, so that
/// findings do not depend on the cuts. Judging a whole window at the end of each costs 16 operations per character.
pub(crate) const TEXT_BLOCK: usize = 256;

/// The last characters of a text.
#[derive(Default)]
pub(crate) struct Window {
    /// A ring once it is full; `start` is the oldest.
    bytes: Vec<u8>,
    start: usize,
    /// Characters since the text began.
    length: usize,
}

/// A unit that a text repeats up to its end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cycle {
    /// The length of the unit.
    pub(crate) unit: usize,
    /// The length of all its repetitions.
    pub(crate) length: usize,
}

impl Window {
    /// Appends as much text as fits into the current block, and returns it and the rest.
    pub(crate) fn push_block<'t>(&mut self, text: &'t str) -> (&'t str, &'t str) {
        let room = TEXT_BLOCK - self.length % TEXT_BLOCK;
        let cut = text.char_indices().nth(room).map_or(text.len(), |(at, _)| at);
        let (block, rest) = text.split_at(cut);
        self.extend(block);
        (block, rest)
    }

    /// Characters since the text began.
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    fn extend(&mut self, text: &str) {
        if text.is_ascii() {
            self.append(text.as_bytes());
        } else {
            text.chars().map(folded).for_each(|byte| self.push(byte));
        }
    }

    /// Appends characters, one byte each.
    pub(super) fn append(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let is_full = self.bytes.len() == WINDOW;
            let room = if is_full { WINDOW - self.start } else { WINDOW - self.bytes.len() };
            let (now, rest) = bytes.split_at(room.min(bytes.len()));
            if is_full {
                self.bytes[self.start..self.start + now.len()].copy_from_slice(now);
                self.start = (self.start + now.len()) % WINDOW;
            } else {
                self.bytes.extend_from_slice(now);
            }
            self.length += now.len();
            bytes = rest;
        }
    }

    /// Appends a character.
    pub(super) fn push(&mut self, byte: u8) {
        if self.bytes.len() < WINDOW {
            self.bytes.push(byte);
        } else {
            self.bytes[self.start] = byte;
            self.start = (self.start + 1) % WINDOW;
        }
        self.length += 1;
    }

    /// Whether appending `block` brought the length to a multiple of `of`.
    pub(crate) fn is_at_multiple(&self, of: usize, block: &str) -> bool {
        !block.is_empty() && self.length.is_multiple_of(of)
    }

    /// Starts over with an empty text.
    pub(crate) fn clear(&mut self) {
        self.bytes = Vec::new();
        self.start = 0;
        self.length = 0;
    }

    /// Writes the characters into `room`, latest first, and returns them.
    pub(crate) fn reversed<'r>(&self, room: &'r mut [u8; WINDOW]) -> &'r [u8] {
        let (late, early) = self.bytes.split_at(self.start);
        let latest_first = late.iter().rev().chain(early.iter().rev());
        room.iter_mut().zip(latest_first).for_each(|(to, from)| *to = *from);
        &room[..self.bytes.len()]
    }

    /// Writes the last characters into `room`, in order, as many as fit, and returns them.
    pub(crate) fn ending<'r>(&self, room: &'r mut [u8]) -> &'r mut [u8] {
        let (late, early) = self.bytes.split_at(self.start);
        let from_late = &late[late.len().saturating_sub(room.len())..];
        let from_early = &early[early.len().saturating_sub(room.len() - from_late.len())..];
        let ending = &mut room[..from_early.len() + from_late.len()];
        let (first, last) = ending.split_at_mut(from_early.len());
        first.copy_from_slice(from_early);
        last.copy_from_slice(from_late);
        ending
    }
}

/// A character as one byte. Characters beyond ASCII are folded: equal ones stay equal, and different ones
/// differ often enough. Those of which dividers are drawn are such as those of ASCII.
pub(crate) fn folded(c: char) -> u8 {
    let code = u32::from(c);
    if matches!(c, '\u{2010}'..='\u{2015}' | '\u{2500}'..='\u{25ff}' | '\u{2800}' | '－' | '＝' | 'ー' | '…' | '·' | '•' | '★' | '☆' | '＿' | '～' | '〜')
    {
        return b'-';
    }
    let folded = if c.is_ascii() { code } else { 0x80 | ((code ^ (code >> 7)) & 0x7f) };
    u8::try_from(folded).unwrap_or(b'?')
}

/// The length of the longest common prefix of the text and each of its suffixes (the Z function).
fn prefixes(text: &[u8]) -> Vec<usize> {
    let mut lengths = vec![0; text.len()];
    let (mut left, mut right) = (0, 0);
    for at in 1..text.len() {
        let mut length = if at < right { lengths[at - left].min(right - at) } else { 0 };
        while at + length < text.len() && text[length] == text[at + length] {
            length += 1;
        }
        if at + length > right {
            (left, right) = (at, at + length);
        }
        lengths[at] = length;
    }
    lengths
}

/// The cycle with the shortest unit that `enough` accepts, in a reversed text.
pub(crate) fn cycle(reversed: &[u8], longest: usize, enough: impl Fn(&Cycle) -> bool) -> Option<Cycle> {
    let lengths = prefixes(reversed);
    (1..=longest.min(reversed.len().saturating_sub(1)))
        .map(|unit| Cycle { unit, length: unit + lengths[unit] })
        .find(enough)
}

/// Whether the last `tail` characters of a text occur in it a second time. Every cycle that is at least twice
/// as long has this property, and it is much cheaper to test.
pub(crate) fn repeats_tail(text: &[u8], tail: usize) -> bool {
    let (Some(start), Some(but_last)) = (text.len().checked_sub(tail), text.len().checked_sub(1)) else {
        return false;
    };
    memchr::memmem::rfind(&text[..but_last], &text[start..]).is_some()
}

/// The size of a text after simple Lempel-Ziv compression: a literal costs one byte, a repetition three. `None` if it
/// is more than `most`: most texts say so early.
pub(crate) fn compressed(text: &[u8], most: usize) -> Option<usize> {
    /// Shorter repetitions save nothing.
    const SHORTEST: usize = 4;
    const COST: usize = 3;
    const SLOTS: usize = 8192;
    const NOWHERE: u16 = u16::MAX;
    /// A hash multiplier: 2^32 divided by the golden ratio.
    const GOLDEN: u32 = 0x9e37_79b9;
    // Where each sequence of four characters occurred last. Sequences that share a slot overwrite one another.
    let mut places = [NOWHERE; SLOTS];
    let slot = |four: &[u8; SHORTEST]| {
        (u32::from_be_bytes(*four).wrapping_mul(GOLDEN) >> (u32::BITS - SLOTS.ilog2())) as usize
    };
    let (mut at, mut cost) = (0, 0);
    while at < text.len() {
        if cost > most {
            return None;
        }
        let start = at;
        let four = text[at..].first_chunk();
        let found = four.map(|four| places[slot(four)]).filter(|from| *from != NOWHERE);
        let length = found
            .map_or(0, |from| text[usize::from(from)..].iter().zip(&text[at..]).take_while(|(a, b)| a == b).count());
        if length >= SHORTEST {
            cost += COST;
            at += length;
        } else {
            cost += 1;
            at += 1;
        }
        for place in start..at {
            if let Some(four) = text[place..].first_chunk() {
                places[slot(four)] = u16::try_from(place).unwrap_or(NOWHERE);
            }
        }
    }
    (cost <= most).then_some(cost)
}

/// How many different runs of six characters a text has, a word of English or a few of Chinese. `None` if it is more
/// than `most`: most texts say so early.
pub(crate) fn variety(text: &[u8], most: usize) -> Option<usize> {
    const RUN: usize = 6;
    /// 16 times as many as a window has runs: so few fall together that they are not told apart.
    const SLOTS: usize = 1 << 16;
    /// A hash multiplier: 2^64 divided by the golden ratio.
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut seen = [0_u64; SLOTS / 64];
    let mut different = 0;
    for run in text.windows(RUN) {
        let run = run.iter().fold(0, |run, byte| run << 8 | u64::from(*byte));
        let slot = usize::try_from(run.wrapping_mul(GOLDEN) >> (u64::BITS - SLOTS.ilog2())).unwrap_or_default();
        let (word, bit) = (slot / 64, 1 << (slot % 64));
        different += usize::from(seen[word] & bit == 0);
        seen[word] |= bit;
        if different > most {
            return None;
        }
    }
    Some(different)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_is_different() {
        assert_eq!(variety("the same again. ".repeat(100).as_bytes(), 16), Some(16));
        assert_eq!(variety(include_bytes!("window.rs"), 800), None);
    }

    #[test]
    fn finds_shortest_unit() {
        let text: Vec<u8> = b"xyabcabcabc".iter().rev().copied().collect();
        assert_eq!(cycle(&text, 10, |c| c.length >= 2 * c.unit), Some(Cycle { unit: 3, length: 9 }));
        assert_eq!(cycle(b"abcdef", 10, |c| c.length >= 2 * c.unit), None);
    }

    #[test]
    fn keeps_latest() {
        let mut window = Window::default();
        window.extend(&"a".repeat(WINDOW));
        window.extend("bbb");
        let mut room = [0; WINDOW];
        let reversed = window.reversed(&mut room);
        assert_eq!((reversed.len(), &reversed[..4]), (WINDOW, &b"bbba"[..]));
        window.extend(&"cd".repeat(WINDOW));
        window.extend("é");
        let reversed = window.reversed(&mut room);
        assert_eq!((reversed.len(), &reversed[1..4], window.length()), (WINDOW, &b"dcd"[..], 3 * WINDOW + 4));
    }

    #[test]
    fn compression_ratio() {
        let same = b"the same words again. ".repeat(100);
        assert!(compressed(&same, same.len() / 8).is_some());
        let prose = include_bytes!("window.rs");
        assert_eq!(compressed(prose, prose.len() / 4), None);
    }
}
