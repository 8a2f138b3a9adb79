//! Remembers the calls of a session in a fixed amount of memory: which calls and results occurred before, how much was
//! changed, what it cost.

use super::first_errors::FirstErrors;
use super::known_words::KnownWords;
use super::moving_failures::MovingFailures;
use super::pause::{Pause, Pauses};
use crate::bounded::BoundedMap;
use crate::detect::call::Call;
use crate::detect::call::amounts::Trend;
use crate::detect::call::checks::CheckOutcome;
use crate::detect::call::classify::CallKind;
use crate::detect::call::moving_numbers::{Motion, Moves};
use crate::detect::call::news::KnownIds;
use crate::detect::call::skipped_commands::never_ran;
use crate::detect::call::volatility::names_server;
use crate::detect::hash;
use crate::detect::hash::KeyHasher;
use std::hash::BuildHasherDefault;

/// How many keys to remember: at most five per call, so at least the last 179 calls. A hash table grows when it is
/// seven eighths full, so this is seven eighths of a power of two.
const KEYS: usize = 896;
/// How many counters to remember.
const COUNTERS: usize = 56;
/// How many messages to remember the tokens of.
const STEPS: usize = 112;
/// How many calls to remember the numbers of, and the measurements.
const MOTIONS: usize = 28;

/// The name of the counter of what fails: no total is as large.
const FAILING: u64 = u64::MAX;

/// How a call compares with those before it.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each answers another rule's question")]
pub(crate) struct Comparison {
    /// How often the call was made, this time included.
    pub(crate) times: u32,
    /// The call was not made before.
    pub(crate) new_call: bool,
    /// Its result is not empty and did not occur before.
    pub(crate) new_result: bool,
    /// The same call had the same result before, and nothing new was changed in between.
    pub(crate) stale: bool,
    /// The same call had the same result before, whatever was changed in between.
    pub(crate) repeated: bool,
    /// It was made before, and is made for the first time since something new was changed: it runs what was changed, or
    /// looks at what that does.
    pub(crate) after_change: bool,
    /// It is a successful change that was not made before.
    pub(crate) new_change: bool,
    /// Whether it waits: the same look again, after a pause or with one, or a poll by the user's own patterns.
    pub(crate) pause: Pause,
    /// It is a check that passed: to run it again is needless, and no fault.
    pub(crate) passed: bool,
    /// When the same read before ended, if this one waits: milliseconds since the Unix epoch.
    pub(crate) waits_since: Option<i64>,
    /// It only repeats what was done before the context was compacted, for the first time since.
    pub(crate) reread: bool,
    /// The call was made before and its result says nothing new. A check that follows a change is there to be repeated.
    pub(crate) again: bool,
    /// Its result says something that did not occur before, numbers aside.
    pub(crate) new_numberless: bool,
    /// Its result is that of the same call before but for numbers, which move on.
    pub(crate) moves: bool,
    /// Its result is that of the same call before but for numbers, which may move on.
    pub(crate) drifts: bool,
    /// It names something that the session was given and no call named before: the next one of a list.
    pub(crate) listed: bool,
    /// It is farther on than such a call ever was: a counter is higher, fewer fail, a debugger is at a new place, an
    /// amount in the same failure is better, or what failed was mended and something else fails, as the next error of a
    /// compiler.
    pub(crate) advances: bool,
    /// It measured something that was not measured before.
    pub(crate) measured: bool,
}

impl Comparison {
    /// Whether it waits.
    pub(crate) fn waits(self) -> bool {
        self.pause == Pause::Wait
    }

    /// Whether it may wait, without a sign of what for.
    pub(crate) fn is_slow(self) -> bool {
        self.pause == Pause::Slow
    }

    /// Whether both the call and its result are new.
    pub(crate) fn is_novel(self) -> bool {
        self.new_call && self.new_result
    }
}

/// When a call was last made.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    /// The number of changes at that time.
    changes: u32,
    /// How many of them are known to be such.
    sure_changes: u32,
    /// The number of compactions at that time.
    compactions: u32,
    /// How often it was made by then.
    times: u32,
}

/// What of a call was known when it was made.
struct Known {
    /// How often it was made, this time included.
    times: u32,
    /// When the same call had the same result.
    pair: Option<Seen>,
    after_change: bool,
    new_call: bool,
    new_change: bool,
    new_result: bool,
    new_numberless: bool,
}

