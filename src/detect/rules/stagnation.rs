//! Detects one tool that is called with different arguments each time and has the same result.

mod plans;
mod spawns;

use super::rule::{Rule, RuleInfo};
use super::streak::Streak;
use super::wordings::{Wordings, query};
use crate::detect::call::classify::{CallKind, has_statement};
use crate::detect::call::target_names::TargetNames;
use crate::detect::call::{Call, is_empty_list};
use crate::detect::config::Limit;
use crate::detect::fact::history::Comparison;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::hash;
use crate::detect::signal::{Signal, Signals};
use crate::detect::text::missed_goal::{finds_nothing, tells_of_nothing};
use crate::detect::text::wait_signs::command_has_word;
use crate::wire::record::{Grade, Kind};
use plans::Plans;
use spawns::{Spawns, is_spawn};
use std::collections::VecDeque;

const NAME: &str = "stagnation";

const NOTICE: Limit =
    Limit::new("stagnation.notice", 6, "calls of one tool with different arguments and one result before a notice");
// Searches that find nothing are common, so two more are allowed.
const EMPTY: Limit =
    Limit::new("stagnation.empty", 8, "calls of one tool with different arguments and an empty result before a notice");
const WARN: Limit = Limit::new("stagnation.more", 4, "further such calls between a notice and a warning");
// Each of them is a session of its own.
const SPAWNS: Limit = Limit::new("stagnation.spawns", 6, "subagents in a row that find nothing before a warning");

/// Novel calls of any tool that end a streak.
const NOVEL: u64 = 3;
/// The most tools to track at once.
const TOOLS: usize = 4;

struct ToolStreak {
    tool: String,
    result_key: u64,
    /// The digits of its last result: pages of numbers are alike without them.
    exact: u64,
    /// The message of its last call: the calls of one message count once.
    message: String,
    /// Novel calls since its last call.
    novel: u64,
    /// How many of its calls name the next thing of a list.
    listed: u64,
    /// What its calls name, and how many of them name something that none before them did.
    named: TargetNames,
    distinct: u64,
    /// What its calls ask for, how many of them ask for something of their own, and how many for the same in other words.
    wordings: Wordings,
    own: u64,
    reworded: u64,
    /// Since its last call, another tool showed what that may have made.
    shown: bool,
    calls: Streak,
}

/// What the rule remembers of one session.
#[derive(Default)]
pub(super) struct Stagnation {
    streaks: VecDeque<ToolStreak>,
    plans: Plans,
    spawns: Spawns,
}

impl Rule for Stagnation {
    const INFO: RuleInfo = RuleInfo {
        name: NAME,
        about: "one tool, different arguments each time, the same result",
        limits: &[NOTICE, EMPTY, WARN, SPAWNS],
    };

    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            Fact::Call(call, _) if call.kind == CallKind::Plan || talks(call) => {
                let limits = [&NOTICE, &WARN].map(|limit| context.config.limit(limit));
                if let Some(signal) = self.plans.take(call, NAME, limits, context) {
                    signals.report(signal);
                }
            }
            // A change may change the results.
            Fact::Call(_, compared) if compared.new_change => *self = Self::default(),
            Fact::Call(call, compared) => {
                self.plans = Plans::default();
                if is_spawn(call) {
                    let signal = self.spawns.take(call, NAME, context.config.limit(&SPAWNS), context);
                    if let Some(signal) = signal {
                        signals.report(signal);
                    }
                }
                if !compared.waits() {
                    self.take(call, *compared, context, signals);
                }
            }
            Fact::User => *self = Self::default(),
            _ => {}
        }
    }
}

impl Stagnation {
    fn take(&mut self, call: &Call, compared: Comparison, context: &RuleContext<'_>, signals: &mut Signals) {
        if opens(call, compared) {
            self.streaks.iter_mut().filter(|streak| streak.tool != call.tool).for_each(|streak| streak.shown = true);
        }
        if compared.is_novel() {
            for streak in &mut self.streaks {
                streak.novel += 1;
            }
            self.streaks.retain(|streak| streak.novel < NOVEL);
        }
        // All edits have the same result, "Edit applied", and lists and subagents say nothing by theirs.
        if !matches!(call.kind, CallKind::Observe | CallKind::Check | CallKind::Unknown | CallKind::Record) {
            return;
        }
        let known = self.streaks.iter().position(|streak| streak.tool == call.tool);
        if let Some(at) = known.filter(|at| self.streaks[*at].result_key == call.result_key) {
            self.streaks[at].add(call, compared, context, signals);
            return;
        }
        if let Some(at) = known {
            self.streaks.remove(at);
        } else if self.streaks.len() == TOOLS {
            self.streaks.pop_front();
        }
        self.streaks.push_back(ToolStreak::begin(call, compared, context));
    }
}

/// Whether a command only says something, as a thought does.
fn talks(call: &Call) -> bool {
    call.line.as_ref().is_some_and(|line| line.only_talks)
}

