//! What a record quotes of a text: masked before it is cut, because half a secret no longer looks like one.

use crate::redact::{ARROW, Redactor, call_and_result};
use crate::wire::record::Evidence;
use crate::wire::text::{EXCERPT, excerpt_in_lines};
use std::borrow::Cow;

/// How much of a text behind the cut can tell that what stands before it is a secret, in characters.
const BEHIND: usize = 256;
/// How much of an excerpt the input of a call may take, in characters; the result takes the rest.
const INPUT: usize = 90;

/// At most `limit` characters of a text, with its line breaks. If it has to be cut, its secrets are masked first; those
/// of a whole text are masked when it is written.
pub(crate) fn quoted(text: &str, limit: usize) -> String {
    excerpt_in_lines(&masked_to_cut(text.trim_start(), limit), limit)
}

/// At most `limit` characters of the last line of a text that is not blank, masked with the lines above it: they may tell
/// that it is a secret.
pub(crate) fn last_line(text: &str, limit: usize) -> String {
    /// How much of the text is masked, in bytes: a private key in its usual form is shorter.
    const READ: usize = 4096;
    let text = text.trim_end();
    let text = &text[text.ceil_char_boundary(text.len().saturating_sub(READ))..];
    // What stands alone is masked when it is written.
    if !text.contains('\n') {
        return quoted(text, limit);
    }
    let safe = Redactor::default().redact(text);
    excerpt_in_lines(safe.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default(), limit)
}

/// As much of a text as it takes to quote `limit` characters of it: for one that is kept, and seldom quoted.
pub(crate) fn stretch(text: &str, limit: usize) -> &str {
    // Of white space, no more than one character is quoted.
    let length = text.char_indices().nth(2 * limit + BEHIND).map_or(text.len(), |(at, _)| at);
    &text[..length]
}

/// A call and its result for one line of evidence, to be quoted by [`evidence`]: most are never shown.
pub(crate) fn call(tool: &str, input: &str, result: &str) -> String {
    format!("{tool} {}{ARROW}{}", stretch(input.trim(), INPUT), stretch(result, EXCERPT))
}

/// Evidence as a record has it.
pub(crate) fn evidence(raw: &[Evidence]) -> Vec<Evidence> {
    let quote = |one: &Evidence| Evidence { id: one.id.clone(), excerpt: quoted_call(&one.excerpt) };
    raw.iter().map(quote).collect()
}

/// A call and its result, each masked as it was written, and cut.
fn quoted_call(text: &str) -> String {
    if !text.contains(ARROW) {
        return quoted(text, EXCERPT);
    }
    let safe = call_and_result(&Redactor::default(), text);
    let (call, result) = safe.split_once(ARROW).unwrap_or((&safe, ""));
    let tool = call.find(' ').map_or(0, |at| call[..at].chars().count() + 1);
    excerpt_in_lines(&format!("{}{ARROW}{result}", excerpt_in_lines(call, tool + INPUT)), EXCERPT)
}

/// A text, without its secrets if it is longer than `limit` characters.
fn masked_to_cut(text: &str, limit: usize) -> Cow<'_, str> {
    if is_longer(text, limit) { Redactor::default().redact(stretch(text, limit)) } else { Cow::Borrowed(text) }
}

fn is_longer(text: &str, limit: usize) -> bool {
    text.char_indices().nth(limit).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Secrets that only their end tells.
    const SECRETS: [(&str, &str); 5] = [
        ("{\"user\": \"bob\", \"password\": \"Cinder9814thistleQ\"}", "Cinder9814"),
        ("postgres://app:Cinder9814thistleQ@db.example.org/y", "Cinder9814"),
        ("<password>Cinder9814thistleQ</password>", "Cinder9814"),
        ("1234567890:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1 x", "AAHdqTcvCH"),
        ("0123456789abcdef0123456789abcdef-us21 z", "0123456789abc"),
    ];

    #[test]
    fn masks_before_it_cuts() {
        for (text, secret) in SECRETS {
            for before in 0..100 {
                let whole = format!("{} {text} and more words to make it long enough to be cut", "w".repeat(before));
                let short = quoted(&whole, 80);
                assert!(!short.contains(secret) && short.chars().count() <= 80, "{short}");
                let raw = [Evidence { id: String::new(), excerpt: call("bash", &whole, &whole) }];
                let shown = &evidence(&raw)[0].excerpt;
                assert!(!shown.contains(secret) && shown.chars().count() <= EXCERPT, "{shown}");
            }
        }
    }

    #[test]
    fn the_last_line_is_masked_with_those_above() {
        for text in [
            "It is set:\n\npassword: |\n  Cinder9814thistleQ\n",
            "env:\n- name: DB_PASSWORD\n  value: \"Cinder9814thistleQ\"",
            "The password is now:\n\nCinder9814thistleQ",
        ] {
            assert!(!last_line(text, 80).contains("Cinder9814"), "{text}");
        }
        assert_eq!(last_line("One.\nTwo words.\n\n", 80), "Two words.");
    }

    #[test]
    fn a_text_that_is_short_stays() {
        assert_eq!(quoted("a\n b", 80), "a\n b");
        let raw = [Evidence { id: "e".to_owned(), excerpt: call("bash", "make", "ok") }];
        assert_eq!(evidence(&raw)[0].excerpt, "bash make → ok");
        let raw = [Evidence { id: "e".to_owned(), excerpt: call("bash", &"m ".repeat(200), &"ok ".repeat(200)) }];
        let shown = &evidence(&raw)[0].excerpt;
        assert!(shown.contains("… → ok ok") && shown.ends_with('…'), "{shown}");
    }
}
