//! Which sessions are waited for, and since when each of them is silent: what the ticks say.

use crate::bounded::BoundedMap;
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
}

impl Default for Silences {
    fn default() -> Self {
        let now = Instant::now();
        Self { sessions: BoundedMap::new(SESSIONS), last_line: now, last_tick: now }
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

    /// The sessions that the tick names that is due, in order; they count as ticked. `None` if there is nothing to say:
    /// no session is silent, and other lines show that time passes.
    pub fn take(&mut self) -> Option<Vec<String>> {
        let now = Instant::now();
        self.last_tick = now;
        let over = |silence: &Silence| silence.until.is_some_and(|until| until <= now);
        let ended = self.sessions.iter().filter(|(_, silence)| over(silence));
        for session in ended.map(|(session, _)| session.clone()).collect::<Vec<_>>() {
            self.sessions.remove(&session);
        }
        let is_silent = |silence: &Silence| silence.since + SHORTEST <= now;
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
        assert_eq!(silences.take().unwrap(), ["ses_b", "ses_c"], "another session's lines are no life of theirs");
        tokio::time::advance(AFTER_IDLE).await;
        assert_eq!(silences.take().unwrap(), ["ses_a", "ses_b"], "nobody waits for what is long idle");
        silences.observe(status("ses_a", "busy").as_bytes());
        silences.observe(status("ses_b", "busy").as_bytes());
        assert_eq!(silences.take(), None);
    }
}
