//! The detector: all sessions of a stream and the stream's time; observations in, records out.

use super::call::Call;
use super::config::Config;
use super::hash;
use super::session::{Effects, LineContext, Session};
use super::sessions::{Sessions, SlotIndex};
use super::signal::Signal;
use crate::wire::record;
use crate::wire::record::{
    ActionKind, AnyRecord, Finding, Grade, Kind, Phase, Point, Record, State, Turn, Verdict, Why,
};
use crate::wire::{Event, Head, Observation, Raw, StreamClock, Timestamp};
use std::sync::Arc;

/// The rule of findings about sessions that were evicted.
const EVICTED: &str = "evicted";

/// Watches every session of a stream.
pub struct Detector {
    config: Arc<Config>,
    sessions: Sessions,
    clock: StreamClock,
    /// The current event.
    point: Point,
    /// What was found at `warn` or above: each pair of kind and infrastructure once, in order.
    found: Vec<(Kind, bool)>,
}

impl Detector {
    /// A detector that has not read any line.
    pub fn new(config: Config) -> Self {
        Self {
            sessions: Sessions::new(config.max_sessions),
            config: Arc::new(config),
            clock: StreamClock::default(),
            point: Point::default(),
            found: Vec::new(),
        }
    }

    /// The configuration.
    pub(super) fn config(&self) -> Arc<Config> {
        Arc::clone(&self.config)
    }

    /// Reads one line, and appends the lines that it causes to `added`.
    pub fn observe(&mut self, line: &Observation<'_>, added: &mut Vec<u8>) {
        self.observe_with(line, None, added);
    }

    /// Reads one line. `call` is the call that ended in it, if that was parsed already.
    pub(super) fn observe_with(&mut self, line: &Observation<'_>, call: Option<&Call>, added: &mut Vec<u8>) {
        self.set_point(line.ts, line.id.as_deref().unwrap_or_default());
        if let Event::Record { kind, properties } = &line.event {
            self.observe_record(kind, *properties, added);
        } else if let Some(session) = &line.session {
            self.observe_event(session, &line.event, call, added);
        }
        if line.ts.is_some() {
            self.fire_timers(added);
        }
    }

    /// Reads a line of a type that means nothing here: only time passes.
    pub fn skip(&mut self, head: &Head<'_>, added: &mut Vec<u8>) {
        self.set_point(Some(head.ts), head.id);
        self.fire_timers(added);
    }

    /// Ends the stream.
    pub fn finish(&mut self, added: &mut Vec<u8>) {
        for index in self.sessions.all() {
            self.run(index, added, Session::finish);
        }
    }

