//! Detects text that repeats one unit up to its end, which a model does not recover from.

use super::rule::{Rule, RuleInfo};
use crate::detect::call::Call;
use crate::detect::config::Limit;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::hash;
use crate::detect::quoted::quoted;
use crate::detect::signal::{Signal, Signals};
use crate::detect::text::channel::{Channel, PerChannel};
use crate::detect::text::counting::{counts, without_numbers};
use crate::detect::text::repetition::{CHARACTERS, Repetition, words};
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

const ROWS: Limit =
    Limit::new("degenerate-text.rows", 60, "equal repetitions of a unit in code, tables and lists before a warning");

/// How long all of these must be, in characters. What a person asks for in full hardly is.
const ROWS_LENGTH: usize = 3000;
/// How many different words such a unit has at least: maps and tables of values repeat one.
const ROW_WORDS: usize = 2;
/// How often a unit must come whose repetitions differ in their numbers. Rhymes count to ten.
const NUMBERED_TIMES: usize = 12;

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

/// A cycle at the end of a channel's whole text, which may be longer than its window.
#[derive(Default)]
struct Rows {
    unit: usize,
    length: usize,
    /// It was reported.
    reported: bool,
}

/// What the rule remembers of one session; its windows hold the end of the text.
#[derive(Default)]
pub(super) struct Degenerate {
    rows: PerChannel<Rows>,
    /// The last call was given text that repeats itself.
    in_call: bool,
}

impl Rule for Degenerate {
    const INFO: RuleInfo = RuleInfo {
        name: NAME,
        about: "text that repeats one unit over and over",
        limits: &[SHORT_TIMES, SHORT_LENGTH, LONG_TIMES, LONG_LENGTH, ROWS],
    };

    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            Fact::Text(channel, block) => {
                let window = context.windows.get(*channel);
                if window.is_at_multiple(TEXT_BLOCK, block) {
                    judge(window, context, signals);
                }
            }
            Fact::WholeText(channel) => self.judge_whole(*channel, context, signals),
            Fact::TextOver(channel) => {
                *self.rows.get_mut(*channel) = Rows::default();
                judge(context.windows.get(*channel), context, signals);
            }
            Fact::Call(call, _) => {
                let was_in_call = std::mem::replace(&mut self.in_call, call.input.repetition.is_some());
                if let Some(repetition) = &call.input.repetition {
                    signals.report(of_call(call, repetition));
                } else if was_in_call {
                    signals.release(NAME);
                }
            }
            _ => {}
        }
    }
}

impl Degenerate {
    /// Judges the whole text of a channel. What is no prose has much in common by its nature: it must be exactly the same,
    /// and far more often.
    fn judge_whole(&mut self, channel: Channel, context: &RuleContext<'_>, signals: &mut Signals) {
        let rows = self.rows.get_mut(channel);
        let (mut room, mut ending) = ([0; WINDOW], [0; LONG_UNIT + TAIL]);
        let window = context.whole_windows.get(channel);
        let can_repeat = window.length() >= ROWS_LENGTH && repeats_tail(window.ending(&mut ending), TAIL);
        let raw = if can_repeat { window.reversed(&mut room) } else { &[] };
        let Some(found) = cycle(raw, LONG_UNIT, |cycle| cycle.length >= ROWS_LENGTH) else {
            if std::mem::take(rows).reported {
                signals.release(NAME);
            }
            return;
        };
        let goes_on = found.length == WINDOW && rows.unit == found.unit;
        rows.length = if goes_on { rows.length + TEXT_BLOCK } else { found.length };
        rows.unit = found.unit;
        let unit: Vec<u8> = raw[..found.unit].iter().rev().copied().collect();
        let times = rows.length / rows.unit;
        if times as u64 >= context.config.limit(&ROWS) && words(&unit) >= ROW_WORDS {
            rows.reported = true;
            let all = Cycle { unit: rows.unit, length: rows.length };
            signals.report(signal(raw, &all, Grade::Warn, context));
        }
    }
}

/// What a call is given repeats itself.
fn of_call(call: &Call, repetition: &Repetition) -> Signal {
    let Repetition { unit, times } = repetition;
    let summary = format!("{} is given a unit of {} characters {times} times in a row", call.tool, unit.len());
    let mut signal = Signal::new(NAME, Kind::Text, Grade::Warn, identity(unit), summary);
    signal.laps = *times as u64;
    signal.evidence = vec![call.evidence()];
    signal
}

/// Equal for units that are repeated to the same text.
fn identity(unit: &[u8]) -> u64 {
    let unit: Vec<u64> = unit.iter().map(|byte| u64::from(byte.to_ascii_lowercase())).collect();
    hash::cycle(&unit)
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
    let numbered = |cycle: &Cycle| {
        let unit = &text[..cycle.unit];
        enough(text, cycle)
            && cycle.length >= (cycle.unit * NUMBERED_TIMES).max(LONG_UNIT)
            && is_wordy(unit)
            && !counts(raw, unit)
    };
    if let Some(found) = cycle(text, LONG_UNIT, numbered) {
        signals.report(signal(text, &found, Grade::Warn, context));
    } else if window.length().is_multiple_of(TEXT_BLOCK) {
        signals.release(NAME);
    }
}

