//! Recognizes the user's messages. A real user's message resets what the agent did before. Messages from us, hooks,
//! plugins and scripts do not.

use crate::detect::call::Call;
use crate::detect::call::classify::CallKind;
use crate::detect::call::normalize::{normalize_output, without_numbers};
use crate::detect::hash;
use crate::wire::Timestamp;
use regex::Regex;
use std::collections::VecDeque;
use std::sync::LazyLock;

/// How many of our announced messages are remembered.
const EXPECTED: usize = 8;
/// The most messages whose texts to remember.
const TEXTS: usize = 32;
/// Nobody reads an answer and writes the next message in less time, in milliseconds.
const HUMAN_PAUSE: i64 = 5_000;

/// A message of at most this many characters may be a person's although it says the same as one before: "next", "weiter".
const WORD: usize = 16;
/// Two pauses before such messages that differ by less than one part in so many are a program's.
const REGULAR: i64 = 5;

/// How users ask to do something a number of times, in the languages of [`NUMBERS`].
static TIMES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let names = NUMBERS.iter().flat_map(|(names, _)| names.split(' ')).collect::<Vec<_>>().join("|");
    Regex::new(&format!(
        r"(?ix)
          (?:^|[^A-Za-z0-9_.])(\d{{1,4}}|{names})
            (?:[\ \t]*(?:次|回|번|遍)
            | [\ \t]*mal(?:[^A-Za-z0-9_]|$)
            | [\ \t]+(?:times|veces|fois|vezes|volte|keer|gånger|раза?|razy)(?:[^A-Za-z0-9_]|$))"
    ))
    .ok()
});

/// Numbers by name, which stand before "times" in many languages.
#[rustfmt::skip]
const NUMBERS: [(&str, u64); 13] = [
    ("two zwei dos deux dois due twee två два dwa 两 二 두", 2),
    ("three drei tres trois três tre drie три trzy 三 세", 3),
    ("four vier cuatro quatre quatro quattro fyra четыре cztery 四 네", 4),
    ("five fünf cinco cinq cinque vijf fem пять pięć 五 다섯", 5),
    ("six sechs seis sei zes sex шесть sześć 六 여섯", 6),
    ("seven sieben siete sept sete sette zeven sju семь siedem 七 일곱", 7),
    ("eight acht ocho huit oito otto åtta восемь osiem 八 여덟", 8),
    ("nine neun nueve neuf nove negen nio девять dziewięć 九 아홉", 9),
    ("ten zehn diez dix dez dieci tien tio десять dziesięć 十 열", 10),
    ("twelve zwölf doce douze doze dodici twaalf tolv двенадцать dwanaście 十二", 12),
    ("twenty zwanzig veinte vingt vinte venti twintig tjugo двадцать dwadzieścia 二十 스무", 20),
    ("fifty fünfzig cincuenta cinquante cinquenta cinquanta vijftig femtio пятьдесят 五十 쉰", 50),
    ("hundred hundert cien cent cem cento honderd hundra сто sto 一百 百 백", 100),
];

/// The most rounds that are taken for asked without a word that names them: fewer than a circle takes to be one.
const ROUNDS: u32 = 4;

/// What stands between the steps of a task.
#[rustfmt::skip]
const THEN: [&str; 16] = [
    " then ", " afterwards ", " dann ", " danach ", " anschließend ", " luego ", " después ", " puis ", " ensuite ", " poi ", " depois ",
    " затем ", " потом ", "然后", "それから", "그다음",
];

/// How long a word of a tool's name is that names the tool, at least, in bytes.
const TOOL_WORD: usize = 4;

/// What is known about the user's messages in a session.
#[derive(Default)]
pub(crate) struct User {
    /// The hash of the last message's id.
    last: u64,
    /// What the messages said, numbers aside.
    texts: VecDeque<u64>,
    /// When the last answer ended, if there is none since.
    rested: Option<Timestamp>,
    /// How long a message that was sent before was waited for, the last time, in milliseconds.
    pause: Option<i64>,
    /// Sentences of the last message that ask to do something a number of times, and how often that is still.
    asked: Vec<(String, u64)>,
    expected: VecDeque<String>,
}

impl User {
    /// Reads a text of a message with the user's role. Returns whether it is a real user's and the first of its
    /// message.
    pub(crate) fn receive_message(&mut self, message: &str, text: &str, now: Timestamp) -> bool {
        let text = text.trim();
        if text.is_empty() || self.is_expected(text) {
            return false;
        }
        let key = hash::of(message);
        if key == self.last {
            self.asked.extend(repetitions(text));
            return false;
        }
        self.last = key;
        let is_first = self.texts.is_empty();
        let is_new = self.remember(text);
        let pause = self.rested.map(|rested| now.since(rested));
        let at_once = pause.is_some_and(|pause| pause < HUMAN_PAUSE);
        let may_be_new = is_new || text.chars().count() <= WORD && self.is_irregular(pause);
        let is_real = is_first || (may_be_new && !at_once && !is_marked(text));
        if is_real {
            self.asked = repetitions(text);
        }
        is_real
    }

