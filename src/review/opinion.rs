//! The result of a review: an opinion, or the reason why there is none.

use crate::wire::record::Verdict;

/// What a reviewer, or the built-in rules, want to happen.
#[derive(Debug, Clone, PartialEq)]
pub struct Opinion {
    pub action: Verdict,
    /// Why, in one sentence.
    pub reason: String,
    /// The message to send, with [`Verdict::Steer`].
    pub message: Option<String>,
    /// From 0 to 1.
    pub confidence: f64,
}

/// What came of asking a reviewer.
#[derive(Debug, Clone)]
pub struct Review {
    pub result: Result<Opinion, ReviewFailure>,
    /// How often the question was repeated.
    pub retries: u32,
}

/// Why a review brought no opinion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewFailure {
    /// What happened and what to do about it, in one line.
    pub what: String,
    pub scope: Scope,
}

/// What a failure says about the next question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The next question may succeed.
    Transient,
    /// Nothing answers at the reviewer's address: the next question would fail in the same way for a while.
    Unreachable,
    /// The next question would fail in the same way.
    Permanent,
    /// The failure concerns this question only.
    ThisRequest,
}

impl Review {
    /// A review that failed for a reason of our own, before or while the reviewer was asked.
    pub fn failed(what: impl Into<String>) -> Self {
        Self { result: Err(ReviewFailure { what: what.into(), scope: Scope::ThisRequest }), retries: 0 }
    }
}
