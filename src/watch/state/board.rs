//! Holds everything that is known, and is fed line by line.

use super::super::asked;
use super::activity::{Activity, Topic};
use super::outcome_words::rest;
use super::session::Session;
use super::session_state::Rank;
use crate::bounded::BoundedMap;
use crate::pipe::tell::masked;
use crate::printable::{duration, without_frames};
use crate::wire::record::{Action, AnyRecord, Closed, Done, Finding, Gap, Grade, Opened, Phase, RunResult, State};
use crate::wire::text::{decode, printable};
use crate::wire::{Event, Observation, Origins, Timestamp, Usage, about, head, matters, observe_with_head};

/// How many sessions are kept. Of more, those that need a person the least are left out.
const SESSIONS: usize = 256;

/// So many characters at the end of an id tell sessions with the same name apart.
const ID_END: usize = 4;

/// What the lines have said so far.
#[derive(Debug, Clone)]
pub struct Board {
    /// Where each session is, and what time it is there.
    pub origins: Origins,
    /// Why the stream ended.
    pub closed: Option<Closed>,
    /// How the run ended.
    pub result: Option<RunResult>,
    /// What was found, decided and done.
    pub activity: Activity,
    sessions: BoundedMap<String, Session>,
    seen: u64,
    /// What the sessions that are no longer kept have used.
    evicted: Usage,
}

impl Default for Board {
    fn default() -> Self {
        Self {
            origins: Origins::default(),
            closed: None,
            result: None,
            activity: Activity::default(),
            sessions: BoundedMap::new(SESSIONS),
            seen: 0,
            evicted: Usage::default(),
        }
    }
}

impl Board {
    /// Follows one line.
    pub fn see(&mut self, line: &[u8]) {
        let head = head(line);
        if let Some(head) = head.filter(|head| !matters(head.kind)) {
            self.origins.pass(Some(head.ts));
            return;
        }
        let Ok(text) = std::str::from_utf8(line) else { return };
        let Ok(seen) = observe_with_head(head, text) else { return };
        let record = AnyRecord::of(&seen.event);
        let now = self.origins.follow(&seen, record.as_ref());
        match (record, &seen.event) {
            (Some(record), _) => self.record(record, now),
            // A record of another shape than ours is not shown.
            (None, Event::Record { .. } | Event::Heartbeat | Event::Other) => {}
            _ => self.event(&seen, text, now),
        }
    }

    /// Another program of the pipe said something to the person.
    pub fn hear(&mut self, words: &str) {
        self.activity.add(self.origins.latest(), "", Topic::Says, words);
    }

    /// A session by its id.
    pub fn session(&self, id: &str) -> Option<&Session> {
        self.sessions.get(id)
    }

    /// How long a session has been in its state, in milliseconds of its own time.
    pub fn age(&self, session: &Session) -> i64 {
        self.origins.now(&session.id).since(session.state.since)
    }

    /// All sessions: those that need a person first, and of those the one that waits longest; otherwise as they were
    /// first seen. Each has its subagents below it, and with it its depth.
    pub fn sessions(&self) -> Vec<(&Session, usize)> {
        let mut all: Vec<&Session> = self.sessions.iter().map(|(_, session)| session).collect();
        all.sort_by_cached_key(|session| session.urgency(self.age(session)));
        let is_root = |session: &&Session| {
            session.parent.as_ref().is_none_or(|id| *id == session.id || !self.sessions.contains_key(id))
        };
        let mut families: Vec<Vec<(&Session, usize)>> =
            all.iter().copied().filter(is_root).map(|root| family(root, &all)).collect();
        families.sort_by_cached_key(|family| {
            let urgent = family.iter().map(|(session, _)| session.urgency(self.age(session))).min();
            (urgent.map(|(rank, waits, _)| (rank, waits)), family[0].0.number)
        });
        families.concat()
    }

    /// What to call a session: its name, and where several have the same, its folder or the end of its id before it.
    pub fn name(&self, session: &Session) -> String {
        let name = session.name();
        let others = || self.sessions.iter().map(|(_, other)| other).filter(|other| other.id != session.id);
        let mut same = others().filter(|other| other.name() == name).peekable();
        if same.peek().is_none() {
            return name.to_owned();
        }
        let folder = session.folder().filter(|folder| same.all(|other| other.folder() != Some(folder)));
        let end = session.id.char_indices().rev().nth(ID_END - 1).map_or(0, |(at, _)| at);
        printable(&format!("{}: {name}", folder.unwrap_or(&session.id[end..])))
    }

    /// How many sessions have this rank.
    pub fn count(&self, rank: Rank) -> usize {
        self.sessions.iter().filter(|(_, session)| session.rank() == rank).count()
    }