    /// The kinds of findings at `warn` or above, each once, and whether their cause lies outside the agent.
    pub fn found(&self) -> impl Iterator<Item = (Kind, bool)> + '_ {
        self.found.iter().copied()
    }

    fn set_point(&mut self, ts: Option<i64>, id: &str) {
        self.point.ts = self.clock.see(ts).ms();
        id.clone_into(&mut self.point.id);
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn observe_event(&mut self, id: &str, event: &Event<'_>, call: Option<&Call>, added: &mut Vec<u8>) {
        if matches!(event, Event::Other) {
            return;
        }
        if matches!(event, Event::SessionDeleted) {
            self.sessions.remove(id);
            return;
        }
        let (index, evicted) = self.sessions.get_or_create(id, &self.config);
        if let Some(evicted) = evicted {
            self.write_eviction(&evicted, added);
        }
        if let Event::Session { parent: Some(parent) } = event
            && let Some(session) = self.sessions.get_mut(index)
        {
            session.set_parent(parent);
        }
        let before = self.open_requests(index);
        self.run(index, added, |session, line, effects| {
            session.observe(event, call, line, effects);
        });
        self.update_ancestors(index, before);
    }

    fn open_requests(&mut self, index: SlotIndex) -> usize {
        self.sessions.get_mut(index).map_or(0, |s| s.open_requests())
    }

    /// An event of a session ends the silence of its ancestors, and its open requests block them too.
    fn update_ancestors(&mut self, index: SlotIndex, requests_before: usize) {
        let requests = self.open_requests(index);
        let now = self.now();
        for ancestor in self.sessions.ancestors(index) {
            if let Some(session) = self.sessions.get_mut(ancestor) {
                session.record_descendant(now, requests_before, requests);
            }
        }
    }

    /// Reads a record that was already in the stream.
    fn observe_record(&mut self, kind: &str, properties: Raw<'_>, added: &mut Vec<u8>) {
        match kind {
            record::Closed::TYPE => return self.finish(added),
            record::Decision::TYPE | record::Action::TYPE => {}
            _ => return,
        }
        match AnyRecord::parse(kind, properties) {
            Ok(Some(AnyRecord::Decision(decision))) if decision.action == Verdict::Steer => {
                if let Some(index) = self.sessions.find(&decision.session_id)
                    && let Some(session) = self.sessions.get_mut(index)
                {
                    session.expect_message(decision.message.as_deref().unwrap_or_default());
                }
            }
            Ok(Some(AnyRecord::Action(action)))
                if action.action == ActionKind::Steer && action.phase == Phase::Taken =>
            {
                if let Some(index) = self.sessions.find(&action.session_id) {
                    self.run(index, added, Session::mark_steered);
                }
            }
            // A record of another shape than ours means nothing.
            _ => {}
        }
    }

    /// Lets every session whose timer has fired check the time.
    fn fire_timers(&mut self, added: &mut Vec<u8>) {
        while let Some(index) = self.sessions.next_due(self.now()) {
            self.run(index, added, Session::check_time);
        }
    }

    /// Runs an operation on a session, and writes its effects.
    fn run(
        &mut self,
        index: SlotIndex,
        added: &mut Vec<u8>,
        operation: impl FnOnce(&mut Session, &LineContext<'_>, &mut Effects),
    ) {
        let mut effects = Effects::default();
        let line = line_context(&self.config, self.clock.now(), &self.point);
        let Some(session) = self.sessions.get_mut(index) else {
            return;
        };
        operation(session, &line, &mut effects);
        let is_root = session.parent().is_none();
        self.sessions.set_timer(index, &line);
        if !is_root {
            effects.done = None;
            self.charge_root(index, &mut effects);
        }
        if !effects.findings.is_empty() || effects.done.is_some() || effects.review.is_some() {
            self.write_effects(index, &effects, added);
        }
    }

    /// Charges the steps of a child session to the budget of its root.
    fn charge_root(&mut self, child: SlotIndex, effects: &mut Effects) {
        let steps = std::mem::take(&mut effects.steps);
        if steps.is_empty() {
            return;
        }
        let root = self.sessions.ancestors(child).pop();
        let line = line_context(&self.config, self.clock.now(), &self.point);
        if let Some(session) = root.and_then(|root| self.sessions.get_mut(root)) {
            for step in steps {
                session.charge_child_step(step, &line, effects);
            }
        }
    }

    /// Writes findings, then completion, then the turn that follows from either.
    fn write_effects(&mut self, index: SlotIndex, effects: &Effects, added: &mut Vec<u8>) {
        let why = if effects.done.is_some() {
            Some(Why::Rest)
        } else {
            let findings = effects.findings.iter().filter_map(reason_for_review);
            findings.max_by_key(|why| *why == Why::Finding).or(effects.review)
        };
        for finding in &effects.findings {
            self.write_finding(finding, added);
        }
        if let Some(done) = &effects.done {
            record::append(added, self.now(), done);
        }
        if let Some(why) = why {
            self.write_turn(index, why, added);
        }
    }

    fn write_finding(&mut self, finding: &Finding, added: &mut Vec<u8>) {
        record::append(added, self.now(), finding);
        let found = (finding.kind, finding.infra);
        if finding.grade >= Grade::Warn && !self.found.contains(&found) {
            self.found.push(found);
        }
    }

    /// Writes a turn of the root session, which is the one that a person started.
    fn write_turn(&mut self, index: SlotIndex, why: Why, added: &mut Vec<u8>) {
        let root = self.sessions.ancestors(index).pop().unwrap_or(index);
        let mut effects = Effects::default();
        let line = line_context(&self.config, self.clock.now(), &self.point);
        let Some(session) = self.sessions.get_mut(root) else {
            return;
        };
        let turn = Turn {
            turn: session.begin_turn(&line, &mut effects),
            session_id: session.id().to_owned(),
            why,
            at: self.point.clone(),
        };
        record::append(added, self.now(), &turn);
        for finding in &effects.findings {
            self.write_finding(finding, added);
        }
    }

    fn write_eviction(&mut self, id: &str, added: &mut Vec<u8>) {
        let summary = format!(
            "more than {} sessions at once: this one, the least recently seen, is forgotten (--max-sessions)",
            self.config.max_sessions
        );
        let signal = Signal::new(EVICTED, Kind::Budget, Grade::Notice, 0, summary);
        let finding =
            Finding { finding: format!("{EVICTED}-{:08x}", hash::of(id) >> 32), ..signal.finding(id, &self.point) };
        self.write_finding(&finding, added);
    }
}

fn line_context<'a>(config: &'a Config, now: Timestamp, point: &'a Point) -> LineContext<'a> {
    LineContext { config, now, point }
}

/// Why a finding is a reason for a review, if it is. A spent budget is none.
fn reason_for_review(finding: &Finding) -> Option<Why> {
    let is_news = matches!(finding.state, State::Open | State::Graver);
    match finding.kind {
        Kind::Budget => None,
        Kind::Stall if finding.state == State::Open => Some(Why::Silence),
        _ if is_news && finding.grade >= Grade::Warn => Some(Why::Finding),
        _ => None,
    }
}
