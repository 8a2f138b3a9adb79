//! Other sessions that work in the directory of the watched one: what each changes gets into the other's steps. A person
//! is told when the run begins, and its result names them.

use super::kin::{Kin, active_since, is_near, step_before};
use crate::net::runtime;
use crate::server::{self, Server, Session, Since};
use std::collections::BTreeSet;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Of how many sessions it is asked whether they work. Each costs a request.
const ASKED: usize = 20;

/// How many are named.
const NAMED: usize = 100;

/// The sessions that were found so far. Clones share them.
#[derive(Clone, Default)]
pub(super) struct Neighbours(Arc<(Mutex<Found>, Condvar)>);

#[derive(Default)]
struct Found {
    sessions: BTreeSet<String>,
    /// Whether there was a look.
    looked: bool,
    /// Whether a thread is looking.
    is_looking: bool,
    /// What that thread is to look for next.
    next: Option<(Server, Place)>,
}

/// Whose neighbours are looked for.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The session whose kin are none.
    pub session: String,
    /// Where it works.
    pub directory: String,
    /// The time of the line, in milliseconds since the Unix epoch.
    pub now: i64,
    /// When the run began, likewise.
    pub began: i64,
    /// Whether a rollback may follow.
    pub rolls_back: bool,
}

impl Neighbours {
    /// Looks for sessions that work there on a thread of its own, so that nothing waits for the server. The first look
    /// finds those at work, and warns about them; a later one finds all that worked since the run began. While one is
    /// under way, the next waits, and only the latest of several that wait is taken.
    pub fn look(&self, server: &Server, place: Place) {
        let mut found = self.lock();
        if found.is_looking {
            found.next = Some((server.clone(), place));
            return;
        }
        found.is_looking = true;
        let is_first = !std::mem::replace(&mut found.looked, true);
        drop(found);
        let (shared, server) = (self.clone(), server.clone());
        std::thread::spawn(move || {
            shared.look_here(&server, &place, is_first);
            while let Some((server, place)) = shared.next() {
                shared.look_here(&server, &place, false);
            }
        });
    }

    fn look_here(&self, server: &Server, place: &Place, is_first: bool) {
        let asked = runtime().map(|runtime| {
            let asked = runtime.block_on(ask(server, place, is_first));
            // A hanging name lookup must not delay the exit.
            runtime.shutdown_background();
            asked
        });
        match asked {
            Ok(Ok(sessions)) => self.found(sessions, is_first.then_some(place)),
            Ok(Err(error)) => tracing::info!("cannot tell which sessions share the directory: {error}"),
            Err(error) => tracing::info!("cannot tell which sessions share the directory: {error}"),
        }
    }

    /// What is to be looked for next; `None` ends the look.
    fn next(&self) -> Option<(Server, Place)> {
        let mut found = self.lock();
        let next = found.next.take();
        found.is_looking = next.is_some();
        self.0.1.notify_all();
        next
    }

    /// All that were found, at most 100, in order. Waits until then for what is still being asked.
    pub fn all(&self, until: Instant) -> Vec<String> {
        let limit = until.saturating_duration_since(Instant::now());
        let waited = self.0.1.wait_timeout_while(self.lock(), limit, |found| found.is_looking);
        let (found, _) = waited.unwrap_or_else(PoisonError::into_inner);
        found.sessions.iter().take(NAMED).cloned().collect()
    }

    fn found(&self, sessions: Vec<String>, warned: Option<&Place>) {
        if let Some(place) = warned.filter(|_| !sessions.is_empty()) {
            let risk = if place.rolls_back {
                "a rollback that would take their changes is refused"
            } else {
                "what they change counts as changed by this one too"
            };
            tracing::warn!("other sessions work in {}: {}; {risk}", place.directory, sessions.join(", "));
        }
        self.lock().sessions.extend(sessions);
    }

    fn lock(&self) -> MutexGuard<'_, Found> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks the server for the sessions that work there now, or worked since the run began.
async fn ask(server: &Server, place: &Place, at_work: bool) -> Result<Vec<String>, server::Error> {
    let sessions = server.sessions().await?.sessions;
    let since = if at_work { step_before(place.now) } else { place.began };
    let mut others = strangers(&sessions, place, since);
    if !at_work {
        // One whose time is unknown may be ancient.
        let worked = others.into_iter().filter(|other| other.time.updated >= since);
        return Ok(worked.map(|other| other.id.clone()).collect());
    }
    others.truncate(ASKED);
    let mut working = Vec::new();
    for other in others {
        // One that is gone in the meantime does not work.
        let changes = server.changes(other, Since::Time(place.now)).await;
        if changes.is_ok_and(|changes| changes.is_working) {
            working.push(other.id.clone());
        }
    }
    Ok(working)
}

/// The sessions in that directory, or in one below or above it, that may have taken a step since then, the latest first;
/// without the kin of the session.
fn strangers<'a>(sessions: &'a [Session], place: &Place, since: i64) -> Vec<&'a Session> {
    let kin = Kin::of(&place.session, sessions);
    let mut strangers = active_since(sessions, &place.session, since);
    strangers.retain(|other| {
        let is_kin = kin.is_below(&other.id) || kin.is_above(&other.id);
        !is_kin && is_near(other, Some(&place.directory))
    });
    strangers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::SessionTime;

    #[test]
    fn finds_who_shares_the_directory() {
        let session = |id: &str, directory: &str, parent: Option<&str>, updated: i64| Session {
            id: id.to_owned(),
            directory: Some(directory.to_owned()),
            parent: parent.map(str::to_owned),
            time: SessionTime { updated },
        };
        let sessions = [
            session("own", "/p", None, 9),
            session("child", "/p", Some("own"), 9),
            session("same", "/p", None, 5),
            session("below", "/p/docs", None, 7),
            session("above", "/", None, 6),
            session("beside", "/pp", None, 9),
            session("early", "/p", None, 4),
        ];
        let place =
            Place { session: "own".to_owned(), directory: "/p".to_owned(), now: 9, began: 5, rolls_back: false };
        let found: Vec<&str> = strangers(&sessions, &place, 5).iter().map(|other| other.id.as_str()).collect();
        assert_eq!(found, ["below", "above", "same"]);
    }
}
