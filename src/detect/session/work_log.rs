//! Collects what the calls of a session changed, checked and left open: the evidence when it comes to rest.

use super::accepted_failures::AcceptedFailures;
use super::call_work::CallWork;
use super::check_log::CheckLog;
use super::ci_state::CiState;
use super::failed_record::FailedRecord;
use super::forbidden::Forbidden;
use super::git_steps::GitSteps;
use super::last_looks::LastLooks;
use super::lost_work::LostWork;
use super::measured::Measurements;
use super::open_todos::{OpenTodos, TodoList};
use super::other_tree::OtherTree;
use super::outside_action::OutsideAction;
use super::packages::Project;
use super::request::{RequestNumber, UserRequest};
use super::rollout;
use super::sought::Looks;
use super::stubs::Stubs;
use super::supported_work::SupportedWork;
use super::tamper::{ChecksBefore, Tampering, is_test_file};
use super::test_runs::TestRuns;
use super::unanswered_calls::Replies;
use super::unfinished::Unfinished;
use super::version_bump;
use crate::detect::call::checks::CheckOutcome;
use crate::detect::call::shell::{Change, CheckRun};
use crate::detect::text::claims::Work;
use crate::detect::text::ending::{Asked, Ending};
use crate::detect::text::headings::headings;
use crate::detect::text::refusal::declines;

mod contradictions;

/// How many names of tools are remembered, and how long one may be, in bytes.
const TOOLS: usize = 32;
const TOOL: usize = 64;
/// How much is remembered of the commands that failed, in bytes.
const COMMANDS: usize = 4096;
/// Work that only a check can have done.
const CHECKING: [Work; 3] = [Work::RanChecks, Work::RanTests, Work::Linted];

/// What is known about the work of a session.
#[derive(Debug, Default)]
pub(crate) struct WorkLog {
    request: UserRequest,
    latest: ForRequest,
    /// The folder that the session works in, and its packages.
    project: Project,
    todos: TodoList,
    changes: Changes,
    checks: CheckLog,
    /// The last call whose checks did not say how they came out when it ended.
    awaited: Option<Box<CallWork>>,
    tampering: Tampering,
    lost: LostWork,
    other_tree: OtherTree,
    /// The failures that the user accepts.
    accepted: AcceptedFailures,
    /// What the user forbids to touch.
    forbidden: Forbidden,
    /// What the calls did that an answer may claim.
    supported_work: SupportedWork,
    /// The last commit that was made or pushed, as far as it is known.
    commit: Option<String>,
    /// The last request to a server of one's own had no answer.
    unanswered: bool,
    /// The headings of the last answer before the request.
    drafts: Vec<String>,
    /// The names of the tools that were used.
    tools: Vec<String>,
    /// The stream shows what subagents do.
    shows_children: bool,
}

/// What was done for the latest request.
#[derive(Debug, Default)]
struct ForRequest {
    number: RequestNumber,
    /// The last call was denied.
    refused: bool,
    /// What its calls did of the acts that a repository keeps.
    kept: SupportedWork,
    /// The last commit or push, if it failed.
    failed_record: Option<FailedRecord>,
    /// How the last thing came out that was done.
    outside_action: Option<OutsideAction>,
    /// What its calls asked for had an answer.
    replies: Replies,
    /// What its looks found.
    looks: Looks,
    /// What its last calls left unfinished.
    unfinished: Option<Unfinished>,
    /// The state of the last rollout.
    rollout: Option<rollout::RolloutState>,
    /// How the checks stood that run elsewhere, at the last look.
    ci: Option<CiState>,
    /// What the last looks showed of what is not as it should be.
    last_looks: LastLooks,
    /// What the last calls measured.
    measurements: Measurements,
    /// Which tests ran, and passed.
    test_runs: TestRuns,
    /// The code that was added and only says that it is not written yet.
    stubs: Stubs,
    /// The commands that failed, in small letters.
    failed_commands: String,
    /// A check failed before anything was changed.
    failed_first: bool,
    changed: bool,
    /// A call was made that is no note of the agent's.
    called: bool,
    /// Something else than a test changed.
    changed_code: bool,
}

/// What the session changed.
#[derive(Debug, Default)]
struct Changes {
    /// How many files, according to the server.
    files: usize,
    /// The most that a call changed, in the work tree.
    most: Change,
    /// A call wrote history, a remote or a service.
    recorded: bool,
}

