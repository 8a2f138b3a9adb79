//! Tracks what a session does, or whom it waits for: as `ocr-detect` reports it, or roughly from the events without it.

use super::super::asked;
use super::call::label;
use crate::pipe::tell::masked_excerpt as excerpt;
use crate::wire::part::Part;
use crate::wire::record::{Done, Finding, Kind, Outcome, SessionStatus, State, StateChange};
use crate::wire::text::{decode, printable};
use crate::wire::{Event, Status, Timestamp};

/// The length of what a session waits for, in characters.
const LENGTH: usize = 200;
/// How many open requests of one session are remembered.
const REQUESTS: usize = 16;

/// How urgently a session needs a person, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// It waits for a person.
    NeedsYou,
    /// Something is wrong with it.
    Trouble,
    /// It is at work.
    Working,
    /// It rests.
    Resting,
    /// It is over.
    Over,
}

/// The state of a session.
#[derive(Debug, Clone)]
pub struct SessionState {
    /// What it does.
    pub status: SessionStatus,
    /// Since when.
    pub since: Timestamp,
    /// The tool, the question, or the words of the provider; safe to print.
    pub on: Option<String>,
    /// The request that an answer must name; safe to print.
    pub request: Option<String>,
    /// The answers to choose from; safe to print.
    pub options: Vec<String>,
    /// When the provider accepts requests again, in milliseconds since the Unix epoch.
    pub until: Option<i64>,
    /// What it did when the stream ended, unless it rested: it may go on.
    pub cut_off: Option<SessionStatus>,
    /// Whether records say it; events are then ignored.
    told: bool,
    /// The requests that nobody has answered.
    requests: Vec<String>,
}

impl SessionState {
    /// A session that was first seen now.
    pub fn new(now: Timestamp) -> Self {
        Self {
            status: SessionStatus::Working,
            since: now,
            on: None,
            request: None,
            options: Vec::new(),
            until: None,
            cut_off: None,
            told: false,
            requests: Vec::new(),
        }
    }

    /// Follows a record.
    pub fn told(&mut self, change: &StateChange) {
        self.told = true;
        let is_cut_off = change.state == SessionStatus::Ended && change.on.as_deref() == Some(StateChange::CUT_OFF);
        self.cut_off = is_cut_off.then_some(self.status);
        self.status = change.state;
        self.since = Timestamp::from_ms(change.since);
        self.until = change.until;
        self.on = change.on.as_deref().map(short);
        self.request = change.request.as_deref().map(short);
        self.options = change.options.iter().map(|option| short(option)).collect();
    }

    /// Follows the event on this line, unless records say what the session does.
    pub fn event(&mut self, event: &Event, line: &str, now: Timestamp) {
        if self.told {
            return;
        }
        match event {
            Event::Asked { request, question, what } => {
                if self.requests.len() < REQUESTS && !self.requests.iter().any(|known| *known == **request) {
                    self.requests.push(request.to_string());
                }
                self.set(SessionStatus::Waiting, Some(asked::request(line, *question, *what)), now);
            }
            Event::Answered { request } => {
                self.requests.retain(|known| *known != **request);
                if self.requests.is_empty() {
                    self.set(SessionStatus::Working, None, now);
                }
            }
            Event::Status(Status::Idle) => {
                self.requests.clear();
                self.set(SessionStatus::Resting, None, now);
            }
            Event::SessionDeleted => self.set(SessionStatus::Ended, Some("deleted".to_owned()), now),
            _ if self.requests.is_empty() => self.work(event, now),
            _ => {}
        }
    }

    /// Follows an event while nobody is asked.
    fn work(&mut self, event: &Event, now: Timestamp) {
        match event {
            Event::Status(Status::Busy) | Event::Delta { .. } => self.set(SessionStatus::Working, None, now),
            Event::Status(Status::Retry { message, .. }) => {
                self.set(SessionStatus::Retrying, message.map(|message| decode(message).into_owned()), now);
            }
            Event::Error { name, message } => {
                let message = message.map(decode).unwrap_or_default();
                self.set(SessionStatus::Ended, Some(format!("{name} {message}")), now);
            }
            Event::Part(part) => self.part(part, now),
            _ => {}
        }
    }

