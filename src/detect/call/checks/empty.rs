//! Tells whether a test run ran any test. A run that found none, selected none or skipped all of them proves nothing,
//! even if it succeeds.

use super::counts::Counts;
use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// A longer line is not such a message.
const LONGEST: usize = 200;
/// What a run has none of.
const UNITS: [&str; 10] =
    ["test", "tests", "spec", "specs", "example", "examples", "scenario", "scenarios", "testcases", "items"];
/// Parts of them: most lines have none, and are spared a closer look.
static STEMS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder().ascii_case_insensitive(true).build(["test", "spec", "example", "scenario", "item"]).ok()
});
/// Words between the unit and the verb: "no test files were found".
const BETWEEN: [&str; 12] =
    ["file", "files", "case", "cases", "suite", "suites", "were", "was", "are", "is", "have", "been"];
/// What was not done with them.
const VERBS: [&str; 16] = [
    "found",
    "ran",
    "run",
    "to",
    "executed",
    "match",
    "matches",
    "matched",
    "matching",
    "available",
    "collected",
    "discovered",
    "detected",
    "selected",
    "defined",
    "exist",
];
/// Beginnings of lines that tell of one test that passed.
const PASSED: [&str; 5] = ["--- PASS: ", "\u{2713} ", "\u{2714} ", "\u{221a} ", "PASS "];

/// What a run says of how many tests it ran.
#[derive(Debug, Default)]
pub(super) struct Tests {
    none: bool,
    some: bool,
    /// How many there were, said on a line of its own: `Ran 6 tests`.
    total: Option<u32>,
}

impl Tests {
    /// Whether it says that none ran, and nothing that one did.
    pub(super) fn none_ran(&self) -> bool {
        self.none && !self.some
    }

    /// Takes in how many passed, from a line that says no more.
    pub(super) fn passed(&mut self, passed: Option<u32>) {
        self.some |= passed.is_some_and(|passed| passed > 0);
        self.none |= passed == Some(0);
    }

    /// Takes in what a summary counts.
    pub(super) fn counted(&mut self, counts: Counts) {
        let Counts { failed, passed, total, skipped } = counts;
        self.some |= passed.is_some_and(|passed| passed > 0) || failed.is_some_and(|failed| failed > 0);
        if passed.is_some() || failed.is_none() && skipped.is_none() {
            self.none |= passed == Some(0) || total == Some(0);
            self.total = total.or(self.total);
            return;
        }
        match (total.or(self.total.filter(|_| failed.is_none())), skipped.unwrap_or(0)) {
            (Some(total), skipped) => {
                self.none |= total <= skipped;
                self.some |= total > skipped;
            }
            (None, skipped) => self.none |= failed.is_none() && skipped > 0,
        }
    }

    /// Takes in what a line says of single tests, or of all of them.
    pub(super) fn line(&mut self, line: &str) {
        let start = line.trim_start();
        if is_ok(line) && !is_empty_package(line) {
            let skipped = ["# SKIP", "# skip"].iter().any(|mark| line.contains(mark));
            self.none |= skipped;
            self.some |= !skipped;
        } else if start.starts_with("--- SKIP: ") || line.ends_with(" NO-SOURCE") && line.starts_with("> Task ") {
            self.none |= line.to_ascii_lowercase().contains("test");
        } else if says_none(line) {
            self.none = true;
        } else {
            let passed = start.starts_with("test ") && start.ends_with(" ... ok")
                || start.ends_with(" PASSED")
                || line.starts_with("> Task ") && line.ends_with("est")
                || PASSED.iter().any(|mark| start.starts_with(mark));
            self.some |= passed;
        }
    }
}

/// Whether a line tells of a package of Go that passed, or of one test of the Test Anything Protocol.
fn is_ok(line: &str) -> bool {
    line.strip_prefix("ok ")
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || matches!(c, ' ' | '\t')))
}

/// Whether a line of Go is that of a package in which no test was chosen.
fn is_empty_package(line: &str) -> bool {
    line.ends_with("[no tests to run]") || line.ends_with("[no test files]")
}

/// Whether a line says that no test ran.
fn says_none(line: &str) -> bool {
    if line.len() > LONGEST || !STEMS.as_ref().is_some_and(|stems| stems.is_match(line)) {
        return false;
    }
    let lower = line.to_ascii_lowercase();
    // The point belongs to a number: `0.001s` is not a zero.
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let words = lower.split(|c| !is_word(c)).map(|word| word.trim_matches('.'));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let skipped = words.first() == Some(&"all")
        && words.iter().any(|word| UNITS.contains(word))
        && words.iter().any(|word| matches!(*word, "skipped" | "filtered" | "ignored" | "deselected"));
    skipped || (0..words.len()).any(|at| matches!(words[at], "no" | "0") && is_none(&words[at + 1..]))
}

/// Whether what follows `no` is a unit, and then nothing or that it was found or run.
fn is_none(words: &[&str]) -> bool {
    let is_number = |word: &&&str| word.starts_with(|c: char| c.is_ascii_digit());
    let near = words.iter().take(3).take_while(|word| !is_number(word));
    let Some(unit) = near.into_iter().position(|word| UNITS.contains(word)) else {
        return false;
    };
    let rest = &words[unit + 1..];
    let verb = rest.iter().find(|word| !BETWEEN.contains(word));
    verb.is_none_or(|verb| VERBS.contains(verb))
}

