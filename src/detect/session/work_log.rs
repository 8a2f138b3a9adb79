//! Collects what the calls of a session changed, checked and left open: the evidence when it comes to rest.

use super::awaited::Awaited;
use super::call_work::CallWork;
use super::check_kind::{CheckKind, kind_of, must_test};
use super::outside_action::OutsideAction;
use super::request::UserRequest;
use super::rollout;
use super::rollout_success::describes;
use super::supersedes::{runs_failed, stands_in, supersedes};
use super::supported_work::SupportedWork;
use super::tamper::{ChecksBefore, Tampers, is_test_file};
use super::unfinished::Unfinished;
use crate::detect::call::checks::CheckResult;
use crate::detect::call::shell::{Change, CheckRun};
use crate::detect::text::claims::{Work, claims, says_it_answers};
use crate::detect::text::reported::tells_failure;
use crate::wire::record::{Claim, Contradiction, DoneFact, Evidence};
use crate::wire::text;

/// How many checks that failed are remembered; no real session has more that differ.
const FAILED: usize = 16;
/// How many names of failing tests a fact lists.
const NAMES: usize = 3;
/// The length of a name in a fact, in characters.
const NAME: usize = 80;

/// A check that failed and has not passed since.
#[derive(Debug, Clone)]
struct FailedCheck {
    run: CheckRun,
    fact: String,
    /// It ran for the latest request.
    is_new: bool,
    /// What failed, and whether that is all.
    items: Vec<String>,
    lists_all: bool,
    evidence: Evidence,
    /// Nobody knows the program: only its output says that it is a check.
    guessed: bool,
    /// It could not even begin.
    never_ran: bool,
}

/// What is known about the work of a session.
#[derive(Debug, Default)]
pub(crate) struct WorkLog {
    request: UserRequest,
    /// The folder that the session works in.
    directory: Option<String>,
    open_todos: usize,
    first_todo: Option<String>,
    files: usize,
    /// A file changed; something may have.
    changed: bool,
    may_have_changed: bool,
    /// The last change of code that no check followed, and whether it was made for the latest request.
    unchecked: Option<(Evidence, Option<String>)>,
    unchecked_is_new: bool,
    failed: Vec<FailedCheck>,
    last_check: Option<Evidence>,
    /// The last check, if nothing tells how it came out.
    unread: Option<String>,
    unread_is_new: bool,
    /// Whether the last check failed.
    last_failed: bool,
    ran_check: bool,
    /// Something said that tests fail, before anything was changed.
    saw_failure: bool,
    /// A check failed before anything was changed for the latest request.
    failed_first: bool,
    changed_since: bool,
    /// Something else than a test changed for it.
    changed_code: bool,
    /// A check ran that may be a run of tests, and one that may be a linter, a checker of types or a build.
    ran_tests: bool,
    linted: bool,
    /// What the calls did that an answer may claim, and whether one wrote history, a remote or a service.
    supported_work: SupportedWork,
    recorded: bool,
    /// The last request to a server of one's own had no answer.
    unanswered: bool,
    /// How the last thing came out that was done for the latest request.
    outside_action: Option<OutsideAction>,
    /// What its last calls left unfinished.
    unfinished: Option<Unfinished>,
    /// The last call whose checks still ran when it ended.
    awaited: Option<Box<CallWork>>,
    /// How that stands which was rolled out.
    rollout: Option<rollout::RolloutState>,
    tampers: Tampers,
    refused: bool,
}

impl WorkLog {
    /// Uses the task of the stream as the user's message, until that comes: the first events of a session may be lost.
    pub(crate) fn set_task(&mut self, task: &str) {
        self.request = UserRequest::read(task);
    }

    /// Sets the folder that the session works in.
    pub(crate) fn set_directory(&mut self, directory: &str) {
        if self.directory.as_deref() != Some(directory) {
            self.directory = Some(directory.to_owned());
        }
    }

    /// Records what a person asks for.
    pub(crate) fn begin_request(&mut self, text: &str) {
        self.request = UserRequest::read(text);
        self.unchecked_is_new = false;
        self.unread_is_new = false;
        self.refused = false;
        (self.outside_action, self.unfinished, self.rollout) = (None, None, None);
        (self.failed_first, self.changed_since, self.changed_code) = (false, false, false);
        // Of earlier requests, only what the last check said is still of interest.
        let last = self.failed.pop().filter(|_| self.last_failed);
        self.failed = last.into_iter().map(|check| FailedCheck { is_new: false, ..check }).collect();
    }

