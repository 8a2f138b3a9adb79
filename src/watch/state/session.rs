//! The state of one session.

use super::outcome_words::rest;
use super::output::{LineKind, Output};
use super::session_state::{Rank, SessionState};
use crate::bounded::{BoundedMap, push_bounded};
use crate::pipe::tell::masked_excerpt as excerpt;
use crate::wire::part::Part;
use crate::wire::record::{Done, Finding, Grade, Outcome, State};
use crate::wire::text::{decode, printable};
use crate::wire::{About, Event, Timestamp, Usage, UsageCounter};
use std::cmp::Reverse;
use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};

/// How many parts are remembered as counted. A gap repeats at most the latest ones.
const COUNTED: usize = 64;
/// How many findings of a session are kept, the latest.
const FINDINGS: usize = 16;
/// How many messages and parts are remembered by who writes them.
const WRITERS: usize = 16;
/// The length of a title, in characters.
const TITLE: usize = 200;

/// One session.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its id.
    pub id: String,
    /// Its place in the order in which sessions were first seen.
    pub number: u64,
    /// The session that started it.
    pub parent: Option<String>,
    /// Its title, or what it was first asked to do; safe to print, as all text here.
    pub title: Option<String>,
    /// The task that it was given.
    pub task: Option<String>,
    /// Its agent.
    pub agent: Option<String>,
    /// Its model, as `provider/model`.
    pub model: Option<String>,
    /// Its working directory.
    pub directory: Option<String>,
    /// What it does.
    pub state: SessionState,
    /// When it was first seen.
    pub first: Timestamp,
    /// Its latest call.
    pub last_call: Option<String>,
    /// What it has used.
    pub usage: Usage,
    counter: UsageCounter,
    /// The number of its turn, from 1; 0 where no record says it.
    pub turn: u64,
    /// How it last came to rest.
    pub done: Option<Done>,
    /// What it wrote and did.
    pub output: Output,
    findings: VecDeque<Finding>,
    /// Hashes of what it last said of its title, agent, model and directory.
    said: [Option<u64>; 4],
    /// Messages that a person wrote.
    from_user: BoundedMap<String, ()>,
    /// Parts whose text is thought, not said.
    thoughts: BoundedMap<String, ()>,
}

impl Session {
    /// A session that was first seen now.
    pub fn new(id: &str, number: u64, now: Timestamp) -> Self {
        Self {
            id: id.to_owned(),
            number,
            parent: None,
            title: None,
            task: None,
            agent: None,
            model: None,
            directory: None,
            state: SessionState::new(now),
            first: now,
            last_call: None,
            usage: Usage::default(),
            counter: UsageCounter::new(COUNTED),
            turn: 0,
            done: None,
            output: Output::default(),
            findings: VecDeque::new(),
            said: Default::default(),
            from_user: BoundedMap::new(WRITERS),
            thoughts: BoundedMap::new(WRITERS),
        }
    }

    /// Follows an event of the session.
    pub fn event(&mut self, event: &Event, line: &str, now: Timestamp) {
        self.state.event(event, line, now);
        match event {
            Event::Session { parent: Some(parent), .. } => self.parent = Some(parent.to_string()),
            Event::Message { id, from_user: true, .. } => {
                self.from_user.insert(id.to_string(), ());
                self.done = None;
            }
            Event::Delta { part, text, .. } => {
                let thought = self.thoughts.contains_key(&**part);
                let kind = if thought { LineKind::Thought } else { LineKind::Said };
                self.output.delta(part, kind, &decode(*text));
            }
            Event::Part(part) => self.part(part),
            _ => {}
        }
    }

    fn part(&mut self, part: &Part) {
        if let Some(used) = self.counter.count(&self.id, part) {
            self.usage.add(&used);
        }
        match (&*part.kind, &part.state, part.text) {
            ("tool", Some(state), _) => {
                let text = printable(&super::call::label(part.tool.as_deref(), state.input));
                self.output.call(part, state, text.clone());
                self.last_call = Some(text);
            }
            ("text" | "reasoning", _, Some(text)) if part.synthetic != Some(true) && part.ignored != Some(true) => {
                let text = decode(text);
                let kind = if self.from_user.contains_key(&*part.message) || part.is_steer() {
                    self.title.get_or_insert_with(|| short(&text));
                    LineKind::Asked
                } else if part.kind == "reasoning" {
                    self.thoughts.insert(part.id.to_string(), ());
                    LineKind::Thought
                } else {
                    LineKind::Said
                };
                self.output.snapshot(&part.id, kind, &text);
            }
            _ => {}
        }
    }

