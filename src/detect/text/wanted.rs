//! Reads what a person wants to be repeated in a text or a file: they name how often, or what, or say that it is to be
//! the same.

use super::phrases::{Phrases, fold};

/// How much of a message is read, in bytes.
const READ: usize = 4000;
/// The longest piece in quotes, in bytes.
const LONGEST: usize = 500;
/// How often a piece may come that is named without a number.
const UNCOUNTED: usize = 1000;
/// The greatest amount, in digits: a longer number is an id.
const DIGITS: usize = 7;
/// Numbers that are years.
const YEARS: std::ops::RangeInclusive<usize> = 1900..=2100;

/// What quotes begin and end with.
#[rustfmt::skip]
const QUOTES: [(char, char); 9] = [
    ('"', '"'), ('\'', '\''), ('`', '`'), ('“', '”'), ('„', '“'), ('«', '»'), ('「', '」'), ('『', '』'), ('‘', '’'),
];

/// What follows a number that says how large or how long something is, and not how many there are.
#[rustfmt::skip]
const UNITS: [&str; 34] = [
    "s", "ms", "sec", "seconds", "min", "minutes", "h", "hours", "days", "years", "sekunden", "minuten", "stunden", "tage", "jahre", "secondes", "heures",
    "segundos", "minutos", "horas", "percent", "prozent", "px", "kb", "mb", "gb", "kib", "mib", "bytes", "mm", "cm", "m", "km", "hz",
];

/// What names a person's count of repetitions behind a number.
#[rustfmt::skip]
const TIMES: [&str; 17] = [
    "times", "x", "mal", "fois", "veces", "vezes", "volte", "keer", "gånger", "раз", "раза", "razy", "kez", "kertaa", "次", "回", "遍",
];

/// Amounts by name.
static HUNDREDS: Phrases = Phrases::new(&[
    "hundred|hundreds|hundert|hunderte|hundertmal|cent|cents|centaines|cien|cientos|cem|centenas|cento|centinaia|honderd|honderden|hundra|сто|сотни|сотню|sto|setki|yüz|sata|百|백",
]);
static THOUSANDS: Phrases = Phrases::new(&[
    "thousand|thousands|tausend|tausende|tausendmal|mille|milliers|mil|miles|milhares|mila|migliaia|duizend|duizenden|tusen|тысяча|тысячу|тысячи|тысяч|tysiąc|tysiące|bin|tuhat|千|万|천|만",
]);
const HUNDRED: usize = 1000;
const THOUSAND: usize = 10_000;

/// What asks for something that is the same over and over.
static SAME: Phrases = Phrases::new(&[
    "identical|duplicate*|repeat*|repetition*|repetitive|the same line*|the same row*|the same text|over and over|copies of",
    "identisch*|wiederhol*|duplikat*|die gleiche zeile|dieselbe zeile|gleiche zeilen|gleichen zeilen|identique*|répét*|répèt*|dupliqu*|doublons|la même ligne|idéntic*|repetid*|repetir|repite*|duplicad*|la misma línea|idêntic*|repita|a mesma linha|identic*|ripetut*|ripeti*|la stessa riga",
    "одинаков*|повтор*|дублик*|identyczn*|powtórz*|powtarza*|dezelfde regel|herhaal*|samma rad|upprepa*|aynı satır*|tekrarla*",
    "重复|重複|相同的|同一行|繰り返|同じ行|반복|동일한|같은 줄",
]);

/// A person's last message, of which is read what it wants to be repeated. That is seldom asked.
#[derive(Debug, Default)]
pub(crate) struct Wanted(String);

impl Wanted {
    /// Adds a text of the message.
    pub(crate) fn add(&mut self, text: &str) {
        let room = READ.saturating_sub(self.0.len());
        self.0.push_str(&text[..text.floor_char_boundary(room)]);
        self.0.push('\n');
    }

    /// Whether it wants so many lines or entries, so that they may be the same.
    pub(crate) fn allows(&self, times: usize) -> bool {
        let folded = fold(&self.0);
        times <= amount(&folded) || times <= UNCOUNTED && SAME.is_in(&folded)
    }

    /// Whether it wants this very unit, or anything, so many times. `byte` is how the unit keeps a character.
    pub(crate) fn names(&self, unit: &[u8], times: usize, byte: impl Fn(char) -> u8) -> bool {
        let folded = fold(&self.0);
        let is_in_unit = |piece: &str| {
            let piece: Vec<u8> = piece.chars().map(&byte).collect();
            let text = unit.repeat(2 + piece.len() / unit.len().max(1));
            2 * piece.len() >= unit.len() && memchr::memmem::find(&text, &piece).is_some()
        };
        amounts(&folded).iter().any(|(amount, is_times)| *is_times && times <= *amount)
            || times <= amount(&folded).max(UNCOUNTED)
                && QUOTES.iter().any(|quotes| quoted(&self.0, *quotes).into_iter().any(is_in_unit))
    }
}

/// The greatest amount in a folded text; 0 if there is none.
fn amount(folded: &str) -> usize {
    let named = [(&HUNDREDS, HUNDRED), (&THOUSANDS, THOUSAND)];
    let named = named.iter().filter(|(names, _)| names.is_in(folded)).map(|(_, amount)| *amount);
    amounts(folded).into_iter().map(|(amount, _)| amount).chain(named).max().unwrap_or_default()
}

