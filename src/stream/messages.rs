//! A session's messages as events: for servers that keep no log of their events, and for documents that
//! `opencode export` wrote.

use crate::server::Message;
use crate::wire::part::Part;
use crate::wire::{Event, Observation, observe};
use std::collections::{HashMap, HashSet, VecDeque};

/// How many final states are remembered. Beyond it, what is older counts as told.
const REMEMBERED: usize = 16_384;

/// How many sessions are kept apart.
const SESSIONS: usize = 10_000;

/// What has been told of the sessions' messages in its final state.
#[derive(Debug, Default)]
pub(super) struct Finished {
    /// The messages and parts that were told as final, by id.
    told: HashSet<String>,
    /// The same with their messages, oldest first.
    order: VecDeque<(String, String)>,
    /// The latest message that has been forgotten; ids of messages ascend.
    forgotten: String,
    /// The first message that was heard of each session: what is older was there before us.
    first: HashMap<String, String>,
}

impl Finished {
    /// Everything of this session is ours to tell, from its first message on.
    pub(super) fn expect_all(&mut self, session: &str) {
        self.first.insert(session.to_owned(), String::new());
    }

    /// Takes note of an event that is told.
    pub(super) fn observe(&mut self, seen: &Observation) {
        let Some((message, id, is_final)) = state_of(&seen.event) else {
            return;
        };
        if let Some(session) = seen.session.as_deref()
            && !self.first.contains_key(session)
        {
            if self.first.len() >= SESSIONS {
                self.first.clear();
            }
            self.first.insert(session.to_owned(), message.to_owned());
        }
        if is_final {
            self.remember(id, message);
        }
    }

    /// Takes note of messages that were there before us.
    pub(super) fn pass_over(&mut self, messages: &[Message]) {
        for payload in messages.iter().flat_map(payloads) {
            if let Ok(seen) = observe(&payload) {
                self.observe(&seen);
            }
        }
    }

    /// The sessions of which anything was heard.
    pub(super) fn sessions(&self) -> impl Iterator<Item = &String> {
        self.first.keys()
    }

    /// The events of these messages that have not been told in their final state, as payloads.
    pub(super) fn missing(&self, messages: &[Message]) -> Vec<String> {
        messages
            .iter()
            .flat_map(payloads)
            .filter(|payload| observe(payload).is_ok_and(|seen| self.is_missing(&seen)))
            .collect()
    }

    fn is_missing(&self, seen: &Observation) -> bool {
        let Some((message, id, true)) = state_of(&seen.event) else {
            return false;
        };
        let first = seen.session.as_deref().and_then(|s| self.first.get(s));
        let ours = first.is_none_or(|first| message >= first.as_str());
        ours && message > self.forgotten.as_str() && !self.told.contains(id)
    }

    fn remember(&mut self, id: &str, message: &str) {
        if !self.told.insert(id.to_owned()) {
            return;
        }
        self.order.push_back((id.to_owned(), message.to_owned()));
        if self.order.len() > REMEMBERED
            && let Some((old, of)) = self.order.pop_front()
        {
            self.told.remove(&old);
            self.forgotten = of.max(std::mem::take(&mut self.forgotten));
        }
    }
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

    #[test]
    fn only_final_states_that_were_not_told_are_missing() {
        let mut finished = Finished::default();
        finished.expect_all("a");
        assert!(
            finished.missing(&[message("m1", "a", false)]).is_empty(),
            "it goes on"
        );
        assert_eq!(finished.missing(&[message("m1", "a", true)]).len(), 2);
        finished.pass_over(&[message("m1", "a", true)]);
        assert!(finished.missing(&[message("m1", "a", true)]).is_empty());
    }

    #[test]
    fn a_child_that_ends_first_does_not_hide_the_end_of_its_parent() {
        let mut finished = Finished::default();
        finished.expect_all("parent");
        finished.pass_over(&[message("m2", "child", true)]);
        assert_eq!(finished.missing(&[message("m1", "parent", true)]).len(), 2);
    }

    #[test]
    fn what_was_there_before_the_first_word_is_not_ours() {
        let mut finished = Finished::default();
        finished.pass_over(&[message("m5", "a", false)]);
        assert!(finished.missing(&[message("m4", "a", true)]).is_empty());
        assert_eq!(finished.missing(&[message("m5", "a", true)]).len(), 2);
    }

    #[test]
    fn memory_is_bounded() {
        let mut finished = Finished::default();
        for n in 0..2 * REMEMBERED {
            finished.pass_over(&[message(&format!("m{n:09}"), "a", true)]);
        }
        assert!(finished.told.len() <= REMEMBERED && finished.order.len() <= REMEMBERED);
        assert!(finished.missing(&[message("m000000001", "a", true)]).is_empty());
    }
}
