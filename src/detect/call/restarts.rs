//! Leaves out of an answer what rises by itself while a service crashes and is started again: how often that was, and
//! how long ago. Neither is news.

use super::prefilter::Prefilter;
use super::tokens::PLACEHOLDER;
use std::borrow::Cow;

/// A longer answer tells of more than of such a service, in bytes.
const LONGEST: usize = 4096;
/// How far before a count the word stands that says of what it is, in words: `restart counter is at 3`.
const NEAR: usize = 4;
/// How words begin that count restarts, or say so of a service.
const RESTART: &str = "restart";
/// How the units of an age begin.
const UNITS: [&str; 5] = ["second", "minute", "hour", "day", "week"];

/// What Kubernetes, Docker, systemd, Supervisor and PM2 say of a service that crashes again and again, or that cannot
/// start.
static CRASHES: Prefilter = Prefilter::new(&[
    "crashloopbackoff",
    "imagepullbackoff",
    "errimagepull",
    "errimageneverpul",
    "invalidimagename",
    "createcontainerc",
    "createcontainere",
    "runcontainererro",
    "oomkilled",
    "restarting (",
    "auto-restart",
    "waiting restart",
    "backoff ",
]);

/// A normalized answer without these counts and ages, if it tells of such a service.
pub(super) fn without_counts(normalized: &str) -> Cow<'_, str> {
    if normalized.len() > LONGEST || CRASHES.find(normalized.as_bytes()).is_none() {
        return Cow::Borrowed(normalized);
    }
    let words: Vec<&str> = normalized.split(' ').collect();
    let mut since = NEAR + 1;
    let mut kept = String::with_capacity(normalized.len());
    for (at, word) in words.iter().enumerate() {
        since = if counts_restarts(word) { 0 } else { since.saturating_add(1) };
        let is_age = words.get(at + 1).is_some_and(|next| UNITS.iter().any(|unit| next.starts_with(unit)));
        let follows_state = at > 0 && is_state(words[at - 1]);
        if at > 0 {
            kept.push(' ');
        }
        if is_number(word) && (is_age || follows_state || since <= NEAR) {
            kept.push(PLACEHOLDER);
        } else if since == 0 {
            push_without_count(word, &mut kept);
        } else {
            kept.push_str(word);
        }
    }
    Cow::Owned(kept)
}

/// Whether a word is a state of such a service, behind which its restarts stand: `CrashLoopBackOff 3`, `Restarting (1)`.
fn is_state(word: &str) -> bool {
    CRASHES.find(word.as_bytes()).is_some() || word == "Restarting"
}

/// Whether a word says that what follows counts restarts, or holds such a count itself: `NRestarts=3`.
fn counts_restarts(word: &str) -> bool {
    word.as_bytes().windows(RESTART.len()).any(|part| part.eq_ignore_ascii_case(RESTART.as_bytes()))
}

/// Whether a word is a whole number, or one that was replaced, with marks around it. A share is none.
fn is_number(word: &str) -> bool {
    let bare = word.trim_matches(['(', ')', '.', ',', ':', ';', '|']);
    !bare.is_empty() && bare.chars().all(|c| c.is_ascii_digit() || c == PLACEHOLDER)
}

/// Appends a word that counts restarts without the number behind that: `"restartCount":3`.
fn push_without_count(word: &str, kept: &mut String) {
    let mut rest = word;
    while let Some(at) = rest.bytes().position(|byte| byte.is_ascii_digit()) {
        let (before, behind) = rest.split_at(at);
        let end = behind.find(|c: char| !c.is_ascii_digit()).unwrap_or(behind.len());
        let label = before.split([',', '{']).next_back().unwrap_or_default();
        kept.push_str(before);
        kept.push_str(if counts_restarts(label) { "#" } else { &behind[..end] });
        rest = &behind[end..];
    }
    kept.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::without_counts;
    use crate::detect::call::normalize::normalize_output;

    fn is_same(one: &str, other: &str) -> bool {
        let [one, other] = [one, other].map(|answer| normalize_output(answer, &[]));
        without_counts(&one) == without_counts(&other)
    }

    #[test]
    fn restarts_and_ages_are_no_news() {
        for (one, other) in [
            ("web-1 0/1 CrashLoopBackOff 3 1m", "web-1 0/1 CrashLoopBackOff 41 59m"),
            ("web-1 0/1 CrashLoopBackOff 9 (12s ago) 9m", "web-1 0/1 CrashLoopBackOff 10 (4m2s ago) 14m"),
            (
                "web Restarting (1) 9 seconds ago\ndb Up 4 minutes",
                "web Restarting (1) 51 seconds ago\ndb Up 44 minutes",
            ),
            (
                "Active: activating (auto-restart)\nrestart counter is at 7.",
                "Active: activating (auto-restart)\nrestart counter is at 101.",
            ),
            (
                "State: Waiting\nReason: CrashLoopBackOff\nRestart Count: 5",
                "State: Waiting\nReason: CrashLoopBackOff\nRestart Count: 6",
            ),
            (
                "{\"reason\":\"CrashLoopBackOff\",\"restartCount\":5}",
                "{\"reason\":\"CrashLoopBackOff\",\"restartCount\":16}",
            ),
        ] {
            assert!(is_same(one, other), "{one}");
        }
    }

    #[test]
    fn other_numbers_are_news() {
        for (one, other) in [
            ("web 3/40 CrashLoopBackOff 3 1m", "web 4/40 CrashLoopBackOff 3 1m"),
            ("web-1 0/1 CrashLoopBackOff 3 1m", "web-1 0/1 Running 4 1m"),
            ("web-1 1/1 Running 3 1m", "web-1 1/1 Running 4 1m"),
            ("12 left, web-1 CrashLoopBackOff", "11 left, web-1 CrashLoopBackOff"),
            ("restart counter is at 3", "restart counter is at 4"),
            (
                "{\"restartCount\":5,\"why\":\"OOMKilled\",\"ready\":3}",
                "{\"restartCount\":5,\"why\":\"OOMKilled\",\"ready\":4}",
            ),
        ] {
            assert!(!is_same(one, other), "{one}");
        }
    }
}
