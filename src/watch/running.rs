//! Tracks the running calls, and when to mention them again.

use crate::printable::duration;
use crate::wire::Timestamp;

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
    what: String,
    since: Timestamp,
    /// After which time a person is told, in milliseconds.
    next: i64,
}

impl Running {
    /// A call runs; what is known of it may grow.
    pub(super) fn begin(&mut self, id: &str, what: String, now: Timestamp) {
        if let Some(call) = self.0.iter_mut().find(|call| call.id == id) {
            call.what = what;
            return;
        }
        if self.0.len() == CALLS {
            self.0.remove(0);
        }
        self.0.push(Call { id: id.to_owned(), what, since: now, next: FIRST });
    }

    /// A call has ended.
    pub(super) fn end(&mut self, id: &str) {
        self.0.retain(|call| call.id != id);
    }

    /// The calls to tell of now, with their time.
    pub(super) fn overdue(&mut self, now: Timestamp) -> Vec<String> {
        let mut told = Vec::new();
        for call in &mut self.0 {
            let lasted = now.since(call.since);
            if lasted >= call.next {
                told.push(format!("running  {} ({} so far)", call.what, duration(lasted)));
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
        running.begin("p", "bash make".to_owned(), Timestamp::from_ms(0));
        let told: Vec<i64> =
            (0..100).filter(|second| !running.overdue(Timestamp::from_ms(second * 1000)).is_empty()).collect();
        assert_eq!(told, [10, 20, 40, 80]);
        running.end("p");
        assert!(running.overdue(Timestamp::from_ms(1_000_000)).is_empty());
    }
}
