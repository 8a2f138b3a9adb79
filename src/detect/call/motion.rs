//! Recognizes numbers that advance between repeated reads, such as addresses or file sizes. Ids, ports and pointers,
//! which merely differ, do not count.

use super::numbers::{Label, label};
use super::tokens::{datetime_length, uuid_length};
use crate::wire::{Raw, text};

/// The longest result that is read, in bytes.
const LONGEST: usize = 4096;
/// How many numbers of a result are compared.
const MOST: usize = 16;
/// From this many digits on, a number may be an amount that grows: shorter ones count calls, processes and tries.
const AMOUNT_DIGITS: usize = 5;
/// By how much an amount moves at least. Ids are given out one by one, and a few of them at once.
const AMOUNT_STEP: u64 = 1_000;
/// From this many hexadecimal digits on, a number with `0x` before it is an address.
const ADDRESS_DIGITS: usize = 3;
/// How far an address moves at most. Pointers that the system chose lie farther apart: it shuffles whole pages.
const ADDRESS_STEP: u64 = 0x1_0000;
/// How often in a row a number moves one way before it is not by chance: of random ones, one in twelve does.
const STEPS: u8 = 3;
/// A clock runs as fast as time does, give or take one part in so many.
const CLOCK: u64 = 4;
/// What makes a number that stands beside it no amount.
const LABELS: [Label; 4] = [Label::Id, Label::Clock, Label::Took, Label::Try];

/// A number in a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Number {
    value: u64,
    is_address: bool,
}

/// The numbers of a result that may move.
pub(super) fn numbers(raw: Raw<'_>) -> Vec<Number> {
    if raw.get().len() > LONGEST {
        return Vec::new();
    }
    let body = text::body(raw);
    let text = text::unescaped(&body);
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() && found.len() < MOST {
        let part_of_word =
            at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || matches!(bytes[at - 1], b'_' | b'-' | b'.'));
        if !bytes[at].is_ascii_digit() || part_of_word {
            at += 1;
            continue;
        }
        let run = bytes[at..].iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(bytes.len() - at);
        let token = &text[at..at + run];
        let volatile = uuid_length(&text[at..]).or_else(|| datetime_length(&text[at..], token));
        let number = number(token).filter(|_| volatile.is_none());
        found.extend(number.filter(|_| !is_named(&text[..at], &text[at + run..])));
        at += volatile.unwrap_or(run).max(1);
    }
    found
}

fn number(token: &str) -> Option<Number> {
    if let Some(digits) = token.strip_prefix("0x") {
        let value = u64::from_str_radix(digits, 16).ok().filter(|_| digits.len() >= ADDRESS_DIGITS)?;
        return Some(Number { value, is_address: true });
    }
    let value = token.parse().ok().filter(|_| token.len() >= AMOUNT_DIGITS)?;
    Some(Number { value, is_address: false })
}

/// Whether the word before a number or the one after it says that it is not an amount.
pub(super) fn is_named(before: &str, behind: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphabetic();
    let near = before.trim_end_matches(|c: char| !letter(c) && !matches!(c, '\n' | ';' | ','));
    let start =
        near.rfind(|c: char| !letter(c)).map_or(0, |at| at + near[at..].chars().next().map_or(1, char::len_utf8));
    let next = behind.strip_prefix(' ').unwrap_or(behind);
    let end = next.find(|c: char| !letter(c)).unwrap_or(next.len());
    [&near[start..], &next[..end]].iter().any(|word| label(word).is_some_and(|label| LABELS.contains(&label)))
}

/// How a number moved so far.
#[derive(Debug, Clone, Copy, Default)]
struct Way {
    up: bool,
    steps: u8,
}

/// How the numbers of one call's results moved so far.
#[derive(Debug, Default)]
pub(crate) struct Motion {
    last: Vec<Number>,
    ways: Vec<Way>,
    ended: i64,
}

/// What the numbers of a result do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moves {
    /// They stay, or merely differ.
    No,
    /// An address is another one nearby: it may move.
    Perhaps,
    /// They move on.
    On,
}

