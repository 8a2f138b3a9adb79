//! Decides the outcome of the run, in one sentence and one exit code, without I/O.

use super::state::{RunEnd, RunState};
use crate::exit::Code;
use crate::pipe::shutdown::code_of_signal;
use crate::wire::record::{CloseReason, Outcome, RunOutcome, RunResult, Verdict};

/// How many changed files are listed.
const NAMED: usize = 100;

/// Concludes the run. `signal` is the exit code of a signal that asked this process to stop; `has_checks` says whether
/// there were checks that could decide.
pub(super) fn conclude(state: &RunState, signal: Option<Code>, has_checks: bool) -> (RunResult, Code) {
    let (mut ended, code) = ended(state, signal, has_checks);
    if ended.outcome == RunOutcome::Unsure
        && !state.cut_off
        && let Some(cure) = cure(state, has_checks)
    {
        ended.reason = format!("{}; {cure}", ended.reason);
    }
    let (mut changed, mut taken_back) = (state.changed(), state.taken_back());
    changed.truncate(NAMED);
    taken_back.truncate(NAMED);
    let result = RunResult {
        session_id: state.root().map(str::to_owned),
        outcome: ended.outcome,
        exit_code: code.number(),
        reason: ended.reason,
        changed,
        taken_back,
        other_sessions: Vec::new(),
        totals: Some(state.totals.all()),
        lasted: state.clock.elapsed(),
    };
    (result, code)
}

/// The exit code of an earlier stage that could not start, so that there was no run.
pub(super) fn not_started(state: &RunState) -> Option<Code> {
    let closed = state.closed.as_ref().filter(|_| state.opened.is_none())?;
    Code::from_number(closed.exit_code?).filter(|code| *code != Code::Ok)
}

/// The exit code of a stream that failed, whatever became of its sessions.
pub(super) fn stream_failure(state: &RunState) -> Option<Code> {
    match state.closed.as_ref()?.reason {
        CloseReason::ServerGone => Some(Code::Unreachable),
        CloseReason::NotAllowed => Some(Code::NotAllowed),
        CloseReason::Failed => Some(Code::Failed),
        CloseReason::Rest | CloseReason::Interrupted => None,
    }
}

/// How a run like this one can end as done.
fn cure(state: &RunState, has_checks: bool) -> Option<String> {
    let done = state.done.as_ref().filter(|_| !state.is_of_directory())?;
    match done.outcome {
        Outcome::Done | Outcome::Candidate if !has_checks => {
            Some("for a check that decides, add --verify COMMAND, such as --verify 'cargo test'".to_owned())
        }
        Outcome::Waiting => Some(format!("to answer, use --session {} --task 'ANSWER'", done.session_id)),
        Outcome::Refused => Some(format!(
            "to go on, allow that call in opencode.json or with --on-permission once, and use --session {} --task 'Go on'",
            done.session_id
        )),
        Outcome::Empty | Outcome::GaveUp => {
            Some(format!("to go on, use --session {} --task 'WHAT TO DO NEXT'", done.session_id))
        }
        _ => None,
    }
}

fn ended(state: &RunState, signal: Option<Code>, has_checks: bool) -> (RunEnd, Code) {
    let coded = |mut ended: RunEnd| {
        if ended.outcome == RunOutcome::Done && state.cut_off {
            let why = format!(
                "the stream was cut off before the end of the run, and nobody saw what followed this: {}",
                ended.reason
            );
            ended = ended_as(RunOutcome::Unsure, why);
        }
        let code = Code::from(ended.outcome);
        (ended, code)
    };
    if let Some(ended) = &state.ended {
        return coded(ended.clone());
    }
    match &state.closed {
        Some(closed) if closed.reason == CloseReason::Interrupted => {
            let code = closed.signal.map_or(Code::Interrupted, code_of_signal);
            (ended_as(RunOutcome::Interrupted, "a signal ended the run"), code)
        }
        Some(closed) if closed.reason == CloseReason::ServerGone => {
            coded(ended_as(RunOutcome::Unreachable, format!("the server went away: {}", closed.detail)))
        }
        Some(closed) if closed.reason == CloseReason::NotAllowed => {
            coded(ended_as(RunOutcome::Refused, format!("the server rejected the credentials: {}", closed.detail)))
        }
        Some(closed) if closed.reason == CloseReason::Failed => {
            coded(ended_as(RunOutcome::Failed, format!("the session could not be followed: {}", closed.detail)))
        }
        closed if signal.is_some() && (state.interrupted || closed.is_none()) => {
            let code = signal.unwrap_or(Code::Interrupted);
            (ended_as(RunOutcome::Interrupted, "a signal ended the run"), code)
        }
        closed => coded(unless_checked(state, rested(state, closed.is_some()), has_checks)),
    }
}

