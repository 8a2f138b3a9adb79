//! Counts the settings that are tried: what was changed, and in a way that was not tried before. "Set it to 9600, test;
//! set it to 19200, test" fails as often as there are wrong values.

use super::written::{Written, is_same};
use crate::bounded::push_bounded;
use crate::detect::call::Call;
use crate::detect::call::classify::CallKind;
use crate::detect::call::code_files::{self, extension, is_source, words};
use crate::detect::call::normalize::{TEMPORARY, without_numbers};
use crate::detect::fact::history::Comparison;
use crate::detect::hash;
use crate::detect::text::wait_signs::{command_has_word, has_word};
use std::collections::VecDeque;

/// How many of them to remember.
const TRIALS: usize = 64;
/// Words in commands and in names of tools that only end something, take it away or hand it on: nothing is set to another
/// value.
#[rustfmt::skip]
const NO_SETTINGS: [&str; 18] = [
    "commit", "push", "kill", "pkill", "killall", "taskkill", "cancel", "abort", "terminate", "stop", "rm", "rmdir", "delete", "remove", "unlock", "release", "clean", "prune",
];
/// The shortest id, in bytes.
const ID: usize = 8;
/// Endings of files that hold settings, even if a check may be about them.
#[rustfmt::skip]
const SETTINGS: [&str; 12] =
    ["conf", "cfg", "config", "ini", "env", "properties", "toml", "yaml", "yml", "json", "xml", "plist"];

/// The settings that were tried, and the files that were written.
#[derive(Default)]
pub(super) struct Trials {
    /// The files that were written last.
    pub(super) written: Written,
    seen: VecDeque<u64>,
    /// How many there were, and what the last one ran, and the program's text that it changed.
    made: u64,
    ran: u64,
    changed: Option<String>,
}

impl Trials {
    /// Takes a call that went well.
    pub(super) fn take(&mut self, call: &Call, compared: Comparison) {
        self.written.take(call);
        if !compared.new_call || !sets(call) {
            return;
        }
        let given = call.input.command.as_deref().filter(|_| call.line.is_some()).unwrap_or(&call.input.text);
        if self.add(&call.tool, given) {
            self.ran = call.attempt_key;
            self.changed = call.input.target.clone().filter(|file| is_code(file));
        }
    }

    /// Takes a command that fails with variables of its own: `SPEED=300 ./probe`. If the error names the value, something
    /// else is amiss.
    pub(super) fn take_failed(&mut self, call: &Call, error: &str) {
        let command = call.input.command.as_deref().filter(|_| call.line.is_some()).unwrap_or_default();
        let words = command.split_whitespace().map_while(|word| word.split_once('='));
        let values: Vec<&str> = words.map(|(_, value)| value).filter(|value| !value.is_empty()).collect();
        if !values.is_empty() && !values.iter().any(|value| error.contains(value)) && self.add("=", &values.join(" ")) {
            (self.ran, self.changed) = (0, None);
        }
    }

    /// Adds what a tool is given. Says whether it is new.
    fn add(&mut self, tool: &str, given: &str) -> bool {
        // A new folder for each attempt is no other setting, and neither is the id of a job.
        let words = given.split_whitespace().filter(|word| !is_temporary(word));
        let words = words.flat_map(|word| word.split(|c: char| !c.is_alphanumeric() && c != '-'));
        let words = words.filter(|word| !is_id(word));
        let key = words.fold(hash::of(tool), |sum, word| hash::join(sum, hash::of(word)));
        let is_new = !self.seen.contains(&key);
        if is_new {
            push_bounded(&mut self.seen, TRIALS, key);
            self.made += 1;
        }
        is_new
    }

    /// Counts those before a failure, of what does not run the same program, and is not itself what runs.
    pub(super) fn before(&self, failed: &Call) -> u64 {
        let aim = failed.aim();
        let names = aim.names();
        let is_script = self.written.holds(&aim, failed) && !names.iter().any(|name| holds_settings(name));
        let is_changed = self.changed.as_deref().is_some_and(|file| names.iter().any(|name| is_same(file, name)));
        if self.ran == failed.attempt_key || is_script || is_changed { 0 } else { self.made }
    }
}

/// Whether a call may set something.
fn sets(call: &Call) -> bool {
    if !matches!(call.kind, CallKind::Mutate | CallKind::Unknown | CallKind::Record) {
        return false;
    }
    if let Some(command) = call.input.command.as_deref().filter(|_| call.line.is_some()) {
        let of_code = call.kind == CallKind::Mutate && words(command).any(is_code);
        return !of_code && !command_has_word(command, &NO_SETTINGS);
    }
    let may_set = |file: &str| holds_settings(file) || code_files::is_code(file) && !is_source(file);
    let is_edit = call.kind == CallKind::Mutate && !call.input.target.as_deref().is_some_and(may_set);
    !has_word(&call.tool, &NO_SETTINGS) && (!is_edit || changes_value(&call.input.text))
}

/// Whether a file is a program's text, whose errors take more than another value.
fn is_code(file: &str) -> bool {
    is_source(file) && !holds_settings(file)
}

fn holds_settings(file: &str) -> bool {
    extension(file).is_some_and(|end| SETTINGS.contains(&&*end.to_ascii_lowercase()))
}

/// Whether an edit changes nothing but numbers. Its text is the file, the lines that it puts in and those that it takes
/// out.
fn changes_value(text: &str) -> bool {
    let lines: Vec<&str> = text.lines().skip(1).collect();
    let (new, old) = lines.split_at(lines.len() / 2);
    !new.is_empty()
        && new.len() == old.len()
        && new.iter().zip(old).all(|(new, old)| without_numbers(new) == without_numbers(old))
}

/// Whether a word is an id that no one chose.
fn is_id(word: &str) -> bool {
    let has = |of: fn(&u8) -> bool| word.as_bytes().iter().any(of);
    word.len() >= ID && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic) && !word.starts_with("0x")
}

fn is_temporary(word: &str) -> bool {
    TEMPORARY.iter().any(|(root, _)| word.contains(root))
}
