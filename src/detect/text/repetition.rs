//! Finds what a whole text repeats, with its code, tables and lists. These have much in common by their nature, so only
//! what is equal counts, apart from the counters that its lines begin with.

use super::window::{TEXT_BLOCK, WINDOW, Window, cycle, folded, repeats_tail};

/// How often the end of the text is measured, in characters.
const EVERY: usize = 4 * TEXT_BLOCK;
/// The longest unit, in characters: the window holds it twice.
const LONGEST: usize = WINDOW / 2;
/// Shorter repetitions are not looked for, in characters.
const SHORTEST: usize = 1024;
/// How many characters at the end to search for first: most text does not repeat them, which is cheap to test.
const TAIL: usize = 32;
/// What a line may begin with before its counter.
const MARKERS: [char; 9] = [' ', '\t', '|', '-', '*', '+', '#', '>', '('];
/// The most digits of a counter.
const DIGITS: usize = 6;
/// How much of a text is searched that comes in one piece, in bytes.
const SEARCHED: usize = 1 << 20;

/// How many characters a repetition has on average, at least: shorter ones are marks and values.
const SIZE: usize = 16;
/// Where the repetitions are so long on average, fewer of them are enough: as many times fewer.
const LONG_SIZE: usize = 54;
const FEWER: (usize, usize) = (2, 5);
/// A column of one word may be data, so it must be so many times longer.
const WORD_TIMES: usize = 2;
/// How many characters data must have for each repetition that words need: a matrix of 64 rows and columns has less.
const DATA_SIZE: usize = 80;
/// What values are called that data may be full of.
const VALUES: [&str; 12] =
    ["null", "none", "nil", "nan", "n/a", "true", "false", "inf", "undefined", "nbsp", "zero", "empty"];
/// How many different letters beyond ASCII make a sentence, in scripts that have no spaces.
const LETTERS: usize = 6;
/// A word has each of its characters fewer times on average: rows of pictures have "xxxxoooo".
const SAME: usize = 4;
/// Signs beyond ASCII that are no letters, such as lines of boxes, are kept as the bytes from here on.
const SIGNS: (u8, u32) = (0x0e, 18);

/// A unit that a text repeats without a break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Repetition {
    /// The unit, one byte for each character. It begins at the beginning of a line or a word, if it has one.
    pub(crate) unit: Vec<u8>,
    /// The length of all its repetitions, in characters.
    pub(crate) length: usize,
}

/// What a unit consists of.
#[derive(Debug, PartialEq, Eq)]
enum Content {
    /// Words, or one word and values.
    Words,
    /// A line of one word and nothing else.
    Word,
    /// Numbers, other values, dumps, dividers, and pictures made of letters.
    Data,
}

impl Repetition {
    /// How often the unit comes.
    pub(crate) fn times(&self) -> usize {
        self.length / self.unit.len()
    }

    /// Whether the unit comes so often that nobody means it, where words have to come that many `times`.
    pub(crate) fn is_endless(&self, times: usize) -> bool {
        let comes = |least: usize, size: usize| self.times() >= least && self.length >= times.saturating_mul(size);
        match self.content() {
            Content::Words => comes(times, SIZE) || comes(times.saturating_mul(FEWER.0) / FEWER.1, LONG_SIZE),
            Content::Word => comes(times.saturating_mul(WORD_TIMES), SIZE),
            Content::Data => comes(times, DATA_SIZE),
        }
    }

    /// Whether the unit has no words.
    pub(crate) fn is_data(&self) -> bool {
        self.content() == Content::Data
    }

