//! Why a reviewer gave no answer, and whether asking again can help.

use super::redact::Masker;
use crate::wire::text;
use std::time::Duration;

/// How much is repeated of what a reviewer said about its trouble, in characters.
const SAID: usize = 240;

/// One attempt that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    /// What happened and what to do, in one printable line; secrets are masked.
    pub what: String,
    /// Whether asking again can help.
    pub cure: Cure,
}

/// What helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cure {
    /// Asking again, not before the given time is over.
    Again(Option<Duration>),
    /// Asking in a simpler form: the endpoint does not know this `response_format`.
    Simpler,
    /// Nothing but a person.
    None,
}

impl Trouble {
    /// Something that may pass.
    pub(super) fn passing(what: impl AsRef<str>) -> Self {
        Self::new(what, Cure::Again(None))
    }

    /// Something that stays until somebody changes it.
    pub(super) fn lasting(what: impl AsRef<str>) -> Self {
        Self::new(what, Cure::None)
    }

    /// Without the secrets that it repeats: those of an address, say.
    pub(super) fn masked(self, masker: &Masker) -> Self {
        Self {
            what: masker.mask(&self.what).into_owned(),
            ..self
        }
    }

    pub(super) fn new(what: impl AsRef<str>, cure: Cure) -> Self {
        let what = text::printable(&text::excerpt(what.as_ref(), 2 * SAID));
        Self { what, cure }
    }
}

/// What somebody else said, in one short line.
pub(super) fn said(words: &str) -> String {
    text::excerpt(words, SAID)
}
