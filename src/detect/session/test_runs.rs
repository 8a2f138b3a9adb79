//! Tells whether all tests ran, or only those that a filter chose, where an answer says that all of them pass.

use super::call_work::CallWork;
use super::check_kind::{CheckKind, kind_of};
use super::request::UserRequest;
use crate::detect::call::checks::CheckOutcome;
use crate::detect::call::shell::FILTER;
use crate::detect::quoted::quoted;
use crate::detect::text::claimed_states::{claims_whole_suite, wants_whole_suite};

/// The length of a command in a fact, in characters.
const COMMAND: usize = 80;

/// The test runs for a request.
#[derive(Debug, Default)]
pub(super) struct TestRuns {
    /// The last one that ran what a filter chose, or nothing at all.
    part: Option<String>,
    /// One may have run all there are.
    whole: bool,
}

impl TestRuns {
    /// Records a call that runs checks.
    pub(super) fn record(&mut self, work: &CallWork) {
        let mut tests = work.checks.iter().filter(|check| kind_of(check) != CheckKind::Code).peekable();
        if tests.peek().is_none() {
            return;
        }
        let chosen = |target: &String| {
            target.starts_with([FILTER]) || target.starts_with("-k=") || target.starts_with("-Dtest=")
        };
        let is_part = work.outcome == CheckOutcome::Empty || tests.all(|check| check.targets.iter().any(chosen));
        match (&work.outcome, is_part) {
            (CheckOutcome::Passed | CheckOutcome::Empty, true) => self.part = Some(quoted(&work.called, COMMAND)),
            (CheckOutcome::Empty, false) => {}
            _ => self.whole = true,
        }
    }

    /// Records that a call may have run all tests, which is not seen.
    pub(super) fn may_be_whole(&mut self) {
        self.whole = true;
    }

    /// That an answer says that all tests pass, where the request wants that, and only some ran.
    pub(super) fn fact(&self, answer: &str, request: &UserRequest) -> Option<String> {
        let part = self.part.as_ref().filter(|_| !self.whole && request.any_sentence(wants_whole_suite))?;
        let said = claims_whole_suite(answer)?;
        Some(format!("the agent says \"{said}\", but the only run was one of a part of the tests: `{part}`"))
    }
}
