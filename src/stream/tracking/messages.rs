//! Tracks which messages and parts have been emitted in their final state, so that what was missed can be recovered
//! from the session's messages. Only needed for sessions that the server has no event log of.

use crate::bounded::BoundedSet;
use crate::server::Message;
use crate::stream::snapshot::{change, payloads};
use crate::wire::{Event, observe};

/// How many messages and parts are remembered. A session that exceeds this is not recovered any more.
const EMITTED: usize = 65_536;

/// How many recovered messages and parts are remembered, in case the new connection repeats them.
const RECOVERED: usize = 16_384;

/// The messages and parts that have been emitted in their final state.
#[derive(Debug)]
pub(crate) struct FinishedMessages {
    emitted: BoundedSet,
    /// Those that were recovered; the connection may still deliver them, once.
    recovered: BoundedSet,
    /// Whether the messages from before we connected could not be read, so that nobody can tell them from later ones.
    pub past_unknown: bool,
}

impl Default for FinishedMessages {
    fn default() -> Self {
        Self { emitted: BoundedSet::new(EMITTED), recovered: BoundedSet::new(RECOVERED), past_unknown: false }
    }
}

impl FinishedMessages {
    /// Records an event that is emitted, or that needs not be.
    pub fn observe(&mut self, event: &Event) {
        if let Some(change) = change(event).filter(|change| change.is_final) {
            self.emitted.insert(change.id);
        }
    }

    /// Records what a message contains now, from before we connected: it needs not be emitted.
    pub fn skip(&mut self, message: &Message) {
        for (_, payload) in payloads(message) {
            if let Ok(line) = observe(&payload) {
                self.observe(&line.event);
            }
        }
    }

    /// Whether everything that was emitted is known: otherwise nothing can be recovered without repeating some.
    pub fn is_reliable(&self) -> bool {
        !self.past_unknown && !self.emitted.has_forgotten()
    }

    /// The events of a message that were not emitted and are final, as payloads. They count as emitted now.
    pub fn recover(&mut self, message: &Message) -> Vec<String> {
        let mut missing: Vec<String> = payloads(message).into_iter().map(|(_, payload)| payload).collect();
        missing.retain(|payload| {
            let line = observe(payload);
            let change = line.as_ref().ok().and_then(|line| change(&line.event));
            let Some(change) = change.filter(|change| change.is_final) else {
                return false;
            };
            let is_new = self.emitted.insert(change.id);
            if is_new {
                self.recovered.insert(change.id);
            }
            is_new
        });
        missing
    }

    /// Whether a live event repeats what was just recovered: it happened while the messages were being read.
    pub fn is_echo(&mut self, event: &Event) -> bool {
        // User messages change after they are final.
        let from_user = matches!(event, Event::Message { from_user: true, .. });
        let change = change(event).filter(|change| change.is_final && !from_user);
        change.is_some_and(|change| self.recovered.remove(change.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::snapshot::sample::message;

    #[test]
    fn recovers_final_states_once() {
        let mut finished = FinishedMessages::default();
        assert!(finished.recover(&message("m1", "a", false)).is_empty());
        assert_eq!(finished.recover(&message("m1", "a", true)).len(), 2);
        assert!(finished.recover(&message("m1", "a", true)).is_empty());
    }

    #[test]
    fn skips_what_was_before() {
        let mut finished = FinishedMessages::default();
        finished.skip(&message("m9", "a", true));
        finished.skip(&message("m5", "a", false));
        assert!(finished.recover(&message("m9", "a", true)).is_empty());
        assert_eq!(finished.recover(&message("m5", "a", true)).len(), 2);
    }

    #[test]
    fn drops_one_echo() {
        let mut finished = FinishedMessages::default();
        for payload in finished.recover(&message("m1", "a", true)) {
            let line = observe(&payload).unwrap();
            assert!(finished.is_echo(&line.event));
            assert!(!finished.is_echo(&line.event), "only once");
        }
    }

    #[test]
    fn knows_when_it_forgot() {
        let mut finished = FinishedMessages::default();
        for n in 0..EMITTED / 2 {
            finished.skip(&message(&format!("m{n}"), "a", true));
        }
        assert!(finished.is_reliable());
        finished.skip(&message("new", "a", true));
        assert!(!finished.is_reliable());
    }
}
