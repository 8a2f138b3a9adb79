//! Compares repetitions of a text that differ in their numbers: "Step 9: look again. Step 10: look again."

use super::window::{WINDOW, cycle};

/// A unit with fewer words of two letters and more is taken for a list.
const SENTENCE: usize = 4;
/// The same with fewer words for each number: a table says "7 times 8 is 56".
const WORDS_PER_NUMBER: usize = 3;
/// And one with a smaller share of letters and spaces is taken for data, in percent, its numbers left out. Sentences
/// have 93 and more, statements of SQL 80.
const WORDY: usize = 88;
/// The smallest share of falling numbers, as one in so many that change, in what counts down. Steps and attempts only
/// rise; the seconds of a time fall once a minute.
const FALLING: usize = 4;
/// The longest unit, in characters.
const LONGEST: usize = 1024;

/// Replaces all digits by one character.
pub(crate) fn without_digits(text: &mut [u8]) -> &[u8] {
    for byte in text.iter_mut().filter(|byte| byte.is_ascii_digit()) {
        *byte = b'#';
    }
    text
}

/// Copies a text into `room`, with one character for each number, and returns the copy.
pub(crate) fn without_numbers<'r>(text: &[u8], room: &'r mut [u8; WINDOW]) -> &'r [u8] {
    let mut length = 0;
    for byte in text {
        let byte = if byte.is_ascii_digit() { b'#' } else { *byte };
        if byte != b'#' || length == 0 || room[length - 1] != b'#' {
            room[length] = byte;
            length += 1;
        }
    }
    &room[..length]
}

/// Whether a unit without numbers is made of words, as sentences are.
pub(crate) fn is_wordy(unit: &[u8]) -> bool {
    let letters = unit.iter().filter(|b| b.is_ascii_alphabetic() || b.is_ascii_whitespace() || !b.is_ascii()).count();
    let numbers = numbers(unit);
    let words = unit
        .split(u8::is_ascii_whitespace)
        .filter(|word| word.iter().filter(|b| b.is_ascii_alphabetic()).count() > 1)
        .count();
    words >= SENTENCE.max(numbers * WORDS_PER_NUMBER) && letters * 100 >= (unit.len() - numbers) * WORDY
}

/// Whether the numbers of a reversed text fall from one of its repetitions to the next, as in songs that count down.
/// `unit` is what it repeats `times` times, without its numbers.
pub(crate) fn counts_down(reversed: &[u8], unit: &[u8], times: usize) -> bool {
    let step = numbers(unit);
    // A number that is written from right to left.
    let number =
        |digits: &[u8]| digits.iter().rev().fold(0_u64, |sum, digit| sum.wrapping_mul(10) + u64::from(digit - b'0'));
    let parts = reversed.split(|byte| !byte.is_ascii_digit()).filter(|part| !part.is_empty());
    let latest_first: Vec<u64> = parts.take(step * times).map(number).collect();
    let pairs = || latest_first.iter().zip(latest_first.iter().skip(step.max(1)));
    let falling = pairs().filter(|(later, earlier)| later < earlier).count();
    let changing = pairs().filter(|(later, earlier)| later != earlier).count();
    falling > 0 && falling * FALLING >= changing
}

/// What the end of a text repeats but for its numbers.
pub(crate) struct Numbered {
    /// The unit without its numbers.
    pub(crate) unit: Vec<u8>,
    /// How often it comes.
    pub(crate) times: usize,
    /// Its numbers fall.
    pub(crate) counts_down: bool,
}

impl Numbered {
    /// Reads a reversed text.
    pub(crate) fn read(reversed: &[u8]) -> Option<Self> {
        let mut room = [0; WINDOW];
        let text = without_numbers(reversed, &mut room);
        let found = cycle(text, LONGEST, |cycle| cycle.length >= text.len() / 2 && cycle.length >= 2 * cycle.unit)?;
        let (unit, times) = (&text[..found.unit], found.length / found.unit);
        let counts_down = counts_down(reversed, unit, times);
        Some(Self { unit: unit.iter().rev().copied().collect(), times, counts_down })
    }
}

/// How many numbers a text without digits had.
fn numbers(text: &[u8]) -> usize {
    memchr::memchr_iter(b'#', text).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_songs_from_attempts() {
        let counts_down = |line: &dyn Fn(u64) -> String| {
            let text: Vec<u8> = (1..20).map(line).collect::<String>().bytes().rev().collect();
            let mut room = [0; WINDOW];
            let text_without = without_numbers(&text, &mut room);
            counts_down(&text, &text_without[..text_without.len() / 19], 19)
        };
        assert!(counts_down(&|n| format!("{} barges, {0} barges on the river, and then {}.\n", 100 - n, 99 - n)));
        assert!(counts_down(&|n| format!(
            "{} leaks in the lock, {0} leaks! Mend one, {} leaks.\n",
            90 + n * 37 % 23,
            90 + (n + 1) * 37 % 23
        )));
        assert!(!counts_down(&|n| format!("Attempt {n}: I look at the lock again.\n")));
        assert!(!counts_down(&|n| format!("12:{:02}:07 I look at the lock again.\n", (50 + n) % 60)));
        assert!(!counts_down(&|n| format!("Round {n} of 40: lock {} is still shut.\n", 7)));
    }
}
