//! What a user can set: limits, grades, patterns.

use crate::wire::record::Grade;
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};

/// A number that a rule goes by: its name on the command line, its value, what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// `rule.what`.
    pub name: &'static str,
    /// Where nothing else is said.
    pub default: u64,
    /// What it counts, and what happens when it is reached.
    pub what: &'static str,
}

/// Everything that can be set. Times are in milliseconds of the stream.
#[derive(Debug, Clone)]
pub struct Config {
    /// Silence of a busy session that is noticed; a warning comes at twice the time.
    pub inactivity: i64,
    /// The same while a tool runs or a child session works: builds take their time.
    pub tool_timeout: i64,
    /// How long a permission or a question may stay open.
    pub blocked_after: i64,
    /// How long a session that went idle in the middle of something must stay so to be at rest.
    pub rest_grace: i64,
    /// Turns before the budget is spent.
    pub max_iterations: u64,
    /// Steps (answers of the model) before the budget is spent.
    pub max_steps: Option<u64>,
    /// Tokens before the budget is spent.
    pub max_tokens: Option<u64>,
    /// Dollars before the budget is spent.
    pub max_cost: Option<f64>,
    /// Time since the session's first line before the budget is spent.
    pub max_time: Option<i64>,
    /// Tokens since the last progress that are noticed.
    pub max_idle_tokens: Option<u64>,
    /// A turn for review after every so many steps.
    pub review_every: Option<u64>,
    /// Sessions kept in mind; the least recently used one is forgotten beyond it.
    pub max_sessions: usize,
    /// Rules that are off.
    pub disabled: BTreeSet<String>,
    /// Rules whose every finding has this grade.
    pub grades: BTreeMap<String, Grade>,
    /// Limits that differ from their defaults.
    pub limits: BTreeMap<String, u64>,
    /// Members of a call's input that do not tell one call from another.
    pub ignored_args: BTreeSet<String>,
    /// What else is volatile in a result.
    pub masks: Vec<Regex>,
    /// What else is polling: matched against a call's tool and input.
    pub polls: Vec<Regex>,
    /// The promise that says a task is done, on the last line of the last text.
    pub done_pattern: Option<Regex>,
}

/// Free text that models write anew for the same call (`OpenCode`'s bash, Cline's tools, ours).
const FREE_TEXT: [&str; 4] = ["description", "task_progress", "intent", "timeout"];

impl Default for Config {
    fn default() -> Self {
        Self {
            // The roadmap's row CLI-08.
            inactivity: 30_000,
            // A nine-minute build is no stall.
            tool_timeout: 600_000,
            // Long enough for a program that answers; a person has been told by then.
            blocked_after: 10_000,
            // The late events of an abort came within a second on 1.18.33.
            rest_grace: 2_000,
            // The roadmap's row CLI-07.
            max_iterations: 10,
            max_steps: None,
            max_tokens: None,
            max_cost: None,
            max_time: None,
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
    pub(crate) fn of(&self, limit: &Limit) -> u64 {
        if self.limits.is_empty() {
            return limit.default;
        }
        self.limits.get(limit.name).copied().unwrap_or(limit.default)
    }
}
