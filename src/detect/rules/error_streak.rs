//! Detects the same error again and again, whatever is tried, and calls that fail one after the other.

mod trials;
mod written;

use super::rule::{Rule, RuleInfo};
use super::streak::Streak;
use crate::bounded::push_bounded;
use crate::detect::call::Call;
use crate::detect::call::classify::CallKind;
use crate::detect::call::failure::CallFailure;
use crate::detect::call::skipped_commands::{has_no_program, lacks_module, never_ran, refuses_arguments};
use crate::detect::call::target::Aim;
use crate::detect::config::Limit;
use crate::detect::episode::ERROR_STREAK as NAME;
use crate::detect::fact::history::Comparison;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::hash;
use crate::detect::signal::{Signal, Signals};
use crate::detect::text::wait_signs::{PAUSE, is_unreachable};
use crate::wire::record::{Grade, Kind};
use std::collections::VecDeque;
use trials::Trials;

// OpenHands stops at three errors in a row, which occurs in 1.9 % of runs that finished by themselves. Five occur in
// none.
const WARN: Limit = Limit::new("error-streak.warn", 5, "calls that fail with the same error before a warning");
// Every measured session with ten in a row went on like that to the end of its budget.
const STOP: Limit = Limit::new("error-streak.stop", 10, "calls that fail with the same error before a stop");
const ROW: Limit = Limit::new("error-streak.row", 8, "calls in a row that fail, whatever the errors, before a warning");
const ROW_STOP: Limit =
    Limit::new("error-streak.row-stop", 24, "calls in a row that fail, whatever the errors, before a stop");

/// Decisions that may lie between two failures of one streak: looks, edits, other commands.
const BETWEEN: u64 = 6;
/// The most errors to track at once.
const ERRORS: usize = 6;
/// How many targets of a streak to compare.
const TARGETS: usize = 32;
/// How many failures that follow a new setting each count as one: a search for the right one takes a dozen.
const SETTINGS: u64 = 4;
/// In how many ways each target of a batch may be treated: it is checked, and then mended.
const WAYS: usize = 3;

/// Calls that fail.
struct Failures {
    class: u64,
    /// What the calls try, and whether they try different things.
    attempt_key: u64,
    varied: bool,
    /// The last call, and whether it was made before, at once.
    key: u64,
    verbatim: bool,
    /// The shape and the target of each call, and whether one target was tried twice in one way.
    aims: VecDeque<(u64, u64)>,
    repeats: bool,
    /// What all of them are given first, if it is a number and other numbers follow.
    item: Option<u64>,
    /// The calls have nothing in common but that they fail.
    mixed: bool,
    /// Nothing but exit codes says that they failed.
    bare: bool,
    /// It was always the same call.
    same_call: bool,
    /// The tool that the last call meant, if it was not understood.
    meant: Option<u64>,
    /// How many of them are aimed at what was written just before.
    own: u64,
    /// How many settings had been tried before the last of them, and how many of them followed a new one.
    settings: u64,
    tried: u64,
    /// A call changes something by name, or names a tool or a program that does not exist.
    edits: bool,
    /// What all of them fail for, if that is neither their own nor their targets'.
    cause: Option<u64>,
    /// Something other than a read succeeded since.
    succeeded: bool,
    /// A call may wait for what fails to come up.
    slow: bool,
    /// The message of the last call: the calls of one message count once.
    message: String,
    ended: i64,
    /// Decisions since the last failure.
    between: u64,
    calls: Streak,
}

/// What the rule remembers of one session.
#[derive(Default)]
pub(super) struct ErrorStreak {
    errors: VecDeque<Failures>,
    /// Calls that failed one after the other.
    row: Option<Failures>,
    trials: Trials,
    message: String,
}

