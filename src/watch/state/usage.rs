//! What a session has used, and what it may use.

use crate::bounded::BoundedMap;
use crate::wire::part::{Part, ToolState};
use crate::wire::text::decode;

/// How many steps and calls to remember as counted. A gap repeats at most the latest ones.
const COUNTED: usize = 64;

/// What a session may use, each in its usual unit; `None` where there is no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Budget {
    /// Turns of one session.
    pub turns: Option<u64>,
    /// Tokens, those of the cache included.
    pub tokens: Option<u64>,
    /// Dollars.
    pub cost: Option<f64>,
    /// Milliseconds.
    pub time: Option<i64>,
}

/// What a session has used.
#[derive(Debug, Clone)]
pub struct Usage {
    /// Calls that ended.
    pub calls: u64,
    /// Tokens: input, output, reasoning, and those of the cache.
    pub tokens: u64,
    /// Dollars, as the server reports them.
    pub cost: f64,
    counted: BoundedMap<String, ()>,
}

impl Default for Usage {
    fn default() -> Self {
        Self { calls: 0, tokens: 0, cost: 0.0, counted: BoundedMap::new(COUNTED) }
    }
}

impl Usage {
    /// Counts a step or a call that ended, once.
    pub fn count(&mut self, part: &Part) {
        let is_call = part.kind == "tool" && part.state.as_ref().is_some_and(ToolState::is_over);
        let is_step = part.kind == "step-finish";
        if !(is_call || is_step) || self.counted.insert(part.id.to_string(), ()).is_some() {
            return;
        }
        self.calls += u64::from(is_call);
        if let Some(tokens) = part.tokens.as_ref().filter(|_| is_step) {
            self.tokens = self.tokens.saturating_add(tokens.total()).saturating_add(tokens.cached());
        }
        let cost = part.cost.filter(|_| is_step).and_then(|cost| decode(cost).parse::<f64>().ok());
        self.cost += cost.filter(|cost| cost.is_finite() && *cost > 0.0).unwrap_or(0.0);
    }

    /// Adds what another session used.
    pub fn add(&mut self, other: &Self) {
        self.calls = self.calls.saturating_add(other.calls);
        self.tokens = self.tokens.saturating_add(other.tokens);
        self.cost += other.cost;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::part::Tokens;

    #[test]
    fn counts_step_once() {
        let tokens: Tokens = serde_json::from_str(r#"{"input":10,"output":5,"cache":{"read":100}}"#).unwrap();
        let cost = Some(crate::wire::Raw::new("0.25"));
        let part = Part { id: "p".into(), kind: "step-finish".into(), tokens: Some(tokens), cost, ..Part::default() };
        let mut usage = Usage::default();
        usage.count(&part);
        usage.count(&part);
        assert_eq!((usage.calls, usage.tokens), (0, 115));
        assert!((usage.cost - 0.25).abs() < 1e-9);
    }
}
