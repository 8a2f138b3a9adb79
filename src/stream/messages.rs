//! A session's messages as events: for servers that keep no log of their events, and for documents that
//! `opencode export` wrote.

use super::ids::Ids;
use crate::server::Message;
use crate::wire::part::Part;
use crate::wire::{Event, Observation, observe};
use std::collections::{HashMap, HashSet, VecDeque};

/// How many final states are remembered. Beyond it, what is older counts as told.
const REMEMBERED: usize = 16_384;

/// How many sessions are kept apart.
const SESSIONS: usize = 10_000;

/// What has been told of the sessions' messages in its final state.
#[derive(Debug)]
pub(super) struct Finished {
    /// The messages and parts that were told as final, by id.
    told: HashSet<String>,
    /// The same with their sessions and messages, oldest first.
    order: VecDeque<(String, String, String)>,
    sessions: HashMap<String, Heard>,
    /// The messages and parts that were told late, and may come once more over the new connection.
    late: Ids,
    /// Whether sessions may have been there before us that no list names.
    unlisted: bool,
}

impl Default for Finished {
    fn default() -> Self {
        Self {
            told: HashSet::new(),
            order: VecDeque::new(),
            sessions: HashMap::new(),
            late: Ids::up_to(REMEMBERED),
            unlisted: false,
        }
    }
}

/// What is known of one session.
#[derive(Debug)]
struct Heard {
    since: Since,
    /// The latest message of which something has been forgotten.
    forgotten: Option<String>,
}

/// From when on a session is ours to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Since {
    /// From its first message.
    Ever,
    /// From this message: the session was there before us.
    Message(String),
    /// Nobody can tell: what was there before us could not be read.
    Unknown,
}

impl Finished {
    /// Everything of this session is ours to tell, from its first message on.
    pub(super) fn expect_all(&mut self, session: &str) {
        self.begin(session, Since::Ever);
    }

    /// This session was there before us, and these were its latest messages: what they said by then is told, and
    /// what comes of them and after them is ours.
    pub(super) fn was_there(&mut self, session: &str, latest: &[Message]) {
        let first = latest.first().and_then(id_of);
        self.begin(session, first.map_or(Since::Ever, Since::Message));
        self.pass_over(latest);
    }

    /// This session was there before us, and what it had said by then nobody can tell.
    pub(super) fn is_unreadable(&mut self, session: &str) {
        self.begin(session, Since::Unknown);
    }

    /// From now on a session that nobody named may have been there before us.
    pub(super) fn expect_unlisted(&mut self) {
        self.unlisted = true;
    }

    /// The sessions that are known.
    pub(super) fn sessions(&self) -> impl Iterator<Item = &String> {
        self.sessions.keys()
    }

    /// Whether the session is known; a new one is ours altogether, as long as there is room for it.
    pub(super) fn knows(&mut self, session: &str) -> bool {
        self.expect_all(session);
        self.sessions.contains_key(session)
    }

    fn begin(&mut self, session: &str, since: Since) {
        if self.sessions.len() < SESSIONS && !self.sessions.contains_key(session) {
            let heard = Heard {
                since,
                forgotten: None,
            };
            self.sessions.insert(session.to_owned(), heard);
        }
    }

    /// Takes note of an event that is told.
    pub(super) fn observe(&mut self, seen: &Observation) {
        let (Some((message, id, is_final)), Some(session)) = (state_of(&seen.event), seen.session.as_deref())
        else {
            return;
        };
        if self.unlisted {
            self.begin(session, Since::Message(message.to_owned()));
        } else {
            self.expect_all(session);
        }
        if is_final {
            self.remember(id, message, session);
        }
    }

    /// The same for one that is told late.
    pub(super) fn observe_late(&mut self, seen: &Observation) {
        self.observe(seen);
        if let Some((_, id, true)) = state_of(&seen.event) {
            self.late.insert(id);
        }
    }

    /// Whether the event says again what was just told late: it happened while the messages were asked for.
    pub(super) fn is_echo(&mut self, seen: &Observation) -> bool {
        let from_user = matches!(seen.event, Event::Message { from_user: true, .. });
        match state_of(&seen.event) {
            Some((_, id, true)) if !from_user => self.late.take(id),
            _ => false,
        }
    }

    /// Takes note of messages that were there before us.
    fn pass_over(&mut self, messages: &[Message]) {
        for payload in messages.iter().flat_map(payloads) {
            if let Ok(seen) = observe(&payload) {
                self.observe(&seen);
            }
        }
    }

