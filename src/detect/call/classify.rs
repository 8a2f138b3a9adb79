//! Classifies calls: one changes, checks, observes, polls, plans, delegates, asks or records.

use super::input::Input;
use super::shell::{self, Effect, Line};
use regex::Regex;

/// What a call is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It changes something.
    Mutate,
    /// It tests, builds or lints.
    Check,
    /// It only reads.
    Observe,
    /// It polls, as the user's own patterns say.
    Poll,
    /// It reads or writes the agent's own notes.
    Plan,
    /// It starts a subagent.
    Spawn,
    /// It asks a person.
    Ask,
    /// It writes history, a remote or the state of a service, and changes no file.
    Record,
    /// It is not known what it does: it may change something.
    Unknown,
}

/// Tools by name: `OpenCode`'s own, and those of other agents.
const TOOLS: [(Kind, &[&str]); 6] = [
    (
        Kind::Mutate,
        &["edit", "write", "patch", "apply_patch", "multiedit", "create", "str_replace", "insert", "submit"],
    ),
    (Kind::Plan, &["todowrite", "todoread", "think"]),
    (Kind::Spawn, &["task", "agent"]),
    (Kind::Ask, &["question", "ask"]),
    (
        Kind::Observe,
        &[
            "read",
            "grep",
            "glob",
            "list",
            "ls",
            "webfetch",
            "websearch",
            "codesearch",
            "lsp",
            "skill",
            "open",
            "goto",
            "sleep",
            "wait",
        ],
    ),
    (Kind::Check, &["test", "build", "lint", "diagnostics"]),
];

/// Words in the names of other tools that only look.
const LOOKS: [&str; 32] = [
    "read",
    "get",
    "list",
    "search",
    "find",
    "view",
    "show",
    "fetch",
    "query",
    "lookup",
    "describe",
    "inspect",
    "open",
    "goto",
    "scroll",
    "grep",
    "glob",
    "look",
    "status",
    "logs",
    "wait",
    "browse",
    "page",
    "navigate",
    "history",
    "count",
    "screenshot",
    "snapshot",
    "watch",
    "peek",
    "calculate",
    "think",
];
/// Words in the names of other tools that change a file, if their input names one.
const EDITS: [&str; 8] = ["edit", "write", "patch", "replace", "insert", "create", "append", "multiedit"];

/// Classifies a call of `tool`, and reads its command, if it has one. `polls` are the user's own patterns for
/// polling.
pub(crate) fn classify(tool: &str, input: &Input, polls: &[Regex]) -> (Kind, Option<Line>) {
    let lower = tool.to_ascii_lowercase();
    let named = TOOLS.iter().find_map(|(kind, names)| names.contains(&lower.as_str()).then_some(*kind));
    let line = input.command.as_deref().filter(|_| named.is_none()).map(shell::read);
    let kind = if polls.iter().any(|poll| poll.is_match(tool) || poll.is_match(&input.text)) {
        Kind::Poll
    } else {
        named.unwrap_or_else(|| other(&lower, input, line.as_ref()))
    };
    (kind, line)
}

/// Classifies a call of a tool that is in no table.
fn other(tool: &str, input: &Input, line: Option<&Line>) -> Kind {
    let has_word = |words: &[&str]| tool.split(|c: char| !c.is_ascii_alphabetic()).any(|word| words.contains(&word));
    match line.map(|line| line.effect) {
        Some(Effect::Mutate) => Kind::Mutate,
        Some(Effect::Check) => Kind::Check,
        Some(Effect::Observe | Effect::Poll) => Kind::Observe,
        Some(Effect::Record) => Kind::Record,
        _ if input.target.is_some() && has_word(&EDITS) => Kind::Mutate,
        _ if has_word(&LOOKS) => Kind::Observe,
        _ => Kind::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(tool: &str, command: Option<&str>, target: Option<&str>) -> Kind {
        let own = |text: Option<&str>| text.map(str::to_owned);
        let input = Input { command: own(command), target: own(target), ..Input::default() };
        classify(tool, &input, &[]).0
    }

    #[test]
    fn classifies_commands() {
        for (command, expected) in [
            ("sleep 30 && gh run view 17", Kind::Observe),
            ("cargo test --lib", Kind::Check),
            ("cd x && RUST_LOG=1 cargo +nightly clippy -- -D warnings", Kind::Check),
            ("python -m pytest tests 2>&1 | tail", Kind::Check),
            ("cat test.sh", Kind::Observe),
            ("cargo fmt", Kind::Mutate),
            ("echo x > file", Kind::Mutate),
            ("git commit -m x", Kind::Record),
            ("git status", Kind::Observe),
            ("crm-cli import x", Kind::Unknown),
        ] {
            assert_eq!(kind("bash", Some(command), None), expected, "{command}");
        }
    }

    #[test]
    fn classifies_tools() {
        assert_eq!(kind("edit", None, None), Kind::Mutate);
        assert_eq!(kind("scroll_down", Some("scroll_down"), None), Kind::Observe);
        assert_eq!(kind("crm_get_contact", None, None), Kind::Observe);
        assert_eq!(kind("crm_create_contact", None, None), Kind::Unknown);
        assert_eq!(kind("fs_write_file", None, Some("a.rs")), Kind::Mutate);
    }

    #[test]
    fn user_patterns_come_first() {
        let polls = [Regex::new("deploy status").unwrap()];
        let input = Input { text: "deploy status".to_owned(), ..Input::default() };
        assert_eq!(classify("bash", &input, &polls).0, Kind::Poll);
    }
}