impl Changes {
    fn is_certain(&self) -> bool {
        self.most == Change::Certain
    }

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.files == 0 && self.most < Change::Layout && !self.recorded
    }
}

impl ForRequest {
    /// Records what a call shows and measures.
    fn record_shown(&mut self, work: &CallWork) {
        let may_change = work.before.max(work.after) >= Change::Layout || work.records || work.unknown;
        self.last_looks.record(&work.looks_seen, may_change);
        let builds = work.checks.iter().any(|check| check.name.contains("build"));
        self.measurements.record(&work.measured, work.before >= Change::Certain || builds);
    }
}

impl WorkLog {
    /// Uses the task of the stream as the user's message, until that comes: the first events of a session may be lost.
    pub(crate) fn set_task(&mut self, task: &str) {
        self.request = UserRequest::read(task);
        self.accepted.read(&self.request);
        self.forbidden.read(&self.request);
    }

    /// Sets the folder that the session works in.
    pub(crate) fn set_directory(&mut self, directory: &str) {
        self.project.set_directory(directory);
    }

    /// Remembers the last answer before a person speaks, which may be a text that is changed then.
    pub(crate) fn remember_answer(&mut self, answer: &str) {
        self.drafts = headings(answer);
    }

    /// Records what a person asks for.
    pub(crate) fn begin_request(&mut self, text: &str) {
        self.set_task(text);
        self.latest = ForRequest { number: self.latest.number.next(), ..ForRequest::default() };
        if !self.request.goes_on() {
            self.todos.leave();
        }
        self.checks.begin_request();
        self.lost.begin_request();
        self.other_tree.begin_request();
        self.awaited = None;
    }

    /// Sets the open items of the todo list.
    pub(crate) fn set_open_todos(&mut self, todos: OpenTodos) {
        self.todos.replace(todos);
    }

    /// Sets how many files the session has changed, according to the server.
    pub(crate) fn set_changed_files(&mut self, files: usize) {
        self.changes.files = files;
    }

    /// The tampering that a person would want to know of at once, in a sentence each.
    pub(crate) fn tamper_warnings(&self) -> impl Iterator<Item = &str> {
        self.tampering.warnings()
    }

    /// How the last text ended, as an answer to what was asked.
    pub(crate) fn ending(&self, last_text: &str) -> Ending {
        let latest = &self.latest;
        let is_question = !latest.changed && self.request.is_question();
        let is_checked = latest.changed && self.checks.is_clean() && !self.checks.has_unchecked();
        let asked = Asked { is_checked, ..self.request.asked(is_question) };
        let ending = Ending::read_answer(last_text, asked);
        let came_to_nothing = || latest.replies.is_told(last_text, &self.request, latest.changed);
        let is_excuse =
            ending == Ending::Plain && (came_to_nothing() || !is_question && self.is_left_in_part(last_text));
        if is_excuse { Ending::GaveUp } else { ending }
    }

    /// Whether an answer declines the request on grounds of harm, law or policy, and nothing was done for it.
    pub(crate) fn declines(&self, answer: &str) -> bool {
        !self.latest.changed && !self.latest.kept.any() && declines(answer, self.request.is_question())
    }

    /// Whether an answer leaves out a part of what was asked for.
    fn is_left_in_part(&self, answer: &str) -> bool {
        self.request.is_left_in_part(answer, self.latest.changed) || self.request.is_omitted(answer)
    }

    /// What an answer says still runs that the user wants the result of.
    pub(crate) fn still_runs(&self, answer: &str) -> Option<String> {
        self.request.still_runs(answer)
    }

    /// Whether the last call was denied.
    pub(crate) fn was_refused(&self) -> bool {
        self.latest.refused
    }

    /// Whether a name is that of a tool that was used. Without any use, every name may be one, unless JSON is asked for.
    pub(crate) fn knows_tool(&self, name: &str) -> bool {
        let name = name.rsplit('.').next().unwrap_or(name);
        let known = self.tools.iter().any(|tool| tool.eq_ignore_ascii_case(name));
        known || self.tools.is_empty() && !self.request.names(&["json"])
    }

    /// Records that the stream shows a session below this one.
    pub(crate) fn see_child(&mut self) {
        self.shows_children = true;
    }

    /// Whether a call may have done anything, which is not seen. What a subagent does is, where the stream shows it.
    fn may_be_anything(&self, work: &CallWork) -> bool {
        work.unknown && !work.unknown_failed && !(work.spawns && self.shows_children)
    }