    /// The events of these messages, the latest of the session or `all` that it has, that have not been told in their
    /// final state, as payloads. `None`: they do not reach back to where the session is ours.
    pub(super) fn missing(&self, session: &str, messages: &[Message], all: bool) -> Option<Vec<String>> {
        let heard = self.sessions.get(session)?;
        let at = |wanted: &String| messages.iter().position(|m| id_of(m).as_ref() == Some(wanted));
        let first = match &heard.since {
            Since::Ever => all.then_some(0)?,
            Since::Message(first) => at(first)?,
            Since::Unknown => return None,
        };
        let known = heard.forgotten.as_ref().and_then(at).map_or(0, |at| at + 1);
        let missing = messages[first.max(known)..]
            .iter()
            .flat_map(payloads)
            .filter(|payload| observe(payload).is_ok_and(|seen| self.is_missing(&seen)));
        Some(missing.collect())
    }

    fn is_missing(&self, seen: &Observation) -> bool {
        matches!(state_of(&seen.event), Some((_, id, true)) if !self.told.contains(id))
    }

    fn remember(&mut self, id: &str, message: &str, session: &str) {
        if !self.told.insert(id.to_owned()) {
            return;
        }
        self.order
            .push_back((id.to_owned(), message.to_owned(), session.to_owned()));
        if self.order.len() > REMEMBERED
            && let Some((old, message, session)) = self.order.pop_front()
        {
            self.told.remove(&old);
            if let Some(heard) = self.sessions.get_mut(&session) {
                heard.forgotten = Some(message);
            }
        }
    }
}

/// The id of a message.
fn id_of(message: &Message) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Info {
        id: String,
    }
    let info: Info = serde_json::from_str(message.info.get()).ok()?;
    Some(info.id)
}

/// The message that an event is about, what it tells the state of, and whether that state is final.
fn state_of<'a>(event: &'a Event) -> Option<(&'a str, &'a str, bool)> {
    match event {
        Event::Message {
            id,
            from_user,
            completed,
            ..
        } => Some((id, id, *from_user || *completed)),
        Event::Part(part) => Some((&part.message, &part.id, is_final(part))),
        _ => None,
    }
}

/// One message as the events that would have told it: the message, its parts, and again the message, which
/// is complete only then.
pub(super) fn payloads(message: &Message) -> Vec<String> {
    let parts = message.parts.iter().map(|part| {
        format!(r#"{{"type":"message.part.updated","recovered":true,"properties":{{"part":{part}}}}}"#)
    });
    let told = format!(
        r#"{{"type":"message.updated","recovered":true,"properties":{{"info":{}}}}}"#,
        message.info
    );
    parts.chain([told]).collect()
}

/// Whether a part will not change any more.
fn is_final(part: &Part) -> bool {
    match (&*part.kind, &part.state) {
        ("tool", Some(state)) => matches!(&*state.status, "completed" | "error"),
        // What the user wrote has no time at all.
        ("text" | "reasoning", _) => part.time.as_ref().is_none_or(|time| time.end().is_some()),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::value::RawValue;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    fn message(id: &str, session: &str, done: bool) -> Message {
        let completed = if done { r#","completed":2"# } else { "" };
        let end = if done { r#","end":2"# } else { "" };
        Message {
            info: raw(&format!(
                r#"{{"id":"{id}","sessionID":"{session}","role":"assistant","time":{{"created":1{completed}}}}}"#
            )),
            parts: vec![raw(&format!(
                r#"{{"id":"prt_{id}","sessionID":"{session}","messageID":"{id}","type":"text","text":"x","time":{{"start":1{end}}}}}"#
            ))],
        }
    }

    fn missing(finished: &Finished, session: &str, messages: &[Message]) -> Option<usize> {
        finished
            .missing(session, messages, true)
            .map(|missing| missing.len())
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
        finished.pass_over(&[message("m1", "a", true)]);
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
        assert_eq!(
            finished.missing("empty", &[message("m1", "empty", true)], false),
            None
        );
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
    fn memory_is_bounded() {
        let mut finished = Finished::default();
        let all: Vec<Message> = (0..2 * REMEMBERED)
            .map(|n| message(&format!("m{n}"), "a", true))
            .collect();
        finished.pass_over(&all);
        assert!(finished.told.len() <= REMEMBERED && finished.order.len() <= REMEMBERED);
        assert_eq!(missing(&finished, "a", &all), Some(0));
        for n in 0..2 * SESSIONS {
            finished.was_there(&format!("ses_{n}"), &[]);
        }
        assert_eq!(finished.sessions.len(), SESSIONS);
    }
}
