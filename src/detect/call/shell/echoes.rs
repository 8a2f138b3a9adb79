//! Finds what a line prints about its own checks, and what hides their failure.

use super::syntax::{Item, Joint, words_of};

/// What hides the failure of each command, if something does: `|| true`, `; exit 0`.
pub(super) fn masks(items: &[Item]) -> Vec<Option<String>> {
    items
        .iter()
        .enumerate()
        .map(|(index, item)| {
            let next = items.get(index + 1)?;
            let words = words_of(next)?;
            let succeeds = match words {
                [only] => matches!(only.as_str(), "true" | ":" | "/bin/true"),
                [exit, code] => (exit == "exit" || exit == "return") && code == "0",
                _ => false,
            };
            let sign = match item.joint {
                Joint::Or => "||",
                Joint::Sequence if index + 2 == items.len() => ";",
                _ => return None,
            };
            succeeds.then(|| format!("{sign} {}", words.join(" ")))
        })
        .collect()
}

/// What the command at a place prints, if it is an `echo` that runs only when what is before it succeeded.
pub(super) fn echoed(items: &[Item], at: usize) -> Option<String> {
    let follows = at.checked_sub(1).is_some_and(|before| items[before].joint == Joint::And);
    let (echo, words) = words_of(items.get(at)?).filter(|_| follows)?.split_first()?;
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| !matches!(*word, "-e" | "-n")).collect();
    let line = words.join(" ");
    (echo == "echo" && line.len() > 1 && !line.contains(['$', '`', '\\'])).then(|| line.trim().to_owned())
}
