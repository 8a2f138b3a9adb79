//! Records as short sentences for a person, so that every view uses the same words.

use super::{Action, Decision, Done, Finding, Outcome, Phase, RunResult};
use crate::wire::text::{excerpt, printable};
use std::fmt::{Display, Formatter, Result};

/// How many files are named.
const NAMED: usize = 5;

/// How much of a file's name is included, in characters.
const NAME: usize = 80;

impl Display for Finding {
    /// `repeat (stop): the same call 5 times`
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{} ({}): {}", self.rule, self.grade, self.summary)
    }
}

impl Display for Done {
    /// `it may be done, but its to-do list has open items`
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(self.outcome.in_words())?;
        let objections = self.objections();
        if objections.is_empty() { Ok(()) } else { write!(f, ", but {objections}") }
    }
}

impl Outcome {
    /// What the agent did, in words.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Done => "it says that it is done",
            Self::Candidate => "it may be done",
            Self::Waiting => "it waits for an answer",
            Self::GaveUp => "it gave up",
            Self::Refused => "its last call was denied",
            Self::Empty => "it said nothing",
            Self::Aborted => "it was aborted",
            Self::Error => "it failed",
            Self::Length => "its answer was cut off",
        }
    }
}

impl Display for Decision {
    /// `steer (gpt-5): it repeats one call`
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let degraded = if self.degraded { ", in the reviewer's place" } else { "" };
        write!(f, "{} ({}{degraded}): {}", self.action, self.reviewer, self.reason)
    }
}

impl Display for Action {
    /// `abort (taken): the server confirms it`
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let would = if self.phase == Phase::Skipped { "would " } else { "" };
        write!(f, "{would}{} ({}): {}", self.action, self.phase, self.detail)
    }
}

impl Display for RunResult {
    /// `loop, exit code 10: the same call 5 times`
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}, exit code {}: {}", self.outcome, self.exit_code, self.reason)
    }
}

impl RunResult {
    /// What the run did, used, wasted and changed: `12 calls`, `3400 tokens`, `$0.12`.
    pub fn facts(&self) -> Vec<String> {
        let totals = &self.totals;
        let counted =
            [(totals.turns, "turn", "turns"), (totals.calls, "call", "calls"), (totals.tokens, "token", "tokens")];
        let wasted = [
            (totals.wasted_calls, "call that brought nothing new", "calls that brought nothing new"),
            (totals.wasted_tokens, "token spent on it", "tokens spent on them"),
            (totals.actions, "action taken", "actions taken"),
        ];
        let mut facts = numbered(counted);
        facts.extend(totals.cost.map(|dollars| format!("${dollars:.2}")));
        facts.extend(numbered(wasted));
        facts.extend(self.changes());
        facts.push(format!("{} s", totals.lasted / 1000));
        facts
    }

    /// How many files were changed, and the names of the first ones.
    fn changes(&self) -> Option<String> {
        let files = match self.totals.changed_files {
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