/// The pieces of a text in such quotes. An apostrophe inside of a word is none.
fn quoted(text: &str, (open, close): (char, char)) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut before = None;
    while let Some(at) = rest.find(open) {
        let inner = &rest[at + open.len_utf8()..];
        let before_open = rest[..at].chars().next_back().or(before);
        before = Some(open);
        rest = inner;
        if before_open.is_some_and(char::is_alphanumeric) && open == '\'' {
            continue;
        }
        let is_end = |at: &usize| !inner[at + close.len_utf8()..].starts_with(char::is_alphanumeric) || close != '\'';
        let Some(end) = inner.match_indices(close).map(|(at, _)| at).find(is_end) else {
            continue;
        };
        let piece = inner[..end].trim();
        if piece.len() > 1 && piece.len() <= LONGEST {
            pieces.push(piece);
        }
        rest = &inner[end + close.len_utf8()..];
    }
    pieces
}

/// The amounts in a folded text, and whether each says how many times something is wanted.
fn amounts(folded: &str) -> Vec<(usize, bool)> {
    let mut found = Vec::new();
    let mut rest = folded;
    let mut before = String::new();
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        before.push_str(&rest[..start]);
        let (number, behind) = number(&rest[start..]);
        if let Some(number) = number.filter(|_| may_be_amount(&before)) {
            found.extend(judged(number, behind));
        }
        // The end of a range counts, and so does the other side of a matrix.
        before.clear();
        before.push('0');
        rest = behind;
    }
    found
}

/// The number that a text begins with, with its separators of thousands, and what is behind it.
fn number(text: &str) -> (Option<usize>, &str) {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let mut end = digits(text);
    let mut number = text[..end].to_owned();
    while text[end..].starts_with([',', '.', '_', '\'']) && digits(&text[end + 1..]) == 3 {
        number.push_str(&text[end + 1..end + 4]);
        end += 4;
    }
    (number.parse().ok().filter(|_| number.len() <= DIGITS), &text[end..])
}

/// Whether a number behind this text may be an amount: it is part of no name, path, version or time.
fn may_be_amount(before: &str) -> bool {
    let in_range = before
        .strip_prefix('0')
        .is_some_and(|between| matches!(between.trim(), ".." | "..." | "-" | "–" | "x" | "×" | "*" | "~"));
    in_range || !before.ends_with(|c: char| c.is_ascii_alphanumeric() || "#@./:\\-_=$".contains(c))
}

/// The amount that a number is, by what is behind it.
fn judged(number: usize, behind: &str) -> Option<(usize, bool)> {
    let word: String = behind.trim_start_matches([' ', '-']).chars().take_while(|c| c.is_alphabetic()).collect();
    let is_joined = behind.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_times =
        TIMES.iter().any(|times| word == *times || !times.is_ascii() && behind.trim_start().starts_with(times));
    match word.as_str() {
        "k" => Some((number.saturating_mul(1000), false)),
        // The other side of a matrix, which has as many values.
        "x" if is_joined => {
            let (other, _) = self::number(behind.trim_start_matches(['x', ' ']));
            Some((number.saturating_mul(other.unwrap_or(1)), other.is_none()))
        }
        _ if is_joined && !is_times
            || behind.starts_with(':')
            || behind.trim_start().starts_with('%')
            || UNITS.contains(&word.as_str()) =>
        {
            None
        }
        _ if YEARS.contains(&number) && !is_times => None,
        _ => Some((number, is_times)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(text: &str) -> Wanted {
        let mut wanted = Wanted::default();
        wanted.add(text);
        wanted
    }

    #[test]
    fn amounts_of_lines() {
        for (text, amount) in [
            ("Write 400 lines to gates.txt", 400),
            ("Lege 1.200 gleichwertige Zeilen an", 1200),
            ("A fixture with 10,000 entries", 10_000),
            ("List the gates 1..320 with their states", 320),
            ("List the gates 1-320", 320),
            ("一个有500行的文件", 500),
            ("Print a 64x64 matrix of zeros", 4096),
            ("Give me 5k rows", 5000),
            ("a thousand rows, please", THOUSAND),
            ("Ein paar hundert Zeilen", HUNDRED),
            ("Fix issue #4711 of v2.312 by 2026, port :8080", 0),
            ("It takes 400 ms, 90 % of which are lost at src/a300.rs", 0),
            ("Which of our gates are shut?", 0),
        ] {
            assert_eq!(super::amount(&fold(text)), amount, "{text}");
        }
    }

    #[test]
    fn times_and_quotes() {
        let names = |text: &str, unit: &str, times| {
            wanted(text).names(unit.as_bytes(), times, |c| u8::try_from(c).unwrap_or(0x80))
        };
        let line = "I shut the gate at night.\n";
        assert!(names("Write 'I shut the gate at night.' on every line", line, 300));
        assert!(names("Don't stop: write \"I shut the gate at night.\" 2000 times", line, 2000));
        assert!(names("Schreibe den Satz 300-mal", line, 300));
        assert!(names("把这句话写 300 遍", line, 300));
        assert!(!names("Schreibe den Satz 300-mal", line, 301));
        assert!(!names("Write 'gate' into the log", line, 9));
        assert!(!names("Say when I shut the gate", line, 9));
        assert!(wanted("a file of identical lines").allows(400) && wanted("Une ligne répétée").allows(400));
        assert!(!wanted("a file of lines").allows(400) && !wanted("a file of identical lines").allows(4000));
    }
}
