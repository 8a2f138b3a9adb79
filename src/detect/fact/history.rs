//! The calls of a session so far, in a fixed amount of memory: which calls and results occurred before,
//! how much was changed, what it cost.

use crate::bounded::BoundedMap;
use crate::detect::call::Call;
use crate::detect::call::classify::Kind;
use crate::detect::hash;
use crate::detect::hash::KeyHasher;
use std::hash::BuildHasherDefault;

/// How many keys to remember: three per call, so about the last 300 calls. A hash table grows when it is
/// seven eighths full, so this is seven eighths of a power of two.
const KEYS: usize = 896;

/// How a call compares with those before it.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each answers another rule's question")]
pub(crate) struct Comparison {
    /// The call was not made before.
    pub(crate) new_call: bool,
    /// Its result is not empty and did not occur before.
    pub(crate) new_result: bool,
    /// The same call had the same result before, and nothing new was changed in between.
    pub(crate) stale: bool,
    /// The same call had the same result before, whatever was changed in between.
    pub(crate) repeated: bool,
    /// It is a successful change that was not made before.
    pub(crate) new_change: bool,
    /// It polls: it waits, or looks again after a wait.
    pub(crate) poll: bool,
}

impl Comparison {
    /// Whether both the call and its result are new.
    pub(crate) fn is_novel(self) -> bool {
        self.new_call && self.new_result
    }
}

/// The calls of a session so far.
pub(crate) struct CallHistory {
    /// Calls, results, and pairs of both. A pair has the number of changes at that time.
    keys: BoundedMap<u64, u32, BuildHasherDefault<KeyHasher>>,
    /// How many changes were new.
    changes: u32,
    previous_polled: bool,
    current_message: String,
    /// The message with calls before the current one.
    pub(crate) previous_message: String,
    /// How many calls ended.
    pub(crate) calls: u64,
    /// How many of them were novel.
    pub(crate) novel: u64,
    /// Tokens of all steps.
    pub(crate) tokens: u64,
    /// Tokens of all steps up to the last progress.
    pub(crate) tokens_at_progress: u64,
}

impl CallHistory {
    /// A history without calls.
    pub(crate) fn new() -> Self {
        Self {
            keys: BoundedMap::new(KEYS),
            changes: 0,
            previous_polled: false,
            current_message: String::new(),
            previous_message: String::new(),
            calls: 0,
            novel: 0,
            tokens: 0,
            tokens_at_progress: 0,
        }
    }

    /// Records a call and compares it with those before it.
    pub(crate) fn record(&mut self, call: &Call) -> Comparison {
        self.calls += 1;
        if call.message != self.current_message {
            self.previous_message = std::mem::replace(&mut self.current_message, call.message.clone());
        }
        let new_call = self.keys.insert(call.key, 0).is_none();
        let new_change = new_call && call.kind == Kind::Mutate && !call.failed();
        let poll = call.kind == Kind::Poll || (self.previous_polled && call.kind != Kind::Mutate);
        self.previous_polled = call.kind == Kind::Poll;
        if new_change {
            self.changes = self.changes.wrapping_add(1);
        }
        let before = self.keys.insert(call.key_with_result(), self.changes);
        // Spread, so that a result never has the key of a call.
        let new_result = self.keys.insert(hash::spread(call.result_key), 0).is_none() && !call.empty;
        let compared = Comparison {
            new_call,
            new_result,
            stale: before == Some(self.changes),
            repeated: before.is_some(),
            new_change,
            poll,
        };
        if compared.is_novel() {
            self.novel += 1;
        }
        if compared.is_novel() || new_change {
            self.tokens_at_progress = self.tokens;
        }
        compared
    }

    /// Forgets all calls: after a user's message, the agent may repeat them.
    pub(crate) fn forget_calls(&mut self) {
        self.keys.clear();
        self.tokens_at_progress = self.tokens;
    }
}