    /// Records a call. `own` says that this session made it, not one below it.
    pub(crate) fn record(&mut self, work: &CallWork, own: bool) {
        if own && !work.is_note {
            self.latest.refused = work.denied;
        }
        self.latest.kept.add(work.kept);
        if work.denied {
            return;
        }
        self.latest.called |= !work.is_note;
        self.forbidden.record(work, &self.request);
        if own {
            self.record_tool(&work.tool);
            if let Some(reply) = &work.reply {
                self.latest.replies.record(reply);
            }
            if let Some(sought) = &work.sought {
                self.latest.looks.record(sought);
            }
            if let Some(todos) = &work.todos {
                self.todos.record(todos);
            }
        }
        self.record_acts(work);
        self.latest.record_shown(work);
        self.merge_tampering(work);
        self.latest.stubs.merge(&work.stubs, &self.request);
        self.project.learn(&work.packages);
        let is_foreign = work.touch.git().is_some_and(|git| self.lost.is_foreign(git));
        let is_back = self.lost.record(&work.touch, work.edit);
        if is_back {
            self.checks.take_unchecked();
        }
        let (before, after) = work.touch.git().map(GitSteps::around_checks).unwrap_or_default();
        let led = self.other_tree.follow(before, &mut self.checks);
        self.record_change(work.before, work, is_back || led || is_foreign);
        self.checks.record_fixed(work, self.latest.number);
        if !work.checks.is_empty() {
            self.record_checks(work);
            let led = self.other_tree.follow(after, &mut self.checks) || led;
            self.record_change(work.after, work, is_back || led || is_foreign);
            self.awaited = work.awaited.is_open(&work.outcome).then(|| Box::new(work.clone()));
        } else if let Some((awaited, outcome)) = self.end_awaited(work) {
            // What changed since it began was not checked.
            let changed = self.checks.take_unchecked();
            self.record_checks(&CallWork { outcome, evidence: work.evidence.clone(), ..awaited });
            self.checks.keep_unchecked(changed);
        } else if let Some(program) = &work.program {
            self.latest.failed_first |= work.outcome.is_failed() && !self.latest.changed;
            self.checks.record_program(program, work, self.changes.is_certain(), self.latest.number);
        }
        self.checks.record_validated(&work.shown);
        self.record_remote(work);
    }

    fn merge_tampering(&mut self, work: &CallWork) {
        let standing = ChecksBefore {
            failing: self.checks.is_failing(),
            failing_code: self.checks.is_failing_code(),
            failed_first: self.latest.failed_first,
            changed_code: self.latest.changed_code,
            said: self.checks.failed().next().map_or("", |check| &check.said),
            failed_commands: &self.latest.failed_commands,
        };
        self.tampering.merge(&work.tampering, standing, &self.request);
        let commands = &mut self.latest.failed_commands;
        if (work.outcome.is_failed() || work.unknown_failed) && commands.len() + work.command.len() < COMMANDS {
            // The tool stands in front.
            commands.push_str(work.command.split_once(' ').map_or("", |(_, line)| line));
            commands.push('\n');
        }
    }

    fn record_checks(&mut self, work: &CallWork) {
        if self.other_tree.holds(work) {
            return self.checks.may_have_run(&CHECKING);
        }
        self.latest.failed_first |= work.outcome.is_failed() && !self.latest.changed;
        self.unanswered &= work.outcome != CheckOutcome::Passed;
        self.latest.test_runs.record(work);
        self.checks.record(work, &self.project, (self.latest.number, &self.request));
        if !self.checks.has_unchecked() && !self.other_tree.is_away() {
            self.lost.see_check();
        }
    }

    /// Records how the checks came out that run elsewhere: they are about what was pushed.
    fn record_remote(&mut self, work: &CallWork) {
        let told = match &work.ci {
            Some(runs) if self.commit.is_some() || work.remote.is_none() => runs.outcome(self.commit.as_deref()),
            _ => work.remote.clone(),
        };
        // A look behind a push is at what that began.
        let looks_behind = work.supported_work.pushes() && work.remote.is_some();
        if looks_behind {
            self.checks.record_push();
        }
        if let Some(outcome @ (CheckOutcome::Passed | CheckOutcome::Failed { .. })) = told
            && self.checks.is_pushed()
        {
            let checks = vec![CheckRun::remote()];
            self.record_checks(&CallWork { checks, outcome, ..work.clone() });
        }
        if work.supported_work.pushes() && !looks_behind {
            self.checks.record_push();
        }
        if work.commit.is_some() || work.supported_work.commits() {
            self.commit.clone_from(&work.commit);
        }
    }

