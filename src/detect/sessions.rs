//! The sessions of a stream: the least recently used one makes room, and each is told when the time
//! comes that it waits for.

use super::config::Config;
use super::session::{Now, Session};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::rc::Rc;

/// How deep subagents may nest: more is a cycle in broken input.
const DEPTH: usize = 16;
/// The order of use is cleaned up when it is so many times longer than there are sessions.
const SLACK: usize = 4;
/// What is due and stays so (a permission that nobody answers) is looked at again after so many milliseconds:
/// half the time between two ticks. Looking at each line made 1 GB of recordings a hundred times slower.
const LOOK_AGAIN: i64 = 500;

struct Slot {
    session: Session,
    used: u64,
    /// The earliest time in the clock for this session.
    armed: Option<i64>,
}

/// The sessions of a stream.
pub(crate) struct Sessions {
    limit: usize,
    slots: HashMap<Rc<str>, Slot>,
    order: VecDeque<(Rc<str>, u64)>,
    clock: BinaryHeap<Reverse<(i64, Rc<str>)>>,
    uses: u64,
}

impl Sessions {
    /// None yet, and never more than `limit`.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit: limit.max(1),
            slots: HashMap::new(),
            order: VecDeque::new(),
            clock: BinaryHeap::new(),
            uses: 0,
        }
    }

    /// Makes a session the most recently used one, and creates it where it is new. Gives the name of
    /// the one that had to go for it.
    pub(crate) fn use_or_make(&mut self, id: &str, config: &Config) -> Option<Rc<str>> {
        if self.order.back().is_some_and(|(last, _)| &**last == id) && self.slots.contains_key(id) {
            return None;
        }
        self.uses += 1;
        if let Some((name, slot)) = self
            .slots
            .get_key_value(id)
            .map(|(name, _)| name.clone())
            .zip(self.slots.get_mut(id))
        {
            slot.used = self.uses;
            self.order.push_back((name, self.uses));
            self.tidy();
            return None;
        }
        let evicted = (self.slots.len() >= self.limit).then(|| self.evict()).flatten();
        let name: Rc<str> = id.into();
        self.slots.insert(
            name.clone(),
            Slot {
                session: Session::new(id, config),
                used: self.uses,
                armed: None,
            },
        );
        self.order.push_back((name, self.uses));
        evicted
    }

    /// The session of this name.
    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Session> {
        self.slots.get_mut(id).map(|slot| &mut slot.session)
    }

    /// Forgets a session.
    pub(crate) fn remove(&mut self, id: &str) -> Option<Session> {
        self.slots.remove(id).map(|slot| slot.session)
    }

    /// The sessions above this one, its parent first.
    pub(crate) fn ancestors(&self, id: &str) -> Vec<String> {
        let mut above = Vec::new();
        let mut at = id;
        while let Some(parent) = self.slots.get(at).and_then(|slot| slot.session.parent.as_deref()) {
            if above.len() == DEPTH || above.iter().any(|known| known == parent) || parent == id {
                break;
            }
            above.push(parent.to_owned());
            at = parent;
        }
        above
    }

    /// Every session's name, the least recently used first.
    pub(crate) fn names(&self) -> Vec<Rc<str>> {
        let mut names: Vec<(u64, &Rc<str>)> =
            self.slots.iter().map(|(name, slot)| (slot.used, name)).collect();
        names.sort_unstable();
        names.into_iter().map(|(_, name)| name.clone()).collect()
    }

    /// Sets the clock for a session, if it waits for something earlier than it did.
    pub(crate) fn arm(&mut self, id: &str, now: &Now<'_>) {
        let Some((name, _)) = self.slots.get_key_value(id) else {
            return;
        };
        let name = name.clone();
        let Some(slot) = self.slots.get_mut(id) else {
            return;
        };
        let Some(due) = slot.session.deadline(now) else {
            return;
        };
        let due = if due > now.ts {
            due
        } else {
            now.ts.saturating_add(LOOK_AGAIN)
        };
        if slot.armed.is_none_or(|armed| due < armed) {
            slot.armed = Some(due);
            self.clock.push(Reverse((due, name)));
        }
    }

    /// A session whose time may have come.
    pub(crate) fn due(&mut self, now: i64) -> Option<Rc<str>> {
        loop {
            let Reverse((due, _)) = self.clock.peek()?;
            if *due > now {
                return None;
            }
            let Reverse((due, name)) = self.clock.pop()?;
            let Some(slot) = self.slots.get_mut(&name) else {
                continue;
            };
            if slot.armed == Some(due) {
                slot.armed = None;
                return Some(name);
            }
        }
    }

    fn evict(&mut self) -> Option<Rc<str>> {
        while let Some((name, used)) = self.order.pop_front() {
            if self.slots.get(&name).is_some_and(|slot| slot.used == used) {
                self.slots.remove(&name);
                return Some(name);
            }
        }
        None
    }

    fn tidy(&mut self) {
        if self.order.len() > SLACK * (self.slots.len() + SLACK) {
            let slots = &self.slots;
            self.order
                .retain(|(name, used)| slots.get(name).is_some_and(|slot| slot.used == *used));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::activity::Request;
    use crate::wire::record::Point;

    #[test]
    fn what_stays_due_is_looked_at_again_after_a_while_and_not_at_every_line() {
        let (config, point) = (Config::default(), Point::default());
        let mut sessions = Sessions::new(1);
        sessions.use_or_make("s", &config);
        let asked = Request {
            id: "r".to_owned(),
            since: 0,
            what: String::new(),
        };
        sessions.get_mut("s").unwrap().activity.asked(asked);
        let ts = config.blocked_after + 1;
        sessions.arm(
            "s",
            &Now {
                config: &config,
                ts,
                point: &point,
            },
        );
        assert!(sessions.due(ts + LOOK_AGAIN - 1).is_none());
        assert!(sessions.due(ts + LOOK_AGAIN).is_some());
    }
}
