//! Remembers which events have been emitted, so that none is emitted twice, and so that the missing entries of the log
//! are known after a gap.
//!
//! Ids identify events; their order is the sequence number in the session's log. Events are emitted in that order, so
//! everything in the log before an emitted event was emitted too, or was there before us.

use crate::bounded::{BoundedMap, BoundedSet, push_bounded};
use crate::server::Entry;
use crate::wire::Event;
use std::collections::VecDeque;

/// How many events of the log are remembered. Only the few that happen while the log is read come from both the log and
/// the new connection.
const EVENTS: usize = 65_536;

/// How many text deltas are remembered. No log has them; a connection repeats what it just sent, if anything.
const DELTAS: usize = 4096;

/// How many sessions are tracked. Beyond it the one that was silent longest is forgotten.
const SESSIONS: usize = 10_000;

/// How many of its latest events are remembered for each session, whatever happens in the others.
const LATEST: usize = 32;

/// How far the log of one session has been emitted.
#[derive(Debug, Default)]
struct LogCursor {
    /// Up to this sequence number everything was emitted, or was there before us.
    seq: Option<i64>,
    /// The ids of the latest events.
    latest: VecDeque<String>,
}

/// The events that have been emitted.
#[derive(Debug)]
pub(crate) struct EventDedup {
    /// Whether this server's events have ids: those of 1.1 have neither ids nor a log.
    pub has_ids: bool,
    events: BoundedSet,
    deltas: BoundedSet,
    cursors: BoundedMap<String, LogCursor>,
    forgotten: BoundedSet,
}

impl Default for EventDedup {
    fn default() -> Self {
        Self {
            has_ids: false,
            events: BoundedSet::new(EVENTS),
            deltas: BoundedSet::new(DELTAS),
            cursors: BoundedMap::new(SESSIONS),
            forgotten: BoundedSet::new(EVENTS),
        }
    }
}

impl EventDedup {
    /// Whether no session has a cursor yet: nothing was emitted, so all of the log is missing.
    pub fn is_empty(&self) -> bool {
        self.cursors.is_empty()
    }

    /// The sessions that have a cursor.
    pub fn sessions(&self) -> impl Iterator<Item = &String> {
        self.cursors.iter().map(|(session, _)| session)
    }

    /// Adds an event. Returns whether it was new; one without an id always is.
    pub fn insert(&mut self, event: &Event, session: Option<&str>, id: Option<&str>) -> bool {
        // Without ids on its events the observation has the part's id, which every update repeats.
        let Some(id) = id.filter(|_| self.has_ids) else {
            return true;
        };
        if matches!(event, Event::Delta { .. }) {
            return self.deltas.insert(id);
        }
        if !self.events.insert(id) {
            return false;
        }
        // A session may repeat for hours that it waits for its provider, and no log has that.
        if let (Some(session), false) = (session, matches!(event, Event::Status(_))) {
            self.cursor(session).remember(id);
        }
        true
    }

    /// Moves the cursor past an entry of the log that was there before us, or has been emitted.
    pub fn skip(&mut self, entry: &Entry) {
        let cursor = self.cursor(&entry.session);
        cursor.seq = cursor.seq.max(Some(entry.seq));
    }

    /// Moves the cursor past an entry if it was emitted as an event. Returns whether it was.
    pub fn catch_up(&mut self, entry: &Entry) -> bool {
        let emitted = !self.is_missing(entry);
        if emitted {
            self.skip(entry);
        }
        emitted
    }

    /// Whether an entry of the log has not been emitted.
    pub fn is_missing(&self, entry: &Entry) -> bool {
        let cursor = self.cursors.get(&entry.session);
        let emitted = cursor.is_some_and(|c| c.seq >= Some(entry.seq) || c.latest.contains(&entry.id));
        !emitted && !self.events.contains(&entry.id)
    }

    /// Records that an entry of the log is emitted, or made up for by the messages.
    pub fn insert_entry(&mut self, entry: &Entry) {
        self.events.insert(&entry.id);
        self.cursor(&entry.session).remember(&entry.id);
        self.skip(entry);
    }

