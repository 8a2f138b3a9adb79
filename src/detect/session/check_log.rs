//! The checks of a session: which failed and have not passed since, and what changed after the last one.

use super::call_work::CallWork;
use super::check_kind::{CheckKind, kind_of, must_test};
use super::packages::Project;
use super::request::{RequestNumber, UserRequest};
use super::strictness::{keeps, strict_flags};
use super::supersedes::{mends, runs_failed, stands_in, supersedes, without_left_out};
use super::supported_work::SupportedWork;
use super::taken_back::Edits;
use super::validated::Validated;
use crate::detect::call::checks::CheckOutcome;
use crate::detect::call::shell::CheckRun;
use crate::detect::quoted::quoted;
use crate::detect::text::claims::Work;
use crate::wire::record::Evidence;

/// How many checks that failed are remembered; no real session has more that differ.
const FAILED: usize = 16;
/// How many checks that passed are remembered until something changes.
const PASSED: usize = 16;
/// How many names of failing tests a fact lists.
const NAMES: usize = 3;
/// The length of a name in a fact, in characters.
const NAME: usize = 80;

/// A check that failed and has not passed since.
#[derive(Debug, Clone)]
pub(super) struct FailedCheck {
    pub(super) run: CheckRun,
    /// That it failed, in a sentence.
    pub(super) fact: String,
    /// The request that it ran for.
    pub(super) request: RequestNumber,
    /// What failed, and whether that is all.
    pub(super) items: Vec<String>,
    pub(super) lists_all: bool,
    /// How many did, if it says so.
    pub(super) count: Option<u32>,
    /// The beginning of what it printed.
    pub(super) said: String,
    /// How it was called.
    pub(super) called: String,
    /// Nobody knows the program: only its output says that it is a check.
    pub(super) guessed: bool,
    /// A tool showed it that ran nothing itself, so that any check says more.
    pub(super) shown: bool,
    /// It could not even begin.
    pub(super) never_ran: bool,
    /// The flags that made it stricter, and whether anything changed since.
    strict: Vec<String>,
    mended: bool,
    /// A fixer left it of what it was to mend.
    pub(super) is_remainder: bool,
    evidence: Evidence,
}

impl FailedCheck {
    /// Whether `new`, which passed, shows that it would pass now, but for what the user wants left out.
    fn passes_with(&self, new: &CheckRun, wanted: &UserRequest) -> bool {
        let is_asked = |name: &str| wanted.leaves_out(name);
        let Some(told) = without_left_out(new, &self.items, self.lists_all, is_asked) else { return false };
        supersedes(&told, &self.run)
            || self.lists_all && runs_failed(&told, &self.run, &self.items)
            || self.never_ran && stands_in(new, &self.run)
            || self.shown
            || self.guessed && new.name.starts_with(&self.run.name)
    }
}

/// A change of code that no check followed.
#[derive(Debug, Clone)]
pub(super) struct Unchecked {
    evidence: Evidence,
    target: Option<String>,
    request: RequestNumber,
}

/// A check whose outcome nobody can tell.
#[derive(Debug, Clone)]
struct Undecided {
    fact: String,
    request: RequestNumber,
}

/// What is known about the checks of a session.
#[derive(Debug, Clone, Default)]
pub(super) struct CheckLog {
    failed: Vec<FailedCheck>,
    unchecked: Option<Unchecked>,
    /// The changes that wait for a check, of which the last is the one above.
    edits: Edits,
    /// The checks that passed since something changed.
    passed: Vec<CheckRun>,
    /// The last check, if nothing tells how it came out.
    unread: Option<Undecided>,
    last: Option<Evidence>,
    /// Whether the last check failed.
    last_failed: bool,
    /// Something said that tests fail, before anything was changed.
    saw_failure: bool,
    pushed: bool,
    /// What kinds of checks ran, or may have run.
    ran: SupportedWork,
}

impl CheckLog {
    /// Whether a check fails, as far as is known.
    pub(super) fn is_failing(&self) -> bool {
        !self.failed.is_empty() || self.saw_failure
    }

