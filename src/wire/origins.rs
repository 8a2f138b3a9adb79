//! Tells where each session of a stream is, and what time it is there. The streams of several hosts may be merged into
//! one, and their clocks may differ: then every family of sessions has a time of its own, and a server of its own.

use super::event::{Event, Observation};
use super::record::{AnyRecord, Opened};
use super::time::{StreamClock, Timestamp};
use crate::bounded::{BoundedMap, push_bounded};
use std::collections::VecDeque;

/// How many sessions are told apart. Of more, those that were silent longest are forgotten.
const SESSIONS: usize = 4096;
/// How many `opened` lines are kept: the streams of a large fleet.
const OPENED: usize = 256;
/// How deep subagents may nest; anything deeper is a cycle in broken input.
const DEPTH: usize = 64;
/// Two clocks differ if a line of one session is so much earlier than the line of another before it, in milliseconds.
/// No person sees less.
const STEP_BACK: i64 = 1000;

/// What is known of a session.
#[derive(Debug, Clone, Default)]
struct Origin {
    parent: Option<String>,
    directory: Option<String>,
    /// How many `opened` lines came before its first line.
    opened_before: u64,
    /// The time of its family, if nobody started it.
    clock: StreamClock,
}

/// The sessions of a stream, each with the `opened` line that it belongs to and the time of its own host.
#[derive(Debug, Clone)]
pub struct Origins {
    /// The time of the lines, whoever they are of.
    stream: StreamClock,
    sessions: BoundedMap<String, Origin>,
    opened: VecDeque<Opened>,
    /// How many `opened` lines there were.
    openings: u64,
    /// The family of the latest line that moved one, and the time of that line.
    latest: Option<(String, Timestamp)>,
    /// Whether the lines of different families show that their clocks differ.
    clocks_differ: bool,
}

impl Default for Origins {
    fn default() -> Self {
        Self {
            stream: StreamClock::default(),
            sessions: BoundedMap::new(SESSIONS),
            opened: VecDeque::new(),
            openings: 0,
            latest: None,
            clocks_differ: false,
        }
    }
}

impl Origins {
    /// Follows a line that is about no session, and means nothing else.
    pub fn pass(&mut self, ts: Option<i64>) {
        self.stream.see(ts);
    }

    /// Follows a line, and its record if it is one of ours. Returns the time of the line's session, or else of the line.
    pub fn follow(&mut self, line: &Observation<'_>, record: Option<&AnyRecord>) -> Timestamp {
        let now = self.stream.see(line.ts);
        let session = line.session.as_deref().or_else(|| record.and_then(AnyRecord::session));
        match (record, &line.event) {
            (Some(AnyRecord::Opened(opened)), _) => self.open(opened),
            (Some(AnyRecord::Tick(tick)), _) => self.tick(tick.sessions.as_deref().unwrap_or_default(), line.ts),
            (Some(AnyRecord::StateChange(change)), _) => {
                self.learn(&change.session_id, change.parent_id.as_deref(), None);
            }
            (_, Event::Session { parent, directory }) => {
                if let Some(session) = session {
                    self.learn(session, parent.as_deref(), directory.as_deref());
                }
            }
            _ => {}
        }
        let Some(session) = session else { return now };
        // The others are written by stages that may have seen another host's line last.
        if record.is_none_or(AnyRecord::has_time_of_session) {
            self.advance(session, line.ts);
        }
        self.now(session)
    }

    /// Whether the lines are those of several streams, so that times of different families cannot be compared.
    pub fn is_merged(&self) -> bool {
        match self.openings {
            0 => self.clocks_differ,
            1 => false,
            _ => true,
        }
    }

    /// The time of the latest line, whoever it is of.
    pub fn latest(&self) -> Timestamp {
        self.stream.now()
    }

    /// The time of a session.
    pub fn now(&self, session: &str) -> Timestamp {
        self.clock(session).unwrap_or(self.stream).now()
    }

