//! Finds private keys, whole and in pieces.

use super::public;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// How a private key's block begins, in PEM, OpenSSH, PGP and `PuTTY` files.
static BEGIN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"-{4,5} ?BEGIN (?:[A-Z0-9 ]{0,30}PRIVATE KEY( BLOCK)?|OpenVPN (?:Static|tls-crypt-v2 (?:client|server)) key(?: V1)?) ?-{4,5}|PuTTY-User-Key-File-[0-9]: |Private-Lines: [0-9]+",
    )
    .ok()
});
/// How it ends.
static END: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"-{4,5} ?END (?:[A-Z0-9 ]{0,30}PRIVATE KEY( BLOCK)?|OpenVPN (?:Static|tls-crypt-v2 (?:client|server)) key(?: V1)?) ?-{4,5}|Private-MAC: [0-9a-f]+").ok()
});

/// How the base64 of a key begins: PKCS#1, PKCS#8, SEC1 and OpenSSH.
const BODIES: &[&str] =
    &["MIIE", "MIIJ", "MIIC", "MIIB", "MIGH", "MHcC", "MHQC", "MC4C", "MIIEv", "b3BlbnNzaC1rZXktdjE"];

/// The shortest line of a key's body that is recognized alone, in characters: PEM breaks lines at 64, OpenSSH at 70.
const LINE: usize = 60;

/// Adds private keys to `found`.
pub fn find(text: &str, found: &mut Vec<Range<usize>>) {
    let (Some(begin), Some(end)) = (&*BEGIN, &*END) else {
        return;
    };
    let mut covered = 0;
    if text.contains("BEGIN ") || text.contains("rivate-") || text.contains("PuTTY") {
        for start in begin.find_iter(text) {
            if start.start() >= covered {
                covered = end.find_at(text, start.end()).map_or(text.len(), |end| end.end());
                found.push(start.start()..covered);
            }
        }
    }
    if text.contains("END ") {
        let ends = end.find_iter(text).filter(|end| end.start() >= covered || found.is_empty());
        let before: Vec<_> = ends.map(|end| body_before(text, end.start())..end.end()).collect();
        found.extend(before);
    }
    lines(text, found);
}

/// Where the base64 before the end of a key begins.
fn body_before(text: &str, at: usize) -> usize {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '\n' | '\r' | '\\');
    let body = text[..at].trim_end_matches(part).len();
    // Not the last word of the line before.
    match text[body..at].find('\n') {
        Some(line) if text[..body].ends_with([' ', '\t']) => body + line + 1,
        _ => body,
    }
}

/// Lines that are nothing but base64 of a key's width, and what begins like a key.
fn lines(text: &str, found: &mut Vec<Range<usize>>) {
    let part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    let bytes = text.as_bytes();
    let (mut at, mut in_key) = (0, None);
    let public = public::blocks(text);
    while at < bytes.len() {
        let mut start = at;
        while at < bytes.len() && part(bytes[at]) {
            at += 1;
        }
        // The letter of a written line break.
        if start > 0 && bytes[start - 1] == b'\\' && matches!(bytes.get(start), Some(b'n' | b'r')) {
            start += 1;
        }
        let Some(token) = text.get(start..at).filter(|token| !token.is_empty()) else {
            at += 1;
            continue;
        };
        let begins = BODIES.iter().any(|body| token.starts_with(body)) && token.len() >= 24 && is_key_material(token);
        let wide = (LINE..=76).contains(&token.len()) && is_key_material(token) || token.len() > 600 && begins;
        let goes_on = in_key.is_some_and(|end: usize| {
            let breaks = bytes[end..start].contains(&b'\n') || text[end..start].contains("\\n");
            breaks && bytes[end..start].iter().all(|b| b.is_ascii_whitespace() || br#"\nr"+',>|-"#.contains(b))
        });
        let is_public = || public::holds(&public, start) || public::is_digest(text, start) || public::is_data(token);
        if (begins || wide || goes_on && (token.len() >= 16 || token.ends_with('='))) && !is_public() {
            found.push(start..at);
            in_key = Some(at);
        } else {
            in_key = None;
        }
        at += 1;
    }
}

/// Whether a token has both cases and digits, and is not a path of words.
fn is_key_material(token: &str) -> bool {
    let count = |class: fn(&u8) -> bool| token.bytes().filter(class).count();
    let (upper, lower) = (count(u8::is_ascii_uppercase), count(u8::is_ascii_lowercase));
    let digits = count(u8::is_ascii_digit);
    upper * 6 >= token.len()
        && lower * 6 >= token.len()
        && digits * 20 >= token.len()
        && token.matches('/').count() * 8 <= token.len()
}
