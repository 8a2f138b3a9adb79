//! Detects text that repeats one unit up to its end, which a model does not recover from.

use super::rule::{Rule, RuleInfo};
use crate::detect::config::Limit;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::hash;
use crate::detect::signal::{Signal, Signals};
use crate::detect::text::window::{Cycle, TEXT_BLOCK, WINDOW, Window, cycle, repeats_tail};
use crate::wire::record::{Evidence, Grade, Kind};
use crate::wire::text;
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
/// If the repetitions differ in their numbers, a unit of fewer words is taken for a list.
const SENTENCE: usize = 4;
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
    let (mut room, mut digitless) = ([0; WINDOW], [0; WINDOW]);
    let raw = window.reversed(&mut room);
    digitless[..raw.len()].copy_from_slice(raw);
    let enough = |cycle: &Cycle| {
        let short =
            cycle.unit <= SHORT_UNIT && cycle.length >= (cycle.unit * limit(&SHORT_TIMES)).max(limit(&SHORT_LENGTH));
        let long = cycle.length >= (cycle.unit * limit(&LONG_TIMES)).max(limit(&LONG_LENGTH));
        (short || long) && is_text(raw, cycle)
    };
    let Some(found) = cycle(without_digits(&mut digitless[..raw.len()]), LONG_UNIT, enough) else {
        if window.length().is_multiple_of(TEXT_BLOCK) {
            signals.release(NAME);
        }
        return;
    };
    let numbers_differ = !is_exact(raw, &found);
    if numbers_differ && (found.length < LONG_UNIT || words(&raw[..found.unit]) < SENTENCE) {
        return;
    }
    signals.report(signal(raw, &found, if numbers_differ { Grade::Warn } else { Grade::Stop }, context));
}

fn signal(raw: &[u8], found: &Cycle, grade: Grade, context: &RuleContext<'_>) -> Signal {
    let times = found.length / found.unit;
    let summary = format!("the text repeats a unit of {} characters {times} times", found.unit);
    let unit: Vec<u64> = raw[..found.unit].iter().rev().map(|b| u64::from(b.to_ascii_lowercase())).collect();
    let mut signal = Signal::new(NAME, Kind::Text, grade, hash::cycle(&unit), summary);
    signal.laps = times as u64;
    let shown: Vec<u8> = raw[..found.length.min(200)].iter().rev().copied().collect();
    signal.evidence = vec![Evidence {
        id: context.point.id.clone(),
        excerpt: text::excerpt(&String::from_utf8_lossy(&shown), EXCERPT),
    }];
    signal
}

/// Replaces all digits by one character.
fn without_digits(text: &mut [u8]) -> &[u8] {
    for byte in text.iter_mut().filter(|byte| byte.is_ascii_digit()) {
        *byte = b'#';
    }
    text
}

/// Whether a cycle is made of words with spaces between them, or is long enough without.
fn is_text(raw: &[u8], cycle: &Cycle) -> bool {
    let unit = &raw[..cycle.unit];
    let letters = unit.iter().any(|b| b.is_ascii_alphabetic() || !b.is_ascii());
    let spaces = unit.iter().any(u8::is_ascii_whitespace);
    (letters && spaces) || cycle.length >= DATA_LENGTH
}

/// Whether a cycle repeats exactly, numbers included.
fn is_exact(raw: &[u8], cycle: &Cycle) -> bool {
    raw[..cycle.length - cycle.unit] == raw[cycle.unit..cycle.length]
}

fn words(unit: &[u8]) -> usize {
    unit.split(u8::is_ascii_whitespace)
        .filter(|word| word.iter().filter(|b| b.is_ascii_alphabetic()).count() > 1)
        .count()
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
    }

    #[test]
    fn ignores_dividers_and_lists() {
        for harmless in [
            "=".repeat(300),
            "AQAA".repeat(100),
            numbered("- src/file", ".rs"),
            numbered("test case_", " ... ok"),
            format!("```\n{}```\n", "same line\n".repeat(200)),
            "| a | b |\n".repeat(100),
        ] {
            assert_eq!(text_findings(&harmless), [], "{harmless:.40}");
        }
    }
}
