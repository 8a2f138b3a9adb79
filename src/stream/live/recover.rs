//! What a lost connection cost: asked from the durable log, told in its order, each event once; or from the
//! messages, where the server keeps no log.

use super::Live;
use crate::exit::Failure;
use crate::server::{Entry, History, Kept, Listing, Session};
use crate::stream::tracking::latest;
use crate::wire::observe;
use futures_util::StreamExt;
use std::collections::HashSet;

impl Live<'_> {
    /// Tells what was missed, as far as the server knows it, and says whether that is all. Failing, it has told a
    /// part, and goes on from there the next time.
    pub(crate) async fn recover(&mut self) -> Result<bool, Failure> {
        let server = self.server.clone();
        let Listing { sessions, everywhere } = self.ticking(server.sessions()).await?;
        self.ledger.family.adopt_from(&sessions);
        let mut wanted = self.ledger.wanted(&sessions);
        let all = wanted.len();
        wanted.retain(|id| !self.ledger.seen.is_forgotten(id));
        // A session of another project that began meanwhile may be in no list.
        let mut complete = wanted.len() == all && (everywhere || !self.ledger.is_of_everything());
        if self.catch_up(&sessions, &wanted).await?
            && let Some(history) = self.history(&sessions, &wanted).await?
        {
            complete &= self.tell_log(history, &wanted).await?;
        }
        let mut latest = latest(&server, self.ledger.without_log(wanted.clone()));
        while let Some((id, kept)) = self.ticking(async { Ok(latest.next().await) }).await? {
            complete &= self.tell_messages(&id, kept?).await?;
        }
        self.tell_asked(&wanted).await?;
        // A server of 1.1 that has no such route may answer as one whose log is broken.
        let log_failed = self.ledger.log_is_out_of_order && self.ledger.seen.has_ids();
        Ok(complete && !log_failed)
    }

    /// The log, from where it was told; `None` where the server keeps none.
    async fn history(
        &mut self,
        sessions: &[Session],
        wanted: &HashSet<String>,
    ) -> Result<Option<History>, Failure> {
        if self.ledger.log_is_out_of_order {
            return Ok(None);
        }
        let (server, after) = (self.server.clone(), self.ledger.after(sessions, wanted));
        let history = self.ticking(server.history(&after)).await?;
        Ok(self.ledger.unless_refused(history))
    }

    /// Finds out how far the log has been told: up to the last of its entries that came as an event. Says
    /// whether there is more; then it has to be asked for once more, as it is never held.
    async fn catch_up(&mut self, sessions: &[Session], wanted: &HashSet<String>) -> Result<bool, Failure> {
        if self.ledger.seen.is_empty() {
            return Ok(true);
        }
        let Some(mut history) = self.history(sessions, wanted).await? else {
            return Ok(false);
        };
        // The sessions with entries behind the last one that was told.
        let mut behind = HashSet::new();
        while let Some(entry) = history.next().await? {
            if wanted.contains(&entry.session) {
                if self.ledger.seen.catch_up(&entry) {
                    behind.remove(&entry.session);
                } else {
                    behind.insert(entry.session);
                }
            }
            self.tick().await?;
        }
        Ok(!behind.is_empty() || history.skipped() > 0)
    }

    async fn tell_log(&mut self, mut history: History, wanted: &HashSet<String>) -> Result<bool, Failure> {
        let mut complete = true;
        let mut told = HashSet::new();
        while let Some(entry) = history.next().await? {
            if wanted.contains(&entry.session) && self.ledger.seen.is_missing(&entry) {
                if self.is_older_than_its_log(&entry) {
                    if told.insert(entry.session.clone()) {
                        let server = self.server.clone();
                        let latest = self.ticking(server.latest(&entry.session)).await?;
                        complete &= self.tell_messages(&entry.session, latest).await?;
                    }
                    self.ledger.seen.told(&entry);
                } else {
                    self.ledger.seen.told(&entry);
                    self.tell_late(payload(&entry)).await?;
                }
            }
            self.tick().await?;
        }
        Ok(complete && history.skipped() == 0)
    }

    /// Whether there was more of the session than its log has, and all of it is to be told: one that another version
    /// began, or that was imported. Its messages say it all; seen on 1.18.33.
    fn is_older_than_its_log(&mut self, entry: &Entry) -> bool {
        if self.begun || !self.plan.from_start {
            return false;
        }
        if entry.seq == 0 && entry.bus_type() != "session.created" {
            self.ledger.older.insert(entry.session.clone());
        }
        self.ledger.older.contains(&entry.session)
    }

    /// Tells what is asked, has not been told, and is in no log.
    async fn tell_asked(&mut self, wanted: &HashSet<String>) -> Result<(), Failure> {
        let server = self.server.clone();
        for asked in self.ticking(server.asked()).await? {
            if wanted.contains(&asked.session) && self.ledger.asked.insert(&asked.id) {
                let (kind, properties) = (asked.kind, asked.properties);
                let payload = format!(r#"{{"type":"{kind}","recovered":true,"properties":{properties}}}"#);
                self.tell_late(payload).await?;
            }
        }
        Ok(())
    }

    /// Tells an event that was missed.
    async fn tell_late(&mut self, payload: String) -> Result<(), Failure> {
        if let Ok(seen) = observe(&payload) {
            self.ledger.finished.observe(&seen);
            self.ledger.asks_anew(&seen.event);
        }
        self.recovered(payload).await
    }

    async fn recovered(&mut self, payload: String) -> Result<(), Failure> {
        // What was before us is not what a gap cost.
        self.unsaid += u64::from(self.begun);
        self.stamped(payload).await
    }

    /// Tells what the messages of a session say beyond what has been told, and says whether that is all. Most sessions
    /// have been silent: their latest messages say so.
    async fn tell_messages(&mut self, session: &str, latest: Kept) -> Result<bool, Failure> {
        if !self.ledger.finished.knows(session) {
            return Ok(false);
        }
        let latest = match latest {
            Kept::Messages(latest) => latest,
            // There is nothing left that could be told.
            Kept::Deleted => return Ok(true),
            Kept::Unreadable => return Ok(false),
        };
        match self.ledger.finished.missing(session, &latest) {
            Some(missing) => self.tell_final(missing).await.map(|()| true),
            None => self.tell_whole(session).await,
        }
    }

    /// The same from all of its messages: once for where to begin, and once to tell, as they are never held.
    async fn tell_whole(&mut self, session: &str) -> Result<bool, Failure> {
        let server = self.server.clone();
        let mut ids = Vec::new();
        match self.ticking(server.whole(session)).await? {
            Kept::Messages(mut messages) => {
                while let Some(message) = self.ticking(messages.next()).await? {
                    ids.push(message.id());
                }
            }
            Kept::Deleted => return Ok(true),
            Kept::Unreadable => return Ok(false),
        }
        let Some(reach) = self.ledger.finished.reach(session, &ids, true) else {
            return Ok(false);
        };
        let Kept::Messages(mut messages) = self.ticking(server.whole(session)).await? else {
            return Ok(false);
        };
        let mut n = 0;
        while let Some(message) = self.ticking(messages.next()).await? {
            let missing = self.ledger.finished.missing_of(session, n, &message, reach);
            self.tell_final(missing).await?;
            n += 1;
        }
        Ok(messages.skipped() == 0)
    }

    /// Tells final states that were missed.
    async fn tell_final(&mut self, payloads: Vec<String>) -> Result<(), Failure> {
        for payload in payloads {
            if let Ok(seen) = observe(&payload) {
                self.ledger.finished.observe_late(&seen);
            }
            self.recovered(payload).await?;
        }
        Ok(())
    }
}

/// An entry of the log as the event stream would have told it, marked as late.
fn payload(entry: &Entry) -> String {
    format!(
        r#"{{"id":"{}","type":"{}","recovered":true,"properties":{}}}"#,
        entry.id,
        entry.bus_type(),
        entry.data
    )
}
