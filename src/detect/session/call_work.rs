//! Reads what one call changed, checked and left open.

use super::acts_done::ActsDone;
use super::awaited::Awaited;
use super::check_kind::{CheckKind, kind_of};
use super::check_scope::Scope;
use super::ci_runs::{CiRuns, made_commit};
use super::ci_state::CiState;
use super::comments::only_comments;
use super::failed_record::FailedRecord;
use super::fixers::Fixed;
use super::follow_up::FollowUp;
use super::last_looks::{Look, looks};
use super::local_server::answered;
use super::lost_work::FileEffect;
use super::measured::{Measured, measured};
use super::open_todos::TodoChange;
use super::outside_action::OutsideAction;
use super::packages::{Package, packages};
use super::rewritten_code::rewrites_code;
use super::rollout::Rollout;
use super::sought::Sought;
use super::stubs::Stubs;
use super::supersedes::never_ran;
use super::supported_work::SupportedWork;
use super::taken_back::Edit;
use super::tamper::Tampering;
use super::trial_scope::TrialScope;
use super::unanswered_calls::Reply;
use super::unfinished::Unfinished;
use super::validated::Validated;
use super::version_bump::is_version_bump;
use crate::detect::call::Call;
use crate::detect::call::checks::{self, CheckOutcome, Truncation, json, report};
use crate::detect::call::classify::{CallKind, gives_verdict, may_try, runs_anything, shows_findings};
use crate::detect::call::code_files::{is_code, names_code};
use crate::detect::call::complaints::asks;
use crate::detect::call::input::pieces;
use crate::detect::call::shell::{Change, CheckRun, CommandLine, Effect, join};
use crate::detect::hash;
use crate::detect::quoted::stretch;
use crate::detect::text::wait_signs::has_word;
use crate::wire::part::{Part, ToolState};
use crate::wire::record::Evidence;
use crate::wire::{Raw, members, text};
use std::borrow::Cow;

/// How much of what a tool shows is searched for the summary of a check, in bytes.
const SHOWN: usize = 16 * 1024;
/// How much of an output is read for why a check could not begin, in bytes.
const BEGINNING: usize = 4096;
/// How much of it is kept, where the names in it tell whether an answer speaks of it, in bytes.
const NAMING: usize = 2048;
/// The length of a name in a fact, in characters.
const NAME: usize = 80;
/// What one call did.
#[derive(Debug, Clone, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each answers another question about the call")]
pub(crate) struct CallWork {
    pub(super) evidence: Evidence,
    /// What it changed before its last check, and after it.
    pub(super) before: Change,
    pub(super) after: Change,
    /// Whether a check may be about what it changed.
    pub(super) code: bool,
    pub(super) target: Option<String>,
    /// What it put in place of what, if it is an edit.
    pub(super) edit: Option<Edit>,
    /// It checks: what, and how that came out.
    pub(super) checks: Vec<CheckRun>,
    /// What its formatters and fixers left, if it has any.
    pub(super) fixed: Option<Fixed>,
    /// What its checks are about.
    pub(super) scope: Scope,
    /// The packages that it shows, and their folders.
    pub(super) packages: Vec<Package>,
    pub(super) outcome: CheckOutcome,
    /// The check could not even begin.
    pub(super) never_ran: bool,
    /// The beginning of what the check printed, if it failed.
    pub(super) said: String,
    /// Nobody knows what it does, and what that can have tried.
    pub(super) unknown: bool,
    /// It shows what a check found that others ran.
    pub(super) looks: bool,
    /// It had a subagent do it.
    pub(super) spawns: bool,
    pub(super) trial_scope: TrialScope,
    /// Which files it showed to be well, without a check.
    pub(super) shown: Validated,
    /// An unknown program in it failed.
    pub(super) unknown_failed: bool,
    /// The unknown program.
    pub(super) program: Option<CheckRun>,
    /// It writes history, a remote or a service.
    pub(super) records: bool,
    /// What it did that an answer may claim.
    pub(super) supported_work: SupportedWork,
    /// What it did, or may have, of the acts that a repository keeps.
    pub(super) kept: SupportedWork,
    /// What it measured.
    pub(super) measured: Vec<Measured>,
    /// What it saw of what an answer may speak of.
    pub(super) looks_seen: Vec<Look>,
    /// What it did that people like to keep for themselves.
    pub(super) acts: ActsDone,
    /// The commit or the push that it was, if that failed.
    pub(super) failed_record: Option<FailedRecord>,
    /// Whether its request to a server of one's own was answered, if it made one.
    pub(super) answered: Option<bool>,
    /// How it came out, if it did something.
    pub(super) outside_action: Option<OutsideAction>,
    /// How the checks that run elsewhere came out, if it looks at such.
    pub(super) remote: Option<CheckOutcome>,
    /// The runs of a build server that it shows, and the commit that it made or pushed, if it says so.
    pub(super) ci: Option<CiRuns>,
    /// Whether the checks that run elsewhere have ended, if it looks at such.
    pub(super) ci_state: Option<CiState>,
    pub(super) commit: Option<String>,
    /// It only raises the version of a package.
    pub(super) bumps_version: bool,
    /// Whether it had an answer, if it asked for one.
    pub(super) reply: Option<Reply>,
    /// What it found, if it looked for something that may have to be done.
    pub(super) sought: Option<Sought>,
    /// What it left unfinished, if it did not only look.
    pub(super) unfinished: Option<Unfinished>,
    /// What it says of a command that runs on.
    pub(super) awaited: Awaited,
    /// What it says of what is rolled out.
    pub(super) rollout: Option<Rollout>,
    /// What it did with files.
    pub(super) touch: FileEffect,
    pub(super) tool: String,
    /// The tool and its command, in lower case.
    pub(super) command: String,
    /// How the check was called, for a person.
    pub(super) called: String,
    pub(super) denied: bool,
    /// Agents' own notes, which say nothing about the work.
    pub(super) is_note: bool,
    /// Nothing has to be said after it: it only takes notes, asks a person, or hands the work in.
    pub(super) may_be_last: bool,
    /// What it did, for one who announced something.
    pub(super) follow_up: FollowUp,
    /// What it did to the agent's own to-do list.
    pub(super) todos: Option<TodoChange>,
    pub(super) tampering: Tampering,
    pub(super) stubs: Stubs,
}

