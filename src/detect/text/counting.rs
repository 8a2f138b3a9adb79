//! Tells text that counts something from text that is repeated, and only says how often.

use super::window::{WINDOW, cycle};

/// The longest unit, in characters, and how much of a text its repetitions must be.
const UNIT: usize = 1024;
const LENGTH: usize = 1024;

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

/// Whether a reversed text counts something in each of its repetitions, if the end of it has any but for numbers.
pub(crate) fn is_counted(raw: &[u8]) -> bool {
    let mut room = [0; WINDOW];
    let text = without_numbers(raw, &mut room);
    let found = cycle(text, UNIT, |cycle| cycle.length >= (2 * cycle.unit).max(LENGTH));
    found.is_some_and(|found| counts(raw, &text[..found.unit]))
}

/// Whether a reversed text that repeats a unit without its numbers counts something: several different numbers change
/// from one repetition to the next. A song does, which goes from 99 bottles to 98; one number may say how often it was
/// tried.
pub(crate) fn counts(raw: &[u8], unit: &[u8]) -> bool {
    let numbers = memchr::memchr_iter(b'#', unit).count();
    let all: Vec<&[u8]> =
        raw.split(|byte| !byte.is_ascii_digit()).filter(|number| !number.is_empty()).take(2 * numbers).collect();
    let (last, before) = all.split_at(numbers.min(all.len()));
    let pairs = last.iter().zip(before);
    let mut changing: Vec<&[u8]> = pairs.filter(|(one, other)| one != other).map(|(one, _)| *one).collect();
    changing.sort_unstable();
    changing.dedup();
    changing.len() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn songs_and_attempts() {
        let reversed = |line: &dyn Fn(usize) -> String| -> Vec<u8> {
            let text: String = (10..40).map(line).collect();
            text.bytes().rev().collect()
        };
        assert!(is_counted(&reversed(&|n| format!(
            "{n} ferries at the pier, one sails, {} ferries are left.\n",
            n - 1
        ))));
        assert!(!is_counted(&reversed(&|n| format!(
            "Attempt {n}: I look at the pier once more. It is attempt {n}.\n"
        ))));
        assert!(!is_counted(&reversed(&|n| format!("Attempt {n} of 40: I look at the pier once more.\n"))));
    }
}