    /// Sets the open items of the todo list: how many, and the first one.
    pub(crate) fn set_open_todos(&mut self, open: usize, first: Option<String>) {
        self.open_todos = open;
        self.first_todo = first;
    }

    /// Sets how many files the session has changed, according to the server.
    pub(crate) fn set_changed_files(&mut self, files: usize) {
        self.files = files;
    }

    /// The tampering that a person would want to know of at once, in a sentence each.
    pub(crate) fn tamper_warnings(&self) -> impl Iterator<Item = &str> {
        self.tampers.warnings()
    }

    /// Whether the last call was denied.
    pub(crate) fn was_refused(&self) -> bool {
        self.refused
    }

    /// Records a call. `own` says that this session made it, not one below it.
    pub(crate) fn record(&mut self, work: &CallWork, own: bool) {
        if own && !work.is_note {
            self.refused = work.denied;
        }
        if work.denied {
            return;
        }
        if let Some((open, first)) = work.todos.clone().filter(|_| own) {
            self.set_open_todos(open, first);
        }
        self.record_history(work);
        let standing =
            ChecksBefore { failing: !self.failed.is_empty() || self.saw_failure, failed_first: self.failed_first };
        self.tampers.merge(&work.tampers, standing, &self.request);
        self.record_change(work.before, work);
        if !work.checks.is_empty() {
            self.record_checks(work);
            self.record_change(work.after, work);
            self.awaited = (work.awaited == Awaited::Running).then(|| Box::new(work.clone()));
        } else if let Some((awaited, outcome)) = self.end_awaited(work) {
            self.record_checks(&CallWork { outcome, evidence: work.evidence.clone(), ..awaited });
        } else if let Some(program) = &work.program {
            self.record_program(program, work);
        }
        if work.rollout_succeeded {
            self.unchecked.take_if(|(_, target)| target.as_deref().is_some_and(describes));
        }
    }

    /// The call whose checks were awaited, and how they came out, if this call says so.
    fn end_awaited(&mut self, work: &CallWork) -> Option<(CallWork, CheckResult)> {
        let outcome = work.awaited.outcome(&self.awaited.as_ref()?.checks)?;
        Some((*self.awaited.take()?, outcome))
    }

    /// Records that a program ran that nobody knows: it is a check if it counts failures, once something changed.
    fn record_program(&mut self, program: &CheckRun, work: &CallWork) {
        if let CheckResult::Failed { count, items } = &work.outcome {
            self.saw_failure = true;
            self.failed_first |= !self.changed_since;
            if self.changed {
                self.unchecked = None;
                self.last_failed = true;
                self.record_failed(program, *count, items, work, true);
            }
        } else if !work.unknown_failed {
            self.saw_failure = false;
            self.failed.retain(|old| !old.guessed || old.run.name != program.name);
        }
    }

    /// Remembers a check that failed, in place of its last failure.
    fn record_failed(&mut self, run: &CheckRun, count: Option<u32>, items: &[String], work: &CallWork, guessed: bool) {
        self.failed.retain(|old| !run.is_same(&old.run));
        if self.failed.len() == FAILED {
            self.failed.remove(0);
        }
        let fact = failure(&work.called, count, items);
        self.failed.push(FailedCheck {
            run: run.clone(),
            fact,
            is_new: true,
            items: items.to_vec(),
            lists_all: count.is_none_or(|count| usize::try_from(count).is_ok_and(|count| count <= items.len())),
            evidence: work.evidence.clone(),
            guessed,
            never_ran: work.never_ran,
        });
    }

    fn record_change(&mut self, change: Change, work: &CallWork) {
        // Whoever only takes back what was there before has nothing to check.
        let restores = ["git checkout -- ", "git restore "].iter().any(|undo| work.command.contains(undo));
        let restores_first = restores && !self.changed_since && self.unchecked.is_none();
        self.may_have_changed |= change >= Change::Layout;
        self.changed |= change == Change::Certain;
        self.changed_since |= change == Change::Certain;
        self.changed_code |= change == Change::Certain && !work.target.as_deref().is_some_and(is_test_file);
        match change {
            Change::Certain if work.code && !restores_first => {
                // That the change is not checked says more than what only looked like a check.
                self.failed.retain(|check| !check.guessed);
                self.unchecked = Some((work.evidence.clone(), work.target.clone()));
                self.unchecked_is_new = true;
            }
            // It may have been a check.
            Change::Perhaps if work.unknown && !work.unknown_failed => {
                self.unchecked.take_if(|(_, target)| work.exercised.may_be(target.as_deref()));
            }
            _ => {}
        }
    }

