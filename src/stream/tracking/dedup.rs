//! Which events have been told: so that none is told twice, and so that after a gap it is known which are
//! missing.
//!
//! Ids tell one event from another; what comes after what, the numbers in the log of a session say. Events are
//! told in the order of the log, so whatever stands there before one that was told was told too, or was there
//! before us.

use super::ids::Ids;
use crate::server::Entry;
use crate::wire::Event;
use std::collections::{HashMap, VecDeque};

/// How many events are remembered that a log may keep: what comes from the log and from a new connection as well
/// are the few that happened while the log was asked for.
const EVENTS: usize = 65_536;

/// How many pieces of text are remembered, which no log keeps: a connection repeats what it just sent, if anything.
const PIECES: usize = 4096;

/// How many sessions are kept apart. Beyond it the one that was silent longest is forgotten.
const SESSIONS: usize = 10_000;

/// How many of its latest events are remembered of each session, however much the others say.
const LATEST: usize = 32;

/// How far the log of one session has been told.
#[derive(Debug, Default)]
struct Mark {
    /// Up to this number everything was told, or was there before us.
    seq: Option<i64>,
    /// The ids of the latest events.
    latest: VecDeque<String>,
    /// When it was used last, in events.
    used: u64,
}

/// What has been told.
#[derive(Debug)]
pub(crate) struct Seen {
    /// Whether this server's events have ids: those of 1.1 have none, and no log either.
    has_ids: bool,
    events: Ids,
    pieces: Ids,
    marks: HashMap<String, Mark>,
    forgotten: Ids,
    count: u64,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            has_ids: false,
            events: Ids::up_to(EVENTS),
            pieces: Ids::up_to(PIECES),
            marks: HashMap::new(),
            forgotten: Ids::up_to(EVENTS),
            count: 0,
        }
    }
}

impl Seen {
    /// The server's events have ids.
    pub(crate) fn with_ids(&mut self) {
        self.has_ids = true;
    }

    /// Whether the server's events have ids; only such a server keeps a log.
    pub(crate) fn has_ids(&self) -> bool {
        self.has_ids
    }

    /// Whether nothing of any session was told yet, or was there before us.
    pub(crate) fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// Whether the event is new; it then counts as told. One without an id always is.
    pub(crate) fn is_news(&mut self, event: &Event, session: Option<&str>, id: Option<&str>) -> bool {
        // Without ids on its events what an observation has for one is the part's: each update has the same.
        let Some(id) = id.filter(|_| self.has_ids) else {
            return true;
        };
        if matches!(event, Event::Delta { .. }) {
            return self.pieces.insert(id);
        }
        if !self.events.insert(id) {
            return false;
        }
        // A session that waits for its provider may say so for hours: that is no entry of a log.
        if let (Some(session), false) = (session, matches!(event, Event::Status(_))) {
            self.mark(session).remember(id);
        }
        true
    }

    /// An entry of the log was there before us, or has been told from elsewhere.
    pub(crate) fn pass_over(&mut self, entry: &Entry) {
        let mark = self.mark(&entry.session);
        mark.seq = mark.seq.max(Some(entry.seq));
    }

    /// Whether an entry of the log has been told as an event; then everything before it was, too.
    pub(crate) fn catch_up(&mut self, entry: &Entry) -> bool {
        let told = !self.is_missing(entry);
        if told {
            self.pass_over(entry);
        }
        told
    }

    /// Whether an entry of the log has not been told yet.
    pub(crate) fn is_missing(&self, entry: &Entry) -> bool {
        let mark = self.marks.get(&entry.session);
        let told = mark.is_some_and(|m| m.seq >= Some(entry.seq) || m.latest.contains(&entry.id));
        !told && !self.events.has(&entry.id)
    }

    /// An entry of the log is told now.
    pub(crate) fn told(&mut self, entry: &Entry) {
        self.events.insert(&entry.id);
        self.mark(&entry.session).remember(&entry.id);
        self.pass_over(entry);
    }

    /// After which number the log of a session has to be asked for; `None`: all of it, if it has one.
    pub(crate) fn last_seq(&self, session: &str) -> Option<i64> {
        self.marks.get(session)?.seq
    }

    /// Whether nobody knows any more how far this session was told.
    pub(crate) fn is_forgotten(&self, session: &str) -> bool {
        self.forgotten.has(session)
    }

    fn mark(&mut self, session: &str) -> &mut Mark {
        if !self.marks.contains_key(session) && self.marks.len() >= SESSIONS {
            self.forget_the_oldest();
        }
        self.count += 1;
        let mark = self.marks.entry(session.to_owned()).or_default();
        mark.used = self.count;
        mark
    }

    fn forget_the_oldest(&mut self) {
        let oldest = self.marks.iter().min_by_key(|(_, mark)| mark.used);
        if let Some(session) = oldest.map(|(session, _)| session.clone()) {
            self.marks.remove(&session);
            self.forgotten.insert(&session);
        }
    }
}

impl Mark {
    fn remember(&mut self, id: &str) {
        if self.latest.len() == LATEST {
            self.latest.pop_front();
        }
        self.latest.push_back(id.to_owned());
    }
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

    fn seen() -> Seen {
        let mut seen = Seen::default();
        seen.with_ids();
        seen
    }

    #[test]
    fn nothing_is_told_twice_whichever_way_it_comes() {
        let mut seen = seen();
        seen.pass_over(&entry("evt_0", 0));
        assert!(!seen.is_missing(&entry("evt_0", 0)), "it was there before us");
        // The ids step back: they are no order.
        assert!(seen.is_news(&CHANGED, Some("s"), Some("evt_9")));
        assert!(!seen.is_news(&CHANGED, Some("s"), Some("evt_9")));
        assert!(seen.catch_up(&entry("evt_9", 1)));
        assert!(!seen.catch_up(&entry("evt_4", 2)));
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
    fn an_event_of_any_type_that_the_log_told_is_not_news() {
        let mut seen = seen();
        seen.told(&entry("evt_1", 7));
        assert!(!seen.is_news(&Event::Other, Some("s"), Some("evt_1")));
    }

    #[test]
    fn without_ids_everything_is_news() {
        let mut seen = Seen::default();
        assert!(seen.is_news(&CHANGED, Some("s"), Some("prt_1")));
        assert!(seen.is_news(&CHANGED, Some("s"), Some("prt_1")));
    }

    #[test]
    fn a_quiet_session_is_known_however_much_the_others_say() {
        let mut seen = seen();
        seen.is_news(&CHANGED, Some("s"), Some("evt_quiet"));
        for n in 0..=EVENTS {
            seen.is_news(&CHANGED, Some("loud"), Some(&format!("evt_{n}")));
        }
        assert!(seen.catch_up(&entry("evt_quiet", 3)));
    }

    #[test]
    fn memory_is_bounded() {
        let mut seen = seen();
        for n in 0..EVENTS + SESSIONS {
            let session = format!("ses_{}", n % (SESSIONS + 1));
            seen.is_news(&CHANGED, Some(&session), Some(&format!("evt_{n}")));
        }
        assert_eq!(seen.events.len(), EVENTS);
        assert_eq!(seen.marks.len(), SESSIONS);
        assert!(seen.marks.values().all(|mark| mark.latest.len() <= LATEST));
        assert!(seen.is_forgotten("ses_5"));
    }
}
