//! What is watched, and what of it has been told.

pub(crate) mod dedup;
pub(crate) mod ids;
pub(crate) mod messages;
pub(crate) mod session;
pub(crate) mod tree;

use crate::exit::Failure;
use crate::server::{History, Kept, Listing, Server, Session};
use crate::wire::Event;
use dedup::Seen;
use futures_util::{Stream, StreamExt, stream};
use ids::Ids;
use messages::Finished;
use std::collections::{HashMap, HashSet};
use tree::Family;

/// A number that no log reaches: what is asked for a session that is not wanted.
const NOTHING: i64 = i64::MAX >> 11;

/// How many permissions and questions are remembered as told.
const ASKED: usize = 4096;

/// How many sessions are asked for their messages at a time: eighty a second of a server a tenth of a second away,
/// which has other things to do besides.
const AT_ONCE: usize = 8;

/// What is watched, and what of it has been told.
pub(crate) struct Ledger {
    /// The watched session; none: every session of the directory.
    pub session: Option<String>,
    /// The directory whose events are told; none: those of every directory.
    pub directory: Option<String>,
    pub family: Family,
    pub seen: Seen,
    pub finished: Finished,
    /// The permissions and questions that were told, by the request's id.
    pub asked: Ids,
    /// The sessions that are older than their logs: their past is told from their messages.
    pub older: HashSet<String>,
    /// Whether the server has a log and fails to say what is in it.
    pub log_is_out_of_order: bool,
}

impl Ledger {
    /// Nothing has been told, and everything is to be.
    pub(crate) fn new(session: Option<&Session>, directory: Option<String>) -> Self {
        let session = session.map(|s| s.id.clone());
        let family = Family::of(session.as_deref());
        let mut finished = Finished::default();
        for id in family.members() {
            finished.expect_all(id);
        }
        Self {
            family,
            session,
            directory,
            seen: Seen::default(),
            finished,
            asked: Ids::up_to(ASKED),
            older: HashSet::new(),
            log_is_out_of_order: false,
        }
    }

    /// The same, except that what the server knows by now is none of it: what is in its log, or in the messages
    /// where it keeps no log. Noted before anybody listens, it misses nothing.
    pub(crate) async fn from_now(
        server: &Server,
        session: Option<&Session>,
        directory: Option<String>,
    ) -> Result<Self, Failure> {
        let mut ledger = Self::new(session, directory);
        let Listing { sessions, everywhere } = server.sessions().await?;
        if !everywhere && ledger.is_of_everything() {
            ledger.finished.expect_unlisted();
        }
        ledger.family.adopt_from(&sessions);
        let wanted = ledger.wanted(&sessions);
        let history = server.history(&ledger.after(&sessions, &wanted)).await?;
        if let Some(mut history) = ledger.unless_refused(history) {
            while let Some(entry) = history.next().await? {
                if wanted.contains(&entry.session) {
                    ledger.seen.pass_over(&entry);
                }
            }
        }
        let mut latest = latest(server, ledger.without_log(wanted));
        while let Some((id, kept)) = latest.next().await {
            match kept? {
                Kept::Messages(latest) => ledger.finished.was_there(&id, &latest),
                Kept::Unreadable => ledger.finished.is_unreadable(&id),
                Kept::Deleted => {}
            }
        }
        Ok(ledger)
    }

    /// Takes a log for none where the server fails to say what is in it. Asked again it might answer, with all that
    /// the messages have told by then: so it is not asked again.
    pub(crate) fn unless_refused(&mut self, history: Option<History>) -> Option<History> {
        self.log_is_out_of_order |= history.as_ref().is_some_and(History::is_refused);
        history.filter(|_| !self.log_is_out_of_order)
    }

    /// The sessions whose events are ours.
    pub(crate) fn wanted(&self, sessions: &[Session]) -> HashSet<String> {
        let ours = |session: &&Session| {
            self.session.is_none() && (self.directory.is_none() || self.directory == session.directory)
        };
        let listed = sessions.iter().filter(ours).map(|session| session.id.clone());
        // A session of another project may be in no list, and still have been heard of.
        let heard = self.finished.sessions().filter(|_| self.is_of_everything());
        let known = self.family.members().chain(heard);
        listed.chain(known.cloned()).collect()
    }

    /// Whether the event is not one of a request that was told; it then counts as told.
    pub(crate) fn asks_anew(&mut self, event: &Event) -> bool {
        match event {
            Event::Asked { request, .. } => self.asked.insert(request),
            _ => true,
        }
    }

    /// Those of these sessions that no log tells anything of.
    pub(crate) fn without_log(&self, mut sessions: HashSet<String>) -> HashSet<String> {
        sessions.retain(|id| self.seen.last_seq(id).is_none());
        sessions
    }

    /// Whether the sessions of every directory are watched.
    pub(crate) fn is_of_everything(&self) -> bool {
        self.session.is_none() && self.directory.is_none()
    }

    /// What the log is asked for. A session that is not named comes back whole: so every session is named
    /// whose log is known to reach somewhere, and the unwanted ones from their end.
    pub(crate) fn after(&self, sessions: &[Session], wanted: &HashSet<String>) -> HashMap<String, i64> {
        let unwanted = sessions.iter().filter(|session| !wanted.contains(&session.id));
        let told = wanted
            .iter()
            .filter_map(|id| Some((id.clone(), self.seen.last_seq(id)?)));
        unwanted
            .map(|session| (session.id.clone(), NOTHING))
            .chain(told)
            .collect()
    }
}

/// The latest messages of each of these sessions, asked for a few at a time: a distant server may know hundreds.
pub(crate) fn latest(
    server: &Server,
    sessions: HashSet<String>,
) -> impl Stream<Item = (String, Result<Kept, Failure>)> + Unpin {
    let asked = stream::iter(sessions).map(|id| {
        let server = server.clone();
        async move {
            let kept = server.latest(&id).await;
            (id, kept)
        }
    });
    Box::pin(asked.buffer_unordered(AT_ONCE))
}
