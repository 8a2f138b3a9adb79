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
    /// The command still runs; what its tool calls it is among these words.
    Running { names: Vec<String> },
    /// A command that was begun before has ended.
    Ended {
        /// The exit code.
        exit: Option<i64>,
        /// What the call names, as far as it may be a command; `None` if it is about the last one.
        names: Option<Vec<String>>,
        /// What the output says, whatever the exit code.
        said: CheckResult,
    },
}

impl Awaited {
    pub(super) fn read(call: &Call, state: Option<&ToolState<'_>>) -> Self {
        let raw = state.and_then(|state| state.error.or(state.output));
        let body = raw.map(text::body).unwrap_or_default();
        if call.still_runs {
            return Self::Running { names: names(&body) };
        }
        let command = call.input.command.as_deref();
        if !watches(&call.tool, command) {
            return Self::Nothing;
        }
        // An empty command that has ended is the end of the one before it.
        let exit = told_exit(&body).or_else(|| call.exit.filter(|_| command.is_some()));
        if exit.is_none() && command.is_none() {
            return Self::Nothing;
        }
        let names = command.is_none().then(|| names(&call.input.text));
        Self::Ended { exit, names, said: judge(&text::unescaped(&body), None, Missing::Nothing) }
    }

    /// How checks came out that were `begun` by another call; `None` if they still run, or this is about others.
    pub(super) fn outcome(&self, begun: &Self, checks: &[CheckRun]) -> Option<CheckResult> {
        let (Self::Ended { exit, names, said }, Self::Running { names: own }) = (self, begun) else { return None };
        let is_other = names.as_ref().is_some_and(|names| !names.iter().any(|name| own.contains(name)));
        if is_other && !own.is_empty() {
            return None;
        }
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

/// The words of a text that may name a command: those with a digit.
fn names(text: &str) -> Vec<String> {
    const WORDS: usize = 64;
    let words = text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-'));
    let is_name = |word: &&str| word.len() <= WORDS && word.bytes().any(|byte| byte.is_ascii_digit());
    words.filter(is_name).take(WORDS).map(str::to_owned).collect()
}
