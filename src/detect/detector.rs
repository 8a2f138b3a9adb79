//! Runs all sessions of a stream, each with its own time: takes observations in, gives records out.

use super::call::Call;
use super::config::Config;
use super::hash;
use super::quoted;
use super::rules::{QUOTA, UNPRICED};
use super::session::{Descendant, Effects, LineContext, Session};
use super::sessions::{Sessions, SlotIndex};
use super::signal::Signal;
use crate::redact::{Redactor, on_one_line};
use crate::wire::record;
use crate::wire::record::{
    ActionKind, AnyRecord, CloseReason, Closed, Decision, Finding, Grade, Kind, Opened, Phase, Point, Record, State,
    StateChange, Tick, Turn, Verdict, Why,
};
use crate::wire::{Event, Observation, Raw, Timestamp};
use std::sync::Arc;

/// The rule of findings about sessions that were evicted.
const EVICTED: &str = "evicted";

/// Watches every session of a stream.
pub struct Detector {
    config: Arc<Config>,
    sessions: Sessions,
    /// Whether a tick named the sessions for which time passed: then heartbeats say nothing more.
    ticks_name_sessions: bool,
    /// What was found at `warn` or above: each pair of kind and infrastructure once, in order.
    found: Vec<(Kind, bool)>,
    /// Whether a budget of costs cannot hold, because steps have no price.
    unpriced: bool,
    /// The session that the stream began, and its task, until the session's first event.
    opened: Option<(String, String)>,
}

impl Detector {
    /// A detector that has not read any line.
    pub fn new(config: Config) -> Self {
        Self {
            sessions: Sessions::new(config.max_sessions),
            config: Arc::new(config),
            ticks_name_sessions: false,
            found: Vec::new(),
            unpriced: false,
            opened: None,
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
        match &line.event {
            Event::Record { kind, properties } => self.observe_record(line.ts, kind, *properties, added),
            Event::Heartbeat if !self.ticks_name_sessions => self.tick_all(line.ts, None, added),
            Event::Heartbeat | Event::Other => {}
            _ => {
                if let Some(session) = &line.session {
                    self.observe_event(session, line, call, added);
                }
            }
        }
    }

    /// Ends the stream.
    pub fn finish(&mut self, added: &mut Vec<u8>) {
        for index in self.sessions.all() {
            self.run(index, added, |session, line, effects| session.finish(false, line, effects));
        }
    }

    /// Whether a budget of costs cannot hold, because steps have no price.
    pub(super) fn is_unpriced(&self) -> bool {
        self.unpriced
    }

    /// The kinds of findings at `warn` or above, each once, and whether their cause lies outside the agent.
    pub fn found(&self) -> impl Iterator<Item = (Kind, bool)> + '_ {
        self.found.iter().copied()
    }

    fn observe_event(&mut self, id: &str, line: &Observation<'_>, call: Option<&Call>, added: &mut Vec<u8>) {
        if matches!(line.event, Event::SessionDeleted) {
            if let Some(index) = self.sessions.find(id) {
                self.leave_ancestors(index, added);
                self.sessions.advance(index, line.ts, line.id.as_deref().unwrap_or_default());
                self.run(index, added, |session, _, _| session.end("the session was deleted"));
            }
            self.sessions.remove(id);
            return;
        }
        if let Some(evicted) = self.sessions.eviction(id) {
            self.leave_ancestors(evicted, added);
        }
        let (index, evicted) = self.sessions.get_or_create(id, &self.config);
        if let Some((_, task)) = self.opened.take_if(|(opened, _)| opened == id)
            && let Some(session) = self.sessions.get_mut(index)
        {
            session.set_task(&task);
        }
        if let Event::Session { parent: Some(parent), .. } = &line.event
            && let Some(session) = self.sessions.get_mut(index)
        {
            session.set_parent(parent);
        }
        let ancestors = self.sessions.ancestors(index);
        for member in ancestors.iter().chain([&index]) {
            self.sessions.advance(*member, line.ts, line.id.as_deref().unwrap_or_default());
        }
        if let Some(evicted) = evicted {
            self.write_eviction(index, &evicted, added);
        }
        let before = self.open_requests(index);
        let had_task = self.has_task(index);
        self.run(index, added, |session, context, effects| {
            session.observe(&line.event, call, context, effects);
        });
        self.update_ancestors(index, &ancestors, before, false, added);
        if !had_task && self.has_task(index) {
            self.show_delegation(index, &ancestors, added);
        }
        if line.ts.is_some() {
            for member in ancestors.into_iter().chain([index]) {
                self.fire_timer(member, added);
            }
        }
    }

