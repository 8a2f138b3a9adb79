//! Counts what parts used: calls, tokens, dollars. Each part counts once, however often a line repeats it.

use super::part::{Part, Tokens, ToolState};
use super::text::decode;
use crate::bounded::BoundedMap;

/// Calls, tokens and dollars.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Usage {
    /// Finished calls.
    pub calls: u64,
    /// Finished calls that failed.
    pub failed: u64,
    /// Finished responses of the model.
    pub steps: u64,
    /// Tokens of all steps: input, output and reasoning.
    pub tokens: u64,
    /// Tokens that were read from the cache or written to it.
    pub cached: u64,
    /// The cost of all steps in dollars, as far as the agent reported it.
    pub dollars: f64,
}

impl Usage {
    /// What a part used; `None` for one that is not over, or that uses nothing.
    fn of(part: &Part<'_>) -> Option<Self> {
        match &*part.kind {
            "tool" => {
                let state = part.state.as_ref().filter(|state| ToolState::is_over(state))?;
                Some(Self { calls: 1, failed: u64::from(state.has_failed()), ..Self::default() })
            }
            "step-finish" => Some(Self {
                steps: 1,
                tokens: part.tokens.as_ref().map_or(0, Tokens::total),
                cached: part.tokens.as_ref().map_or(0, Tokens::cached),
                dollars: part.cost.map_or(0.0, |cost| positive(&decode(cost))),
                ..Self::default()
            }),
            _ => None,
        }
    }

    /// Adds what others used.
    pub fn add(&mut self, other: &Self) {
        self.calls = self.calls.saturating_add(other.calls);
        self.failed = self.failed.saturating_add(other.failed);
        self.steps = self.steps.saturating_add(other.steps);
        self.tokens = self.tokens.saturating_add(other.tokens);
        self.cached = self.cached.saturating_add(other.cached);
        self.dollars += other.dollars;
    }

    /// The tokens of all steps, those of the cache included, as limits on tokens count them.
    pub fn all_tokens(&self) -> u64 {
        self.tokens.saturating_add(self.cached)
    }

    /// The cost in dollars; `None` if the agent reported none.
    pub fn cost(&self) -> Option<f64> {
        (self.dollars > 0.0).then_some(self.dollars)
    }

    /// What this many tokens cost at the average price of all tokens here; `None` if no price is known.
    pub fn price_of(&self, tokens: u64) -> Option<f64> {
        // Beyond 2^52 the estimate is off by less than a token.
        #[allow(clippy::cast_precision_loss)]
        let share = tokens as f64 / self.tokens.max(1) as f64;
        self.cost().map(|cost| cost * share.min(1.0))
    }
}

/// Tells which parts were counted already.
#[derive(Debug, Clone)]
pub struct UsageCounter {
    counted: BoundedMap<String, ()>,
}

impl UsageCounter {
    /// Remembers this many parts. Repetitions follow soon: a gap repeats at most the latest parts.
    pub fn new(remembered: usize) -> Self {
        Self { counted: BoundedMap::new(remembered) }
    }

    /// Counts a part of a message that was created or changed, and returns what it adds; `None` for one that is not
    /// over, or that was counted before.
    pub fn count(&mut self, session: &str, part: &Part<'_>) -> Option<Usage> {
        let used = Usage::of(part)?;
        let is_new = self.counted.insert(identity(session, part)?, ()).is_none();
        is_new.then_some(used)
    }
}

/// What tells a part from others: its id or, in a dialect without, that of its message and call.
fn identity(session: &str, part: &Part<'_>) -> Option<String> {
    if !part.id.is_empty() {
        return Some(part.id.to_string());
    }
    let identity = format!("{session} {} {}", part.message, part.call.as_deref().unwrap_or_default());
    (!part.message.is_empty() || part.call.is_some()).then_some(identity)
}

/// A cost; 0 if it is not a number.
fn positive(number: &str) -> f64 {
    number.parse().ok().filter(|cost: &f64| cost.is_finite() && *cost > 0.0).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Event, observe};

    fn count(counter: &mut UsageCounter, total: &mut Usage, part: &str) {
        let line = format!(
            r#"{{"type":"message.part.updated","properties":{{"sessionID":"s","part":{{"messageID":"m",{part}}}}}}}"#
        );
        let Event::Part(part) = observe(&line).unwrap().event else { panic!("no part: {line}") };
        if let Some(used) = counter.count("s", &part) {
            total.add(&used);
        }
    }

    #[test]
    fn counts_parts_once() {
        let (mut counter, mut total) = (UsageCounter::new(10), Usage::default());
        for _ in 0..2 {
            count(&mut counter, &mut total, r#""id":"a","type":"tool","state":{"status":"running"}"#);
            count(&mut counter, &mut total, r#""id":"a","type":"tool","state":{"status":"error"}"#);
            count(&mut counter, &mut total, r#""id":"b","type":"tool","state":{"status":"completed"}"#);
            let tokens = r#"{"input":5,"output":3,"cache":{"read":100}}"#;
            count(&mut counter, &mut total, &format!(r#""id":"c","type":"step-finish","cost":0.5,"tokens":{tokens}"#));
            count(&mut counter, &mut total, r#""id":"d","type":"step-finish","cost":"x","tokens":{"input":1}"#);
            count(&mut counter, &mut total, r#""id":"e","type":"text","text":"x""#);
        }
        let expected = Usage { calls: 2, failed: 1, steps: 2, tokens: 9, cached: 100, dollars: 0.5 };
        assert_eq!((total, total.all_tokens()), (expected, 109));
    }

    #[test]
    fn exit_code_other_than_0_is_a_failure() {
        let (mut counter, mut total) = (UsageCounter::new(10), Usage::default());
        for (id, metadata) in [("a", r#"{"exit":1}"#), ("b", r#"{"exit":0}"#), ("c", r#"{"exit":null}"#), ("d", "[]")] {
            let state = format!(r#""state":{{"status":"completed","metadata":{metadata}}}"#);
            count(&mut counter, &mut total, &format!(r#""id":"{id}","type":"tool",{state}"#));
        }
        assert_eq!((total.calls, total.failed), (4, 1));
    }

    #[test]
    fn tells_parts_without_ids_by_their_call() {
        let (mut counter, mut total) = (UsageCounter::new(10), Usage::default());
        for call in ["1", "2", "1"] {
            count(
                &mut counter,
                &mut total,
                &format!(r#""callID":"{call}","type":"tool","state":{{"status":"error"}}"#),
            );
        }
        assert_eq!(total.calls, 2);
    }

    #[test]
    fn prices_by_share() {
        let usage = Usage { tokens: 100, dollars: 2.0, ..Usage::default() };
        assert_eq!(usage.price_of(25), Some(0.5));
        assert_eq!(usage.price_of(1000), Some(2.0), "no more than everything");
        assert_eq!(Usage::default().price_of(5), None);
    }
}