    /// Records that the agent works on an answer.
    pub(crate) fn begin_answer(&mut self) {
        self.rested = None;
    }

    /// Records that an answer ended.
    pub(crate) fn end_answer(&mut self, now: Timestamp) {
        self.rested.get_or_insert(now);
    }

    /// Whether the user asked for this call, and it is not made more often yet.
    pub(crate) fn asks_for(&mut self, call: &Call) -> bool {
        // Nobody wants an edit to fail again and again.
        if call.kind == CallKind::Mutate && call.line.is_none() && call.failed() {
            return false;
        }
        let is_meant = |sentence: &str| match call.input.command.as_deref() {
            Some(command) => names_command(sentence, command),
            None => names_input(sentence, &call.tool, &call.input.text),
        };
        let mut named = self.asked.iter_mut().filter(|(sentence, left)| *left > 0 && is_meant(sentence));
        let Some((_, left)) = named.next() else {
            return false;
        };
        *left -= 1;
        true
    }

    /// How many rounds of the same the user asked for, whatever of. More than a few show something that is asked for
    /// by name, see [`Self::asks_for`].
    pub(crate) fn rounds(&self) -> u32 {
        let few = self.asked.iter().filter_map(|(_, left)| u32::try_from(*left).ok()).filter(|count| *count <= ROUNDS);
        few.max().unwrap_or_default()
    }

    /// Announces one of our messages, which will have the user's role.
    pub(crate) fn expect_message(&mut self, text: &str) {
        if self.expected.len() == EXPECTED {
            self.expected.pop_front();
        }
        self.expected.push_back(text.trim().to_owned());
    }

    /// Whether this pause before a message tells a person: it is not the one of the last time.
    fn is_irregular(&mut self, pause: Option<i64>) -> bool {
        let before = std::mem::replace(&mut self.pause, pause);
        let differs = |pause: i64, before: i64| (pause - before).abs() * REGULAR > pause.max(before);
        pause.is_some_and(|pause| before.is_none_or(|before| differs(pause, before)))
    }

    fn is_expected(&self, text: &str) -> bool {
        self.expected.iter().any(|ours| !ours.is_empty() && (text.contains(ours) || ours.contains(text)))
    }

    /// Remembers what a message says. Returns whether no message said the same before.
    fn remember(&mut self, text: &str) -> bool {
        let key = hash::of(without_numbers(&normalize_output(text, &[])));
        if self.texts.contains(&key) {
            return false;
        }
        if self.texts.len() == TEXTS {
            self.texts.pop_front();
        }
        self.texts.push_back(key);
        true
    }
}

/// Whether a program marked a text as its own: `<hook>…</hook>`, `[DIRECTIVE] …`.
fn is_marked(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix('<') {
        let name = rest.split(|c: char| c == '>' || c.is_whitespace()).next().unwrap_or_default();
        return name.starts_with(|c: char| c.is_ascii_alphabetic()) && text.ends_with(&format!("</{name}>"));
    }
    let label = text.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(label, _)| label);
    label.is_some_and(|label| {
        label.len() > 3
            && label.starts_with(|c: char| c.is_ascii_uppercase())
            && label.chars().all(|c| c.is_ascii_uppercase() || " _-:".contains(c) || c.is_ascii_digit())
    })
}

/// The sentences of a text that ask to do something a number of times.
fn repetitions(text: &str) -> Vec<(String, u64)> {
    let Some(pattern) = TIMES.as_ref() else {
        return Vec::new();
    };
    let sentences = text.split(['\n', ';', '!', '?']).flat_map(|line| line.split(". ")).flat_map(steps);
    sentences
        .filter_map(|sentence| {
            let count = pattern.captures(sentence)?.get(1)?.as_str().to_lowercase();
            let is_named = |names: &str| names.split(' ').any(|name| name == count);
            let named = NUMBERS.iter().find(|(names, _)| is_named(names)).map(|(_, number)| *number);
            Some((sentence.to_owned(), named.or_else(|| count.parse().ok())?))
        })
        .take(EXPECTED)
        .collect()
}

/// What a sentence asks for first, and what it asks for then.
fn steps(sentence: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(sentence);
    std::iter::from_fn(move || {
        let whole = rest?;
        let cut = THEN.iter().filter_map(|then| Some((whole.find(then)?, then.len()))).min();
        rest = cut.map(|(at, length)| &whole[at + length..]);
        Some(cut.map_or(whole, |(at, _)| &whole[..at]))
    })
}

/// Whether a sentence names a command: it quotes it, has all of it, or names the file that it runs.
fn names_command(sentence: &str, command: &str) -> bool {
    let command = command.trim();
    let quoted = sentence.split(['`', '"', '\'']).skip(1).step_by(2).map(str::trim);
    let has_quote = quoted.filter(|part| part.len() > 1).any(|part| command.contains(part));
    let whole = command.contains(' ') && sentence.contains(command);
    let is_file = |word: &&str| word.len() > 3 && word.find('.').is_some_and(|at| at > 0);
    let mut words = sentence.split_whitespace().map(|word| word.trim_matches([',', ':', '(', ')']));
    has_quote || whole || words.any(|word| is_file(&word) && command.split_whitespace().any(|part| part == word))
}

