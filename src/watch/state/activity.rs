//! Keeps a log of findings, decisions and actions.

use crate::pipe::tell::masked_excerpt as excerpt;
use crate::wire::Timestamp;
use crate::wire::text::printable;
use std::collections::VecDeque;

/// How many entries are kept.
const ENTRIES: usize = 200;
/// The length of an entry, in characters.
const LENGTH: usize = 400;

/// What an entry is about; each has a word and a colour of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// A finding of grade notice.
    Notice,
    /// A finding of grade warn.
    Warn,
    /// A finding of grade stop.
    Stop,
    /// A finding that is over.
    Over,
    /// A decision of the reviewer.
    Review,
    /// An action that succeeded.
    Acted,
    /// An action that failed, or had no effect.
    ActFailed,
    /// An action that has begun, or was skipped.
    Acting,
    /// Someone is asked.
    Asks,
    /// An error of the session.
    Error,
    /// The session came to rest, or something else happened to the stream.
    Info,
    /// Another program of the pipe says something.
    Says,
    /// The run has ended well.
    Good,
    /// The run has ended badly.
    Bad,
}

/// One entry.
#[derive(Debug, Clone)]
pub struct Entry {
    /// When it happened, in the time of the stream.
    pub ts: Timestamp,
    /// The session; empty where it is about the whole stream.
    pub session: String,
    /// What it is about.
    pub topic: Topic,
    /// What happened; safe to print.
    pub text: String,
    /// The episode of a finding, or the request that waits for an answer.
    episode: String,
}

/// The log, bounded.
#[derive(Debug, Clone, Default)]
pub struct Activity {
    entries: VecDeque<Entry>,
}

impl Activity {
    /// The entries, oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Adds an entry.
    pub fn add(&mut self, ts: Timestamp, session: &str, topic: Topic, text: &str) {
        self.push(ts, session, topic, text, "");
    }

    /// Adds an entry about an episode. One that has merely `grown` takes the place of its last entry.
    pub fn add_episode(&mut self, ts: Timestamp, session: &str, topic: Topic, text: &str, episode: &str, grown: bool) {
        let same = |entry: &&mut Entry| entry.session == session && entry.episode == episode;
        match self.entries.iter_mut().rev().find(same).filter(|entry| grown && entry.topic == topic) {
            Some(known) => (known.ts, known.text) = (ts, short(text)),
            None => self.push(ts, session, topic, text, episode),
        }
    }

    fn push(&mut self, ts: Timestamp, session: &str, topic: Topic, text: &str, episode: &str) {
        if self.entries.len() == ENTRIES {
            self.entries.pop_front();
        }
        let (session, episode) = (session.to_owned(), episode.to_owned());
        self.entries.push_back(Entry { ts, session, topic, text: short(text), episode });
    }
}

fn short(text: &str) -> String {
    printable(&excerpt(text, LENGTH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_takes_place_of_last_entry() {
        let mut log = Activity::default();
        let at = Timestamp::from_ms;
        log.add_episode(at(1), "s", Topic::Stop, "5 times", "f", false);
        log.add_episode(at(2), "t", Topic::Stop, "8 times", "f", true);
        log.add_episode(at(3), "s", Topic::Stop, "10 times", "f", true);
        let texts: Vec<&str> = log.entries().map(|entry| entry.text.as_str()).collect();
        assert_eq!(texts, ["10 times", "8 times"]);
    }

    #[test]
    fn log_is_bounded() {
        let mut log = Activity::default();
        for _ in 0..1000 {
            log.add(Timestamp::default(), "s", Topic::Info, &"x".repeat(1000));
        }
        assert_eq!(log.entries().count(), ENTRIES);
    }
}
