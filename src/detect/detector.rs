//! The judge: lines in, records out. A pure function of the lines.

use super::call::Call;
use super::config::Config;
use super::hash;
use super::session::{Now, Effects, Session};
use super::sessions::{Place, Sessions};
use crate::wire::Raw;
use crate::wire::record;
use crate::wire::record::{ActionKind, Finding, Grade, Kind, Phase, Point, State, Turn, Verdict, Why};
use crate::wire::{Event, Head, Observation};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// The rule of the line that says a session was forgotten.
pub(crate) const EVICTED: &str = "evicted";

/// Times beyond this are no times: the largest integer that every JSON reader keeps.
pub(super) const MAX_TIME: i64 = 1 << 53;

/// Watches every session of a stream.
pub struct Detector {
    config: Arc<Config>,
    sessions: Sessions,
    /// The time of the stream.
    now: i64,
    /// The latest event.
    point: Point,
    /// What has been found, for the exit code.
    gravest: Vec<(Kind, bool, Grade, String)>,
}

impl Detector {
    /// A detector that has seen nothing yet.
    pub fn new(config: Config) -> Self {
        Self {
            sessions: Sessions::new(config.max_sessions),
            config: Arc::new(config),
            now: 0,
            point: Point::default(),
            gravest: Vec::new(),
        }
    }

    /// What it goes by.
    pub(super) fn config(&self) -> Arc<Config> {
        Arc::clone(&self.config)
    }

    /// Takes one line in, and appends the lines that follow from it to `added`.
    pub fn observe(&mut self, line: &Observation<'_>, added: &mut Vec<u8>) {
        self.observe_with(line, None, added);
    }

    /// The same, with the call that came to its end in it, if it has been read already.
    pub(super) fn observe_with(&mut self, line: &Observation<'_>, call: Option<&Call>, added: &mut Vec<u8>) {
        self.is_at(line.ts, line.id.as_deref().unwrap_or_default());
        if let Event::Record { kind, properties } = &line.event {
            self.record(kind, *properties, added);
        } else if let Some(session) = &line.session {
            self.event(session, &line.event, call, added);
        }
        if line.ts.is_some() {
            self.time(added);
        }
    }

    /// Takes in a line that says nothing but that time passes: an event that means nothing here.
    pub fn pass(&mut self, head: &Head<'_>, added: &mut Vec<u8>) {
        self.is_at(Some(head.ts), head.id);
        self.time(added);
    }

    fn is_at(&mut self, ts: Option<i64>, id: &str) {
        if let Some(ts) = ts {
            self.now = ts.clamp(-MAX_TIME, MAX_TIME);
        }
        self.point.ts = self.now;
        id.clone_into(&mut self.point.id);
    }

    /// No more lines will come.
    pub fn finish(&mut self, added: &mut Vec<u8>) {
        for place in self.sessions.all() {
            self.with(place, added, Session::finish);
        }
    }

