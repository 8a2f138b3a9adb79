//! Tracks how checks that run elsewhere stood at the last look at them: whether they had ended, and whether one failed.

use crate::detect::call::Call;
use crate::detect::call::classify::CallKind;
use crate::detect::call::remote::{self, RunState};
use crate::detect::quoted::quoted;
use crate::detect::text::ci_claim::claims_ci_passing;
use crate::detect::text::wait_signs::has_word;
use crate::wire::part::ToolState;
use crate::wire::text::{self, EXCERPT};

/// How much of the end of an output is read, in bytes.
const OUTPUT: usize = 16 * 1024;
/// Words in the names of tools that look at such checks.
const LOOKS: [&str; 7] = ["workflow", "workflows", "pipeline", "pipelines", "checks", "ci", "actions"];
/// Words that say so together: a tool gives the status of many things.
const STATUS: [&str; 2] = ["status", "statuses"];
const STATUS_OF: [&str; 5] = ["pull", "pr", "merge", "mr", "commit"];
/// The option of a look at what failed.
const LOG_FAILED: &str = "--log-failed";

/// How the checks stood at the last look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CiState {
    /// They had ended, and none failed.
    Ended,
    /// One had not, as a line says.
    Open(String),
    /// One failed, as a line says.
    Failed(String),
}

impl CiState {
    /// What a look says of such checks; `None` if a call is none, or says nothing.
    pub(super) fn read(call: &Call, state: Option<&ToolState<'_>>) -> Option<Self> {
        let command = call.input.command.as_deref().unwrap_or_default();
        let lists = if let Some(line) = &call.line {
            remote::asks(line, command)?
        } else {
            let of_status = has_word(&call.tool, &STATUS) && has_word(&call.tool, &STATUS_OF);
            let asks = call.kind == CallKind::Observe && (has_word(&call.tool, &LOOKS) || of_status);
            asks.then(|| has_word(&call.tool, &["list"]))?
        };
        let output = text::decode(state?.output?);
        let end = &output[output.floor_char_boundary(output.len().saturating_sub(OUTPUT))..];
        // The newest run is the first of a list.
        let told = |line: &str| quoted(line.trim(), EXCERPT);
        match remote::run_state(if lists { &output[..output.floor_char_boundary(OUTPUT)] } else { end }, lists) {
            Some(RunState::Ended) => Some(Self::Ended),
            Some(RunState::Open(line)) => Some(Self::Open(told(line))),
            Some(RunState::Failed(line)) => Some(Self::Failed(told(line))),
            None if command.contains(LOG_FAILED) && !call.failed() => {
                end.lines().rfind(|line| !line.trim().is_empty()).map(|line| Self::Failed(told(line)))
            }
            None => None,
        }
    }

    /// That they had not ended, though the request waits for them.
    pub(super) fn awaited_fact(&self) -> Option<String> {
        let Self::Open(said) = self else { return None };
        Some(format!("checks that run elsewhere had not ended at the last look: \"{said}\""))
    }

    /// That one failed.
    pub(super) fn failed_fact(&self) -> Option<String> {
        let Self::Failed(said) = self else { return None };
        Some(format!("checks that run elsewhere failed at the last look: \"{said}\""))
    }

    /// What contradicts an answer that says that they passed.
    pub(super) fn claim_fact(&self, answer: &str) -> Option<String> {
        let (Self::Open(line) | Self::Failed(line)) = self else { return None };
        let said = claims_ci_passing(answer)?;
        Some(format!("the agent says \"{said}\", but the last look at the checks says \"{line}\""))
    }
}
