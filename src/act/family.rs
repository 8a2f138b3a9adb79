//! The sessions that an abort covers: the aborted one and those below it, as far as there is time for them.

use crate::server::{self, Server};
use std::collections::HashSet;

/// How many busy sessions below the aborted one are aborted too, and below how many idle ones we look for more. Agents
/// start a handful of subagents; a family of this size takes less than a second.
const MOST: usize = 200;

/// A session and those below it.
pub(super) struct Family {
    /// The sessions that the server reports as busy.
    busy: HashSet<String>,
    known: HashSet<String>,
    /// The aborted session first, then those below it that are busy.
    working: Vec<String>,
    /// Those that are not; sessions below them may be.
    idle: Vec<String>,
    /// How many were left out, and how many of those were busy.
    left_out: (usize, usize),
    /// Whether there was no time to ask for all of them.
    pub is_incomplete: bool,
}

impl Family {
    /// The family of `root`, as far as it is known without asking: `child` is a session below it that is to be aborted
    /// whatever the server says.
    pub fn new(busy: HashSet<String>, root: &str, child: Option<&str>) -> Self {
        let working: Vec<String> = std::iter::once(root).chain(child).map(str::to_owned).collect();
        let known = working.iter().cloned().collect();
        Self { busy, known, working, idle: Vec::new(), left_out: (0, 0), is_incomplete: false }
    }

    /// Asks the server for the sessions below, those below the busy ones first.
    pub async fn descend(&mut self, server: &Server) -> Result<(), server::Error> {
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
            let mut children = server.children(parent).await?;
            while let Some(child) = children.next().await? {
                self.add(child.id);
            }
        }
    }

    /// Adds a session, unless there are too many. Takes constant time: a server may name any number.
    fn add(&mut self, session: String) {
        if self.known.contains(&session) {
            return;
        }
        let is_busy = self.busy.contains(&session);
        let list = if is_busy { &mut self.working } else { &mut self.idle };
        if list.len() > MOST {
            self.left_out.0 += 1;
            self.left_out.1 += usize::from(is_busy);
            return;
        }
        self.known.insert(session.clone());
        list.push(session);
    }

    /// The aborted session.
    pub fn root(&self) -> &str {
        &self.working[0]
    }

    /// The sessions below it that were busy.
    pub fn busy_below(&self) -> impl Iterator<Item = &str> {
        self.working[1..].iter().filter(|session| self.busy.contains(*session)).map(String::as_str)
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
            (0, _) if self.is_incomplete => "; the server did not list all sessions below it in time".to_owned(),
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
        let busy: HashSet<String> = (99_000..100_000).map(|n| format!("ses_{n}")).collect();
        let mut family = Family::new(busy, "root", None);
        assert!(family.is_alone());
        for n in 0..100_000 {
            family.add(format!("ses_{n}"));
        }
        assert_eq!(family.busy_below().count(), MOST);
        assert!(!family.is_alone() && family.root() == "root");
        assert_eq!(family.left_out(), "; 99599 sessions below it were left out, 800 of them busy");
    }
}
