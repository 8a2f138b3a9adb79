//! Finds the other sessions that work in the same directory, because OpenCode attributes each one's changes to the
//! other's steps too. Warns about them when the run begins, and names them in its result.

use super::lineage::{LONGEST_STEP, Lineage, active_since, is_near, step_before};
use crate::net::runtime;
use crate::printable::duration;
use crate::server::{self, Server, Session};
use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Of how many sessions it is asked whether they work. Each costs a request.
const ASKED: usize = 20;

/// How many are named.
const NAMED: usize = 100;

/// How many threads look at the same time, for all runs of a stream: a server has more to do than to answer us.
const THREADS: usize = 4;

/// The threads that look, and the runs that wait for one of them. Clones share them.
#[derive(Clone, Default)]
pub(super) struct Lookout(Arc<Mutex<Looks>>);

#[derive(Default)]
struct Looks {
    waiting: VecDeque<Neighbours>,
    threads: usize,
}

impl Lookout {
    fn add(&self, run: Neighbours) {
        let mut looks = self.lock();
        looks.waiting.push_back(run);
        if looks.threads < THREADS {
            looks.threads += 1;
            let lookout = self.clone();
            std::thread::spawn(move || {
                while let Some(run) = lookout.next() {
                    run.look_now();
                }
            });
        }
    }

    /// The run whose turn it is; without one, the thread that asks ends.
    fn next(&self) -> Option<Neighbours> {
        let mut looks = self.lock();
        let next = looks.waiting.pop_front();
        looks.threads -= usize::from(next.is_none());
        next
    }

    fn lock(&self) -> MutexGuard<'_, Looks> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The sessions that were found so far beside one. Clones share them.
#[derive(Clone, Default)]
pub(super) struct Neighbours(Arc<(Mutex<Found>, Condvar)>);

#[derive(Default)]
struct Found {
    sessions: BTreeSet<String>,
    /// Whether there was a look.
    looked: bool,
    /// Whether a thread is looking, or is to look.
    is_looking: bool,
    /// What is to be looked for: at most the first look and the latest one.
    next: VecDeque<Look>,
}

struct Look {
    server: Server,
    place: Place,
    is_first: bool,
}

/// Whose neighbours are looked for.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The session; its ancestors and descendants do not count.
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
    /// Looks for sessions that work there on a thread of `lookout`, so that nothing waits for the server. The first look
    /// finds those at work, and warns about them; a later one finds all that worked since the run began.
    pub fn look(&self, lookout: &Lookout, server: &Server, place: Place) {
        let mut found = self.lock();
        let is_first = !std::mem::replace(&mut found.looked, true);
        found.next.retain(|look| look.is_first);
        found.next.push_back(Look { server: server.clone(), place, is_first });
        if !std::mem::replace(&mut found.is_looking, true) {
            drop(found);
            lookout.add(self.clone());
        }
    }

    fn look_now(&self) {
        while let Some(Look { server, place, is_first }) = self.next() {
            let asked = runtime().map(|runtime| {
                let asked = runtime.block_on(ask(&server, &place, is_first));
                // A hanging name lookup must not delay the exit.
                runtime.shutdown_background();
                asked
            });
            match asked {
                Ok(Ok(sessions)) => self.found(sessions, is_first.then_some(&place)),
                Ok(Err(error)) => tracing::info!("cannot tell which sessions share the directory: {error}"),
                Err(error) => tracing::info!("cannot tell which sessions share the directory: {error}"),
            }
        }
    }

    /// What is to be looked for next; `None` ends the look, as does the end of the run.
    fn next(&self) -> Option<Look> {
        let mut found = self.lock();
        let next = found.next.pop_front().filter(|_| Arc::strong_count(&self.0) > 1);
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
            tracing::warn!(
                "other sessions in {} have not ended: {}; {risk} (one that was killed counts for another {})",
                place.directory,
                sessions.join(", "),
                duration(i64::try_from(LONGEST_STEP.as_millis()).unwrap_or(i64::MAX))
            );
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
        if server.is_working(other).await.unwrap_or_default() {
            working.push(other.id.clone());
        }
    }
    Ok(working)
}

/// The sessions in that directory, or in one below or above it, that may have taken a step since then, the latest first;
/// without the ancestors and descendants of the session.
fn strangers<'a>(sessions: &'a [Session], place: &Place, since: i64) -> Vec<&'a Session> {
    let lineage = Lineage::of(&place.session, sessions);
    let mut strangers = active_since(sessions, &place.session, since);
    strangers.retain(|other| {
        let is_related = lineage.is_descendant(&other.id) || lineage.is_ancestor(&other.id);
        !is_related && is_near(other, Some(&place.directory))
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
