//! What the lines say to a review: the records of ours, and the few events that a case is made of.

pub(crate) mod context;
pub(crate) mod contexts;
pub(crate) mod recent;
pub(crate) mod trigger;

use super::prompt::evidence;
use super::queue::Desk;
use crate::wire::record::{Decision, Done, Finding, Kind, Opened, PREFIX, Record, State, Turn, Why};
use crate::wire::{Event, Raw, head, observe};
use memchr::memmem::Finder;
use regex::bytes::Regex;
use serde::de::DeserializeOwned;
use std::sync::LazyLock;
use trigger::{Moment, Subject};

/// Rules out the lines that cannot matter while nothing is under way, of those whose head cannot be read.
static MATTERS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#""ocr\.|"todo\.updated"|"session\.diff"|"session\.deleted"|"user"|"patch""#).ok()
});
static USER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"user\""));
static PATCH: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"patch\""));

/// Whether a line can matter while nothing is under way: a record of ours, the agent's list, what changed, a message
/// of the user's, a session that is gone. It may let too many through, never too few.
fn matters(kind: &str, line: &[u8]) -> bool {
    match kind {
        "todo.updated" | "session.diff" | "session.deleted" => true,
        "message.updated" => USER.find(line).is_some(),
        "message.part.updated" => PATCH.find(line).is_some(),
        _ => kind.starts_with(PREFIX),
    }
}

/// What was heard and waits for the lines that belong to it: a finding for its turn, a rest for both its lines.
#[derive(Default)]
pub(super) struct Listener {
    held: Vec<Moment>,
    /// Whether the line before was a broken record: a burst is reported once.
    in_garbage: bool,
}

/// Whether what was heard is complete; otherwise the next line tells.
#[derive(PartialEq, Eq)]
enum Heard {
    Complete,
    MoreMayCome,
}

impl Desk {
    /// Looks at a line, and returns the moments that it completes.
    pub(super) fn look(&mut self, line: &[u8]) -> Vec<Moment> {
        let head = head(line);
        let matters = match head {
            Some(head) => matters(head.kind, line),
            None => MATTERS.as_ref().is_none_or(|matters| matters.is_match(line)),
        };
        let ready = match head {
            Some(head) if !matters && !self.listens() && !self.cases.is_listening() => {
                self.now = head.ts;
                self.release()
            }
            _ => self.read(&String::from_utf8_lossy(line), matters),
        };
        if self.keeps_recent {
            self.recent.push(line, &self.masker);
        }
        ready
    }

    /// The moments that nothing more can belong to.
    pub(super) fn release(&mut self) -> Vec<Moment> {
        if self.listener.held.is_empty() {
            return Vec::new();
        }
        trigger::worth_asking(std::mem::take(&mut self.listener.held))
    }

    fn read(&mut self, line: &str, matters: bool) -> Vec<Moment> {
        let Ok(seen) = observe(line) else {
            let broken = matters && !line.trim().is_empty();
            if broken && !std::mem::replace(&mut self.listener.in_garbage, true) {
                tracing::warn!("a line is no JSON object; it is passed on and not looked at");
            }
            return self.release();
        };
        self.listener.in_garbage = false;
        self.now = seen.ts.unwrap_or(self.now);
        if let Event::Record { kind, properties } = &seen.event {
            return self.hear_record(kind, *properties);
        }
        self.hear(seen.session.as_deref(), &seen.event);
        self.cases.hear(&seen, line, self.now, &self.masker);
        self.release()
    }

    /// A record of ours. Those of a detector belong together; everything else ends what was held.
    fn hear_record(&mut self, kind: &str, properties: Raw<'_>) -> Vec<Moment> {
        let heard = match kind {
            Finding::TYPE => self.understood(kind, properties, Self::hear_finding),
            Done::TYPE => self.understood(kind, properties, Self::hear_done),
            Turn::TYPE => self.understood(kind, properties, Self::hear_turn),
            Opened::TYPE => self.understood(kind, properties, Self::hear_opened),
            Decision::TYPE => self.understood(kind, properties, Self::hear_decision),
            _ => Heard::Complete,
        };
        if heard == Heard::Complete {
            self.release()
        } else {
            Vec::new()
        }
    }

    fn understood<T: DeserializeOwned>(
        &mut self,
        kind: &str,
        properties: Raw<'_>,
        hear: fn(&mut Self, T) -> Heard,
    ) -> Heard {
        match serde_json::from_str::<T>(properties.get()) {
            Ok(record) => hear(self, record),
            Err(error) => {
                // It repeats what it could not read.
                let error = error.to_string();
                let error = self.masker.mask(&error);
                tracing::warn!("a line {kind} is not understood and not judged: {error}");
                Heard::Complete
            }
        }
    }

