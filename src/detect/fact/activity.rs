//! Tracks what a session is doing right now: working, waiting for a person, retrying, or nothing.

use crate::bounded::push_bounded;
use crate::detect::call::own_limit::OwnLimit;
use crate::detect::hash;
use crate::detect::quoted::quoted;
use crate::wire::Timestamp;
use std::collections::VecDeque;

/// The most running calls and open requests to track; no real session has more.
const LIMIT: usize = 64;
/// The length of what a request is for, in characters.
const WHAT: usize = 120;

/// A permission request or a question that is open.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// Its id.
    pub(crate) id: String,
    /// When it was asked.
    pub(crate) since: Timestamp,
    /// The time of the line that asked it, in milliseconds since the Unix epoch.
    pub(crate) at: i64,
    /// What is asked, for a person: `permission: bash`, `question: Which one?`.
    pub(crate) what: String,
    /// The answers to choose from.
    pub(crate) options: Vec<String>,
    /// Whether `what` says enough: a permission is for a call, which servers may name later.
    pub(crate) named: bool,
}

/// A call that has not ended.
#[derive(Debug)]
pub(crate) struct RunningCall {
    /// Tells it from other calls.
    pub(crate) key: u64,
    /// Since when it runs, or its arguments are awaited.
    pub(crate) since: Timestamp,
    /// Whether the model is still writing its arguments.
    pending: bool,
    /// What runs, for a person: `bash: make test`. Empty while the arguments are awaited.
    pub(crate) what: String,
    own: OwnLimit,
}

impl RunningCall {
    /// The name of the tool.
    pub(crate) fn tool(&self) -> &str {
        self.what.split(':').next().unwrap_or_default()
    }
}

/// What a session is doing.
#[derive(Default)]
pub(crate) struct Activity {
    /// Whether the session is working, according to the server or to the order of events.
    pub(crate) busy: bool,
    /// Whether the provider is being asked again.
    pub(crate) retrying: bool,
    /// The time of the last event of this session or of its descendants.
    pub(crate) last: Timestamp,
    /// The time of the last event of a descendant.
    last_of_descendants: Option<Timestamp>,
    requests: VecDeque<Request>,
    /// Open requests of descendants.
    descendants_requests: usize,
    running: VecDeque<RunningCall>,
}

impl Activity {
    /// Records that a call runs, or that its arguments are `pending`. `what` says what runs, and how long it may.
    pub(crate) fn start_call(
        &mut self,
        part: &str,
        since: Timestamp,
        pending: bool,
        what: impl FnOnce() -> (String, OwnLimit),
    ) {
        let key = hash::of(part);
        let what = || if pending { Default::default() } else { what() };
        if let Some(call) = self.running.iter_mut().find(|call| call.key == key) {
            if call.pending && !pending {
                (call.pending, call.since) = (false, since);
                (call.what, call.own) = what();
                self.name_requests();
            }
            return;
        }
        let (what, own) = what();
        push_bounded(&mut self.running, LIMIT, RunningCall { key, since, pending, what, own });
        self.name_requests();
    }

    /// Adds to permission requests what call they are for: that of the tool of this name, or the only one.
    fn name_requests(&mut self) {
        let mut running = self.running.iter().filter(|call| !call.pending);
        let only = running.next().filter(|_| running.next().is_none());
        for request in self.requests.iter_mut().filter(|request| !request.named) {
            let tool = request.what.rsplit(' ').next().unwrap_or_default();
            let of_tool = self.running.iter().find(|call| !call.pending && call.tool() == tool);
            if let Some(call) = of_tool.or(only) {
                let asked = request.what.strip_suffix(call.tool()).unwrap_or(&request.what);
                request.what = quoted(&format!("{}: {}", asked.trim_end_matches([' ', ':']), call.what), WHAT);
                request.named = true;
            }
        }
    }

    /// The calls that have all their arguments and have not ended, oldest first.
    pub(crate) fn running_calls(&self) -> impl Iterator<Item = &RunningCall> {
        self.running.iter().filter(|call| !call.pending)
    }

    /// The most that any running call lets itself take.
    pub(crate) fn longest_own_limit(&self) -> OwnLimit {
        self.running.iter().fold(OwnLimit::default(), |longest, call| longest.max(call.own))
    }

    /// Forgets how long calls have been running, because it is unknown what a long silence was.
    pub(crate) fn restart_calls(&mut self, now: Timestamp) {
        for call in &mut self.running {
            call.since = now;
        }
    }

    /// Records that a call ended.
    pub(crate) fn end_call(&mut self, part: &str) {
        let key = hash::of(part);
        self.running.retain(|call| call.key != key);
    }

    /// Whether the call of this part has not ended.
    pub(crate) fn is_running(&self, part: &str) -> bool {
        let key = hash::of(part);
        self.running.iter().any(|call| call.key == key)
    }

    /// Whether a call has all its arguments and has not ended.
    pub(crate) fn is_tool_running(&self) -> bool {
        self.running.iter().any(|call| !call.pending)
    }

    /// Since when the oldest call runs that is not a subagent at work.
    pub(crate) fn oldest_call(&self) -> Option<Timestamp> {
        let is_subagent = |since| self.last_of_descendants.is_some_and(|last| last >= since);
        let running = self.running.iter().filter(|call| !call.pending).map(|call| call.since);
        running.filter(|since| !is_subagent(*since)).min()
    }

    /// Records that the session rests: nothing runs and nothing is asked.
    pub(crate) fn stop(&mut self) {
        self.running.clear();
        self.requests.clear();
        self.busy = false;
        self.retrying = false;
    }

    /// Whether a call has not ended.
    pub(crate) fn is_call_running(&self) -> bool {
        !self.running.is_empty()
    }

    /// Records a request, unless it is open already.
    pub(crate) fn open_request(&mut self, request: Request) {
        if self.requests.iter().any(|r| r.id == request.id) {
            return;
        }
        push_bounded(&mut self.requests, LIMIT, request);
        self.name_requests();
    }

    /// Records that a request was answered.
    pub(crate) fn close_request(&mut self, id: &str) {
        self.requests.retain(|r| r.id != id);
    }

    /// The open requests of this session, oldest first.
    pub(crate) fn requests(&self) -> &VecDeque<Request> {
        &self.requests
    }

    /// Records that a descendant did something, and how many open requests it had before and has now.
    pub(crate) fn record_descendant(&mut self, now: Timestamp, before: usize, after: usize) {
        self.last = now;
        self.last_of_descendants = Some(now);
        self.descendants_requests = (self.descendants_requests + after).saturating_sub(before);
    }

    /// Whether a request is open, here or in a descendant.
    pub(crate) fn waits_for_person(&self) -> bool {
        !self.requests.is_empty() || self.descendants_requests > 0
    }
}