    /// The call whose checks were awaited, and how they came out, if this call says so.
    fn end_awaited(&mut self, work: &CallWork) -> Option<(CallWork, CheckOutcome)> {
        let begun = self.awaited.as_ref()?;
        let outcome = work.awaited.outcome(&begun.awaited, &begun.checks)?;
        let begun = self.awaited.take()?;
        if work.awaited.may_grow() {
            self.awaited = Some(begun.clone());
        }
        Some((*begun, outcome))
    }

    fn record_tool(&mut self, tool: &str) {
        if self.tools.len() < TOOLS && tool.len() <= TOOL && !self.tools.iter().any(|known| known == tool) {
            self.tools.push(tool.to_owned());
        }
    }

    /// Records a change. `is_undone` says that Git took a change out of the files, or brought one
    /// back, or only touched what the session did not.
    fn record_change(&mut self, change: Change, work: &CallWork, is_undone: bool) {
        let git = work.touch.git();
        self.changes.most = self.changes.most.max(change);
        // What runs between leaving the work and coming back to it may change something, as anywhere. Without work of
        // one's own, a look at another branch changes nothing.
        let has_work = self.latest.changed || self.checks.has_unchecked();
        let tries = |git: &GitSteps| is_undone && git.may_be_all() && !git.are_all();
        let visits = git.is_some_and(|git| git.only_visit() && !has_work || tries(git));
        if change >= Change::Layout {
            self.checks.may_mend();
        }
        let change = if visits { change.min(Change::Perhaps) } else { change };
        // An agent that only restores an earlier state has nothing to check.
        let is_old = git.is_some_and(GitSteps::discard) && !self.latest.changed && !self.checks.has_unchecked();
        let is_nothing = git.is_some_and(GitSteps::are_all) && (is_undone || is_old);
        if change == Change::Certain {
            self.latest.changed = true;
            let is_code = !work.target.as_deref().is_some_and(is_test_file);
            self.latest.changed_code |= is_code;
            if is_code {
                self.tampering.see_code_change();
            }
        }
        match change {
            Change::Certain if work.bumps_version && self.request.names(&version_bump::REQUESTS) => {}
            Change::Certain if work.code && !is_nothing => {
                self.checks.record_change(work, self.latest.number);
                self.other_tree.record_change();
            }
            // It may have been a check.
            Change::Perhaps if self.may_be_anything(work) => self.checks.record_trial(work),
            _ => {}
        }
    }

    fn record_acts(&mut self, work: &CallWork) {
        let has = |word: &str| work.command.contains(word);
        self.supported_work.add(work.supported_work);
        if work.supported_work.commits() {
            self.lost.commit();
            self.other_tree.commit();
        }
        self.unanswered = work.answered.map_or(self.unanswered, |answered| !answered);
        self.changes.recorded |= work.records || work.supported_work.any();
        let latest = &mut self.latest;
        let stands = latest.failed_record.take().filter(|failed| !work.kept.has(failed.work()));
        latest.failed_record = work.failed_record.clone().or(stands);
        latest.outside_action = work.outside_action.clone().or_else(|| latest.outside_action.take());
        if !work.is_note {
            latest.unfinished = Unfinished::after(work.unfinished.clone(), latest.unfinished.take());
        }
        // What is pushed may be rolled out by a server.
        if work.supported_work.pushes() {
            latest.rollout.get_or_insert(rollout::RolloutState::Open);
        }
        if work.ci_state.is_some() {
            latest.ci.clone_from(&work.ci_state);
        }
        if let Some(rollout) = &work.rollout {
            latest.rollout = rollout.after(latest.rollout.take());
        }
        if self.may_be_anything(work) {
            self.latest.test_runs.may_be_whole();
        }
        // It may do any of it. So may what a server runs.
        if self.may_be_anything(work) || has("gh run") || has("gh pr checks") || has("glab ci") {
            self.checks.may_have_run(&CHECKING);
        }
        // A hook may lint.
        if has("git commit") || has("git push") {
            self.checks.may_have_run(&[Work::Linted]);
        }
    }
}