    /// The milliseconds from the first line to `time`; of merged streams, from the first line of the session's family.
    /// `None` if no family is known that has this time.
    pub fn since_first(&self, session: Option<&str>, time: Timestamp) -> Option<i64> {
        let clock = match session {
            _ if !self.is_merged() => Some(self.stream),
            Some(session) => self.clock(session),
            None => None,
        };
        clock.map(|clock| clock.since_first(time))
    }

    /// The milliseconds from the first line to the latest; of merged streams, those of the family that has most.
    pub fn elapsed(&self) -> i64 {
        if !self.is_merged() {
            return self.stream.elapsed();
        }
        self.sessions.iter().map(|(_, origin)| origin.clock.elapsed()).max().unwrap_or(0)
    }

    /// The `opened` line of the session's stream. Of several, it is the one that names the session or one above it, then
    /// one of a whole server before the session's first line: in its directory if there is one. `None` if servers remain
    /// to choose from.
    pub fn opened(&self, session: &str) -> Option<&Opened> {
        if !self.is_merged() {
            return self.opened.back();
        }
        let lineage = self.lineage(session);
        let names = |id: &str| self.opened.iter().rev().find(|opened| opened.session_id.as_deref() == Some(id));
        if let Some(named) = lineage.iter().find_map(|id| names(id)) {
            return Some(named);
        }
        let origins = || lineage.iter().filter_map(|id| self.sessions.get(*id));
        let before = origins().map(|origin| origin.opened_before).min()?;
        let directory = origins().find_map(|origin| origin.directory.as_deref());
        let dropped = self.openings - self.opened.len() as u64;
        let possible =
            (dropped..).zip(&self.opened).filter(|(number, opened)| *number < before && opened.session_id.is_none());
        let possible: Vec<&Opened> = possible.map(|(_, opened)| opened).collect();
        let in_directory = |opened: &&&Opened| {
            directory
                .is_some_and(|directory| opened.directory.as_deref().is_some_and(|other| is_same(directory, other)))
        };
        let matching: Vec<&Opened> = possible.iter().filter(in_directory).copied().collect();
        let chosen = if matching.is_empty() { possible } else { matching };
        let last = *chosen.last()?;
        chosen.iter().all(|opened| opened.server == last.server).then_some(last)
    }

    /// The `opened` line of the whole stream, if there was one and only one.
    pub fn only_opened(&self) -> Option<&Opened> {
        self.opened.back().filter(|_| self.openings == 1)
    }

    /// Whether a session is, or may be, that of a recording: nobody can answer it.
    pub fn is_replay(&self, session: &str) -> bool {
        let of_any = || !self.opened.is_empty() && self.opened.iter().all(|opened| opened.replay);
        self.opened(session).map_or_else(of_any, |opened| opened.replay)
    }

    fn open(&mut self, opened: &Opened) {
        self.openings += 1;
        push_bounded(&mut self.opened, OPENED, opened.clone());
        if let Some(session) = &opened.session_id {
            self.learn(session, None, opened.directory.as_deref());
        }
    }

    /// Moves the time of the sessions that a tick names. One that names none says nothing of a session whose host may be
    /// another.
    fn tick(&mut self, sessions: &[String], ts: Option<i64>) {
        for session in sessions {
            if self.sessions.contains_key(session) {
                self.advance(session, ts);
            }
        }
    }

    /// Takes in what started a session, and where it works.
    fn learn(&mut self, session: &str, parent: Option<&str>, directory: Option<&str>) {
        let origin = self.entry(session);
        if let Some(directory) = directory {
            origin.directory = Some(directory.to_owned());
        }
        let Some(parent) = parent.filter(|parent| *parent != session && origin.parent.as_deref() != Some(*parent))
        else {
            return;
        };
        origin.parent = Some(parent.to_owned());
        let clock = std::mem::take(&mut origin.clock);
        self.entry(parent);
        let family = self.family(session).to_owned();
        self.entry(&family).clock.join(clock);
    }