/// The calls of a session so far.
pub(crate) struct CallHistory {
    /// Calls, results, and pairs of both.
    keys: BoundedMap<u64, Seen, BuildHasherDefault<KeyHasher>>,
    pauses: Pauses,
    /// How the numbers in the latest results moved, by the calls' keys.
    motions: BoundedMap<u64, Motion, BuildHasherDefault<KeyHasher>>,
    /// What the latest results told of, by the calls' keys.
    told: BoundedMap<u64, KnownIds, BuildHasherDefault<KeyHasher>>,
    /// How the amounts in the latest failures moved, by what failed and how.
    trends: BoundedMap<u64, Trend, BuildHasherDefault<KeyHasher>>,
    /// How many measurements each call took, and how many of them were new.
    measured: BoundedMap<u64, (u16, u16), BuildHasherDefault<KeyHasher>>,
    /// The latest failures, and what was done about them.
    mended: MovingFailures,
    /// Where compilers found their first errors.
    first_errors: FirstErrors,
    /// The words that the session was given.
    pub(crate) given: KnownWords,
    /// The best of each counter.
    best: BoundedMap<u64, u32, BuildHasherDefault<KeyHasher>>,
    /// How many changes were new.
    changes: u32,
    /// How many of them are known to be such, and not only possible.
    sure_changes: u32,
    compactions: u32,
    current_message: String,
    /// The message with calls before the current one.
    pub(crate) previous_message: String,
    /// How many calls ended.
    pub(crate) calls: u64,
    /// How many of them were novel, or changed something in a new way.
    pub(crate) novel: u64,
    /// Tokens of all steps.
    pub(crate) tokens: u64,
    /// Tokens of the steps of each of the latest messages.
    steps: BoundedMap<u64, u64, BuildHasherDefault<KeyHasher>>,
    /// Tokens of all steps up to the last progress.
    pub(crate) tokens_at_progress: u64,
}

impl CallHistory {
    /// A history without calls.
    pub(crate) fn new() -> Self {
        Self {
            keys: BoundedMap::new(KEYS),
            pauses: Pauses::new(),
            motions: BoundedMap::new(MOTIONS),
            told: BoundedMap::new(MOTIONS),
            trends: BoundedMap::new(MOTIONS),
            measured: BoundedMap::new(MOTIONS),
            mended: MovingFailures::default(),
            first_errors: FirstErrors::default(),
            given: KnownWords::new(),
            best: BoundedMap::new(COUNTERS),
            changes: 0,
            sure_changes: 0,
            compactions: 0,
            current_message: String::new(),
            previous_message: String::new(),
            calls: 0,
            novel: 0,
            tokens: 0,
            steps: BoundedMap::new(STEPS),
            tokens_at_progress: 0,
        }
    }

    /// Records that a step of a message ended, and its tokens.
    pub(crate) fn end_step(&mut self, message: &str, tokens: u64) {
        self.tokens = self.tokens.saturating_add(tokens);
        let of_message = self.steps.get_or_insert_with(hash::of(message), || 0);
        *of_message = of_message.saturating_add(tokens);
    }

    /// The tokens of the steps of a message that have ended; 0 if it is forgotten.
    pub(crate) fn tokens_of(&self, message: &str) -> u64 {
        self.steps.get(&hash::of(message)).copied().unwrap_or_default()
    }

    /// How often a call was made before, as far as is remembered.
    pub(crate) fn times(&self, call: &Call) -> u32 {
        self.keys.get(&call.key).map_or(0, |seen| seen.times)
    }

    /// Records a call and compares it with those before it. The user asked that things are done `rounds` times, or
    /// `asked` for this call.
    pub(crate) fn record(&mut self, call: &Call, rounds: u32, asked: bool) -> Comparison {
        self.calls += 1;
        if call.message != self.current_message {
            self.previous_message = std::mem::replace(&mut self.current_message, call.message.clone());
        }
        let ended = self.pauses.ended(call);
        let pause = self.pauses.before(call);
        let motion = self.motion_of(call);
        // The content of a file may hold such words, too.
        let is_edit = call.kind == CallKind::Mutate && call.line.is_none();
        // What is looked at after a pause is waited for, and may have another id each time.
        let tells_news = self.tells_news(call) && pause == Pause::None;
        let moves = motion == Moves::On || tells_news || call.progress.part && !call.failed() && !is_edit;
        let known = self.remember(call, moves);
        let Known { new_call, new_result, new_numberless, .. } = known;
        // A build that is cut off at another place each time gets on.
        let gets_on = new_numberless && call.failure.as_ref().is_some_and(|failure| failure.cut_off);
        let is_mended = self.mended.advance(call) | self.first_errors.advance(call);
        let advances = self.advances(call, new_result) || gets_on || is_mended || self.gets_better(call);
        let fresh = moves || advances || asked || known.times <= rounds;
        let stale = !fresh && known.pair.is_some_and(|before| before.changes == self.changes);
        let may_repeat = !fresh && (stale || call.kind != CallKind::Check);
        let compared = Comparison {
            times: known.times,
            new_call,
            new_result,
            stale,
            repeated: may_repeat && known.pair.is_some(),
            again: may_repeat && !new_call && !new_result,
            after_change: known.after_change,
            new_change: known.new_change,
            // A program that stands elsewhere each time may be on its way.
            pause: if pause == Pause::None && motion == Moves::Perhaps { Pause::Slow } else { pause },
            passed: call.check == Some(CheckOutcome::Passed),
            waits_since: ended.filter(|_| pause == Pause::Wait),
            reread: known.pair.is_some_and(|before| before.compactions != self.compactions),
            new_numberless,
            moves,
            drifts: motion == Moves::Perhaps,
            listed: self.given.take(call),
            advances,
            measured: self.measures(call),
        };
        self.count(compared);
        compared
    }

