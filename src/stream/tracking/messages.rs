//! What has been told of the sessions' messages in its final state: so that after a gap it is known what is
//! missing, where the server keeps no log of its events.
//!
//! A session answers one message after another, so only its latest messages can still change, and one that is
//! being written while others queue behind it. Of those each part is remembered; of the rest only that they were
//! told whole.

use super::ids::Ids;
use super::session::{Heard, Reach, Since, Told};
use crate::server::Message;
use crate::stream::snapshot::{Change, change, payloads};
use crate::wire::{Event, Observation, observe};
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

/// How many parts are remembered in all, in eight bytes each. Beyond it the session that was silent longest is
/// given up.
const PARTS: usize = 262_144;

/// How many messages are remembered as told whole.
const WHOLE: usize = 65_536;

/// How many messages and parts that were told late are remembered, for a connection that says them again.
const LATE: usize = 16_384;

/// How many sessions are kept apart.
const SESSIONS: usize = 10_000;

/// What has been told of the sessions' messages in its final state.
#[derive(Debug)]
pub(crate) struct Finished {
    sessions: HashMap<String, Heard>,
    /// The messages that were told whole, latest last.
    whole: Ids,
    /// The messages and parts that were told late, and may come once more over the new connection.
    late: Ids,
    /// Whether sessions may have been there before us that no list names.
    unlisted: bool,
    /// How many parts are remembered.
    parts: usize,
    /// How much has been heard, in messages and parts.
    count: u64,
    hash: RandomState,
}

impl Default for Finished {
    fn default() -> Self {
        Self {
            sessions: HashMap::new(),
            whole: Ids::up_to(WHOLE),
            late: Ids::up_to(LATE),
            unlisted: false,
            parts: 0,
            count: 0,
            hash: RandomState::new(),
        }
    }
}

impl Finished {
    /// Everything of this session is ours to tell, from its first message on.
    pub(crate) fn expect_all(&mut self, session: &str) {
        self.begin(session, Since::Ever);
    }

    /// This session was there before us, and these were its latest messages: what they said by then is told, and
    /// what comes of them and after them is ours.
    pub(crate) fn was_there(&mut self, session: &str, latest: &[Message]) {
        let first = latest.first().and_then(Message::id);
        self.begin(session, first.map_or(Since::Ever, Since::Message));
        for payload in latest.iter().flat_map(payloads) {
            if let Ok(seen) = observe(&payload) {
                self.observe(&seen);
            }
        }
    }

    /// This session was there before us, and what it had said by then nobody can tell.
    pub(crate) fn is_unreadable(&mut self, session: &str) {
        self.begin(session, Since::Unknown);
    }

    /// From now on a session that nobody named may have been there before us.
    pub(crate) fn expect_unlisted(&mut self) {
        self.unlisted = true;
    }

    /// The sessions that are known.
    pub(crate) fn sessions(&self) -> impl Iterator<Item = &String> {
        self.sessions.keys()
    }

    /// Whether the session is known; a new one is ours altogether, as long as there is room for it.
    pub(crate) fn knows(&mut self, session: &str) -> bool {
        self.expect_all(session);
        self.sessions.contains_key(session)
    }

    fn begin(&mut self, session: &str, since: Since) {
        if self.sessions.len() < SESSIONS && !self.sessions.contains_key(session) {
            self.sessions
                .insert(session.to_owned(), Heard::from(since, self.count));
        }
    }

    /// Takes note of an event that is told.
    pub(crate) fn observe(&mut self, seen: &Observation) {
        let (Some(change), Some(session)) = (change(&seen.event), seen.session.as_deref()) else {
            return;
        };
        if self.unlisted {
            self.begin(session, Since::Message(change.message.to_owned()));
        } else {
            self.expect_all(session);
        }
        self.remember(session, &change);
    }

    /// The same for one that is told late.
    pub(crate) fn observe_late(&mut self, seen: &Observation) {
        self.observe(seen);
        if let Some(Change {
            id, is_final: true, ..
        }) = change(&seen.event)
        {
            self.late.insert(id);
        }
    }

    /// Whether the event says again what was just told late: it happened while the messages were asked for.
    pub(crate) fn is_echo(&mut self, seen: &Observation) -> bool {
        let from_user = matches!(seen.event, Event::Message { from_user: true, .. });
        match change(&seen.event) {
            Some(Change {
                id, is_final: true, ..
            }) if !from_user => self.late.take(id),
            _ => false,
        }
    }

    /// The events of these messages, the latest of a session, that have not been told in their final state, as
    /// payloads. `None`: they do not reach back to where the session is ours, or to what was told.
    pub(crate) fn missing(&self, session: &str, latest: &[Message]) -> Option<Vec<String>> {
        let ids: Vec<_> = latest.iter().map(Message::id).collect();
        let reach = self.reach(session, &ids, false)?;
        let missing = latest.iter().enumerate();
        Some(
            missing
                .flat_map(|(n, message)| self.missing_of(session, n, message, reach))
                .collect(),
        )
    }

