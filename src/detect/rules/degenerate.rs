//! Detects text that repeats one unit up to its end, which a model does not recover from: in prose, in code, tables and
//! lists, and in what a call is given.

use super::rule::{Rule, RuleInfo};
use crate::detect::call::Call;
use crate::detect::config::Limit;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::hash;
use crate::detect::quoted::quoted;
use crate::detect::signal::{Signal, Signals};
use crate::detect::text::channel::{Channel, PerChannel};
use crate::detect::text::numbered::{counts_down, is_wordy, without_digits, without_numbers};
use crate::detect::text::repetition::{Repetition, row_byte};
use crate::detect::text::window::{Cycle, TEXT_BLOCK, WINDOW, Window, cycle, folded, repeats_tail};
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

// Nobody reads so many equal rows; templates, logs and generated code have fewer in a row.
const ROWS: Limit = Limit::new(
    "degenerate-text.rows",
    150,
    "equal rows in code, tables and lists before a warning; fewer if they are long",
);
const ROWS_STOP: Limit = Limit::new("degenerate-text.rows-stop", 1000, "such rows before a stop");
// Files hold more of the same than answers do.
const WRITTEN: Limit = Limit::new(
    "degenerate-text.written",
    250,
    "equal rows in what a call is given before a warning; fewer if they are long",
);

/// The longest units, in characters.
const SHORT_UNIT: usize = 60;
const LONG_UNIT: usize = 1024;
/// A unit without a space or without a letter may be a divider or data, so it must fill half the window.
const DATA_LENGTH: usize = 2048;
/// The same for a unit of a few letters of a script beyond ASCII, or of pictures: nobody draws a divider with those.
const SCRIPT_LENGTH: usize = 512;
const SCRIPT_UNIT: usize = 4;
/// How many characters at the end to search for first, before anything is measured.
const TAIL: usize = 32;
/// How much of the repetitions is shown, in characters.
const SHOWN: usize = 200;

/// What the end of a channel's text repeats; the session's windows hold it.
#[derive(Default)]
struct Repeats {
    /// Its prose does.
    prose: bool,
    /// All of it does: code, tables and lists included.
    rows: bool,
}

/// What the rule remembers of one session.
#[derive(Default)]
pub(super) struct Degenerate {
    repeats: PerChannel<Repeats>,
    /// What the last call was given repeats something.
    in_call: bool,
}

impl Rule for Degenerate {
    const INFO: RuleInfo = RuleInfo {
        name: NAME,
        about: "text that repeats one unit over and over",
        limits: &[SHORT_TIMES, SHORT_LENGTH, LONG_TIMES, LONG_LENGTH, ROWS, ROWS_STOP, WRITTEN],
    };

    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            Fact::Text(channel, block) if context.windows.get(*channel).is_at_multiple(TEXT_BLOCK, block) => {
                self.judge_prose(*channel, context, signals);
            }
            Fact::Rows(channel) => self.judge_rows(*channel, context, signals),
            Fact::TextOver(channel) => {
                self.judge_prose(*channel, context, signals);
                self.judge_rows(*channel, context, signals);
                *self.repeats.get_mut(*channel) = Repeats::default();
            }
            Fact::Call(call, _) => self.judge_call(call, context, signals),
            _ => {}
        }
    }
}

impl Degenerate {
    fn judge_prose(&mut self, channel: Channel, context: &RuleContext<'_>, signals: &mut Signals) {
        let window = context.windows.get(channel);
        let found = in_prose(window, context);
        let repeats = self.repeats.get_mut(channel);
        repeats.prose = found.is_some();
        if let Some(signal) = found {
            signals.report(signal);
        } else if window.length() > 0 && window.length().is_multiple_of(TEXT_BLOCK) && !repeats.rows {
            signals.release(NAME);
        }
    }

    /// What is no prose has much in common by its nature: it must be the same, and far more often.
    fn judge_rows(&mut self, channel: Channel, context: &RuleContext<'_>, signals: &mut Signals) {
        let rows = context.rows.get(channel).repetition();
        let found = rows.filter(|rows| rows.is_endless(limit(context, &ROWS)) && !is_wanted(rows, context));
        let repeats = self.repeats.get_mut(channel);
        let did = std::mem::replace(&mut repeats.rows, found.is_some());
        match found {
            // One finding is enough.
            Some(_) if repeats.prose => {}
            Some(rows) => {
                let is_stop = rows.times() >= limit(context, &ROWS_STOP) && !rows.is_data();
                let grade = if is_stop { Grade::Stop } else { Grade::Warn };
                let shown: Vec<u8> = rows.unit.iter().cycle().take(rows.length.min(SHOWN)).copied().collect();
                signals.report(signal(&rows.unit, rows.times(), grade, &shown, context));
            }
            None if did && !repeats.prose => signals.release(NAME),
            None => {}
        }
    }