    fn content(&self) -> Content {
        let is_joint = |byte: &u8| byte.is_ascii_alphanumeric() || !byte.is_ascii() || b"-_./".contains(byte);
        let parts = self.unit.split(|byte| !is_joint(byte));
        let mut parts: Vec<&[u8]> = parts.filter(|part| part.iter().any(|byte| is_alphanumeric(*byte))).collect();
        let is_one = parts.len() == 1 && memchr::memchr_iter(b'\n', &self.unit).count() == 1;
        parts.sort_unstable();
        parts.dedup();
        let letters = different(self.unit.iter().copied().filter(|byte| !byte.is_ascii()));
        let has_words = parts.iter().any(|part| is_word(part));
        if letters >= LETTERS || (has_words && parts.len() > 1) {
            Content::Words
        } else if has_words && is_one {
            Content::Word
        } else {
            Content::Data
        }
    }
}

/// How many different bytes there are.
fn different(bytes: impl Iterator<Item = u8>) -> usize {
    let mut bytes: Vec<u8> = bytes.collect();
    bytes.sort_unstable();
    bytes.dedup();
    bytes.len()
}

fn is_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

/// Whether a part of a unit is a word or a name: it has letters, hardly repeats its characters, as pictures do, and is
/// no number and no other value.
fn is_word(part: &[u8]) -> bool {
    let bare: Vec<u8> = part.iter().copied().filter(|byte| is_alphanumeric(*byte)).collect();
    let letters = bare.iter().filter(|byte| !byte.is_ascii_digit()).count();
    let digits = bare.strip_prefix(b"0x").unwrap_or(&bare);
    let is_number = bare[0].is_ascii_digit() && letters <= 2 || digits.iter().all(u8::is_ascii_hexdigit);
    let different = different(bare.iter().copied());
    letters > 0
        && different > 1
        && different * SAME > bare.len()
        && !is_number
        && !VALUES.iter().any(|value| part.eq_ignore_ascii_case(value.as_bytes()))
}

/// A character as one byte, from 0x80 on if it is a letter beyond ASCII.
pub(crate) fn row_byte(c: char) -> u8 {
    let sign = || u8::try_from(u32::from(c) % SIGNS.1).unwrap_or_default() + SIGNS.0;
    if c.is_ascii() || c.is_alphanumeric() { folded(c) } else { sign() }
}

/// The end of a whole text, without the counters of its lines, and what it repeats.
#[derive(Default)]
pub(crate) struct Rows {
    window: Window,
    /// Characters since the text began, with the counters.
    length: usize,
    /// Whether the current line is past its markers and its counter.
    inside: bool,
    /// The number that the current line begins with, as far as it came.
    digits: String,
    /// The number that a line began with last.
    counter: Option<u32>,
    /// The length of the window when it was measured last.
    measured: usize,
    repetition: Option<Repetition>,
}