    fn record_checks(&mut self, work: &CallWork) {
        self.ran_check = true;
        let is_empty = work.outcome == CheckResult::Empty;
        for kind in work.checks.iter().map(kind_of) {
            self.ran_tests |= kind != CheckKind::Code && !is_empty;
            self.linted |= kind != CheckKind::Tests;
        }
        let root = self.directory.as_deref();
        let changed = self.unchecked.as_ref().and_then(|(_, target)| target.as_deref());
        if !changed.is_some_and(|changed| work.scope.is_elsewhere(&work.checks, changed, root)) {
            self.unchecked = None;
        }
        self.last_check = Some(work.evidence.clone());
        self.unread = None;
        self.unread_is_new = true;
        self.last_failed = matches!(work.outcome, CheckResult::Failed { .. });
        self.failed_first |= self.last_failed && !self.changed_since;
        self.saw_failure &= work.outcome != CheckResult::Passed;
        self.unanswered &= work.outcome != CheckResult::Passed;
        match &work.outcome {
            // Its other checks passed.
            CheckResult::Empty if !work.checks.iter().all(must_test) => {}
            CheckResult::Empty => self.unread = Some(format!("`{}` ran no test", work.called)),
            CheckResult::Passed => {
                let is_same = |new: &CheckRun, old: &FailedCheck| {
                    supersedes(new, &old.run)
                        || old.lists_all && runs_failed(new, &old.run, &old.items)
                        || old.never_ran && stands_in(new, &old.run)
                        || old.guessed && new.name.starts_with(&old.run.name)
                };
                self.failed.retain(|old| !work.checks.iter().any(|new| is_same(new, old)));
            }
            CheckResult::Unknown => {
                let fact = format!("the output of `{}` does not say whether it passed", work.called);
                self.unread = Some(fact);
            }
            CheckResult::Failed { count, items } => {
                for run in &work.checks {
                    self.failed.retain(|old| !run.is_same(&old.run));
                }
                let Some(run) = work.checks.last() else { return };
                self.record_failed(run, *count, items, work, false);
            }
        }
    }

    fn record_history(&mut self, work: &CallWork) {
        let has = |word: &str| work.command.contains(word);
        self.supported_work.add(work.supported_work);
        self.unanswered = work.answered.map_or(self.unanswered, |answered| !answered);
        self.recorded |= work.records || work.supported_work.any();
        self.outside_action = work.outside_action.clone().or_else(|| self.outside_action.take());
        if !work.is_note {
            self.unfinished = Unfinished::after(work.unfinished.clone(), self.unfinished.take());
        }
        // What is pushed may be rolled out by a server.
        if work.supported_work.pushes() {
            self.rollout.get_or_insert(rollout::RolloutState::Open);
        }
        if let Some(rollout) = &work.rollout {
            self.rollout = rollout.after(self.rollout.take());
        }
        // It may do any of it. So may what a server runs.
        let runs_any = work.unknown && !work.unknown_failed;
        if runs_any || has("gh run") || has("gh pr checks") || has("glab ci") {
            (self.ran_check, self.ran_tests, self.linted) = (true, true, true);
        }
        // A hook may lint.
        self.linted |= has("git commit") || has("git push");
    }

    /// What contradicts that the work is done, apart from how the session ended. An agent that `asks` may have a reason
    /// for changing nothing yet.
    pub(crate) fn facts(&self, claim: Claim, asks: bool, last_text: &str) -> Vec<DoneFact> {
        let mut facts = Vec::new();
        let mut add = |contradiction, fact| facts.push(DoneFact { contradiction, fact });
        // A promise is about all of the work; anything else is about what was asked last.
        let is_promise = claim == Claim::Promise;
        if self.open_todos > 0 {
            add(Contradiction::OpenTodos, self.todo_fact());
        }
        let reported = |check: &&FailedCheck| self.is_reported(check, claim, last_text);
        if let Some(check) = self.failed.last().filter(|check| !reported(check)) {
            add(Contradiction::LastCheckFailed, check.fact.clone());
        } else if let Some(unread) = self.unread.as_ref().filter(|_| is_promise || self.unread_is_new) {
            add(Contradiction::CheckUnknown, unread.clone());
        }
        if let Some((_, target)) = self.unchecked.as_ref().filter(|_| is_promise || self.unchecked_is_new) {
            let target = target.as_deref().unwrap_or("a file");
            add(Contradiction::UncheckedChange, format!("{target} changed after the last check"));
        }
        let nothing = !self.changed && !self.may_have_changed && self.files == 0 && !self.recorded;
        if nothing && !asks && self.request.wants_change(claim) {
            add(Contradiction::EmptyDiff, "no file changed, though a change was asked for".to_owned());
        }
        if let Some(tamper) = self.tampers.fact(last_text) {
            add(Contradiction::Tamper, tamper);
        }
        let refused = || self.outside_action.as_ref().and_then(|act| act.fact(last_text));
        let unfinished = || self.unfinished.as_ref().and_then(|unfinished| unfinished.fact(last_text));
        if let Some(claimed) = self.unsupported(last_text).or_else(refused).or_else(unfinished) {
            add(Contradiction::UnsupportedClaim, claimed);
        }
        facts
    }