    /// Whether one fails that runs no tests: a linter, a compiler, or a task that may be any.
    pub(super) fn is_failing_code(&self) -> bool {
        self.failed.iter().any(|check| kind_of(&check.run) != CheckKind::Tests)
    }

    /// Whether the last check passed, as far as its output tells, and no other one fails.
    pub(super) fn is_clean(&self) -> bool {
        self.last.is_some() && self.failed.is_empty() && self.unread.is_none()
    }

    /// The checks that failed, the last of them first.
    pub(super) fn failed(&self) -> impl Iterator<Item = &FailedCheck> {
        self.failed.iter().rev()
    }

    /// Whether a check of this kind ran, or may have run.
    pub(super) fn ran(&self, work: Work) -> bool {
        self.ran.has(work)
    }

    /// Records that checks of these kinds may have run.
    pub(super) fn may_have_run(&mut self, works: &[Work]) {
        self.ran.add(SupportedWork::of(works));
    }

    /// Returns to what was known before other files were checked, but for which kinds of checks ran.
    pub(super) fn return_to(&mut self, before: Self) {
        let ran = self.ran;
        *self = before;
        self.ran.add(ran);
    }

    /// Records that another request begins: of earlier ones, only what the last check said is still of interest.
    pub(super) fn begin_request(&mut self) {
        let last = self.failed.pop().filter(|_| self.last_failed);
        self.failed = last.into_iter().collect();
    }

    /// Whether any change waits for a check.
    pub(super) fn has_unchecked(&self) -> bool {
        self.unchecked.is_some()
    }

    /// Takes out the change that waits for a check.
    pub(super) fn take_unchecked(&mut self) -> Option<Unchecked> {
        self.unchecked.take()
    }

    /// Puts a change back that still waits for a check.
    pub(super) fn keep_unchecked(&mut self, change: Option<Unchecked>) {
        self.unchecked = change.or_else(|| self.unchecked.take());
    }

    /// Records a change of code that is certain.
    pub(super) fn record_change(&mut self, work: &CallWork, request: RequestNumber) {
        // That the change is not checked says more than what only looked like a check.
        self.failed.retain(|check| !check.guessed);
        self.pushed = false;
        if self.unchecked.is_none() {
            self.edits = Edits::default();
        }
        let is_taken_back = self.edits.record(work.edit);
        let change = || Unchecked { evidence: work.evidence.clone(), target: work.target.clone(), request };
        self.unchecked = (!is_taken_back).then(change);
    }

    /// Records that something may have changed, so that what failed may pass, and what passed may fail.
    pub(super) fn may_mend(&mut self) {
        self.passed.clear();
        for failed in &mut self.failed {
            failed.mended = true;
        }
    }

    /// Records a command that nobody knows, which may have checked the change.
    pub(super) fn record_trial(&mut self, work: &CallWork) {
        self.unchecked.take_if(|change| work.trial_scope.may_be(change.target.as_deref()));
    }

    /// Records which files a call showed to be well.
    pub(super) fn record_validated(&mut self, seen: &Validated) {
        let is_covered = |file: Option<&str>| seen.covers_all() || file.is_some_and(|file| seen.covers(file));
        self.unchecked.take_if(|change| is_covered(change.target.as_deref()));
        if seen.is_compared() {
            self.may_have_run(&[Work::RanChecks, Work::RanTests]);
        }
    }

    /// Whether what changed was pushed: checks that run elsewhere are about it.
    pub(super) fn is_pushed(&self) -> bool {
        self.pushed
    }

    /// Records a push. What checks elsewhere said was about what was pushed before.
    pub(super) fn record_push(&mut self) {
        self.pushed = true;
        self.failed.retain(|old| old.run != CheckRun::remote());
    }

