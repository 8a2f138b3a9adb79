//! Tracks which sessions are watched: one with its subagents, or all of them.

use crate::bounded::BoundedMap;
use crate::server::Session;
use crate::wire::{Event, Observation};
use std::collections::HashMap;

/// How many subagents are watched. Those that were silent longest make room.
const MEMBERS: usize = 10_000;

/// The watched session with its descendants.
#[derive(Debug)]
pub(crate) struct SessionTree {
    /// `None`: every session.
    root: Option<String>,
    /// Its descendants.
    members: BoundedMap<String, ()>,
    /// Whether one was forgotten, which is said once.
    forgot: bool,
}

impl SessionTree {
    pub fn new(root: Option<&str>) -> Self {
        Self { root: root.map(str::to_owned), members: BoundedMap::new(MEMBERS), forgot: false }
    }

    /// Adds the descendants among these sessions.
    pub fn adopt(&mut self, sessions: &[Session]) {
        let mut children: HashMap<&str, Vec<&str>> = HashMap::new();
        for session in sessions {
            children.entry(session.parent.as_deref().unwrap_or_default()).or_default().push(&session.id);
        }
        let known: Vec<String> = self.members().cloned().collect();
        let mut parents: Vec<&str> = known.iter().map(String::as_str).collect();
        while let Some(parent) = parents.pop() {
            // Taken out, so that a circle ends.
            for child in children.remove(parent).unwrap_or_default() {
                self.insert(child);
                parents.push(child);
            }
        }
    }

    /// The watched session and its descendants; none where every session is watched.
    pub fn members(&self) -> impl Iterator<Item = &String> {
        self.root.iter().chain(self.members.iter().map(|(id, ())| id))
    }

    /// Whether the session is the watched one or one of its descendants.
    pub fn contains(&self, session: &str) -> bool {
        self.root.as_deref() == Some(session) || self.members.contains_key(session)
    }

    fn insert(&mut self, session: &str) {
        if self.contains(session) {
            return;
        }
        if self.members.is_full() && !std::mem::replace(&mut self.forgot, true) {
            tracing::warn!(
                "the session has more than {MEMBERS} subagents; those that were silent longest are no longer watched"
            );
        }
        self.members.insert(session.to_owned(), ());
    }

    /// Whether the event belongs to a member or to no session. A new child becomes a member.
    pub fn owns(&mut self, line: &Observation) -> bool {
        let (Some(_), Some(session)) = (&self.root, line.session.as_deref()) else {
            return true;
        };
        if let Event::Session { parent: Some(parent), .. } = &line.event
            && self.contains(parent)
        {
            self.insert(session);
        }
        self.members.touch(session);
        self.contains(session)
    }

    /// Whether the event is about the watched session itself.
    pub fn is_root(&self, line: &Observation) -> bool {
        self.root.is_some() && self.root.as_deref() == line.session.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::observe;

    fn created(id: &str, parent: &str) -> String {
        format!(r#"{{"type":"session.created","properties":{{"info":{{"id":"{id}","parentID":"{parent}"}}}}}}"#)
    }

    #[test]
    fn adopts_children() {
        let mut tree = SessionTree::new(Some("a"));
        assert!(!tree.owns(&observe(&created("x", "stranger")).unwrap()));
        assert!(tree.owns(&observe(&created("b", "a")).unwrap()));
        assert!(tree.owns(&observe(&created("c", "b")).unwrap()), "a grandchild");
        assert!(tree.owns(&observe(r#"{"type":"server.heartbeat","properties":{}}"#).unwrap()));
        let idle = |id: &str| format!(r#"{{"type":"session.idle","properties":{{"sessionID":"{id}"}}}}"#);
        assert!(tree.is_root(&observe(&idle("a")).unwrap()));
        assert!(!tree.is_root(&observe(&idle("b")).unwrap()));
        assert!(!tree.owns(&observe(&idle("x")).unwrap()));
    }

    #[test]
    fn forgets_silent_ones() {
        let mut tree = SessionTree::new(Some("a"));
        for id in (0..=MEMBERS).map(|n| format!("c{n}")) {
            assert!(tree.owns(&observe(&created(&id, "a")).unwrap()), "{id}");
            assert!(tree.owns(&observe(&created("c0", "a")).unwrap()), "it is not silent");
        }
        assert!(tree.contains("a") && tree.contains("c0") && !tree.contains("c1"));
        assert!(tree.forgot && tree.members().count() == MEMBERS + 1);
    }

    #[test]
    fn adopts_descendants_in_any_order() {
        let session =
            |id: usize| Session { id: id.to_string(), parent: Some((id + 1).to_string()), ..Session::default() };
        let mut sessions: Vec<Session> = (0..5000).map(session).collect();
        sessions.push(Session { id: "5000".to_owned(), parent: Some("0".to_owned()), ..Session::default() });
        let mut tree = SessionTree::new(Some("5000"));
        tree.adopt(&sessions);
        assert!(tree.contains("0") && tree.contains("4999"));
        assert_eq!(tree.members().count(), 5001);
    }

    #[test]
    fn owns_all_without_root() {
        let mut tree = SessionTree::new(None);
        assert!(tree.owns(&observe(&created("x", "y")).unwrap()));
    }
}
