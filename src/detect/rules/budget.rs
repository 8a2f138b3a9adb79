//! Detects that steps, tokens, cost or time run out, or that tokens are spent without progress. The session itself
//! counts iterations.

use super::rule::{Rule, RuleInfo};
use crate::detect::fact::Step;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::hash;
use crate::detect::signal::{Signal, Signals};
use crate::wire::Timestamp;
use crate::wire::record::{Evidence, Grade, Kind};

const NAME: &str = "budget";

/// What the rule remembers of one session and its children.
#[derive(Default)]
pub(super) struct Budget {
    began: Option<Timestamp>,
    steps: u64,
    tokens: u64,
    cost: f64,
}

impl Rule for Budget {
    const INFO: RuleInfo = RuleInfo { name: NAME, about: "the steps, tokens, cost or time run out", limits: &[] };

    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            Fact::Step(step) | Fact::ChildStep(step) => self.spend(step, context, signals),
            Fact::Alive => {
                self.began.get_or_insert(context.now);
            }
            // A session that rests spends no time.
            Fact::Time if context.activity.busy => self.check_time(context, signals),
            _ => {}
        }
    }

    fn deadline(&self, context: &RuleContext<'_>) -> Option<Timestamp> {
        let over = self.began?.after(context.config.max_time?);
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
            self.report("steps", Grade::Stop, format!("more than {limit} steps"), context, signals);
        }
        if let Some(limit) = config.max_tokens.filter(|limit| self.tokens > *limit) {
            let spent = format!("{} of {limit} tokens", self.tokens);
            self.report("tokens", Grade::Stop, spent, context, signals);
        }
        if let Some(limit) = config.max_cost.filter(|limit| self.cost > *limit) {
            let spent = format!("{:.4} of {limit} dollars", self.cost);
            self.report("cost", Grade::Stop, spent, context, signals);
        }
        let idle = context.history.tokens.saturating_sub(context.history.tokens_at_progress);
        if config.max_idle_tokens.is_some_and(|limit| idle > limit) {
            let spent = format!("{idle} tokens since the last progress");
            self.report("idle-tokens", Grade::Notice, spent, context, signals);
        }
        self.check_time(context, signals);
    }

    fn check_time(&self, context: &RuleContext<'_>, signals: &mut Signals) {
        let (Some(began), Some(limit)) = (self.began, context.config.max_time) else {
            return;
        };
        let spent = context.now.since(began);
        if spent > limit {
            let spent = format!("{} of {} s", spent / 1000, limit / 1000);
            self.report("time", Grade::Stop, spent, context, signals);
        }
    }

    fn report(
        &self,
        what: &'static str,
        grade: Grade,
        spent: String,
        context: &RuleContext<'_>,
        signals: &mut Signals,
    ) {
        let summary = format!("the budget is spent: {spent}");
        let mut signal = Signal::new(NAME, Kind::Budget, grade, hash::of(what), summary);
        signal.laps = self.steps.max(1);
        signal.evidence = vec![Evidence { id: context.point.id.clone(), excerpt: spent }];
        signals.report(signal);
    }
}
