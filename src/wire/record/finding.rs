use super::Record;
use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What sort of trouble a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[value(rename_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The same calls with the same results, again and again.
    Loop,
    /// Degenerate or drifting text.
    Text,
    /// Work that changes nothing.
    Stagnation,
    /// Checks that do not move although the work goes on.
    Checks,
    /// Busy, and silent.
    Stall,
    /// A permission or a question is open and nobody answers.
    Blocked,
    /// Retries or compactions that follow one another.
    Storm,
    /// A limit was reached.
    Budget,
    /// A steering message was ignored.
    Steering,
}

/// How loud a finding is. A `stop` may be acted on without a second opinion.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, ValueEnum,
)]
#[value(rename_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// Worth a line in a log.
    Notice,
    /// Worth a second opinion.
    Warn,
    /// Worth an end.
    Stop,
}

/// Where an episode stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It was not there before.
    #[default]
    Open,
    /// It doubled since it was last reported.
    Grown,
    /// Its grade rose.
    Graver,
    /// The session made progress; the episode is over.
    Closed,
}

/// An event in the stream: when it was stamped, and its id where it has one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Point {
    /// Milliseconds since the Unix epoch.
    #[serde(default)]
    pub ts: i64,
    /// The event's id; the part's id in dialects whose events have none.
    #[serde(default)]
    pub id: String,
}

/// What an episode cost so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Wasted {
    /// Calls that brought nothing new.
    pub calls: u64,
    /// Tokens of the steps that made them.
    pub tokens: u64,
}

/// One event that a finding rests on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Evidence {
    /// The event's id.
    pub id: String,
    /// What it says, in at most 160 characters.
    pub excerpt: String,
}

/// An episode of trouble: it opens, grows, gets graver, and closes.
///
/// A detector of a user's own need give no more than `sessionID`, `kind` and `grade`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The session it is about.
    #[serde(rename = "sessionID")]
    pub session_id: String,
    /// The episode's identity: the same in every line about it. Empty: the rule stands for it.
    #[serde(default)]
    pub finding: String,
    /// What sort of trouble.
    pub kind: Kind,
    /// The rule that found it.
    #[serde(default)]
    pub rule: String,
    /// How loud.
    pub grade: Grade,
    /// Where the episode stands.
    #[serde(default)]
    pub state: State,
    /// One line for a person.
    #[serde(default)]
    pub summary: String,
    /// How many rounds one lap takes; 0 where that means nothing.
    #[serde(default)]
    pub period: u32,
    /// How many laps, attempts or repetitions there were.
    #[serde(default)]
    pub laps: u64,
    /// The first event of the episode.
    #[serde(default)]
    pub since: Point,
    /// The latest event of the episode.
    #[serde(default)]
    pub last: Point,
    /// What it cost so far.
    #[serde(default)]
    pub wasted: Wasted,
    /// At most three events that show it.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
    /// The message to return to, if the session is to be rolled back to before the episode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback_to: Option<String>,
    /// What the session waits for, where it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_on: Option<String>,
    /// Whether the cause lies outside the agent: a provider, a network, a key.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub infra: bool,
}

impl Record for Finding {
    const TYPE: &'static str = "ocr.detect.finding";
}