    /// How far back what is missing may reach in the messages with these ids, the latest of the session or `all` that
    /// it has. `None`: nobody can tell.
    pub(crate) fn reach(&self, session: &str, ids: &[Option<String>], all: bool) -> Option<Reach> {
        self.sessions.get(session)?.reach(ids, all, !self.whole.is_full())
    }

    /// The same of the session's message number `n` of those.
    pub(crate) fn missing_of(&self, session: &str, n: usize, message: &Message, reach: Reach) -> Vec<String> {
        let id = message.id();
        let id = id.as_deref().unwrap_or_default();
        let told = self.sessions.get(session).and_then(|heard| heard.told(id));
        let is_whole = n < reach.whole || self.whole.has(id);
        if n < reach.first || (is_whole && told.is_none()) {
            return Vec::new();
        }
        let payloads = payloads(message).into_iter();
        payloads
            .filter(|payload| self.is_missing(payload, told))
            .collect()
    }

    /// Whether a payload of a message says something in its final state that is not among what was told.
    fn is_missing(&self, payload: &str, told: Option<&Told>) -> bool {
        let Ok(seen) = observe(payload) else {
            return false;
        };
        change(&seen.event).is_some_and(|change| {
            change.is_final && !told.is_some_and(|told| told.has(&change, self.hash.hash_one(change.id)))
        })
    }

    fn remember(&mut self, session: &str, change: &Change) {
        self.count += 1;
        let Some(heard) = self.sessions.get_mut(session) else {
            return;
        };
        heard.used = self.count;
        if heard.told(change.message).is_none() {
            if self.whole.has(change.message) {
                return;
            }
            self.parts -= heard.take_in(change.message, &mut self.whole);
        }
        let told = heard
            .recent
            .iter_mut()
            .rev()
            .find(|told| told.id == change.message);
        let Some(told) = told.filter(|_| change.is_final) else {
            return;
        };
        let part = self.hash.hash_one(change.id);
        if change.is_message() {
            told.done = true;
        } else if !told.parts.contains(&part) {
            told.parts.push(part);
            self.parts += 1;
        }
        if self.parts > PARTS {
            self.give_one_up();
        }
    }

