//! Why a reviewer gave no answer, and whether asking again can help.

use crate::review::redact::Masker;
use crate::wire::text;
use std::time::Duration;

/// How much is repeated of what a reviewer said about its trouble, in characters.
const SAID: usize = 240;

/// One attempt that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// What happened and what to do, in one printable line; secrets are masked.
    pub what: String,
    /// Whether asking again can help.
    pub cure: Cure,
}

/// What helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cure {
    /// Asking again, not before the given time is over.
    Again(Option<Duration>),
    /// Asking in a simpler form: the endpoint does not know this `response_format`.
    Simpler,
    /// Perhaps the same: it does not say what it does not accept.
    PerhapsSimpler,
    /// Asking something else: it does not want to, or cannot, answer this.
    OtherQuestion,
    /// Nothing but a person.
    None,
}

/// What a failure says about the next question.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Blame {
    /// That it may be answered.
    #[default]
    Passing,
    /// That it would fail as well.
    Lasting,
    /// Nothing: the failure is about its own question, or ours.
    Question,
}

impl Cure {
    /// What is left to say when it has not helped.
    pub(crate) fn blame(self) -> Blame {
        match self {
            Self::Again(_) => Blame::Passing,
            Self::OtherQuestion => Blame::Question,
            Self::Simpler | Self::PerhapsSimpler | Self::None => Blame::Lasting,
        }
    }
}

impl Trouble {
    /// Something that may pass.
    pub(crate) fn passing(what: impl AsRef<str>) -> Self {
        Self::new(what, Cure::Again(None))
    }

    /// Something that stays until somebody changes it.
    pub(crate) fn lasting(what: impl AsRef<str>) -> Self {
        Self::new(what, Cure::None)
    }

    /// Something about this question alone.
    pub(crate) fn of_this_question(what: impl AsRef<str>) -> Self {
        Self::new(what, Cure::OtherQuestion)
    }

    /// Without the secrets that it repeats: those of an address, say.
    pub(crate) fn masked(self, masker: &Masker) -> Self {
        Self {
            what: masker.mask(&self.what).into_owned(),
            ..self
        }
    }

    pub(crate) fn new(what: impl AsRef<str>, cure: Cure) -> Self {
        let what = text::printable(&text::excerpt(what.as_ref(), 2 * SAID));
        Self { what, cure }
    }
}

/// What somebody else said, in one short line.
pub(crate) fn said(words: &str) -> String {
    text::excerpt(words, SAID)
}