    /// Follows what an event says about the session beside what happened.
    pub fn about(&mut self, about: About<'_>) {
        // Until it has a title of its own, a session is named after the time it began.
        let named = about.title.as_deref().filter(|title| !title.starts_with("New session - "));
        let named = named.filter(|title| !title.starts_with("Child session - "));
        let said = [named, about.agent.as_deref(), about.model.as_deref(), about.directory.as_deref()];
        let known = [&mut self.title, &mut self.agent, &mut self.model, &mut self.directory];
        for ((said, known), last) in said.into_iter().zip(known).zip(&mut self.said) {
            // The same is said again and again, and to mask it takes longer than all the rest.
            let hash = said.map(hash_of);
            if let Some(said) = said.filter(|_| hash != *last) {
                *known = Some(short(said));
                *last = hash;
            }
        }
    }

    /// Follows a finding.
    pub fn found(&mut self, finding: Finding, now: Timestamp) {
        self.state.found(&finding, now);
        let known = self.findings.iter_mut().find(|known| known.episode() == finding.episode());
        if let Some(known) = known {
            *known = finding;
            return;
        }
        push_bounded(&mut self.findings, FINDINGS, finding);
    }

    /// The findings, the gravest that are open first, then those that are over; the latest first among equals.
    pub fn findings(&self) -> Vec<&Finding> {
        let mut findings: Vec<&Finding> = self.findings.iter().rev().collect();
        findings.sort_by_key(|finding| (finding.state == State::Closed, Reverse(finding.grade)));
        findings
    }

    /// The gravest finding that is open.
    pub fn trouble(&self) -> Option<&Finding> {
        self.findings().into_iter().next().filter(|finding| finding.state != State::Closed)
    }

    /// How urgently it needs a person.
    pub fn rank(&self) -> Rank {
        let rank = self.state.rank();
        let is_grave = self.trouble().is_some_and(|finding| finding.grade == Grade::Stop);
        let has_failed = self.done.as_ref().is_some_and(|done| {
            matches!(
                done.outcome,
                Outcome::GaveUp | Outcome::Error | Outcome::Length | Outcome::Empty | Outcome::Refused
            )
        });
        if is_grave || has_failed { rank.min(Rank::Trouble) } else { rank }
    }

    /// Its place in a list, the most urgent first, if it has been in its state for `age` milliseconds. Of those that need a person, the one that waits longest is first;
    /// the others stay where they are.
    pub fn urgency(&self, age: i64) -> (Rank, Reverse<i64>, u64) {
        let rank = self.rank();
        let waits = if rank == Rank::NeedsYou { age } else { 0 };
        (rank, Reverse(waits), self.number)
    }

    /// The last name of its working directory.
    pub fn folder(&self) -> Option<&str> {
        self.directory.as_deref()?.rsplit(['/', '\\']).find(|name| !name.is_empty())
    }

    /// What it asks, what is wrong with it, or what it last did.
    pub fn doing(&self) -> String {
        let on = self.state.on.clone();
        match (self.rank(), self.trouble()) {
            (Rank::NeedsYou, _) => on.unwrap_or_default(),
            (_, Some(finding)) => format!("{}: {}", finding.rule, finding.summary),
            (Rank::Trouble, None) => on.or(self.done.as_ref().map(rest)).unwrap_or_default(),
            _ => on.or_else(|| self.last_call.clone()).unwrap_or_default(),
        }
    }

    /// What to call it: its title, its task, or its id.
    pub fn name(&self) -> &str {
        self.title.as_deref().or(self.task.as_deref()).unwrap_or(&self.id)
    }
}

fn hash_of(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

fn short(text: &str) -> String {
    printable(&excerpt(text, TITLE))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(id: &str, grade: Grade, state: State) -> Finding {
        let record =
            format!(r#"{{"sessionID":"s","finding":"{id}","kind":"loop","grade":"{grade}","state":"{state}"}}"#);
        serde_json::from_str(&record).unwrap()
    }

    #[test]
    fn gravest_open_finding_is_first() {
        let at = Timestamp::from_ms(0);
        let mut session = Session::new("s", 0, at);
        session.found(finding("a", Grade::Stop, State::Closed), at);
        session.found(finding("b", Grade::Notice, State::Open), at);
        session.found(finding("c", Grade::Warn, State::Open), at);
        let order: Vec<&str> = session.findings().into_iter().map(|finding| finding.finding.as_str()).collect();
        assert_eq!(order, ["c", "b", "a"]);
        session.found(finding("a", Grade::Stop, State::Graver), at);
        assert_eq!(
            (session.trouble().map(|finding| finding.finding.as_str()), session.rank()),
            (Some("a"), Rank::Trouble)
        );
    }

    #[test]
    fn findings_are_bounded() {
        let at = Timestamp::from_ms(0);
        let mut session = Session::new("s", 0, at);
        for n in 0..100 {
            session.found(finding(&n.to_string(), Grade::Warn, State::Open), at);
        }
        assert_eq!(session.findings().len(), FINDINGS);
    }
}