    /// Records a call that checks something of a project, for a request.
    pub(super) fn record(
        &mut self,
        work: &CallWork,
        project: &Project,
        (request, wanted): (RequestNumber, &UserRequest),
    ) {
        // Where all is temporary, so is the configuration of the project.
        let is_temporary = |place: &str| place.starts_with("/tmp/") || place == "/tmp";
        let is_trial = |check: &CheckRun| check.is_trial && !is_temporary(&check.place);
        let is_temporary_project = project.directory().is_some_and(is_temporary);
        // What fails under a configuration of its own says nothing about that of the project.
        if work.outcome.is_failed() && !is_temporary_project && work.checks.iter().all(is_trial) {
            return;
        }
        if self.says_nothing_new(work) {
            return;
        }
        self.may_have_run(&[Work::RanChecks]);
        for kind in work.checks.iter().map(kind_of) {
            if kind != CheckKind::Code && work.outcome != CheckOutcome::Empty {
                self.may_have_run(&[Work::RanTests]);
            }
            if kind != CheckKind::Tests {
                self.may_have_run(&[Work::Linted]);
            }
        }
        let changed = self.unchecked.as_ref().and_then(|change| change.target.as_deref());
        let ran = !(work.never_ran && work.outcome == CheckOutcome::Unknown);
        if ran && !changed.is_some_and(|changed| work.scope.is_elsewhere(&work.checks, changed, project)) {
            self.unchecked = None;
        }
        self.last = Some(work.evidence.clone()).filter(|_| ran).or_else(|| self.last.take());
        self.last_failed = matches!(work.outcome, CheckOutcome::Failed { .. });
        self.saw_failure &= work.outcome != CheckOutcome::Passed;
        self.unread = unread(work).map(|fact| Undecided { fact, request });
        match &work.outcome {
            CheckOutcome::Passed => {
                let is_as_strict = |old: &FailedCheck| old.mended || old.never_ran || keeps(&work.command, &old.strict);
                let passes =
                    |old: &FailedCheck| is_as_strict(old) && work.checks.iter().any(|new| old.passes_with(new, wanted));
                self.failed.retain(|old| !passes(old));
                let room = PASSED.saturating_sub(self.passed.len());
                self.passed.extend(work.checks.iter().take(room).cloned());
            }
            CheckOutcome::Failed { count, items } => {
                self.failed.retain(|old| !work.checks.iter().any(|run| run.is_same(&old.run)));
                if let Some(run) = work.checks.last() {
                    self.add_failed(failed_check(run, work, (*count, items), request));
                }
            }
            CheckOutcome::Empty | CheckOutcome::Unknown => {}
        }
    }

    /// Whether a run leaves open what is known already, because nothing changed since: it could not even begin after others
    /// passed, or does not say how it came out and is a part of what passed.
    fn says_nothing_new(&self, work: &CallWork) -> bool {
        let is_part = |new: &CheckRun| self.passed.iter().any(|passed| supersedes(passed, new));
        let is_known = match work.outcome {
            CheckOutcome::Unknown => work.never_ran || work.checks.iter().all(is_part),
            CheckOutcome::Failed { count: None, .. } => work.never_ran,
            _ => false,
        };
        is_known && !self.passed.is_empty() && self.unchecked.is_none() && self.is_clean()
    }

    /// Records what the formatters and fixers of a call left, for a request: one that left nothing answers what the same
    /// tool complained of before, and what one left is a complaint of that tool.
    pub(super) fn record_fixed(&mut self, work: &CallWork, request: RequestNumber) {
        let Some(fixed) = &work.fixed else { return };
        self.may_have_run(&[Work::Linted]);
        match (&fixed.outcome, fixed.checks.last()) {
            (CheckOutcome::Passed, _) => {
                let failed = self.failed.len();
                self.failed.retain(|old| !fixed.checks.iter().any(|fix| mends(fix, &old.run)));
                self.last_failed &= self.failed.len() == failed;
            }
            (CheckOutcome::Failed { count, items }, Some(check)) => {
                self.last_failed = true;
                let left = failed_check(check, work, (*count, items), request);
                self.add_failed(FailedCheck { is_remainder: true, ..left });
            }
            _ => {}
        }
    }

