//! Detects that steps, tokens, cost or time run out, or that tokens are spent without progress. The session itself
//! counts iterations.

use super::rule::{Rule, RuleInfo};
use crate::detect::fact::Step;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::hash;
use crate::detect::signal::{Signal, Signals};
use crate::wire::Timestamp;
use crate::wire::record::{Evidence, Grade, Kind};
use std::fmt::Display;

const NAME: &str = "budget";
/// What a notice about a session without a price begins with.
pub(crate) const UNPRICED: &str = "the cost is not priced";

/// What the rule remembers of one session and its children.
#[derive(Default)]
pub(super) struct Budget {
    began: Option<Timestamp>,
    steps: u64,
    /// Tokens, and those of them that the cache holds.
    tokens: u64,
    cached: u64,
    cost: f64,
    /// A step had no price, which is reported once.
    unpriced: bool,
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
        let (began, limit) = (self.began?, context.config.max_time?);
        let warning = began.after(share(limit, context));
        let next = if warning > context.now { warning } else { began.after(limit) };
        context.activity.busy.then_some(next)
    }
}

/// The part of a limit at which a warning is due.
fn share(limit: i64, context: &RuleContext<'_>) -> i64 {
    limit / 100 * i64::from(context.config.warn_at) + limit % 100 * i64::from(context.config.warn_at) / 100
}

/// How grave it is to have spent this much of a limit.
#[allow(clippy::cast_precision_loss, reason = "a share need not be exact")]
fn grade(spent: f64, limit: f64, context: &RuleContext<'_>) -> Option<Grade> {
    if spent > limit {
        Some(Grade::Stop)
    } else {
        let warn_at = context.config.warn_at;
        (warn_at < 100 && limit > 0.0 && spent >= limit * f64::from(warn_at) / 100.0).then_some(Grade::Warn)
    }
}

/// `8 of 10 steps`; `12 steps, over the limit of 10`
fn spent(amount: impl Display, limit: impl Display, unit: &str, is_over: bool) -> String {
    if is_over { format!("{amount} {unit}, over the limit of {limit}") } else { format!("{amount} of {limit} {unit}") }
}

impl Budget {
    #[allow(clippy::cast_precision_loss, reason = "no budget is near 2^53")]
    fn spend(&mut self, step: &Step<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        let tokens = step.tokens.saturating_add(step.cached);
        self.steps += 1;
        self.tokens = self.tokens.saturating_add(tokens);
        self.cached = self.cached.saturating_add(step.cached);
        self.cost += step.cost;
        let config = context.config;
        if let Some(limit) = config.max_steps {
            let spent = spent(self.steps, limit, "steps", self.steps > limit);
            self.report("steps", grade(self.steps as f64, limit as f64, context), spent, context, signals);
        }
        if let Some(limit) = config.max_tokens {
            let cached = Some(self.cached).filter(|cached| *cached > 0);
            let cached = cached.map_or(String::new(), |cached| format!(", {cached} of them in the cache"));
            let spent = spent(self.tokens, limit, "tokens", self.tokens > limit) + &cached;
            self.report("tokens", grade(self.tokens as f64, limit as f64, context), spent, context, signals);
        }
        if let Some(limit) = config.max_cost {
            let spent = spent(format_args!("{:.4}", self.cost), limit, "dollars", self.cost > limit);
            self.report("cost", grade(self.cost, limit, context), spent, context, signals);
            self.check_price(step, tokens, context, signals);
        }
        let idle = context.history.tokens.saturating_sub(context.history.tokens_at_progress);
        if config.max_idle_tokens.is_some_and(|limit| idle > limit) {
            let spent = format!("{idle} tokens since the last progress");
            self.report("idle-tokens", Some(Grade::Notice), spent, context, signals);
        }
        self.check_time(context, signals);
    }

    /// Reports once that a step had tokens, but no price.
    fn check_price(&mut self, step: &Step<'_>, tokens: u64, context: &RuleContext<'_>, signals: &mut Signals) {
        if step.cost > 0.0 || tokens == 0 || std::mem::replace(&mut self.unpriced, true) {
            return;
        }
        let summary = format!("{UNPRICED}: a step of {tokens} tokens cost nothing, so --max-cost cannot be enforced");
        let mut signal = Signal::new(NAME, Kind::Budget, Grade::Notice, hash::of(UNPRICED), summary);
        signal.evidence = vec![Evidence { id: context.point.id.clone(), excerpt: UNPRICED.to_owned() }];
        signals.report(signal);
    }

    #[allow(clippy::cast_precision_loss, reason = "no run takes 2^53 ms")]
    fn check_time(&self, context: &RuleContext<'_>, signals: &mut Signals) {
        let (Some(began), Some(limit)) = (self.began, context.config.max_time) else {
            return;
        };
        let lasted = context.now.since(began);
        let grade = grade(lasted as f64, limit as f64, context);
        // Seconds alone would say that 3 is more than 3.
        let tenths = if lasted > limit { format!(".{}", lasted % 1000 / 100) } else { String::new() };
        let spent = spent(format_args!("{}{tenths}", lasted / 1000), limit / 1000, "s", lasted > limit);
        self.report("time", grade, spent, context, signals);
    }

    fn report(
        &self,
        what: &'static str,
        grade: Option<Grade>,
        spent: String,
        context: &RuleContext<'_>,
        signals: &mut Signals,
    ) {
        let Some(grade) = grade else {
            return;
        };
        let state = if grade == Grade::Warn { "is nearly spent" } else { "is spent" };
        let summary = format!("the budget {state}: {spent}");
        let mut signal = Signal::new(NAME, Kind::Budget, grade, hash::of(what), summary);
        // A warning does not grow: it is not a reason to end a session before the budget is spent.
        signal.laps = if grade == Grade::Warn { 1 } else { self.steps.max(1) };
        signal.evidence = vec![Evidence { id: context.point.id.clone(), excerpt: spent }];
        signals.report(signal);
    }
}
