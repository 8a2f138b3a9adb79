//! Which sessions are watched: one and those that it started, or all of them.

use crate::server::Session;
use crate::wire::{Event, Observation};
use std::collections::HashSet;

/// The watched session with its children and theirs.
#[derive(Debug)]
pub(crate) struct Family {
    /// None: every session.
    root: Option<String>,
    members: HashSet<String>,
}

impl Family {
    pub(crate) fn of(root: Option<&str>) -> Self {
        Self {
            root: root.map(str::to_owned),
            members: root.map(str::to_owned).into_iter().collect(),
        }
    }

    /// Takes in the sessions among these that members started, and theirs.
    pub(crate) fn adopt_from(&mut self, sessions: &[Session]) {
        let mut grew = self.root.is_some();
        while grew {
            grew = false;
            for session in sessions {
                let ours = session.parent.as_ref().is_some_and(|p| self.has(p));
                grew |= ours && self.members.insert(session.id.clone());
            }
        }
    }

    /// Whether the event is ours to tell: it belongs to a member, or to no session at all. A new child
    /// of a member becomes one.
    pub(crate) fn owns(&mut self, seen: &Observation) -> bool {
        let (Some(_), Some(session)) = (&self.root, seen.session.as_deref()) else {
            return true;
        };
        if let Event::Session { parent: Some(parent) } = &seen.event
            && self.members.contains(&**parent)
        {
            self.members.insert(session.to_owned());
        }
        self.members.contains(session)
    }

    /// Whether the session is one of ours.
    pub(crate) fn has(&self, session: &str) -> bool {
        self.members.contains(session)
    }

    /// The watched session and its children.
    pub(crate) fn members(&self) -> impl Iterator<Item = &String> {
        self.members.iter()
    }

    /// Whether the event is about the watched session itself, not a child of it.
    pub(crate) fn is_root(&self, seen: &Observation) -> bool {
        self.root.is_some() && self.root.as_deref() == seen.session.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::observe;

    fn created(id: &str, parent: &str) -> String {
        format!(
            r#"{{"type":"session.created","properties":{{"info":{{"id":"{id}","parentID":"{parent}"}}}}}}"#
        )
    }

    #[test]
    fn children_belong_and_strangers_do_not() {
        let mut family = Family::of(Some("a"));
        assert!(!family.owns(&observe(&created("x", "stranger")).unwrap()));
        assert!(family.owns(&observe(&created("b", "a")).unwrap()));
        assert!(
            family.owns(&observe(&created("c", "b")).unwrap()),
            "a child's child too"
        );
        assert!(family.owns(&observe(r#"{"type":"server.heartbeat","properties":{}}"#).unwrap()));
        let idle = |id: &str| format!(r#"{{"type":"session.idle","properties":{{"sessionID":"{id}"}}}}"#);
        assert!(family.is_root(&observe(&idle("a")).unwrap()));
        assert!(!family.is_root(&observe(&idle("b")).unwrap()));
        assert!(!family.owns(&observe(&idle("x")).unwrap()));
    }

    #[test]
    fn without_a_root_everything_belongs() {
        let mut family = Family::of(None);
        assert!(family.owns(&observe(&created("x", "y")).unwrap()));
    }
}
