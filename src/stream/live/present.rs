//! Emits what the watched sessions are doing now.
//!
//! The log does not contain this, so we ask the server at the start and after a gap, and write the answer as the
//! server's own events. So a session that came to rest meanwhile is known to rest.

use super::end::StepError;
use super::idle::IdleTimer;
use super::writer::Writer;
use crate::server::{Server, Session};
use crate::stream::payload::recovered;
use crate::stream::tracking::{SessionTree, Tracker};
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::{BTreeSet, HashMap};

/// In how many other directories the server is asked. Each costs a request, and agents use a handful.
const DIRECTORIES: usize = 16;

/// Of how many sessions the state is emitted, so that a crowded server does not delay the stream.
const EMITTED: usize = 200;

/// A session that is idle is not in the list of what the sessions are doing.
const IDLE: &str = r#"{"type":"idle"}"#;

/// What the server says that the sessions are doing.
pub(super) struct Statuses {
    /// Those that are not idle, by session.
    busy: HashMap<String, Box<RawValue>>,
    /// Where it was asked.
    asked: Vec<Server>,
}

/// The properties of `session.status`.
#[derive(Serialize)]
struct StatusOf<'a> {
    #[serde(rename = "sessionID")]
    session: &'a str,
    status: &'a RawValue,
}

/// The properties of `todo.updated`.
#[derive(Serialize)]
struct TodosOf<'a> {
    #[serde(rename = "sessionID")]
    session: &'a str,
    todos: &'a RawValue,
}

/// The present state of the watched sessions.
pub(super) struct Present<'a> {
    server: &'a Server,
    tracker: &'a Tracker,
    /// The sessions that the server lists.
    sessions: &'a [Session],
}

impl<'a> Present<'a> {
    pub fn new(server: &'a Server, tracker: &'a Tracker, sessions: &'a [Session]) -> Self {
        Self { server, tracker, sessions }
    }

    /// Emits the state of the watched session, of all that work, and of all that `idle` has seen at work.
    pub async fn emit(&self, idle: &mut IdleTimer, writer: &mut Writer) -> Result<(), StepError> {
        let seen: Vec<String> = idle.working().cloned().collect();
        let Some(statuses) = self.ask(idle, writer).await? else {
            return Ok(());
        };
        let watched = self.tracker.watched(self.sessions);
        let busy = statuses.busy.keys().filter(|id| watched.contains(*id)).cloned();
        let root = self.tracker.session.as_ref();
        let others: BTreeSet<String> = seen.into_iter().chain(busy).filter(|id| Some(id) != root).collect();
        let ours: Vec<String> = root.cloned().into_iter().chain(others).collect();
        let is_idle = RawValue::from_string(IDLE.to_owned()).ok();
        for id in ours.iter().take(EMITTED) {
            let is_idle = is_idle.as_ref().filter(|_| root == Some(id) || self.was_asked_for(id, &statuses.asked));
            let Some(status) = statuses.busy.get(id).or(is_idle) else { continue };
            writer.recovered([recovered(None, "session.status", StatusOf { session: id, status })]).await?;
            if !self.tracker.tree.contains(id) {
                continue;
            }
            if let Some(todos) = writer.wait_for(self.server.todos(id)).await? {
                writer.recovered([recovered(None, "todo.updated", TodosOf { session: id, todos: &todos })]).await?;
            }
        }
        Ok(())
    }

    /// Asks what the sessions are doing, and lets `idle` know. `None` where the server cannot tell.
    pub async fn ask(&self, idle: &mut IdleTimer, writer: &mut Writer) -> Result<Option<Statuses>, StepError> {
        let asked = servers(self.server, &self.tracker.tree, idle, self.sessions);
        let mut busy = HashMap::new();
        for server in &asked {
            let Some(found) = writer.wait_for(server.statuses()).await? else {
                return Ok(None);
            };
            busy.extend(found);
        }
        let watched = self.tracker.watched(self.sessions);
        let root = self.tracker.session.as_ref();
        let others = busy.keys().filter(|id| Some(*id) != root && watched.contains(*id));
        idle.set(root.map(|root| busy.contains_key(root)), others.cloned());
        Ok(Some(Statuses { busy, asked }))
    }

    /// Whether the server was asked in the session's directory: in any other it knows nothing of what the session does.
    fn was_asked_for(&self, id: &str, asked: &[Server]) -> bool {
        let is_there = |directory: &String| asked.iter().any(|server| server.is_in(directory));
        let session = self.sessions.iter().find(|session| session.id == id);
        session.is_some_and(|session| session.directory.as_ref().is_none_or(is_there))
    }
}

/// The server as each directory sees it that has a session of the family, or one that was seen at work: other
/// directories may be asleep, and to ask there would wake them, with their plugins and tool servers.
pub(super) fn servers(server: &Server, tree: &SessionTree, idle: &IdleTimer, sessions: &[Session]) -> Vec<Server> {
    let is_awake = |session: &&Session| tree.contains(&session.id) || idle.is_at_work(&session.id);
    let directories = sessions.iter().filter(is_awake).filter_map(|session| session.directory.as_ref());
    let others: BTreeSet<&String> = directories.filter(|directory| !server.is_in(directory)).collect();
    let others = others.into_iter().take(DIRECTORIES).map(|directory| server.in_directory(Some(directory.clone())));
    std::iter::once(server.clone()).chain(others).collect()
}