impl Rule for ErrorStreak {
    const INFO: RuleInfo = RuleInfo {
        name: NAME,
        about: "the same error again and again, whatever is tried",
        limits: &[WARN, STOP, ROW, ROW_STOP],
    };

    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            // What is waited for has come.
            Fact::Call(call, compared) if compared.waits() && !call.failed() => self.end(call, signals),
            Fact::Call(call, compared) if !compared.waits() && call.kind != CallKind::Plan => {
                self.take(call, *compared, context, signals);
            }
            Fact::User => *self = Self::default(),
            _ => {}
        }
    }
}

impl ErrorStreak {
    fn take(&mut self, call: &Call, compared: Comparison, context: &RuleContext<'_>, signals: &mut Signals) {
        let decided = call.message.is_empty() || call.message != self.message;
        self.message.clone_from(&call.message);
        for errors in &mut self.errors {
            errors.between += u64::from(decided);
        }
        self.errors.retain(|errors| errors.between <= BETWEEN);
        if let Some(failure) = &call.failure {
            if compared.advances {
                self.move_on(call, failure, signals);
            }
            self.trials.take_failed(call, &failure.line);
            self.fail(call, failure, compared.is_slow(), context, signals);
        } else {
            self.trials.take(call, compared);
            self.succeed(call, compared, signals);
        }
    }

    /// A success ends the streaks of what it tried. Reading something else does not, and neither does an edit of another
    /// file.
    fn succeed(&mut self, call: &Call, compared: Comparison, signals: &mut Signals) {
        if call.kind != CallKind::Observe && (compared.new_change || compared.new_result) {
            for errors in &mut self.errors {
                errors.succeeded = true;
            }
        }
        self.end(call, signals);
    }

    /// Ends the streaks of what a call tried.
    fn end(&mut self, call: &Call, signals: &mut Signals) {
        self.row = None;
        let tool = hash::of(&call.tool);
        self.errors.retain(|errors| {
            let stays = errors.varied || errors.attempt_key != call.attempt_key;
            // Now it was understood.
            errors.meant != Some(tool) && (stays || errors.is_of_another_file(call) || errors.is_of_another_run(call))
        });
        if self.errors.is_empty() {
            signals.release(NAME);
        }
    }

    /// A failure that is farther on than those before it ends their streaks.
    fn move_on(&mut self, call: &Call, failure: &CallFailure, signals: &mut Signals) {
        self.row = None;
        let class = class(call, failure);
        self.errors.retain(|errors| errors.attempt_key != call.attempt_key && errors.class != class);
        if self.errors.is_empty() {
            signals.release(NAME);
        }
    }

    fn fail(
        &mut self,
        call: &Call,
        failure: &CallFailure,
        slow: bool,
        context: &RuleContext<'_>,
        signals: &mut Signals,
    ) {
        let in_a_row = self.fail_in_a_row(call, failure, slow, context);
        let again = self.fail_again(call, failure, slow, context);
        for signal in in_a_row.into_iter().chain(again) {
            signals.report(signal);
        }
    }

    fn fail_in_a_row(
        &mut self,
        call: &Call,
        failure: &CallFailure,
        slow: bool,
        context: &RuleContext<'_>,
    ) -> Option<Signal> {
        // A command that went well showed that a server refuses something: whoever looks what it refuses asks on.
        if call.line.is_some() && call.exit == Some(0) && call.check.is_none() && !call.unknown_failed {
            self.row = None;
            return None;
        }
        let row = match &mut self.row {
            Some(row) => {
                row.add(call, failure, &self.trials, context);
                row
            }
            row => row.insert(Failures::begin(0, call, failure, &self.trials, context)),
        };
        row.slow |= slow;
        let limits = [context.config.limit(&ROW), context.config.limit(&ROW_STOP)];
        let summary = format!("{} calls in a row failed, the last with: {}", row.calls.calls(), failure.line);
        row.signal(limits, summary, context)
    }

