//! Remembers the calls of a session in a fixed amount of memory: which calls and results occurred before, how much was
//! changed, what it cost.

use super::given::Given;
use crate::bounded::BoundedMap;
use crate::detect::call::Call;
use crate::detect::call::checks::CheckResult;
use crate::detect::call::classify::CallKind;
use crate::detect::call::motion::{Motion, Moves};
use crate::detect::call::shell::Effect;
use crate::detect::call::still::{changes_by_itself, does};
use crate::detect::hash;
use crate::detect::hash::KeyHasher;
use crate::detect::text::wait_signs::{PAUSE, WaitSigns, is_named_as_look, says_not_yet};
use std::hash::BuildHasherDefault;

/// How many keys to remember: at most five per call, so at least the last 179 calls. A hash table grows when it is
/// seven eighths full, so this is seven eighths of a power of two.
const KEYS: usize = 896;
/// How many counters to remember.
const COUNTERS: usize = 56;
/// How many calls to remember the ends of.
const ENDS: usize = 112;
/// How many calls to remember the numbers of.
const MOTIONS: usize = 28;

/// The name of the counter of what fails: no total is as large.
const FAILING: u64 = u64::MAX;

/// A pause between two equal reads that shows by itself that something is waited for, in milliseconds. Slow models
/// leave ten seconds between any two calls.
const LONG_PAUSE: i64 = 25_000;
/// The same for a command that sleeps and whose answer says that something is under way.
const SHORT_PAUSE: i64 = 1_000;

/// How many looks in turn may be spaced without a word of waiting: each at a job of its own.
const SPACED: i64 = 2;

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
    /// It waits: the same read again, after a pause or with one, or a poll by the user's own patterns.
    pub(crate) poll: bool,
    /// The same read again after a pause, without a sign of what the pause is for: a slow model, or a wait.
    pub(crate) slow: bool,
    /// It is a check that passed: to run it again is needless, and no fault.
    pub(crate) passed: bool,
    /// When the same read before ended, if this one waits: milliseconds since the Unix epoch.
    pub(crate) waits_since: Option<i64>,
    /// It only repeats what was done before the context was compacted, for the first time since.
    pub(crate) reread: bool,
    /// The call was made before and its result says nothing new. A check that follows a change is there to be repeated.
    pub(crate) again: bool,
    /// Its result says something that did not occur before, numbers aside.
    pub(crate) new_gist: bool,
    /// Its result is that of the same call before but for numbers, which move on.
    pub(crate) moves: bool,
    /// It names something that the session was given and no call named before: the next one of a list.
    pub(crate) listed: bool,
    /// It is farther on than such a call ever was: a counter is higher, fewer fail, a debugger is at a new place.
    pub(crate) advances: bool,
    /// It measured something that was not measured before.
    pub(crate) measured: bool,
}

impl Comparison {
    /// Whether both the call and its result are new.
    pub(crate) fn is_novel(self) -> bool {
        self.new_call && self.new_result
    }
}

/// What the pause between two equal reads says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pause {
    /// There was none.
    None,
    /// There was one, for an unknown reason.
    Slow,
    /// Something is waited for.
    Wait,
}

/// When a call was last made.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    /// The number of changes at that time.
    changes: u32,
    /// The number of compactions at that time.
    compactions: u32,
    /// How often it was made by then.
    times: u32,
}