    fn has_task(&mut self, index: SlotIndex) -> bool {
        self.sessions.get_mut(index).is_some_and(|session| !session.task().is_empty())
    }

    /// Shows the topmost session that a subagent below it was given its task.
    fn show_delegation(&mut self, index: SlotIndex, ancestors: &[SlotIndex], added: &mut Vec<u8>) {
        let Some(root) = ancestors.last() else { return };
        let chain = [index].into_iter().chain(ancestors.iter().copied());
        let tasks: Vec<String> = chain
            .map(|member| self.sessions.get_mut(member).map_or_else(String::new, |s| s.task().to_owned()))
            .collect();
        self.run(*root, added, |session, line, effects| session.record_delegation(&tasks, line, effects));
    }

    fn open_requests(&mut self, index: SlotIndex) -> usize {
        self.sessions.get_mut(index).map_or(0, |s| s.open_requests())
    }

    /// An event of a session ends the silence of its ancestors, its open requests block them too, and while it works
    /// they do not rest. `gone` says that it was deleted.
    fn update_ancestors(
        &mut self,
        index: SlotIndex,
        ancestors: &[SlotIndex],
        requests_before: usize,
        gone: bool,
        added: &mut Vec<u8>,
    ) {
        if ancestors.is_empty() {
            return;
        }
        let Some(session) = self.sessions.get_mut(index) else {
            return;
        };
        let id = session.id().to_owned();
        let requests = if gone { 0 } else { session.open_requests() };
        let works = !gone && session.is_working();
        for ancestor in ancestors {
            self.run(*ancestor, added, |session, line, _| {
                session.record_descendant(line.now, &Descendant { id: &id, requests_before, requests, works });
            });
        }
    }

    /// A session is gone: nothing of it holds its ancestors any longer.
    fn leave_ancestors(&mut self, index: SlotIndex, added: &mut Vec<u8>) {
        let (ancestors, requests) = (self.sessions.ancestors(index), self.open_requests(index));
        self.update_ancestors(index, &ancestors, requests, true, added);
    }

    fn is_working(&mut self, index: SlotIndex) -> bool {
        self.sessions.get_mut(index).is_some_and(|session| session.is_working())
    }

    /// Tells the ancestors of a session that it rests although no event said so.
    fn report_rest(&mut self, index: SlotIndex) {
        let Some(id) = self.sessions.get_mut(index).map(|session| session.id().to_owned()) else {
            return;
        };
        for ancestor in self.sessions.ancestors(index) {
            self.sessions.run(ancestor, &self.config, |session, line| session.record_child_rest(&id, line.now));
        }
    }

    /// Time passed for these sessions, or for all of them.
    fn tick(&mut self, ts: Option<i64>, tick: &Tick, added: &mut Vec<u8>) {
        let Some(sessions) = &tick.sessions else {
            return self.tick_all(ts, tick.paused, added);
        };
        self.ticks_name_sessions = true;
        for index in sessions.iter().filter_map(|id| self.sessions.find(id)).collect::<Vec<_>>() {
            self.tick_one(index, ts, tick.paused, added);
        }
    }

    fn tick_all(&mut self, ts: Option<i64>, paused: Option<i64>, added: &mut Vec<u8>) {
        for index in self.sessions.all() {
            self.tick_one(index, ts, paused, added);
        }
    }

    fn tick_one(&mut self, index: SlotIndex, ts: Option<i64>, paused: Option<i64>, added: &mut Vec<u8>) {
        if let Some(ts) = ts {
            self.sessions.tick(index, ts, paused);
            self.fire_timer(index, added);
        }
    }

