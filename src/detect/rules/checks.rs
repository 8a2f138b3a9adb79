//! Detects checks whose failures stay the same although the work goes on, or alternate; and judges whose verdict stays the
//! same where a person asked for a better one.

use super::rule::{Rule, RuleInfo};
use super::streak::Streak;
use crate::bounded::push_bounded;
use crate::detect::call::Call;
use crate::detect::call::checks::CheckOutcome;
use crate::detect::call::classify::CallKind;
use crate::detect::call::complaints::asks;
use crate::detect::call::input::Input;
use crate::detect::call::skipped_commands::has_no_program;
use crate::detect::config::Limit;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::hash;
use crate::detect::signal::{Signal, Signals};
use crate::detect::text::verdict::is_bad_verdict;
use crate::detect::text::wait_signs::{command_has_word, has_word};
use crate::wire::record::{Grade, Kind};
use std::collections::VecDeque;

const NAME: &str = "checks";

const NOTICE: Limit = Limit::new("checks.notice", 4, "changes after which the same tests still fail before a notice");
const WARN: Limit = Limit::new("checks.warn", 6, "changes after which the same tests still fail before a warning");
const RETURNS: Limit = Limit::new("checks.returns", 3, "returns to an earlier set of failing tests before a warning");

/// The most checks to remember, and the most sets of failures per check.
const CHECKS: usize = 8;
const SETS: usize = 8;
/// The word of commands and tools that push.
const PUSH: [&str; 1] = ["push"];
/// The most lines that were written to a file to remember.
const LINES: usize = 64;
/// The most changed files to remember per check.
const FILES: usize = 32;

/// How a check came out.
struct RunOutcome {
    key: u64,
    /// The set of what fails, if anything does.
    set: Option<u64>,
    /// The file, if it is a language server that complains of it.
    of: Option<u64>,
    /// It fails as before, but is farther on.
    advances: bool,
}

impl RunOutcome {
    /// The verdict of whatever judges the work: a program, a server, another agent.
    fn of_judge(call: &Call) -> Self {
        Self { key: hash::join(hash::of("judge"), call.key), set: Some(call.exact), of: None, advances: false }
    }
}

struct CheckHistory {
    key: u64,
    /// The latest sets of failures, newest last.
    sets: VecDeque<u64>,
    /// Changes since the failures last changed, by file.
    changes: VecDeque<(u64, u64)>,
    /// Whether something changed since the last run.
    changed: bool,
    /// For what a language server complains of: what was written to the file since, and how often that was written anew.
    complaints: Option<Rewritten>,
    /// It is a judge, whose verdict may swing.
    judges: bool,
    /// It was reported.
    told: bool,
    /// Returns to an earlier set of failures, in a row.
    returns: u64,
    streak: Streak,
}

/// How often the same lines of a file were written. A language server shows the errors of the whole file after each
/// edit: old ones, far from it, say nothing against the work.
struct Rewritten {
    file: u64,
    /// The lines that were put in, and how many edits took some of them out again.
    lines: VecDeque<u64>,
    again: u64,
    edits: u64,
}

impl Rewritten {
    fn begin(file: u64) -> Self {
        Self { file, lines: VecDeque::new(), again: 0, edits: 0 }
    }

    fn add(&mut self, input: &Input) {
        self.edits += 1;
        self.again += u64::from(input.removed.iter().any(|line| self.lines.contains(line)));
        self.lines.extend(&input.added);
        self.lines.drain(..self.lines.len().saturating_sub(LINES));
    }

    /// The edits, if most of them wrote anew what one before them had written.
    fn count(&self) -> u64 {
        if self.again * 3 >= self.edits * 2 { self.again + 1 } else { 0 }
    }
}

/// What the rule remembers of one session.
#[derive(Default)]
pub(super) struct Checks {
    checks: VecDeque<CheckHistory>,
    /// Whether something was pushed since the last look at checks that run elsewhere.
    pushed: bool,
}