impl CallWork {
    /// Reads what a call that ended did.
    pub(crate) fn read(call: &Call, part: &Part<'_>) -> Self {
        let state = part.state.as_ref();
        let mut work = Self::frame(call);
        if call.denied {
            work.kept = SupportedWork::default().kept(call, state);
            return work;
        }
        match &call.line {
            Some(line) => work.read_line(line, call),
            None => work.read_tool(call, state),
        }
        work.shown = Validated::read(call, state);
        work.supported_work = SupportedWork::of_call(call, state);
        work.kept = work.supported_work.kept(call, state);
        work.ci = CiRuns::read(call, state);
        work.ci_state = CiState::read(call, state);
        if work.supported_work.commits() || work.supported_work.pushes() {
            work.commit = answer(state).and_then(|said| made_commit(&said));
        }
        work.acts = ActsDone::read(call, state);
        work.looks_seen = looks(call, state);
        work.measured = measured(call, state);
        work.failed_record = FailedRecord::read(call, state);
        work.answered = answered(call, state);
        work.outside_action = OutsideAction::read(call, state);
        work.reply = Reply::read(call, state);
        work.unfinished = Unfinished::read(call, state);
        work.sought = Sought::read(call, state);
        work.awaited = Awaited::read(call, state);
        work.rollout = Rollout::read(call, state);
        work.touch = FileEffect::read(call, state);
        work.packages = packages(call, state);
        work.fixed = Fixed::read(call, state);
        work.read_check(call, state);
        work.todos = state.and_then(|state| TodoChange::read(&call.tool, state));
        if state.is_none_or(|state| &*state.status != "error") {
            work.bumps_version = is_version_bump(work.target.as_deref(), state.and_then(|state| state.input));
            work.tampering.read_edit(work.target.as_deref(), state.and_then(|state| state.input));
            work.stubs.read_edit(work.target.as_deref(), state.and_then(|state| state.input));
            work.edit = Edit::read(call, state);
        }
        work
    }

    /// A call of which only its frame was read, as of one that was denied.
    fn frame(call: &Call) -> Self {
        let command = call.input.command.as_deref();
        Self {
            evidence: call.evidence(),
            outcome: call.check.clone().unwrap_or_default(),
            spawns: call.kind == CallKind::Spawn,
            remote: call.remote.clone(),
            unknown_failed: call.unknown_failed,
            tool: call.tool.clone(),
            command: format!("{} {}", call.tool, command.unwrap_or_default()).to_ascii_lowercase(),
            called: stretch(command.unwrap_or(&call.tool), NAME).to_owned(),
            denied: call.denied,
            is_note: call.kind == CallKind::Plan,
            may_be_last: matches!(call.kind, CallKind::Plan | CallKind::Ask) || has_word(&call.tool, &LAST),
            follow_up: FollowUp::of(call),
            target: call.input.target.clone(),
            ..Self::default()
        }
    }

