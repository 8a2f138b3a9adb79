//! Finds secrets in URLs: the password or token before the host, and secret or random parameters.

use super::around::text_from;
use super::names::telling;
use super::placeholder::is_placeholder;
use super::random::is_random;
use super::value::is_arbitrary;
use std::borrow::Cow;
use std::ops::Range;

/// The longest URL that is looked at, in bytes.
const LONGEST: usize = 4096;

/// Parameters that hold a secret, besides those whose names tell.
const PARAMETERS: &[&str] = &[
    "sig",
    "signature",
    "code",
    "state",
    "key",
    "auth",
    "pw",
    "pass",
    "hash",
    "ticket",
    "session",
    "sid",
    "x-amz-signature",
    "x-amz-credential",
    "x-amz-security-token",
    "x-goog-signature",
    "x-goog-credential",
    "awsaccesskeyid",
    "googleaccessid",
    "policy",
    "hmac",
    "access",
    "assertion",
    "magic",
    "otp",
    "invite",
];

/// The shortest value of a parameter with any name that is a secret if it looks random, in bytes.
const RANDOM: usize = 16;

/// Adds the secrets of URLs to `found`.
pub fn find(text: &str, found: &mut Vec<Range<usize>>) {
    let mut end = 0;
    for slashes in ["://", "%3A%2F%2F", ":\\/\\/"] {
        for (at, _) in text.match_indices(slashes) {
            let start = at + slashes.len();
            if start < end {
                continue;
            }
            let rest = text_from(text, start, LONGEST);
            let length = rest
                .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`' | '|'))
                .unwrap_or(rest.len());
            let rest = &rest[..length];
            user_info(rest, start, found);
            if start + length == text.len() {
                found.extend(cut_password(rest).map(|password| start + password..text.len()));
            }
            end = start + length;
        }
        end = 0;
    }
    parameters(text, found);
}

/// The password before the host; it may have slashes in it.
fn user_info(rest: &str, start: usize, found: &mut Vec<Range<usize>>) {
    let host = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (at, colon) = (rest[..host].rfind('@'), rest[..host].find(':'));
    let encoded = rest[..host].rfind("%40");
    match (at, colon, encoded) {
        (Some(at), Some(colon), _) if colon < at => {
            let (user, password) = (&rest[..colon], &rest[colon + 1..at]);
            if is_arbitrary(user) && user.len() >= RANDOM {
                found.push(start..start + at);
            } else if !password.is_empty() && !is_placeholder(password) {
                found.push(start + colon + 1..start + at);
            }
        }
        (Some(at), _, _) if is_token(&rest[..at]) => found.push(start..start + at),
        (None, Some(colon), _) if !rest[colon + 1..host].bytes().all(|b| b.is_ascii_digit()) => {
            if let Some(at) = rest[host..].find('@') {
                found.push(start + colon + 1..start + host + at);
            }
        }
        // A password may have this sign in it, too.
        (None, None, None) if rest[host..].starts_with('#') => {
            let at = rest[host..].find('@').map(|at| host + at).filter(|at| is_token(&rest[..*at]));
            found.extend(at.map(|at| start..start + at));
        }
        (None, None, Some(at)) => {
            if let Some(colon) = rest[..at].find("%3A") {
                found.push(start + colon + 3..start + at);
            }
        }
        _ => {}
    }
}

/// Where the password begins in a URL that is cut before its host.
fn cut_password(rest: &str) -> Option<usize> {
    let colon = rest.find(':').filter(|_| !rest.contains(['@', '/', '?', '[', '{', '<']))?;
    let word = rest[colon + 1..].trim_end_matches(['.', ',', ')', '…', ';', ':', '*', '\\']);
    let is_port =
        word.bytes().all(|b| b.is_ascii_digit()) || word.eq_ignore_ascii_case("port") || word.starts_with('$');
    (!is_port && !is_placeholder(word)).then_some(colon + 1)
}

/// A value without its escaped signs, whose digits make a path look random.
fn without_escapes(value: &str) -> Cow<'_, str> {
    if !value.contains('%') {
        return Cow::Borrowed(value);
    }
    let mut pieces = value.split('%');
    let first = pieces.next().unwrap_or_default().to_owned();
    Cow::Owned(pieces.fold(first, |text, piece| text + piece.get(2..).unwrap_or_default()))
}

fn is_token(user: &str) -> bool {
    user.len() >= 8 && is_arbitrary(user) && !is_placeholder(user)
}

/// The parameters of queries and fragments, also escaped ones.
fn parameters(text: &str, found: &mut Vec<Range<usize>>) {
    for (at, mark) in text.match_indices(['?', '&', '#']) {
        let start = at + mark.len();
        let rest = text_from(text, start, LONGEST);
        let rest = rest.strip_prefix("amp;").unwrap_or(rest);
        let start = at + mark.len() + text_from(text, start, LONGEST).len() - rest.len();
        let name_length = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-' | '.' | '[' | ']'))
            .unwrap_or(rest.len());
        if name_length == 0 || name_length > 64 || !rest[name_length..].starts_with('=') {
            continue;
        }
        let (name, value) = (&rest[..name_length], &rest[name_length + 1..]);
        let length = value
            .find(|c: char| {
                c.is_whitespace()
                    || matches!(c, '&' | '?' | '"' | '\'' | '<' | '>' | '#' | '`' | ')' | '\\' | '|' | ',' | ';')
            })
            .unwrap_or(value.len());
        let value = &value[..length];
        // The number of a page, and the name of a commit.
        let is_number = value.len() < 4 && value.bytes().all(|b| b.is_ascii_digit());
        if is_number || matches!(name, "sha" | "commit" | "rev" | "etag" | "checksum" | "digest") {
            continue;
        }
        let known = telling(name).is_some() || PARAMETERS.contains(&name.to_ascii_lowercase().as_str());
        if !value.is_empty()
            && !is_placeholder(value)
            && (known || value.len() >= RANDOM && is_random(&without_escapes(value)))
        {
            let from = start + name_length + 1;
            found.push(from..from + length);
        }
    }
}
