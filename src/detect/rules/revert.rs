//! A file returns to what it was before, again; or edits undo each other.

use super::streak::Streak;
use super::{Fact, Limit, Rule, Seen, RuleContext};
use crate::detect::call::Call;
use crate::detect::call::input::Content;
use crate::detect::hash;
use crate::detect::signal::Signal;
use crate::wire::record::{Grade, Kind};
use std::collections::VecDeque;

pub(super) const NAME: &str = "revert";
pub(super) const ABOUT: &str = "a file returns to what it was, again and again";

// Going back once is a change of mind; twice is a circle.
const WARN: Limit = Limit {
    name: "revert.warn",
    default: 2,
    what: "times that a file returns to former content: warn",
};
pub(super) const LIMITS: &[Limit] = &[WARN];

/// Files, and changes a file, that are kept in mind.
const FILES: usize = 16;
const CHANGES: usize = 12;

struct File {
    name: u64,
    changes: VecDeque<Content>,
    returns: u64,
    streak: Option<Streak>,
}

/// The rule's memory of one session.
#[derive(Default)]
pub(super) struct Revert {
    files: VecDeque<File>,
}

impl Rule for Revert {
    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            Fact::Call(call, _) if !call.failed() => self.take(call, context, seen),
            Fact::User => *self = Self::default(),
            _ => {}
        }
    }
}

impl Revert {
    fn take(&mut self, call: &Call, context: &RuleContext<'_>, signals: &mut Signals) {
        let (Some(target), Some(content)) = (&call.input.target, call.input.content) else {
            return;
        };
        let file = self.file(hash::of(target));
        let returns = file.comes_back(content);
        if file.changes.len() == CHANGES {
            file.changes.pop_front();
        }
        file.changes.push_back(content);
        if !returns {
            return;
        }
        file.returns += 1;
        match &mut file.streak {
            Some(streak) => streak.add(call),
            streak => *streak = Some(Streak::begin(call, context)),
        }
        if let Some(streak) = file
            .streak
            .as_ref()
            .filter(|_| file.returns >= context.config.limit(&WARN))
        {
            let summary = format!("{target} returned to what it was before, {} times", file.returns);
            let mut signal = Signal::new(NAME, Kind::Loop, Grade::Warn, file.name, summary);
            streak.fill(&mut signal, context);
            signal.period = 2;
            signals.report(signal);
        }
    }

    fn file(&mut self, name: u64) -> &mut File {
        let at = self
            .files
            .iter()
            .position(|file| file.name == name)
            .unwrap_or_else(|| {
                if self.files.len() == FILES {
                    self.files.pop_front();
                }
                self.files.push_back(File {
                    name,
                    changes: VecDeque::new(),
                    returns: 0,
                    streak: None,
                });
                self.files.len() - 1
            });
        &mut self.files[at]
    }
}

impl File {
    /// Whether the change brings back what was there before another change.
    fn comes_back(&self, content: Content) -> bool {
        match content {
            Content::Whole(_) => self.changes.back() != Some(&content) && self.changes.contains(&content),
            Content::Piece { old, new } => {
                old != new && self.changes.contains(&Content::Piece { old: new, new: old })
            }
        }
    }
}
