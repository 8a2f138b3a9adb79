//! Tracks what is watched, and how much of it has been emitted.

mod dedup;
mod messages;
mod tree;

use crate::bounded::BoundedSet;
use crate::server::{Entries, Entry, Error, History, Listing, Message, OpenRequest, Server, Session};
use crate::wire::{Event, Observation, observe};
use dedup::EventDedup;
use messages::FinishedMessages;
use std::collections::{HashMap, HashSet};
pub(crate) use tree::SessionTree;

/// A sequence number beyond every log: requested for sessions that are not watched.
const END_OF_LOG: i64 = i64::MAX >> 11;

/// How many permissions and questions are remembered as emitted.
const REQUESTS: usize = 4096;

/// What is watched, and what of it has been emitted.
pub(crate) struct Tracker {
    /// The watched session; `None` when all sessions of a directory or server are watched.
    pub session: Option<String>,
    /// The directory whose events are emitted; `None` for those of every directory.
    pub directory: Option<String>,
    from_start: bool,
    pub tree: SessionTree,
    pub dedup: EventDedup,
    pub finished: FinishedMessages,
    /// The permissions and questions that were emitted, by the request's id.
    requests: BoundedSet,
    /// Sessions that are older than their logs: their history is emitted from their messages.
    older_than_log: HashSet<String>,
    /// Whether the server has a log and cannot read it.
    pub log_is_broken: bool,
    /// Whether the startup is complete, so that what is recovered was lost in a gap.
    pub started: bool,
    /// How many recovered events no gap line has counted yet.
    pub unreported: u64,
}

impl Tracker {
    /// Tracks one session with its subagents; without a session those of the directory; without both all sessions.
    /// Their past counts as missing.
    pub fn new(session: Option<&Session>, directory: Option<String>) -> Self {
        let session = session.map(|s| s.id.clone());
        Self {
            tree: SessionTree::new(session.as_deref()),
            session,
            directory,
            from_start: true,
            dedup: EventDedup::default(),
            finished: FinishedMessages::default(),
            requests: BoundedSet::new(REQUESTS),
            older_than_log: HashSet::new(),
            log_is_broken: false,
            started: false,
            unreported: 0,
        }
    }

    /// The same, except that everything that the server has now counts as emitted. Called before we listen, so that
    /// nothing is missed.
    pub async fn from_now(
        server: &Server,
        session: Option<&Session>,
        directory: Option<String>,
    ) -> Result<Self, Error> {
        let mut tracker = Self::new(session, directory);
        tracker.from_start = false;
        let Listing { sessions, .. } = server.sessions().await?;
        tracker.tree.adopt(&sessions);
        let watched = tracker.watched(&sessions);
        let history = server.history(&tracker.log_request(&sessions, &watched)).await?;
        if let Some(mut entries) = tracker.readable(history) {
            while let Some(entry) = entries.next().await? {
                if watched.contains(&entry.session) {
                    tracker.dedup.skip(&entry);
                }
            }
        }
        for session in tracker.recoverable_from_messages(&watched) {
            tracker.skip_messages(server, &session).await?;
        }
        Ok(tracker)
    }