impl Rows {
    /// Appends as much text as comes before the next measurement, and returns it and the rest.
    pub(crate) fn push_block<'t>(&mut self, text: &'t str) -> (&'t str, &'t str) {
        let room = EVERY - self.length % EVERY;
        // Text of one byte a character is quick to cut and to copy.
        let near = &text.as_bytes()[..room.min(text.len())];
        let nth = || text.char_indices().nth(room).map_or(text.len(), |(at, _)| at);
        let cut = if near.is_ascii() { near.len() } else { nth() };
        let (block, rest) = text.split_at(cut);
        for line in block.split_inclusive('\n') {
            let start = line.find(|c| !self.begins_line(c)).unwrap_or(line.len());
            self.push_inside(&line[start..]);
        }
        if self.is_measured() {
            self.measure();
        }
        (block, rest)
    }

    /// Whether the text is measured at its current end.
    pub(crate) fn is_measured(&self) -> bool {
        self.length.is_multiple_of(EVERY)
    }

    /// What the text repeated up to the end, when it was measured last.
    pub(crate) fn repetition(&self) -> Option<&Repetition> {
        self.repetition.as_ref()
    }

    /// Ends the text.
    pub(crate) fn finish(&mut self) {
        self.end_counter(true);
        self.measure();
    }

    /// Starts over with an empty text.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Takes a character if it belongs to the markers and the counter that the current line begins with.
    fn begins_line(&mut self, c: char) -> bool {
        if self.inside {
            return false;
        }
        let is_counter = c.is_ascii_digit() && self.digits.len() < DIGITS;
        let is_marker = self.digits.is_empty() && MARKERS.contains(&c);
        if is_counter {
            self.digits.push(c);
        } else if is_marker {
            self.window.push(row_byte(c));
        } else {
            self.inside = true;
            self.end_counter(!c.is_alphanumeric());
        }
        self.length += usize::from(is_counter || is_marker);
        is_counter || is_marker
    }

    /// Appends the rest of a line, or a part of it.
    fn push_inside(&mut self, text: &str) {
        if text.is_ascii() {
            self.window.append(text.as_bytes());
            self.length += text.len();
        } else {
            text.chars().for_each(|c| self.window.push(row_byte(c)));
            self.length += text.chars().count();
        }
        self.inside &= !text.ends_with('\n');
    }

    /// Leaves out the number that a line begins with if it counts the lines: it is one more than the last. Songs that
    /// count down do so in their lines, and mean it.
    fn end_counter(&mut self, is_whole: bool) {
        let Ok(number) = self.digits.parse::<u32>() else {
            return;
        };
        let counts = is_whole && self.counter.is_some_and(|last| number == last + 1);
        if !counts {
            self.digits.bytes().for_each(|digit| self.window.push(digit));
        }
        if is_whole {
            self.counter = Some(number);
        }
        self.digits.clear();
    }

    /// Looks for a repetition up to the end, which may be longer than the window.
    fn measure(&mut self) {
        let added = self.window.length() - self.measured;
        self.measured = self.window.length();
        let last = self.repetition.take();
        let mut ending = [0; LONGEST + TAIL];
        if self.measured < SHORTEST || !repeats_tail(self.window.ending(&mut ending), TAIL) {
            return;
        }
        let mut room = [0; WINDOW];
        let text = self.window.reversed(&mut room);
        let Some(found) = cycle(text, LONGEST, |cycle| cycle.length >= SHORTEST.max(2 * cycle.unit)) else {
            return;
        };
        let goes_on = last.filter(|last| found.length == text.len() && last.unit.len() == found.unit);
        let length = goes_on.map_or(found.length, |last| last.length + added);
        let mut unit: Vec<u8> = text[..found.unit].iter().rev().copied().collect();
        let start = memchr::memchr(b'\n', &unit).or_else(|| memchr::memchr(b' ', &unit));
        unit.rotate_left(start.map_or(0, |at| at + 1));
        self.repetition = Some(Repetition { unit, length });
    }
}

