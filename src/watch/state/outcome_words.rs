//! Puts into words how a session came to rest.

use crate::wire::record::{Done, Outcome};

/// `may be done, but its to-do list has open items`.
pub fn rest(done: &Done) -> String {
    let outcome = outcome(done.outcome);
    match done.objections() {
        objections if objections.is_empty() => outcome.to_owned(),
        objections => format!("{outcome}, but {objections}"),
    }
}

/// The outcome in words.
pub fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "done",
        Outcome::Candidate => "may be done",
        Outcome::Waiting => "asks something",
        Outcome::GaveUp => "gave up",
        Outcome::Refused => "was refused",
        Outcome::Empty => "gave no answer",
        Outcome::Aborted => "aborted",
        Outcome::Error => "failed",
        Outcome::Length => "was cut off",
    }
}
