//! One tool, ever other arguments, always the same answer.

use super::trace::Trace;
use super::{Fact, Limit, Rule, Seen, View};
use crate::detect::call::Call;
use crate::detect::call::classify::Kind as CallKind;
use crate::detect::hash;
use crate::detect::session::history::Noted;
use crate::detect::signal::Sighting;
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
    trace: Trace,
}

/// The rule's memory of one session.
#[derive(Default)]
pub(super) struct Stagnation {
    streaks: VecDeque<Streak>,
}

impl Rule for Stagnation {
    fn observe(&mut self, fact: &Fact<'_>, view: &View<'_>, seen: &mut Seen) {
        match fact {
            // A change may change the answers.
            Fact::Call(_, noted) if noted.new_change => self.streaks.clear(),
            Fact::Call(call, noted) if !noted.poll => self.take(call, *noted, view, seen),
            Fact::User => self.streaks.clear(),
            _ => {}
        }
    }
}

impl Stagnation {
    fn take(&mut self, call: &Call, noted: Noted, view: &View<'_>, seen: &mut Seen) {
        if noted.novel() {
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
            if noted.new_call {
                streak.trace.add(call);
                report(&streak.trace, call, view, seen);
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
            trace: Trace::begin(call, view),
        });
    }
}

fn report(trace: &Trace, call: &Call, view: &View<'_>, seen: &mut Seen) {
    let limit = view.config.of(if call.empty { &EMPTY } else { &NOTICE });
    if trace.calls < limit.div_ceil(2) {
        return;
    }
    let grade = if trace.calls >= limit + view.config.of(&WARN) {
        Grade::Warn
    } else {
        Grade::Notice
    };
    let answer = if call.empty { "nothing" } else { "the same" };
    let summary = format!(
        "{} different calls of {} brought {answer}",
        trace.calls, call.tool
    );
    let identity = hash::join(hash::of(&call.tool), call.r);
    let mut sighting = Sighting::new(NAME, Kind::Stagnation, grade, identity, summary);
    trace.fill(&mut sighting, view);
    sighting.faint = trace.calls < limit;
    seen.sight(sighting);
}
