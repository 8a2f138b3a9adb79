//! Detects text that repeats one unit up to its end, which a model does not recover from.

use super::rule::{Rule, RuleInfo};
use crate::detect::config::Limit;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::hash;
use crate::detect::quoted::quoted;
use crate::detect::signal::{Signal, Signals};
use crate::detect::text::window::{Cycle, TEXT_BLOCK, WINDOW, Window, cycle, repeats_tail};
use crate::wire::record::{Evidence, Grade, Kind};
use crate::wire::text::EXCERPT;

const NAME: &str = "degenerate-text";

const SHORT_TIMES: Limit =
    Limit::new("degenerate-text.times", 4, "repetitions of a unit of up to 60 characters before a stop");
const SHORT_LENGTH: Limit =
    Limit::new("degenerate-text.characters", 180, "total length, in characters, that these repetitions must have");
const LONG_TIMES: Limit =
    Limit::new("degenerate-text.long-times", 3, "repetitions of a unit of up to 1024 characters before a stop");
const LONG_LENGTH: Limit = Limit::new(
    "degenerate-text.long-characters",
    1024,
    "total length, in characters, that these longer repetitions must have",
);

/// The longest units, in characters.
const SHORT_UNIT: usize = 60;
const LONG_UNIT: usize = 1024;
/// A unit without a space or without a letter may be a divider or data, so it must fill half the window.
const DATA_LENGTH: usize = 2048;
/// If the repetitions differ in their numbers, a unit with fewer words of two letters and more is taken for a list.
const SENTENCE: usize = 4;
/// The same with fewer words for each number: a table says "7 times 8 is 56".
const WORDS_PER_NUMBER: usize = 3;
/// And one with a smaller share of letters and spaces is taken for data, in percent, its numbers left out. Sentences
/// have 93 and more, statements of SQL 80.
const WORDY: usize = 88;
/// How many characters at the end to search for first, before anything is measured.
const TAIL: usize = 32;

/// The rule has no memory: the session's windows hold the end of the text.
#[derive(Default)]
pub(super) struct Degenerate;

impl Rule for Degenerate {
    const INFO: RuleInfo = RuleInfo {
        name: NAME,
        about: "text that repeats one unit over and over",
        limits: &[SHORT_TIMES, SHORT_LENGTH, LONG_TIMES, LONG_LENGTH],
    };

    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            Fact::Text(channel, block) => {
                let window = context.windows.get(*channel);
                if window.is_at_multiple(TEXT_BLOCK, block) {
                    judge(window, context, signals);
                }
            }
            Fact::TextOver(channel) => judge(context.windows.get(*channel), context, signals),
            _ => {}
        }
    }
}

fn judge(window: &Window, context: &RuleContext<'_>, signals: &mut Signals) {
    let limit = |limit: &Limit| usize::try_from(context.config.limit(limit)).unwrap_or(usize::MAX);
    let shortest = limit(&SHORT_LENGTH).min(limit(&LONG_LENGTH));
    if window.length() < shortest {
        return;
    }
    // Most text does not repeat its end, which is cheap to test.
    let can_skip = shortest >= 2 * TAIL && limit(&SHORT_TIMES).min(limit(&LONG_TIMES)) >= 2;
    let mut room = [0; LONG_UNIT + TAIL];
    if can_skip && !repeats_tail(without_digits(window.ending(&mut room)), TAIL) {
        if window.length().is_multiple_of(TEXT_BLOCK) {
            signals.release(NAME);
        }
        return;
    }
    let (mut room, mut numberless) = ([0; WINDOW], [0; WINDOW]);
    let raw = window.reversed(&mut room);
    let enough = |text: &[u8], cycle: &Cycle| {
        let short =
            cycle.unit <= SHORT_UNIT && cycle.length >= (cycle.unit * limit(&SHORT_TIMES)).max(limit(&SHORT_LENGTH));
        let long = cycle.length >= (cycle.unit * limit(&LONG_TIMES)).max(limit(&LONG_LENGTH));
        (short || long) && is_text(text, cycle)
    };
    if let Some(found) = cycle(raw, LONG_UNIT, |cycle| enough(raw, cycle)) {
        signals.report(signal(raw, &found, Grade::Stop, context));
        return;
    }
    // "Step 9: look again. Step 10: look again."
    let text = without_numbers(raw, &mut numberless);
    let numbered = |cycle: &Cycle| enough(text, cycle) && cycle.length >= LONG_UNIT && is_wordy(&text[..cycle.unit]);
    if let Some(found) = cycle(text, LONG_UNIT, numbered) {
        signals.report(signal(text, &found, Grade::Warn, context));
    } else if window.length().is_multiple_of(TEXT_BLOCK) {
        signals.release(NAME);
    }
}

