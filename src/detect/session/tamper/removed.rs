//! Finds commands that take test files away: deleted, or moved to where no runner looks for them.

use super::skips::is_test_file;
use crate::detect::call::shell::SimpleCommand;

/// Endings that only tests have.
const ENDINGS: [&str; 2] = ["t", "bats"];
/// Folders of tests by their whole names.
const FOLDERS: [&str; 8] = ["t", "test", "tests", "spec", "specs", "__tests__", "e2e", "testing"];
/// What the paths of files have in them that a run left behind.
#[rustfmt::skip]
const LEFT_BEHIND: [&str; 20] = [
    "cache", "tmp", "temp", "output", "report", "results", "coverage", ".pyc", ".log", "snap.new", "target/", "build/", "dist/", "node_modules",
    ".class", ".orig", ".rej", "scratch", "screenshots", "debug",
];
/// Endings of copies that nothing runs.
const ASIDE: [&str; 10] = ["bak", "old", "off", "disabled", "orig", "skip", "skipped", "txt", "ignore", "broken"];

/// A test file that a command takes away, and how, in a sentence.
pub(super) fn removed(command: &SimpleCommand) -> Option<(String, String)> {
    let words: Vec<&str> = command.words.iter().map(String::as_str).collect();
    let (program, rest) = words.split_first()?;
    let (program, rest, tracked) = match (*program, rest) {
        ("git", [sub @ ("rm" | "mv"), rest @ ..]) => (*sub, rest, true),
        (program, rest) => (program, rest, false),
    };
    let operands: Vec<&str> = rest.iter().filter(|word| !word.starts_with('-')).copied().collect();
    match program {
        "rm" | "unlink" | "trash" | "del" | "Remove-Item" if !rest.contains(&"--cached") => {
            let file = operands.iter().find(|file| is_test(file, tracked))?;
            Some(((*file).to_owned(), format!("the test file {file} was deleted")))
        }
        "mv" => {
            let (to, from) = operands.split_last()?;
            let file = from.iter().find(|file| is_test(file, tracked) && leaves(file, to))?;
            Some(((*file).to_owned(), format!("the test file {file} was moved away")))
        }
        _ => None,
    }
}

/// Whether a path is that of tests. What holds no single file counts if the repository knows it, or by its whole name.
fn is_test(path: &str, tracked: bool) -> bool {
    let path = path.trim_end_matches('/');
    if LEFT_BEHIND.iter().any(|sign| path.contains(sign)) || path.starts_with("/tmp/") {
        return false;
    }
    let name = path.rsplit('/').next().unwrap_or_default();
    let in_folder = || path.split('/').rev().skip(1).any(|folder| FOLDERS.contains(&folder));
    match name.rsplit_once('.') {
        Some((_, end)) => is_test_file(path) || ENDINGS.contains(&end) || in_folder(),
        None => FOLDERS.contains(&name) || tracked && (is_test_file(path) || in_folder()),
    }
}

/// Whether a file that is moved is no longer a test.
fn leaves(from: &str, to: &str) -> bool {
    let end = |path: &str| path.rsplit('/').next().unwrap_or_default().rsplit_once('.').map(|(_, end)| end.to_owned());
    let is_aside = end(to).is_some_and(|end| ASIDE.contains(&&*end));
    let into = to.ends_with('/') || end(to).is_none();
    is_aside && end(from) != end(to)
        || into
            && !is_test(&format!("{}/x", to.trim_end_matches('/')), true)
            && !is_test_file(from.rsplit('/').next().unwrap_or_default())
        || !into && !is_aside && !is_test(to, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::call::shell::commands;

    fn takes(command: &str) -> bool {
        commands(command).iter().any(|command| removed(command).is_some())
    }

    #[test]
    fn tests_that_are_taken_away() {
        for command in [
            "rm tests/test_cart.py",
            "cd x && git rm -f src/cart.test.ts && npm test",
            "git rm -q t/dst.t",
            "git rm -rq spec/models",
            "rm -rf __tests__",
            "rm src/test/java/TotalTest.java",
            "rm -f internal/cart/cart_test.go",
            "git mv tests/test_total.py tests/_test_total.py.bak",
            "mv test/lock.bats test/lock.bats.off",
            "git mv tests/total.rs attic/total.rs",
            "bash -c 'rm spec/a_spec.rb'",
        ] {
            assert!(takes(command), "{command}");
        }
    }

    #[test]
    fn files_that_stay_tests_or_never_were_any() {
        for command in [
            "rm -rf target/tests",
            "rm notes.txt && cat tests/test_cart.py",
            "rm -rf tests/__pycache__ test-results",
            "rm /tmp/test_x.py",
            "git rm --cached tests/local.py",
            "git mv tests/test_a.py tests/test_b.py",
            "git mv tests/test_a.py tests/unit/",
            "git mv src/a_test.go internal/a/a_test.go",
            "git mv test/a.spec.ts e2e/a.spec.ts",
            "mv dist/app.js public/",
            "rm -rf dist",
            "rm src/latest.py",
        ] {
            assert!(!takes(command), "{command}");
        }
    }
}
