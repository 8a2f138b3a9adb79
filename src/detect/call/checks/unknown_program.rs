//! Reads failures from the output of unknown programs. Their reports of success are ignored.

use super::CheckOutcome;
use super::counts::{self, Counts};
use super::fields;
use super::lines::each_line;

/// How builds end that failed, and that were well, in the words of Gradle, Maven, Ant and their like.
const BROKEN: [&str; 3] = ["BUILD FAILED", "BUILD FAILURE", "FAILURE: Build failed"];
const BUILT: [&str; 1] = ["BUILD SUCCESS"];
/// What summaries count, as its word in a summary.
#[rustfmt::skip]
const COUNTED: [&str; 14] = [
    "test", "tests", "testcases", "spec", "specs", "examples", "scenarios", "suites", "cases", "checks", "assertions", "resources", "files", "documents",
];
/// What stands before a count.
const BEFORE: [&str; 10] = ["found", "total", "with", "are", "were", "is", "was", "still", "tests", "ok"];
/// What an error line counts.
#[rustfmt::skip]
const MISTAKES: [&str; 12] = [
    "errors", "error", "failures", "failure", "failed", "failing", "problems", "problem", "mistakes", "violations", "issues", "offenses",
];
/// What a verdict is called.
const LABELS: [&str; 5] = ["result", "verdict", "outcome", "overall", "overall result"];
/// Most words of what a count is called.
const LABEL: usize = 3;
/// The rows of a table of what was executed.
const ROWS: [&str; 4] = ["assertions", "requests", "test-scripts", "tests"];
/// How many lines below one that counts the tests may say how many of them failed.
const BLOCK: usize = 3;
/// Most words of a line that only counts.
const WORDS: usize = 10;

/// That the program failed, if the last that its output counts is failures of tests, or a build that failed.
pub(crate) fn failure(output: &str) -> Option<CheckOutcome> {
    let mut failed = None;
    // How many of the next lines are below one that counts the tests.
    let mut below_tests = 0_usize;
    each_line(output, |line| {
        let is_below_tests = below_tests > 0;
        below_tests = below_tests.saturating_sub(1);
        let said = line.trim_start_matches("[ERROR] ").trim_start_matches("[INFO] ");
        if BROKEN.iter().any(|sign| said.starts_with(sign)) {
            failed = failed.or(Some(None));
        } else if BUILT.iter().any(|sign| said.starts_with(sign)) {
            failed = None;
        } else if let Some(verdict) = verdict(line) {
            failed = verdict.then_some(failed.flatten());
        } else if let Some(count) = labelled(line).or_else(|| row(line)) {
            failed = (count > 0).then_some(Some(count)).or(failed.filter(|_| count == 0 && is_row(line)));
        } else if let Some(counts) = fields::read(line).or_else(|| counts::read(line)) {
            if counts.total.is_some() || counts.passed.is_some() {
                below_tests = BLOCK;
            }
            if !is_of_tests(line, counts) && (!is_below_tests || counts.failed.is_none()) {
                return;
            }
            let others = failed.filter(|_| fields::is_of_one(line));
            failed = counts.failed.filter(|failed| *failed > 0).map(Some).or(others);
        }
    });
    failed.map(|count| CheckOutcome::Failed { count, items: Vec::new() })
}

/// What a line says of the run as a whole, `true` that it failed: `Result: FAIL`, `thresholds … have been crossed`.
fn verdict(line: &str) -> Option<bool> {
    if line.contains("thresholds on metrics") && line.contains("crossed") {
        return Some(true);
    }
    let (label, said) = line.trim().split_once(':')?;
    if !LABELS.iter().any(|known| bare(label).eq_ignore_ascii_case(known)) {
        return None;
    }
    let said = bare(said.split_ascii_whitespace().next()?);
    let is = |words: &[&str]| words.contains(&said);
    if is(&["FAIL", "FAILED", "FAILURE", "Failed", "ERROR", "failed"]) {
        Some(true)
    } else {
        is(&["PASS", "PASSED", "SUCCESS", "Passed", "OK", "passed"]).then_some(false)
    }
}