fn signal(raw: &[u8], found: &Cycle, grade: Grade, context: &RuleContext<'_>) -> Signal {
    let times = found.length / found.unit;
    let summary = format!("the text repeats a unit of {} characters {times} times", found.unit);
    let unit: Vec<u8> = raw[..found.unit].iter().rev().copied().collect();
    let mut signal = Signal::new(NAME, Kind::Text, grade, identity(&unit), summary);
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
    use crate::detect::rules::tests::support::{call, gravest, text, text_findings};
    use serde_json::json;

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
            format!("```\n{}```\n", "\"..rrrr..gggg..\",\n".repeat(40)),
            format!("```\n{}```\n", "grass grass grass grass grass\n".repeat(200)),
            format!("```\n{}```\n", "0000 0000 ffff ffff dead beef\n".repeat(200)),
            format!("```json\n[{}]\n```\n", "  null, false, null, false,\n".repeat(200)),
            (0..300).map(|n| format!("| berth {n} | free | Gate North |\n")).collect::<Vec<_>>().concat(),
            "| a | b |\n".repeat(100),
        ] {
            assert_eq!(text_findings(&harmless), [], "{harmless:.40}");
        }
    }

    #[test]
    fn warns_of_rows_without_end() {
        let warned = |text: &str| text_findings(text) == [(NAME.to_owned(), Grade::Warn)];
        let table = "| Berth | State |\n|---|---|\n| North 1 | free for guests |\n";
        assert!(warned(&format!("{table}{}", "| North 2 | free for guests |\n".repeat(250))));
        let pairs = "| North 2 | free for guests |\n| South 7 | taken by a ferry |\n";
        assert!(warned(&format!("{table}{}", pairs.repeat(120))));
        let object = "    {\n      \"berth\": \"North\",\n      \"state\": \"free\"\n    },\n";
        assert!(warned(&format!("Here it is:\n\n```json\n[\n{}", object.repeat(150))));
        let line = "{\"berth\":\"North\",\"state\":\"free\"},";
        assert!(warned(&format!("```json\n[{}", line.repeat(150))));
        let code = "    pier.berths.push(Berth::free());\n";
        assert!(warned(&format!("~~~\nfn main() {{\n{}", code.repeat(150))));
        let chinese = "| 北侧泊位 | 空闲可用 | 港口管理处 |\n";
        assert!(warned(&format!("{table}{}", chinese.repeat(250))));
        // What a person asks for in full.
        for few in [code.repeat(50), object.repeat(40)] {
            assert_eq!(text_findings(&format!("```\n{few}```\nThat is all of it.\n")), []);
        }
    }

    #[test]
    fn warns_of_calls_with_endless_text() {
        let found = |input: &serde_json::Value| gravest([call(1, "write", input, "ok")]);
        let written = |content: &str| found(&json!({"filePath": "src/pier.ts", "content": content}));
        let line = "import { Berth } from './berth';\n";
        assert_eq!(written(&line.repeat(400)), Some(Grade::Warn));
        assert_eq!(found(&json!({"command": format!("rg 'berth{}' src", "|pier".repeat(900))})), Some(Grade::Warn));
        let closed = format!("moor((ship) => {{\n  ship.stop({}", "\n});".repeat(500));
        let edit = json!({"filePath": "a.ts", "oldString": "moor()", "newString": closed});
        assert_eq!(found(&edit), Some(Grade::Warn));
        // It takes the lines out.
        let mended = json!({"filePath": "src/pier.ts", "oldString": line.repeat(400), "newString": line});
        assert_eq!(found(&mended), None);
        for honest in [
            line.repeat(30),
            "berth,0,0\n".repeat(300),
            format!("{}{}", "[".repeat(1500), "]".repeat(1500)),
            (0..400).map(|n| format!("import {{ Berth{n} }} from './berth';\n")).collect::<Vec<_>>().concat(),
        ] {
            assert_eq!(written(&honest), None, "{honest:.40}");
        }
    }

    #[test]
    fn songs_count() {
        let verse = |n: u32| {
            format!(
                "{n} green ferries lying at the pier, {n} green ferries. One sails out to sea, and {} green ferries are left here.\n\n",
                n - 1
            )
        };
        assert_eq!(text_findings(&(20..90).rev().map(verse).collect::<String>()), []);
        let verse = |n: u32| {
            format!(
                "There were {n} of them in the boat, and the smallest one said: move over, move over, there is no room for me here. So they all moved over, and one fell out.\n"
            )
        };
        assert_eq!(text_findings(&(1..11).rev().map(verse).collect::<String>()), []);
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