    /// What it did.
    pub(crate) fn follow_up(&self) -> FollowUp {
        self.follow_up
    }

    /// Whether it changed or bypassed a check, or undid that.
    pub(crate) fn touches_checks(&self) -> bool {
        !self.tampering.is_empty()
    }

    /// Reads where its checks ran, and whether they could begin.
    fn read_check(&mut self, call: &Call, state: Option<&ToolState<'_>>) {
        let output = state.and_then(|state| state.error.or(state.output));
        let is_left = self.fixed.as_ref().is_some_and(|fixed| fixed.outcome.is_failed());
        if is_left || self.outcome.is_failed() && !self.checks.is_empty() {
            let said = output.map(|output| text::beginning(output, BEGINNING)).unwrap_or_default();
            said[..said.floor_char_boundary(NAMING)].clone_into(&mut self.said);
        }
        if self.checks.is_empty() {
            return;
        }
        if call.line.is_some()
            && let Some(place) = state.and_then(|state| state.input).and_then(place)
        {
            for check in &mut self.checks {
                check.place = if check.place.is_empty() { place.clone() } else { join(&place, &check.place) };
            }
        }
        if self.scope.has_packages() && self.outcome == CheckOutcome::Passed {
            self.scope.read_output(&output.map(text::decode).unwrap_or_default());
        }
        if let CheckOutcome::Failed { count: None, .. } | CheckOutcome::Unknown = &self.outcome {
            let said = output.map(|output| text::beginning(output, BEGINNING)).unwrap_or_default();
            self.never_ran = !self.tries_what_it_built() && never_ran(&said);
        }
    }

    /// Whether it builds something and then runs a program that nobody knows: what was built, which speaks last.
    pub(super) fn tries_what_it_built(&self) -> bool {
        self.program.is_some() && self.checks.iter().all(|run| kind_of(run) == CheckKind::Code)
    }

    fn read_line(&mut self, line: &CommandLine, call: &Call) {
        let failed = call.failed() && line.checks.is_empty();
        // What failed may have changed something all the same.
        let sure = |change: Change| if failed { change.min(Change::Perhaps) } else { change };
        self.before = sure(line.change);
        self.after = sure(line.change_after_check);
        self.unknown = line.effect == Effect::Unknown;
        self.records = line.effect == Effect::Record;
        let command = call.input.command.as_deref().unwrap_or_default();
        self.code = names_code(&self.command) || line.change == Change::Certain && rewrites_code(command);
        // One that was cancelled checked nothing.
        if call.check.is_some() {
            self.checks.clone_from(&line.checks);
        }
        self.program.clone_from(&line.unknown);
        self.scope = Scope::read(command, &self.checks);
        self.tampering = Tampering::of_line(line.skipped_hooks.clone(), command);
        if !failed {
            self.tampering.read_commands(command);
            self.stubs.read_commands(command);
        }
        if self.unknown {
            self.trial_scope = TrialScope::read(command);
        }
        // What tests expect is written, too.
        if self.tampering.accepts() && !call.failed() {
            self.before = self.before.max(Change::Perhaps);
        }
    }

    /// Reads what a subagent reports: tests that it counts as failing do fail.
    fn read_report(&mut self, call: &Call, state: Option<&ToolState<'_>>) {
        self.unknown = true;
        let said = answer(state).map(|said| checks::read(&said, Truncation::Nothing));
        if let Some(CheckOutcome::Failed { count: Some(_), .. }) = &said {
            self.program = Some(CheckRun::of_tool(&call.tool, call.key));
            self.outcome = said.unwrap_or_default();
        }
    }