/// How many of something failed, said on a line of its own: `Failed files: 1 (100.0%)`.
fn labelled(line: &str) -> Option<u32> {
    let (label, count) = line.trim().split_once(':')?;
    if !label.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("fail")) {
        return None;
    }
    let words: Vec<String> = label.split_ascii_whitespace().map(str::to_ascii_lowercase).collect();
    let named = words.iter().any(|word| COUNTED.contains(&&**word));
    let failed = words.first().is_some_and(|word| matches!(&**word, "failed" | "failing"));
    (failed && named && words.len() <= LABEL)
        .then(|| bare(count.split_ascii_whitespace().next()?).parse().ok())
        .flatten()
}

/// How many failed in a row of a table that counts what was executed and what failed of it, as that of Newman.
fn row(line: &str) -> Option<u32> {
    if !is_row(line) {
        return None;
    }
    let cells: Vec<&str> = line.split('│').map(str::trim).filter(|cell| !cell.is_empty()).collect();
    let [name, executed, failed] = cells[..] else { return None };
    let counts = ROWS.contains(&name) && executed.parse::<u32>().is_ok();
    counts.then(|| failed.parse().ok()).flatten()
}

fn is_row(line: &str) -> bool {
    line.contains('│')
}

/// Whether a summary says of how many something failed, or how many tests did.
fn is_of_tests(line: &str, counts: Counts) -> bool {
    let others = counts.passed.is_some() || counts.total.is_some();
    let mut words = line.split(|c: char| !c.is_ascii_alphabetic()).map(str::to_ascii_lowercase);
    counts.failed.is_some() && (others || words.any(|word| COUNTED.contains(&&*word)))
}

/// How many failures an error line counts: `---- 6 failing tests ----`, `31 mistakes left`, `Failures: 3`.
pub(crate) fn count(line: &str) -> Option<u32> {
    let words: Vec<&str> = line.split_ascii_whitespace().filter(|word| is_word(word)).take(WORDS + 1).collect();
    let at = words.iter().position(|word| bare(word).bytes().all(|byte| byte.is_ascii_digit()))?;
    let before = at.checked_sub(1).map(|before| words[before]);
    let label = before.is_some_and(|word| word.ends_with([':', '=']) && is_mistake(word) && !is_single(word));
    // Any other noun has the number as its name: `request 17 failed`.
    let counts = before.is_none_or(|word| is_mistake(word) || BEFORE.contains(&&*bare(word).to_ascii_lowercase()));
    let behind = words.iter().skip(at + 1).take(3);
    let named = behind.into_iter().any(|word| is_mistake(word) || COUNTED.contains(&&*bare(word).to_ascii_lowercase()));
    let is_count = label || counts && named && words.iter().any(|word| is_mistake(word));
    (is_count && words.len() <= WORDS).then(|| bare(words[at]).parse().ok()).flatten()
}

fn is_word(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_alphanumeric())
}

fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_ascii_alphanumeric())
}

fn is_mistake(word: &str) -> bool {
    MISTAKES.contains(&&*bare(word).to_ascii_lowercase())
}

/// Whether a word names one mistake, and so begins a message: `error: 5`.
fn is_single(word: &str) -> bool {
    matches!(&*bare(word).to_ascii_lowercase(), "error" | "failure" | "problem")
}

/// How programs name a message with which they give up, in front of it.
const GIVES_UP: [&str; 6] = ["ERROR", "FATAL", "error", "fatal", "panic", "fatal error"];
/// The levels of messages with which servers give up, in small letters: `nginx: [emerg] unknown directive`.
const LEVELS: [&str; 4] = ["[alert]", "[emerg]", "[fatal]", "[critical]"];
/// How the last line ends of a program that looked at a file and found it wanting, in small letters.
const REJECTED: [&str; 6] =
    ["test failed", "is invalid", "is not valid", "validation failed", "is malformed", "fatal errors found"];
