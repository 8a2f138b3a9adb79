//! The sessions of a stream: the least recently used one makes room, and each is told when the time
//! comes that it waits for.

use super::config::Config;
use super::memory::AsIs;
use super::session::{Now, Session};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::hash::BuildHasherDefault;
use std::rc::Rc;

/// How deep subagents may nest: more is a cycle in broken input.
const DEPTH: usize = 16;
/// The order of use is cleaned up when it is so many times longer than there are sessions.
const SLACK: usize = 4;
/// What is due and stays so (a provider that fails and fails) is looked at again after so many milliseconds:
/// half the time between two ticks. Looking at each line made 1 GB of recordings a hundred times slower.
const LOOK_AGAIN: i64 = 500;

/// Where a session is kept: good until a session is made or removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place(usize);

struct Slot {
    name: Rc<str>,
    session: Session,
    used: u64,
    /// The earliest time in the clock for this session.
    armed: Option<i64>,
}

/// The sessions of a stream.
pub(crate) struct Sessions {
    limit: usize,
    places: HashMap<Rc<str>, Place, BuildHasherDefault<AsIs>>,
    slots: Vec<Option<Box<Slot>>>,
    /// Slots without a session.
    free: Vec<Place>,
    order: VecDeque<(Place, u64)>,
    clock: BinaryHeap<Reverse<(i64, Place)>>,
    uses: u64,
    /// The one used last: most lines follow one of the same session.
    last: Option<Place>,
}

impl Sessions {
    /// None yet, and never more than `limit`.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit: limit.max(1),
            places: HashMap::default(),
            slots: Vec::new(),
            free: Vec::new(),
            order: VecDeque::new(),
            clock: BinaryHeap::new(),
            uses: 0,
            last: None,
        }
    }

    /// Makes a session the most recently used one, and creates it where it is new. Gives the name of
    /// the one that had to go for it.
    pub(crate) fn use_or_make(&mut self, id: &str, config: &Config) -> (Place, Option<Rc<str>>) {
        if let Some(last) = self
            .last
            .filter(|last| self.slot(*last).is_some_and(|s| &*s.name == id))
        {
            return (last, None);
        }
        self.uses += 1;
        let known = self.find(id);
        let evicted = if known.is_none() && self.places.len() >= self.limit {
            self.evict()
        } else {
            None
        };
        let place = known.unwrap_or_else(|| self.make(id, config));
        let uses = self.uses;
        if let Some(slot) = self.slot_mut(place) {
            slot.used = uses;
        }
        self.order.push_back((place, uses));
        self.last = Some(place);
        self.tidy();
        (place, evicted)
    }

    fn make(&mut self, id: &str, config: &Config) -> Place {
        let name: Rc<str> = id.into();
        let slot = Box::new(Slot {
            name: name.clone(),
            session: Session::new(id, config),
            used: self.uses,
            armed: None,
        });
        let place = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            Place(self.slots.len() - 1)
        });
        self.slots[place.0] = Some(slot);
        self.places.insert(name, place);
        place
    }

    /// Where the session of this name is.
    pub(crate) fn find(&self, id: &str) -> Option<Place> {
        self.places.get(id).copied()
    }

    fn slot(&self, place: Place) -> Option<&Slot> {
        self.slots[place.0].as_deref()
    }

    fn slot_mut(&mut self, place: Place) -> Option<&mut Slot> {
        self.slots[place.0].as_deref_mut()
    }

    /// The session at a place.
    pub(crate) fn get_mut(&mut self, place: Place) -> Option<&mut Session> {
        self.slot_mut(place).map(|slot| &mut slot.session)
    }

    /// Forgets a session.
    pub(crate) fn remove(&mut self, id: &str) {
        if let Some(place) = self.places.remove(id) {
            self.slots[place.0] = None;
            self.free.push(place);
        }
    }

    /// The known sessions above this one, its parent first.
    pub(crate) fn ancestors(&self, place: Place) -> Vec<Place> {
        let mut above = Vec::new();
        let mut at = place;
        while let Some(parent) = self.parent(at) {
            if above.len() == DEPTH || above.contains(&parent) || parent == place {
                break;
            }
            above.push(parent);
            at = parent;
        }
        above
    }

    fn parent(&self, place: Place) -> Option<Place> {
        self.find(self.slot(place)?.session.parent.as_deref()?)
    }

    /// Every session, the least recently used first.
    pub(crate) fn all(&self) -> Vec<Place> {
        let mut all: Vec<(u64, Place)> = (0..self.slots.len())
            .filter_map(|at| Some((self.slot(Place(at))?.used, Place(at))))
            .collect();
        all.sort_unstable();
        all.into_iter().map(|(_, place)| place).collect()
    }

    /// Sets the clock for a session, if it waits for something earlier than it did.
    pub(crate) fn arm(&mut self, place: Place, line: &LineContext<'_>) {
        let Some(slot) = self.slots[place.0].as_deref_mut() else {
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
            self.clock.push(Reverse((due, place)));
        }
    }

    /// A session whose time may have come.
    pub(crate) fn due(&mut self, now: i64) -> Option<Place> {
        loop {
            let Reverse((due, _)) = self.clock.peek()?;
            if *due > now {
                return None;
            }
            let Reverse((due, place)) = self.clock.pop()?;
            if let Some(slot) = self.slot_mut(place)
                && slot.armed == Some(due)
            {
                slot.armed = None;
                return Some(place);
            }
        }
    }

    fn evict(&mut self) -> Option<Rc<str>> {
        while let Some((place, used)) = self.order.pop_front() {
            if let Some(slot) = self.slot(place).filter(|slot| slot.used == used) {
                let name = slot.name.clone();
                self.remove(&name);
                return Some(name);
            }
        }
        None
    }

    fn tidy(&mut self) {
        if self.order.len() > SLACK * (self.places.len() + SLACK) {
            let slots = &self.slots;
            let is_latest =
                |place: &Place, used| slots[place.0].as_ref().is_some_and(|slot| slot.used == used);
            self.order.retain(|(place, used)| is_latest(place, *used));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_used_session_makes_room() {
        let config = Config::default();
        let mut sessions = Sessions::new(2);
        for id in ["a", "b", "a"] {
            assert_eq!(sessions.use_or_make(id, &config).1, None);
        }
        assert_eq!(sessions.use_or_make("c", &config).1.as_deref(), Some("b"));
        assert!(sessions.find("b").is_none());
        sessions.remove("c");
        assert_eq!(sessions.use_or_make("d", &config).1, None);
        assert_eq!(sessions.all().len(), 2);
    }
}