    async fn skip_messages(&mut self, server: &Server, session: &str) -> Result<(), Error> {
        let mut messages = match server.messages(session).await {
            Ok(messages) => messages,
            Err(Error::NotFound { .. }) => return Ok(()),
            Err(Error::Unreadable { .. }) => {
                self.finished.past_unknown = true;
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        while let Some(message) = messages.next().await? {
            self.finished.skip(&message);
        }
        Ok(())
    }

    /// Whether a live event is to be emitted; it then counts as emitted.
    ///
    /// The checks remember what they have seen, so their order matters:
    /// 1. The session tree rejects other sessions, and adopts new subagents.
    /// 2. The event's id must be new, so that nothing of other sessions is remembered.
    /// 3. It must not repeat the final state of what was just recovered from messages.
    /// 4. A permission or question is emitted once, however it was announced.
    pub fn admit(&mut self, line: &Observation) -> bool {
        if line.session.is_none() && line.id.is_some() {
            self.dedup.has_ids = true;
        }
        let admitted = self.tree.owns(line)
            && self.dedup.insert(&line.event, line.session.as_deref(), line.id.as_deref())
            && !self.finished.is_echo(&line.event)
            && self.is_new_request(&line.event);
        if admitted && line.session.as_deref().is_some_and(|s| self.tree.contains(s)) {
            self.finished.observe(&line.event);
        }
        admitted
    }

    /// Whether the event does not repeat a permission or question.
    fn is_new_request(&mut self, event: &Event) -> bool {
        match event {
            Event::Asked { request, .. } => self.requests.insert(request),
            _ => true,
        }
    }

    /// The sessions that are watched.
    pub fn watched(&self, sessions: &[Session]) -> HashSet<String> {
        let ours = |session: &&Session| {
            self.session.is_none() && (self.directory.is_none() || self.directory == session.directory)
        };
        let listed = sessions.iter().filter(ours).map(|session| session.id.clone());
        // No list may have a session of another project.
        let unlisted = self.dedup.sessions().filter(|_| self.watches_everything());
        let known = self.tree.members().chain(unlisted);
        listed.chain(known.cloned()).collect()
    }

    /// Whether the sessions of every directory are watched.
    pub fn watches_everything(&self) -> bool {
        self.session.is_none() && self.directory.is_none()
    }

    /// Where to read the log from. Sessions that a request does not name come whole, so it names every session whose
    /// cursor is known, and those that are not watched with the end of their logs.
    pub fn log_request(&self, sessions: &[Session], watched: &HashSet<String>) -> HashMap<String, i64> {
        let others = sessions.iter().filter(|session| !watched.contains(&session.id));
        let ours = watched.iter().filter_map(|id| Some((id.clone(), self.dedup.last_seq(id)?)));
        others.map(|session| (session.id.clone(), END_OF_LOG)).chain(ours).collect()
    }

    /// The entries of the log, unless it cannot be read. A broken log is not read again: it would repeat what was
    /// recovered from the messages meanwhile.
    pub fn readable(&mut self, history: History) -> Option<Entries> {
        match history {
            History::Entries(entries) if !self.log_is_broken => Some(entries),
            History::Entries(_) | History::None => None,
            History::Broken => {
                self.log_is_broken = true;
                None
            }
        }
    }

    /// Whether entries of the log are lost. A server of 1.1 has no log, and may answer as if it were broken.
    pub fn log_is_lost(&self) -> bool {
        self.log_is_broken && self.dedup.has_ids
    }

    /// Whether the history of the entry's session is to be emitted and goes back further than its log: another version
    /// began it, or it was imported. Its messages are complete; seen on 1.18.33.
    pub fn is_older_than_log(&mut self, entry: &Entry) -> bool {
        if self.started || !self.from_start {
            return false;
        }
        if entry.seq == 0 && entry.bus_type() != "session.created" {
            self.older_than_log.insert(entry.session.clone());
        }
        self.older_than_log.contains(&entry.session)
    }

    /// The sessions whose messages are recovered because no log has them: the watched session and its subagents.
    pub fn recoverable_from_messages(&self, watched: &HashSet<String>) -> Vec<String> {
        let logged = |id: &str| self.dedup.last_seq(id).is_some();
        watched.iter().filter(|id| self.tree.contains(id) && !logged(id)).cloned().collect()
    }

    /// Whether the events of all these sessions are recoverable. Sessions without a log are not, except for the
    /// messages of the watched session and its subagents; where the server has a log, nothing happened in them.
    pub fn is_recoverable(&self, watched: &HashSet<String>) -> bool {
        let logged = |id: &String| self.dedup.last_seq(id).is_some();
        watched.iter().all(|id| self.tree.contains(id) || logged(id)) || self.dedup.sessions().any(logged)
    }

    /// The final states of a message and its parts that were not emitted, as payloads. They count as emitted now.
    pub fn recover_message(&mut self, message: &Message) -> Vec<String> {
        let missing = self.finished.recover(message);
        self.count_recovered(missing.len());
        missing
    }

    /// Records that an entry of the log is emitted as this payload; without one it is refused.
    pub fn recover_entry(&mut self, entry: &Entry, payload: Option<&str>) {
        self.dedup.insert_entry(entry);
        if let Some(Ok(line)) = payload.map(observe) {
            self.is_new_request(&line.event);
        }
        self.count_recovered(usize::from(payload.is_some()));
    }

    /// Whether an open request was not emitted yet; it then counts as emitted.
    pub fn recover_request(&mut self, request: &OpenRequest) -> bool {
        let is_new = self.requests.insert(&request.id);
        self.count_recovered(usize::from(is_new));
        is_new
    }

    /// What was before us was not lost in a gap.
    fn count_recovered(&mut self, events: usize) {
        if self.started {
            self.unreported += events as u64;
        }
    }
}