    fn judge_call(&mut self, call: &Call, context: &RuleContext<'_>, signals: &mut Signals) {
        let rows = call.input.repetition.as_ref();
        let found = rows.filter(|rows| rows.is_endless(limit(context, &WRITTEN)) && !is_wanted(rows, context));
        let did = std::mem::replace(&mut self.in_call, found.is_some());
        if let Some(rows) = found {
            let (unit, times) = (rows.unit.len(), rows.times());
            let summary = format!("{} is given a unit of {unit} characters {times} times in a row", call.tool);
            let mut signal = Signal::new(NAME, Kind::Text, Grade::Warn, identity(&rows.unit), summary);
            signal.laps = times as u64;
            signal.evidence = vec![call.evidence()];
            signals.report(signal);
        } else if did {
            signals.release(NAME);
        }
    }
}

/// Whether the user wants these rows.
fn is_wanted(rows: &Repetition, context: &RuleContext<'_>) -> bool {
    context.wanted.allows(rows.times()) || context.wanted.names(&rows.unit, rows.times(), row_byte)
}

fn limit(context: &RuleContext<'_>, limit: &Limit) -> usize {
    usize::try_from(context.config.limit(limit)).unwrap_or(usize::MAX)
}

/// What the end of the prose repeats.
fn in_prose(window: &Window, context: &RuleContext<'_>) -> Option<Signal> {
    let limit = |wanted: &Limit| limit(context, wanted);
    let shortest = limit(&SHORT_LENGTH).min(limit(&LONG_LENGTH));
    if window.length() < shortest {
        return None;
    }
    // Most text does not repeat its end, which is cheap to test.
    let can_skip = shortest >= 2 * TAIL && limit(&SHORT_TIMES).min(limit(&LONG_TIMES)) >= 2;
    let mut room = [0; LONG_UNIT + TAIL];
    if can_skip && !repeats_tail(without_digits(window.ending(&mut room)), TAIL) {
        return None;
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
        return of_prose(raw, &found, Grade::Stop, context);
    }
    // "Step 9: look again. Step 10: look again."
    let text = without_numbers(raw, &mut numberless);
    let numbered = |cycle: &Cycle| enough(text, cycle) && cycle.length >= LONG_UNIT && is_wordy(&text[..cycle.unit]);
    let found = cycle(text, LONG_UNIT, numbered)?;
    let times = found.length / found.unit;
    let is_meant = context.wanted.allows(times) || counts_down(raw, &text[..found.unit], times);
    of_prose(text, &found, Grade::Warn, context).filter(|_| !is_meant)
}

/// The signal about a cycle of prose, unless the user wants it.
fn of_prose(reversed: &[u8], found: &Cycle, grade: Grade, context: &RuleContext<'_>) -> Option<Signal> {
    let forward = |length: usize| -> Vec<u8> { reversed[..length].iter().rev().copied().collect() };
    let (unit, times) = (forward(found.unit), found.length / found.unit);
    let is_wanted = context.wanted.names(&unit, times, folded);
    (!is_wanted).then(|| signal(&unit, times, grade, &forward(found.length.min(SHOWN)), context))
}

fn signal(unit: &[u8], times: usize, grade: Grade, shown: &[u8], context: &RuleContext<'_>) -> Signal {
    let summary = format!("the text repeats a unit of {} characters {times} times", unit.len());
    let mut signal = Signal::new(NAME, Kind::Text, grade, identity(unit), summary);
    signal.laps = times as u64;
    let excerpt = quoted(&String::from_utf8_lossy(shown), EXCERPT);
    signal.evidence = vec![Evidence { id: context.point.id.clone(), excerpt }];
    signal
}