    /// Moves the time of a session's family to that of a line.
    fn advance(&mut self, session: &str, ts: Option<i64>) {
        let family = self.family(session).to_owned();
        let now = self.entry(&family).clock.see(ts);
        if session != family {
            self.entry(session);
        }
        let before = self.latest.as_ref().filter(|(other, _)| *other != family);
        self.clocks_differ |= ts.is_some() && before.is_some_and(|(_, before)| before.since(now) >= STEP_BACK);
        if ts.is_some() && self.openings == 0 {
            self.latest = Some((family, now));
        }
    }

    fn entry(&mut self, session: &str) -> &mut Origin {
        if self.sessions.is_full() {
            self.sessions.touch(session);
        }
        let opened_before = self.openings;
        self.sessions.get_or_insert_with(session.to_owned(), || Origin { opened_before, ..Origin::default() })
    }

    /// A session and those above it, its parent first.
    fn lineage<'a>(&'a self, session: &'a str) -> Vec<&'a str> {
        let parent = |id: &&str| self.sessions.get(*id)?.parent.as_deref();
        std::iter::successors(Some(session), parent).take(DEPTH).collect()
    }

    /// The session that started all others of the family, as far as it is known.
    fn family<'a>(&'a self, session: &'a str) -> &'a str {
        let parent = |id: &&str| self.sessions.get(*id)?.parent.as_deref();
        std::iter::successors(Some(session), parent).take(DEPTH).last().unwrap_or(session)
    }

    /// The clock of a session's family; `None` if it has none, or needs none.
    fn clock(&self, session: &str) -> Option<StreamClock> {
        let origin = self.sessions.get(self.family(session)).filter(|_| self.is_merged())?;
        Some(origin.clock).filter(StreamClock::is_set)
    }
}