    fn part(&mut self, part: &Part, now: Timestamp) {
        match part.state.as_ref().filter(|_| part.kind == "tool") {
            Some(state) if state.status == "running" => {
                self.set(SessionStatus::Tool, Some(label(part.tool.as_deref(), state.input)), now);
            }
            Some(_) => self.set(SessionStatus::Working, None, now),
            None if part.kind == "step-finish" && part.reason.as_deref() == Some("stop") => {
                self.set(SessionStatus::Resting, None, now);
            }
            None => {}
        }
    }

    /// Follows a finding, unless records say what the session does.
    pub fn found(&mut self, finding: &Finding, now: Timestamp) {
        let is_open = finding.state != State::Closed;
        let status = match finding.kind {
            Kind::Stall => SessionStatus::Silent,
            Kind::Blocked => SessionStatus::Waiting,
            _ => return,
        };
        if self.told || !is_open || self.status == status || self.status == SessionStatus::Waiting {
            return;
        }
        let on = finding.waiting_on.clone().or_else(|| Some(finding.summary.clone()));
        self.set(status, on, now);
    }

    /// The session came to rest, and `said` last. A question in prose is one that no event reports.
    pub fn rested(&mut self, done: &Done, said: Option<String>, now: Timestamp) {
        match done.outcome {
            Outcome::Waiting => self.set(SessionStatus::Waiting, said, now),
            Outcome::Aborted => self.set(SessionStatus::Ended, Some("aborted".to_owned()), now),
            Outcome::Error => self.set(SessionStatus::Ended, self.on.clone().or(Some("failed".to_owned())), now),
            _ if !self.told => self.set(SessionStatus::Resting, None, now),
            _ => {}
        }
    }

    /// Whether it waits for an answer to a request, rather than to what it said last.
    pub fn has_request(&self) -> bool {
        self.request.is_some() || !self.requests.is_empty()
    }

    /// How urgently it needs a person.
    pub fn rank(&self) -> Rank {
        match self.status {
            SessionStatus::Waiting => Rank::NeedsYou,
            SessionStatus::Retrying | SessionStatus::Quota | SessionStatus::Silent => Rank::Trouble,
            SessionStatus::Working | SessionStatus::Tool => Rank::Working,
            SessionStatus::Resting => Rank::Resting,
            SessionStatus::Ended => Rank::Over,
        }
    }

    fn set(&mut self, status: SessionStatus, on: Option<String>, now: Timestamp) {
        if self.status != status {
            self.since = now;
            self.until = None;
            self.request = None;
            self.options.clear();
        }
        self.status = status;
        self.on = on.as_deref().map(short);
    }
}

fn short(text: &str) -> String {
    printable(&excerpt(text, LENGTH))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Raw;

    fn asked_event(request: &str) -> Event<'_> {
        Event::Asked { request: request.into(), question: true, what: Some(Raw::new(r#"[{"question":"Which?"}]"#)) }
    }

    #[test]
    fn waits_until_answered() {
        let mut state = SessionState::new(Timestamp::from_ms(0));
        state.event(&asked_event("q"), "", Timestamp::from_ms(5));
        state.event(&Event::Status(Status::Busy), "", Timestamp::from_ms(6));
        assert_eq!((state.status, state.since.ms()), (SessionStatus::Waiting, 5));
        assert_eq!(state.on.as_deref(), Some("question: Which?"));
        assert_eq!(state.rank(), Rank::NeedsYou);
        state.event(&Event::Answered { request: "q".into() }, "", Timestamp::from_ms(7));
        assert_eq!((state.status, state.since.ms()), (SessionStatus::Working, 7));
    }

    #[test]
    fn records_outweigh_events() {
        let record = r#"{"sessionID":"s","state":"quota","since":9,"until":20,"told":"event"}"#;
        let mut state = SessionState::new(Timestamp::from_ms(0));
        state.told(&serde_json::from_str(record).unwrap());
        state.event(&Event::Status(Status::Idle), "", Timestamp::from_ms(10));
        assert_eq!((state.status, state.until), (SessionStatus::Quota, Some(20)));
    }
}
