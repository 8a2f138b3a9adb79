//! What became of the run: one outcome, one sentence, one exit code. Pure.

use super::state::{Ended, Ledger};
use crate::exit::Code;
use crate::wire::record::{CloseReason, Outcome, RunOutcome, RunResult, Verdict};

/// How many of the changed files are named.
const NAMED: usize = 100;

/// Sums the run up. `signal` is the one that this process itself was told to stop with.
pub(super) fn conclude(ledger: &Ledger, signal: Option<Code>) -> (RunResult, Code) {
    let (ended, code) = ended(ledger, signal);
    let mut changed = ledger.changed();
    changed.truncate(NAMED);
    let result = RunResult {
        session_id: ledger.root().map(str::to_owned),
        outcome: ended.outcome,
        exit_code: code.number(),
        reason: ended.reason,
        changed,
        totals: ledger.tally.totals,
    };
    (result, code)
}

/// The exit code of each outcome but an interruption, whose signal decides.
fn code_of(outcome: RunOutcome) -> Code {
    match outcome {
        RunOutcome::Done => Code::Ok,
        RunOutcome::Unsure => Code::Unsure,
        RunOutcome::Loop => Code::Loop,
        RunOutcome::Stalled => Code::Stalled,
        RunOutcome::Budget => Code::Budget,
        RunOutcome::Failed => Code::Failed,
        RunOutcome::Unverified => Code::Unverified,
        RunOutcome::Aborted => Code::Aborted,
        RunOutcome::Unreachable => Code::Unreachable,
        RunOutcome::Refused => Code::NotAllowed,
        RunOutcome::Interrupted => Code::Interrupted,
    }
}

fn ended(ledger: &Ledger, signal: Option<Code>) -> (Ended, Code) {
    let plain = |ended: Ended| {
        let code = code_of(ended.outcome);
        (ended, code)
    };
    if let Some(ended) = &ledger.ended {
        return plain(ended.clone());
    }
    match &ledger.closed {
        Some(closed) if closed.reason == CloseReason::Interrupted => {
            // 15 is SIGTERM; every other signal that we take is Ctrl-C.
            let code = if closed.signal == Some(15) {
                Code::Terminated
            } else {
                Code::Interrupted
            };
            (told(RunOutcome::Interrupted, "a signal ended the run"), code)
        }
        Some(closed) if closed.reason == CloseReason::ServerGone => plain(told(
            RunOutcome::Unreachable,
            format!("the server went away: {}", closed.detail),
        )),
        Some(closed) if closed.reason == CloseReason::NotAllowed => plain(told(
            RunOutcome::Refused,
            format!("the server let us in no more: {}", closed.detail),
        )),
        Some(closed) if closed.reason == CloseReason::Failed => plain(told(
            RunOutcome::Failed,
            format!("the session could not be followed: {}", closed.detail),
        )),
        closed if signal.is_some() && (ledger.cut || closed.is_none()) => {
            let code = signal.unwrap_or(Code::Interrupted);
            (told(RunOutcome::Interrupted, "a signal ended the run"), code)
        }
        closed => plain(rested(ledger, closed.is_some())),
    }
}

/// The session ended by itself, or the stream was cut off.
fn rested(ledger: &Ledger, closed: bool) -> Ended {
    if ledger.is_of_many() {
        return told(
            RunOutcome::Unsure,
            "the stream is of a whole directory, and a run is one session; name it with ocr-stream --session or --task",
        );
    }
    let Some(done) = &ledger.done else {
        return told(RunOutcome::Unsure, unseen(ledger.opened.is_some(), closed));
    };
    match (done.outcome, &ledger.verdict) {
        (Outcome::Aborted, _) => told(RunOutcome::Aborted, "somebody else aborted the session"),
        (Outcome::Error, _) => {
            let what = done
                .evidence
                .last()
                .map_or("it ended in an error", |e| e.excerpt.as_str());
            told(RunOutcome::Failed, format!("the session failed: {what}"))
        }
        (_, Some(verdict)) => {
            let outcome = match verdict.action {
                Verdict::Done => RunOutcome::Done,
                _ => RunOutcome::Unsure,
            };
            told(outcome, verdict.reason.clone())
        }
        (Outcome::Done, None) => told(
            RunOutcome::Done,
            "the session says it is done, and nothing speaks against it",
        ),
        (Outcome::Candidate, None) => told(
            RunOutcome::Unsure,
            "the session rests; nobody reviewed whether it is done",
        ),
        (Outcome::Waiting, None) => told(
            RunOutcome::Unsure,
            "the session asks something and waits for an answer",
        ),
        (Outcome::Length, None) => told(
            RunOutcome::Unsure,
            "the last answer was cut off by the length limit",
        ),
    }
}

fn told(outcome: RunOutcome, reason: impl Into<String>) -> Ended {
    Ended {
        outcome,
        reason: reason.into(),
    }
}

/// Why nobody can tell what became of a session that was not seen to rest.
fn unseen(opened: bool, closed: bool) -> &'static str {
    match (opened, closed) {
        (true, false) => "the stream was cut off before the session rested",
        (false, false) => "nothing was seen of a session that came to rest",
        (_, true) => "the stream ended and nobody said how; is ocr-detect in the pipe?",
    }
}
