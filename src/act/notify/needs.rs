//! Decides, from states and findings and without I/O, which episodes a person should know about. Each begins once and
//! ends once.

use super::message::{Notice, TITLE};
use super::topic::Topic;
use crate::bounded::BoundedMap;
use crate::pipe::tell::masked_excerpt;
use crate::printable::shell_word;
use crate::wire::record::{Finding, Grade, Kind, SessionStatus, State, StateChange};
use url::Url;

/// How many episodes and titles are remembered.
const REMEMBERED: usize = 1000;

/// The rule whose findings are about a quota.
const QUOTA: &str = "quota";

/// An episode that began and is not over.
#[derive(Debug)]
struct Open {
    notice: Notice,
    /// Whether a state tells when it is over; otherwise a finding does.
    by_state: bool,
}

/// The open episodes.
#[derive(Debug)]
pub struct Needs {
    open: BoundedMap<String, Open>,
    titles: BoundedMap<String, String>,
}

impl Default for Needs {
    fn default() -> Self {
        Self { open: BoundedMap::new(REMEMBERED), titles: BoundedMap::new(REMEMBERED) }
    }
}

impl Needs {
    /// Learns the title of a session.
    pub fn titled(&mut self, session: &str, title: &str) {
        self.titles.insert(session.to_owned(), masked_excerpt(title, TITLE));
    }

    /// What a change of a session's state begins and ends. `server` is where a request can be answered.
    pub fn state(&mut self, change: &StateChange, server: Option<&Url>) -> Vec<Notice> {
        let topic = match change.state {
            SessionStatus::Waiting => Some(Topic::Blocked),
            SessionStatus::Quota => Some(Topic::Quota),
            _ => None,
        };
        let notice = topic.map(|topic| self.notice_of(topic, change, server));
        let mut notices: Vec<Notice> = [Topic::Blocked, Topic::Quota]
            .into_iter()
            .filter_map(|topic| self.end_by_state(topic, change, notice.as_ref()))
            .collect();
        if let Some(notice) = notice {
            let key = key(&change.session_id, notice.event);
            if let Some(open) = self.open.get_mut(&key) {
                open.by_state = true;
            } else {
                self.open.insert(key, Open { notice: notice.clone(), by_state: true });
                notices.push(notice);
            }
        }
        notices
    }

    /// Ends the session's episode of this topic, unless it is the one that goes on.
    fn end_by_state(&mut self, topic: Topic, change: &StateChange, now: Option<&Notice>) -> Option<Notice> {
        let key = key(&change.session_id, topic);
        let open = self.open.get(&key)?;
        let goes_on = now.is_some_and(|now| {
            now.event == topic && (!open.by_state || topic == Topic::Quota || now.episode == open.notice.episode)
        });
        if goes_on {
            return None;
        }
        let how = match (change.state, topic) {
            (SessionStatus::Ended, _) => "the session ended",
            (_, Topic::Blocked) => "answered",
            _ => "resumed",
        };
        Some(self.open.remove(&key)?.notice.ended(how))
    }

    /// What a report about a finding begins or ends.
    pub fn finding(&mut self, finding: &Finding) -> Option<Notice> {
        let topic = match finding.kind {
            Kind::Blocked => Topic::Blocked,
            Kind::Stall => Topic::Stall,
            _ if finding.rule == QUOTA => Topic::Quota,
            _ => Topic::Found,
        };
        let id = finding.episode();
        let key = match topic {
            Topic::Blocked | Topic::Quota => key(&finding.session_id, topic),
            _ => format!("{} {id}", finding.session_id),
        };
        if finding.state == State::Closed {
            self.open.get(&key).filter(|open| !open.by_state)?;
            return Some(self.open.remove(&key)?.notice.ended("over"));
        }
        if finding.grade < Grade::Warn || self.open.contains_key(&key) {
            return None;
        }
        let notice = Notice {
            event: topic,
            over: false,
            episode: format!("{} {id}", finding.session_id),
            session_id: finding.session_id.clone(),
            title: self.titles.get(&finding.session_id).cloned(),
            summary: finding.summary.clone(),
            options: Vec::new(),
            command: None,
            until: None,
        };
        self.open.insert(key, Open { notice: notice.clone(), by_state: false });
        Some(notice)
    }

    fn notice_of(&self, topic: Topic, change: &StateChange, server: Option<&Url>) -> Notice {
        let request = change.request.as_deref();
        let summary = match (topic, &change.on) {
            (_, Some(on)) => on.clone(),
            (Topic::Blocked, None) => "the session waits for a person".to_owned(),
            _ => "the provider refuses for now".to_owned(),
        };
        Notice {
            event: topic,
            over: false,
            episode: format!(
                "{} {topic} {}",
                change.session_id,
                request.map_or(change.since.to_string(), str::to_owned)
            ),
            session_id: change.session_id.clone(),
            title: self.titles.get(&change.session_id).cloned(),
            summary,
            options: change.options.clone(),
            command: request.zip(server).map(|(id, server)| command(id, change.options.first(), server)),
            until: change.until,
        }
    }
}

