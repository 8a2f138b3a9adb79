//! What the lines say to a review: the records of ours, and the few events that a case is made of.

use super::desk::Desk;
use super::evidence;
use super::flight::Flight;
use super::moment::{self, Moment, Subject};
use crate::wire::Raw;
use crate::wire::record::{Decision, Done, Finding, Kind, Opened, Record, State, Turn, Why};
use crate::wire::{Event, observe};
use regex::bytes::Regex;
use serde::de::DeserializeOwned;
use std::sync::LazyLock;

/// Rules out the lines that cannot matter while nothing is under way. It may let too many through, never too few:
/// a record of ours, the agent's list, what changed, a message of the user's, a session that is gone.
static MATTERS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#""ocr\.|"todo\.updated"|"session\.diff"|"session\.deleted"|"user""#).ok());

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
        let stamp = stamp(line);
        let matters = MATTERS.as_ref().is_none_or(|matters| matters.is_match(line));
        let ready = if matters
            || stamp.is_none()
            || self.flight.as_ref().is_some_and(Flight::listens)
            || self.cases.is_listening()
        {
            self.read(&String::from_utf8_lossy(line), matters)
        } else {
            self.now = stamp.unwrap_or(self.now);
            self.release()
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
        moment::worth_asking(std::mem::take(&mut self.listener.held))
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
        if let Some(flight) = &mut self.flight {
            flight.hear(seen.session.as_deref(), &seen.event);
        }
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
                tracing::warn!("a line {kind} is not understood and not judged: {error}");
                Heard::Complete
            }
        }
    }

    fn hear_opened(&mut self, opened: Opened) -> Heard {
        // A new stream: nothing before it belongs to it.
        self.recent.clear();
        if let (Some(session), Some(task)) = (opened.session_id, opened.task) {
            self.cases.of(&session, self.now).task = Some(evidence::task(&task, &self.masker));
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
            self.listener
                .held
                .retain(|m| m.finding().is_none_or(|f| f.finding != finding.finding));
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
            Why::Silence if held.iter().any(|m| m.finding().is_some()) => return Heard::Complete,
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

/// The time of a line that begins with it, as those of `ocr-stream` do.
fn stamp(line: &[u8]) -> Option<i64> {
    let rest = line.strip_prefix(b"{\"ts\":")?;
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    if rest.get(digits) != Some(&b',') {
        return None;
    }
    std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()
}