/// The outcome where nothing ended the session, or the stream was cut off.
fn rested(state: &RunState, closed: bool) -> RunEnd {
    if state.is_of_directory() {
        return ended_as(
            RunOutcome::Unsure,
            "the stream covers a whole directory, but a run is one session; choose one with ocr-stream --session, start one with --task, or act on all with ocr-act --act-on-all",
        );
    }
    let Some(done) = &state.done else {
        return ended_as(RunOutcome::Unsure, unseen(state, closed));
    };
    match (done.outcome, &state.verdict) {
        (Outcome::Aborted, _) => ended_as(RunOutcome::Aborted, "someone else aborted the session"),
        (Outcome::Error, _) => {
            let noted = done.evidence.last().map_or("it ended in an error", |e| e.excerpt.as_str());
            let what = state.failure.as_deref().unwrap_or(noted);
            ended_as(RunOutcome::Failed, format!("the session failed: {what}"))
        }
        (_, Some(verdict)) => match done.hard_evidence() {
            Some(evidence) if verdict.action == Verdict::Done => {
                ended_as(RunOutcome::Unsure, named(done.outcome, &evidence))
            }
            _ => {
                let done_now = verdict.action == Verdict::Done;
                let outcome = if done_now { RunOutcome::Done } else { RunOutcome::Unsure };
                ended_as(outcome, named(done.outcome, &verdict.reason))
            }
        },
        (Outcome::Done, None) => ended_as(RunOutcome::Done, "the session says it is done, and nothing contradicts it"),
        (Outcome::Candidate, None) => {
            ended_as(RunOutcome::Unsure, "the session rests, but nobody reviewed whether it is done")
        }
        (outcome, None) => {
            let why = done.hard_evidence().unwrap_or_else(|| outcome.in_words().to_owned());
            ended_as(RunOutcome::Unsure, why)
        }
    }
}

/// The same outcome, unless a check failed, or only a check can tell that the session is done and none did.
fn unless_checked(state: &RunState, ended: RunEnd, has_checks: bool) -> RunEnd {
    match (&state.failed_check, ended.outcome) {
        (Some(why), RunOutcome::Done | RunOutcome::Unsure) => ended_as(RunOutcome::Unverified, why.as_str()),
        (None, RunOutcome::Done) if has_checks && !state.cut_off => {
            ended_as(RunOutcome::Unsure, format!("the run ended before anything was checked: {}", ended.reason))
        }
        _ => ended,
    }
}

/// A reason that begins with the name of an outcome that is none of the run's own, unless it says as much itself.
pub(super) fn named(outcome: Outcome, why: &str) -> String {
    let said: &[&str] = match outcome {
        Outcome::Waiting => &["waits for an answer"],
        Outcome::GaveUp => &["gave up", "could not do it"],
        Outcome::Refused => &["was denied"],
        Outcome::Empty => &["said nothing", "has no text"],
        _ => return why.to_owned(),
    };
    let is_said = said.iter().any(|words| why.contains(words));
    if is_said { why.to_owned() } else { format!("{}: {why}", outcome.in_words()) }
}

fn ended_as(outcome: RunOutcome, reason: impl Into<String>) -> RunEnd {
    RunEnd { outcome, reason: reason.into(), at_rest: true }
}

/// Why the outcome of a session that did not come to rest is unknown.
fn unseen(state: &RunState, closed: bool) -> &'static str {
    let is_live = state.opened.as_ref().is_some_and(|opened| !opened.replay);
    match (state.opened.is_some(), closed) {
        (true, false) => "the stream was cut off before the session rested",
        (false, false) => "no session came to rest",
        (true, true) if !state.has_worked() && is_live => {
            "the session was idle, so there was nothing to judge; ocr-stream --follow waits for it to work, and --from-start writes what it did before"
        }
        (true, true) if !state.has_worked() => "the session was idle, so there was nothing to judge",
        (_, true) => "the stream ended without a verdict; is ocr-detect in the pipe?",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_an_outcome_once() {
        for (outcome, why, reason) in [
            (Outcome::Refused, "its last call was denied", "its last call was denied"),
            (Outcome::Empty, "its last answer has no text", "its last answer has no text"),
            (
                Outcome::Waiting,
                "the agent asked something and waits for an answer",
                "the agent asked something and waits for an answer",
            ),
            (Outcome::GaveUp, "the network is down", "it gave up: the network is down"),
            (Outcome::Candidate, "a test fails", "a test fails"),
        ] {
            assert_eq!(named(outcome, why), reason);
        }
    }
}
