//! Tracks which sessions should be active, and since when each has been silent, for the ticks.

use crate::bounded::BoundedMap;
use crate::stream::clock::milliseconds;
use crate::wire::record::Tick;
use crate::wire::{Event, Status, observe};
use std::collections::hash_map::RandomState;
use std::time::Duration;
use tokio::time::Instant;

/// The time between two ticks.
const TICK: Duration = Duration::from_secs(1);
/// What counts as silent at the time of a tick.
const SHORTEST: Duration = Duration::from_millis(500);
/// How long time still passes for a session that went idle. The grace periods of later stages are shorter.
const AFTER_IDLE: Duration = Duration::from_mins(1);
/// How much too late a tick may come on a busy machine. One that comes later was held up: we were stopped, the machine
/// slept, the reader did not read, or the clock was set forward.
const LATE: Duration = Duration::from_millis(500);
/// The most sessions to wait for. Of more, the one that was silent for the longest time gets no more ticks.
const SESSIONS: usize = 1000;

/// One session.
struct Silence {
    /// When its last line was written.
    since: Instant,
    /// Until when it is waited for; `None` while it works.
    until: Option<Instant>,
}

/// The sessions that are waited for.
pub(super) struct Silences {
    sessions: BoundedMap<String, Silence, RandomState>,
    /// When a line was last written.
    last_line: Instant,
    last_tick: Instant,
    /// The same by the clock of the lines, which goes on while the machine sleeps; `None` before the first.
    ticked_at: Option<i64>,
}

impl Default for Silences {
    fn default() -> Self {
        let now = Instant::now();
        Self { sessions: BoundedMap::new(SESSIONS), last_line: now, last_tick: now, ticked_at: None }
    }
}

impl Silences {
    /// Takes note of an event that is written now.
    pub fn observe(&mut self, line: &[u8]) {
        let now = Instant::now();
        self.last_line = now;
        let Some(Ok(line)) = std::str::from_utf8(line.trim_ascii_end()).ok().map(observe) else {
            return;
        };
        let Some(session) = line.session.as_deref() else {
            return;
        };
        if matches!(line.event, Event::SessionDeleted) {
            self.sessions.remove(session);
            return;
        }
        let was_idle = self.sessions.get(session).is_some_and(|silence| silence.until.is_some());
        let works = match line.event {
            Event::Status(Status::Idle) => false,
            Event::Status(_) | Event::Message { from_user: true, .. } => true,
            // The late events of an answer that has ended.
            _ => !was_idle,
        };
        let until = (!works).then(|| now + AFTER_IDLE);
        self.sessions.insert(session.to_owned(), Silence { since: now, until });
    }

    /// Takes note of another line.
    pub fn record(&mut self) {
        self.last_line = Instant::now();
    }

    /// When the next tick is due.
    pub fn tick_at(&self) -> Instant {
        self.last_tick + TICK
    }

    /// The tick at `ts`, in milliseconds of the lines' clock: the sessions that were silent, in order. `None` if it is not
    /// due, or there is nothing to say: no session is silent, and other lines show that time passes.
    pub fn take_if_due(&mut self, ts: i64) -> Option<Tick> {
        let since = ts.saturating_sub(*self.ticked_at.get_or_insert(ts));
        let late = since.saturating_sub(milliseconds(TICK));
        let paused = Some(late).filter(|late| *late > milliseconds(LATE));
        if paused.is_none() && Instant::now() < self.tick_at() {
            return None;
        }
        self.ticked_at = Some(ts);
        let sessions = self.take(paused.is_some())?;
        Some(Tick { sessions: Some(sessions), paused })
    }

    /// The sessions that a tick names now. After a pause these are all, because it is unknown how long each was silent.
    fn take(&mut self, paused: bool) -> Option<Vec<String>> {
        let now = Instant::now();
        self.last_tick = now;
        let over = |silence: &Silence| silence.until.is_some_and(|until| until <= now);
        let ended = self.sessions.iter().filter(|(_, silence)| over(silence));
        for session in ended.map(|(session, _)| session.clone()).collect::<Vec<_>>() {
            self.sessions.remove(&session);
        }
        let is_silent = |silence: &Silence| paused || silence.since + SHORTEST <= now;
        let silent = self.sessions.iter().filter(|(_, silence)| is_silent(silence));
        let mut named: Vec<String> = silent.map(|(session, _)| session.clone()).collect();
        named.sort_unstable();
        (!named.is_empty() || self.last_line + SHORTEST <= now).then_some(named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(session: &str, status: &str) -> String {
        format!(
            r#"{{"type":"session.status","properties":{{"sessionID":"{session}","status":{{"type":"{status}"}}}}}}"#
        )
    }

    #[tokio::test(start_paused = true)]
    async fn names_the_silent() {
        let mut silences = Silences::default();
        for session in ["ses_b", "ses_a", "ses_c"] {
            silences.observe(status(session, "busy").as_bytes());
        }
        silences.observe(status("ses_c", "idle").as_bytes());
        tokio::time::advance(TICK).await;
        silences.observe(status("ses_a", "busy").as_bytes());
        assert_eq!(silences.take(false).unwrap(), ["ses_b", "ses_c"], "another session's lines are no life of theirs");
        tokio::time::advance(AFTER_IDLE).await;
        assert_eq!(silences.take(false).unwrap(), ["ses_a", "ses_b"], "nobody waits for what is long idle");
        silences.observe(status("ses_a", "busy").as_bytes());
        silences.observe(status("ses_b", "busy").as_bytes());
        assert_eq!(silences.take(false), None);
    }

    #[tokio::test(start_paused = true)]
    async fn says_how_long_it_paused() {
        let mut silences = Silences::default();
        let named = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
        silences.observe(status("ses_a", "busy").as_bytes());
        assert_eq!(silences.take_if_due(0), None, "not due");
        tokio::time::advance(TICK + LATE).await;
        let on_time = Tick { sessions: named(&["ses_a"]), paused: None };
        assert_eq!(silences.take_if_due(1500), Some(on_time), "a busy machine");
        // The clock of the machine stands still while it sleeps.
        tokio::time::advance(TICK / 4).await;
        silences.observe(status("ses_b", "busy").as_bytes());
        assert_eq!(silences.take_if_due(1750), None);
        let slept = Tick { sessions: named(&["ses_a", "ses_b"]), paused: Some(35_000) };
        assert_eq!(silences.take_if_due(37_500), Some(slept));
        assert_eq!(silences.take_if_due(37_600), None, "once");
    }
}
