//! The reason why a reviewer gave no answer, and whether asking again may help.

use crate::printable::without_escapes;
use crate::redact::Redactor;
use crate::review::opinion::{ReviewFailure, Scope};
use crate::wire::text;
use std::time::Duration;

/// How much of a reviewer's own message is quoted, in characters.
const QUOTE: usize = 240;

/// A failed attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewError {
    /// What happened and what to do about it, in one printable line.
    pub what: String,
    pub recovery: Recovery,
}

/// What may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// Ask again, but not before the given time has passed.
    Retry(Option<Duration>),
    /// Ask for a simpler response format: the endpoint does not know this one.
    SimplerFormat,
    /// A simpler response format may help: the endpoint does not say what it rejects.
    MaybeSimplerFormat,
    /// Ask in one message: the endpoint does not take a system message.
    OneMessage,
    /// Ask something else: the endpoint will not or cannot answer this question.
    OtherQuestion,
    /// Ask later: nothing answers at its address.
    Later,
    /// Only a person can help.
    None,
}

impl ReviewError {
    /// An error line of limited length.
    pub fn new(what: impl AsRef<str>, recovery: Recovery) -> Self {
        let what = text::printable(&text::excerpt(what.as_ref(), 2 * QUOTE));
        Self { what, recovery }
    }

    /// An error that may pass by itself.
    pub fn transient(what: impl AsRef<str>) -> Self {
        Self::new(what, Recovery::Retry(None))
    }

    /// Nothing answers at the reviewer's address. Asking again at once would only cost time.
    pub fn unreachable(what: impl AsRef<str>) -> Self {
        Self::new(what, Recovery::Later)
    }

    /// An error that stays until a person fixes its cause.
    pub fn permanent(what: impl AsRef<str>) -> Self {
        Self::new(what, Recovery::None)
    }

    /// An error that concerns this question only.
    pub fn of_this_request(what: impl AsRef<str>) -> Self {
        Self::new(what, Recovery::OtherQuestion)
    }

    /// The same error without secrets, such as those in a URL.
    pub fn redacted(self, redactor: &Redactor) -> Self {
        Self { what: redactor.redact(&self.what).into_owned(), ..self }
    }
}

impl From<ReviewError> for ReviewFailure {
    fn from(error: ReviewError) -> Self {
        Self {
            what: error.what,
            scope: match error.recovery {
                Recovery::Retry(_) => Scope::Transient,
                Recovery::Later => Scope::Unreachable,
                Recovery::OtherQuestion => Scope::ThisRequest,
                Recovery::SimplerFormat | Recovery::MaybeSimplerFormat | Recovery::OneMessage | Recovery::None => {
                    Scope::Permanent
                }
            },
        }
    }
}

/// A reviewer's own message in one short line.
pub fn quote(message: &str) -> String {
    text::excerpt(message, QUOTE)
}

/// The last words of a program in one short line, without colours. Programs tell first what they are and what they were
/// asked, and last why they failed.
pub fn last_words(output: &str) -> String {
    let words = without_escapes(output).split_whitespace().collect::<Vec<_>>().join(" ");
    let excess = words.chars().count().saturating_sub(QUOTE);
    match words.char_indices().nth(excess) {
        Some((at, _)) if excess > 0 => format!("…{}", &words[at..]),
        _ => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_last_words() {
        assert_eq!(last_words("\n \u{1b}[0m\n> a \u{1b}[91m\u{1b}[1mError:\u{1b}[0m no key\n"), "> a Error: no key");
        let long = format!("{}the end", "banner ".repeat(100));
        let said = last_words(&long);
        assert!(said.starts_with('…') && said.ends_with("banner the end"), "{said}");
        assert_eq!(said.chars().count(), QUOTE + 1);
        for cut in ["\u{1b}[", "\u{1b}[1", "a\u{1b}[1;2mé"] {
            last_words(cut);
        }
    }
}
