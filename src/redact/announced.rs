//! Finds secrets on a line of their own, after one that announces them: `Copy your token, it is shown once:`.

use super::names::telling;
use super::placeholder::is_placeholder;
use super::value::{is_arbitrary, is_name};
use std::ops::Range;

/// The shortest line that counts as a secret, in bytes: the announcement may be about something else.
const SHORTEST: usize = 16;
/// The same below a line that ends in `password:`.
const PASSWORD: usize = 8;
/// What may stand between the name and the colon: "the password is:".
const IS: [&str; 9] = ["is", "now", "below", "lautet", "ist", "est", "es", "är", "er"];
/// How much of an announcement is read, in words from its end.
const WORDS: usize = 16;

/// Adds the lines that an announcement hands over to `found`.
pub fn find(text: &str, found: &mut Vec<Range<usize>>) {
    let (mut announced, mut start) = (None, 0);
    for line in text.split_inclusive('\n') {
        let word = line.trim();
        if announced.is_some_and(|shortest| word.len() >= shortest) && is_secret(word) {
            let at = start + line.find(word).unwrap_or(0);
            found.push(at..at + word.len());
        }
        announced = if word.is_empty() { announced } else { announces(word) };
        start += line.len();
    }
}

/// The shortest secret that a line announces, if it ends in a colon and has a word that tells.
fn announces(line: &str) -> Option<usize> {
    let said = line.strip_suffix([':', '：'])?;
    let mut words = said.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').rev();
    let last = words.find(|word| !word.is_empty() && !IS.contains(&&*word.to_lowercase()))?;
    if matches!(&*last.to_ascii_lowercase(), "password" | "passphrase" | "passcode" | "passwort" | "kennwort") {
        return Some(PASSWORD);
    }
    let mut all = std::iter::once(last).chain(words.filter(|word| !word.is_empty()).take(WORDS));
    all.any(|word| telling(word).is_some()).then_some(SHORTEST)
}

fn is_secret(word: &str) -> bool {
    !word.contains(|c: char| c.is_whitespace() || matches!(c, '(' | '{' | ':' | '<' | '"' | '\\'))
        && !word.starts_with(['/', '.', '-', '*', '#'])
        && !word.contains('/')
        && word.contains(|c: char| c.is_ascii_digit())
        && is_arbitrary(word)
        && !is_name(word)
        && !is_placeholder(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_what_is_handed_over() {
        let masked = |text: &str| {
            let mut found = Vec::new();
            find(text, &mut found);
            found.into_iter().map(|range| text[range].to_owned()).collect::<Vec<_>>().join("|")
        };
        let digits = "0af1".repeat(8);
        assert_eq!(masked(&format!("Copy your access token, it is shown once:\n\n    {digits}\nNow go.")), digits);
        assert_eq!(masked(&format!("Your new key:\r\n{digits}")), digits);
        assert_eq!(masked("Your new password:\n\nx1y2z3w4\n"), "x1y2z3w4");
        assert_eq!(masked("The password of the admin user is now:\n\nx1y2z3w4x1y2z3w4\n"), "x1y2z3w4x1y2z3w4");
        assert_eq!(masked("The new password is:\n\nx1y2z3w4\n"), "x1y2z3w4");
        for text in [
            "Rules of a password:\n\nlowercase2",
            "The keys of the table:\nid\nuser_id_of_someone_2 int",
            "key:\n  src/lib/token_2_store.rs",
            "Files:\n0123456789abcdef0",
        ] {
            assert_eq!(masked(text), "", "{text}");
        }
    }
}
