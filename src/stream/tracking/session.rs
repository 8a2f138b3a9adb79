//! What has been told of one session's messages in its final state.

use super::ids::Ids;
use crate::stream::snapshot::Change;
use std::collections::VecDeque;

/// How many messages of a session are remembered with their parts: the one that is being written, the ones before
/// and after it, and what a late change may come to.
pub(crate) const RECENT: usize = 8;

/// What is known of one session.
#[derive(Debug)]
pub(crate) struct Heard {
    pub since: Since,
    /// Its latest messages, and what is unfinished before them.
    pub recent: VecDeque<Told>,
    /// The latest message that was told whole and is none of those any more.
    pub before: Option<String>,
    /// When it was heard last, by the count.
    pub used: u64,
}

/// What has been told of a message.
#[derive(Debug)]
pub(crate) struct Told {
    pub id: String,
    /// Whether it itself was told in its final state.
    pub done: bool,
    /// Its parts that were, hashed.
    pub parts: Vec<u64>,
}

/// From when on a session is ours to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Since {
    /// From its first message.
    Ever,
    /// From this message: the session was there before us.
    Message(String),
    /// Nobody can tell: what was there before us could not be read, or what was told is forgotten.
    Unknown,
}

/// From which message of a list on something may be missing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reach {
    /// The session is ours from this one on.
    pub first: usize,
    /// So many were told whole, unless something of them is remembered.
    pub whole: usize,
}

impl Heard {
    /// Nothing has been told of it.
    pub(crate) fn from(since: Since, used: u64) -> Self {
        Self {
            since,
            recent: VecDeque::new(),
            before: None,
            used,
        }
    }

    /// Forgets what was told of it; says how many parts that were.
    pub(crate) fn give_up(&mut self) -> usize {
        self.since = Since::Unknown;
        self.recent.drain(..).map(|told| told.parts.len()).sum()
    }

    /// How far back what is missing may reach in messages with these ids, the latest of the session or `all` that it
    /// has. `None`: nobody can tell. `by_name`: every message that was told whole is known by its id.
    pub(crate) fn reach(&self, ids: &[Option<String>], all: bool, by_name: bool) -> Option<Reach> {
        let at = |wanted: &String| ids.iter().position(|id| id.as_ref() == Some(wanted));
        let first = match &self.since {
            Since::Ever => all.then_some(0)?,
            Since::Message(first) => at(first)?,
            Since::Unknown => return None,
        };
        let whole = match self.before.as_ref().and_then(at) {
            Some(before) => before + 1,
            None if self.before.is_some() && !by_name => return None,
            None => 0,
        };
        Some(Reach { first, whole })
    }

    pub(crate) fn told(&self, message: &str) -> Option<&Told> {
        self.recent.iter().rev().find(|told| told.id == message)
    }

    /// Makes room for a message that was not heard of before. Says how many parts it forgets for that.
    pub(crate) fn take_in(&mut self, message: &str, whole: &mut Ids) -> usize {
        self.recent.push_back(Told {
            id: message.to_owned(),
            done: false,
            parts: Vec::new(),
        });
        if self.recent.len() <= RECENT {
            return 0;
        }
        // One alone is being written. Where none is done, the oldest was cut off and never will be.
        let oldest = self.recent.iter().position(|told| told.done).unwrap_or(0);
        let Some(told) = self.recent.remove(oldest) else {
            return 0;
        };
        whole.insert(&told.id);
        if told.done {
            self.before = Some(told.id);
        }
        told.parts.len()
    }
}

impl Told {
    pub(crate) fn has(&self, change: &Change, part: u64) -> bool {
        if change.is_message() {
            self.done
        } else {
            self.parts.contains(&part)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(ids: impl Iterator<Item = usize>, done: bool) -> (Heard, Ids) {
        let (mut heard, mut whole) = (Heard::from(Since::Ever, 0), Ids::up_to(1000));
        for n in ids {
            heard.take_in(&format!("m{n}"), &mut whole);
            heard.recent.back_mut().unwrap().done = done;
        }
        (heard, whole)
    }

    #[test]
    fn a_message_that_was_cut_off_for_good_makes_room() {
        let (heard, whole) = heard(0..3 * RECENT, false);
        assert_eq!(heard.recent.len(), RECENT);
        assert!(whole.has("m0") && heard.before.is_none());
    }

    #[test]
    fn the_oldest_that_is_done_makes_room_first() {
        let (mut heard, mut whole) = heard(0..RECENT, true);
        heard.recent[0].done = false;
        heard.recent[1].parts = vec![1, 2];
        assert_eq!(heard.take_in("new", &mut whole), 2);
        assert!(heard.told("m0").is_some() && heard.told("m1").is_none());
        assert_eq!(heard.before.as_deref(), Some("m1"));
    }
}
