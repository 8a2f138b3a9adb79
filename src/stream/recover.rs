//! What a lost connection cost: asked from the durable log, told in order, each event once.

use super::live::Live;
use crate::pipe::Failure;
use crate::server::{Entry, History, Session};
use crate::wire::observe;
use std::collections::{HashMap, HashSet};

/// A number that no log reaches: what is asked for a session that is not wanted.
const NOTHING: i64 = i64::MAX >> 11;

/// How much of the log is held at once, in bytes. The server sends it by number, session by session mixed:
/// what is held is told by id, which is the order of time.
const HELD: usize = 8 * 1024 * 1024;

/// What a recovery brought.
#[derive(Debug)]
pub(super) struct Recovered {
    /// Whether that is all that the server keeps.
    pub complete: bool,
    /// Whether somebody still reads.
    pub read: bool,
}

impl Default for Recovered {
    fn default() -> Self {
        Self {
            complete: true,
            read: true,
        }
    }
}

impl Live<'_> {
    /// Tells what was missed, as far as the server knows it. Failing, it has told a part, and goes on from
    /// there the next time.
    pub(super) async fn recover(&mut self) -> Result<Recovered, Failure> {
        let sessions = self.server.sessions().await?;
        self.family.adopt_from(&sessions);
        if self.seen.has_ids() {
            let wanted = self.wanted(&sessions);
            let after = self.after(&sessions, &wanted);
            if let Some(history) = self.server.history(&after).await? {
                return self.tell_log(history, &wanted).await;
            }
        }
        self.tell_messages(&sessions).await
    }

    /// The sessions whose events are ours.
    fn wanted(&self, sessions: &[Session]) -> HashSet<String> {
        let ours = |session: &&Session| {
            self.session.is_none() && (self.directory.is_none() || self.directory == session.directory)
        };
        let listed = sessions.iter().filter(ours).map(|session| session.id.clone());
        listed.chain(self.family.members().cloned()).collect()
    }

    /// What the log is asked for. A session that is not named comes back whole: so every session is named
    /// of which something was told, and the unwanted ones from their end.
    fn after(&self, sessions: &[Session], wanted: &HashSet<String>) -> HashMap<String, i64> {
        let unwanted = sessions.iter().filter(|session| !wanted.contains(&session.id));
        let told = wanted
            .iter()
            .filter_map(|id| Some((id.clone(), self.seen.last_seq(id)?)));
        unwanted
            .map(|session| (session.id.clone(), NOTHING))
            .chain(told)
            .collect()
    }

    async fn tell_log(
        &mut self,
        mut history: History,
        wanted: &HashSet<String>,
    ) -> Result<Recovered, Failure> {
        let mut recovered = Recovered::default();
        let (mut held, mut size) = (Vec::new(), 0);
        loop {
            let entry = history.next().await?;
            let ended = entry.is_none();
            if let Some(entry) = entry
                && wanted.contains(&entry.session)
                && self.seen.is_missing(&entry)
            {
                size += entry.size();
                held.push(entry);
            }
            if size > HELD || ended {
                size = 0;
                recovered.read = self.tell_entries(&mut held).await;
            }
            if ended || !recovered.read {
                recovered.complete = history.skipped == 0;
                return Ok(recovered);
            }
        }
    }

    /// Tells these entries in the order of time. False: nobody reads any more.
    async fn tell_entries(&mut self, held: &mut Vec<Entry>) -> bool {
        held.sort_by(|a, b| a.id.cmp(&b.id));
        for entry in held.drain(..) {
            self.seen.told(&entry);
            if !self.tell_missed(&payload(&entry)).await {
                return false;
            }
        }
        true
    }

    /// What the messages of our sessions say beyond what has been told: for servers without a log.
    async fn tell_messages(&mut self, sessions: &[Session]) -> Result<Recovered, Failure> {
        let mut recovered = Recovered::default();
        let ours: Vec<String> = if self.session.is_some() {
            self.family.members().cloned().collect()
        } else {
            let listed = |id: &&String| sessions.iter().any(|session| session.id == **id);
            self.finished.sessions().filter(listed).cloned().collect()
        };
        for session in ours {
            let messages = self.server.messages(&session).await?;
            for payload in self.finished.missing(&messages) {
                recovered.read = self.tell_missed(&payload).await;
                if !recovered.read {
                    return Ok(recovered);
                }
            }
        }
        Ok(recovered)
    }

    async fn tell_missed(&mut self, payload: &str) -> bool {
        if let Ok(seen) = observe(payload) {
            self.finished.observe(&seen);
        }
        self.unsaid += 1;
        self.stamped(payload).await
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