/// Whether a call looks at a file for the first time whose content, a picture, does not stand in the answer.
fn opens(call: &Call, compared: Comparison) -> bool {
    let is_read = call.kind == CallKind::Observe && call.line.is_none() && call.input.target.is_some();
    is_read && compared.new_call && !compared.new_result && !call.failed() && !says_nothing(call)
}

/// Whether a read found nothing.
fn says_nothing(call: &Call) -> bool {
    call.empty || is_empty_list(&call.ends) || tells_of_nothing(&call.ends)
}

/// How many words a question has at least: fewer are a name.
const QUESTION: usize = 3;
/// From this many bytes on, an answer is a list of findings.
const FINDINGS: usize = 80;

/// Whether a read searches with words, and its answer is no mere "fine".
fn searches(call: &Call) -> bool {
    let asks = |value: &str| value.split_whitespace().count() >= QUESTION;
    call.line.is_none()
        && call.input.target.is_none()
        && call.ends.len() >= FINDINGS
        && call.input.text.lines().any(asks)
}

/// Words in commands that search in what is not in files.
const FINDERS: [&str; 6] = ["search", "find", "lookup", "query", "locate", "grep"];

/// Whether a call searches, by whatever tool, and finds nothing. A tool that says so in these words searches.
fn asks_in_vain(call: &Call) -> bool {
    let finds_nothing = finds_nothing(&call.ends);
    let searches = match &call.input.command {
        Some(command) if call.line.is_some() => command_has_word(command, &FINDERS),
        _ => call.kind == CallKind::Observe || call.input.query.is_some() || finds_nothing,
    };
    searches && !call.failed() && !has_statement(&call.input.text) && (finds_nothing || says_nothing(call))
}

impl ToolStreak {
    fn begin(call: &Call, compared: Comparison, context: &RuleContext<'_>) -> Self {
        let (mut named, mut wordings) = (TargetNames::default(), Wordings::default());
        named.take(call);
        wordings.take(query(call));
        Self {
            tool: call.tool.clone(),
            result_key: call.result_key,
            exact: call.exact,
            message: call.message.clone(),
            novel: 0,
            listed: u64::from(compared.listed),
            named,
            distinct: 0,
            wordings,
            own: 0,
            reworded: 0,
            shown: false,
            calls: Streak::begin(call, context),
        }
    }

    /// Adds a call with the same result, and reports the streak.
    fn add(&mut self, call: &Call, compared: Comparison, context: &RuleContext<'_>, signals: &mut Signals) {
        self.novel = 0;
        let names = self.named.take(call);
        let is_shown = std::mem::take(&mut self.shown);
        if !compared.new_call || self.message == call.message {
            return;
        }
        self.message.clone_from(&call.message);
        self.calls.add(call, context);
        self.listed += u64::from(compared.listed);
        let names_new = names.is_some_and(|names| names > 0);
        let is_own = self.wordings.take(query(call));
        self.own += u64::from(is_own == Some(true));
        self.reworded += u64::from(is_own == Some(false) && !names_new && !compared.listed);
        let is_other = std::mem::replace(&mut self.exact, call.exact) != call.exact;
        self.distinct += u64::from(is_other || is_shown || names_new);
        self.report(call, names.is_some(), context, signals);
    }

    /// Reports the streak, if it is long enough. `names` says that the call tells what it is aimed at.
    fn report(&self, call: &Call, names: bool, context: &RuleContext<'_>, signals: &mut Signals) {
        let calls = self.calls.calls();
        let limit = context.config.limit(if call.empty { &EMPTY } else { &NOTICE });
        if calls < limit.div_ceil(2) {
            return;
        }
        // Different targets with the same answer are a batch at work, however that sounds, and failures are the business
        // of the rule about errors. Where no argument is a target, a search that finds nothing, or the same as any other,
        // is asked again, unless it goes through a list.
        let checks = call.line.as_ref().is_some_and(|line| !line.checks.is_empty());
        let asks_again = names || says_nothing(call) || searches(call);
        let is_batch = call.failed() || checks || call.kind != CallKind::Observe || !asks_again;
        // Who goes through many things wants to know which of them there are.
        let own = if context.surveys { self.own } else { 0 };
        let again = calls.saturating_sub(self.listed.max(self.distinct).max(own));
        let again = if is_batch { 0 } else { again };
        let again = if asks_in_vain(call) && !checks { again.max(self.reworded) } else { again };
        let warn = again >= limit + context.config.limit(&WARN);
        let grade = if warn { Grade::Warn } else { Grade::Notice };
        let result = if call.empty { "nothing" } else { "the same result" };
        let summary = format!("{calls} different calls of {} brought {result}", call.tool);
        let identity = hash::join(hash::of(&call.tool), call.result_key);
        let mut signal = Signal::new(NAME, Kind::Stagnation, grade, identity, summary);
        self.calls.fill(&mut signal, context);
        signal.below_threshold = calls < limit;
        signals.report(signal);
    }
}
