//! Finds values in an input that only make it look new: cache busters in the query of an address, ids of a request in a
//! header or in an argument of their own.

use super::normalize::names_pod;
use std::borrow::Cow;

/// Parameters that exist to be different each time, in small letters and without marks between the words; and that of
/// jQuery.
const BUSTERS: [&str; 14] = [
    "_",
    "cb",
    "bust",
    "buster",
    "cachebust",
    "cachebuster",
    "nocache",
    "cache",
    "rand",
    "random",
    "rnd",
    "nonce",
    "requestid",
    "reqid",
];
const JQUERY: &str = "_";
/// Parameters that often are such if their value is a large number.
const TIMES: [&str; 8] = ["t", "ts", "time", "timestamp", "now", "v", "r", "x"];
/// The shortest number that no one counts to.
const LARGE: usize = 6;
/// Headers that number requests, without marks between the words.
const HEADERS: [&str; 9] = [
    "xrequestid",
    "requestid",
    "xcorrelationid",
    "correlationid",
    "xtraceid",
    "traceparent",
    "idempotencykey",
    "xidempotencykey",
    "xnonce",
];
/// Arguments of tools that number requests, without marks between the words; and those that may choose what is answered.
const REQUESTS: [&str; 5] = ["reqid", "clientrequestid", "clienttoken", "traceid", "nonce"];
#[rustfmt::skip]
const COUNTERS: [&str; 33] = [
    "seq", "seqno", "sequence", "sequenceno", "sequencenumber", "counter", "attempt", "attempts", "attemptno", "attemptnumber", "tryno", "trycount",
    "retry", "retries", "retryno", "retrycount", "ts", "tsms", "timestamp", "timestampms", "now", "currenttime", "localtime", "requesttime",
    "requesttimestamp", "requestedat", "clienttime", "clienttimestamp", "clientts", "sendtime", "senttime", "sentat", "issuedat",
];
/// Members of an answer that hold a code and no content.
const CODES: [&str; 8] = ["code", "error", "err", "errorcode", "reason", "fault", "message", "payload"];
/// Arguments that hold headers.
const HEADS: [&str; 3] = ["headers", "header", "metadata"];
/// The longest name of a header, in bytes.
const LONGEST_NAME: usize = 24;

/// The longest text that is a command or an address and not a file, in bytes.
const INPUT: usize = 2048;

/// An input's text without such values.
pub(super) fn without_nonces(text: &str) -> Cow<'_, str> {
    if text.len() > INPUT {
        return Cow::Borrowed(text);
    }
    let mut found: Vec<(usize, usize)> = Vec::new();
    if text.contains("://") || text.contains("localhost") {
        found.extend(text.match_indices(['?', '&']).filter_map(|(at, _)| parameter(text, at + 1)));
    }
    if text.contains(": ") {
        found.extend(text.match_indices(": ").filter_map(|(at, _)| header(text, at)));
    }
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    found.sort_unstable();
    let (mut rest, mut from) = (String::with_capacity(text.len()), 0);
    for (start, end) in found {
        rest.push_str(text.get(from..start).unwrap_or_default());
        from = from.max(end);
    }
    rest.push_str(&text[from..]);
    Cow::Owned(rest)
}

/// Whether an argument or a header numbers requests, and says nothing of what is asked.
pub(super) fn numbers_requests(name: &str) -> bool {
    name.len() <= LONGEST_NAME && {
        let name = plain(name);
        HEADERS.contains(&&*name) || REQUESTS.contains(&&*name)
    }
}

/// Whether an argument may number requests, or choose one of many answers.
pub(super) fn may_number_requests(name: &str) -> bool {
    name.len() <= LONGEST_NAME && COUNTERS.contains(&&*plain(name))
}

/// Whether an argument holds headers.
pub(super) fn holds_headers(name: &str) -> bool {
    HEADS.contains(&name)
}

/// Whether an answer in JSON holds a code and nothing else, and that is no success.
pub(super) fn is_code(answer: &str) -> bool {
    let answer: String = answer.chars().filter(|c| !c.is_whitespace() && *c != '\\').collect();
    let member = answer.strip_prefix("{\"").and_then(|rest| rest.strip_suffix("\"}"));
    let parts = member.and_then(|member| member.split_once("\":\""));
    parts.is_some_and(|(name, value)| {
        let value = value.to_ascii_lowercase();
        CODES.contains(&&*plain(name)) && !value.contains('"') && !SUCCESSES.iter().any(|word| value.contains(word))
    })
}

