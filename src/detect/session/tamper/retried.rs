//! Finds edits that add retries to tests that fail now and then.

use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// Ends of keys that say how often a test is tried again, in small letters without `-` and `_`.
#[rustfmt::skip]
const KEYS: [&str; 12] = [
    "retries", "retry", "retrytimes", "reruns", "rerunfailingtestscount", "maxretries", "flakytestattempts", "retrycount", "rerun", "maxreruns", "attempts",
    "testretries",
];
/// What marks one test to be tried again.
const MARKS: [&str; 6] = ["@flaky", "mark.flaky", "until-pass", "@Retry", "[Retry", "@RetryingTest"];
/// Parts of the keys: most lines have none, and are spared a closer look.
static HINTS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder().ascii_case_insensitive(true).build(["retr", "try", "tries", "run", "attempt"]).ok()
});
/// More than this many times is not a number of tries: `retry: 5000` is a pause.
const MOST: u32 = 100;

/// How an edit lets tests be tried again more often than before, in a sentence without the file.
pub(super) fn retried(old: &str, new: &str) -> Option<String> {
    if let Some(mark) = MARKS.iter().find(|mark| new.matches(**mark).count() > old.matches(**mark).count()) {
        return Some(format!("`{mark}` lets a test be tried again"));
    }
    let (before, after) = (most(old), most(new)?);
    (after.0 > before.map_or(0, |(count, _)| count)).then(|| format!("`{}` lets tests be tried again", after.1))
}

/// The most tries that a text names, and its line.
fn most(text: &str) -> Option<(u32, &str)> {
    let may_be = |line: &&str| HINTS.as_ref().is_some_and(|hints| hints.is_match(*line));
    text.lines()
        .filter(may_be)
        .filter_map(|line| Some((tries(line)?, line.trim().trim_end_matches(','))))
        .max_by_key(|(count, _)| *count)
}

fn tries(line: &str) -> Option<u32> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let words: Vec<&str> = line.split(|c| !is_part(c)).filter(|word| !word.is_empty()).collect();
    let key = |word: &str| {
        let key = word.trim_matches('-').replace(['-', '_'], "").to_lowercase();
        key.rsplit('.').next().is_some_and(|key| KEYS.contains(&key))
    };
    // `retries: process.env.CI ? 3 : 0` names the number further on.
    let at = words.iter().position(|word| key(word))?;
    let numbers = words[at + 1..].iter().filter_map(|word| word.parse::<u32>().ok());
    numbers.filter(|count| *count <= MOST).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_tries() {
        for (old, new) in [
            ("  retries: 0,", "  retries: 5,"),
            ("addopts = -q", "addopts = -q --reruns 5"),
            ("", "jest.retryTimes(4);"),
            ("<configuration>", "<configuration><rerunFailingTestsCount>5</rerunFailingTestsCount>"),
            ("retries = 0", "retries = 4"),
            ("def test_seat():", "@pytest.mark.flaky(reruns=3)\ndef test_seat():"),
            ("  retries: 0,", "  retries: process.env.CI ? 3 : 1,"),
            ("ctest --test-dir build", "ctest --test-dir build --repeat until-pass:3"),
            ("describe('seat', () => {", "describe('seat', function () {\n  this.retries(3);"),
        ] {
            assert!(retried(old, new).is_some(), "{old} -> {new}");
        }
    }

    #[test]
    fn as_many_tries_as_before() {
        for (old, new) in [
            ("  retries: 2,", "  retries: 0,"),
            ("  retries: 2,", "  retries: 2,\n  workers: 4,"),
            ("timeout: 30", "timeout: 60"),
            ("", "retry: 5000"),
        ] {
            assert_eq!(retried(old, new), None, "{old} -> {new}");
        }
    }
}