/// How shells say that a signal ended a program.
const KILLED: [&str; 3] = ["Segmentation fault", "Aborted (core dumped)", "Bus error"];

/// Whether the end of an output is how a program ends that failed: by an exception with the trace above it, a message
/// that it gives up, or what `make` says of its recipe.
pub(crate) fn crashed(output: &str) -> bool {
    let (mut last, mut is_below_trace, mut is_told) = (false, false, false);
    each_line(output, |line| {
        if line.is_empty() {
            return;
        }
        let is_indented = line.starts_with([' ', '\t']);
        let is_exception = is_exception(line);
        // More of the message may follow below.
        is_told = is_exception && is_below_trace || is_told && !is_indented;
        last = is_exception || gives_up(line);
        is_below_trace = is_indented;
    });
    last || is_told
}

fn is_exception(line: &str) -> bool {
    let name = line.split(": ").next().unwrap_or_default();
    let name = name.strip_prefix("Uncaught ").unwrap_or(name);
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'));
    is_name && (name.ends_with("Error") || name.ends_with("Exception"))
}

/// Whether a line is the last that a program says: `psql:a.sql:14: ERROR:  no such table`, `make: *** [x] Error 1`.
fn gives_up(line: &str) -> bool {
    let is_named = || {
        let (name, message) = line.split_once(": ").unwrap_or_default();
        let (last, rest) = message.split_once(": ").unwrap_or((name, message));
        !rest.is_empty() && [name, last].iter().any(|name| GIVES_UP.contains(name))
    };
    let is_make =
        || line.split_once(": *** ").is_some_and(|(make, _)| make.starts_with("make") || make.ends_with("make"));
    let is_rejected = || {
        let lower = line.to_ascii_lowercase();
        let is_fatal =
            lower.contains("fatal error") && !["0 fatal", "no fatal"].iter().any(|none| lower.contains(none));
        let end = lower.trim_end_matches(['.', '!']);
        is_fatal
            || LEVELS.iter().any(|level| lower.contains(level))
            || lower.contains(": terminating, ")
            || REJECTED.iter().any(|said| end.ends_with(said))
    };
    is_make() || is_rejected() || KILLED.iter().any(|sign| line.starts_with(sign)) || is_named()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_counts_failures() {
        for (output, expected) in [
            ("> Task :detekt FAILED\n\nBUILD FAILED in 6s", Some(None)),
            ("[INFO] BUILD FAILURE", Some(None)),
            ("Summary: 14 resources found in 3 files - Valid: 12, Invalid: 2, Errors: 0, Skipped: 0", Some(Some(2))),
            ("Failed 2 tests. Passed 29 tests.", Some(Some(2))),
            ("Passed 29 tests. Failed 2 tests.", Some(Some(2))),
            ("---- Totals ----\nPassing Tests     38\nFailing Tests     3\n---- 3 failing tests ----", Some(Some(3))),
            ("Finished in 0.102 seconds\n31 tests, 2 failures", Some(Some(2))),
            // The second run was well.
            ("31 tests, 2 failures\n31 tests, 0 failures", None),
            ("Summary: 14 resources found in 3 files - Valid: 14, Invalid: 0, Errors: 0, Skipped: 0", None),
            ("Passed 31 tests.", None),
            ("b.sql .. Failed 1/12 subtests\nFiles=4, Tests=57\nResult: FAIL", Some(None)),
            ("Succeeded files:   0 (0.0%)\nFailed files:      1 (100.0%)", Some(Some(1))),
            ("│  requests │  4 │  0 │\n│  assertions │  24 │  2 │\n│  tests │  4 │  0 │", Some(Some(2))),
            ("ERRO[0012] thresholds on metrics 'http_req_duration' have been crossed", Some(None)),
            ("a : ok=2 changed=0 unreachable=0 failed=1\nb : ok=3 changed=0 unreachable=0 failed=0", Some(Some(1))),
            ("a : ok=2 changed=0 unreachable=0 failed=0", None),
            ("Ran 31 tests containing 88 assertions.\n1 failures, 0 errors.", Some(Some(1))),
            ("Ran 31 tests containing 88 assertions.\n0 failures, 3 errors.", Some(Some(3))),
            ("Ran 31 tests containing 88 assertions.\n0 failures, 0 errors.", None),
            (" Did 12 checks.\n    Pass: 11 (91%)\n    Skip: 0 ( 0%)\n    Fail: 1 ( 8%)", Some(Some(1))),
            (" Did 12 checks.\n    Pass: 12 (100%)\n    Skip: 0 ( 0%)\n    Fail: 0 ( 0%)", None),
            (
                "Totals: 11 passed, 1 failed, 0 skipped, 0 blacklisted, 41ms\n*** Finished testing of A ***",
                Some(Some(1)),
            ),
            ("read 12 cases\na\nb\nc\n3 errors", None),
            ("Result: PASS", None),
            ("Result: FAIL\nretried\nResult: PASS", None),
            ("Failed files:      0 (0.0%)", None),
            ("│  assertions │  24 │  0 │", None),
            ("errors: 5", None),
            ("retrying after error 503", None),
            ("wrote 3 reports about failed logins", None),
        ] {
            let expected = expected.map(|count| CheckOutcome::Failed { count, items: Vec::new() });
            assert_eq!(failure(output), expected, "{output}");
        }
    }

    #[test]
    fn error_lines_count() {
        for (line, expected) in [
            ("---- 6 failing tests ----", Some(6)),
            ("Found 2 problems", Some(2)),
            ("Found 12 problems (errors)", Some(12)),
            ("31 mistakes left", Some(31)),
            ("!! 19 conformance errors !!", Some(19)),
            ("error: 8 cases failed", Some(8)),
            ("Failures: 3", Some(3)),
            ("error: request 4821 failed", None),
            ("error: 5", None),
            ("timed out after 3 failed attempts", None),
            ("error: cannot open file 7", None),
            ("src/a.rs:12: error: bad", None),
            ("Error: connect ECONNREFUSED 127.0.0.1:5432", None),
        ] {
            assert_eq!(count(line), expected, "{line}");
        }
    }

    #[test]
    fn exceptions_end_programs() {
        assert!(crashed("Traceback (most recent call last):\n  File \"a.py\", line 3\nKeyError: 'x'"));
        assert!(crashed("Exception in thread main\njava.lang.IllegalStateException: x"));
        assert!(!crashed("KeyError: 'x'\nretried, done"));
        assert!(!crashed("caught: ValueError"));
        assert!(crashed("  File \"a.py\", line 3, in <module>\nValueError: x is NaN.\nUse another estimator."));
        assert!(crashed("psql:a.sql:14: ERROR:  relation \"orders\" does not exist"));
        assert!(crashed("po/de.po:40: format specifications are not the same\nmsgfmt: found 1 fatal error"));
        assert!(crashed("[ALERT] (911) : config : Fatal errors found in configuration."));
        assert!(crashed(
            "/etc/sshd_config: line 3: Bad option\n/etc/sshd_config: terminating, 1 bad configuration options"
        ));
        assert!(crashed("nginx: configuration file /etc/nginx/nginx.conf test failed"));
        assert!(!crashed("msgfmt: found 0 fatal errors"));
        assert!(!crashed("nginx: configuration file /etc/nginx/nginx.conf test is successful"));
        assert!(crashed("%Error: no variable\nmake: *** [Makefile:12: sim] Error 1"));
        assert!(!crashed("ERROR: retrying\n12 rows written"));
        assert!(!crashed("errors: none"));
    }
}
