use super::{Record, RunOutcome};
use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What kind of problem a finding reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[value(rename_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The same calls with the same results, over and over.
    Loop,
    /// Text that repeats itself.
    Text,
    /// Work that makes no progress.
    Stagnation,
    /// Checks whose failures stay the same although the work goes on.
    Checks,
    /// Busy, but silent.
    Stall,
    /// An unanswered permission request or question.
    Blocked,
    /// Retries or compactions in quick succession.
    Storm,
    /// A budget is used up.
    Budget,
    /// The problem went on after a steering message.
    Steering,
}

impl Kind {
    /// The outcome of a run that ends because of such a finding. `infra` says that the cause is the provider or the
    /// machine, and not the agent.
    pub fn outcome(self, infra: bool) -> RunOutcome {
        match self {
            Self::Stall | Self::Blocked => RunOutcome::Stalled,
            Self::Budget => RunOutcome::Budget,
            // A failing provider fails the session; repeated compactions are a loop.
            Self::Storm if infra => RunOutcome::Failed,
            _ => RunOutcome::Loop,
        }
    }
}

/// How serious a finding is. A `stop` may be acted on without a second opinion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[value(rename_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// Worth a log line.
    Notice,
    /// Worth a second opinion.
    Warn,
    /// Worth ending the session.
    Stop,
}

/// The state of an episode.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The episode is new.
    #[default]
    Open,
    /// The episode has doubled in length since its last report; or, with `countsOnly`, it has grown at all.
    Grown,
    /// The grade has risen.
    Graver,
    /// The episode is over: the session made progress, or the cause is gone.
    Closed,
}

/// A position in the stream: the time and id of an event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Point {
    /// Milliseconds since the Unix epoch.
    #[serde(default)]
    pub ts: i64,
    /// The id of the event, or of its part in dialects whose events have no id.
    #[serde(default)]
    pub id: String,
}

/// What an episode has cost so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Wasted {
    /// Calls that produced nothing new.
    pub calls: u64,
    /// Tokens of the steps that made those calls, as far as they had ended.
    pub tokens: u64,
}

/// An event that supports a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Evidence {
    /// The id of the event.
    pub id: String,
    /// What the event says, in at most 160 characters.
    pub excerpt: String,
}

/// A problem in a session, as an episode: it opens, grows, gets graver and closes.
///
/// A custom detector only needs to set `sessionID`, `kind` and `grade`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The session with the problem.
    #[serde(rename = "sessionID")]
    pub session_id: String,
    /// The id of the episode, the same in every line about it. Where it is empty, the rule identifies the episode, and
    /// without a rule the kind.
    #[serde(default)]
    pub finding: String,
    /// What kind of problem it is.
    pub kind: Kind,
    /// The rule that found the problem.
    #[serde(default)]
    pub rule: String,
    /// How serious the problem is.
    pub grade: Grade,
    /// The state of the episode.
    #[serde(default)]
    pub state: State,
    /// One line for people.
    #[serde(default)]
    pub summary: String,
    /// How many rounds one lap takes; 0 where the rule has no laps.
    #[serde(default)]
    pub period: u32,
    /// How many laps, attempts or repetitions there have been.
    #[serde(default)]
    pub laps: u64,
    /// The first event of the episode.
    #[serde(default)]
    pub since: Point,
    /// The latest event of the episode.
    #[serde(default)]
    pub last: Point,
    /// What the episode has cost so far.
    #[serde(default)]
    pub wasted: Wasted,
    /// Up to three events that show the problem.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
    /// The message to revert to in order to undo the episode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback_to: Option<String>,
    /// What the session is waiting for, if it is waiting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_on: Option<String>,
    /// Whether the cause lies outside the agent: a provider, the network, an API key.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub infra: bool,
    /// Whether the line only brings the counts up to date, because the session rests or the stream ends: there is
    /// nothing new to decide.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub counts_only: bool,
}

impl Record for Finding {
    const TYPE: &'static str = "ocr.detect.finding";
}

impl Finding {
    /// What tells the episodes of a session apart: the id; where a custom detector gives none, the rule; and without
    /// that the kind.
    pub fn episode(&self) -> Cow<'_, str> {
        match (&*self.finding, &*self.rule) {
            ("", "") => Cow::Owned(self.kind.to_string()),
            ("", rule) => Cow::Borrowed(rule),
            (id, _) => Cow::Borrowed(id),
        }
    }

    /// The outcome of a run that ends because of it.
    pub fn run_outcome(&self) -> RunOutcome {
        self.kind.outcome(self.infra)
    }
}