    /// What was found at `warn` or above, of which kind and rule, each once.
    pub fn found(&self) -> impl Iterator<Item = (Kind, bool)> + '_ {
        self.gravest.iter().map(|(kind, infra, ..)| (*kind, *infra))
    }

    fn event(&mut self, id: &str, event: &Event<'_>, call: Option<&Call>, added: &mut Vec<u8>) {
        if matches!(event, Event::Other) {
            return;
        }
        if matches!(event, Event::SessionDeleted) {
            self.sessions.remove(id);
            return;
        }
        let (place, evicted) = self.sessions.use_or_make(id, &self.config);
        if let Some(evicted) = evicted {
            self.say_evicted(&evicted, added);
        }
        if let Event::Session { parent: Some(parent) } = event
            && let Some(session) = self.sessions.get_mut(place)
            && **parent != *id
        {
            session.parent = Some(parent.clone().into_owned());
        }
        let before = self.open_requests(place);
        self.with(place, added, |session, now, said| {
            session.observe(event, call, now, said);
        });
        self.tell_ancestors(place, before);
    }

    fn open_requests(&mut self, place: Place) -> u32 {
        let open = self.sessions.get_mut(place).map(|s| s.activity.requests.len());
        u32::try_from(open.unwrap_or_default()).unwrap_or(u32::MAX)
    }

    /// A working child is no silence of its parent, and a child's open request is the parent's too.
    fn tell_ancestors(&mut self, place: Place, before: u32) {
        let after = self.open_requests(place);
        let now = self.now;
        for above in self.sessions.ancestors(place) {
            if let Some(session) = self.sessions.get_mut(above) {
                let activity = &mut session.activity;
                activity.last = now;
                activity.requests_below = activity
                    .requests_below
                    .saturating_add(after)
                    .saturating_sub(before);
            }
        }
    }

    /// A line of ours that was already in the stream.
    fn record(&mut self, kind: &str, properties: Raw<'_>, added: &mut Vec<u8>) {
        match kind {
            "ocr.stream.closed" => self.finish(added),
            "ocr.review.decision" => {
                let decided = read::<record::Decision>(properties).filter(|d| d.action == Verdict::Steer);
                if let Some(decision) = decided
                    && let Some(place) = self.sessions.find(&decision.session_id)
                    && let Some(session) = self.sessions.get_mut(place)
                {
                    session.expects(decision.message.as_deref().unwrap_or_default());
                }
            }
            "ocr.act.action" => {
                let taken = |a: &record::Action| a.action == ActionKind::Steer && a.phase == Phase::Taken;
                if let Some(action) = read::<record::Action>(properties).filter(taken)
                    && let Some(place) = self.sessions.find(&action.session_id)
                {
                    self.with(place, added, |session, now, said| {
                        session.steered(now, said);
                    });
                }
            }
            _ => {}
        }
    }

    /// Tells every session whose time has come.
    fn time(&mut self, added: &mut Vec<u8>) {
        while let Some(place) = self.sessions.due(self.now) {
            self.with(place, added, Session::time);
        }
    }

    /// Lets a session do something, and writes what it says.
    fn with(&mut self, at: Place, added: &mut Vec<u8>, deed: impl FnOnce(&mut Session, &LineContext<'_>, &mut Effects)) {
        let mut said = Effects::default();
        let now = Now {
            config: &self.config,
            ts: self.now,
            point: &self.point,
        };
        let Some(session) = self.sessions.get_mut(at) else {
            return;
        };
        deed(session, &now, &mut said);
        let is_root = session.parent.is_none();
        self.sessions.arm(at, &now);
        if !is_root {
            said.done = None;
            self.pay(at, &mut said);
        }
        if !said.findings.is_empty() || said.done.is_some() || said.why.is_some() {
            self.write(at, &said, added);
        }
    }

    /// A child's steps are paid from the budget of the session at the top.
    fn pay(&mut self, child: Place, effects: &mut Effects) {
        let steps = std::mem::take(&mut said.steps);
        let top = if steps.is_empty() {
            None
        } else {
            self.sessions.ancestors(child).pop()
        };
        let now = Now {
            config: &self.config,
            ts: self.now,
            point: &self.point,
        };
        if let Some(session) = top.and_then(|top| self.sessions.get_mut(top)) {
            for step in steps {
                session.child_step(step, &now, said);
            }
        }
    }

    /// Writes findings, then rest, then the turn that follows from either.
    fn write(&mut self, at: Place, said: &Effects, added: &mut Vec<u8>) {
        let why = if said.done.is_some() {
            Some(Why::Rest)
        } else {
            said.findings
                .iter()
                .filter_map(calls_for_review)
                .max_by_key(|why| *why == Why::Finding)
                .or(said.why)
        };
        for finding in &said.findings {
            self.write_finding(finding, added);
        }
        if let Some(done) = &said.done {
            record::append(added, self.now, done);
        }
        if let Some(why) = why {
            self.write_turn(at, why, added);
        }
    }

    fn write_finding(&mut self, finding: &Finding, added: &mut Vec<u8>) {
        record::append(added, self.now, finding);
        let known = |kind: &(Kind, bool, Grade, String)| kind.0 == finding.kind && kind.1 == finding.infra;
        if finding.grade >= Grade::Warn && !self.gravest.iter().any(known) {
            self.gravest
                .push((finding.kind, finding.infra, finding.grade, finding.rule.clone()));
        }
    }

    /// Turns are those of the session at the top: it is the one that a person started.
    fn write_turn(&mut self, at: Place, why: Why, added: &mut Vec<u8>) {
        let top = self.sessions.ancestors(at).pop().unwrap_or(at);
        let mut said = Effects::default();
        let now = Now {
            config: &self.config,
            ts: self.now,
            point: &self.point,
        };
        let Some(session) = self.sessions.get_mut(top) else {
            return;
        };
        let turn = Turn {
            turn: session.turn(&now, &mut said),
            session_id: session.id().to_owned(),
            why,
            at: self.point.clone(),
        };
        record::append(added, self.now, &turn);
        for finding in &said.findings {
            self.write_finding(finding, added);
        }
    }

    fn say_evicted(&mut self, id: &str, added: &mut Vec<u8>) {
        let finding = Finding {
            session_id: id.to_owned(),
            finding: format!("{EVICTED}-{:08x}", hash::of(id) >> 32),
            kind: Kind::Budget,
            rule: EVICTED.to_owned(),
            grade: Grade::Notice,
            state: State::Open,
            summary: format!(
                "more than {} sessions at once: this one, the least recently seen, is forgotten (--max-sessions)",
                self.config.max_sessions
            ),
            period: 0,
            laps: 1,
            since: self.point.clone(),
            last: self.point.clone(),
            wasted: record::Wasted::default(),
            evidence: Vec::new(),
            rollback_to: None,
            waiting_on: None,
            infra: false,
        };
        self.write_finding(&finding, added);
    }
}

/// Whether a finding is a natural point for a review, and why. A spent budget needs none.
fn calls_for_review(finding: &Finding) -> Option<Why> {
    let news = matches!(finding.state, State::Open | State::Graver);
    match finding.kind {
        Kind::Budget => None,
        Kind::Stall if finding.state == State::Open => Some(Why::Silence),
        _ if news && finding.grade >= Grade::Warn => Some(Why::Finding),
        _ => None,
    }
}

/// A record of ours; none where it is not of the shape that we write.
fn read<T: DeserializeOwned>(properties: Raw<'_>) -> Option<T> {
    serde_json::from_str(properties.get()).ok()
}