/// Words of codes that say that all is well.
const SUCCESSES: [&str; 8] = ["ok", "success", "done", "accepted", "created", "saved", "complete", "ack"];

/// The shortest id that no one chose.
pub(super) const ID: usize = 8;

/// An input with a placeholder for each id in it: of a run, a pod, a task. `None` if there is none.
pub(super) fn without_ids(text: &str) -> Option<String> {
    let text = &text[..text.floor_char_boundary(INPUT)];
    let mut found = false;
    let mut rest = String::with_capacity(text.len());
    for word in text.split_inclusive(|c: char| !c.is_alphanumeric() && c != '-') {
        let name = word.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '-');
        let is_id = name.len() >= ID && has_digit(name) && !name.starts_with('-') || names_pod(name);
        found |= is_id;
        rest.push_str(if is_id { "#" } else { name });
        rest.push_str(&word[name.len()..]);
    }
    found.then_some(rest)
}

/// Where the value of a parameter stands that begins at `start`, if it is such a one.
fn parameter(text: &str, start: usize) -> Option<(usize, usize)> {
    let rest = &text[start..];
    let end = rest.find(|c: char| !c.is_alphanumeric() && !"=_-.$%".contains(c)).unwrap_or(rest.len());
    let (name, value) = rest[..end].split_once('=')?;
    let plain = plain(name);
    let is_large = value.len() >= LARGE && value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let is_buster = name == JQUERY || BUSTERS.contains(&&*plain);
    (is_buster && has_digit(value) || is_large && TIMES.contains(&&*plain))
        .then_some((start + name.len() + 1, start + end))
}

/// Where the value of a header stands whose colon is at `colon`, if it is such a one.
fn header(text: &str, colon: usize) -> Option<(usize, usize)> {
    let name = text[..colon].rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '-').next()?;
    if name.len() > LONGEST_NAME || !HEADERS.contains(&&*plain(name)) {
        return None;
    }
    let start = colon + ": ".len();
    let length = text[start..].find(|c: char| c.is_whitespace() || c == '"' || c == '\'').unwrap_or(text.len() - start);
    Some((start, start + length))
}

/// A name in small letters, without marks.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

fn has_digit(value: &str) -> bool {
    value.bytes().any(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_request_with_another_nonce() {
        for (one, other) in [
            ("curl -s 'https://a.example/up?t=1795607185'", "curl -s 'https://a.example/up?t=1795607903'"),
            ("curl localhost:80/x?id=7&_=17", "curl localhost:80/x?id=7&_=18"),
            ("https://a.example/?cache-bust=ab12", "https://a.example/?cache-bust=cd34"),
            (
                "curl -H 'X-Request-Id: 0021-f8' https://a.example/?ts=1795500000",
                "curl -H 'X-Request-Id: 09be-8b' https://a.example/?ts=1795500007",
            ),
        ] {
            assert_eq!(without_nonces(one), without_nonces(other));
        }
    }

    #[test]
    fn arguments_that_number_requests() {
        assert!(["request_id", "requestId", "Idempotency-Key", "nonce"].iter().all(|name| numbers_requests(name)));
        assert!(!["id", "requester", "order_id", "seq"].iter().any(|name| numbers_requests(name)));
        assert!(is_code(r#"{\"code\":\"E-NOROW\"}"#) && is_code(r#"{"error": "no such part"}"#));
        for answer in [r#"{"code":"OK"}"#, r#"{"pos":1}"#, r#"{"code":"E1","row":4}"#, "E1", "[]"] {
            assert!(!is_code(answer), "{answer}");
        }
    }

    #[test]
    fn other_requests() {
        for (one, other) in [
            ("curl 'https://a.example/list?page=1795607185'", "curl 'https://a.example/list?page=1795607186'"),
            ("https://a.example/watch?t=90", "https://a.example/watch?t=180"),
            ("https://a.example/?v=2", "https://a.example/?v=3"),
            ("curl -H 'X-Tenant: a1' https://a.example/", "curl -H 'X-Tenant: b2' https://a.example/"),
            ("grep -n 'a?t=1795607185' x", "grep -n 'a?t=1795607186' x"),
        ] {
            assert_ne!(without_nonces(one), without_nonces(other));
        }
    }
}