/// Whether a sentence names what a tool without a command is given: `press` with `DOWN`. A tool that is given nothing
/// is named by a word of its own name.
fn names_input(sentence: &str, tool: &str, values: &str) -> bool {
    let lower = sentence.to_lowercase();
    let has = |word: &str| {
        let is_part = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
        lower.match_indices(word).any(|(at, _)| {
            !is_part(lower[..at].chars().next_back()) && !is_part(lower[at + word.len()..].chars().next())
        })
    };
    let mut given = values.lines().map(|value| value.trim().to_lowercase());
    let mut tools = tool.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() >= TOOL_WORD);
    if values.trim().is_empty() {
        return tools.any(|word| has(&word.to_lowercase()));
    }
    given.any(|value| value.len() > 1 && value.parse::<f64>().is_err() && has(&value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_ms(seconds * 1000)
    }

    #[test]
    fn ignores_own_messages() {
        let mut user = User::default();
        user.expect_message("Stop repeating the call.");
        assert!(user.receive_message("m1", "Fix the build", at(0)));
        assert!(!user.receive_message("m1", "and the tests", at(0)));
        assert!(!user.receive_message("m2", "Stop repeating the call.", at(90)));
        assert!(user.receive_message("m3", "Now the docs", at(99)));
    }

    #[test]
    fn ignores_injected_messages() {
        let mut user = User::default();
        assert!(user.receive_message("m1", "<task>Fix the build</task>", at(0)));
        user.end_answer(at(10));
        assert!(!user.receive_message("m2", "Go on with the next item.", at(12)), "at once");
        user.end_answer(at(20));
        assert!(!user.receive_message("m3", "Go on with the next item.", at(50)), "the same again");
        assert!(!user.receive_message("m4", "[SYSTEM REMINDER] 3 items are open", at(80)), "marked");
        assert!(!user.receive_message("m5", "<hook>not yet</hook>", at(90)), "marked");
        assert!(user.receive_message("m6", "[the parser] is broken", at(120)));
    }

    #[test]
    fn a_person_may_say_the_same_word_again() {
        let led = |text: &str, pauses: &[i64]| {
            let (mut user, mut now) = (User::default(), 0);
            user.receive_message("m", "Explain the book, a chapter at a time", at(0));
            let mut real = pauses.iter().enumerate().map(|(n, pause)| {
                user.end_answer(at(now));
                now += pause;
                let is_real = user.receive_message(&format!("m{n}"), text, at(now));
                user.begin_answer();
                is_real
            });
            real.all(|is_real| is_real)
        };
        assert!(led("weiter", &[12, 40, 17, 60, 25, 9]));
        assert!(led("続けて", &[30, 8, 14]));
        assert!(!led("weiter", &[30, 30, 31]), "as regular as a program");
        assert!(!led("weiter", &[12, 2, 40]), "at once");
        assert!(!led("Go on with the next item of the list.", &[12, 40, 17]), "nobody types it again");
    }

    #[test]
    fn names_what_a_tool_is_given() {
        assert!(names_input("Press DOWN ten times", "emu_press", "down"));
        assert!(names_input("Shake the device 5 times", "device_shake", ""));
        assert!(!names_input("Press DOWN ten times", "read", "src/down.rs"));
        assert!(!names_input("Sum up the downloads 3 times", "emu_press", "DOWN"));
    }

    #[test]
    fn counts_named_repetitions() {
        for (text, command, count) in [
            ("Run `make test` 10 times", "make test", Some(10)),
            ("Run flaky.sh ten times and tell me how often it fails", "sh flaky.sh", Some(10)),
            ("Run `make test` 10 times", "cat log", None),
            ("Make the importer 10x faster", "make importer", None),
            ("It fails again and again, in a loop, every 5 seconds", "make", None),
            ("Hash it 3 times", "cat hash", None),
            ("Führe `make test` zehnmal aus", "make test", Some(10)),
            ("Führe `make test` 12 Mal aus", "make test", Some(12)),
            ("Ejecuta `make test` diez veces", "make test", Some(10)),
            ("Lance `make test` 7 fois", "make test", Some(7)),
            ("Запусти `make test` пять раз", "make test", Some(5)),
            ("请运行 `make test` 10次", "make test", Some(10)),
            ("请运行 `make test` 10次", "ls", None),
            ("`make test` を十回実行してください", "make test", Some(10)),
            ("Malen wir `make test` aus", "make test", None),
            ("Write a.cfg with `set.sh`, then run `make test` 10 times", "set.sh", None),
            ("Write a.cfg with `set.sh`, then run `make test` 10 times", "make test", Some(10)),
        ] {
            let found = repetitions(text).into_iter().find(|(sentence, _)| names_command(sentence, command));
            assert_eq!(found.map(|(_, count)| count), count, "{text}");
        }
    }
}
