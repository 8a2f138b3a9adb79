//! Writes the summary of a run for a person.

use crate::redact::Redactor;
use crate::wire::record::RunResult;
use crate::wire::text::{excerpt, printable};

/// How much of the reason is included, in characters. Discord accepts messages of up to 2000 characters.
const REASON: usize = 1000;

/// The result without secrets, for everybody outside of the pipe.
pub fn masked(result: &RunResult, redactor: &Redactor) -> RunResult {
    let mask = |text: &String| redactor.redact(text).into_owned();
    RunResult {
        reason: mask(&result.reason),
        changed: result.changed.iter().map(mask).collect(),
        taken_back: result.taken_back.iter().map(mask).collect(),
        ..result.clone()
    }
}

/// The outcome, its reason, the totals and what was wasted, in one line.
pub fn summary(result: &RunResult) -> String {
    let reason = printable(&excerpt(&result.reason, REASON));
    // The facts follow in the same sentence.
    let reason = reason.trim_end_matches('.');
    let mut facts = vec![format!("{} (exit {}): {reason}", result.outcome, result.exit_code)];
    facts.extend(result.facts());
    facts.join("; ")
}
