//! Steps, tokens, cost and time run out, or tokens are spent without progress. Iterations are counted
//! where turns are made.

use super::{Fact, Limit, Rule, Seen, View};
use crate::detect::fact::Step;
use crate::detect::hash;
use crate::detect::signal::Sighting;
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
    fn observe(&mut self, fact: &Fact<'_>, view: &View<'_>, seen: &mut Seen) {
        match fact {
            Fact::Step(step) | Fact::ChildStep(step) => self.spend(step, view, seen),
            Fact::Alive => {
                self.began.get_or_insert(view.now);
            }
            // What rests spends nothing; a run that ended in time is not late.
            Fact::Time if view.activity.busy => self.time(view, seen),
            _ => {}
        }
    }

    fn deadline(&self, view: &View<'_>) -> Option<i64> {
        let over = self.began?.saturating_add(view.config.max_time?);
        view.activity.busy.then_some(over)
    }
}

impl Budget {
    fn spend(&mut self, step: &Step<'_>, view: &View<'_>, seen: &mut Seen) {
        self.steps += 1;
        self.tokens = self.tokens.saturating_add(step.tokens);
        self.cost += step.cost;
        let config = view.config;
        if let Some(limit) = config.max_steps.filter(|limit| self.steps > *limit) {
            self.sight(
                "steps",
                Grade::Stop,
                format!("more than {limit} steps"),
                view,
                seen,
            );
        }
        if let Some(limit) = config.max_tokens.filter(|limit| self.tokens > *limit) {
            let spent = format!("{} tokens of {limit}", self.tokens);
            self.sight("tokens", Grade::Stop, spent, view, seen);
        }
        if let Some(limit) = config.max_cost.filter(|limit| self.cost > *limit) {
            let spent = format!("{:.4} dollars of {limit}", self.cost);
            self.sight("cost", Grade::Stop, spent, view, seen);
        }
        let idle = view.ledger.tokens.saturating_sub(view.ledger.tokens_at_progress);
        if config.max_idle_tokens.is_some_and(|limit| idle > limit) {
            let spent = format!("{idle} tokens since the last progress");
            self.sight("idle-tokens", Grade::Notice, spent, view, seen);
        }
        self.time(view, seen);
    }

    fn time(&self, view: &View<'_>, seen: &mut Seen) {
        let (Some(began), Some(limit)) = (self.began, view.config.max_time) else {
            return;
        };
        let spent = view.now.saturating_sub(began);
        if spent > limit {
            let said = format!("{} s of {} s", spent / 1000, limit / 1000);
            self.sight("time", Grade::Stop, said, view, seen);
        }
    }

    fn sight(&self, what: &'static str, grade: Grade, spent: String, view: &View<'_>, seen: &mut Seen) {
        let summary = format!("the budget is spent: {spent}");
        let mut sighting = Sighting::new(NAME, Kind::Budget, grade, hash::of(what), summary);
        sighting.laps = self.steps.max(1);
        sighting.evidence = vec![Evidence {
            id: view.point.id.clone(),
            excerpt: spent,
        }];
        seen.sight(sighting);
    }
}