impl Rule for Checks {
    const INFO: RuleInfo = RuleInfo {
        name: NAME,
        about: "the same tests keep failing although the work goes on, or the failures alternate",
        limits: &[NOTICE, WARN, RETURNS],
    };

    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            Fact::Call(call, compared) if call.kind == CallKind::Check => {
                self.take_check(call, compared.advances, context, signals);
            }
            Fact::Call(call, _) if call.remote.is_some() => self.take_remote(call, context, signals),
            Fact::Call(call, compared) => {
                self.pushed |= pushes(call);
                let file = call.input.target.as_ref().map_or(0, hash::of);
                if compared.new_change {
                    self.checks.iter_mut().for_each(|check| check.change(file, &call.input));
                }
                if (compared.new_change || asks(&call.tool)) && call.input.target.is_some() && !call.failed() {
                    let key = hash::join(hash::of(if asks(&call.tool) { "asked" } else { "shown" }), file);
                    let run = RunOutcome { key, set: call.complaints, of: Some(file), advances: false };
                    self.take_run(&run, call, context, signals);
                }
                self.take_judge(call, context, signals);
            }
            Fact::User => {
                *self = Self::default();
                signals.release(NAME);
            }
            _ => {}
        }
    }
}

impl Checks {
    fn take_check(&mut self, call: &Call, advances: bool, context: &RuleContext<'_>, signals: &mut Signals) {
        let never_ran = call.failure.as_ref().is_some_and(|failure| has_no_program(&failure.line));
        if never_ran || call.check.is_none() {
            return;
        }
        let set = call.failure.as_ref().map(|failure| call.failing.unwrap_or(failure.class));
        if set.is_none() && matches!(call.check, Some(CheckOutcome::Unknown | CheckOutcome::Empty)) {
            return self.take_judge(call, context, signals);
        }
        self.take_run(&RunOutcome { key: call.attempt_key, set, of: None, advances }, call, context, signals);
    }

    /// Takes in a verdict, if a person asked for a better one. Whatever it changes to is progress.
    fn take_judge(&mut self, call: &Call, context: &RuleContext<'_>, signals: &mut Signals) {
        let may_judge = matches!(call.kind, CallKind::Unknown | CallKind::Spawn | CallKind::Check);
        if !may_judge || call.failed() || !context.has_goal {
            return;
        }
        let run = RunOutcome::of_judge(call);
        let known = self.checks.iter().position(|check| check.key == run.key);
        let is_bad = is_bad_verdict(call.said());
        if known.is_some_and(|at| !is_bad || self.checks[at].sets.back() != run.set.as_ref()) {
            self.forget_judges(signals);
        }
        if is_bad {
            self.take_run(&run, call, context, signals);
            self.checks.iter_mut().filter(|check| check.key == run.key).for_each(|check| check.judges = true);
        }
    }

    /// A verdict moves: what the others say, as the size of what is built, was not to change.
    fn forget_judges(&mut self, signals: &mut Signals) {
        if self.checks.iter().any(|check| check.judges && check.told) {
            signals.release(NAME);
        }
        self.checks.retain(|check| !check.judges);
    }

    /// Takes in a look at checks that run elsewhere. Until something is pushed, they say the same.
    fn take_remote(&mut self, call: &Call, context: &RuleContext<'_>, signals: &mut Signals) {
        let set = match call.remote {
            Some(CheckOutcome::Passed) => None,
            Some(CheckOutcome::Failed { .. }) => Some(call.failing.unwrap_or_default()),
            _ => return,
        };
        if std::mem::take(&mut self.pushed) {
            self.take_run(
                &RunOutcome { key: hash::of("remote"), set, of: None, advances: false },
                call,
                context,
                signals,
            );
        }
    }

