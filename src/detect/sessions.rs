//! Stores all tracked sessions in an LRU cache, with a clock and a timer for each.

use super::config::Config;
use super::hash::KeyHasher;
use super::session::{LineContext, Session, SessionClock};
use crate::wire::record::Point;
use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasherDefault;
use std::rc::Rc;

/// How deep subagents may nest; anything deeper is a cycle in broken input.
const DEPTH: usize = 16;
/// The order of use is cleaned up when it is this many times longer than there are sessions.
const SLACK: usize = 4;
/// How long to wait before checking again on a session that stays due, as with a provider that keeps failing, in
/// milliseconds: half the time between two ticks. Checking at each line made 1 GB of recordings 100 times slower.
const RECHECK_INTERVAL: i64 = 500;

/// The index of a session's slot. It stays valid until a session is created or removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SlotIndex(usize);

struct Slot {
    name: Rc<str>,
    session: Session,
    clock: SessionClock,
    /// The latest line of the session or of a descendant, or the latest tick.
    point: Point,
    used: u64,
    /// When its timer fires, in milliseconds of its clock.
    timer: Option<i64>,
}

impl Slot {
    /// Sets the timer for the session's deadline. One that has fired stays until the session has checked the time.
    fn set_timer(&mut self, config: &Config) {
        let line = line_context(config, &self.clock, &self.point);
        let now = line.now;
        if self.timer.is_some_and(|due| due <= now.ms()) {
            return;
        }
        self.timer = self
            .session
            .deadline(&line)
            .map(|due| if due > now { due.ms() } else { now.ms().saturating_add(RECHECK_INTERVAL) });
    }
}

fn line_context<'a>(config: &'a Config, clock: &SessionClock, point: &'a Point) -> LineContext<'a> {
    LineContext { config, now: clock.awake(), timed: clock.is_timed(), ticked: clock.is_ticked(), point }
}

/// The sessions of a stream.
pub(crate) struct Sessions {
    limit: usize,
    slots_by_name: HashMap<Rc<str>, SlotIndex, BuildHasherDefault<KeyHasher>>,
    slots: Vec<Option<Box<Slot>>>,
    /// Slots without a session.
    free: Vec<SlotIndex>,
    order: VecDeque<(SlotIndex, u64)>,
    uses: u64,
    /// The session used last: most lines belong to the same session as the line before.
    last: Option<SlotIndex>,
}

