//! Judges programs that read and write files, and recognizes paths outside the project.

use super::arguments::{has_any, has_word};
use super::judgement::{Judgement, Nested};
use crate::detect::call::normalize::TEMPORARY;
use crate::detect::call::shell::effect::{Change, Effect};
use crate::detect::call::shell::verbs::has;

/// Whether a path is a temporary one.
pub fn is_scratch(path: &str) -> bool {
    ["/dev/shm/", "$TMPDIR", "${TMPDIR"].iter().any(|root| path.starts_with(root))
        || path == "/tmp"
        || TEMPORARY.iter().any(|(root, _)| path.starts_with(root))
}

/// Whether a path is not a file: `/dev/null`, a terminal, another descriptor.
pub fn is_device(path: &str) -> bool {
    path.starts_with("/dev/") && !path.starts_with("/dev/shm/") || path.eq_ignore_ascii_case("nul") || path == "$null"
}

/// Whether a path is that of a log: what a program prints while it runs is not work of its own.
pub fn is_log(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    matches!(end, "log" | "err" | "pid") || end == "out" && !path.contains('/')
}

pub(super) fn tee(arguments: &[String]) -> Judgement {
    let mut files = arguments.iter().filter(|word| !word.starts_with('-')).peekable();
    if files.peek().is_none() || files.clone().all(|file| is_device(file)) {
        return Judgement::of(Effect::Observe);
    }
    let change = |file: &String| match file {
        file if is_scratch(file) || is_device(file) => Change::Scratch,
        file if is_log(file) => Change::Perhaps,
        _ => Change::Certain,
    };
    Judgement::changing(files.map(change).max().unwrap_or(Change::Certain))
}

pub(super) fn sed(arguments: &[String]) -> Judgement {
    let in_place = arguments.iter().any(|word| {
        word.starts_with("--in-place")
            || word.starts_with('-') && !word.starts_with("--") && word.contains('i') && !word.starts_with("-e")
    });
    let scratch = arguments.last().is_some_and(|file| is_scratch(file));
    match (in_place, scratch) {
        (true, true) => Judgement::changing(Change::Scratch),
        (true, false) => Judgement::of(Effect::Mutate),
        _ => Judgement::of(Effect::Observe),
    }
}

pub(super) fn tar(arguments: &[String]) -> Judgement {
    let lists = arguments
        .first()
        .is_some_and(|flags| !flags.starts_with("--") && flags.contains('t') && !flags.contains(['x', 'c']))
        || has_word(arguments, "--list");
    Judgement::of(if lists { Effect::Observe } else { Effect::Mutate })
}

/// `fd`, which may run a command for each file.
pub(super) fn fd(arguments: &[String], nested: Nested) -> Judgement {
    let runs = arguments.iter().position(|word| has("-x --exec -X --exec-batch", word));
    match runs.map(|at| &arguments[at + 1..]) {
        Some(command) if nested.may_guess() => nested.judge(command),
        _ => Judgement::of(Effect::Observe),
    }
}

pub(super) fn find(arguments: &[String], nested: Nested) -> Judgement {
    if has_any(arguments, "-delete -fprint -fprintf -fls") {
        return Judgement::of(Effect::Mutate);
    }
    let runs = arguments.iter().position(|word| has("-exec -execdir -ok -okdir", word));
    match runs {
        Some(at) if nested.may_guess() => {
            let command: Vec<String> =
                arguments[at + 1..].iter().take_while(|word| *word != ";" && *word != "+").cloned().collect();
            nested.judge(&command)
        }
        _ => Judgement::of(Effect::Observe),
    }
}
