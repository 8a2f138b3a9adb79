//! Recognizes numbers that advance between repeated reads, such as addresses, file sizes and percentages. Ids, ports and
//! pointers, which merely differ, do not count.

use super::amounts::is_span;
use super::numbers::is_named;
use super::tokens::{timestamp_length, uuid_length};
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
/// What stands behind the number of a size, with the thousands that it stands for.
#[rustfmt::skip]
pub(super) const SIZES: [(&str, u32); 23] = [
    ("B", 0), ("bytes", 0),
    ("K", 1), ("k", 1), ("KB", 1), ("kB", 1), ("KiB", 1), ("Ki", 1),
    ("M", 2), ("MB", 2), ("MiB", 2), ("Mi", 2),
    ("G", 3), ("GB", 3), ("GiB", 3), ("Gi", 3),
    ("T", 4), ("TB", 4), ("TiB", 4), ("Ti", 4),
    ("P", 5), ("PB", 5), ("PiB", 5),
];
/// How many digits of a fraction are compared.
const FRACTION: usize = 3;
/// A level that now and then goes back is on its way if so many of its steps lead forward for each that does not.
const FORWARD: u16 = 4;

/// A number in a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Number {
    value: u64,
    sort: NumberKind,
}

/// What a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NumberKind {
    /// The address of something in memory.
    Address,
    /// A long integer.
    Amount,
    /// A fraction, a size or a share, in thousandths: people round such numbers, and nobody is given one as a name.
    Level,
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
        let digits = token.bytes().take_while(u8::is_ascii_digit).count();
        let volatile = uuid_length(&text[at..]).or_else(|| timestamp_length(&text[at..], digits));
        let (number, length) = match level(&text, at).filter(|_| volatile.is_none()) {
            Some((level, length)) => (level, length),
            None => (number(token).filter(|_| volatile.is_none()), run),
        };
        found.extend(number.filter(|_| !is_named(&text[..at], &text[at + length..])));
        at += volatile.unwrap_or(length).max(1);
    }
    found
}

/// The number at `at` that has a fraction or a unit of size, or is a share, and its length; no number if it is a time of
/// day, a version, a span or a rate. `None` if it is an integer like any other.
fn level(text: &str, at: usize) -> Option<(Option<Number>, usize)> {
    let (rest, before) = (&text[at..], &text.as_bytes()[..at]);
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(rest);
    let mark = rest[whole..].starts_with(['.', ',']).then(|| digits(&rest[whole + 1..])).filter(|length| *length > 0);
    let length = whole + mark.map_or(0, |length| length + 1);
    let behind = &rest[length..];
    let unit = behind.strip_prefix(' ').unwrap_or(behind);
    let letters = unit.bytes().take_while(u8::is_ascii_alphabetic).count();
    // One letter behind a space is a word.
    let names_size = |name: &str| name == &unit[..letters] && (letters > 1 || unit.len() == behind.len());
    let size = SIZES.iter().find(|(name, _)| names_size(name)).map(|(_, thousands)| *thousands);
    let measures = size.is_some() || unit.starts_with('%');
    // `4,5` may be two numbers.
    if !measures && (mark.is_none() || rest[whole..].starts_with(',')) {
        return None;
    }
    let is_version = behind.starts_with(['.', ':', '_']) && behind[1..].starts_with(|c: char| c.is_ascii_digit());
    let is_clock = matches!(before, [.., b'0'..=b'9', b':' | b','] | [.., b'/']);
    let is_rate = measures && unit[letters.max(1)..].starts_with('/');
    let is_other = !measures && (behind.starts_with(|c: char| c.is_alphanumeric()) || is_span(behind));
    if is_version || is_clock || is_rate || is_other {
        return Some((None, length));
    }
    let fraction = mark.map_or("", |_| &rest[whole + 1..length]);
    let scaled = format!("{}{:0<FRACTION$}", &rest[..whole], &fraction[..fraction.len().min(FRACTION)]);
    let value = scaled.parse::<u64>().ok()?.checked_mul(1000_u64.checked_pow(size.unwrap_or_default())?)?;
    Some((Some(Number { value, sort: NumberKind::Level }), length))
}

fn number(token: &str) -> Option<Number> {
    if let Some(digits) = token.strip_prefix("0x") {
        let value = u64::from_str_radix(digits, 16).ok().filter(|_| digits.len() >= ADDRESS_DIGITS)?;
        return Some(Number { value, sort: NumberKind::Address });
    }
    let value = token.parse().ok().filter(|_| token.len() >= AMOUNT_DIGITS)?;
    Some(Number { value, sort: NumberKind::Amount })
}

/// How a number moved so far.
#[derive(Debug, Clone, Copy, Default)]
struct Way {
    up: bool,
    steps: u8,
    /// How many steps led on, and how many back.
    on: u16,
    back: u16,
}

