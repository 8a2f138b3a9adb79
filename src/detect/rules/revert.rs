//! Detects files that return to earlier content again, and edits that undo each other.

use super::rule::{Rule, RuleInfo};
use super::streak::Streak;
use crate::bounded::push_bounded;
use crate::detect::call::Call;
use crate::detect::call::input::Edit;
use crate::detect::config::Limit;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::hash;
use crate::detect::signal::{Signal, Signals};
use crate::wire::record::{Grade, Kind};
use std::collections::VecDeque;

const NAME: &str = "revert";

// Going back once is a change of mind, and so is going back step by step. Going back and forth is a circle.
const WARN: Limit = Limit::new("revert.warn", 2, "returns of a file to earlier content before a warning");

// An agent that compares two settings switches between them a few times.
const MEASURED: Limit = Limit::new(
    "revert.measured",
    12,
    "returns to earlier content before a warning, if each followed a new measurement",
);

/// The most files to remember, and the most states per file.
const FILES: usize = 16;
const STATES: usize = 24;

/// A file, as the sum of what was done to it.
struct File {
    name: u64,
    state: u64,
    /// The state before the current call.
    current: u64,
    /// The states that it was in, in the order of their first occurrence.
    states: VecDeque<u64>,
    /// Which way along those states the last change went.
    direction: Option<Direction>,
    /// How often it turned to an earlier or a later state, since it was last in a new one.
    turns: u64,
    /// How many of them followed a new measurement, since it was last in a new state.
    measured: u64,
    /// Whether something new was measured since its last change.
    fresh: bool,
    streak: Option<Streak>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Back,
    Forth,
}

/// What the rule remembers of one session.
#[derive(Default)]
pub(super) struct Revert {
    files: VecDeque<File>,
}

impl Rule for Revert {
    const INFO: RuleInfo =
        RuleInfo { name: NAME, about: "a file returns to earlier content again and again", limits: &[WARN, MEASURED] };

    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            Fact::Call(call, compared) if !call.failed() => self.take(call, compared.measured, context, signals),
            Fact::User => *self = Self::default(),
            _ => {}
        }
    }
}

impl Revert {
    /// Takes in a call. If it `measured` something new, whatever was changed before was tried.
    fn take(&mut self, call: &Call, measured: bool, context: &RuleContext<'_>, signals: &mut Signals) {
        if measured {
            self.files.iter_mut().for_each(|file| file.fresh = true);
        }
        let mut edited: Vec<(u64, &str)> = Vec::new();
        for (target, change) in &call.input.changes {
            let name = hash::of(target);
            self.file(name).apply(*change);
            if !edited.iter().any(|(known, _)| *known == name) {
                edited.push((name, target));
            }
        }
        for (name, target) in edited {
            let file = self.file(name);
            if !file.turn() {
                continue;
            }
            match &mut file.streak {
                Some(streak) => streak.add(call, context),
                streak => *streak = Some(Streak::begin(call, context)),
            }
            let tries = file.turns.saturating_sub(file.measured);
            let limits = [&WARN, &MEASURED].map(|limit| context.config.limit(limit));
            let enough = tries >= limits[0] || file.turns >= limits[1];
            if let Some(streak) = file.streak.as_ref().filter(|_| enough) {
                let summary = format!("{target} returned to earlier content {} times", file.turns);
                let mut signal = Signal::new(NAME, Kind::Loop, Grade::Warn, file.name, summary);
                streak.fill(&mut signal, context);
                signal.period = 2;
                signals.report(signal);
            }
        }
    }

    fn file(&mut self, name: u64) -> &mut File {
        let at = self.files.iter().position(|file| file.name == name).unwrap_or_else(|| {
            push_bounded(&mut self.files, FILES, File::new(name));
            self.files.len() - 1
        });
        &mut self.files[at]
    }
}

impl File {
    fn new(name: u64) -> Self {
        Self {
            name,
            state: 0,
            current: 0,
            states: [0].into(),
            direction: None,
            turns: 0,
            measured: 0,
            fresh: false,
            streak: None,
        }
    }

    fn apply(&mut self, change: Edit) {
        self.state = match change {
            Edit::Whole(content) => content,
            Edit::Replacement { old, new } => {
                self.state.wrapping_sub(hash::spread(old)).wrapping_add(hash::spread(new))
            }
        };
    }

    /// Records the state after a change. Returns whether it is an earlier or a later one again, after a turn.
    fn turn(&mut self) -> bool {
        let before = self.states.iter().position(|state| *state == self.current);
        let Some(at) = self.states.iter().position(|state| *state == self.state) else {
            push_bounded(&mut self.states, STATES, self.state);
            (self.direction, self.turns, self.measured, self.streak) = (None, 0, 0, None);
            (self.current, self.fresh) = (self.state, false);
            return false;
        };
        self.current = self.state;
        let fresh = std::mem::take(&mut self.fresh);
        let direction = match before {
            Some(before) if before == at => return false,
            Some(before) if before < at => Direction::Forth,
            _ => Direction::Back,
        };
        if self.direction == Some(direction) {
            return false;
        }
        self.direction = Some(direction);
        self.turns += 1;
        self.measured += u64::from(fresh);
        true
    }
}
