//! What a session is doing right now: working, waiting for a person, retrying, or nothing.

use crate::detect::hash;
use std::collections::VecDeque;

/// Running calls and open requests that are kept in mind; no real session has more.
const LIMIT: usize = 64;

/// A permission or a question that nobody has answered yet.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// Its id.
    pub(crate) id: String,
    /// When it was asked.
    pub(crate) since: i64,
    /// `permission: bash`, `question: Which one?`.
    pub(crate) what: String,
}

/// What a session is doing.
#[derive(Default)]
pub(crate) struct Activity {
    /// Whether the server, or the order of the events, says that it works.
    pub(crate) busy: bool,
    /// Whether the provider is being asked again.
    pub(crate) retrying: bool,
    /// The last line of this session, or of a child of it.
    pub(crate) last: i64,
    /// Requests that are open.
    pub(crate) requests: VecDeque<Request>,
    /// Open requests of child sessions.
    pub(crate) requests_below: u32,
    running: VecDeque<(u64, i64)>,
}

impl Activity {
    /// A call is under way.
    pub(crate) fn runs(&mut self, part: &str, since: i64) {
        let key = hash::of(part);
        if self.running.iter().any(|(k, _)| *k == key) {
            return;
        }
        if self.running.len() == LIMIT {
            self.running.pop_front();
        }
        self.running.push_back((key, since));
    }

    /// A call is over.
    pub(crate) fn ended(&mut self, part: &str) {
        let key = hash::of(part);
        self.running.retain(|(k, _)| *k != key);
    }

    /// Nothing runs any more: the session rests.
    pub(crate) fn stopped(&mut self) {
        self.running.clear();
        self.requests.clear();
        self.busy = false;
        self.retrying = false;
    }

    /// Since when the longest-running call runs.
    pub(crate) fn running_since(&self) -> Option<i64> {
        self.running.iter().map(|(_, since)| *since).min()
    }

    /// Somebody is asked. False when it is known already.
    pub(crate) fn asked(&mut self, request: Request) -> bool {
        if self.requests.iter().any(|r| r.id == request.id) {
            return false;
        }
        if self.requests.len() == LIMIT {
            self.requests.pop_front();
        }
        self.requests.push_back(request);
        true
    }

    /// A request was answered. False when nobody knew of it.
    pub(crate) fn answered(&mut self, id: &str) -> bool {
        let before = self.requests.len();
        self.requests.retain(|r| r.id != id);
        self.requests.len() < before
    }

    /// Whether somebody is asked, here or in a child session.
    pub(crate) fn waits_for_somebody(&self) -> bool {
        !self.requests.is_empty() || self.requests_below > 0
    }
}