impl Motion {
    /// Compares the numbers of the next result of the same call, which ended at `ended`, in milliseconds.
    pub(crate) fn advance(&mut self, numbers: &[Number], ended: i64) -> Moves {
        let last = std::mem::replace(&mut self.last, numbers.to_vec());
        let passed = ended.saturating_sub(std::mem::replace(&mut self.ended, ended)).unsigned_abs();
        let alike = last.len() == numbers.len() && last.iter().zip(numbers).all(|(a, b)| a.is_address == b.is_address);
        if !alike {
            self.ways = vec![Way::default(); numbers.len()];
            return Moves::No;
        }
        let (mut near, mut address, mut amounts, mut others) = (false, false, 0, 0);
        for ((way, before), now) in self.ways.iter_mut().zip(&last).zip(numbers) {
            let step = now.value.abs_diff(before.value);
            if step == 0 {
                continue;
            }
            let moves = way.take(step, now, before.value, passed);
            if now.is_address {
                near |= step < ADDRESS_STEP;
                address |= moves;
            } else if moves {
                amounts += 1;
            } else {
                others += 1;
            }
        }
        match (address || amounts > 0 && others == 0, near) {
            (true, _) => Moves::On,
            (false, true) => Moves::Perhaps,
            (false, false) => Moves::No,
        }
    }
}

impl Way {
    /// Records a step; says whether the number moves on.
    fn take(&mut self, step: u64, now: &Number, before: u64, passed: u64) -> bool {
        let up = now.value > before;
        let fits = if now.is_address { step < ADDRESS_STEP } else { step >= AMOUNT_STEP && !is_clock(step, passed) };
        self.steps = match (fits, self.steps) {
            (false, _) => 0,
            (true, steps) if steps > 0 && up == self.up => steps.saturating_add(1),
            (true, _) => 1,
        };
        self.up = up;
        self.steps >= STEPS
    }
}

/// Whether a number went on by the time that passed, in milliseconds, or by its seconds.
fn is_clock(step: u64, passed: u64) -> bool {
    let near = |time: u64| step.abs_diff(time) <= time / CLOCK + 1;
    near(passed) || near(passed / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each of these results does.
    fn moves<T: AsRef<str>>(results: &[T]) -> Vec<Moves> {
        let mut motion = Motion::default();
        let mut ended = 0;
        let mut next = |text: &str| {
            ended += 7_000;
            motion.advance(&numbers(Raw::new(&serde_json::to_string(text).unwrap())), ended)
        };
        results.iter().map(|text| next(text.as_ref())).collect()
    }

    fn last_of(results: &[String]) -> Moves {
        moves(results).pop().unwrap()
    }

    #[test]
    fn addresses_move() {
        let stepped = |from: u64| -> Vec<String> {
            (0..6).map(|at| format!("halted, pc: {:#010x} msp: 0x20020000\n> {}", from + 2 * at, 7 - at)).collect()
        };
        assert_eq!(last_of(&stepped(0x0800_1000)), Moves::On);
        assert_eq!(last_of(&stepped(0x1000)), Moves::On);
        assert_eq!(moves(&["at 0x1000", "at 0x1004", "at 0x1000", "at 0x1004"])[3], Moves::Perhaps);
        assert_eq!(moves(&["at 0x1000"; 4])[3], Moves::No);
        let pointers = ["0x7f3a1c2d3e50", "0x7f1199b03e50", "0x7f8802ffbe50", "0x7ffe00ae3e50", "0x7fff10ae3e50"];
        assert_eq!(moves(&pointers)[4], Moves::No);
    }

    #[test]
    fn amounts_grow() {
        let sizes =
            |step: u64| -> Vec<String> { (1..6).map(|at| format!("size {} of it", 17_000_000 + at * step)).collect() };
        assert_eq!(last_of(&sizes(1_000_000)), Moves::On);
        assert_eq!(last_of(&sizes(1)), Moves::No);
        // A clock.
        assert_eq!(last_of(&sizes(7_000)), Moves::No);
        for named in
            ["pid 48200", "PID: 48200", "listening on port 48200", "48200 processes", "id=48200", "x-48200", "v1.48200"]
        {
            let results: Vec<String> =
                (1..7).map(|at| named.replace("48200", &(40_000 + at * 2_000).to_string())).collect();
            assert_eq!(last_of(&results), Moves::No, "{named}");
        }
        let mixed: Vec<String> = (1..7).map(|at| format!("{} {}", 100_000 * at, 54_000 + 3_000 * (at % 2))).collect();
        assert_eq!(last_of(&mixed), Moves::No);
    }
}
