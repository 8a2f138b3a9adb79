//! Finds what a line prints about its own checks, and what hides their failure.

use super::exits::{is_status, kept_status};
use super::syntax::{Item, Joint, Node, Role, Simple, words_of};

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
    items.get(at).filter(|_| follows).and_then(echo)
}

/// What the branch at a place prints, if it is taken only when the condition before it holds, and that condition.
pub(super) fn echoed_if(items: &[Item], at: usize) -> Option<(String, &[Item])> {
    let (Node::Group(Role::Condition, condition), Node::Group(Role::Branch, branch)) =
        (&items.get(at.checked_sub(1)?)?.node, &items.get(at)?.node)
    else {
        return None;
    };
    let line = branch.iter().find_map(echo)?;
    let says_it = |item: &Item| matches!(&item.node, Node::Group(Role::Branch, list) if list.iter().any(|item| echo(item).as_ref() == Some(&line)));
    let others = items.iter().enumerate().filter(|(other, _)| *other != at);
    (!others.into_iter().any(|(_, item)| says_it(item))).then_some((line, condition))
}

/// What is printed before the last exit code that a list prints, as in `echo "exit=$rc"`, with the code itself; and the
/// place of the command that took it from the one before: that one, or `rc=$?`.
pub(super) fn printed_status(items: &[Item]) -> Option<(usize, String)> {
    let word = |item: &Item, is: &dyn Fn(&str) -> bool| words_of(item)?.iter().skip(1).find(|word| is(word)).cloned();
    let direct = |at: usize| word(&items[at], &is_status).map(|word| (at, word));
    let kept = |at: usize| {
        let before = items[..at].iter().rposition(|item| kept_status(item).is_some())?;
        let name = kept_status(&items[before])?;
        let signs = [format!("${name}"), format!("${{{name}}}")];
        let says = |word: &str| signs.iter().any(|sign| word.ends_with(sign.as_str()));
        let prints = words_of(&items[at])
            .is_some_and(|words| matches!(words.first().map(String::as_str), Some("echo" | "printf")));
        word(&items[at], &says).filter(|_| prints).map(|word| (before, word))
    };
    (0..items.len()).rev().find_map(|at| direct(at).or_else(|| kept(at)))
}

/// Programs that print what they are given, or do nothing at all.
const TALKS: [&str; 4] = ["echo", "printf", "true", ":"];

/// Whether a line only prints text: it reads, writes and pipes nothing.
pub(super) fn only_talks(items: &[Item]) -> bool {
    let talks = |item: &Item| match &item.node {
        Node::Simple(Simple { words, writes, bodies, substitutions }) => {
            words.first().is_some_and(|program| TALKS.contains(&program.as_str()))
                && !matches!(item.joint, Joint::Pipe | Joint::Background)
                && writes.is_empty()
                && bodies.is_empty()
                && substitutions.is_empty()
                && !words.iter().any(|word| word.contains('$'))
        }
        Node::Group(..) => false,
    };
    !items.is_empty() && items.iter().all(talks)
}

/// What an `echo` prints.
fn echo(item: &Item) -> Option<String> {
    let (echo, words) = words_of(item)?.split_first()?;
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| !matches!(*word, "-e" | "-n")).collect();
    let line = words.join(" ");
    (echo == "echo" && line.len() > 1 && !line.contains(['$', '`', '\\'])).then(|| line.trim().to_owned())
}
