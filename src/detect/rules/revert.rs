//! Detects files that return to earlier content again, and edits that undo each other.

use super::rule::{Rule, RuleInfo};
use super::streak::Streak;
use crate::detect::call::Call;
use crate::detect::call::input::Change;
use crate::detect::config::Limit;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::hash;
use crate::detect::signal::{Signal, Signals};
use crate::wire::record::{Grade, Kind};
use std::collections::VecDeque;

const NAME: &str = "revert";

// Going back once is a change of mind. Twice is a circle.
const WARN: Limit = Limit::new("revert.warn", 2, "returns of a file to earlier content before a warning");

/// The most files to remember, and the most changes per file.
const FILES: usize = 16;
const CHANGES: usize = 12;

struct File {
    name: u64,
    changes: VecDeque<Change>,
    returns: u64,
    streak: Option<Streak>,
}

/// What the rule remembers of one session.
#[derive(Default)]
pub(super) struct Revert {
    files: VecDeque<File>,
}

impl Rule for Revert {
    const INFO: RuleInfo =
        RuleInfo { name: NAME, about: "a file returns to earlier content again and again", limits: &[WARN] };

    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            Fact::Call(call, _) if !call.failed() => self.take(call, context, signals),
            Fact::User => *self = Self::default(),
            _ => {}
        }
    }
}

impl Revert {
    fn take(&mut self, call: &Call, context: &RuleContext<'_>, signals: &mut Signals) {
        let (Some(target), Some(change)) = (&call.input.target, call.input.change) else {
            return;
        };
        let file = self.file(hash::of(target));
        let returns = file.returns_by(change);
        if file.changes.len() == CHANGES {
            file.changes.pop_front();
        }
        file.changes.push_back(change);
        if !returns {
            return;
        }
        file.returns += 1;
        match &mut file.streak {
            Some(streak) => streak.add(call),
            streak => *streak = Some(Streak::begin(call, context)),
        }
        if let Some(streak) = file.streak.as_ref().filter(|_| file.returns >= context.config.limit(&WARN)) {
            let summary = format!("{target} returned to earlier content {} times", file.returns);
            let mut signal = Signal::new(NAME, Kind::Loop, Grade::Warn, file.name, summary);
            streak.fill(&mut signal, context);
            signal.period = 2;
            signals.report(signal);
        }
    }

    fn file(&mut self, name: u64) -> &mut File {
        let at = self.files.iter().position(|file| file.name == name).unwrap_or_else(|| {
            if self.files.len() == FILES {
                self.files.pop_front();
            }
            self.files.push_back(File { name, changes: VecDeque::new(), returns: 0, streak: None });
            self.files.len() - 1
        });
        &mut self.files[at]
    }
}

impl File {
    /// Whether a change restores earlier content.
    fn returns_by(&self, change: Change) -> bool {
        match change {
            Change::Whole(_) => self.changes.back() != Some(&change) && self.changes.contains(&change),
            Change::Replacement { old, new } => {
                old != new && self.changes.contains(&Change::Replacement { old: new, new: old })
            }
        }
    }
}