    fn fail_again(
        &mut self,
        call: &Call,
        failure: &CallFailure,
        slow: bool,
        context: &RuleContext<'_>,
    ) -> Option<Signal> {
        let class = class(call, failure);
        // Another error of the same act: the failures move.
        self.errors.retain(|errors| errors.class == class || errors.varied || errors.attempt_key != call.attempt_key);
        let at = self.errors.iter().position(|errors| errors.class == class).unwrap_or_else(|| {
            if self.errors.len() == ERRORS {
                self.errors.pop_front();
            }
            self.errors.push_back(Failures::begin(class, call, failure, &self.trials, context));
            self.errors.len() - 1
        });
        let errors = &mut self.errors[at];
        errors.add(call, failure, &self.trials, context);
        errors.slow |= slow;
        // What fails in spite of changes is the business of the rule about checks.
        if call.failing.is_some() && errors.succeeded && !errors.is_own() {
            return None;
        }
        let limits = [context.config.limit(&WARN), context.config.limit(&STOP)];
        let summary = format!("{} calls failed with the same error: {}", errors.calls.calls(), failure.line);
        errors.signal(limits, summary, context)
    }
}

/// What the failures of a streak have in common.
fn class(call: &Call, failure: &CallFailure) -> u64 {
    if call.kind == CallKind::Mutate
        && call.line.is_none()
        && let Some(target) = &call.input.target
    {
        // An edit that does not apply: not found, found twice, not found again.
        return hash::join(hash::of("edit"), hash::of(target));
    }
    // A check whose failures change makes progress, even if its first error line stays the same.
    hash::join(failure.class, call.failing.unwrap_or_default())
}

/// Whether a call fails for what it is, and not for what it is aimed at: it changes something by name, or it never ran.
fn fails_for_itself(call: &Call, failure: &CallFailure) -> bool {
    let refuses = || call.line.is_none() && refuses_arguments(&failure.line, call.input.target.is_some());
    call.kind == CallKind::Mutate || failure.is_invalid() || never_ran(&failure.line) || refuses()
}

/// What a call fails for if it is the same for any other target: a server that does not answer, whatever is asked of
/// it, or a module that is not installed, whatever is run. A call that sleeps gives the server time.
fn cause(call: &Call, failure: &CallFailure, aim: &Aim) -> Option<u64> {
    if lacks_module(&failure.line) {
        return Some(failure.class);
    }
    let sleeps = call.line.as_ref().is_some_and(|line| line.waits);
    let server = aim.server().filter(|_| !sleeps && is_unreachable(&failure.line))?;
    Some(hash::join(hash::of("server"), hash::of(server)))
}

impl Failures {
    fn begin(class: u64, call: &Call, failure: &CallFailure, trials: &Trials, context: &RuleContext<'_>) -> Self {
        let aim = call.aim();
        let (cause, own) = (cause(call, failure, &aim), u64::from(trials.written.holds(&aim, call)));
        let Aim { shape, target, item, .. } = aim;
        Self {
            class,
            attempt_key: call.attempt_key,
            varied: false,
            key: call.key,
            verbatim: false,
            aims: [(shape, target)].into(),
            repeats: false,
            item,
            mixed: false,
            bare: failure.is_bare,
            same_call: true,
            meant: call.meant,
            own,
            settings: trials.before(call),
            tried: 0,
            edits: fails_for_itself(call, failure),
            cause,
            succeeded: false,
            slow: false,
            message: call.message.clone(),
            ended: call.span.1,
            between: 0,
            calls: Streak::begin(call, context),
        }
    }

