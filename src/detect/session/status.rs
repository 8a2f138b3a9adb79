//! Tracks what the session does now, or whom it waits for, and reports each change.

use super::effects::{Effects, LineContext};
use super::state::State;
use crate::detect::fact::activity::Request;
use crate::detect::hash;
use crate::detect::provider::{ProviderError, ProviderFault};
use crate::detect::quoted::quoted;
use crate::wire::record::{Done, Outcome, SessionStatus, StateChange, Told};
use crate::wire::text::EXCERPT;
use crate::wire::{Event, Timestamp};

/// How long a call runs before it is worth a change of the state, in milliseconds: ticks come each second, so it has
/// been running for at least one of them. Most calls are over by then, and the next one begins.
const LONG_CALL: i64 = 2_000;
/// A wait that the provider asks for and that is longer than this is a quota's, in milliseconds: what the rules call a
/// quota, too.
const LONG_WAIT: i64 = 120_000;
/// Two times to wait for that are closer than this are the same, in milliseconds: providers compute them anew for each
/// answer.
const SAME_TIME: i64 = 60_000;

/// What the provider said when it last failed.
struct Outage {
    words: String,
    fault: ProviderFault,
    until: Option<i64>,
    /// Whether it is worth waiting for.
    quota: bool,
}

impl Outage {
    fn read(words: &str, next: Option<i64>, now: i64) -> Self {
        let read = ProviderError::read(words, now);
        let until = read.until.into_iter().chain(next).max();
        let wait = until.map_or(0, |until| until.saturating_sub(now));
        let quota = read.fault == ProviderFault::Quota || wait >= LONG_WAIT;
        Self { words: quoted(words, EXCERPT), fault: read.fault, until, quota }
    }

    fn status(&self, otherwise: SessionStatus) -> Doing<'_> {
        let status = if self.quota { SessionStatus::Quota } else { otherwise };
        let until = self.until.filter(|_| self.quota);
        Doing { until, about: self.fault as u64, ..Doing::of(status, &self.words) }
    }
}

/// How the session came to rest.
struct Rest {
    since: i64,
    told: Told,
    status: SessionStatus,
    /// The question that it asks.
    on: String,
}

/// What the session does.
struct Doing<'a> {
    status: SessionStatus,
    on: &'a str,
    /// Equal as long as the state is the same.
    about: u64,
    since: Option<i64>,
    until: Option<i64>,
    request: Option<&'a Request>,
    told: Told,
}

impl<'a> Doing<'a> {
    fn of(status: SessionStatus, on: &'a str) -> Self {
        Self { status, on, about: 0, since: None, until: None, request: None, told: Told::Event }
    }
}

/// The state that was written last.
struct Shown {
    status: SessionStatus,
    about: u64,
    until: Option<i64>,
}

impl Shown {
    fn is(&self, status: &Doing<'_>) -> bool {
        let same_time = match (self.until, status.until) {
            (Some(one), Some(other)) => one.abs_diff(other) < SAME_TIME.unsigned_abs(),
            (one, other) => one == other,
        };
        self.status == status.status && self.about == status.about && same_time
    }
}

/// Follows the state of a session.
#[derive(Default)]
pub(crate) struct StatusTracker {
    shown: Option<Shown>,
    /// What the provider said, while it is asked again.
    retry: Option<Outage>,
    /// What ended the session's latest answer.
    failure: Option<Outage>,
    rest: Option<Rest>,
    /// Why the session is over.
    end: Option<&'static str>,
}

impl StatusTracker {
    /// Records that the provider failed, what it said, and when it is asked again.
    pub(crate) fn record_retry(&mut self, words: &str, next: Option<i64>, line: &LineContext<'_>) {
        self.retry = Some(Outage::read(words, next, line.point.ts));
    }

    /// Whether it is known why the session's latest answer failed.
    pub(crate) fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// Whether the session's latest answer failed because the provider wants it to wait for long.
    pub(crate) fn is_out_of_quota(&self) -> bool {
        self.failure.as_ref().is_some_and(|failure| failure.quota)
    }

    /// Records that the session failed. An error without a message says no more than what is known.
    pub(crate) fn record_failure(&mut self, name: &str, message: &str, line: &LineContext<'_>) {
        if message.is_empty() && self.failure.is_some() {
            return;
        }
        let words = if message.is_empty() { name.to_owned() } else { format!("{name}: {message}") };
        self.failure = Some(Outage::read(&words, None, line.point.ts));
    }

    /// Records that the session came to rest. `by_event` says that an event says so just now; otherwise it has been
    /// at rest since the time `last`.
    pub(crate) fn record_rest(
        &mut self,
        done: &Done,
        question: &str,
        by_event: bool,
        last: Timestamp,
        line: &LineContext<'_>,
    ) {
        let status = match done.outcome {
            Outcome::Aborted | Outcome::Error => SessionStatus::Ended,
            Outcome::Waiting => SessionStatus::Waiting,
            _ => SessionStatus::Resting,
        };
        let on = if status == SessionStatus::Waiting { quoted(question, EXCERPT) } else { String::new() };
        let since = if by_event { line.point.ts } else { wall_time(last, line) };
        let told = if by_event && status != SessionStatus::Waiting { Told::Event } else { Told::Inferred };
        self.retry = None;
        if status != SessionStatus::Ended {
            self.failure = None;
        }
        self.rest = Some(Rest { since, told, status, on });
    }

