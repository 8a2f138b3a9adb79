//! Finds the ancestors and descendants of a session, and the sessions that were active at the same time or in the same
//! place, in a server's list.

use crate::server::Session;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::time::Duration;

/// How long a step may last: a session that took its last step longer ago does not work any more, whatever its last
/// message says. The last message of a session that was killed says for ever that it goes on.
pub(super) const LONGEST_STEP: Duration = Duration::from_mins(15);

/// The sessions above and below one session.
#[derive(Debug, Default)]
pub(super) struct Lineage {
    above: HashSet<String>,
    below: HashSet<String>,
}

impl Lineage {
    /// The ancestors and descendants of `session` among these.
    pub fn of(session: &str, sessions: &[Session]) -> Self {
        let parents: HashMap<&str, &str> =
            sessions.iter().filter_map(|s| Some((s.id.as_str(), s.parent.as_deref()?))).collect();
        let mut children: HashMap<&str, Vec<&str>> = HashMap::new();
        for (child, parent) in &parents {
            children.entry(parent).or_default().push(child);
        }
        let mut lineage = Self::default();
        let mut next = parents.get(session);
        // A circle ends where it is closed.
        while let Some(parent) = next.filter(|parent| lineage.above.insert((**parent).to_owned())) {
            next = parents.get(parent);
        }
        let mut open = vec![session];
        while let Some(parent) = open.pop() {
            for child in children.remove(parent).unwrap_or_default() {
                lineage.below.insert(child.to_owned());
                open.push(child);
            }
        }
        lineage
    }

    /// Whether the session started this one, directly or through others.
    pub fn is_descendant(&self, session: &str) -> bool {
        self.below.contains(session)
    }

    /// Whether this one started the session, directly or through others.
    pub fn is_ancestor(&self, session: &str) -> bool {
        self.above.contains(session)
    }
}

/// The sessions but `own` that took a step since then, in milliseconds since the Unix epoch, the latest first. Those of
/// which the server does not say when may have.
pub(super) fn active_since<'a>(sessions: &'a [Session], own: &str, since: i64) -> Vec<&'a Session> {
    let is_active = |other: &&Session| other.id != own && (other.time.updated >= since || other.time.updated == 0);
    let mut active: Vec<&Session> = sessions.iter().filter(is_active).collect();
    active.sort_by_key(|other| Reverse(other.time.updated));
    active
}

/// The moment before which a session that works at `time` took no step, in milliseconds since the Unix epoch.
pub(super) fn step_before(time: i64) -> i64 {
    time.saturating_sub(i64::try_from(LONGEST_STEP.as_millis()).unwrap_or_default())
}

/// Whether a session works in this directory, in one below it or in one above it, as far as the server says.
pub(super) fn is_near(session: &Session, directory: Option<&str>) -> bool {
    let (Some(theirs), Some(ours)) = (&session.directory, directory) else { return true };
    let (theirs, ours) = (Path::new(theirs), Path::new(ours));
    theirs.starts_with(ours) || ours.starts_with(theirs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::SessionTime;

    #[test]
    fn unknown_times_and_places_may_be_any() {
        let session = |id: &str, directory: Option<&str>, updated| Session {
            id: id.to_owned(),
            directory: directory.map(str::to_owned),
            time: SessionTime { updated },
            ..Session::default()
        };
        let sessions = [
            session("own", Some("/p"), 9),
            session("unknown", None, 0),
            session("early", Some("/p"), 4),
            session("below", Some("/p/docs"), 5),
            session("beside", Some("/pp"), 7),
            session("above", Some("/"), 6),
        ];
        let ids = |found: &[&Session]| found.iter().map(|other| other.id.clone()).collect::<Vec<_>>();
        let mut active = active_since(&sessions, "own", 5);
        assert_eq!(ids(&active), ["beside", "above", "below", "unknown"]);
        active.retain(|other| is_near(other, Some("/p")));
        assert_eq!(ids(&active), ["above", "below", "unknown"]);
    }

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
        let lineage = Lineage::of("b", &sessions);
        assert!(["c", "d"].iter().all(|id| lineage.is_descendant(id)) && lineage.is_ancestor("a"));
        assert!(
            ["a", "b", "x"].iter().all(|id| !lineage.is_descendant(id))
                && !lineage.is_ancestor("x")
                && !lineage.is_ancestor("b")
        );
        let circle = Lineage::of("p", &sessions);
        assert!(circle.is_ancestor("q") && circle.is_descendant("q"));
    }
}