    /// Reads a record that was already in the stream.
    fn observe_record(&mut self, ts: Option<i64>, kind: &str, properties: Raw<'_>, added: &mut Vec<u8>) {
        let matters = [Opened::TYPE, Tick::TYPE, Closed::TYPE, Decision::TYPE, record::Action::TYPE];
        if !matters.contains(&kind) {
            return;
        }
        match AnyRecord::parse(kind, properties) {
            Ok(Some(AnyRecord::Opened(opened))) => self.opened = opened.session_id.zip(opened.task),
            Ok(Some(AnyRecord::Tick(tick))) => self.tick(ts, &tick, added),
            Ok(Some(AnyRecord::Closed(closed))) => self.close(ts, &closed, added),
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

    /// The source ends: so do the session that it watched and its descendants, or all sessions.
    fn close(&mut self, ts: Option<i64>, closed: &Closed, added: &mut Vec<u8>) {
        let watched = closed.session_id.as_deref().map(|id| self.sessions.find(id));
        let rests = closed.reason == CloseReason::Rest;
        for index in self.sessions.all() {
            let ends = watched.is_none_or(|watched| {
                watched.is_some_and(|root| root == index || self.sessions.ancestors(index).contains(&root))
            });
            if ends {
                self.sessions.advance(index, ts, "");
                let at_rest = rests && watched.flatten() == Some(index);
                self.run(index, added, |session, line, effects| session.finish(at_rest, line, effects));
            }
        }
    }

    /// Lets a session whose timer has fired check the time.
    fn fire_timer(&mut self, index: SlotIndex, added: &mut Vec<u8>) {
        if self.sessions.take_due(index) {
            let worked = self.is_working(index);
            self.run(index, added, Session::check_time);
            if worked && !self.is_working(index) {
                self.report_rest(index);
            }
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
        let is_root = self.sessions.run(index, &self.config, |session, line| {
            operation(session, line, &mut effects);
            session.show_status(line, &mut effects);
            session.parent().is_none()
        });
        let Some(is_root) = is_root else {
            return;
        };
        if !is_root {
            effects.done = None;
            self.pass_work_up(index, &mut effects);
            self.charge_root(index, &mut effects);
        }
        if !effects.findings.is_empty() || effects.done.is_some() || effects.review.is_some() {
            self.write_effects(index, &effects, added);
        }
        self.write_states(index, &effects.states, added);
    }

    /// Writes changes of a session's state. They come after the findings and turns, which belong together.
    fn write_states(&self, index: SlotIndex, states: &[StateChange], added: &mut Vec<u8>) {
        if states.is_empty() {
            return;
        }
        let at = self.sessions.point(index);
        for state in states {
            append(added, Timestamp::from_ms(at.ts), state);
        }
    }

    /// Adds what the calls of a child session did to the evidence of its ancestors.
    fn pass_work_up(&mut self, child: SlotIndex, effects: &mut Effects) {
        let all = std::mem::take(&mut effects.work);
        if all.is_empty() {
            return;
        }
        for ancestor in self.sessions.ancestors(child) {
            if let Some(session) = self.sessions.get_mut(ancestor) {
                for work in &all {
                    session.record_child_call(work);
                }
            }
        }
    }

    /// Charges the steps of a child session to the budget of its root.
    fn charge_root(&mut self, child: SlotIndex, effects: &mut Effects) {
        let steps = std::mem::take(&mut effects.steps);
        if steps.is_empty() {
            return;
        }
        if let Some(root) = self.sessions.ancestors(child).pop() {
            self.sessions.run(root, &self.config, |session, line| {
                for step in steps {
                    session.charge_child_step(step, line, effects);
                }
            });
        }
    }

    /// Writes findings, then completion, then the turn that follows from either.
    fn write_effects(&mut self, index: SlotIndex, effects: &Effects, added: &mut Vec<u8>) {
        let found = || effects.findings.iter().filter_map(|found| reason_for_review(found).map(|why| (found, why)));
        let why = if effects.done.is_some() {
            Some(Why::Rest)
        } else {
            found().map(|(_, why)| why).max_by_key(|why| *why == Why::Finding).or(effects.review)
        };
        // A session that waits, however long, does not go round once more, and neither does one that is out of quota.
        let counts =
            |(found, why): (&Finding, Why)| why == Why::Finding && found.kind != Kind::Stall && found.rule != QUOTA;
        let is_out = self.sessions.get_mut(index).is_some_and(|session| session.is_out_of_quota());
        let is_iteration = effects.done.is_some() && !is_out || found().any(counts);
        let at = self.sessions.point(index);
        for finding in &effects.findings {
            self.write_finding(&at, finding, added);
        }
        if let Some(done) = &effects.done {
            append(added, Timestamp::from_ms(at.ts), done);
        }
        if let Some(why) = why {
            self.write_turn(index, at, (why, is_iteration), added);
        }
    }

    fn write_finding(&mut self, at: &Point, finding: &Finding, added: &mut Vec<u8>) {
        let finding = &Finding { evidence: quoted::evidence(&finding.evidence), ..finding.clone() };
        append(added, Timestamp::from_ms(at.ts), finding);
        self.unpriced |= finding.kind == Kind::Budget && finding.summary.starts_with(UNPRICED);
        let found = (finding.kind, finding.infra);
        // A budget that is not spent yet is nothing to fail for.
        let limit = if finding.kind == Kind::Budget { Grade::Stop } else { Grade::Warn };
        if finding.grade >= limit && !self.found.contains(&found) {
            self.found.push(found);
        }
    }

    /// Writes a turn of the root session, which is the one that a person started, and whether it is an iteration.
    fn write_turn(&mut self, index: SlotIndex, at: Point, (why, is_iteration): (Why, bool), added: &mut Vec<u8>) {
        let root = self.sessions.ancestors(index).pop().unwrap_or(index);
        let mut effects = Effects::default();
        let begun = self.sessions.run(root, &self.config, |session, line| {
            let turn = session.begin_turn(is_iteration, line, &mut effects);
            (turn, session.id().to_owned())
        });
        let Some((turn, session_id)) = begun else {
            return;
        };
        let turn = Turn { session_id, turn, why, at };
        append(added, Timestamp::from_ms(turn.at.ts), &turn);
        for finding in &effects.findings {
            self.write_finding(&turn.at, finding, added);
        }
    }

    /// Writes that a session was evicted, at the time of the one that took its place.
    fn write_eviction(&mut self, by: SlotIndex, id: &str, added: &mut Vec<u8>) {
        let summary = format!(
            "more than {} sessions at once: this one, the least recently seen, is forgotten (--max-sessions)",
            self.config.max_sessions
        );
        let at = self.sessions.point(by);
        let signal = Signal::new(EVICTED, Kind::Budget, Grade::Notice, 0, summary);
        let finding = Finding { finding: format!("{EVICTED}-{:08x}", hash::of(id) >> 32), ..signal.finding(id, &at) };
        self.write_finding(&at, &finding, added);
    }
}

/// Appends a record. The texts in it still have the line breaks of what they quote.
fn append<T: Record>(added: &mut Vec<u8>, ts: Timestamp, record: &T) {
    record::append_with(added, ts, record, |line| on_one_line(&Redactor::default(), line));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::observe;

    #[test]
    fn evicted_child_does_not_hold_its_parent() {
        let mut detector = Detector::new(Config { max_sessions: 2, ..Config::default() });
        let mut added = Vec::new();
        let mut see = |line: String| detector.observe(&observe(&line).unwrap(), &mut added);
        let asked = r#""type":"permission.asked","properties":{"id":"per_1","permission":"bash""#;
        see(r#"{"ts":1,"type":"session.created","properties":{"info":{"id":"child","parentID":"parent"}}}"#.to_owned());
        see(format!(r#"{{"ts":2,{asked},"sessionID":"child"}}}}"#));
        see(r#"{"ts":3,"type":"session.status","properties":{"sessionID":"parent","status":{"type":"busy"}}}"#
            .to_owned());
        let answer = r#""role":"assistant","time":{"created":3,"completed":4},"finish":"stop""#;
        see(format!(
            r#"{{"ts":4,"type":"message.updated","properties":{{"info":{{"id":"m","sessionID":"parent",{answer}}}}}}}"#
        ));
        see(r#"{"ts":4,"type":"session.status","properties":{"sessionID":"other","status":{"type":"busy"}}}"#
            .to_owned());
        see(r#"{"ts":5,"type":"session.idle","properties":{"sessionID":"parent"}}"#.to_owned());
        let told = String::from_utf8(added).unwrap();
        assert!(told.contains("ocr.detect.done"), "{told}");
    }
}