    /// The sequence number after which the log of a session has to be read; `None` reads all of it.
    pub fn last_seq(&self, session: &str) -> Option<i64> {
        self.cursors.get(session)?.seq
    }

    /// Whether the cursor of a session was evicted, so that it is unknown how far it was emitted.
    pub fn is_forgotten(&self, session: &str) -> bool {
        self.forgotten.contains(session)
    }

    fn cursor(&mut self, session: &str) -> &mut LogCursor {
        if self.cursors.contains_key(session) {
            self.cursors.touch(session);
        } else if self.cursors.is_full()
            && let Some((evicted, _)) = self.cursors.pop_oldest()
        {
            self.forgotten.insert(&evicted);
        }
        self.cursors.get_or_insert_with(session.to_owned(), LogCursor::default)
    }
}

impl LogCursor {
    fn remember(&mut self, id: &str) {
        push_bounded(&mut self.latest, LATEST, id.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Status;
    use serde_json::value::RawValue;

    const CHANGED: Event = Event::Session { parent: None, directory: None };
    const IDLE: Event = Event::Status(Status::Idle);

    fn entry(id: &str, seq: i64) -> Entry {
        Entry {
            id: id.to_owned(),
            session: "s".to_owned(),
            seq,
            kind: "message.updated.1".to_owned(),
            data: RawValue::from_string("{}".to_owned()).unwrap(),
        }
    }

    fn dedup() -> EventDedup {
        EventDedup { has_ids: true, ..EventDedup::default() }
    }

    #[test]
    fn emits_nothing_twice() {
        let mut dedup = dedup();
        dedup.skip(&entry("evt_0", 0));
        assert!(!dedup.is_missing(&entry("evt_0", 0)), "it was there before us");
        // The ids step back: they are not ordered.
        assert!(dedup.insert(&CHANGED, Some("s"), Some("evt_9")));
        assert!(!dedup.insert(&CHANGED, Some("s"), Some("evt_9")));
        assert!(dedup.catch_up(&entry("evt_9", 1)));
        assert!(!dedup.catch_up(&entry("evt_4", 2)));
        assert_eq!(dedup.last_seq("s"), Some(1), "it has not been emitted yet");
        dedup.insert_entry(&entry("evt_4", 2));
        assert!(!dedup.is_missing(&entry("evt_4", 2)));
        assert!(!dedup.insert(&CHANGED, Some("s"), Some("evt_4")), "the log was faster");
        assert_eq!(dedup.last_seq("s"), Some(2));
        assert!(dedup.insert(&IDLE, Some("s"), Some("evt_5")));
        assert!(!dedup.insert(&IDLE, Some("s"), Some("evt_5")));
        assert!(dedup.insert(&IDLE, Some("s"), None));
    }

    #[test]
    fn knows_any_type_from_log() {
        let mut dedup = dedup();
        dedup.insert_entry(&entry("evt_1", 7));
        assert!(!dedup.insert(&Event::Other, Some("s"), Some("evt_1")));
    }

    #[test]
    fn passes_all_without_ids() {
        let mut dedup = EventDedup::default();
        assert!(dedup.insert(&CHANGED, Some("s"), Some("prt_1")));
        assert!(dedup.insert(&CHANGED, Some("s"), Some("prt_1")));
    }

    #[test]
    fn remembers_quiet_sessions() {
        let mut dedup = dedup();
        dedup.insert(&CHANGED, Some("s"), Some("evt_quiet"));
        for n in 0..=EVENTS {
            dedup.insert(&CHANGED, Some("loud"), Some(&format!("evt_{n}")));
        }
        assert!(dedup.catch_up(&entry("evt_quiet", 3)));
    }

    #[test]
    fn bounds_memory() {
        let mut dedup = dedup();
        for n in 0..EVENTS + SESSIONS {
            let session = format!("ses_{}", n % (SESSIONS + 1));
            dedup.insert(&CHANGED, Some(&session), Some(&format!("evt_{n}")));
        }
        assert_eq!(dedup.cursors.iter().count(), SESSIONS);
        assert!(dedup.cursors.iter().all(|(_, c)| c.latest.len() <= LATEST));
        assert!(dedup.is_forgotten("ses_5"));
    }
}
