//! Reads what formatters and fixers that write leave: nothing of what they complain of, or what they could not mend.

use crate::detect::call::Call;
use crate::detect::call::checks::{self, CheckOutcome, Truncation, remainder};
use crate::detect::call::shell::CheckRun;
use crate::wire::part::ToolState;
use crate::wire::text;

/// The formatters and fixers of a call that wrote, and what they left.
#[derive(Debug, Clone)]
pub(super) struct Fixed {
    /// The checks whose complaints they mend.
    pub(super) checks: Vec<CheckRun>,
    /// Whether they left nothing, or what.
    pub(super) outcome: CheckOutcome,
}

impl Fixed {
    /// What the fixers of a call left; `None` if it has none, or does not say.
    pub(super) fn read(call: &Call, state: Option<&ToolState<'_>>) -> Option<Self> {
        let line = call.line.as_ref().filter(|line| !line.fixes.is_empty() && !call.denied)?;
        let output = state.and_then(|state| state.error.or(state.output)).map(text::decode).unwrap_or_default();
        let said = || checks::read(&output, Truncation::Nothing);
        let items = || if let CheckOutcome::Failed { items, .. } = said() { items } else { Vec::new() };
        let failed = |count| CheckOutcome::Failed { count, items: items() };
        let exit = call.exit.or_else(|| call.failed().then_some(1));
        // With checks behind them, what is counted may be theirs.
        let alone = line.checks.is_empty();
        let outcome = match remainder(&output).filter(|_| alone) {
            Some(left @ 1..) => failed(Some(left)),
            left => match exit {
                Some(0) if line.fixes.iter().all(|fix| fix.exit.zero_passed) => CheckOutcome::Passed,
                None if line.fixes.iter().all(|fix| fix.exit.zero_passed) && !said().is_failed() => {
                    CheckOutcome::Passed
                }
                Some(1..) if alone && left.is_none() && line.fixes.iter().all(|fix| fix.exit.other_failed) => {
                    Some(said()).filter(CheckOutcome::is_failed)?
                }
                _ => return None,
            },
        };
        Some(Self { checks: line.fixes.clone(), outcome })
    }
}