/// Equal for units that are repeated to the same text.
fn identity(unit: &[u8]) -> u64 {
    let unit: Vec<u64> = unit.iter().map(|byte| u64::from(byte.to_ascii_lowercase())).collect();
    hash::cycle(&unit)
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
    // The sign for a long vowel is taken for that of a divider.
    let is_sign = |byte: &u8| !byte.is_ascii() || *byte == b'-';
    let is_script = unit.len() <= SCRIPT_UNIT && unit.iter().all(is_sign) && !foreign.is_empty();
    (letters && spaces) || is_sentence || cycle.length >= if is_script { SCRIPT_LENGTH } else { DATA_LENGTH }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::rules::tests::support::{call, findings, graded, gravest, task, text, text_findings};
    use serde_json::{Value, json};

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
    fn stops_a_few_letters_without_spaces() {
        for (unit, times) in [("的", 700), ("です", 350), ("🚀", 700), ("да", 400), ("エラー", 200)] {
            assert_eq!(text_findings(&text(unit, times)), [(NAME.to_owned(), Grade::Stop)], "{unit}");
        }
        for (unit, times) in [("的", 200), ("ーー", 300), ("━", 700), ("…", 700), ("★☆", 300), ("AT", 500), ("0", 1000)]
        {
            assert_eq!(text_findings(&text(unit, times)), [], "{unit}");
        }
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

    /// The gravest finding in an answer to a request.
    fn answered(request: &str, answer: &str) -> Option<Grade> {
        let part = json!({"type": "text", "timestamp": 1, "sessionID": "ses_1", "part": {"id": "prt_1", "messageID": "msg_1",
            "type": "text", "text": answer, "time": {"start": 1, "end": 2}}});
        let lines: Vec<String> = task(request).into_iter().chain([part.to_string()]).collect();
        findings(&lines).iter().map(|found| found.grade).max()
    }

    #[test]
    fn warns_of_rows_without_end() {
        let berth = "| Berth 4 | free | no ship |\n";
        for answer in [
            format!("| Berth | State | Ship |\n|---|---|---|\n{}", berth.repeat(240)),
            format!("{}\n{}", (0..60).map(|n| format!("| Berth {n} | free | {} m |\n", n % 9)).collect::<Vec<_>>().concat(), berth.repeat(200)),
            numbered("| ", " | Berth 4 | free | no ship |"),
            numbered("", ";Berth 4;free;no ship"),
            format!("```json\n[\n{}", "  {\"berth\": 4, \"ship\": null, \"state\": \"free\"},\n".repeat(200)),
            format!("```sh\n{}", "moor --berth 4\n".repeat(300)),
            format!("```\n{}", "The ship waits for the tide. ".repeat(300)),
            format!("```c\n{}", "int moor(int berth)\n{\n    lock(berth);\n    int state = tie(berth, ROPES);\n    unlock(berth);\n    report(\"moored\", berth, state);\n    return state;\n}\n\n".repeat(80)),
            "| 泊位 | 空闲 |\n| 船只 | 等待潮水 |\n".repeat(200),
        ] {
            assert_eq!(text_findings(&answer), [(NAME.to_owned(), Grade::Warn)], "{answer:.60}");
        }
        let found = text_findings(&berth.repeat(1500));
        assert_eq!(found, [(NAME.to_owned(), Grade::Warn), (NAME.to_owned(), Grade::Stop)]);
    }

    #[test]
    fn spares_rows_that_are_meant() {
        let berth = "| Berth 4 | free | no ship |\n";
        let fenced = |line: &str, times: usize| format!("```\n{}```\n", line.repeat(times));
        for (request, answer) in [
            ("List the berths", berth.repeat(90)),
            ("List the berths 1 to 300", numbered("| ", " | free | no ship | no booking |")),
            ("Write a file with 400 equal rows", berth.repeat(400)),
            ("A fixture with identical rows, please", fenced("berth 4;free;no ship", 500)),
            ("Fill a page with `The ship waits for the tide.`", fenced("The ship waits for the tide.\n", 400)),
            ("Fill a page with \"The ship waits for the tide.\"", "The ship waits for the tide.\n".repeat(90)),
            ("Fill ten pages with 'The ship waits for the tide.'", "The ship waits for the tide.\n".repeat(400)),
            ("Write 40 times that the ship waits", "The ship waits for the tide.\n".repeat(40)),
            ("Write the boilerplate", fenced("    assert!(berth.is_free(), \"no ship\");\n", 30)),
            ("What does the log say?", fenced("08:15 quay[4]: no answer from the crane\n", 60)),
            ("Print the depths", fenced("{ 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f },\n", 200)),
            ("Draw the quay", fenced("~~~~~~~~|====|~~~~~~~~\n", 300)),
            ("Sing the song of the ferries", (1..90).rev().map(|n| format!("{n} ferries at the pier, {n} ferries! One of them sails, and there are {} ferries at the pier.\n", n - 1)).collect::<Vec<_>>().concat()),
            ("Sing it as a list", (1..90).rev().map(|n| format!("- {n} ferries at the pier,\n- {n} ferries at the pier,\n- one of them sails,\n- {} ferries at the pier\n", n - 1)).collect::<Vec<_>>().concat()),
            ("Verses 1 to 40 of the song", (1..41).map(|n| format!("{n} gulls came to sit on the rope of the ship, and called one more to come.\n")).collect::<Vec<_>>().concat()),
        ] {
            assert_eq!(answered(request, &answer), None, "{request}: {answer:.60}");
        }
        assert_eq!(answered("Which 5 berths are free?", &berth.repeat(400)), Some(Grade::Warn));
        assert_eq!(answered("Sing", &"The ship waits for the tide.\n".repeat(40)), Some(Grade::Stop));
    }

    /// The gravest finding in a call after a request.
    fn given(request: &str, tool: &str, input: &Value) -> Option<Grade> {
        gravest([task(request), call(5, tool, input, "ok")])
    }

    #[test]
    fn warns_of_arguments_without_end() {
        let line = "from quay.cranes import LEFT, RIGHT\n";
        let todos: Vec<Value> = (0..300)
            .map(|n| json!({"id": n.to_string(), "content": "Ask the pilot once more", "status": "pending"}))
            .collect();
        for (tool, input) in [
            ("write", json!({"filePath": "quay.py", "content": format!("import os\n{}", line.repeat(400))})),
            (
                "edit",
                json!({"filePath": "quay.py", "oldString": "a", "newString": "tide = next_tide(tide)\n".repeat(500)}),
            ),
            (
                "bash",
                json!({"command": format!("cat > quay.txt <<'END'\n{}END", "The ship waits for the tide.\n".repeat(500))}),
            ),
            (
                "apply_patch",
                json!({"patchText": format!("*** Begin Patch\n*** Add File: quay.py\n{}*** End Patch", format!("+{line}").repeat(400))}),
            ),
            ("todowrite", json!({"todos": todos})),
            ("write", json!({"filePath": "a.css", "content": ".quay {\n  margin: 0 auto;\n}\n\n".repeat(500)})),
        ] {
            assert_eq!(given("Write the skeleton of the planner", tool, &input), Some(Grade::Warn), "{tool}");
        }
        let lines: Vec<String> = [
            call(5, "write", &json!({"filePath": "quay.py", "content": line.repeat(400)}), "ok"),
            call(9, "read", &json!({"filePath": "tide.py"}), "tide = 4"),
        ]
        .concat();
        let states: Vec<_> = findings(&lines).iter().map(|found| (found.grade, found.state)).collect();
        assert_eq!(graded(&findings(&lines)), [(NAME.to_owned(), Grade::Warn)]);
        assert_eq!(states.last().map(|(_, state)| *state), Some(crate::wire::record::State::Closed));
    }

    #[test]
    fn spares_arguments_that_are_meant() {
        let written = |content: String| json!({"filePath": "data", "content": content});
        let line = "from quay.cranes import LEFT, RIGHT\n";
        for (request, input) in [
            ("Write 400 lines", written(line.repeat(400))),
            ("A file of the line 'moor --berth 4'", written("moor --berth 4\n".repeat(900))),
            ("Write the fixture", written("berth 4;free;no ship\n".repeat(150))),
            ("Write the table", written("0.0, 0.0, 0.0, 0.0,\n".repeat(2000))),
            ("Write the map", written("water,water,quay,quay,water\n".repeat(60))),
            ("Draw the icon", written(format!("<path d=\"M0 0{}\"/>", " l4 0 l0 4 l-4 0 l0 -4".repeat(120)))),
            (
                "Write the translations",
                written((0..600).map(|n| format!("  \"berth.{n}.name\": \"\",\n")).collect::<Vec<_>>().concat()),
            ),
            (
                "Write the seed",
                written(
                    (0..600)
                        .map(|n| format!("insert into berths values ({n}, 'free', null);\n"))
                        .collect::<Vec<_>>()
                        .concat(),
                ),
            ),
            ("Remove the doubles", json!({"filePath": "quay.py", "oldString": line.repeat(400), "newString": line})),
            (
                "Rename it",
                json!({"filePath": "quay.py", "oldString": line.repeat(400), "newString": line.replace("LEFT", "PORT").repeat(400)}),
            ),
            (
                "Clean up",
                json!({"patchText": format!("*** Begin Patch\n*** Update File: quay.py\n@@\n{}*** End Patch", format!("-{line}").repeat(400))}),
            ),
        ] {
            assert_eq!(given(request, "write", &input), None, "{request}");
        }
    }
}