    /// Whether a check failed as a report says that was all that was asked for, or as a test does that was to fail.
    fn is_reported(&self, check: &FailedCheck, claim: Claim, last_text: &str) -> bool {
        let looked = !self.changed_since && self.request.wants_report(claim);
        let wrote_test = !self.changed_code && self.changed_since && self.request.wants_failing_test();
        let praises = || claims(last_text).iter().any(|claim| matches!(claim.work, Work::RanTests | Work::RanChecks));
        check.is_new && (looked || wrote_test) && tells_failure(last_text, &check.items) && !praises()
    }

    fn todo_fact(&self) -> String {
        let first = self.first_todo.as_deref().filter(|first| !first.is_empty());
        let first = first.map(|first| format!(": \"{first}\"")).unwrap_or_default();
        match self.open_todos {
            1 => format!("1 to-do item is open{first}"),
            open => format!("{open} to-do items are open{}", first.replacen(':', ", the first is", 1)),
        }
    }

    /// What the text claims and no call did.
    fn unsupported(&self, text: &str) -> Option<String> {
        if let Some(said) = says_it_answers(text).filter(|_| self.unanswered) {
            return Some(format!("the agent says \"{said}\", but its last request to the server had no answer"));
        }
        let claims = claims(text);
        if let Some(rollout::RolloutState::NotThrough(said)) = &self.rollout {
            if let Some(claim) = claims.iter().find(|claim| claim.work == Work::Deployed) {
                return Some(format!(
                    "the agent says \"{}\", but the last output about it says \"{said}\"",
                    claim.excerpt
                ));
            }
            if self.request.names(&rollout::REQUESTS) {
                return Some(format!("what was to be rolled out is not through: \"{said}\""));
            }
        }
        let claimed = claims.into_iter().find(|claim| match claim.work {
            Work::RanTests => !self.ran_tests,
            Work::RanChecks => !self.ran_check,
            Work::Linted => !self.linted,
            work => !self.supported_work.has(work),
        })?;
        let missing = match claimed.work {
            Work::RanTests if self.ran_check => "no call ran the tests",
            Work::Linted if self.ran_check => "no call ran a linter",
            Work::RanTests | Work::RanChecks | Work::Linted => "no call ran a check",
            Work::Committed => "no call committed",
            Work::Pushed => "no call pushed",
            Work::OpenedPr => "no call opened a pull request",
            Work::Deployed => "no call deployed or published",
            Work::Sent => "no call sent mail",
            Work::Posted => "no call sent a message",
            Work::ClosedIssue => "no call closed an issue",
            Work::Measured => "no call ran a benchmark",
            Work::Browsed => "no call opened a page",
            Work::Pictured => "no call took a screenshot",
            Work::Reviewed => "no call asked another agent",
        };
        Some(format!("the agent says \"{}\", but {missing}", claimed.excerpt))
    }

    /// The events that the contradictions rest on.
    pub(crate) fn evidence(&self) -> Vec<Evidence> {
        let check = self.failed.last().map(|failed| &failed.evidence).or(self.last_check.as_ref());
        check.into_iter().chain(self.unchecked.as_ref().map(|(evidence, _)| evidence)).cloned().collect()
    }
}

fn failure(called: &str, count: Option<u32>, items: &[String]) -> String {
    let named: Vec<String> = items.iter().take(NAMES).map(|item| text::excerpt(item, NAME)).collect();
    let more = items.len().saturating_sub(NAMES);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    match (named.is_empty(), count) {
        (false, _) => format!("the last run of `{called}` failed: {}{rest}", named.join(", ")),
        (true, Some(1)) => format!("the last run of `{called}` failed with 1 failure"),
        (true, Some(count)) => format!("the last run of `{called}` failed with {count} failures"),
        (true, None) => format!("the last run of `{called}` failed"),
    }
}
