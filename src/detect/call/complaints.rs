//! What a language server complains of: in the answer of an edit, or of a tool that asks it.

use super::classify::CallKind;
use super::input::Input;
use super::normalize::{normalize_output, without_numbers};
use crate::detect::hash;
use crate::detect::text::wait_signs::has_word;
use crate::wire::{Raw, text};

/// Words in the names of tools that ask for complaints.
const ASKS: [&str; 2] = ["diagnostics", "problems"];
/// What is in every answer with a complaint.
const SIGNS: [&str; 4] = ["error", "ERROR", "Error", "✘"];
/// How many lines of an answer are read.
const LINES: usize = 256;

/// Whether a tool asks a language server what it complains of.
pub(crate) fn asks(tool: &str) -> bool {
    has_word(tool, &ASKS)
}

/// The set of errors that the answer to a call shows of the file that it is about; `None` if it shows none.
pub(super) fn of_call(tool: &str, kind: CallKind, input: &Input, answer: Raw<'_>) -> Option<u64> {
    let file = input.target.as_deref().filter(|_| kind == CallKind::Mutate || asks(tool))?;
    read(answer, file)
}

/// The set of errors that an answer shows of the file that the call is about; `None` if it shows none. The errors of
/// other files were there before.
fn read(answer: Raw<'_>, file: &str) -> Option<u64> {
    if !SIGNS.iter().any(|sign| answer.get().contains(sign)) {
        return None;
    }
    let answer = text::decode(answer);
    let mut is_own = true;
    let mut set = None;
    for line in answer.lines().map(str::trim).take(LINES) {
        if line.starts_with('<') && line.contains("diagnostics") {
            is_own = line.starts_with("</") || names(line, file);
        } else if is_own && is_error(line) {
            let error = hash::of(without_numbers(&normalize_output(line, &[])));
            set = Some(set.unwrap_or(0_u64).wrapping_add(error));
        }
    }
    set
}

/// Whether the complaints that begin here are about a file: `<diagnostics file="src/a.ts">`, `<file_diagnostics>`.
fn names(opening: &str, file: &str) -> bool {
    match opening.split_once("file=\"").and_then(|(_, rest)| rest.split_once('"')) {
        Some((named, _)) => named.ends_with(file) || file.ends_with(named),
        None => !opening.contains("project"),
    }
}

/// How grave a complaint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gravity {
    /// An error.
    Error,
    /// A warning, or less.
    Mild,
}

/// What lines call complaints that are no errors, in small letters.
const MILD: [&str; 6] = ["warning", "warn", "hint", "info", "information", "note"];

fn is_error(line: &str) -> bool {
    gravity(line) == Some(Gravity::Error)
}

/// How grave the complaint of a line is, if it tells where: `ERROR [4:11] …`, `error[2304] (typescript) at 4:10: …`,
/// `4:11 error …`.
pub(super) fn gravity(line: &str) -> Option<Gravity> {
    let mut words = line.split_ascii_whitespace();
    let of = |word: &str| {
        let letters = word.bytes().take_while(u8::is_ascii_alphabetic).count();
        let word = word[..letters].to_ascii_lowercase();
        let mild = || MILD.contains(&&*word).then_some(Gravity::Mild);
        if word == "error" { Some(Gravity::Error) } else { mild() }
    };
    let first = words.next().unwrap_or_default();
    if first == "✘" {
        return Some(Gravity::Error);
    }
    let is_place = first.starts_with(|c: char| c.is_ascii_digit()) && first.contains(':');
    let placed = || line.bytes().any(|byte| byte.is_ascii_digit());
    of(first).filter(|_| placed()).or_else(|| words.next().filter(|_| is_place).and_then(of))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(answer: &str) -> Option<u64> {
        read(Raw::new(&serde_json::to_string(answer).unwrap()), "/w/app/src/a.ts")
    }

    #[test]
    fn tells_errors_of_the_file() {
        let shown =
            "Edit applied.\n<diagnostics file=\"/w/app/src/a.ts\">\nERROR [4:11] Cannot find 'x'.\n</diagnostics>";
        let moved = shown.replace("4:11", "9:2");
        assert!(of(shown).is_some() && of(shown) == of(&moved));
        assert_ne!(of(shown), of(&shown.replace("ERROR", "ERROR [1:1] Unused.\nERROR")), "one more");
        assert!(of("error[2304] (typescript) at 4:10: Cannot find name 'x'.").is_some());
        for none in [
            "Edit applied.\n<diagnostics file=\"/w/app/src/b.ts\">\nERROR [4:11] Cannot find 'x'.\n</diagnostics>",
            "Edit applied.\n<project_diagnostics>\n/w/app/src/b.ts\nERROR [4:11] Cannot find 'x'.\n</project_diagnostics>",
            "Edit applied. The error message is better now.",
            "No diagnostics found",
        ] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