/// How the numbers of one call's results moved so far.
#[derive(Debug, Default)]
pub(crate) struct Motion {
    last: Vec<Number>,
    ways: Vec<Way>,
    ended: i64,
    /// The last page, and how many in a row were the next one.
    page: u32,
    turned: u8,
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
    /// Records the number of a page; says whether page after page is turned.
    pub(crate) fn turn(&mut self, page: u32) -> bool {
        let is_next = page.checked_sub(1) == Some(std::mem::replace(&mut self.page, page));
        self.turned = if is_next { self.turned.saturating_add(1) } else { 0 };
        self.turned >= STEPS
    }

    /// Compares the numbers of the next result of the same call, which ended at `ended`, in milliseconds.
    pub(crate) fn advance(&mut self, numbers: &[Number], ended: i64) -> Moves {
        let last = std::mem::replace(&mut self.last, numbers.to_vec());
        let passed = ended.saturating_sub(std::mem::replace(&mut self.ended, ended)).unsigned_abs();
        let alike = last.len() == numbers.len() && last.iter().zip(numbers).all(|(a, b)| a.sort == b.sort);
        if !alike {
            self.ways = vec![Way::default(); numbers.len()];
            return Moves::No;
        }
        let (mut near, mut is_on, mut amounts, mut others) = (false, false, 0, 0);
        for ((way, before), now) in self.ways.iter_mut().zip(&last).zip(numbers) {
            let step = now.value.abs_diff(before.value);
            if step == 0 {
                continue;
            }
            let moves = way.take(step, now, before.value, passed);
            match now.sort {
                NumberKind::Address => {
                    near |= step < ADDRESS_STEP;
                    is_on |= moves;
                }
                // Others beside it may swing, as a temperature does.
                NumberKind::Level => is_on |= moves,
                NumberKind::Amount if moves => amounts += 1,
                NumberKind::Amount => others += 1,
            }
        }
        match (is_on || amounts > 0 && others == 0, near) {
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
        let fits = match now.sort {
            NumberKind::Address => step < ADDRESS_STEP,
            NumberKind::Amount => step >= AMOUNT_STEP && !is_clock(step, passed),
            NumberKind::Level => !is_clock(step, passed),
        };
        let leads_on = fits && (self.steps == 0 || up == self.up);
        self.on = self.on.saturating_add(u16::from(leads_on));
        self.back = self.back.saturating_add(u16::from(!leads_on));
        self.steps = match (fits, self.steps) {
            (false, _) => 0,
            (true, steps) if steps > 0 && up == self.up => steps.saturating_add(1),
            (true, _) => 1,
        };
        self.up = up;
        self.steps >= STEPS && (now.sort != NumberKind::Level || self.on >= self.back.saturating_mul(FORWARD))
    }
}

/// Whether a number went on by the time that passed, in milliseconds, or by its seconds.
pub(super) fn is_clock(step: u64, passed: u64) -> bool {
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
    fn levels_grow() {
        for results in [
            ["4.1G", "4.5G", "4.8G", "5.2G"],
            ["980.2M x", "990.1M x", "1.0G x", "1.1G x"],
            ["450M 12 x", "620M 12 x", "780M 12 x", "910M 12 x"],
            ["left 7.5 %, 21.0 C", "left 7.1 %, 21.3 C", "left 6.0 %, 20.9 C", "left 5.2 %, 21.1 C"],
            ["loss 0.71", "loss 0.66", "loss 0.61", "loss 0.52"],
            ["12,1G", "12,4G", "12,9G", "13,0G"],
        ] {
            assert_eq!(last_of(&results.map(String::from)), Moves::On, "{results:?}");
        }
        for results in [
            ["4.1G", "4.1G", "4.1G", "4.1G"],
            ["4.1G", "4.5G", "4.1G", "4.5G"],
            ["up 1.1h", "up 1.2h", "up 1.3h", "up 1.4h"],
            ["11.0MB/s", "11.1MB/s", "11.2MB/s", "11.3MB/s"],
            ["took 1.1", "took 1.2", "took 1.3", "took 1.4"],
            ["ready in 0.1 seconds", "ready in 0.2 seconds", "ready in 0.3 seconds", "ready in 0.4 seconds"],
            ["09:00:07,410 x", "09:01:07,411 x", "09:02:07,412 x", "09:03:07,413 x"],
            ["09:00:07.410 x", "09:01:07.411 x", "09:02:07.412 x", "09:03:07.413 x"],
            ["lib 1.2.3", "lib 1.2.4", "lib 1.2.5", "lib 1.2.6"],
            ["[ 12.5] x", "[ 19.5] x", "[ 26.5] x", "[ 33.5] x"],
        ] {
            assert_eq!(last_of(&results.map(String::from)), Moves::No, "{results:?}");
        }
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
