use super::Record;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What became of the run. Each has one exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RunOutcome {
    /// The task is done: 0.
    Done,
    /// A person should look: 3.
    Unsure,
    /// The agent was going in circles: 10.
    Loop,
    /// It stood still: 11.
    Stalled,
    /// A budget or the iterations ran out: 12.
    Budget,
    /// The session failed, or could not be followed: 13.
    Failed,
    /// Its work did not pass verification: 14.
    Unverified,
    /// Somebody else aborted it: 15.
    Aborted,
    /// The server went away: 69.
    Unreachable,
    /// The server did not let us in any more: 77.
    Refused,
    /// A signal ended the run: 130 or 143.
    Interrupted,
}

/// The sums of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Totals {
    /// Turns, the iterations of the run.
    pub turns: u64,
    /// Findings that opened, of any grade.
    pub findings: u64,
    /// Decisions.
    pub decisions: u64,
    /// Times that a reviewer had to be asked again.
    pub retries: u64,
    /// Actions that were taken.
    pub actions: u64,
    /// Calls that ended, those of subagents too.
    pub calls: u64,
    /// Tokens of all steps: read, written and thought.
    pub tokens: u64,
    /// Calls that brought nothing new.
    pub wasted_calls: u64,
    /// Tokens of the steps that made them.
    pub wasted_tokens: u64,
    /// Files that the session has changed.
    pub changed_files: u64,
    /// From the first line to the last, in milliseconds.
    pub lasted: i64,
}

/// The run's outcome: the last line.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunResult {
    /// The session, when there was one.
    #[serde(rename = "sessionID", default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// What became of it.
    pub outcome: RunOutcome,
    /// The exit code of the run.
    pub exit_code: u8,
    /// Why, in a sentence.
    pub reason: String,
    /// The files that the session has changed, at most a hundred, those in its directory relative to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
    /// The sums of the run.
    #[serde(flatten)]
    pub totals: Totals,
}

impl Record for RunResult {
    const TYPE: &'static str = "ocr.act.result";
}
