use super::Record;
use crate::exit::Code;
use crate::printable::{dollars, duration};
use crate::wire::text::{excerpt, printable};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many files are named.
const NAMED: usize = 5;

/// How much of a file's name is included, in characters.
const NAME: usize = 80;

/// How the run ended, with the exit code of each outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RunOutcome {
    /// The task is done: 0.
    Done,
    /// Unclear, a person should look: 3.
    Unsure,
    /// The agent was stuck in a loop: 10.
    Loop,
    /// The agent stalled or was blocked: 11.
    Stalled,
    /// A budget or the number of iterations ran out: 12.
    Budget,
    /// The session failed or was lost: 13.
    Failed,
    /// The work did not pass verification: 14.
    Unverified,
    /// The session was aborted by someone else: 15.
    Aborted,
    /// The server went away: 69.
    Unreachable,
    /// The server rejected the credentials: 77.
    Refused,
    /// A signal ended the run: 130 or 143.
    Interrupted,
}

/// The code of each outcome. That of an interruption depends on its signal.
impl From<RunOutcome> for Code {
    fn from(outcome: RunOutcome) -> Self {
        match outcome {
            RunOutcome::Done => Self::Ok,
            RunOutcome::Unsure => Self::Unsure,
            RunOutcome::Loop => Self::Loop,
            RunOutcome::Stalled => Self::Stalled,
            RunOutcome::Budget => Self::Budget,
            RunOutcome::Failed => Self::Failed,
            RunOutcome::Unverified => Self::Unverified,
            RunOutcome::Aborted => Self::Aborted,
            RunOutcome::Unreachable => Self::Unreachable,
            RunOutcome::Refused => Self::NotAllowed,
            RunOutcome::Interrupted => Self::Interrupted,
        }
    }
}

/// The totals of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Totals {
    /// Turns, including those that ended with a silence or an interval.
    pub turns: u64,
    /// Findings that opened, of any grade.
    pub findings: u64,
    /// Decisions of the reviewer.
    pub decisions: u64,
    /// Requests to the reviewer that were retried.
    pub retries: u64,
    /// Actions that were taken.
    pub actions: u64,
    /// Finished calls, including those of subagents.
    pub calls: u64,
    /// Tokens of all steps: input, output and reasoning.
    pub tokens: u64,
    /// Dollars, as the server reports them; absent where it reports none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
    /// Calls that produced nothing new.
    pub wasted_calls: u64,
    /// Tokens of the steps that made those calls.
    pub wasted_tokens: u64,
    /// Files that the session changed.
    pub changed_files: u64,
}

/// The outcome of the run; the last line.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunResult {
    /// The session, if there was one.
    #[serde(rename = "sessionID", default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// How the run ended.
    pub outcome: RunOutcome,
    /// The exit code of the run.
    pub exit_code: u8,
    /// The reason, in one sentence.
    pub reason: String,
    /// The files that the session changed, at most 100; those in its working directory as relative paths.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
    /// The files whose changes a rollback took back, at most 100, in the same way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taken_back: Vec<String>,
    /// Other sessions that worked in the same directory during the run, at most 100, as far as the server knows. What
    /// they changed may count as changed by this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_sessions: Vec<String>,
    /// The totals of the run; absent where `ocr-act` was killed, so that nobody counted.
    #[serde(flatten)]
    pub totals: Option<Totals>,
    /// Time from the first line to the last, in milliseconds.
    #[serde(default)]
    pub lasted: i64,
}

impl Record for RunResult {
    const TYPE: &'static str = "ocr.act.result";
}

impl RunResult {
    /// What the run did, used, wasted and changed: `12 calls`, `3400 tokens`, `$0.12`.
    pub fn facts(&self) -> Vec<String> {
        let totals = self.totals.unwrap_or_default();
        let counted =
            [(totals.turns, "turn", "turns"), (totals.calls, "call", "calls"), (totals.tokens, "token", "tokens")];
        let wasted = [
            (totals.wasted_calls, "call that returned nothing new", "calls that returned nothing new"),
            (
                totals.wasted_tokens,
                "token spent on calls that returned nothing new",
                "tokens spent on calls that returned nothing new",
            ),
            (totals.actions, "action taken", "actions taken"),
        ];
        let mut facts = numbered(counted);
        facts.extend(totals.cost.map(dollars));
        facts.extend(numbered(wasted));
        facts.extend(self.changes());
        facts.extend((!self.taken_back.is_empty()).then(|| format!("taken back: {}", named(&self.taken_back))));
        facts.extend(self.others());
        facts.push(duration(self.lasted));
        facts
    }

    /// Who else worked in the directory.
    fn others(&self) -> Option<String> {
        let shared = !self.other_sessions.is_empty();
        shared.then(|| format!("the directory was shared with {}", named(&self.other_sessions)))
    }

    /// How many files were changed, and the names of the first ones.
    fn changes(&self) -> Option<String> {
        let files = match self.totals?.changed_files {
            0 => return None,
            1 => "1 file changed".to_owned(),
            count => format!("{count} files changed"),
        };
        if self.changed.is_empty() {
            return Some(files);
        }
        Some(format!("{files} ({})", named(&self.changed)))
    }
}

fn numbered(counts: [(u64, &str, &str); 3]) -> Vec<String> {
    let some = counts.into_iter().filter(|(count, ..)| *count > 0);
    some.map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many })).collect()
}

/// The names of the first files, and the number of the others.
pub fn named(files: &[String]) -> String {
    let mut names: Vec<String> = files.iter().take(NAMED).map(|f| printable(&excerpt(f, NAME))).collect();
    if files.len() > NAMED {
        names.push(format!("{} more", files.len() - NAMED));
    }
    names.join(", ")
}
