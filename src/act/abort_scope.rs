//! Collects the sessions that an abort covers: the aborted one and those below it, as far as time allows.

use crate::server::{self, Server, Session};
use std::collections::HashSet;

/// How many busy sessions below the aborted one are aborted too, and below how many idle ones we look for more. Agents
/// start a handful of subagents; so many take less than a second.
const MOST: usize = 200;

/// In how many directories they are looked for. Each costs a request whenever the server is asked what works, and agents
/// use a handful of worktrees.
const DIRECTORIES: usize = 16;

/// A session and those below it. What a session does is known in its own directory only, and it can be aborted only
/// there.
pub(super) struct AbortScope {
    /// The sessions that the server reports as busy.
    busy: HashSet<String>,
    known: HashSet<String>,
    /// Where they work.
    directories: Vec<Option<String>>,
    /// The aborted session first, then those below it that are busy.
    working: Vec<Session>,
    /// Those that are not; sessions below them may be.
    idle: Vec<Session>,
    /// How many were left out, and how many of those were busy.
    left_out: (usize, usize),
    /// Whether there was no time, or no request left, to ask for all of them.
    pub is_incomplete: bool,
}

impl AbortScope {
    /// The scope of `root`, as far as it is known without asking.
    pub fn new(root: Session) -> Self {
        Self {
            busy: HashSet::new(),
            known: HashSet::from([root.id.clone()]),
            directories: Vec::new(),
            working: vec![root],
            idle: Vec::new(),
            left_out: (0, 0),
            is_incomplete: false,
        }
    }

    /// Adds a session below that is known to work. The server may not have said where.
    pub fn add_working(&mut self, session: Session) {
        self.known.insert(session.id.clone());
        self.working.push(session);
    }

    /// Asks the server for the sessions below, those below the busy ones first.
    pub async fn descend(&mut self, server: &Server) -> Result<(), server::Error> {
        for at in 0..self.working.len() {
            self.look_into(server, self.working[at].directory.clone()).await;
        }
        let (mut working, mut idle) = (0, 0);
        loop {
            let parent = if let Some(parent) = self.working.get(working) {
                working += 1;
                parent
            } else if let Some(parent) = self.idle.get(idle) {
                idle += 1;
                parent
            } else {
                return Ok(());
            };
            let mut children = server.at_home(parent).children(&parent.id).await?;
            while let Some(child) = children.next().await? {
                self.look_into(server, child.directory.clone()).await;
                self.add(child);
            }
        }
    }

    /// Learns which sessions of a directory are busy, unless that is known.
    async fn look_into(&mut self, server: &Server, directory: Option<String>) {
        if self.directories.contains(&directory) {
            return;
        }
        if self.directories.len() == DIRECTORIES {
            self.is_incomplete = true;
            return;
        }
        // What cannot be told now is asked again when the rest is to be confirmed.
        let busy = server.in_directory(directory.clone()).busy().await;
        self.busy.extend(busy.unwrap_or_default());
        self.directories.push(directory);
    }

    /// Adds a session, unless there are too many. Takes constant time: a server may name any number.
    fn add(&mut self, session: Session) {
        if self.known.contains(&session.id) {
            // The one that was known to work is the second.
            if let Some(known) = self.working.get_mut(1).filter(|known| known.id == session.id) {
                *known = session;
            }
            return;
        }
        let is_busy = self.busy.contains(&session.id);
        let list = if is_busy { &mut self.working } else { &mut self.idle };
        if list.len() > MOST {
            self.left_out.0 += 1;
            self.left_out.1 += usize::from(is_busy);
            return;
        }
        self.known.insert(session.id.clone());
        list.push(session);
    }

    /// Which sessions work now in the directories of the scope.
    pub async fn busy_now(&self, server: &Server) -> Result<HashSet<String>, server::Error> {
        let mut busy = HashSet::new();
        for directory in &self.directories {
            busy.extend(server.in_directory(directory.clone()).busy().await?);
        }
        Ok(busy)
    }

    /// The aborted session.
    pub fn root(&self) -> &str {
        &self.working[0].id
    }

    /// The sessions below it that were busy.
    pub fn busy_below(&self) -> impl Iterator<Item = &Session> {
        self.working[1..].iter().filter(|session| self.busy.contains(&session.id))
    }

    /// Whether no session is below it.
    pub fn is_alone(&self) -> bool {
        self.known.len() == 1
    }

    /// Whether all of them rest, if only those of `busy` work.
    pub fn rests(&self, busy: &HashSet<String>) -> bool {
        self.known.iter().all(|session| !busy.contains(session))
    }

    /// Which sessions were left out, as the end of a sentence; empty if none.
    pub fn left_out(&self) -> String {
        match self.left_out {
            (0, _) if self.is_incomplete => {
                "; not all sessions below it were looked for: there was no time, the server did not say where one works, or they work in too many directories".to_owned()
            }
            (0, _) => String::new(),
            (all, busy) => format!("; {all} sessions below it were left out, {busy} of them busy"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_busy_ones_first() {
        let session = |id: String| Session { id, ..Session::default() };
        let mut scope = AbortScope::new(session("root".to_owned()));
        scope.busy = (99_000..100_000).map(|n| format!("ses_{n}")).collect();
        assert!(scope.is_alone());
        for n in 0..100_000 {
            scope.add(session(format!("ses_{n}")));
        }
        assert_eq!(scope.busy_below().count(), MOST);
        assert!(!scope.is_alone() && scope.root() == "root");
        assert_eq!(scope.left_out(), "; 99599 sessions below it were left out, 800 of them busy");
    }
}