fn key(session: &str, topic: Topic) -> String {
    format!("{session} {topic}")
}

/// The command that answers a request with this option.
fn command(request: &str, option: Option<&String>, server: &Url) -> String {
    let answer = option.map_or("YOUR ANSWER", String::as_str);
    format!("ocr-act --answer {} --server {}", word(&format!("{request}={answer}")), word(server.as_str()))
}

/// One word for the shell. The text comes from lines, and people paste the command.
fn word(text: &str) -> String {
    shell_word(&text.replace(char::is_control, " "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn change(state: &str, more: Value) -> StateChange {
        let mut change = json!({"sessionID": "s", "state": state, "since": 5, "told": "event"});
        change.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        serde_json::from_value(change).unwrap()
    }

    fn asked(id: &str) -> StateChange {
        change("waiting", json!({"request": id, "on": "rm -r x", "options": ["once", "always", "reject"]}))
    }

    fn told(notices: &[Notice]) -> Vec<(Topic, bool)> {
        notices.iter().map(|notice| (notice.event, notice.over)).collect()
    }

    fn found(kind: &str, rule: &str, grade: &str, state: &str) -> Finding {
        let finding = json!({"sessionID": "s", "finding": rule, "kind": kind, "rule": rule, "grade": grade,
            "state": state, "summary": "it is bad"});
        serde_json::from_value(finding).unwrap()
    }

    #[test]
    fn each_request_once() {
        let mut needs = Needs::default();
        needs.titled("s", "Tidy up");
        let server = Url::parse("http://127.0.0.1:4096/").unwrap();
        let first = needs.state(&asked("per_1"), Some(&server));
        assert_eq!(told(&first), [(Topic::Blocked, false)]);
        assert_eq!(
            (first[0].title.as_deref(), first[0].command.as_deref()),
            (Some("Tidy up"), Some("ocr-act --answer per_1=once --server http://127.0.0.1:4096/"))
        );
        assert!(needs.state(&asked("per_1"), Some(&server)).is_empty());
        assert_eq!(needs.finding(&found("blocked", "blocked", "stop", "open")), None);
        let next = needs.state(&asked("per_2"), None);
        assert_eq!(told(&next), [(Topic::Blocked, true), (Topic::Blocked, false)]);
        assert_eq!((next[0].episode == first[0].episode, &*next[0].summary), (true, "answered"));
        assert_eq!(told(&needs.state(&change("working", json!({})), None)), [(Topic::Blocked, true)]);
        assert!(needs.state(&change("resting", json!({})), None).is_empty());
    }

    #[test]
    fn quota_is_one_episode() {
        let mut needs = Needs::default();
        let quota = found("storm", "quota", "warn", "open");
        assert_eq!(needs.finding(&quota).map(|n| n.event), Some(Topic::Quota));
        assert!(needs.state(&change("quota", json!({"until": 99})), None).is_empty());
        assert!(needs.state(&change("quota", json!({"until": 999_999})), None).is_empty());
        assert_eq!(needs.finding(&found("storm", "quota", "warn", "closed")), None);
        let over = needs.state(&change("working", json!({})), None);
        assert_eq!((told(&over), &*over[0].summary), (vec![(Topic::Quota, true)], "resumed"));
    }

    #[test]
    fn findings_by_grade() {
        let mut needs = Needs::default();
        assert_eq!(needs.finding(&found("loop", "repeat", "notice", "open")), None);
        assert_eq!(needs.finding(&found("loop", "repeat", "warn", "graver")).map(|n| n.event), Some(Topic::Found));
        assert_eq!(needs.finding(&found("loop", "repeat", "stop", "graver")), None);
        assert_eq!(needs.finding(&found("stall", "stall", "warn", "open")).map(|n| n.event), Some(Topic::Stall));
        assert_eq!(needs.finding(&found("loop", "repeat", "stop", "closed")).map(|n| n.over), Some(true));
        assert_eq!(needs.finding(&found("loop", "repeat", "stop", "closed")), None);
    }

    #[test]
    fn command_is_one_word_each() {
        let server = Url::parse("http://127.0.0.1:1/").unwrap();
        let option = "it's; rm -r $HOME".to_owned();
        let command = command("que_1", Some(&option), &server);
        assert_eq!(command, r"ocr-act --answer 'que_1=it'\''s; rm -r $HOME' --server http://127.0.0.1:1/");
    }
}