    /// What all sessions have used.
    pub fn usage(&self) -> Usage {
        let mut all = self.evicted;
        self.sessions.iter().for_each(|(_, session)| all.add(&session.usage));
        all
    }

    fn entry(&mut self, id: &str, now: Timestamp) -> &mut Session {
        let number = self.seen;
        if !self.sessions.contains_key(id) {
            self.seen += 1;
            self.make_room();
        }
        self.sessions.get_or_insert_with(id.to_owned(), || Session::new(id, number, now))
    }

    /// Leaves out the calmest session if there are as many as are kept, and of those the one that has been so longest.
    fn make_room(&mut self) {
        if !self.sessions.is_full() {
            return;
        }
        let calmest = self.sessions.iter().max_by_key(|(_, session)| (session.rank(), self.age(session)));
        let Some(id) = calmest.map(|(id, _)| id.clone()) else { return };
        if let Some(session) = self.sessions.remove(&id) {
            self.evicted.add(&session.usage);
        }
    }

    fn event(&mut self, seen: &Observation, line: &str, now: Timestamp) {
        let Some(id) = seen.session.as_deref() else { return };
        let session = self.entry(id, now);
        session.event(&seen.event, line, now);
        match &seen.event {
            Event::Session { .. } | Event::Message { .. } => session.about(about(line)),
            Event::Asked { request, question, what } => {
                let what = asked::request(line, *question, *what);
                self.activity.add_episode(now, id, Topic::Asks, &what, request, false);
            }
            Event::Error { name, message } => {
                let message = message.map(decode).unwrap_or_default();
                self.activity.add(now, id, Topic::Error, &format!("{name} {}", without_frames(&message)));
            }
            Event::Compacted => self.activity.add(now, id, Topic::Info, "the context was compacted"),
            _ => {}
        }
    }

    fn record(&mut self, record: AnyRecord, now: Timestamp) {
        match record {
            AnyRecord::Opened(opened) => self.open(&opened, now),
            AnyRecord::Finding(finding) => self.found(finding, now),
            AnyRecord::StateChange(change) => {
                if let (Some(request), Some(on)) = (&change.request, &change.on) {
                    // It says more than the event did.
                    self.activity.add_episode(now, &change.session_id, Topic::Asks, on, request, true);
                }
                let session = self.entry(&change.session_id, now);
                session.state.told(&change);
                session.parent = change.parent_id.or(session.parent.take());
            }
            AnyRecord::Turn(turn) => {
                let session = self.entry(&turn.session_id, now);
                session.turn = session.turn.max(turn.turn);
            }
            AnyRecord::Done(done) => self.rested(done, now),
            AnyRecord::Decision(decision) => {
                self.activity.add(now, &decision.session_id, Topic::Review, &decision.to_string());
            }
            AnyRecord::Action(action) => self.acted(&action, now),
            AnyRecord::RunResult(result) => {
                let topic = if result.exit_code == 0 { Topic::Good } else { Topic::Bad };
                let session = result.session_id.clone().unwrap_or_default();
                self.activity.add(now, &session, topic, &result.to_string());
                self.result = Some(result);
            }
            AnyRecord::Gap(gap) => self.gap(&gap, now),
            AnyRecord::Closed(closed) => {
                let session = closed.session_id.as_deref().unwrap_or_default();
                self.activity.add(now, session, Topic::Info, &format!("the stream ends: {}", closed.detail));
                self.closed = Some(closed);
            }
            AnyRecord::Tick(_) | AnyRecord::Reviewer(_) => {}
        }
    }

    fn open(&mut self, opened: &Opened, now: Timestamp) {
        if let Some(id) = opened.session_id.clone() {
            let session = self.entry(&id, now);
            let set = |known: &mut Option<String>, said: &Option<String>| {
                if let Some(said) = said {
                    *known = Some(printable(&masked(said)));
                }
            };
            set(&mut session.task, &opened.task);
            set(&mut session.model, &opened.model);
            set(&mut session.directory, &opened.directory);
        }
    }

    fn found(&mut self, finding: Finding, now: Timestamp) {
        let topic = match (finding.state, finding.grade) {
            (State::Closed, _) => Topic::Over,
            (_, Grade::Notice) => Topic::Notice,
            (_, Grade::Warn) => Topic::Warn,
            (_, Grade::Stop) => Topic::Stop,
        };
        let text = format!("{}: {}", finding.rule, finding.summary);
        let grown = finding.state == State::Grown;
        self.activity.add_episode(now, &finding.session_id, topic, &text, &finding.episode(), grown);
        self.entry(&finding.session_id.clone(), now).found(finding, now);
    }