    /// Records that a program ran that nobody knows: it is a check if it counts failures, once something `changed`.
    pub(super) fn record_program(
        &mut self,
        program: &CheckRun,
        work: &CallWork,
        changed: bool,
        request: RequestNumber,
    ) {
        if let CheckOutcome::Failed { count, items } = &work.outcome {
            self.saw_failure = true;
            // What was checked already counts for more than what somebody shows.
            if changed && (!work.looks || self.unchecked.is_some()) {
                self.unchecked = None;
                self.last_failed = true;
                let failed = failed_check(program, work, (*count, items), request);
                self.add_failed(FailedCheck { guessed: true, ..failed });
            }
        } else if !work.unknown_failed {
            self.saw_failure = false;
            self.failed.retain(|old| !old.guessed || old.run.name != program.name);
        }
    }

    /// Remembers a check that failed, in place of its last failure.
    fn add_failed(&mut self, new: FailedCheck) {
        self.failed.retain(|old| !new.run.is_same(&old.run));
        if self.failed.len() == FAILED {
            self.failed.remove(0);
        }
        self.failed.push(new);
    }

    /// That nobody can tell how the last check came out, if it ran at this request or a later one.
    pub(super) fn unread_fact(&self, since: RequestNumber) -> Option<String> {
        let unread = self.unread.as_ref().filter(|unread| unread.request >= since)?;
        Some(unread.fact.clone())
    }

    /// That a change waits for a check, if it was made at this request or a later one.
    pub(super) fn unchecked_fact(&self, since: RequestNumber) -> Option<String> {
        let change = self.unchecked.as_ref().filter(|change| change.request >= since)?;
        let target = change.target.as_deref().unwrap_or("a file");
        let has_checked = self.last.is_some() || !self.failed.is_empty();
        Some(format!("{target} changed{}", if has_checked { " after the last check" } else { ", and no check ran" }))
    }

    /// The events that its facts rest on.
    pub(super) fn evidence(&self) -> impl Iterator<Item = &Evidence> {
        let check = self.failed.last().map(|failed| &failed.evidence).or(self.last.as_ref());
        check.into_iter().chain(self.unchecked.as_ref().map(|change| &change.evidence))
    }
}

/// What a check leaves open that tells neither that it passed nor that it failed.
fn unread(work: &CallWork) -> Option<String> {
    match work.outcome {
        // Its other checks passed.
        CheckOutcome::Empty if !work.checks.iter().all(must_test) => None,
        CheckOutcome::Empty => Some(format!("`{}` ran no test", quoted(&work.called, NAME))),
        CheckOutcome::Unknown if work.tries_what_it_built() => None,
        CheckOutcome::Unknown if work.never_ran => Some(format!("`{}` could not run", quoted(&work.called, NAME))),
        CheckOutcome::Unknown => {
            Some(format!("the output of `{}` does not say whether it passed", quoted(&work.called, NAME)))
        }
        CheckOutcome::Passed | CheckOutcome::Failed { .. } => None,
    }
}

fn failed_check(
    run: &CheckRun,
    work: &CallWork,
    (count, items): (Option<u32>, &Vec<String>),
    request: RequestNumber,
) -> FailedCheck {
    FailedCheck {
        run: run.clone(),
        fact: failure(&work.called, count, items),
        request,
        items: items.clone(),
        count,
        lists_all: count.is_none_or(|count| usize::try_from(count).is_ok_and(|count| count <= items.len())),
        said: work.said.clone(),
        called: work.called.clone(),
        guessed: false,
        shown: work.looks,
        never_ran: work.never_ran,
        strict: strict_flags(&work.command),
        mended: false,
        is_remainder: false,
        evidence: work.evidence.clone(),
    }
}

fn failure(called: &str, count: Option<u32>, items: &[String]) -> String {
    let called = quoted(called, NAME);
    let named: Vec<String> = items.iter().take(NAMES).map(|item| quoted(item, NAME)).collect();
    let more = items.len().saturating_sub(NAMES);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    match (named.is_empty(), count) {
        (false, _) => format!("the last run of `{called}` failed: {}{rest}", named.join(", ")),
        (true, Some(1)) => format!("the last run of `{called}` failed with 1 failure"),
        (true, Some(count)) => format!("the last run of `{called}` failed with {count} failures"),
        (true, None) => format!("the last run of `{called}` failed"),
    }
}
