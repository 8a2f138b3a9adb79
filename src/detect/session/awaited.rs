//! Resolves a check whose command still ran when its call ended: a later read says how it came out.

use crate::detect::call::Call;
use crate::detect::call::checks::{CheckResult, Missing, judge};
use crate::detect::call::running::{told_exit, watches};
use crate::detect::call::shell::CheckRun;
use crate::wire::part::ToolState;
use crate::wire::text;

/// What a call says of a command that runs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Awaited {
    /// Nothing.
    Nothing,
    /// The command still runs.
    Running,
    /// A command that was begun before has ended.
    Ended {
        /// The exit code.
        exit: Option<i64>,
        /// What the output says, whatever the exit code.
        said: CheckResult,
    },
}

impl Awaited {
    pub(super) fn read(call: &Call, state: Option<&ToolState<'_>>) -> Self {
        if call.still_runs {
            return Self::Running;
        }
        let command = call.input.command.as_deref();
        if !watches(&call.tool, command) {
            return Self::Nothing;
        }
        let raw = state.and_then(|state| state.error.or(state.output));
        let body = raw.map(text::body).unwrap_or_default();
        // An empty command that has ended is the end of the one before it.
        let exit = told_exit(&body).or_else(|| call.exit.filter(|_| command.is_some()));
        if exit.is_none() && command.is_none() {
            return Self::Nothing;
        }
        Self::Ended { exit, said: judge(&text::unescaped(&body), None, Missing::Nothing) }
    }

    /// How checks came out that were awaited; `None` if they still run.
    pub(super) fn outcome(&self, checks: &[CheckRun]) -> Option<CheckResult> {
        let Self::Ended { exit, said } = self else { return None };
        let counts = |code: i64| {
            checks.iter().all(|check| if code == 0 { check.exit.zero_passed } else { check.exit.other_failed })
        };
        Some(match (said, exit.filter(|code| counts(*code))) {
            (CheckResult::Unknown, Some(0)) => CheckResult::Passed,
            (CheckResult::Failed { .. }, _) | (_, None | Some(0)) => said.clone(),
            (_, Some(_)) => CheckResult::Failed { count: None, items: Vec::new() },
        })
    }
}
