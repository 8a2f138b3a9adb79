//! How a call failed: the class of its error, and which tests failed in a check.

use super::hash;
use super::mask::mask;
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex::bytes::Regex;
use std::sync::LazyLock;

/// How much of an output is searched for an error, in bytes from the front.
const SEARCHED: usize = 64 * 1024;
/// A line longer than this is data, not a message.
const LONGEST_LINE: usize = 600;

/// A line that reports an error: it says so where a program says it, not somewhere in a sentence.
static ERROR_LINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix-u)
          ^\W* (?:\S{1,80}:\s*(?:\d+:\s*){0,2}){0,3} (?:fatal(?:\ error)?|error|failed|failure|panic|exception|traceback|usage|invalid)\b (?:\[\w+\])? (?:[:(!]|\s+(?:in|at|to|while|parsing|reading|opening)\b|\s*$)
        | ^\W* (?:\w+\.)*\w+(?:Error|Exception)\b (?::|\s*$)
        | ^\W* (?:could\ not|cannot|can't|unable\ to|failed\ to|unknown|unrecognized|no\ such)\b
        | :\s*(?:command\ not\ found|no\ such\ file\ or\ directory|permission\ denied|not\ found|is\ a\ directory|not\ a\ directory)\W*$
        | \b(?:no\ such\ file\ or\ directory|command\ not\ found|syntax\ error)\b
        | ^\W*(?:your|the)\b.{0,40}\b(?:edit|change|patch|command)\b.{0,40}\b(?:error|failed|not\ applied|rejected)",
    )
    .ok()
});

/// What every line that reports an error has in it. Looking for these first is several times as fast as trying the
/// expression on each line.
const HINTS: [&str; 19] = [
    "fatal",
    "error",
    "fail",
    "panic",
    "exception",
    "traceback",
    "usage",
    "invalid",
    "could not",
    "cannot",
    "can't",
    "unable",
    "unknown",
    "unrecognized",
    "no such",
    "not ",
    "denied",
    "directory",
    "rejected",
];

static HINTED: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .build(HINTS)
        .ok()
});

/// A line that names a failing test: cargo, pytest, go, jest, `JUnit`, TAP.
static FAILED_TEST: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x-u)
          ^\s*test\ (.+)\ \.\.\.\ FAILED
        | ^\s*(?:FAILED|FAIL:?|ERROR|---\ FAIL:|not\ ok|✕|✗|✖|×|●)\s+(\S.*)$
        | ^\s*\[ERROR\]\s+(\S+\.\S+.*)$
        | ^([^\s\d]\S*)\ (?:FAILED|failed)$
        | ^\s*(error(?:\[\w+\])?:\s.+)$
        | ^(\S+:\d+:(?:\d+:)?\s*error\b.*)$",
    )
    .ok()
});

/// The class of an error-like line: masked, and its numbers out.
pub(crate) fn class_of(line: &str) -> u64 {
    hash::of(super::mask::without_numbers(&mask(line, &[])))
}

/// Whether an error says that the program was not there to be run: then nothing was checked.
pub(crate) fn never_ran(error_line: &str) -> bool {
    error_line.contains("command not found")
}

/// The first line that reports an error.
pub(crate) fn error_line(output: &str) -> Option<&str> {
    let (pattern, hinted) = (ERROR_LINE.as_ref()?, HINTED.as_ref()?);
    let output = &output[..output.floor_char_boundary(SEARCHED)];
    let mut from = 0;
    while let Some(hint) = hinted.find(&output[from..]) {
        let at = from + hint.start();
        let start = memchr::memrchr(b'\n', output[..at].as_bytes()).map_or(0, |newline| newline + 1);
        let end = memchr::memchr(b'\n', output[at..].as_bytes()).map_or(output.len(), |newline| at + newline);
        if let Some(line) = fit(&output[start..end]).filter(|line| pattern.is_match(line.as_bytes())) {
            return Some(line);
        }
        from = end;
    }
    None
}

/// The set of tests or compiler errors that a check reports as failing, as one hash; `None` where it
/// names none.
pub(crate) fn failing_set(output: &str) -> Option<u64> {
    let pattern = FAILED_TEST.as_ref()?;
    let mut sum: Option<u64> = None;
    let mut seen = Vec::new();
    for line in lines(output) {
        let Some(name) = pattern
            .captures(line.as_bytes())
            .and_then(|c| c.iter().skip(1).flatten().next())
        else {
            continue;
        };
        let key = hash::of(mask(&String::from_utf8_lossy(name.as_bytes()), &[]));
        if seen.len() < 256 && !seen.contains(&key) {
            seen.push(key);
            sum = Some(sum.unwrap_or_default().wrapping_add(key));
        }
    }
    sum
}

fn lines(output: &str) -> impl Iterator<Item = &str> {
    output[..output.floor_char_boundary(SEARCHED)]
        .lines()
        .filter_map(fit)
}

/// A line without the white space at its end, if it is a message and not data.
fn fit(line: &str) -> Option<&str> {
    let line = line.trim_end();
    (!line.is_empty() && line.len() <= LONGEST_LINE).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_error_is_where_a_program_says_so() {
        for line in [
            "error[E0308]: mismatched types",
            "bash: line 3: foo: command not found",
            "python: can't open file 'x.py': [Errno 2] No such file or directory",
            "java.lang.NullPointerException: x",
            "Your proposed edit has introduced new syntax error(s). Please read",
            "ValueError: bad",
            "Error: no match for oldString",
            "fatal: not a git repository",
            "src/Main.java:12: error: ';' expected",
        ] {
            assert_eq!(error_line(line), Some(line));
        }
        for line in [
            "0 errors, 12 warnings",
            "fn error_class(output: &str)",
            "The error handling was reworked",
            "test error_is_shown ... ok",
            "all tests passed without failure at all",
        ] {
            assert_eq!(error_line(line), None);
        }
    }

    #[test]
    fn the_class_does_not_depend_on_numbers() {
        assert_eq!(class_of("x.rs:12: error: bad"), class_of("x.rs:7: error: bad"));
    }

    #[test]
    fn the_failing_set_moves_when_another_test_fails() {
        let one = failing_set("test a::b ... FAILED\ntest a::c ... ok\n");
        let both = failing_set("test a::b ... FAILED\ntest a::c ... FAILED\n");
        let turned = failing_set("test a::c ... FAILED\ntest a::b ... FAILED\n");
        assert!(one.is_some() && one != both);
        assert_eq!(both, turned);
        assert_eq!(failing_set("all good\n0 failed\n"), None);
    }

    const WORDS: [&str; 24] = [
        "fatal error",
        "Error",
        "failed",
        "FAILURE",
        "panic",
        "exception",
        "Traceback",
        "usage",
        "invalid",
        "could not",
        "cannot",
        "can't",
        "unable to",
        "unknown",
        "unrecognized",
        "no such file or directory",
        "command not found",
        "permission denied",
        "is a directory",
        "your patch was rejected",
        "the edit",
        "x",
        ": ",
        "\n",
    ];

    proptest! {
        #[test]
        fn looking_for_hints_first_finds_the_same_line(words in proptest::collection::vec(proptest::sample::select(WORDS.to_vec()), 0..12)) {
            let output = words.join(" ").replace(" \n ", "\n");
            let pattern = ERROR_LINE.as_ref().unwrap();
            let first = lines(&output).find(|line| pattern.is_match(line.as_bytes()));
            prop_assert_eq!(error_line(&output), first);
        }
    }
}
