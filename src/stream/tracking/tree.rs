//! Which sessions are watched: one with its subagents, or all of them.

use crate::server::Session;
use crate::wire::{Event, Observation};
use std::collections::HashSet;

/// The watched session with its descendants.
#[derive(Debug)]
pub(crate) struct SessionTree {
    /// `None`: every session.
    root: Option<String>,
    /// The watched session and its descendants.
    pub members: HashSet<String>,
}

impl SessionTree {
    pub fn new(root: Option<&str>) -> Self {
        Self { root: root.map(str::to_owned), members: root.map(str::to_owned).into_iter().collect() }
    }

    /// Adds the descendants among these sessions.
    pub fn adopt(&mut self, sessions: &[Session]) {
        let mut grew = self.root.is_some();
        while grew {
            grew = false;
            for session in sessions {
                let parent = session.parent.as_ref();
                let is_child = parent.is_some_and(|parent| self.members.contains(parent));
                grew |= is_child && self.members.insert(session.id.clone());
            }
        }
    }

    /// Whether the event belongs to a member or to no session. A new child becomes a member.
    pub fn owns(&mut self, line: &Observation) -> bool {
        let (Some(_), Some(session)) = (&self.root, line.session.as_deref()) else {
            return true;
        };
        if let Event::Session { parent: Some(parent) } = &line.event
            && self.members.contains(&**parent)
        {
            self.members.insert(session.to_owned());
        }
        self.members.contains(session)
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
    fn owns_all_without_root() {
        let mut tree = SessionTree::new(None);
        assert!(tree.owns(&observe(&created("x", "y")).unwrap()));
    }
}