impl Sessions {
    /// No sessions yet, and never more than `limit`.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit: limit.max(1),
            slots_by_name: HashMap::default(),
            slots: Vec::new(),
            free: Vec::new(),
            order: VecDeque::new(),
            uses: 0,
            last: None,
        }
    }

    /// Gets a session, or creates it, and makes it the most recently used one. Returns the name of the session
    /// that was evicted for it, if one was.
    pub(crate) fn get_or_create(&mut self, id: &str, config: &Config) -> (SlotIndex, Option<Rc<str>>) {
        if let Some(last) = self.last.filter(|last| self.slot(*last).is_some_and(|s| &*s.name == id)) {
            return (last, None);
        }
        self.uses += 1;
        let evicted = self.eviction(id).and_then(|index| Some(self.slot(index)?.name.clone()));
        if let Some(name) = &evicted {
            self.remove(name);
        }
        let index = self.find(id).unwrap_or_else(|| self.create(id, config));
        let uses = self.uses;
        if let Some(slot) = self.slot_mut(index) {
            slot.used = uses;
        }
        self.order.push_back((index, uses));
        self.last = Some(index);
        self.compact_order();
        (index, evicted)
    }

    fn create(&mut self, id: &str, config: &Config) -> SlotIndex {
        let name: Rc<str> = id.into();
        let slot = Box::new(Slot {
            name: name.clone(),
            session: Session::new(id, config),
            clock: SessionClock::default(),
            point: Point::default(),
            used: self.uses,
            timer: None,
        });
        let index = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            SlotIndex(self.slots.len() - 1)
        });
        self.slots[index.0] = Some(slot);
        self.slots_by_name.insert(name, index);
        index
    }

    /// The slot of the session with this name.
    pub(crate) fn find(&self, id: &str) -> Option<SlotIndex> {
        self.slots_by_name.get(id).copied()
    }

    fn slot(&self, index: SlotIndex) -> Option<&Slot> {
        self.slots[index.0].as_deref()
    }

    fn slot_mut(&mut self, index: SlotIndex) -> Option<&mut Slot> {
        self.slots[index.0].as_deref_mut()
    }

    /// The session in a slot.
    pub(crate) fn get_mut(&mut self, index: SlotIndex) -> Option<&mut Session> {
        self.slot_mut(index).map(|slot| &mut slot.session)
    }

    /// Forgets a session.
    pub(crate) fn remove(&mut self, id: &str) {
        if let Some(index) = self.slots_by_name.remove(id) {
            self.slots[index.0] = None;
            self.free.push(index);
        }
    }

    /// The tracked ancestors of a session, its parent first.
    pub(crate) fn ancestors(&self, index: SlotIndex) -> Vec<SlotIndex> {
        let mut above = Vec::new();
        let mut at = index;
        while let Some(parent) = self.parent(at) {
            if above.len() == DEPTH || above.contains(&parent) || parent == index {
                break;
            }
            above.push(parent);
            at = parent;
        }
        above
    }

    fn parent(&self, index: SlotIndex) -> Option<SlotIndex> {
        self.find(self.slot(index)?.session.parent()?)
    }

    /// Every session, the least recently used first.
    pub(crate) fn all(&self) -> Vec<SlotIndex> {
        let is_latest = |index: SlotIndex, used| self.slot(index).is_some_and(|slot| slot.used == used);
        self.order.iter().filter(|(index, used)| is_latest(*index, *used)).map(|(index, _)| *index).collect()
    }

    /// Moves the time of a session to that of a line. A line without a time happens at the time of the one before it.
    pub(crate) fn advance(&mut self, index: SlotIndex, ts: Option<i64>, id: &str) {
        if let Some(slot) = self.slot_mut(index) {
            slot.clock.see(ts);
            slot.point.ts = slot.clock.latest().ms();
            id.clone_into(&mut slot.point.id);
        }
    }

    /// Moves the time of a session to that of a tick, which comes this much too late.
    pub(crate) fn tick(&mut self, index: SlotIndex, ts: i64, paused: Option<i64>) {
        if let Some(slot) = self.slot_mut(index) {
            slot.clock.tick(ts, paused);
        }
        self.advance(index, None, "");
    }

    /// The latest line of a session.
    pub(crate) fn point(&self, index: SlotIndex) -> Point {
        self.slot(index).map(|slot| slot.point.clone()).unwrap_or_default()
    }

    /// Runs an operation on a session at its time, and sets its timer anew.
    pub(crate) fn run<T>(
        &mut self,
        index: SlotIndex,
        config: &Config,
        operation: impl FnOnce(&mut Session, &LineContext<'_>) -> T,
    ) -> Option<T> {
        let slot = self.slot_mut(index)?;
        let result = operation(&mut slot.session, &line_context(config, &slot.clock, &slot.point));
        slot.set_timer(config);
        Some(result)
    }

    /// Whether the timer of a session has fired, which clears it.
    pub(crate) fn take_due(&mut self, index: SlotIndex) -> bool {
        let Some(slot) = self.slot_mut(index) else {
            return false;
        };
        let now = slot.clock.awake().ms();
        slot.timer.take_if(|due| *due <= now).is_some()
    }

    /// The session that is evicted when this one is created, if one is.
    pub(crate) fn eviction(&mut self, id: &str) -> Option<SlotIndex> {
        if self.slots_by_name.len() < self.limit || self.find(id).is_some() {
            return None;
        }
        while let Some(&(index, used)) = self.order.front() {
            if self.slot(index).is_some_and(|slot| slot.used == used) {
                return Some(index);
            }
            self.order.pop_front();
        }
        None
    }

    fn compact_order(&mut self) {
        if self.order.len() > SLACK * (self.slots_by_name.len() + SLACK) {
            let slots = &self.slots;
            let is_latest = |index: &SlotIndex, used| slots[index.0].as_ref().is_some_and(|slot| slot.used == used);
            self.order.retain(|(index, used)| is_latest(index, *used));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evicts_least_recently_used() {
        let config = Config::default();
        let mut sessions = Sessions::new(2);
        for id in ["a", "b", "a"] {
            assert_eq!(sessions.get_or_create(id, &config).1, None);
        }
        assert_eq!(sessions.get_or_create("c", &config).1.as_deref(), Some("b"));
        assert!(sessions.find("b").is_none());
        sessions.remove("c");
        assert_eq!(sessions.get_or_create("d", &config).1, None);
        assert_eq!(sessions.all().len(), 2);
    }
}