    fn read_tool(&mut self, call: &Call, state: Option<&ToolState<'_>>) {
        match call.kind {
            CallKind::Observe if call.guessed && shows_findings(&call.tool) => self.read_findings(call, state),
            CallKind::Unknown if asks(&call.tool) => {
                self.before = if call.failed() { Change::None } else { Change::Perhaps };
                self.read_findings(call, state);
            }
            CallKind::Mutate if !call.failed() => {
                // A tool of SWE-agent, whose input is its command line: `create probe_test.py`.
                if let Some(command) = call.input.command.as_deref().filter(|command| command.starts_with("create ")) {
                    self.tampering = Tampering::of_line(Vec::new(), command);
                }
                self.before = Change::Certain;
                self.after = Change::Certain;
                self.code = self.target.as_deref().is_none_or(is_code) && !edits_only_comments(call, state);
            }
            CallKind::Check => self.checks.push(CheckRun::of_tool(&call.tool, call.key)),
            CallKind::Spawn => self.read_report(call, state),
            CallKind::Observe => {
                let shows = || may_try(&call.tool, &call.input.text) || shows_check(state);
                self.unknown = call.guessed && !call.failed() && shows() && !says_failed(state);
            }
            CallKind::Unknown if self.read_verdict(call, state) => {}
            CallKind::Unknown => {
                self.unknown_failed = call.failed();
                let ran = !call.failed() || call.check.is_some();
                self.unknown = runs_anything(&call.tool) && ran && !says_failed(state);
                self.program = Some(CheckRun::of_tool(&call.tool, hash::of(&call.tool)));
                if !call.failed() {
                    self.before = Change::Perhaps;
                }
            }
            _ => {}
        }
        if self.unknown {
            self.before = Change::Perhaps;
            self.after = Change::Perhaps;
        }
    }

    /// Reads a check that a tool of any server ran, as its name says together with the tests that its answer counts:
    /// `toolkit_verify`, whereas `crm_check` checks something else. Says whether it is one.
    fn read_verdict(&mut self, call: &Call, state: Option<&ToolState<'_>>) -> bool {
        let counted = Some(state).filter(|_| gives_verdict(&call.tool)).and_then(answer);
        let Some(outcome) = counted.and_then(|said| json::counted(&said)) else { return false };
        self.checks.push(CheckRun::of_tool(&call.tool, hash::of(&call.tool)));
        self.outcome = outcome;
        true
    }

    /// Reads what a check or a language server found, as a tool shows it. What is not said to be well is not checked.
    fn read_findings(&mut self, call: &Call, state: Option<&ToolState<'_>>) {
        self.looks = true;
        let said = answer(state).map(|said| report::shown(&call.tool, &said));
        self.outcome = said.unwrap_or_default();
        self.unknown = self.outcome == CheckOutcome::Passed;
        if self.unknown || self.outcome.is_failed() {
            self.program = Some(CheckRun::of_tool(&call.tool, hash::of(&call.tool)));
        }
    }
}

/// Whether an edit changes nothing but comments of its file.
fn edits_only_comments(call: &Call, state: Option<&ToolState<'_>>) -> bool {
    let (Some(file), Some(input)) = (call.input.target.as_deref(), state.and_then(|state| state.input)) else {
        return false;
    };
    let members = members(input).unwrap_or_default();
    let pieces = pieces(&members, Some(file));
    pieces.iter().all(|piece| piece.file == file) && only_comments(file, &pieces)
}

/// The answer of a tool that did not go wrong itself.
fn answer(state: Option<&ToolState<'_>>) -> Option<String> {
    let state = state.filter(|state| &*state.status != "error")?;
    state.output.map(text::decode).map(Cow::into_owned)
}

/// Whether the answer of a tool says that what it ran, or looked at, failed.
fn says_failed(state: Option<&ToolState<'_>>) -> bool {
    answer(state).and_then(|said| json::read(&said)).is_some_and(|said| said.is_failed())
}

/// Whether an output is that of a check.
fn shows_check(state: Option<&ToolState<'_>>) -> bool {
    let output = state.and_then(|state| state.output).map(|output| text::beginning(output, SHOWN)).unwrap_or_default();
    checks::read(&output, Truncation::Nothing) != CheckOutcome::Unknown
}

/// Words in the names of tools with which agents hand in their work, or say their last: `submit`, `attempt_completion`,
/// `ExitPlanMode`, `StructuredOutput`.
#[rustfmt::skip]
const LAST: [&str; 16] = [
    "submit", "finish", "complete", "completion", "done", "exit", "end", "final", "respond", "reply", "answer", "message", "output", "handoff",
    "exitplanmode", "structuredoutput",
];

/// The folder that a call says it runs in.
fn place(input: Raw<'_>) -> Option<String> {
    const PLACES: [&str; 6] = ["workdir", "cwd", "working_directory", "workingDirectory", "working_dir", "directory"];
    let source = input.get();
    // Most inputs say none, and are spared a second reading.
    if !PLACES.iter().any(|name| memchr::memmem::find(source.as_bytes(), name.as_bytes()).is_some()) {
        return None;
    }
    let members = members(input)?;
    let (_, place) = members.iter().find(|(name, _)| PLACES.contains(&&**name))?;
    serde_json::from_str(place.get()).ok()
}
