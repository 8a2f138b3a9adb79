//! The configuration of the detector: timeouts, budgets, patterns, and the overrides of limits and grades. The default
//! of each limit is in the file of its rule.

use crate::wire::record::Grade;
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};

/// A number that a rule compares with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Its name in `--limit`: `rule.what`.
    pub name: &'static str,
    /// The value unless `--limit` sets another.
    pub default: u64,
    /// What it counts, and what reaching it causes.
    pub what: &'static str,
    /// The smallest value that has a meaning.
    pub least: u64,
}

impl Limit {
    /// A limit of this name and default.
    pub(crate) const fn new(name: &'static str, default: u64, what: &'static str) -> Self {
        Self { name, default, what, least: 0 }
    }

    /// The same limit for calls that repeat one another: one call repeats nothing.
    pub(crate) const fn of_repeats(self) -> Self {
        Self { least: 2, ..self }
    }
}

/// The configuration of a detector. Times are in milliseconds of the stream.
#[derive(Debug, Clone)]
pub struct Config {
    /// Silence of a busy session before a notice; a warning follows at twice this time.
    pub inactivity: i64,
    /// The same while a tool runs or a child session works, because builds take long.
    pub tool_timeout: i64,
    /// Silence of the model before a stop.
    pub stall_timeout: i64,
    /// How long a permission request or a question may stay open before a warning.
    pub blocked_after: i64,
    /// The same before a stop; `None` if a request never ends a session.
    pub blocked_timeout: Option<i64>,
    /// How long a session that went idle in the middle of a turn must stay idle to count as finished.
    pub idle_grace: i64,
    /// The most rests and findings without a message of a person between them.
    pub max_iterations: u64,
    /// The most steps, which are answers of the model.
    pub max_steps: Option<u64>,
    /// The most tokens.
    pub max_tokens: Option<u64>,
    /// The most US dollars.
    pub max_cost: Option<f64>,
    /// The longest time since the session's first line.
    pub max_time: Option<i64>,
    /// The share of a budget, in percent, before a warning; 100 for none before the stop.
    pub warn_at: u8,
    /// Tokens since the last progress before a notice.
    pub max_idle_tokens: Option<u64>,
    /// Add a turn after this many steps.
    pub review_every: Option<u64>,
    /// The most sessions to track; beyond it, the least recently used one is dropped.
    pub max_sessions: usize,
    /// Rules that are switched off.
    pub disabled: BTreeSet<String>,
    /// The grade of all findings of a rule.
    pub grades: BTreeMap<String, Grade>,
    /// The limits that differ from their defaults, by name.
    pub limits: BTreeMap<String, u64>,
    /// Arguments to ignore when calls are compared.
    pub ignored_args: BTreeSet<String>,
    /// Text to ignore when results are compared.
    pub masks: Vec<Regex>,
    /// Calls that count as polling: matched against the tool's name and the input.
    pub polls: Vec<Regex>,
    /// The promise that the task is done, matched against the last line of the last text.
    pub done_pattern: Option<Regex>,
}

/// Arguments that models word differently for the same call (in `OpenCode`'s bash and Cline's tools).
const FREE_TEXT: [&str; 4] = ["description", "task_progress", "intent", "timeout"];

impl Default for Config {
    fn default() -> Self {
        Self {
            // Models that answer do so well within this time.
            inactivity: 30_000,
            // A nine-minute build is not a stall.
            tool_timeout: 600_000,
            // No slow model that was seen thought for this long without a word.
            stall_timeout: 1_800_000,
            // Enough for a program that answers by itself.
            blocked_after: 10_000,
            blocked_timeout: None,
            // After an abort, `OpenCode` 1.18.33 sent its last events within a second.
            idle_grace: 2_000,
            max_iterations: 10,
            max_steps: None,
            max_tokens: None,
            max_cost: None,
            max_time: None,
            warn_at: 80,
            max_idle_tokens: None,
            review_every: None,
            max_sessions: 10_000,
            disabled: BTreeSet::new(),
            grades: BTreeMap::new(),
            limits: BTreeMap::new(),
            ignored_args: FREE_TEXT.into_iter().map(str::to_owned).collect(),
            masks: Vec::new(),
            polls: Vec::new(),
            done_pattern: None,
        }
    }
}

impl Config {
    /// The value of a limit.
    pub(crate) fn limit(&self, limit: &Limit) -> u64 {
        if self.limits.is_empty() {
            return limit.default;
        }
        self.limits.get(limit.name).copied().unwrap_or(limit.default)
    }
}
