//! One tool, ever other arguments, always the same answer.

use super::streak::Streak;
use super::{Fact, Limit, Rule, Seen, RuleContext};
use crate::detect::call::Call;
use crate::detect::call::classify::Kind as CallKind;
use crate::detect::hash;
use crate::detect::fact::history::Comparison;
use crate::detect::signal::Signal;
use crate::wire::record::{Grade, Kind};
use std::collections::VecDeque;

pub(super) const NAME: &str = "stagnation";
pub(super) const ABOUT: &str = "one tool, ever other arguments, always the same answer";

const NOTICE: Limit = Limit {
    name: "stagnation.notice",
    default: 6,
    what: "calls of one tool with other arguments and one result: notice",
};
// A search that finds nothing is common; two more of them are allowed.
const EMPTY: Limit = Limit {
    name: "stagnation.empty",
    default: 8,
    what: "the same where the result is empty: notice",
};
const WARN: Limit = Limit {
    name: "stagnation.more",
    default: 4,
    what: "so many more than for a notice: warn",
};
pub(super) const LIMITS: &[Limit] = &[NOTICE, EMPTY, WARN];

/// New results, of whatever tool, after which a streak is over.
const NOVEL: u64 = 3;
/// Tools whose streaks are kept in mind at once.
const TOOLS: usize = 4;

struct Streak {
    tool: String,
    result: u64,
    novel: u64,
    streak: Streak,
}

/// The rule's memory of one session.
#[derive(Default)]
pub(super) struct Stagnation {
    streaks: VecDeque<Streak>,
}

impl Rule for Stagnation {
    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            // A change may change the answers.
            Fact::Call(_, compared) if compared.new_change => self.streaks.clear(),
            Fact::Call(call, compared) if !compared.poll => self.take(call, *compared, context, seen),
            Fact::User => self.streaks.clear(),
            _ => {}
        }
    }
}

impl Stagnation {
    fn take(&mut self, call: &Call, compared: Comparison, context: &RuleContext<'_>, signals: &mut Signals) {
        if compared.novel() {
            for streak in &mut self.streaks {
                streak.novel += 1;
            }
            self.streaks.retain(|streak| streak.novel < NOVEL);
        }
        // "Edit applied" is what an edit answers; lists and subagents have answers of their own.
        if !matches!(call.kind, CallKind::Observe | CallKind::Check) {
            return;
        }
        let known = self.streaks.iter().position(|streak| streak.tool == call.tool);
        if let Some(at) = known.filter(|at| self.streaks[*at].result == call.r) {
            let streak = &mut self.streaks[at];
            streak.novel = 0;
            if compared.new_call {
                streak.streak.add(call);
                report(&streak.streak, call, context, seen);
            }
            return;
        }
        if let Some(at) = known {
            self.streaks.remove(at);
        } else if self.streaks.len() == TOOLS {
            self.streaks.pop_front();
        }
        self.streaks.push_back(Streak {
            tool: call.tool.clone(),
            result: call.r,
            novel: 0,
            streak: Streak::begin(call, context),
        });
    }
}

fn report(streak: &Streak, call: &Call, context: &RuleContext<'_>, signals: &mut Signals) {
    let limit = context.config.limit(if call.empty { &EMPTY } else { &NOTICE });
    if streak.calls < limit.div_ceil(2) {
        return;
    }
    let grade = if streak.calls >= limit + context.config.limit(&WARN) {
        Grade::Warn
    } else {
        Grade::Notice
    };
    let answer = if call.empty { "nothing" } else { "the same" };
    let summary = format!(
        "{} different calls of {} brought {answer}",
        streak.calls, call.tool
    );
    let identity = hash::join(hash::of(&call.tool), call.r);
    let mut signal = Signal::new(NAME, Kind::Stagnation, grade, identity, summary);
    streak.fill(&mut signal, context);
    signal.below_threshold = streak.calls < limit;
    signals.report(signal);
}
