//! Which events have been told: so that none is told twice, and so that after a gap it is known which are
//! missing.
//!
//! Durable events have ids that ascend within a session, in the order of the log (measured over 38
//! sessions of 1.18.33, without an exception). So the last one told says it all. For the rest, which
//! the log does not keep, the latest ids are remembered.

use crate::server::Entry;
use crate::wire::Event;
use std::collections::{HashMap, HashSet, VecDeque};

/// How many ids of other events are remembered: a connection repeats what it just sent, if anything.
const REMEMBERED: usize = 4096;

/// How many sessions are kept apart. Beyond it the one that was silent longest is forgotten.
const SESSIONS: usize = 10_000;

/// How far the log of one session has been told.
#[derive(Debug, Clone, Default)]
struct Mark {
    /// The number of the last entry that the log itself showed us.
    seq: Option<i64>,
    /// The last durable event that was told.
    id: String,
}

/// What has been told.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// What the server knew before this event is not ours to tell; `None` until the first event.
    floor: Option<String>,
    /// Whether this server's events have ids.
    has_ids: bool,
    marks: HashMap<String, Mark>,
    recent: VecDeque<String>,
    recent_ids: HashSet<String>,
}

impl Seen {
    /// Nothing has been told. With `from_start` everything that the server keeps is missing.
    pub(super) fn new(from_start: bool) -> Self {
        Self {
            floor: from_start.then(String::new),
            ..Self::default()
        }
    }

    /// Nothing before the first event that we are given is missing.
    pub(super) fn start_at(&mut self, id: &str) {
        self.has_ids = true;
        self.floor.get_or_insert_with(|| id.to_owned());
    }

    /// Whether the server's events have ids: those of 1.1 have none, and no log either.
    pub(super) fn has_ids(&self) -> bool {
        self.has_ids
    }

    /// Whether the event is new; it then counts as told. One without an id always is.
    pub(super) fn is_news(&mut self, event: &Event, session: Option<&str>, id: Option<&str>) -> bool {
        // Without ids on its events what an observation has for one is the part's: each update has the same.
        if !self.has_ids {
            return true;
        }
        let Some(id) = id else { return true };
        match session {
            Some(session) if is_durable(event) => {
                let mark = self.mark(session);
                let news = id > mark.id.as_str();
                if news {
                    id.clone_into(&mut mark.id);
                }
                news
            }
            _ => self.remember(id),
        }
    }

    /// Whether an entry of the log has not been told yet.
    pub(super) fn is_missing(&mut self, entry: &Entry) -> bool {
        let told = self.recent_ids.contains(&entry.id) || entry.id <= self.mark(&entry.session).id;
        if told {
            let mark = self.mark(&entry.session);
            mark.seq = mark.seq.max(Some(entry.seq));
        }
        !told
    }

    /// An entry of the log is told now.
    pub(super) fn told(&mut self, entry: &Entry) {
        let mark = self.mark(&entry.session);
        mark.seq = mark.seq.max(Some(entry.seq));
        mark.id.clone_from(&entry.id);
    }

    /// After which number the log of a session has to be asked for; `None`: all of it.
    pub(super) fn last_seq(&self, session: &str) -> Option<i64> {
        self.marks.get(session)?.seq
    }

    fn mark(&mut self, session: &str) -> &mut Mark {
        if !self.marks.contains_key(session) {
            if self.marks.len() >= SESSIONS {
                self.forget_the_oldest();
            }
            let mark = Mark {
                seq: None,
                id: self.floor.clone().unwrap_or_default(),
            };
            self.marks.insert(session.to_owned(), mark);
        }
        self.marks.entry(session.to_owned()).or_default()
    }

    /// Forgets how far a session was told; whatever is older than its last event then counts as told.
    fn forget_the_oldest(&mut self) {
        let oldest = self.marks.iter().min_by(|a, b| a.1.id.cmp(&b.1.id));
        if let Some(session) = oldest.map(|(session, _)| session.clone())
            && let Some(mark) = self.marks.remove(&session)
        {
            self.floor = self.floor.take().max(Some(mark.id));
        }
    }

    fn remember(&mut self, id: &str) -> bool {
        if !self.recent_ids.insert(id.to_owned()) {
            return false;
        }
        self.recent.push_back(id.to_owned());
        if self.recent.len() > REMEMBERED
            && let Some(old) = self.recent.pop_front()
        {
            self.recent_ids.remove(&old);
        }
        true
    }
}

/// Whether the log keeps it: seen on 1.18.33, `message.updated`, `message.part.updated`, `session.created`
/// and `session.updated`.
fn is_durable(event: &Event) -> bool {
    matches!(
        event,
        Event::Part(_) | Event::Message { .. } | Event::Session { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Status;
    use serde_json::value::RawValue;

    const CHANGED: Event = Event::Session { parent: None };
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

    #[test]
    fn nothing_is_told_twice_whichever_way_it_comes() {
        let mut seen = Seen::default();
        seen.start_at("evt_1");
        assert!(seen.is_news(&CHANGED, Some("s"), Some("evt_3")));
        assert!(!seen.is_news(&CHANGED, Some("s"), Some("evt_3")));
        assert!(!seen.is_missing(&entry("evt_0", 0)), "it was there before us");
        assert!(!seen.is_missing(&entry("evt_3", 1)));
        assert_eq!(seen.last_seq("s"), Some(1));
        assert!(seen.is_missing(&entry("evt_4", 2)));
        assert_eq!(seen.last_seq("s"), Some(1), "it has not been told yet");
        seen.told(&entry("evt_4", 2));
        assert!(!seen.is_missing(&entry("evt_4", 2)));
        assert!(
            !seen.is_news(&CHANGED, Some("s"), Some("evt_4")),
            "the log was quicker"
        );
        assert_eq!(seen.last_seq("s"), Some(2));
        assert!(seen.is_news(&IDLE, Some("s"), Some("evt_5")));
        assert!(!seen.is_news(&IDLE, Some("s"), Some("evt_5")));
        assert!(seen.is_news(&IDLE, Some("s"), None));
    }

    #[test]
    fn memory_is_bounded() {
        let mut seen = Seen::default();
        for n in 0..3 * REMEMBERED {
            seen.is_news(&IDLE, None, Some(&format!("evt_{n:09}")));
            seen.is_news(&CHANGED, Some(&format!("ses_{n}")), Some(&format!("evt_{n:09}")));
        }
        assert_eq!(seen.recent_ids.len(), REMEMBERED);
        assert!(seen.marks.len() <= SESSIONS);
    }
}