/// The longest repetition in a text, wherever it is.
pub(crate) fn longest(text: &str) -> Option<Repetition> {
    let mut rows = Rows::default();
    let mut rest = &text[..text.floor_char_boundary(SEARCHED)];
    let mut longest: Option<Repetition> = None;
    while !rest.is_empty() {
        rest = rows.push_block(rest).1;
        if rest.is_empty() {
            rows.finish();
        }
        let found = rows.repetition.as_ref();
        if let Some(found) = found.filter(|found| longest.as_ref().is_none_or(|longest| longest.length < found.length))
        {
            longest = Some(found.clone());
        }
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often a text repeats what it repeats without end.
    fn times(text: &str) -> Option<usize> {
        longest(text).filter(|found| found.is_endless(150)).map(|found| found.times())
    }

    fn rows(row: impl Fn(usize) -> String, count: usize) -> String {
        (0..count).map(row).collect()
    }

    #[test]
    fn rows_without_end() {
        let row = "| Gate 7 | closed |\n";
        assert_eq!(times(&format!("| Gate | State |\n|---|---|\n{}", row.repeat(400))), Some(400));
        assert_eq!(times(&row.repeat(160)), Some(160));
        assert_eq!(times(&"door: 2\n".repeat(800)), Some(800));
        assert_eq!(times(&"The gate stays closed until noon. ".repeat(400)), Some(400));
        assert_eq!(times(&"| 水門 | 閉鎖中 | 点検 |\n".repeat(300)), Some(300));
        assert_eq!(times(&"- Шлюз закрыт до обеда\n".repeat(300)), Some(300));
        assert_eq!(times(&"GATE-7\n".repeat(400)), Some(400));
        assert_eq!(times(&"0x01, 0x80, 0x3c, 0x00,\n".repeat(600)), Some(600));
        let block = "fn open(gate: &mut Gate) {\n    gate.height += 1;\n    gate.log(\"up\");\n}\n\nfn shut(gate: &mut Gate) {\n    gate.height = 0;\n    gate.log(\"down\");\n}\n\n";
        assert_eq!(times(&block.repeat(70)), Some(70));
        let pair = "{\"gate\": 7, \"state\": \"shut\"},\n{\"gate\": 7, \"state\": \"open\"},\n";
        assert!(times(&format!("[\n{}]", pair.repeat(180))) > Some(150));
    }

    #[test]
    fn counters_in_front_do_not_tell_rows_apart() {
        assert!(times(&rows(|n| format!("| {n} | Gate 7 | closed |\n"), 300)) >= Some(299));
        assert!(times(&rows(|n| format!("{}. GATE-7\n", n + 1), 400)) >= Some(399));
        assert!(times(&rows(|n| format!("{:03};Gate 7;closed\n", n + 12), 300)) >= Some(299));
    }

    #[test]
    fn what_differs_is_no_repetition() {
        for text in [
            rows(|n| format!("| {n} | Gate {} | closed |\n", n * 8 % 91), 400),
            rows(|n| format!("| {n} | Gate 7 | {}.{} m |\n", n * 31 % 17, n % 7), 400),
            rows(|n| format!("{},closed,0,0\n", 20_240_000 + n), 400),
            rows(|n| format!("test gate_{n:03}_opens ... ok\n"), 300),
            rows(|n| format!("{:04x}: 00 00 00 00 00 00 00 00 00 00\n", n * 16), 400),
            rows(|n| format!("\"gate.{n}.label\": \"\",\n"), 400),
            rows(|n| format!("{} gates are open,\nshut one of them,\n", 400 - n), 300),
            rows(
                |n| {
                    format!(
                        "{} gates are open, {0} gates!\nShut one, and there are {} gates left.\n",
                        99 - n,
                        98 - n.min(98)
                    )
                },
                98,
            ),
        ] {
            assert_eq!(times(&text), None, "{text:.60}");
        }
    }

    #[test]
    fn cuts_make_no_difference() {
        let text = "| 泊 é | x |\n12. ü 7\n".repeat(200);
        let mut whole = Rows::default();
        let mut rest = text.as_str();
        while !rest.is_empty() {
            rest = whole.push_block(rest).1;
        }
        let mut pieces = Rows::default();
        for c in text.chars() {
            pieces.push_block(c.encode_utf8(&mut [0; 4]));
        }
        assert_eq!(whole.length, text.chars().count());
        assert_eq!((whole.length, whole.repetition), (pieces.length, pieces.repetition));
    }

    #[test]
    fn data_and_moderate_repetitions_are_harmless() {
        for text in [
            "assert!(gate.is_shut());\n".repeat(30),
            "same line\n".repeat(200),
            "| Gate 7 | closed |\n".repeat(100),
            "├────────┼────────┤\n".repeat(400),
            "0, 0, 0, 0, 0, 0, 0, 0,\n".repeat(400),
            "null,false,null,false\n".repeat(400),
            "\"..XXXX..oooo..\",\n".repeat(400),
            "ff ff ff ff de ad be ef\n".repeat(400),
            "grass,grass,grass,grass,\n".repeat(400),
            "AQIDBAUG".repeat(900),
            "ok\n".repeat(700),
            "|x---|x-x-|x---|xxxx|\n".repeat(300),
            ";;;;;;\n".repeat(900),
        ] {
            assert_eq!(times(&text), None, "{text:.40}");
        }
    }
}
