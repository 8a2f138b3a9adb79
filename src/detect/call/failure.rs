//! How a call failed: the class of its error, and which tests failed in a check.

use super::normalize::{normalize_output, without_numbers};
use super::prefilter::Prefilter;
use crate::detect::hash;
use crate::wire::text;
use regex::bytes::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;

/// How much of an output to search for an error message, in bytes from the front.
const SEARCHED: usize = 64 * 1024;
/// The longest error message, in bytes; a longer line is data.
const LONGEST_LINE: usize = 600;
/// The longest source of such a line: an escape of six bytes stands for at least one.
const LONGEST_SOURCE: usize = 6 * LONGEST_LINE;
/// How the body of a JSON string separates lines.
const NEWLINE: &[u8] = b"\\n";

/// A line that reports an error the way programs do, rather than somewhere in a sentence.
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

/// Every line that matches [`ERROR_LINE`] contains one of these, in lower case.
static ERROR_PREFILTER: Prefilter = Prefilter::new(&[
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
]);

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

/// Every line that matches [`FAILED_TEST`] contains one of these, in lower case.
static FAILED_PREFILTER: Prefilter = Prefilter::new(&["fail", "error", "not ok", "✕", "✗", "✖", "×", "●"]);

/// The class of an error message: equal for messages that differ only in volatile text and numbers.
pub(crate) fn error_class(line: &str) -> u64 {
    hash::of(without_numbers(&normalize_output(line, &[])))
}

/// Whether an error means that the program does not exist, so that nothing was checked.
pub(crate) fn never_ran(error_line: &str) -> bool {
    error_line.contains("command not found")
}

/// The first line that reports an error. `body` is the body of a JSON string; see [`text::body`].
pub(crate) fn error_line(body: &str) -> Option<Cow<'_, str>> {
    let pattern = ERROR_LINE.as_ref()?;
    messages(body, &ERROR_PREFILTER).find(|line| pattern.is_match(line.as_bytes()))
}

/// The tests or compiler errors that a check reports, as one hash; `None` if it names none. `body` is the
/// body of a JSON string.
pub(crate) fn failing_set(body: &str) -> Option<u64> {
    let pattern = FAILED_TEST.as_ref()?;
    let mut sum: Option<u64> = None;
    let mut seen = Vec::new();
    for line in messages(body, &FAILED_PREFILTER) {
        let Some(name) = pattern.captures(line.as_bytes()).and_then(|c| c.iter().skip(1).flatten().next()) else {
            continue;
        };
        let key = hash::of(normalize_output(&String::from_utf8_lossy(name.as_bytes()), &[]));
        if seen.len() < 256 && !seen.contains(&key) {
            seen.push(key);
            sum = Some(sum.unwrap_or_default().wrapping_add(key));
        }
    }
    sum
}

/// The lines that pass the prefilter and are short enough, without trailing white space.
fn messages<'a>(body: &'a str, prefilter: &'static Prefilter) -> impl Iterator<Item = Cow<'a, str>> {
    let body = &body[..body.floor_char_boundary(SEARCHED)];
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let at = from + prefilter.find(&body.as_bytes()[from..])?;
            // The match begins inside an escape, as at the n of a newline.
            if at.checked_sub(1).is_some_and(|before| is_escape(body, before)) {
                from = at + 1;
                continue;
            }
            let start = newline_before(body, at).map_or(0, |newline| newline + NEWLINE.len());
            from = newline_after(body, at).unwrap_or(body.len());
            let line = &body[start..from];
            let line = (line.len() <= LONGEST_SOURCE).then(|| trimmed(text::unescaped(line)));
            if let Some(line) = line.filter(|line| is_message(line)) {
                return Some(line);
            }
        }
    })
}

fn trimmed(line: Cow<'_, str>) -> Cow<'_, str> {
    match line {
        Cow::Borrowed(line) => Cow::Borrowed(line.trim_end()),
        Cow::Owned(mut line) => {
            line.truncate(line.trim_end().len());
            Cow::Owned(line)
        }
    }
}

fn is_message(line: &str) -> bool {
    !line.is_empty() && line.len() <= LONGEST_LINE
}

/// Where the newline before `at` is, in the body of a JSON string.
fn newline_before(body: &str, at: usize) -> Option<usize> {
    memchr::memmem::rfind_iter(&body.as_bytes()[..at], NEWLINE).find(|newline| is_escape(body, *newline))
}

/// Where the newline after `at` is.
fn newline_after(body: &str, at: usize) -> Option<usize> {
    memchr::memmem::find_iter(&body.as_bytes()[at..], NEWLINE)
        .map(|newline| at + newline)
        .find(|newline| is_escape(body, *newline))
}

/// Whether an escape begins at `at`: a backslash that is not itself escaped.
fn is_escape(body: &str, at: usize) -> bool {
    let backslashes = body.as_bytes()[..=at].iter().rev();
    backslashes.take_while(|b| **b == b'\\').count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Raw;
    use proptest::prelude::*;

    fn error_in(text: &str) -> Option<String> {
        error_line(&json_body(text)).map(Cow::into_owned)
    }

    fn failing_in(text: &str) -> Option<u64> {
        failing_set(&json_body(text))
    }

    /// The body of a JSON string for this text.
    fn json_body(text: &str) -> String {
        let source = serde_json::to_string(text).unwrap();
        text::body(Raw::new(&source)).into_owned()
    }

    #[test]
    fn finds_errors() {
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
            assert_eq!(error_in(line).as_deref(), Some(line));
        }
        for line in [
            "0 errors, 12 warnings",
            "fn error_class(output: &str)",
            "The error handling was reworked",
            "test error_is_shown ... ok",
            "all tests passed without failure at all",
        ] {
            assert_eq!(error_in(line), None);
        }
    }

    #[test]
    fn class_ignores_numbers() {
        assert_eq!(error_class("x.rs:12: error: bad"), error_class("x.rs:7: error: bad"));
    }

    #[test]
    fn tracks_failing_set() {
        let one = failing_in("test a::b ... FAILED\ntest a::c ... ok\n");
        let both = failing_in("test a::b ... FAILED\ntest a::c ... FAILED\n");
        let reversed = failing_in("test a::c ... FAILED\ntest a::b ... FAILED\n");
        assert!(one.is_some() && one != both);
        assert_eq!(both, reversed);
        assert_eq!(failing_in("all good\n0 failed\n"), None);
        for runner in
            ["✕ adds", "  × adds", "● a > b", "not ok 3 - adds", "FAIL: adds", "[ERROR] a.b", "x_test.go:3: error here"]
        {
            assert!(failing_in(runner).is_some(), "{runner}");
        }
    }

    const WORDS: [&str; 27] = [
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
        "\\n",
        "\\",
        "\u{1b}[31m",
    ];

    proptest! {
        #[test]
        fn prefilter_finds_same_line(words in proptest::collection::vec(proptest::sample::select(WORDS.to_vec()), 0..12)) {
            let output = words.join(" ").replace(" \n ", "\n");
            let pattern = ERROR_LINE.as_ref().unwrap();
            let first = output.lines().map(str::trim_end).find(|line| pattern.is_match(line.as_bytes()));
            let found = error_in(&output);
            prop_assert_eq!(found.as_deref(), first);
        }
    }
}