/// The calls of a session so far.
pub(crate) struct CallHistory {
    /// Calls, results, and pairs of both.
    keys: BoundedMap<u64, Seen, BuildHasherDefault<KeyHasher>>,
    /// When the latest calls ended, by their keys, and the number of calls by then that did more than sleep.
    ends: BoundedMap<u64, (i64, i64), BuildHasherDefault<KeyHasher>>,
    awake: i64,
    /// How the numbers in the latest results moved, by the calls' keys.
    motions: BoundedMap<u64, Motion, BuildHasherDefault<KeyHasher>>,
    /// The words that the session was given.
    pub(crate) given: Given,
    /// The best of each counter.
    best: BoundedMap<u64, u32, BuildHasherDefault<KeyHasher>>,
    /// How many changes were new.
    changes: u32,
    compactions: u32,
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
            ends: BoundedMap::new(ENDS),
            awake: 0,
            motions: BoundedMap::new(MOTIONS),
            given: Given::new(),
            best: BoundedMap::new(COUNTERS),
            changes: 0,
            compactions: 0,
            previous_polled: false,
            current_message: String::new(),
            previous_message: String::new(),
            calls: 0,
            novel: 0,
            tokens: 0,
            tokens_at_progress: 0,
        }
    }

    /// Records a call and compares it with those before it. The user asked that things are done `rounds` times.
    pub(crate) fn record(&mut self, call: &Call, rounds: u32) -> Comparison {
        self.calls += 1;
        if call.message != self.current_message {
            self.previous_message = std::mem::replace(&mut self.current_message, call.message.clone());
        }
        let times = self.keys.get(&call.key).map_or(0, |seen| seen.times).saturating_add(1);
        let now = Seen { changes: self.changes, compactions: self.compactions, times };
        let new_call = self.keys.insert(call.key, now).is_none();
        let new_change = new_call && call.kind == CallKind::Mutate && !call.failed();
        let ended = self.ends.get(&call.key).map(|(ended, _)| *ended);
        let pause = self.pause_before(call);
        let poll = pause == Pause::Wait;
        let motion = self.motion_of(call);
        let moves = motion == Moves::On;
        self.previous_polled = call.kind == CallKind::Poll;
        // Spread, so that a result never has the key of a call.
        let new_result = self.keys.insert(hash::spread(call.result_key), now).is_none() && !call.empty || moves;
        let new_gist = self.keys.insert(hash::spread(call.gist), now).is_none() && !call.empty || moves;
        // An unknown call may have changed something, if it says something new.
        let may_change = call.kind == CallKind::Unknown && new_call && new_result && !call.failed();
        if new_change || may_change {
            self.changes = self.changes.wrapping_add(1);
        }
        let now = Seen { changes: self.changes, ..now };
        let before = self.keys.insert(call.key_with_result(), now);
        // A build that is cut off at another place each time gets on.
        let gets_on = new_gist && call.failure.as_ref().is_some_and(|failure| failure.cut_off);
        let advances = self.advances(call, new_result) || gets_on;
        let fresh = moves || advances || times <= rounds;
        let stale = !fresh && before.is_some_and(|before| before.changes == self.changes);
        let measured = call.measured.is_some_and(|measured| self.keys.insert(hash::spread(measured), now).is_none());
        let compared = Comparison {
            new_call,
            new_result,
            stale,
            repeated: !fresh && before.is_some() && (stale || call.kind != CallKind::Check),
            again: !fresh && !new_call && !new_result && (stale || call.kind != CallKind::Check),
            new_change,
            poll,
            slow: pause == Pause::Slow || motion == Moves::Perhaps,
            passed: call.check == Some(CheckResult::Passed),
            waits_since: ended.filter(|_| poll),
            reread: before.is_some_and(|before| before.compactions != self.compactions),
            new_gist,
            moves,
            listed: self.given.take(call),
            advances,
            measured,
        };
        self.count(compared);
        compared
    }

    /// Counts what a call brought.
    fn count(&mut self, compared: Comparison) {
        self.novel += u64::from(compared.is_novel());
        if compared.is_novel() || compared.new_change {
            self.tokens_at_progress = self.tokens;
        }
    }

    /// Whether a call waits: the same read again, after a pause or with one, and a sign of what the pause is for. A
    /// call that checks or changes something does not wait.
    fn pause_before(&mut self, call: &Call) -> Pause {
        if call.kind == CallKind::Poll || (self.previous_polled && call.kind != CallKind::Mutate) {
            return Pause::Wait;
        }
        let only_sleeps = call.line.as_ref().is_some_and(|line| line.effect == Effect::Poll);
        self.awake += i64::from(!only_sleeps);
        let before = self.ends.insert(call.key, (call.span.1, self.awake));
        let Some((ended, awake)) = before else {
            return Pause::None;
        };
        let took = call.span.1.saturating_sub(call.span.0);
        // What was done in between is not a pause.
        let pause = call.span.0.saturating_sub(ended) / (self.awake - awake).max(1);
        match call.kind {
            CallKind::Check => return check_wait(call, pause),
            CallKind::Mutate if call.failed() && sleeps(call) => return failed_wait(call, took, pause),
            CallKind::Observe | CallKind::Unknown | CallKind::Record if call.failed() => {
                return failed_wait(call, took, pause);
            }
            CallKind::Observe | CallKind::Unknown | CallKind::Record => {}
            _ => return Pause::None,
        }
        // Who presses a button again does not wait, unless something says so.
        let is_deed = call.kind == CallKind::Unknown && call.line.is_none() && does(&call.tool);
        if is_deed && !WaitSigns::read(&call.tool, &call.input.text, &call.ends, took, pause).is_wait() {
            return if took.max(pause) >= PAUSE { Pause::Slow } else { Pause::None };
        }
        if took >= PAUSE || pause >= LONG_PAUSE {
            return Pause::Wait;
        }
        let sleeps = sleeps(call) && took.max(pause) >= SHORT_PAUSE;
        let read = WaitSigns::read(&call.tool, given(call), &call.ends, took, pause);
        let by_itself = || changes_by_itself(&call.tool, call.kind, call.input.command.as_deref(), &call.input.text);
        if pause < PAUSE && !sleeps {
            // Whoever looks too often at what is under way is in a hurry, and no circle.
            return if read.says_running && by_itself() { Pause::Slow } else { Pause::None };
        }
        let spaced = pause >= PAUSE && self.awake - awake <= SPACED;
        let is_unknown_tool = call.kind == CallKind::Unknown && call.line.is_none();
        if read.is_wait() || (sleeps && read.says_running) || (spaced && by_itself()) {
            Pause::Wait
        } else if pause >= PAUSE && self.awake - awake <= 1 || spaced && is_unknown_tool {
            Pause::Slow
        } else {
            Pause::None
        }
    }

    /// How the numbers in the result of a call moved since the same call before.
    fn motion_of(&mut self, call: &Call) -> Moves {
        if call.numbers.is_empty() {
            return Moves::No;
        }
        self.motions.get_or_insert_with(call.key, Motion::default).advance(&call.numbers, call.span.1)
    }

    /// Whether a call is farther on than any that tried the same. A counter that goes up and down is not.
    fn advances(&mut self, call: &Call, new_result: bool) -> bool {
        let counter = call.progress.counter.map(|(at, of)| (u64::from(of), at));
        let failing = call.progress.failing.map(|count| (FAILING, u32::MAX - count));
        let mut advances = call.progress.place.is_some() && new_result;
        for (name, reached) in counter.into_iter().chain(failing) {
            let key = hash::join(call.act, name);
            let best = self.best.get(&key).copied();
            advances |= best.is_some_and(|best| reached > best);
            self.best.insert(key, best.map_or(reached, |best| best.max(reached)));
        }
        advances
    }

    /// Records that the context was compacted: what was read before may be read again, once.
    pub(crate) fn compact(&mut self) {
        self.compactions = self.compactions.wrapping_add(1);
    }

    /// Forgets all calls: after a user's message, the agent may repeat them.
    pub(crate) fn forget_calls(&mut self) {
        self.keys.clear();
        self.tokens_at_progress = self.tokens;
    }
}

