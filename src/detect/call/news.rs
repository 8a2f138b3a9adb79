//! Finds the ids of documents, rows and files by which the result of a successful call differs from others that read the
//! same. An agent that pages, or takes one item after another from a queue, makes the same call each time and is told of
//! another item.
//!
//! An id that only numbers a request, a run or a process says nothing new.

use super::tokens::uuid_length;
use crate::bounded::push_bounded;
use crate::detect::hash;
use crate::detect::text::head_and_tail::both;
use crate::wire::{Raw, text};
use std::collections::VecDeque;

/// The most letters beside each id in a result that is about ids. An id in an answer that says much else, always the same,
/// may number anything.
const LETTERS: usize = 48;
/// How much of each end of a result is read, in bytes.
const END: usize = 2048;
/// The most ids of a result, and of those that are remembered of one call.
const MOST: usize = 32;
const KNOWN: usize = 128;
/// The shortest hash, as Git abbreviates it, the shortest word of letters and digits, and the shortest number that is a
/// code and no amount, such as that of a parcel.
const HASH: usize = 7;
const RANDOM: usize = 8;
const CODE: usize = 12;
/// The fewest digits of a number that tells one thing from the other: `part-00007`, `INV-2031`.
const DIGITS: usize = 3;
/// How many digits a time has since the Unix epoch, from seconds to nanoseconds.
const EPOCH: [usize; 4] = [10, 13, 16, 19];
/// How many digits a date has, and one with the time of day.
const DATE: [usize; 3] = [8, 12, 14];
/// What is numbered anew each time, whatever it is about.
#[rustfmt::skip]
const NOISE: [&str; 62] = [
    "request", "requests", "req", "trace", "span", "correlation", "corr", "run", "session", "sess", "sid", "seed", "nonce", "token", "etag", "pid", "process", "port",
    "thread", "worker", "conn", "connection", "container", "instance", "boot", "build", "csrf", "cookie", "digest", "checksum", "sha", "md5", "hash", "time", "timestamp",
    "ts", "date", "took", "duration", "elapsed", "tmp", "temp", "operation", "execution", "invocation", "attempt", "try", "retry", "ray", "host", "node", "uptime",
    "heartbeat", "signature", "kernel", "lock", "query", "screenshot", "screen", "shot", "capture", "snapshot",
];
/// What stands between such a name and the id.
const ID: [&str; 7] = ["id", "ids", "no", "nr", "number", "uuid", "key"];

/// The ids in a result.
pub(super) fn of_result(raw: Raw<'_>) -> Vec<u64> {
    let body = text::body(raw);
    let [head, tail] = both(&body, END).map(text::unescaped);
    let mut found = of_text(&head);
    found.extend(of_text(&tail));
    found.truncate(MOST);
    let letters = [head, tail].iter().flat_map(|end| end.bytes()).filter(u8::is_ascii_alphabetic).count();
    if letters > LETTERS.saturating_mul(found.len()) { Vec::new() } else { found }
}

fn of_text(text: &str) -> Vec<u64> {
    let mut found = Vec::new();
    let mut at = 0;
    for word in text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_') {
        if word.len() >= DIGITS && found.len() < MOST && is_id(word) && !is_noise(&text[..at], word) {
            found.push(hash::of(word));
        }
        at += word.len();
        at += text[at..].chars().next().map_or(0, char::len_utf8);
    }
    found
}

/// Whether a word is the id of something.
fn is_id(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
    if letters == 0 {
        return digits >= CODE && digits == word.len() && !(EPOCH.contains(&digits) && word.starts_with('1'));
    }
    if digits == 0 || word.starts_with("0x") {
        return false;
    }
    let is_hex = word.len() >= HASH && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_random = word.len() >= RANDOM && digits > 1 && letters > 1 && digits + letters == word.len();
    uuid_length(word) == Some(word.len()) || is_hex || is_random || is_numbered(word)
}