fn signal(raw: &[u8], found: &Cycle, grade: Grade, context: &RuleContext<'_>) -> Signal {
    let times = found.length / found.unit;
    let summary = format!("the text repeats a unit of {} characters {times} times", found.unit);
    let unit: Vec<u64> = raw[..found.unit].iter().rev().map(|b| u64::from(b.to_ascii_lowercase())).collect();
    let mut signal = Signal::new(NAME, Kind::Text, grade, hash::cycle(&unit), summary);
    signal.laps = times as u64;
    let shown: Vec<u8> = raw[..found.length.min(200)].iter().rev().copied().collect();
    signal.evidence =
        vec![Evidence { id: context.point.id.clone(), excerpt: quoted(&String::from_utf8_lossy(&shown), EXCERPT) }];
    signal
}

/// Replaces all digits by one character.
fn without_digits(text: &mut [u8]) -> &[u8] {
    for byte in text.iter_mut().filter(|byte| byte.is_ascii_digit()) {
        *byte = b'#';
    }
    text
}

/// How many different characters beyond ASCII make a sentence, in scripts that have no spaces.
const CHARACTERS: usize = 6;

/// Whether a cycle is made of words, or is long enough without.
fn is_text(raw: &[u8], cycle: &Cycle) -> bool {
    let unit = &raw[..cycle.unit];
    let mut foreign: Vec<u8> = unit.iter().copied().filter(|b| !b.is_ascii()).collect();
    foreign.sort_unstable();
    foreign.dedup();
    let is_sentence = foreign.len() >= CHARACTERS;
    let letters = unit.iter().any(|b| b.is_ascii_alphabetic() || !b.is_ascii());
    let spaces = unit.iter().any(u8::is_ascii_whitespace);
    (letters && spaces) || is_sentence || cycle.length >= DATA_LENGTH
}

/// Copies a text into `room`, with one character for each number, and returns the copy.
fn without_numbers<'r>(text: &[u8], room: &'r mut [u8; WINDOW]) -> &'r [u8] {
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

/// Whether a unit is made of words, as sentences are.
fn is_wordy(unit: &[u8]) -> bool {
    let letters = unit.iter().filter(|b| b.is_ascii_alphabetic() || b.is_ascii_whitespace() || !b.is_ascii()).count();
    let numbers = memchr::memchr_iter(b'#', unit).count();
    let words = unit
        .split(u8::is_ascii_whitespace)
        .filter(|word| word.iter().filter(|b| b.is_ascii_alphabetic()).count() > 1)
        .count();
    words >= SENTENCE.max(numbers * WORDS_PER_NUMBER) && letters * 100 >= (unit.len() - numbers) * WORDY
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::rules::tests::support::{text, text_findings};

    fn numbered(before: &str, after: &str) -> String {
        let lines: Vec<String> = (0..300).map(|n| format!("{before}{n:03}{after}")).collect();
        lines.join("\n")
    }

    #[test]
    fn stops_repeated_phrase() {
        assert_eq!(text_findings(&text("I will try again. ", 30)), [(NAME.to_owned(), Grade::Stop)]);
        let long = "This paragraph is longer than sixty characters, and it is said again and again, word for word, \
                    until the window is full of it and nothing else is left to see in there.\n";
        assert_eq!(text_findings(&text(long, 12)), [(NAME.to_owned(), Grade::Stop)]);
        let japanese = "もう一度ファイルを確認してから修正を始めます。";
        assert_eq!(text_findings(&text(japanese, 30)), [(NAME.to_owned(), Grade::Stop)]);
    }

    #[test]
    fn ignores_dividers_and_lists() {
        for harmless in [
            "=".repeat(300),
            "├────┼────┤".repeat(40),
            "AQAA".repeat(100),
            numbered("- src/file", ".rs"),
            numbered("test case_", " ... ok"),
            (0..400)
                .map(|n| format!("{} times {} is {}", n / 20, n % 20, n / 20 * (n % 20)))
                .collect::<Vec<_>>()
                .join("\n"),
            numbered("INSERT INTO orders (id, city, total) VALUES (7, 'Oslo', ", ");"),
            numbered("  - host: web\n    address: 10.0.7.", "\n    role: worker"),
            format!("```\n{}```\n", "same line\n".repeat(200)),
            "| a | b |\n".repeat(100),
        ] {
            assert_eq!(text_findings(&harmless), [], "{harmless:.40}");
        }
    }

    #[test]
    fn warns_of_numbered_text() {
        let steps = |before: &str, from: usize| {
            let lines =
                (from..from + 200).map(|n| format!("{before}{n}: I look at the file again to see what it says."));
            lines.collect::<Vec<_>>().join("\n")
        };
        for text in [
            steps("Step ", 0),
            steps("Attempt ", 950),
            steps("", 1),
            steps("- Round ", 1),
            steps("Step ", 0).replace('\n', " "),
            (0..200).map(|n| format!("{n}. Look at the file again.")).collect::<Vec<_>>().join("\n"),
        ] {
            assert_eq!(text_findings(&text), [(NAME.to_owned(), Grade::Warn)], "{text:.60}");
        }
        let list = (0..50).map(|n| format!("{n}. Chapter {n} is moved to its place.")).collect::<Vec<_>>().join("\n");
        assert_eq!(text_findings(&list), []);
    }
}