/// Whether a call sleeps or waits itself, as its command says.
fn sleeps(call: &Call) -> bool {
    call.line.as_ref().is_some_and(|line| line.waits)
}

/// What a call is given: its command, or the text of its input.
fn given(call: &Call) -> &str {
    call.input.command.as_deref().unwrap_or(&call.input.text)
}

/// The pause before a check. Tests and builds wait for nothing, but a task of a project may look at something that is
/// under way, whatever it is called.
fn check_wait(call: &Call, pause: i64) -> Pause {
    let failed = call.failed() || matches!(call.check, Some(CheckResult::Failed { .. }));
    let running = || WaitSigns::read(&call.tool, given(call), &call.ends, 0, pause).says_running;
    if pause >= LONG_PAUSE && !failed && running() { Pause::Wait } else { Pause::None }
}

/// The pause of a read that failed: what it waits for may not be there yet, or the time for it was up. The pause must
/// be the call's own, since agents think before they try again what failed. One that the call makes itself is a wait
/// whatever the failure says: each program has words of its own for what is missing or held.
fn failed_wait(call: &Call, took: i64, pause: i64) -> Pause {
    let waits = sleeps(call);
    if !waits && call.failure.as_ref().is_some_and(|failure| failure.cut_off) {
        return Pause::None;
    }
    let named = waits || is_named_as_look(&call.tool, given(call));
    if took < PAUSE && pause < LONG_PAUSE {
        Pause::None
    } else if waits && took >= LONG_PAUSE
        || (named || pause >= LONG_PAUSE || call.line.is_none()) && says_not_yet(&call.ends)
    {
        Pause::Wait
    } else if waits {
        Pause::Slow
    } else {
        Pause::None
    }
}
