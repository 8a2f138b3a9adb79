//! Puts records into short sentences for a person, so that every view uses the same words.

use super::{Action, ActionKind, Decision, Done, Finding, Phase, RunResult};
use std::fmt::{Display, Formatter, Result};

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

impl Display for Decision {
    /// `steer (gpt-5): it repeats one call`
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        // Where it fails again and again, the rules decide in their own name.
        let reviewer = if self.reviewer == "rules" { "the reviewer" } else { &self.reviewer };
        if self.degraded {
            write!(f, "{} (rules, as {reviewer} failed): {}", self.action, self.reason)
        } else {
            write!(f, "{} ({}): {}", self.action, self.reviewer, self.reason)
        }
    }
}

impl Display for Action {
    /// `abort (taken): the server confirms it`
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let would = if self.phase == Phase::Skipped { "would " } else { "" };
        let phase = self.phase.to_string();
        let phase = if self.action == ActionKind::Verify && self.phase == Phase::Taken { "passed" } else { &phase };
        write!(f, "{would}{} ({phase}): {}", self.action, self.detail)
    }
}

impl Display for RunResult {
    /// `loop, exit code 10: the same call 5 times`
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}, exit code {}: {}", self.outcome, self.exit_code, self.reason)
    }
}