/// Whether a word is a name with a number behind it: `part-00007`, `ORD10023`.
fn is_numbered(word: &str) -> bool {
    let name = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = word.len() - name.len();
    number >= DIGITS
        && !EPOCH.contains(&number)
        && !is_dated(word)
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// Whether a number in a word is a date, as in `backup-20261128110044`.
fn is_dated(word: &str) -> bool {
    let mut numbers = word.split(|c: char| !c.is_ascii_digit());
    numbers.any(|number| DATE.contains(&number.len()) && number.starts_with("20"))
}

/// Whether a word names something that is numbered anew each time, by its own first part or by what stands before it.
fn is_noise(before: &str, word: &str) -> bool {
    let is_temporary = ["/tmp/", "/T/"].iter().any(|folder| before.ends_with(folder));
    let first = word.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    is_temporary || before.ends_with('@') || NOISE.iter().any(|noise| noise.eq_ignore_ascii_case(first)) || {
        let line = before.rsplit('\n').next().unwrap_or_default();
        let mut names = line.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
        let mut words = names.by_ref().filter(|name| !name.is_empty());
        words.next().is_some_and(|name| {
            is_named_noise(name)
                || ID.iter().any(|id| id.eq_ignore_ascii_case(name)) && words.next().is_some_and(is_named_noise)
        })
    }
}

/// Whether one of the words in a name, as of `requestId` or `trace_id`, is such noise.
fn is_named_noise(name: &str) -> bool {
    let mut start = 0;
    let bytes = name.as_bytes();
    let ends = (1..=bytes.len()).filter(|at| {
        let next = bytes.get(*at);
        next.is_none_or(|next| !next.is_ascii_lowercase() || !bytes[at - 1].is_ascii_alphabetic())
    });
    ends.into_iter().any(|end| {
        let piece = &name[std::mem::replace(&mut start, end)..end];
        let piece = piece.trim_matches(|c: char| !c.is_ascii_alphabetic());
        NOISE.iter().any(|noise| noise.eq_ignore_ascii_case(piece))
    })
}

/// The ids that the results of one call told of.
#[derive(Debug, Default)]
pub(crate) struct KnownIds(VecDeque<u64>);

impl KnownIds {
    /// Takes those of another result, and says whether it tells of something that none before it did.
    pub(crate) fn take(&mut self, ids: &[u64]) -> bool {
        let is_first = self.0.is_empty();
        let mut is_new = false;
        for id in ids {
            if !self.0.contains(id) {
                is_new = true;
                push_bounded(&mut self.0, KNOWN, *id);
            }
        }
        is_new && !is_first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> usize {
        of_text(text).len()
    }

    #[test]
    fn ids_of_things() {
        for text in [
            r#"{"file": "/scans/9b2f6a30-7c1d-4e55-a1b2-3c4d5e6f7a8b.tiff"}"#,
            "wrote out/part-00007.parquet",
            "next: ORD10023 (paid)",
            "[1000,\"4f3a9c0d12e8b7a6\"]",
            "01JQ8ZK3M5T7W9Y1A3C5E7G9J1",
            "doc_id: 65f1c0ffee12",
            "3q2dF9xkQ1v7TzP0aB4c",
            r#"{"ok":true,"sscc":"003401234567890123"}"#,
            "serial SN4F7K22Q9 taken",
        ] {
            assert_eq!(count(text), 1, "{text}");
        }
    }

    #[test]
    fn noise_is_no_id() {
        for text in [
            r#"{"status":"ok","request_id":"9b2f6a30-7c1d-4e55-a1b2-3c4d5e6f7a8b"}"#,
            r#"{"requestId":"4f3a9c0d12e8b7a6"}"#,
            "Trace ID: 4f3a9c0d12e8b7a6",
            "x-amzn-trace-id=4f3a9c0d12e8b7a6",
            "Thread-123 and worker_4711 are idle",
            "java.lang.Object@1b6d3586",
            "wrote backup-20261128110044 and page_20261128_110044",
            "saved /tmp/tmp83ac21f, shot_1795607185.png",
            "run 4f3a9c0d12e8b7a6 is done, seed 48213",
            "listening at 0x7f3a1c2d3e50, took 1234ms",
            "4711 rows, 12 of 40, v2.1.204",
            "sha256:4f3a9c0d12e8b7a6",
            "kernel_id=9b2f6a30-7c1d-4e55-a1b2-3c4d5e6f7a8b",
            "at 1795607185123, 17179869184 bytes are free",
        ] {
            assert_eq!(count(text), 0, "{text}");
        }
    }

    #[test]
    fn an_id_beside_much_else_is_no_news() {
        let of = |text: &str| of_result(Raw::new(&serde_json::to_string(text).unwrap())).len();
        assert_eq!(
            of("The page is empty. Sign in first (ref 4f3a9c0d12e8b7a6), and then choose a folder from the list."),
            0
        );
        assert_eq!(of("a1b2c3d4 e5f60718 9a8b7c6d: three parcels are to be brought to the gate by the evening"), 3);
    }

    #[test]
    fn what_comes_again_is_not_new() {
        let mut known = KnownIds::default();
        assert!(!known.take(&[1]) && known.take(&[1, 2]) && !known.take(&[2, 1]) && known.take(&[3]));
    }
}