#[cfg(test)]
mod tests {
    use super::super::{CheckOutcome, Truncation, judge};

    #[test]
    fn runs_without_a_test_are_empty() {
        for output in [
            "?   \tx/cache\t[no test files]\n?   \tx/cmd\t[no test files]",
            "ok  \tx/cache\t0.003s [no tests to run]",
            "testing: warning: no tests to run\nPASS\nok  \tx/a\t0.01s [no tests to run]",
            "=== RUN   TestS3\n    a_test.go:9: no bucket\n--- SKIP: TestS3 (0.00s)\nPASS",
            "running 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 12 filtered out; finished in 0.00s",
            "running 2 tests\ntest a ... ignored\ntest b ... ignored\n\ntest result: ok. 0 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out",
            "Ran 0 tests in 0.000s\n\nOK",
            "Ran 6 tests in 0.020s\n\nOK (skipped=6)",
            "NO TESTS RAN",
            "collected 6 items\n\ntests/test_s3.py ssssss   [100%]\n\n===== 6 skipped in 0.12s =====",
            "5 deselected in 0.03s",
            "No tests found, exiting with code 0",
            "No test files found, exiting with code 0",
            "Test Suites: 1 skipped, 0 of 1 total\nTests:       4 skipped, 4 total\nSnapshots:   0 total",
            " Test Files  1 skipped (1)\n      Tests  6 skipped (6)\n",
            "  0 passing (1ms)\n  4 pending",
            "No tests executed!",
            "OK, but some tests were skipped!\nTests: 6, Assertions: 0, Skipped: 6.",
            "No test matches the given testcase filter `Total` in /p/T.dll",
            "Skipped! - Failed:     0, Passed:     0, Skipped:     6, Total:     6, Duration: 9 ms",
            "No tests were found!!!",
            "All examples were filtered out\n\n0 examples, 0 failures",
            "6 examples, 0 failures, 6 pending",
            "6 runs, 0 assertions, 0 failures, 0 errors, 6 skips",
            "[INFO] Tests run: 5, Failures: 0, Errors: 0, Skipped: 5\n[INFO] BUILD SUCCESS",
            "[INFO] No tests to run.\n[INFO] BUILD SUCCESS",
            "> Task :compileTestJava NO-SOURCE\n> Task :test NO-SOURCE\n\nBUILD SUCCESSFUL in 1s",
            "There are no tests to run",
            "1..2\nok 1 a # SKIP no bucket\nok 2 b # SKIP no bucket",
            " 0 pass\n 6 skip\n 0 fail",
            "# tests 0\n# pass 0\n# fail 0",
            "[==========] 0 tests from 0 test suites ran. (0 ms total)\n[  PASSED  ] 0 tests.",
            "ok | 0 passed | 0 failed | 3 ignored (4ms)",
        ] {
            assert_eq!(judge(output, Some(0), Truncation::Nothing), CheckOutcome::Empty, "{output}");
        }
    }

    #[test]
    fn one_test_is_enough() {
        for output in [
            "?   \tx/cmd\t[no test files]\nok  \tx/cache\t0.003s",
            "Test Successful in 0.001s. 9 tests run.",
            "ok  \tx/a\t0.01s [no tests to run]\nok  \tx/b\t(cached)",
            "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n\nrunning 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out",
            "running 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n\nrunning 3 tests\n\ntest result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out",
            "Ran 6 tests in 0.020s\n\nOK (skipped=5)",
            "5 passed, 1 skipped in 0.3s",
            "Tests:       2 skipped, 4 passed, 6 total",
            "6 runs, 9 assertions, 0 failures, 0 errors, 2 skips",
            "Tests run: 5, Failures: 0, Errors: 0, Skipped: 4",
            "  2 skipped\n  3 passed (2.1s)",
            "[INFO] No tests to run.\n[INFO] Tests run: 7, Failures: 0, Errors: 0, Skipped: 0\n[INFO] BUILD SUCCESS",
            "> Task :a:test NO-SOURCE\n> Task :b:test\n\nBUILD SUCCESSFUL in 3s",
            "1..2\nok 1 a\nok 2 b # SKIP no bucket",
            "No test files found, exiting with code 0\n 4 pass\n 0 fail",
            "0 tests failed, 12 passed",
            "no tests failed",
            "0 errors and 0 warnings",
            "41 tests, no failures",
            "",
        ] {
            assert_eq!(judge(output, Some(0), Truncation::Nothing), CheckOutcome::Passed, "{output}");
        }
    }

    #[test]
    fn an_empty_run_may_fail() {
        let failed = CheckOutcome::Failed { count: None, items: Vec::new() };
        assert_eq!(judge("no tests ran in 0.01s", Some(5), Truncation::Nothing), failed);
        assert_eq!(
            judge("running 0 tests\ntest result: ok. 0 passed; 0 failed", None, Truncation::Beginning),
            CheckOutcome::Unknown
        );
    }
}
