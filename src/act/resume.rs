//! Decides when a session continues after a quota, without I/O.

use super::order::{Order, OrderKind};
use crate::bounded::BoundedMap;
use crate::wire::record::{SessionStatus, StateChange};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// How many sessions are waited for.
const REMEMBERED: usize = 1000;

/// How long a session may take to go on by itself, in milliseconds: `OpenCode` tries again at the time itself.
const GRACE: i64 = 5_000;

/// The range of the further pause, in milliseconds, so that sessions with one account do not all begin at once.
const JITTER: u64 = 10_000;

/// How often a session is tried. A provider whose time was wrong says another one, which is another quota.
const TRIES: u32 = 3;

/// How many messages a session gets in all. A provider whose times are never right would be asked for ever.
const MOST: u32 = 12;

/// The pause after the first try, in milliseconds, which doubles.
const PAUSE: i64 = 60_000;

/// The sessions whose provider refuses until a time.
#[derive(Debug)]
pub(super) struct Resumes {
    quotas: BoundedMap<String, Quota>,
    /// How many messages each session got.
    sent: BoundedMap<String, u32>,
    /// When a session failed whose state, which says why, is still to come.
    failed: Option<i64>,
}

#[derive(Debug)]
struct Quota {
    until: i64,
    /// When to try next.
    next: i64,
    tries: u32,
}

impl Default for Resumes {
    fn default() -> Self {
        Self { quotas: BoundedMap::new(REMEMBERED), sent: BoundedMap::new(REMEMBERED), failed: None }
    }
}

impl Resumes {
    /// Learns that the session failed. Its state follows in the same moment.
    pub fn failed(&mut self, now: i64) {
        self.failed = Some(now);
    }

    /// Learns what a session does.
    pub fn state(&mut self, change: &StateChange) {
        self.failed = None;
        let session = &change.session_id;
        match (change.state, change.until) {
            (SessionStatus::Quota, Some(until)) if self.sent.get(session).is_none_or(|sent| *sent < MOST) => {
                let jitter = i64::try_from(digest(session, until)[0] % JITTER).unwrap_or_default();
                let next = until.saturating_add(GRACE).saturating_add(jitter);
                self.quotas.insert(session.clone(), Quota { until, next, tries: 0 });
            }
            // The end of a failed answer follows its words.
            (SessionStatus::Quota, _) => {}
            _ => {
                self.quotas.remove(session);
            }
        }
    }

    /// Whether a session is waited for, or may be in a moment, so that the run is not over.
    pub fn is_waiting(&self, now: i64) -> bool {
        let unknown = self.failed.is_some_and(|failed| now <= failed);
        unknown || self.quotas.iter().any(|(_, quota)| quota.tries < TRIES)
    }

    /// The orders for the sessions whose time has come.
    pub fn due(&mut self, now: i64) -> Vec<Order> {
        let due = |quota: &Quota| quota.tries < TRIES && quota.next <= now;
        let sessions: Vec<String> =
            self.quotas.iter().filter(|(_, quota)| due(quota)).map(|(s, _)| s.clone()).collect();
        let mut orders = Vec::new();
        for session in sessions {
            if let Some(quota) = self.quotas.get_mut(&session) {
                quota.next = now.saturating_add(PAUSE << quota.tries);
                quota.tries += 1;
                *self.sent.get_or_insert_with(session.clone(), u32::default) += 1;
                let task = OrderKind::Resume { message: message(&session, quota.until) };
                orders.push(Order::new(&session, task, "the provider accepts requests again"));
            }
        }
        orders
    }
}

/// The id of the message: the same whoever sends it, in the form of `OpenCode`'s ids, which order messages by the time at
/// their beginning: 48 bits of the milliseconds times 4096.
fn message(session: &str, until: i64) -> String {
    let time = until.unsigned_abs().wrapping_mul(0x1000) & 0xffff_ffff_ffff;
    let mut id = format!("msg_{time:012x}");
    for word in digest(session, until) {
        let _ = write!(id, "{word:016x}");
    }
    // 14 characters follow the time.
    id.truncate("msg_".len() + 12 + 14);
    id
}

/// Two numbers that differ from those of other sessions and times, and are the same in every process.
fn digest(session: &str, until: i64) -> [u64; 2] {
    let hash = Sha256::digest(format!("{session} {until}"));
    let word = |at: usize| hash[at..at + 8].iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
    [word(0), word(8)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn change(state: &str, until: Option<i64>) -> StateChange {
        let change = json!({"sessionID": "s", "state": state, "since": 5, "until": until, "told": "event"});
        serde_json::from_value(change).unwrap()
    }

    fn messages(orders: Vec<Order>) -> Vec<OrderKind> {
        orders.into_iter().map(|order| order.kind).collect()
    }

    #[test]
    fn tries_when_time_has_come() {
        let mut resumes = Resumes::default();
        resumes.state(&change("quota", Some(100_000)));
        assert!(resumes.due(100_000).is_empty() && resumes.is_waiting(0));
        let task = OrderKind::Resume { message: message("s", 100_000) };
        assert_eq!(messages(resumes.due(116_000)), std::slice::from_ref(&task));
        assert!(resumes.due(117_000).is_empty());
        assert_eq!(messages(resumes.due(200_000)), std::slice::from_ref(&task), "the same id");
        assert_eq!(messages(resumes.due(900_000)), [task]);
        assert!(resumes.due(9_000_000).is_empty() && !resumes.is_waiting(0));
    }

    #[test]
    fn leaves_what_goes_on() {
        let mut resumes = Resumes::default();
        resumes.state(&change("quota", Some(100_000)));
        resumes.state(&change("working", None));
        assert!(resumes.due(900_000).is_empty() && !resumes.is_waiting(0));
        resumes.state(&change("quota", None));
        assert!(resumes.due(900_000).is_empty());
    }

    #[test]
    fn waits_for_the_state_of_a_failure() {
        let mut resumes = Resumes::default();
        resumes.failed(7);
        assert!(resumes.is_waiting(7) && !resumes.is_waiting(8));
        resumes.state(&change("ended", None));
        assert!(!resumes.is_waiting(7));
    }

    #[test]
    fn id_is_like_others() {
        let id = message("ses_1", 1_795_476_467_274);
        assert!(id.len() == 30 && id.starts_with("msg_"), "{id}");
        assert_eq!(id, message("ses_1", 1_795_476_467_274));
        assert_ne!(id, message("ses_2", 1_795_476_467_274));
        // An id of a recorded message that came after.
        assert!(&*id < "msg_20abcae26001wP78pxRXmz0UJz" || id[..10] == *"msg_20abca", "{id}");
    }
}