    fn hear_opened(&mut self, opened: Opened) -> Heard {
        // A new stream: nothing before it belongs to it.
        self.recent.clear();
        if let Some(session) = opened.session_id {
            let case = self.cases.of(&session, self.now);
            case.directory = opened.directory;
            if let Some(task) = opened.task {
                case.task = Some(evidence::task(&task, &self.masker));
            }
        }
        Heard::Complete
    }

    fn hear_decision(&mut self, decision: Decision) -> Heard {
        self.cases.of(&decision.session_id, self.now).decided(&decision);
        Heard::Complete
    }

    fn hear_finding(&mut self, mut finding: Finding) -> Heard {
        if finding.finding.is_empty() {
            // A detector of a user's own: the rule stands for the episode.
            finding.finding = if finding.rule.is_empty() {
                format!("{:?}", finding.kind).to_lowercase()
            } else {
                finding.rule.clone()
            };
        }
        if let Some(flight) = &mut self.flight {
            flight.hear_finding(&finding);
        }
        if finding.state == State::Closed {
            self.drop_closed(&finding.session_id, &finding.finding);
            self.listener.held.retain(|m| {
                m.session != finding.session_id || m.finding().is_none_or(|f| f.finding != finding.finding)
            });
        }
        let case = self.cases.of(&finding.session_id, self.now);
        let iteration = case.turn.max(1);
        // A turn follows a finding that is new or graver, unless it is about a budget.
        let alone = finding.kind == Kind::Budget || !matches!(finding.state, State::Open | State::Graver);
        if let Some(grown) = case.hear(finding.clone()) {
            self.listener.held.push(Moment {
                session: finding.session_id.clone(),
                iteration,
                judged: judged_id(&finding),
                subject: Subject::Trouble {
                    finding: Box::new(finding),
                    grown,
                },
            });
        }
        if alone {
            Heard::Complete
        } else {
            Heard::MoreMayCome
        }
    }

    fn hear_done(&mut self, done: Done) -> Heard {
        if let Some(flight) = &mut self.flight {
            flight.hear_done(&done);
        }
        let case = self.cases.of(&done.session_id, self.now);
        let iteration = case.turn.max(1);
        let judged = done.evidence.last().map(|e| e.id.clone()).unwrap_or_default();
        let session = done.session_id.clone();
        let subject = Subject::Rest(Some(Box::new(done)));
        // The turn may have come first.
        if let Some(held) = self
            .listener
            .held
            .iter_mut()
            .find(|m| m.session == session && m.is_rest())
        {
            held.subject = subject;
            return Heard::Complete;
        }
        self.listener.held.push(Moment {
            session,
            iteration,
            judged,
            subject,
        });
        Heard::MoreMayCome
    }

    fn hear_turn(&mut self, turn: Turn) -> Heard {
        if let Some(flight) = &mut self.flight {
            flight.hear_turn(&turn);
        }
        self.cases.of(&turn.session_id, self.now).turn = turn.turn;
        let held = &mut self.listener.held;
        // The turn is told after the findings that it follows from, which may be of a subagent.
        held.iter_mut()
            .filter(|m| !m.is_rest() || m.session == turn.session_id)
            .for_each(|m| m.iteration = turn.turn);
        let rested = held
            .iter_mut()
            .find(|m| m.session == turn.session_id && m.is_rest());
        let subject = match turn.why {
            Why::Rest => match rested {
                Some(rest) => {
                    if !turn.at.id.is_empty() {
                        rest.judged = turn.at.id;
                    }
                    return Heard::Complete;
                }
                None => Subject::Rest(None),
            },
            // The finding says more.
            Why::Finding => return Heard::Complete,
            Why::Silence
                if held
                    .iter()
                    .any(|m| m.session == turn.session_id && m.finding().is_some()) =>
            {
                return Heard::Complete;
            }
            Why::Silence => Subject::Silence,
            Why::Interval => Subject::Interval,
        };
        let rests = matches!(subject, Subject::Rest(_));
        held.push(Moment {
            session: turn.session_id,
            iteration: turn.turn,
            judged: turn.at.id,
            subject,
        });
        if rests {
            Heard::MoreMayCome
        } else {
            Heard::Complete
        }
    }
}

/// The event that a finding is judged by: its latest, or one that it rests on where the latest was silence.
fn judged_id(finding: &Finding) -> String {
    let evidence = finding.evidence.last().map(|e| &e.id);
    let ids = [Some(&finding.last.id), evidence, Some(&finding.since.id)];
    ids.into_iter()
        .flatten()
        .find(|id| !id.is_empty())
        .cloned()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