    /// Adds a call, unless it is the first or of the same message as the last.
    fn add(&mut self, call: &Call, failure: &CallFailure, trials: &Trials, context: &RuleContext<'_>) {
        let between = std::mem::take(&mut self.between);
        if call.message == self.message && !(call.message.is_empty() && self.ended != call.span.1) {
            return;
        }
        let settings = trials.before(call);
        let is_tried = settings > self.settings && !fails_for_itself(call, failure);
        self.settings = self.settings.max(settings);
        self.tried += u64::from(is_tried);
        // Without anything in between, it is a repetition like any other.
        self.verbatim = self.key == call.key
            && between > 1
            && !is_tried
            && call.span.0.saturating_sub(self.ended) < PAUSE
            && !has_no_program(&failure.line);
        self.same_call &= self.key == call.key;
        self.key = call.key;
        self.meant = call.meant;
        let aim = call.aim();
        self.repeats |= self.aims.contains(&(aim.shape, aim.target));
        self.own += u64::from(trials.written.holds(&aim, call));
        self.item = self.item.filter(|item| aim.item == Some(*item));
        // A word after a program may be a host or a subcommand. The error names what it is about.
        self.mixed |= self.attempt_key != call.attempt_key && !aim.names_place() && !aim.is_named_in(&failure.line);
        self.bare &= failure.is_bare;
        self.varied |= self.attempt_key != call.attempt_key;
        self.edits |= fails_for_itself(call, failure);
        self.cause = self.cause.filter(|known| cause(call, failure, &aim) == Some(*known));
        push_bounded(&mut self.aims, TARGETS, (aim.shape, aim.target));
        self.message.clone_from(&call.message);
        self.ended = call.span.1;
        self.calls.add(call, context);
    }

    /// Whether all of them are aimed at one file or page, and this call of a tool at another.
    fn is_of_another_file(&self, call: &Call) -> bool {
        let aim = call.aim().target;
        call.line.is_none()
            && call.input.target.is_some()
            && self.aims.iter().all(|(_, target)| *target != aim)
            && self.aims.iter().all(|(_, target)| Some(*target) == self.aims.front().map(|(_, target)| *target))
    }

    /// Whether all of them are one and the same command, and this is another one of the same program, which runs
    /// something else. A check has an outcome of its own.
    fn is_of_another_run(&self, call: &Call) -> bool {
        self.same_call && self.key != call.key && call.line.is_some() && call.check.is_none()
    }

    /// Whether most of them are aimed at what was written to be tried: that is no target that was given, but one more
    /// attempt.
    fn is_own(&self) -> bool {
        self.own * 2 > self.calls.calls()
    }

    /// Whether different targets are gone through, once each in each way, and all of them fail.
    fn is_batch(&self) -> bool {
        let distinct = |of: fn(&(u64, u64)) -> u64| {
            let mut all: Vec<u64> = self.aims.iter().map(of).collect();
            all.sort_unstable();
            all.dedup();
            all.len()
        };
        let (ways, targets) = (distinct(|aim| aim.0), distinct(|aim| aim.1));
        // Of the first target and of the last, some ways may lie before and behind.
        let is_grid = ways == 1 || ways <= WAYS && self.aims.len() + 2 * (ways - 1) >= ways * targets && targets > ways;
        is_grid && !self.mixed && !self.repeats && !self.edits && self.item.is_none()
    }

    /// A signal, if there are enough calls. A batch is never worth a warning: such as dead links, or inputs that crash
    /// a program. A longer one that fails for the same cause throughout is, but it may have been asked for.
    fn signal(&self, [warn, stop]: [u64; 2], summary: String, context: &RuleContext<'_>) -> Option<Signal> {
        let calls = self.calls.calls();
        let is_enough = |calls: u64| calls >= warn || (self.verbatim && calls + 1 >= warn);
        let enough = is_enough(calls);
        if calls < warn.div_ceil(2) {
            return None;
        }
        let weighed = calls - self.tried + self.tried / SETTINGS;
        let seeks = enough && !is_enough(weighed);
        let is_batch = self.is_batch();
        let is_of_one_cause = self.cause.is_some() && calls >= context.config.limit(&ROW);
        let grade = if is_batch && !is_of_one_cause && !self.is_own() || seeks {
            Grade::Notice
        } else if weighed >= stop && !is_batch && !self.succeeded && !self.slow && !self.bare {
            Grade::Stop
        } else {
            Grade::Warn
        };
        let mut signal = Signal::new(NAME, Kind::Stagnation, grade, self.class, summary);
        self.calls.fill(&mut signal, context);
        signal.below_threshold = !enough;
        Some(signal)
    }
}
