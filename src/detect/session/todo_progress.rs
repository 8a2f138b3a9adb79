//! Tells items of a to-do list that are done, although nobody ticked them off: checks that ran, and what the answer
//! reports by its number.

use crate::detect::text::claims::Work;
use crate::detect::text::wait_signs::has_word;

/// Words for tests, and for other checks.
const TESTS: [&str; 12] = [
    "test",
    "tests",
    "testing",
    "suite",
    "specs",
    "e2e",
    "pruebas",
    "testes",
    "testy",
    "тесты",
    "运行测试",
    "テストを実行",
];
#[rustfmt::skip]
const LINTERS: [&str; 19] = [
    "lint", "linter", "linters", "linting", "fmt", "format", "formatter", "formatting", "typecheck", "type", "types", "clippy", "vet", "style", "eslint", "ruff", "mypy",
    "prettier", "tsc",
];
const BUILDS: [&str; 6] = ["build", "compile", "check", "checks", "ci", "checking"];
/// Words around them that ask for nothing else.
#[rustfmt::skip]
const AROUND: [&str; 56] = [
    "run", "rerun", "re", "running", "execute", "the", "a", "all", "and", "then", "full", "complete", "whole", "entire", "final", "finally", "verify", "that", "pass", "passes",
    "passing", "make", "sure", "ensure", "confirm", "again", "everything", "is", "are", "project", "for", "with", "no", "errors", "unit", "integration", "regression", "locally",
    "relevant", "existing", "ausführen", "laufen", "lassen", "alle", "und", "die", "lancer", "exécuter", "les", "et", "ejecutar", "correr", "las", "los", "y", "запустить",
];
/// Words of what is still to be done.
#[rustfmt::skip]
const OPEN: [&str; 16] = [
    "remaining", "remains", "todo", "pending", "next", "left", "open", "not", "still", "progress", "blocked", "will", "later", "unfinished", "partially", "skipped",
];
/// Words of what is done.
#[rustfmt::skip]
const DONE: [&str; 10] =
    ["done", "completed", "complete", "finished", "fixed", "implemented", "resolved", "closed", "accomplished", "addressed"];
const TICKS: [&str; 5] = ["✅", "✓", "✔", "☑", "[x]"];

/// The checks that an item asks for; none if it asks for anything else.
pub(super) fn checks_named(text: &str) -> Vec<Work> {
    let lower = text.to_lowercase();
    let mut works = Vec::new();
    for word in lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if TESTS.contains(&word) {
            works.push(Work::RanTests);
        } else if LINTERS.contains(&word) {
            works.push(Work::Linted);
        } else if BUILDS.contains(&word) {
            works.push(Work::RanChecks);
        } else if !AROUND.contains(&word) {
            return Vec::new();
        }
    }
    works
}

/// Whether an answer reports an item as done by its number: `Task #10: Refactored the parser`.
pub(super) fn reports_item(answer: &str, id: &str) -> bool {
    if !id.chars().all(|c| c.is_ascii_digit()) {
        return false;
    }
    let mut head = "";
    for line in answer.lines().map(str::trim) {
        let is_head = line.ends_with([':', '*']) || line.starts_with("# ") || line.starts_with("##");
        if let Some(said) = behind_number(line, id) {
            let near = format!("{head} {line}").to_lowercase();
            let told = has_word(&near, &DONE) || TICKS.iter().any(|tick| near.contains(tick)) || begins_in_past(said);
            if told && !has_word(&near, &OPEN) {
                return true;
            }
        }
        if is_head {
            head = line;
        }
    }
    false
}

/// What a line says behind the number of an item.
fn behind_number<'a>(line: &'a str, id: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once('#')?;
    let rest = rest.strip_prefix(id)?;
    (!rest.starts_with(|c: char| c.is_ascii_digit())).then_some(rest)
}

/// Whether a text begins with an English verb in the past: "Refactored".
fn begins_in_past(said: &str) -> bool {
    let first = said.split(|c: char| !c.is_alphabetic()).find(|word| !word.is_empty());
    first.is_some_and(|word| word.len() > 4 && word.ends_with("ed") && word.starts_with(char::is_uppercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_that_ask_for_checks_only() {
        assert_eq!(checks_named("Run fmt, lint, and tests"), [Work::Linted, Work::Linted, Work::RanTests]);
        assert_eq!(checks_named("Verify that the build passes"), [Work::RanChecks]);
        for text in ["Write tests", "Test the upload in a browser", "Run the migration", "Run the", ""] {
            assert_eq!(checks_named(text), [], "{text}");
        }
    }

    #[test]
    fn items_that_the_answer_reports() {
        for text in [
            "Completed:\n- Task #10: the summaries have a package of their own",
            "- **Task #10: Refactored the summaries**",
            "Task #10 is done, see the commit.",
            "✅ #10 summaries",
        ] {
            assert!(reports_item(text, "10"), "{text}");
        }
        for text in [
            "Remaining:\n- Task #10: Refactored summaries need tests",
            "Task #100 is done.",
            "Task #10 is not done.",
            "Next is #10.",
            "PR #1 is merged, task 10 too",
        ] {
            assert!(!reports_item(text, "10"), "{text}");
        }
    }
}
