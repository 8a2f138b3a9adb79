//! What a session has done so far, in a memory of fixed size: which calls and results are known, what
//! changed, what it cost.

use crate::detect::call::Call;
use crate::detect::call::classify::Kind;
use crate::detect::hash;
use crate::detect::memory::Recent;

/// How many keys are remembered: three a call, so the last 300 calls or so. Seven eighths of a power
/// of two, which is when the table under it grows.
const KEYS: usize = 896;

/// What is new about a call.
#[derive(Debug, Clone, Copy, Default)]
// Each of them is asked for by another rule.
#[allow(clippy::struct_excessive_bools)]
pub(crate) struct Comparison {
    /// The call was never made before.
    pub(crate) new_call: bool,
    /// Nothing like its result was ever seen before.
    pub(crate) new_result: bool,
    /// It brought the same result as before, and nothing new was changed in between.
    pub(crate) stale: bool,
    /// It brought the same result as before, whatever was changed in between.
    pub(crate) repeated: bool,
    /// A change that was never made before, and took.
    pub(crate) new_change: bool,
    /// It waits, or looks again after a wait.
    pub(crate) poll: bool,
}

impl Comparison {
    /// Whether it brought something new: a call never made, a result never seen.
    pub(crate) fn novel(self) -> bool {
        self.new_call && self.new_result
    }
}

/// What a session has done so far.
pub(crate) struct CallHistory {
    keys: Recent,
    /// Changes that were new, counted.
    changes: u32,
    after_poll: bool,
    last_message: String,
    /// The message of the last call before the message at hand.
    pub(crate) message_before: String,
    /// Calls that ended.
    pub(crate) calls: u64,
    /// Calls that brought something new.
    pub(crate) novel: u64,
    /// Tokens of all steps.
    pub(crate) tokens: u64,
    /// Tokens at the last progress.
    pub(crate) tokens_at_progress: u64,
}

impl CallHistory {
    /// Empty.
    pub(crate) fn new() -> Self {
        Self {
            keys: Recent::new(KEYS),
            changes: 0,
            after_poll: false,
            last_message: String::new(),
            message_before: String::new(),
            calls: 0,
            novel: 0,
            tokens: 0,
            tokens_at_progress: 0,
        }
    }

    /// Takes a call in, and says what is new about it.
    pub(crate) fn note(&mut self, call: &Call) -> Comparison {
        self.calls += 1;
        if call.message != self.last_message {
            self.message_before = std::mem::replace(&mut self.last_message, call.message.clone());
        }
        let new_call = self.keys.put(call.a, 0).is_none();
        let new_change = new_call && call.kind == Kind::Mutate && !call.failed();
        let poll = call.kind == Kind::Poll || (self.after_poll && call.kind != Kind::Mutate);
        self.after_poll = call.kind == Kind::Poll;
        if new_change {
            self.changes = self.changes.wrapping_add(1);
        }
        let before = self.keys.put(call.key_with_result(), self.changes);
        // Results are told apart from calls that happen to hash alike.
        let new_result = self.keys.put(hash::spread(call.r), 0).is_none() && !call.empty;
        let compared = Comparison {
            new_call,
            new_result,
            stale: before == Some(self.changes),
            repeated: before.is_some(),
            new_change,
            poll,
        };
        if compared.novel() {
            self.novel += 1;
        }
        if compared.novel() || new_change {
            self.tokens_at_progress = self.tokens;
        }
        compared
    }

    /// The user spoke: what was done before may be done again.
    pub(crate) fn forget(&mut self) {
        self.keys.clear();
        self.tokens_at_progress = self.tokens;
    }
}