/// Whether both paths are of the same directory.
fn is_same(one: &str, other: &str) -> bool {
    one.trim_end_matches('/') == other.trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::observe;
    use serde_json::{Value, json};

    fn origins(lines: impl IntoIterator<Item = Value>) -> Origins {
        let mut origins = Origins::default();
        for line in lines {
            let line = line.to_string();
            let seen = observe(&line).unwrap();
            origins.follow(&seen, AnyRecord::of(&seen.event).as_ref());
        }
        origins
    }

    fn line(ts: i64, kind: &str, properties: Value) -> Value {
        json!({"ts": ts, "type": kind, "properties": properties})
    }

    fn opened(ts: i64, host: &str, directory: &str, session: Option<&str>) -> Value {
        let server = format!("http://{host}:4096");
        let properties = json!({"server": server, "directory": directory, "sessionID": session, "replay": false});
        line(ts, "ocr.stream.opened", properties)
    }

    fn created(ts: i64, id: &str, parent: Option<&str>, directory: Option<&str>) -> Value {
        let info = json!({"id": id, "parentID": parent, "directory": directory});
        line(ts, "session.created", json!({"sessionID": id, "info": info}))
    }

    fn busy(ts: i64, id: &str) -> Value {
        line(ts, "session.status", json!({"sessionID": id, "status": {"type": "busy"}}))
    }

    fn server(origins: &Origins, session: &str) -> Option<String> {
        origins.opened(session)?.server.clone()
    }

    #[test]
    fn session_belongs_to_the_line_that_names_it() {
        let origins = origins([
            opened(1, "a", "/srv", Some("ses_a")),
            busy(2, "ses_a"),
            opened(9, "b", "/srv", Some("ses_b")),
            created(10, "ses_child", Some("ses_a"), Some("/srv")),
            busy(11, "ses_stray"),
        ]);
        let servers = ["ses_a", "ses_b", "ses_child"].map(|id| server(&origins, id).unwrap());
        assert_eq!(servers, ["http://a:4096", "http://b:4096", "http://a:4096"]);
        assert_eq!(server(&origins, "ses_stray"), None);
    }

    #[test]
    fn session_of_a_whole_server_is_in_its_directory() {
        let origins = origins([
            opened(1, "a", "/srv/a", None),
            created(2, "ses_early", None, Some("/elsewhere")),
            opened(3, "b", "/srv/b/", None),
            created(4, "ses_a", None, Some("/srv/a")),
            created(4, "ses_b", None, Some("/srv/b")),
            created(4, "ses_c", None, Some("/srv/c")),
            busy(5, "ses_d"),
            opened(6, "c", "/srv/c", None),
        ]);
        let servers = ["ses_early", "ses_a", "ses_b"].map(|id| server(&origins, id).unwrap());
        assert_eq!(servers, ["http://a:4096", "http://a:4096", "http://b:4096"]);
        assert_eq!((server(&origins, "ses_c"), server(&origins, "ses_d")), (None, None), "two servers were possible");
    }

    #[test]
    fn same_directory_of_two_servers_tells_nothing() {
        let lines = [opened(1, "a", "/srv", None), opened(2, "b", "/srv", None), created(3, "ses", None, Some("/srv"))];
        assert_eq!(server(&origins(lines), "ses"), None);
        let again = [opened(1, "a", "/srv", None), opened(2, "a", "/srv", None), created(3, "ses", None, Some("/srv"))];
        assert_eq!(server(&origins(again), "ses").as_deref(), Some("http://a:4096"));
    }

    const DAY: i64 = 86_400_000;

    #[test]
    fn each_family_has_its_own_time() {
        let tick = |ts: i64, id: &str| line(ts, "ocr.stream.tick", json!({"sessions": [id]}));
        let hosts = [opened(DAY, "a", "/a", None), opened(4 * DAY, "b", "/b", None)];
        let lines = [
            busy(DAY, "ses_a"),
            busy(4 * DAY, "ses_b"),
            created(DAY + 1000, "ses_child", Some("ses_a"), None),
            tick(DAY + 7000, "ses_child"),
            tick(4 * DAY + 2000, "ses_b"),
            line(4 * DAY + 3000, "ocr.stream.tick", json!({})),
            line(4 * DAY, "ocr.review.decision", json!({"sessionID": "ses_a", "action": "continue"})),
        ];
        for origins in [origins(lines.clone()), origins(hosts.into_iter().chain(lines))] {
            assert!(origins.is_merged());
            let now = ["ses_a", "ses_child", "ses_b"].map(|id| origins.now(id).ms());
            assert_eq!(now, [DAY + 7000, DAY + 7000, 4 * DAY + 2000]);
            assert_eq!(origins.elapsed(), 7000);
            assert_eq!(origins.since_first(Some("ses_b"), Timestamp::from_ms(4 * DAY + 500)), Some(500));
            assert_eq!(origins.since_first(None, Timestamp::from_ms(DAY)), None);
        }
    }

    #[test]
    fn parent_that_is_known_late_joins_the_times() {
        let lines = [
            opened(1, "a", "/a", None),
            opened(2, "b", "/b", None),
            busy(1000, "ses_child"),
            busy(5000, "ses_a"),
            created(4000, "ses_child", Some("ses_a"), None),
        ];
        let origins = origins(lines);
        assert_eq!((origins.now("ses_a").ms(), origins.elapsed()), (4000, 4000 - 1000));
    }

    #[test]
    fn one_stream_has_one_time() {
        let origins =
            origins([opened(0, "a", "/a", None), busy(1000, "ses_a"), busy(9000, "ses_b"), busy(2000, "ses_c")]);
        assert!(!origins.is_merged());
        assert_eq!((origins.now("ses_a").ms(), origins.elapsed()), (2000, 2000));
        assert_eq!(server(&origins, "ses_b").as_deref(), Some("http://a:4096"));
    }

    #[test]
    fn cycle_of_parents_ends() {
        let lines = [
            opened(1, "a", "/a", None),
            opened(2, "b", "/b", None),
            created(3, "ses_a", Some("ses_b"), None),
            created(4, "ses_b", Some("ses_a"), None),
        ];
        let origins = origins(lines);
        assert!(origins.opened("ses_a").is_none() && origins.elapsed() >= 0);
    }
}
