//! The sessions of a stream, each with its case; a bounded number of them.

use super::context::Case;
use crate::review::prompt::evidence;
use crate::review::redact::Masker;
use crate::wire::{Event, Observation, text};
use std::collections::HashMap;

/// How many sessions are remembered at a time.
const SESSIONS: usize = 256;
/// For how many lines the text of a user's message is waited for.
const PATIENCE: u32 = 200;

/// Every session that is remembered.
#[derive(Default)]
pub(crate) struct Cases {
    known: HashMap<String, (u64, Case)>,
    /// Counts up with each use: the session with the lowest number was used longest ago.
    used: u64,
    /// How many sessions wait for the text of their user's message.
    awaiting: usize,
}

impl Cases {
    /// The case of a session, which is opened where there is none.
    pub(crate) fn of(&mut self, session: &str, now: i64) -> &mut Case {
        self.used += 1;
        if !self.known.contains_key(session) {
            self.make_room();
            let case = Case {
                since: Some(now),
                ..Case::default()
            };
            self.known.insert(session.to_owned(), (self.used, case));
        }
        let (used, case) = self.known.entry(session.to_owned()).or_default();
        *used = self.used;
        case
    }

    /// When a reviewer was last asked about a session, in the time of the lines.
    pub(crate) fn asked(&self, session: &str) -> Option<i64> {
        self.known.get(session)?.1.asked
    }

    fn make_room(&mut self) {
        if self.known.len() < SESSIONS {
            return;
        }
        let oldest = self
            .known
            .iter()
            .min_by_key(|(_, (used, _))| *used)
            .map(|(id, _)| id.clone());
        if let Some(oldest) = oldest {
            self.known.remove(&oldest);
        }
        self.count_awaiting();
    }

    pub(crate) fn forget(&mut self, session: &str) {
        self.known.remove(session);
        self.count_awaiting();
    }

    /// Whether every line has to be read, because a task is about to be told.
    pub(crate) fn is_listening(&self) -> bool {
        self.awaiting > 0
    }

    fn count_awaiting(&mut self) {
        self.awaiting = self
            .known
            .values()
            .filter(|(_, case)| case.awaited.is_some())
            .count();
    }

    /// Takes what an event of the server says about its session. `line` is the whole line.
    pub(crate) fn hear(&mut self, seen: &Observation<'_>, line: &str, now: i64, masker: &Masker) {
        let Some(session) = seen.session.as_deref() else {
            return;
        };
        match &seen.event {
            Event::SessionDeleted => self.forget(session),
            Event::Todos(todos) => self.of(session, now).list(todos, masker),
            Event::Diff { .. } => self.of(session, now).change(line, masker),
            Event::Message {
                id, from_user: true, ..
            } => {
                self.of(session, now).user_wrote(id, PATIENCE);
                self.count_awaiting();
            }
            Event::Part(part) if part.kind == "patch" => {
                if let Some(files) = part.files {
                    self.of(session, now).patch(files, masker);
                }
            }
            _ if self.awaiting > 0 => self.listen(session, &seen.event, masker),
            _ => {}
        }
    }

    /// Looks for the text of the user's message, which is the task.
    fn listen(&mut self, session: &str, event: &Event<'_>, masker: &Masker) {
        let Some((_, case)) = self.known.get_mut(session) else {
            return;
        };
        let Some((message, patience)) = &mut case.awaited else {
            return;
        };
        *patience -= 1;
        if let Event::Part(part) = event
            && part.message == *message
            && part.synthetic != Some(true)
            && part.kind == "text"
            && let Some(raw) = part.text
        {
            case.task = Some(evidence::task(&text::decode(raw), masker));
            case.awaited = None;
        } else if *patience == 0 {
            case.awaited = None;
        }
        self.count_awaiting();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::observe;

    fn told(lines: &[&str]) -> Option<String> {
        let mut cases = Cases::default();
        for line in lines {
            cases.hear(&observe(line).unwrap(), line, 0, &Masker::default());
        }
        assert!(!cases.is_listening());
        cases.of("s", 0).task.clone()
    }

    #[test]
    fn the_task_is_the_text_of_the_users_first_message() {
        let lines = [
            r#"{"type":"message.updated","properties":{"sessionID":"s","info":{"id":"m1","role":"user"}}}"#,
            r#"{"type":"message.part.updated","properties":{"sessionID":"s","part":{"id":"p0","messageID":"m1","type":"text","synthetic":true,"text":"<system>"}}}"#,
            r#"{"type":"message.part.updated","properties":{"sessionID":"s","part":{"id":"p1","messageID":"m1","type":"text","text":"Fix it"}}}"#,
            r#"{"type":"message.updated","properties":{"sessionID":"s","info":{"id":"m2","role":"user"}}}"#,
            r#"{"type":"message.part.updated","properties":{"sessionID":"s","part":{"id":"p2","messageID":"m2","type":"text","text":"Go on"}}}"#,
        ];
        assert_eq!(told(&lines).as_deref(), Some("Fix it"));
    }

    #[test]
    fn the_number_of_sessions_is_bounded_and_the_one_in_use_is_kept() {
        let mut cases = Cases::default();
        for n in 0..10_000 {
            cases.of("mine", 0).turn = 7;
            cases.of(&format!("s{n}"), 0);
        }
        assert!(cases.known.len() <= SESSIONS);
        assert_eq!(cases.of("mine", 0).turn, 7);
    }
}