    /// Remembers a call and its result. Returns what of them was known. A result whose numbers move on is new.
    fn remember(&mut self, call: &Call, moves: bool) -> Known {
        let times = self.times(call).saturating_add(1);
        let now = Seen { times, ..self.now() };
        let before = self.keys.insert(call.key, now);
        let new_call = before.is_none();
        // What only looks must look at what a program answers: other files stay as they are.
        let may_depend =
            call.kind != CallKind::Observe || names_server(call.input.command.as_deref().unwrap_or(&call.input.text));
        let after_change =
            may_depend && !call.failed() && before.is_some_and(|before| before.sure_changes != self.sure_changes);
        let new_change = new_call && call.kind == CallKind::Mutate && !call.failed();
        // Spread, so that a result never has the key of a call.
        let mut is_new = |key| self.keys.insert(hash::spread(key), now).is_none() && !call.empty || moves;
        let (new_result, new_numberless) = (is_new(call.result_key), is_new(call.numberless_key));
        // What nobody knows may have changed something, if it says something new.
        let may_change = call.kind == CallKind::Unknown && new_call && new_result && !call.failed();
        if new_change || may_change {
            self.changes = self.changes.wrapping_add(1);
            self.sure_changes = self.sure_changes.wrapping_add(u32::from(new_change));
        }
        let pair = self.keys.insert(call.key_with_result(), Seen { times, ..self.now() });
        Known { times, pair, after_change, new_call, new_change, new_result, new_numberless }
    }

    /// A call that is made now.
    fn now(&self) -> Seen {
        Seen { changes: self.changes, sure_changes: self.sure_changes, compactions: self.compactions, times: 0 }
    }

    /// Whether a call measured something that was not measured before. Of measurements with a unit, two may be equal by
    /// chance: if most of those of one call were new, all of them are.
    fn measures(&mut self, call: &Call) -> bool {
        let Some(measured) = call.measured else {
            return false;
        };
        let now = Seen { times: 1, ..self.now() };
        let is_new = self.keys.insert(hash::spread(measured.key), now).is_none();
        if !measured.sure && !measured.terse {
            return is_new;
        }
        let (taken, new) = self.measured.get_or_insert_with(call.key, Default::default);
        *taken = taken.saturating_add(1);
        *new = new.saturating_add(u16::from(is_new));
        is_new || *new >= taken.div_ceil(2)
    }

    /// Counts what a call brought.
    fn count(&mut self, compared: Comparison) {
        if compared.is_novel() || compared.new_change {
            self.novel += 1;
            self.tokens_at_progress = self.tokens;
        }
    }

    /// How the numbers in the result of a call moved since the same call before.
    fn motion_of(&mut self, call: &Call) -> Moves {
        if call.numbers.is_empty() && call.page.is_none() {
            return Moves::No;
        }
        let motion = self.motions.get_or_insert_with(call.key, Motion::default);
        let turns = call.page.is_some_and(|page| motion.turn(page));
        let moves = motion.advance(&call.numbers, call.span.1);
        if turns { Moves::On } else { moves }
    }

    /// Whether the result of a call tells of something else than the same call did before.
    fn tells_news(&mut self, call: &Call) -> bool {
        !call.news.is_empty()
            && !call.shows_fault()
            && self.told.get_or_insert_with(call.key, KnownIds::default).take(&call.news)
    }

    /// Whether a call fails as one before it did, and an amount in the failure is better than ever.
    fn gets_better(&mut self, call: &Call) -> bool {
        let Some(failure) = call.failure.as_ref().filter(|_| !call.amounts.is_empty()) else {
            return false;
        };
        let key = hash::join(call.attempt_key, failure.class);
        self.trends.get_or_insert_with(key, Trend::default).advance(&call.amounts)
    }

    /// Whether a call is farther on than any that tried the same. A counter that goes up and down is not.
    fn advances(&mut self, call: &Call, new_result: bool) -> bool {
        let counter = call.progress.counter.map(|(at, of)| (u64::from(of), at));
        let failing = call.progress.failing.map(|count| (FAILING, u32::MAX - count));
        // A shell that cannot run a command names a place as well.
        let ran = !call.failure.as_ref().is_some_and(|failure| never_ran(&failure.line));
        let mut advances = call.progress.place.is_some() && new_result && ran;
        for (name, reached) in counter.into_iter().chain(failing) {
            let key = hash::join(call.attempt_key, name);
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
