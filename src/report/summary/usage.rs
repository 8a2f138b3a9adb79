//! What the sessions of a recording used: calls, tokens, dollars, each counted once, however often a line repeats it.

use crate::bounded::BoundedMap;
use crate::report::shown::Shown;
use crate::wire::part::{Part, Tokens, ToolState};

/// How many parts are remembered. Repetitions follow soon.
const REMEMBERED: usize = 10_000;

/// The most sessions that are told apart.
const SESSIONS: usize = 200;

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
    /// The cost of all steps in dollars, as far as the agent reported it.
    pub dollars: f64,
}

impl Usage {
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

    /// Adds what others used.
    pub fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        self.failed += other.failed;
        self.steps += other.steps;
        self.tokens = self.tokens.saturating_add(other.tokens);
        self.dollars += other.dollars;
    }
}

/// A session, and what it used.
#[derive(Debug, Clone, Default)]
pub struct Session {
    /// Its id.
    pub id: Shown,
    /// The session that started it as its subagent.
    pub parent: Option<Shown>,
    /// What it used itself, without its subagents.
    pub usage: Usage,
}

/// Counts what the sessions use.
#[derive(Debug)]
pub(super) struct Counter {
    /// The sessions in the order in which they appeared.
    pub sessions: Vec<Session>,
    /// What all sessions used, those that are not told apart included.
    pub total: Usage,
    /// The parts that were counted.
    counted: BoundedMap<String, ()>,
}

impl Default for Counter {
    fn default() -> Self {
        Self { sessions: Vec::new(), total: Usage::default(), counted: BoundedMap::new(REMEMBERED) }
    }
}

impl Counter {
    /// The place of a session among [`Counter::sessions`]; `None` if there are too many.
    pub fn place(&mut self, session: &str) -> Option<usize> {
        let id = Shown::new(session);
        let known = self.sessions.iter().rposition(|known| known.id == id);
        if known.is_some() || self.sessions.len() >= SESSIONS {
            return known;
        }
        self.sessions.push(Session { id, ..Session::default() });
        Some(self.sessions.len() - 1)
    }

    /// Takes in a session, and which one started it, if it is a subagent's.
    pub fn add_session(&mut self, session: &str, parent: Option<&str>) {
        if let (Some(place), Some(parent)) = (self.place(session), parent) {
            self.sessions[place].parent = Some(Shown::new(parent));
        }
    }

    /// Counts a part of a message that was created or changed, and returns what it adds; `None` for one that is not
    /// over, or that was counted before.
    pub fn add(&mut self, session: &str, part: &Part<'_>) -> Option<Usage> {
        let added = match &*part.kind {
            "tool" => {
                let state = part.state.as_ref().filter(|state| ToolState::is_over(state))?;
                Usage { calls: 1, failed: u64::from(state.status == "error"), ..Usage::default() }
            }
            "step-finish" => Usage {
                steps: 1,
                tokens: part.tokens.as_ref().map_or(0, Tokens::total),
                dollars: part.cost.map_or(0.0, |cost| positive(cost.get())),
                ..Usage::default()
            },
            _ => return None,
        };
        if self.counted.insert(identity(session, part)?, ()).is_some() {
            return None;
        }
        if let Some(place) = self.place(session) {
            self.sessions[place].usage.add(&added);
        }
        self.total.add(&added);
        Some(added)
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

    fn add(counter: &mut Counter, session: &str, part: &str) {
        let line = format!(
            r#"{{"type":"message.part.updated","properties":{{"sessionID":"{session}","part":{{"messageID":"m",{part}}}}}}}"#
        );
        let Event::Part(part) = observe(&line).unwrap().event else { panic!("no part: {line}") };
        counter.add(session, &part);
    }

    #[test]
    fn counts_parts_once() {
        let mut counter = Counter::default();
        for _ in 0..2 {
            add(&mut counter, "s", r#""id":"a","type":"tool","state":{"status":"running"}"#);
            add(&mut counter, "s", r#""id":"a","type":"tool","state":{"status":"error"}"#);
            add(&mut counter, "t", r#""id":"b","type":"tool","state":{"status":"completed"}"#);
            add(&mut counter, "s", r#""id":"c","type":"step-finish","cost":0.5,"tokens":{"input":5,"output":3}"#);
            add(&mut counter, "s", r#""id":"d","type":"step-finish","cost":"x","tokens":{"input":1}"#);
        }
        let expected = Usage { calls: 2, failed: 1, steps: 2, tokens: 9, dollars: 0.5 };
        assert_eq!(counter.total, expected);
        assert_eq!(counter.sessions.iter().map(|s| s.usage.calls).collect::<Vec<_>>(), [1, 1]);
    }

    #[test]
    fn sessions_are_bounded() {
        let mut counter = Counter::default();
        for n in 0..SESSIONS + 50 {
            add(
                &mut counter,
                &format!("s{n}"),
                &format!(r#""id":"p{n}","type":"tool","state":{{"status":"completed"}}"#),
            );
        }
        assert_eq!((counter.sessions.len(), counter.total.calls), (SESSIONS, 250));
    }

    #[test]
    fn prices_by_share() {
        let usage = Usage { tokens: 100, dollars: 2.0, ..Usage::default() };
        assert_eq!(usage.price_of(25), Some(0.5));
        assert_eq!(usage.price_of(1000), Some(2.0), "no more than everything");
        assert_eq!(Usage::default().price_of(5), None);
    }
}
