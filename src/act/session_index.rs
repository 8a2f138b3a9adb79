//! Remembers the parent, title and directory of each session of a stream, from before it works.

use super::notify::TITLE;
use crate::bounded::BoundedMap;
use crate::printable::excerpt;
use crate::wire::{Event, Observation, about};

/// How many sessions are known; those that say nothing for long are forgotten first.
const SESSIONS: usize = 10_000;

/// How deep subagents may be nested: far deeper than agents do. A server whose sessions go round in circles ends there.
const DEPTH: usize = 100;

/// What is known of the sessions of a stream.
#[derive(Debug)]
pub(super) struct SessionIndex {
    /// A session above each subagent.
    above: BoundedMap<String, String>,
    said: BoundedMap<String, SessionInfo>,
}

/// What is said of a session.
#[derive(Debug, Default)]
pub(super) struct SessionInfo {
    pub title: Option<String>,
    pub directory: Option<String>,
}

impl Default for SessionIndex {
    fn default() -> Self {
        Self { above: BoundedMap::new(SESSIONS), said: BoundedMap::new(SESSIONS) }
    }
}

impl SessionIndex {
    /// Learns what a line says of its session. Returns whether the session is a subagent.
    pub fn learn(&mut self, session: &str, line: &Observation, text: &str) -> bool {
        let Event::Session { parent, .. } = &line.event else { return false };
        let (about, session) = (about(text), session.to_owned());
        let said = self.said.get_or_insert_with(session.clone(), SessionInfo::default);
        said.title = about.title.map(|title| excerpt(&title, TITLE)).or(said.title.take());
        said.directory = about.directory.map(String::from).or(said.directory.take());
        self.said.touch(&session);
        let Some(parent) = parent else { return false };
        if !self.above.contains_key(&session) {
            self.above.insert(session, parent.to_string());
        }
        true
    }

    /// What was said of a session.
    pub fn info(&self, session: &str) -> Option<&SessionInfo> {
        self.said.get(session)
    }

    /// The session at the top of this one, as far as is known by now: what is above its parent may be said last.
    pub fn top(&mut self, session: &str) -> String {
        let mut top = session.to_owned();
        for _ in 0..DEPTH {
            let Some(above) = self.above.get(&top).cloned() else { break };
            self.above.touch(&top);
            top = above;
        }
        if top != session {
            // The way is shorter next time.
            self.above.insert(session.to_owned(), top.clone());
        }
        top
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::observe;
    use serde_json::json;

    fn created(session: &str, parent: Option<&str>) -> String {
        let info = json!({"id": session, "parentID": parent, "title": "Tidy up", "directory": "/p"});
        json!({"ts": 1, "id": "evt_1", "type": "session.created", "properties": {"sessionID": session, "info": info}})
            .to_string()
    }

    fn learn(known: &mut SessionIndex, session: &str, parent: Option<&str>) -> bool {
        let text = created(session, parent);
        known.learn(session, &observe(&text).unwrap(), &text)
    }

    #[test]
    fn finds_the_top_whatever_is_said_last() {
        let mut known = SessionIndex::default();
        assert!(learn(&mut known, "c", Some("b")));
        assert_eq!(known.top("c"), "b");
        assert!(learn(&mut known, "b", Some("a")));
        assert!(!learn(&mut known, "a", None));
        assert_eq!((known.top("c"), known.top("b"), known.top("a")), ("a".into(), "a".into(), "a".into()));
        let said = known.info("c").unwrap();
        assert_eq!((said.title.as_deref(), said.directory.as_deref()), (Some("Tidy up"), Some("/p")));
    }

    #[test]
    fn remembers_parents_that_still_work() {
        let mut known = SessionIndex::default();
        learn(&mut known, "b", Some("a"));
        learn(&mut known, "c", Some("b"));
        for n in 0..2 * SESSIONS {
            learn(&mut known, &format!("s{n}"), Some("t"));
            if n % 1000 == 0 {
                assert_eq!(known.top("c"), "a", "{n}");
            }
        }
    }

    #[test]
    fn circles_end() {
        let mut known = SessionIndex::default();
        learn(&mut known, "a", Some("b"));
        learn(&mut known, "b", Some("a"));
        assert!(["a", "b"].contains(&&*known.top("a")));
    }
}
