//! Recognizes the user's messages. A real user's message resets what the agent did before. Messages from us, hooks,
//! plugins and scripts do not.

use super::repetitions::{Repetition, repetitions};
use crate::bounded::push_bounded;
use crate::detect::call::Call;
use crate::detect::call::classify::CallKind;
use crate::detect::call::normalize::{normalize_output, without_numbers};
use crate::detect::hash;
use crate::detect::text::allowed_time::{AllowedTime, allowed_time};
use crate::detect::text::survey::asks_for_survey;
use crate::detect::text::verdict::names_goal;
use crate::detect::text::wanted::Wanted;
use crate::wire::Timestamp;
use std::collections::VecDeque;

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

/// How much of a message is read for amounts, in bytes, and how many of them are remembered.
const READ: usize = 2000;
const NAMED: usize = 8;
/// The amounts that may say how often something is to be done: a greater number is a port, a size or a year.
const AMOUNTS: std::ops::RangeInclusive<u32> = 5..=300;
/// What follows a number that is no amount.
#[rustfmt::skip]
const UNITS: [&str; 27] = [
    "s", "ms", "sec", "seconds", "min", "minutes", "h", "hours", "days", "sekunden", "minuten", "stunden", "tage", "secondes", "heures", "segundos", "minutos",
    "horas", "%", "percent", "px", "kb", "mb", "gb", "mm", "cm", "times",
];

/// The most rounds that are taken for asked without a word that names them: fewer than a circle takes to be one.
const ROUNDS: u32 = 4;

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
    /// What the last message asks to do a number of times.
    asked: Vec<Repetition>,
    /// It asks to bring something to a mark.
    has_goal: bool,
    /// It asks to go through many things.
    surveys: bool,
    /// How long it lets something take, in milliseconds.
    allowed: AllowedTime,
    /// The amounts that it names: "the last 14 steps".
    amounts: Vec<u32>,
    /// What it wants to be repeated in a text.
    wanted: Wanted,
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
            self.has_goal |= names_goal(text);
            self.surveys |= asks_for_survey(text);
            self.allowed = self.allowed.max(allowed_time(text));
            self.wanted.add(text);
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
            self.has_goal = names_goal(text);
            self.surveys = asks_for_survey(text);
            self.allowed = allowed_time(text);
            self.amounts = amounts(text);
            // "weiter" goes on with what was wanted before.
            if text.chars().count() > WORD {
                self.wanted = Wanted::default();
            }
            self.wanted.add(text);
        }
        is_real
    }

    /// Whether the last message asks to bring something to a mark.
    pub(crate) fn has_goal(&self) -> bool {
        self.has_goal
    }

    /// Whether the last message asks to go through many things.
    pub(crate) fn surveys(&self) -> bool {
        self.surveys
    }

    /// How long the last message lets something take.
    pub(crate) fn allowed(&self) -> AllowedTime {
        self.allowed
    }

    /// What the last message wants to be repeated in a text.
    pub(crate) fn wanted(&self) -> &Wanted {
        &self.wanted
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
        let Some(meant) = self.asked.iter_mut().find(|asked| asked.left > 0 && asked.means(call)) else {
            return false;
        };
        meant.left -= 1;
        true
    }

    /// Whether the user asked for so many laps, and this call, which is made for the `times`-th time, is of one of them. The
    /// first time, it repeats nothing; and what fails is no lap, unless a number of tries was asked for. A deed that does
    /// not show what it does may be done as often as the message names a number.
    pub(crate) fn asks_for_lap(&self, call: &Call, times: u32) -> bool {
        let is_work = matches!(call.kind, CallKind::Mutate | CallKind::Check);
        let is_lap = |asked: &Repetition| {
            let times = u64::from(times);
            !call.failed() && times <= asked.laps || !(is_work && call.failed()) && times <= asked.tries
        };
        let is_counted = || call.is_deed() && self.amounts.iter().any(|amount| times <= *amount);
        times > 1 && (self.asked.iter().any(is_lap) || is_counted())
    }

    /// How many rounds of the same the user asked for, whatever of. More than a few show something that is asked for
    /// by name, see [`Self::asks_for`].
    pub(crate) fn rounds(&self) -> u32 {
        let few = self.asked.iter().filter_map(|asked| u32::try_from(asked.left).ok()).filter(|count| *count <= ROUNDS);
        few.max().unwrap_or_default()
    }

    /// Announces one of our messages, which will have the user's role.
    pub(crate) fn expect_message(&mut self, text: &str) {
        push_bounded(&mut self.expected, EXPECTED, text.trim().to_owned());
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
        push_bounded(&mut self.texts, TEXTS, key);
        true
    }
}

/// The amounts that a message names, and no times or shares.
fn amounts(text: &str) -> Vec<u32> {
    let mut words = text[..text.floor_char_boundary(READ)].split_whitespace().peekable();
    let mut found = Vec::new();
    while let Some(word) = words.next() {
        let number = word.trim_matches(|c: char| "(),.:;!?\"'".contains(c)).parse().ok();
        let unit = words.peek().map(|next| next.trim_end_matches(|c: char| !c.is_alphanumeric()).to_lowercase());
        let is_unit = unit.is_some_and(|unit| UNITS.contains(&unit.as_str()));
        found.extend(number.filter(|number| AMOUNTS.contains(number) && !is_unit));
    }
    found.truncate(NAMED);
    found
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
}
