//! Counts what the sessions of a recording used.

use crate::report::shown::Shown;
use crate::wire::part::Part;
use crate::wire::{Usage, UsageCounter};

/// How many parts are remembered as counted.
const REMEMBERED: usize = 10_000;

/// The most sessions that are told apart.
const SESSIONS: usize = 200;

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
    counted: UsageCounter,
}

impl Default for Counter {
    fn default() -> Self {
        Self { sessions: Vec::new(), total: Usage::default(), counted: UsageCounter::new(REMEMBERED) }
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
        let added = self.counted.count(session, part)?;
        if let Some(place) = self.place(session) {
            self.sessions[place].usage.add(&added);
        }
        self.total.add(&added);
        Some(added)
    }
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
    fn sessions_are_told_apart() {
        let mut counter = Counter::default();
        for (session, id) in [("s", "a"), ("t", "b"), ("t", "b"), ("t", "c")] {
            add(&mut counter, session, &format!(r#""id":"{id}","type":"tool","state":{{"status":"completed"}}"#));
        }
        assert_eq!(counter.sessions.iter().map(|s| s.usage.calls).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(counter.total.calls, 3);
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
}