    /// Records that the session is over.
    pub(crate) fn record_end(&mut self, why: &'static str) {
        self.end = Some(why);
    }

    /// Records an event of the session, which therefore is not over. The model's output ends the retries, however often
    /// the session says busy between them.
    pub(crate) fn record_event(&mut self, event: &Event<'_>) {
        self.end = None;
        match event {
            Event::Part(part) if matches!(&*part.kind, "text" | "reasoning" | "tool") => self.retry = None,
            Event::Delta { .. } => self.retry = None,
            Event::Message { from_user: true, .. } => (self.retry, self.failure) = (None, None),
            _ => {}
        }
    }

    /// Adds the change of the state, if it changed.
    pub(crate) fn show(&mut self, parent: Option<&str>, state: &State, line: &LineContext<'_>, effects: &mut Effects) {
        let Some(status) = self.status(state, line) else {
            return;
        };
        let was = self.shown.as_ref();
        let stays_over = status.status == SessionStatus::Ended && was.is_some_and(|was| was.status == status.status);
        if stays_over || was.is_some_and(|was| was.is(&status)) {
            return;
        }
        let change = StateChange {
            session_id: state.rule_runner.session().to_owned(),
            parent_id: parent.map(str::to_owned),
            state: status.status,
            since: status.since.unwrap_or(line.point.ts),
            until: status.until,
            on: Some(status.on.to_owned()).filter(|on| !on.is_empty()),
            request: status.request.map(|request| request.id.clone()),
            options: status.request.map(|request| request.options.clone()).unwrap_or_default(),
            told: status.told,
        };
        self.shown = Some(Shown { status: status.status, about: status.about, until: status.until });
        effects.states.push(change);
    }

    fn status<'a>(&'a self, state: &'a State, line: &LineContext<'_>) -> Option<Doing<'a>> {
        let activity = &state.activity;
        if let Some(why) = self.end {
            return self.shown.is_some().then(|| Doing::of(SessionStatus::Ended, why));
        }
        if let Some(request) = activity.requests().front() {
            let status = Doing::of(SessionStatus::Waiting, &request.what);
            let about = hash::join(hash::of(&request.id), hash::of(&request.what));
            return Some(Doing { about, since: Some(request.at), request: Some(request), ..status });
        }
        if !state.completion.is_open() && (self.rest.is_some() || !activity.is_call_running()) {
            return self.rest.as_ref().map(|rest| self.resting(rest));
        }
        if let Some(call) = activity.running_calls().find(|call| line.now.since(call.since) >= LONG_CALL) {
            let status = Doing::of(SessionStatus::Tool, &call.what);
            return Some(Doing { about: call.key, since: Some(wall_time(call.since, line)), ..status });
        }
        if silent_after(state, line).is_some_and(|due| due <= line.now) {
            let on = if activity.is_call_running() { "the arguments of a call" } else { "" };
            let since = Some(wall_time(activity.last, line));
            return Some(Doing { since, told: Told::Inferred, ..Doing::of(SessionStatus::Silent, on) });
        }
        if let Some(retry) = &self.retry {
            return Some(retry.status(SessionStatus::Retrying));
        }
        Some(Doing::of(SessionStatus::Working, ""))
    }

    fn resting<'a>(&'a self, rest: &'a Rest) -> Doing<'a> {
        let status = match &self.failure {
            Some(failure) if rest.status == SessionStatus::Ended => failure.status(rest.status),
            _ => Doing { about: hash::of(&rest.on), ..Doing::of(rest.status, &rest.on) },
        };
        Doing { since: Some(rest.since), told: rest.told, ..status }
    }

    /// When time alone changes the state.
    pub(crate) fn deadline(&self, state: &State, line: &LineContext<'_>) -> Option<Timestamp> {
        let status = self.shown.as_ref()?.status;
        let passes = matches!(status, SessionStatus::Working | SessionStatus::Retrying | SessionStatus::Quota);
        if !passes || self.end.is_some() {
            return None;
        }
        let calls = state.activity.running_calls().map(|call| call.since.after(LONG_CALL));
        calls.chain(silent_after(state, line)).min()
    }
}

/// When the session counts as silent if nothing else happens; `None` if its silence is to be expected.
fn silent_after(state: &State, line: &LineContext<'_>) -> Option<Timestamp> {
    let activity = &state.activity;
    let expected = !activity.busy
        || activity.retrying
        || activity.is_tool_running()
        || activity.waits_for_person()
        || state.completion.is_answered();
    (!expected).then(|| activity.last.after(line.config.inactivity))
}

/// A time of the session's clock as the lines say it.
fn wall_time(time: Timestamp, line: &LineContext<'_>) -> i64 {
    line.point.ts.saturating_sub(line.now.since(time))
}