    fn take_run(&mut self, run: &RunOutcome, call: &Call, context: &RuleContext<'_>, signals: &mut Signals) {
        let known = self.checks.iter().position(|check| check.key == run.key);
        let Some(set) = run.set else {
            // It passes.
            if known.and_then(|at| self.checks.remove(at)).is_some_and(|check| check.may_be_told()) {
                signals.release(NAME);
            }
            return;
        };
        let Some(at) = known else {
            if self.checks.len() == CHECKS {
                self.checks.pop_front();
            }
            let mut complaints = run.of.map(Rewritten::begin);
            if let Some(rewritten) = &mut complaints {
                rewritten.add(&call.input);
            }
            self.checks.push_back(CheckHistory {
                key: run.key,
                complaints,
                judges: false,
                told: false,
                sets: [set].into(),
                changes: VecDeque::new(),
                changed: false,
                returns: 0,
                streak: Streak::begin(call, context),
            });
            return;
        };
        let check = &mut self.checks[at];
        let changed = check.sets.back() != Some(&set) || run.advances;
        let may_be_told = check.may_be_told();
        if changed && !check.change_failures(run, set, call, context) {
            if may_be_told {
                signals.release(NAME);
            }
            return;
        }
        if !changed {
            check.streak.add(call, context);
        }
        check.changed = false;
        check.report(context, signals);
    }
}

/// Whether a call pushes.
fn pushes(call: &Call) -> bool {
    let command = call.input.command.as_deref().filter(|_| call.line.is_some());
    !call.failed() && command.map_or_else(|| has_word(&call.tool, &PUSH), |command| command_has_word(command, &PUSH))
}

impl CheckHistory {
    /// Whether an open finding may be about it. Complaints come and go with every edit, and end none that is not theirs.
    fn may_be_told(&self) -> bool {
        self.complaints.is_none() || self.told
    }

    /// Records a change of a file.
    fn change(&mut self, file: u64, input: &Input) {
        self.changed = true;
        if let Some(rewritten) = self.complaints.as_mut().filter(|rewritten| rewritten.file == file) {
            rewritten.add(input);
        }
        if let Some((_, count)) = self.changes.iter_mut().find(|(known, _)| *known == file) {
            *count += 1;
            return;
        }
        push_bounded(&mut self.changes, FILES, (file, 1));
    }

    /// Changes of files that were changed more than once: a migration goes through many files, once each. They count
    /// as far as the check was run again.
    fn changes(&self) -> u64 {
        let several = || self.changes.iter().map(|(_, count)| *count).filter(|count| *count > 1).sum();
        let changes: u64 = self.complaints.as_ref().map_or_else(several, Rewritten::count);
        changes.min(self.streak.calls())
    }

    /// Records another set of failures. Returns whether it occurred before.
    fn change_failures(&mut self, run: &RunOutcome, set: u64, call: &Call, context: &RuleContext<'_>) -> bool {
        // Without a change in between, it is the test that swings.
        let returned = self.sets.contains(&set) && self.changed && !run.advances;
        self.changes.clear();
        if let Some(rewritten) = &mut self.complaints {
            *rewritten = Rewritten::begin(rewritten.file);
            rewritten.add(&call.input);
        }
        push_bounded(&mut self.sets, SETS, set);
        if returned {
            self.returns += 1;
            self.streak.add(call, context);
        } else {
            self.returns = 0;
            self.streak = Streak::begin(call, context);
        }
        returned
    }

    fn report(&mut self, context: &RuleContext<'_>, signals: &mut Signals) {
        let (summary, problem, laps, grade) = if self.returns >= context.config.limit(&RETURNS) {
            let summary = format!("the failing tests returned to an earlier set {} times", self.returns);
            (summary, "swinging", self.returns, Grade::Warn)
        } else if self.changes() >= context.config.limit(&NOTICE) {
            let changes = self.changes();
            let same = if self.judges { "the verdict is the same as before" } else { "the same tests fail as before" };
            let summary = format!("{changes} changes, and {same}");
            let warn = changes >= context.config.limit(&WARN);
            (summary, "frozen", changes, if warn { Grade::Warn } else { Grade::Notice })
        } else {
            return;
        };
        self.told = true;
        let mut signal = Signal::new(NAME, Kind::Checks, grade, hash::join(self.key, hash::of(problem)), summary);
        self.streak.fill(&mut signal, context);
        signal.laps = laps;
        signals.report(signal);
    }
}
