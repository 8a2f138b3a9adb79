//! How the sessions that a server lists are related to one of them.

use crate::server::Session;
use std::collections::{HashMap, HashSet};

/// The sessions above and below one session.
#[derive(Debug, Default)]
pub(super) struct Kin {
    above: HashSet<String>,
    below: HashSet<String>,
}

impl Kin {
    /// The kin of `session` among these.
    pub fn of(session: &str, sessions: &[Session]) -> Self {
        let parents: HashMap<&str, &str> =
            sessions.iter().filter_map(|s| Some((s.id.as_str(), s.parent.as_deref()?))).collect();
        let mut children: HashMap<&str, Vec<&str>> = HashMap::new();
        for (child, parent) in &parents {
            children.entry(parent).or_default().push(child);
        }
        let mut kin = Self::default();
        let mut next = parents.get(session);
        // A circle ends where it is closed.
        while let Some(parent) = next.filter(|parent| kin.above.insert((**parent).to_owned())) {
            next = parents.get(parent);
        }
        let mut open = vec![session];
        while let Some(parent) = open.pop() {
            for child in children.remove(parent).unwrap_or_default() {
                kin.below.insert(child.to_owned());
                open.push(child);
            }
        }
        kin
    }

    /// Whether the session started this one, directly or through others.
    pub fn is_below(&self, session: &str) -> bool {
        self.below.contains(session)
    }

    /// Whether this one started the session, directly or through others.
    pub fn is_above(&self, session: &str) -> bool {
        self.above.contains(session)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_both_directions() {
        let session = |id: &str, parent: Option<&str>| Session {
            id: id.to_owned(),
            parent: parent.map(str::to_owned),
            ..Session::default()
        };
        let sessions = [
            session("d", Some("c")),
            session("c", Some("b")),
            session("b", Some("a")),
            session("a", None),
            session("x", Some("a")),
            session("p", Some("q")),
            session("q", Some("p")),
        ];
        let kin = Kin::of("b", &sessions);
        assert!(["c", "d"].iter().all(|id| kin.is_below(id)) && kin.is_above("a"));
        assert!(["a", "b", "x"].iter().all(|id| !kin.is_below(id)) && !kin.is_above("x") && !kin.is_above("b"));
        let circle = Kin::of("p", &sessions);
        assert!(circle.is_above("q") && circle.is_below("q"));
    }
}