    /// Forgets what was told of the session that was silent longest. What it says in a gap is lost from now on, which
    /// the gap's line tells.
    fn give_one_up(&mut self) {
        let has_parts = |heard: &&mut Heard| heard.recent.iter().any(|told| !told.parts.is_empty());
        let holding = self.sessions.values_mut().filter(has_parts);
        if let Some(heard) = holding.min_by_key(|heard| heard.used) {
            self.parts -= heard.give_up();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::snapshot::sample::{copy, message};
    use crate::stream::tracking::session::RECENT;

    fn hear(finished: &mut Finished, message: &Message) {
        for payload in payloads(message) {
            finished.observe(&observe(&payload).unwrap());
        }
    }

    /// So many messages of one session, heard one after another.
    fn heard_of_many(finished: &mut Finished, name: &str, many: usize) -> Vec<Message> {
        let all: Vec<_> = (0..many)
            .map(|n| message(&format!("{name}{n}"), "a", true))
            .collect();
        for message in &all {
            hear(finished, message);
        }
        all
    }

    fn missing(finished: &Finished, session: &str, messages: &[Message]) -> Option<usize> {
        let ids: Vec<_> = messages.iter().map(Message::id).collect();
        let reach = finished.reach(session, &ids, true)?;
        let of = |(n, message)| finished.missing_of(session, n, message, reach).len();
        Some(messages.iter().enumerate().map(of).sum())
    }

    #[test]
    fn only_final_states_that_were_not_told_are_missing() {
        let mut finished = Finished::default();
        finished.expect_all("a");
        assert_eq!(
            missing(&finished, "a", &[message("m1", "a", false)]),
            Some(0),
            "it goes on"
        );
        assert_eq!(missing(&finished, "a", &[message("m1", "a", true)]), Some(2));
        hear(&mut finished, &message("m1", "a", true));
        assert_eq!(missing(&finished, "a", &[message("m1", "a", true)]), Some(0));
    }

    #[test]
    fn what_was_there_before_us_is_not_ours_whatever_its_id() {
        let mut finished = Finished::default();
        let [old, last, new] =
            [("m9", true), ("m5", false), ("m1", true)].map(|(id, done)| message(id, "a", done));
        finished.was_there("a", std::slice::from_ref(&last));
        assert_eq!(missing(&finished, "a", &[old, last]), Some(0), "nothing happened");
        let messages = [message("m9", "a", true), message("m5", "a", true), new];
        assert_eq!(missing(&finished, "a", &messages), Some(4), "m5 and m1");
        assert_eq!(
            missing(&finished, "a", &messages[..1]),
            None,
            "they do not reach back"
        );
        finished.was_there("empty", &[]);
        assert_eq!(
            missing(&finished, "empty", &[message("m1", "empty", true)]),
            Some(2)
        );
        assert_eq!(finished.missing("empty", &[message("m1", "empty", true)]), None);
        assert_eq!(
            missing(&finished, "b", &[message("m1", "b", true)]),
            None,
            "a stranger"
        );
        assert!(finished.knows("b"), "it is new");
        assert_eq!(missing(&finished, "b", &[message("m1", "b", true)]), Some(2));
    }

    #[test]
    fn a_session_that_no_list_names_is_ours_from_the_first_word() {
        let mut finished = Finished::default();
        finished.expect_unlisted();
        let heard = payloads(&message("m5", "a", false));
        finished.observe(&observe(&heard[0]).unwrap());
        let messages = [message("m1", "a", true), message("m5", "a", true)];
        assert_eq!(missing(&finished, "a", &messages), Some(2), "m5 alone");
    }

    #[test]
    fn what_was_told_late_is_not_told_again_by_the_new_connection() {
        let mut finished = Finished::default();
        let late = payloads(&message("m1", "a", true));
        for payload in &late {
            finished.observe_late(&observe(payload).unwrap());
        }
        for payload in &late {
            let seen = observe(payload).unwrap();
            assert!(finished.is_echo(&seen));
            assert!(!finished.is_echo(&seen), "but once");
        }
    }

    #[test]
    fn what_is_unfinished_is_known_however_much_comes_after_it() {
        let mut finished = Finished::default();
        let (begun, done) = (message("m1", "a", false), message("m1", "a", true));

        finished.expect_all("a");
        hear(&mut finished, &begun);
        let behind = heard_of_many(&mut finished, "u", 3 * RECENT);
        for n in 0..SESSIONS - 1 {
            hear(&mut finished, &message("m", &format!("ses_{n}"), true));
        }
        let with = |first| -> Vec<_> { [first].into_iter().chain(behind.iter().map(copy)).collect() };
        assert_eq!(missing(&finished, "a", &with(begun)), Some(0));
        assert_eq!(
            missing(&finished, "a", &with(copy(&done))),
            Some(2),
            "its end, and its part's"
        );
        hear(&mut finished, &done);
        assert_eq!(missing(&finished, "a", &with(done)), Some(0));
    }

    #[test]
    fn messages_that_were_taken_back_do_not_bring_the_others_again() {
        let mut finished = Finished::default();
        finished.expect_all("a");
        let all = heard_of_many(&mut finished, "m", 3 * RECENT);
        assert_eq!(missing(&finished, "a", &all[..3]), Some(0));
        // Its late change is no news, as nobody remembers its parts.
        finished.observe(&observe(&payloads(&all[0])[1]).unwrap());
        assert_eq!(missing(&finished, "a", &all), Some(0));
    }

    #[test]
    fn a_session_whose_parts_are_forgotten_is_not_told_as_if_they_were_not() {
        let mut finished = Finished::default();
        hear(&mut finished, &message("m1", "silent", false));
        hear(&mut finished, &message("m1", "quiet", true));
        for n in 0..PARTS {
            let part = format!(
                r#"{{"type":"message.part.updated","properties":{{"part":{{"id":"p{n}","sessionID":"loud","messageID":"m","type":"step-start"}}}}}}"#
            );
            finished.observe(&observe(&part).unwrap());
        }
        assert!(finished.parts <= PARTS);
        assert_eq!(missing(&finished, "quiet", &[message("m1", "quiet", true)]), None);
        assert_eq!(missing(&finished, "loud", &[]), Some(0));
        assert_eq!(
            missing(&finished, "silent", &[message("m1", "silent", true)]),
            Some(2),
            "of this nothing was told"
        );
    }

    #[test]
    fn memory_is_bounded() {
        let mut finished = Finished::default();
        let all = heard_of_many(&mut finished, "m", 2 * WHOLE);
        assert!(finished.sessions["a"].recent.len() <= RECENT && finished.whole.len() <= WHOLE);
        assert_eq!(missing(&finished, "a", &all), Some(0));
        assert_eq!(
            missing(&finished, "a", &all[..9]),
            None,
            "who knows what these are"
        );
        for n in 0..2 * SESSIONS {
            finished.was_there(&format!("ses_{n}"), &[]);
        }
        assert_eq!(finished.sessions.len(), SESSIONS);
    }
}
