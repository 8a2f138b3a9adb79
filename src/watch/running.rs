//! Tracks the running calls, and when to mention them again.

use crate::printable::duration;
use crate::wire::{Origins, Timestamp};

/// How many calls are remembered: far more than run at once.
const CALLS: usize = 64;

/// How long a call may run before a person is told, in milliseconds.
const FIRST: i64 = 10_000;

/// How much longer it runs before a person is told again: twice as long each time.
const GROWTH: i64 = 2;

/// The calls that run.
#[derive(Debug, Default)]
pub(super) struct Running(Vec<Call>);

#[derive(Debug)]
struct Call {
    id: String,
    session: Option<String>,
    what: String,
    since: Timestamp,
    /// After which time a person is told, in milliseconds.
    next: i64,
}

impl Running {
    /// A call runs; what is known of it may grow.
    pub(super) fn begin(&mut self, id: &str, session: Option<&str>, what: String, now: Timestamp) {
        if let Some(call) = self.0.iter_mut().find(|call| call.id == id) {
            call.what = what;
            return;
        }
        if self.0.len() == CALLS {
            self.0.remove(0);
        }
        let session = session.map(str::to_owned);
        self.0.push(Call { id: id.to_owned(), session, what, since: now, next: FIRST });
    }

    /// A call has ended.
    pub(super) fn end(&mut self, id: &str) {
        self.0.retain(|call| call.id != id);
    }

    /// The calls to tell of now, with their time, each with its session.
    pub(super) fn overdue(&mut self, origins: &Origins) -> Vec<(Option<String>, String)> {
        let mut told = Vec::new();
        for call in &mut self.0 {
            let now = call.session.as_deref().map_or(origins.latest(), |session| origins.now(session));
            let lasted = now.since(call.since);
            if lasted >= call.next {
                told.push((call.session.clone(), format!("running  {} ({} so far)", call.what, duration(lasted))));
                while call.next <= lasted {
                    call.next *= GROWTH;
                }
            }
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_after_ten_seconds_and_then_rarely() {
        let mut running = Running::default();
        running.begin("p", None, "bash make".to_owned(), Timestamp::from_ms(0));
        let mut origins = Origins::default();
        let mut is_told = |second: i64| {
            origins.pass(Some(second * 1000));
            !running.overdue(&origins).is_empty()
        };
        let told: Vec<i64> = (0..100).filter(|second| is_told(*second)).collect();
        assert_eq!(told, [10, 20, 40, 80]);
        running.end("p");
        origins.pass(Some(1_000_000));
        assert!(running.overdue(&origins).is_empty());
    }
}