    fn rested(&mut self, done: Done, now: Timestamp) {
        self.activity.add(now, &done.session_id, Topic::Info, &format!("rests: {}", rest(&done)));
        let session = self.entry(&done.session_id.clone(), now);
        let said = session.output.last_said().map(str::to_owned);
        session.state.rested(&done, said, now);
        session.done = Some(done);
    }

    fn acted(&mut self, action: &Action, now: Timestamp) {
        let topic = match action.phase {
            Phase::Taken => Topic::Acted,
            Phase::Failed | Phase::Escalated => Topic::ActFailed,
            Phase::Begun | Phase::Skipped => Topic::Acting,
        };
        self.activity.add(now, &action.session_id, topic, &action.to_string());
    }

    fn gap(&mut self, gap: &Gap, now: Timestamp) {
        let missed = if gap.complete { "nothing was missed" } else { "something may be missing" };
        let text = format!("{} without the server ({}); {missed}", duration(gap.lasted), gap.reason);
        self.activity.add(now, gap.session_id.as_deref().unwrap_or_default(), Topic::Error, &text);
    }
}

/// A session and those below it, each with its depth. `all` is in the order in which siblings follow one another.
fn family<'a>(root: &'a Session, all: &[&'a Session]) -> Vec<(&'a Session, usize)> {
    let (mut found, mut next) = (Vec::new(), vec![(root, 0)]);
    while let Some((session, depth)) = next.pop() {
        found.push((session, depth));
        let is_child = |child: &&&Session| child.parent.as_ref() == Some(&session.id) && child.id != session.id;
        let children = all.iter().rev().filter(is_child);
        next.extend(children.map(|child| (*child, depth + 1)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    /// Three hosts, whose clocks differ by hours and days, ask within the same second; then time passes on each.
    fn merged() -> Board {
        let mut board = Board::default();
        let mut see = |ts: i64, kind: &str, properties: String| {
            board.see(format!(r#"{{"ts":{ts},"type":"{kind}","properties":{{{properties}}}}}"#).as_bytes());
        };
        let hosts = [("a", 100 * HOUR), ("b", 98 * HOUR), ("c", 172 * HOUR)];
        for (host, ts) in hosts {
            let opened =
                format!(r#""server":"http://{host}:4096","directory":"/srv/{host}","version":"{host}","replay":false"#);
            see(ts, "ocr.stream.opened", opened);
        }
        for (host, ts) in hosts {
            let created = format!(r#""sessionID":"ses_{host}","info":{{"id":"ses_{host}","directory":"/srv/{host}"}}"#);
            see(ts, "session.created", created);
            let asks = format!(
                r#""sessionID":"ses_{host}","state":"waiting","since":{ts},"on":"permission: bash","request":"per_{host}","options":["once"],"told":"event""#
            );
            see(ts, "ocr.detect.state", asks);
        }
        for ((host, ts), waits) in hosts.into_iter().zip([20_000, 40_000, 30_000]) {
            see(ts + waits, "ocr.stream.tick", format!(r#""sessions":["ses_{host}"]"#));
        }
        board
    }

    #[test]
    fn age_is_that_of_the_session() {
        let board = merged();
        let ages: Vec<_> = board.sessions().iter().map(|(session, _)| (&*session.id, board.age(session))).collect();
        assert_eq!(ages, [("ses_b", 40_000), ("ses_c", 30_000), ("ses_a", 20_000)]);
        assert_eq!(board.origins.elapsed(), 40_000);
    }

    #[test]
    fn each_session_has_its_own_server() {
        let board = merged();
        for host in ["a", "b", "c"] {
            let opened = board.origins.opened(&format!("ses_{host}")).unwrap();
            let known = [&opened.server, &opened.directory, &opened.version].map(|text| text.clone().unwrap());
            assert_eq!(known, [format!("http://{host}:4096"), format!("/srv/{host}"), host.to_owned()]);
        }
    }

    #[test]
    fn keeps_the_session_that_needs_a_person() {
        let mut board = Board::default();
        let asks = r#"{"ts":1,"type":"permission.asked","properties":{"id":"per_1","sessionID":"asks","permission":"bash","patterns":["rm"]}}"#;
        board.see(asks.as_bytes());
        for n in 0..SESSIONS {
            let line = format!(r#"{{"ts":{},"type":"session.idle","properties":{{"sessionID":"s{n}"}}}}"#, n + 2);
            board.see(line.as_bytes());
        }
        assert_eq!(board.count(Rank::NeedsYou), 1);
        assert!(!board.sessions.contains_key("s0"), "the one that has been calm for longest goes");
    }
}
