//! Steps, tokens, cost and time run out, or tokens are spent without progress. Iterations are counted
//! where turns are made.

use super::{Fact, Limit, Rule, Seen, RuleContext};
use crate::detect::fact::Step;
use crate::detect::hash;
use crate::detect::signal::Signal;
use crate::wire::record::{Evidence, Grade, Kind};

pub(super) const NAME: &str = "budget";
pub(super) const ABOUT: &str = "steps, tokens, cost or time run out";
pub(super) const LIMITS: &[Limit] = &[];

/// The rule's memory of one session and its children.
#[derive(Default)]
pub(super) struct Budget {
    began: Option<i64>,
    steps: u64,
    tokens: u64,
    cost: f64,
}

impl Rule for Budget {
    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            Fact::Step(step) | Fact::ChildStep(step) => self.spend(step, context, seen),
            Fact::Alive => {
                self.began.get_or_insert(context.now);
            }
            // What rests spends nothing; a run that ended in time is not late.
            Fact::Time if context.activity.busy => self.time(context, seen),
            _ => {}
        }
    }

    fn deadline(&self, context: &RuleContext<'_>) -> Option<i64> {
        let over = self.began?.saturating_add(context.config.max_time?);
        context.activity.busy.then_some(over)
    }
}

impl Budget {
    fn spend(&mut self, step: &Step<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        self.steps += 1;
        self.tokens = self.tokens.saturating_add(step.tokens);
        self.cost += step.cost;
        let config = context.config;
        if let Some(limit) = config.max_steps.filter(|limit| self.steps > *limit) {
            self.sight(
                "steps",
                Grade::Stop,
                format!("more than {limit} steps"),
                context,
                seen,
            );
        }
        if let Some(limit) = config.max_tokens.filter(|limit| self.tokens > *limit) {
            let spent = format!("{} tokens of {limit}", self.tokens);
            self.sight("tokens", Grade::Stop, spent, context, seen);
        }
        if let Some(limit) = config.max_cost.filter(|limit| self.cost > *limit) {
            let spent = format!("{:.4} dollars of {limit}", self.cost);
            self.sight("cost", Grade::Stop, spent, context, seen);
        }
        let idle = context.history.tokens.saturating_sub(context.history.tokens_at_progress);
        if config.max_idle_tokens.is_some_and(|limit| idle > limit) {
            let spent = format!("{idle} tokens since the last progress");
            self.sight("idle-tokens", Grade::Notice, spent, context, seen);
        }
        self.time(context, seen);
    }

    fn time(&self, context: &RuleContext<'_>, signals: &mut Signals) {
        let (Some(began), Some(limit)) = (self.began, context.config.max_time) else {
            return;
        };
        let spent = context.now.saturating_sub(began);
        if spent > limit {
            let said = format!("{} s of {} s", spent / 1000, limit / 1000);
            self.sight("time", Grade::Stop, said, context, seen);
        }
    }

    fn sight(&self, what: &'static str, grade: Grade, spent: String, context: &RuleContext<'_>, signals: &mut Signals) {
        let summary = format!("the budget is spent: {spent}");
        let mut signal = Signal::new(NAME, Kind::Budget, grade, hash::of(what), summary);
        signal.laps = self.steps.max(1);
        signal.evidence = vec![Evidence {
            id: context.point.id.clone(),
            excerpt: spent,
        }];
        signals.report(signal);
    }
}
