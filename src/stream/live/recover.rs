//! Recovers what a lost connection missed: from the server's durable log, in its order, each event once.
//!
//! Without a log (`OpenCode` 1.1 to 1.15) the promise is smaller: the finished messages of the watched session and its
//! subagents that were not emitted yet are emitted. Anything else of such a gap makes it incomplete.

use super::end::StepError;
use super::idle::IdleTimer;
use super::present::servers;
use super::writer::Writer;
use crate::server::{Entries, Entry, Error, Listing, Server, Session};
use crate::stream::gate::Checked;
use crate::stream::payload::recovered;
use crate::stream::tracking::Tracker;
use std::collections::HashSet;

/// What a recovery found.
pub(super) struct Recovered {
    /// Whether everything that was missed has been emitted.
    pub complete: bool,
    /// The sessions that the server lists.
    pub sessions: Vec<Session>,
}

/// Emits what was missed. After an error, the next call goes on from there.
pub(super) async fn recover(
    server: &Server,
    tracker: &mut Tracker,
    idle: &IdleTimer,
    writer: &mut Writer,
) -> Result<Recovered, StepError> {
    let Listing { sessions, everywhere } = writer.wait_for(server.sessions()).await?;
    tracker.tree.adopt(&sessions);
    let mut watched = tracker.watched(&sessions);
    let all = watched.len();
    watched.retain(|id| !tracker.dedup.is_forgotten(id));
    // No list may have a new session of another project.
    let mut complete = watched.len() == all && (everywhere || !tracker.watches_everything());
    let mut recovery = Recovery { server, tracker, idle, writer, sessions: &sessions, watched: &watched };
    complete &= recovery.recover_log().await?;
    complete &= recovery.recover_messages().await?;
    recovery.emit_open_requests().await?;
    Ok(Recovered { complete, sessions })
}

struct Recovery<'a> {
    server: &'a Server,
    tracker: &'a mut Tracker,
    idle: &'a IdleTimer,
    writer: &'a mut Writer,
    sessions: &'a [Session],
    watched: &'a HashSet<String>,
}

impl Recovery<'_> {
    /// Emits the entries of the log that are missing.
    async fn recover_log(&mut self) -> Result<bool, StepError> {
        let mut complete = true;
        if self.catch_up().await?
            && let Some(entries) = self.log().await?
        {
            complete = self.emit_log(entries).await?;
        }
        Ok(complete && !self.tracker.log_is_lost())
    }

    /// The log from where it was emitted; `None` where there is none.
    async fn log(&mut self) -> Result<Option<Entries>, StepError> {
        if self.tracker.log_is_broken {
            return Ok(None);
        }
        let after = self.tracker.log_request(self.sessions, self.watched);
        let history = self.writer.wait_for(self.server.history(&after)).await?;
        Ok(self.tracker.readable(history))
    }

    /// Finds the last entry of the log that was emitted as an event. Returns whether there are later ones, which have to
    /// be read again, because entries are never held in memory.
    async fn catch_up(&mut self) -> Result<bool, StepError> {
        if self.tracker.dedup.is_empty() {
            return Ok(true);
        }
        let Some(mut entries) = self.log().await? else {
            return Ok(false);
        };
        // The sessions with entries after the last one that was emitted.
        let mut behind = HashSet::new();
        while let Some(entry) = entries.next().await? {
            if self.watched.contains(&entry.session) {
                if self.tracker.dedup.catch_up(&entry) {
                    behind.remove(&entry.session);
                } else {
                    behind.insert(entry.session);
                }
            }
            self.writer.tick().await?;
        }
        Ok(!behind.is_empty() || entries.skipped() > 0)
    }

    async fn emit_log(&mut self, mut entries: Entries) -> Result<bool, StepError> {
        let mut complete = true;
        let mut emitted = HashSet::new();
        while let Some(entry) = entries.next().await? {
            if self.watched.contains(&entry.session) && self.tracker.dedup.is_missing(&entry) {
                if self.tracker.is_older_than_log(&entry) {
                    if emitted.insert(entry.session.clone()) {
                        complete &= self.emit_messages(&entry.session).await?;
                    }
                    self.tracker.dedup.insert_entry(&entry);
                } else {
                    let payload = self.writer.check(payload(&entry)).ok();
                    self.tracker.recover_entry(&entry, payload.as_ref().map(Checked::payload));
                    if let Some(payload) = payload {
                        self.writer.event(payload).await?;
                    }
                }
            }
            self.writer.tick().await?;
        }
        Ok(complete && entries.skipped() == 0)
    }

    /// Emits the finished messages of sessions that no log has.
    async fn recover_messages(&mut self) -> Result<bool, StepError> {
        let mut complete = self.tracker.is_recoverable(self.watched);
        for session in self.tracker.recoverable_from_messages(self.watched) {
            complete &= self.emit_messages(&session).await?;
        }
        Ok(complete)
    }

    /// Emits the final states in a session's messages that were not emitted. Returns whether that is all of them.
    async fn emit_messages(&mut self, session: &str) -> Result<bool, StepError> {
        if !self.tracker.finished.is_reliable() {
            return Ok(false);
        }
        let mut messages = match self.writer.wait_for(self.server.messages(session)).await {
            Ok(messages) => messages,
            // Nothing is left that could be emitted.
            Err(StepError::Server(Error::NotFound { .. })) => return Ok(true),
            Err(StepError::Server(Error::Unreadable { .. })) => return Ok(false),
            Err(error) => return Err(error),
        };
        while let Some(message) = self.writer.wait_for(messages.next()).await? {
            self.writer.recovered(self.tracker.recover_message(&message)).await?;
        }
        Ok(messages.skipped() == 0)
    }

    /// Emits the permissions and questions that are open: no log has them.
    async fn emit_open_requests(&mut self) -> Result<(), StepError> {
        for server in servers(self.server, &self.tracker.tree, self.idle, self.sessions) {
            let open = self.writer.wait_for(server.open_requests()).await?;
            // A server that is away tells its requests when it is back.
            if let Some(error) = open.missing.filter(|error| !error.is_transient()) {
                tracing::warn!("{error}; a request that was open before may be missing");
            }
            for request in open.listed {
                if self.watched.contains(&request.session) && self.tracker.recover_request(&request) {
                    self.writer.recovered([recovered(None, request.kind, request.properties)]).await?;
                }
            }
        }
        Ok(())
    }
}

/// An entry of the log as the event stream would have sent it, marked as recovered.
fn payload(entry: &Entry) -> String {
    recovered(Some(&entry.id), entry.bus_type(), &entry.data)
}
