//! Judges the pause before a repeated read: somebody waits, or a model is slow.

use crate::bounded::{BoundedMap, push_bounded};
use crate::detect::call::Call;
use crate::detect::call::checks::CheckOutcome;
use crate::detect::call::classify::CallKind;
use crate::detect::call::shell::Effect;
use crate::detect::call::tokens::PLACEHOLDER;
use crate::detect::call::volatility::{changes_by_itself, does};
use crate::detect::hash::KeyHasher;
use crate::detect::text::wait_signs::{
    PAUSE, WaitSigns, is_named_as_look, needs_more_than_time, refuses, says_not_yet,
};
use std::collections::VecDeque;
use std::hash::BuildHasherDefault;

/// How many calls to remember the ends of.
const ENDS: usize = 112;

/// A pause between two equal reads that shows by itself that something is waited for, in milliseconds. Slow models
/// leave ten seconds between any two calls.
const LONG_PAUSE: i64 = 25_000;
/// The same for a command that sleeps.
const SHORT_PAUSE: i64 = 1_000;
/// The same for a look that says that something is not there yet: who hurries leaves none.
const BREATH: i64 = 2_000;
/// The longest answer that is a refusal and nothing else, in bytes: what works with a server that is not there says more.
const REFUSAL: usize = 240;
/// For how long such short pauses are a wait, in milliseconds: a server that starts is there by then.
const SHORT_WAIT: i64 = 120_000;
/// How many pauses before other calls show how long the model takes for one.
const USUAL: usize = 9;
/// The fewest of them.
const FEWEST: usize = 2;

/// How many looks without a pause of their own are a wait where nothing was started that could come up: any model
/// takes its seconds between two calls.
const HASTY: u32 = 9;
/// How many calls before the first look may have started what it waits for.
const STARTED: i64 = 8;

/// How many looks in turn may be spaced without a word of waiting: each at a job of its own.
const SPACED: i64 = 2;

/// What the pause between two equal reads says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Pause {
    /// There was none.
    #[default]
    None,
    /// There was one, for an unknown reason: a slow model, or a wait.
    Slow,
    /// Something is waited for.
    Wait,
}

/// What a call is to one who asks whether it waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// It checks something: tests and builds wait for nothing, but a task of a project may look at something that is
    /// under way, whatever it is called.
    Check,
    /// It failed: what it waits for may not be there yet, or the time for it was up.
    Failed,
    /// It does something each time, as a button does.
    Deed,
    /// It looks at something.
    Open,
    /// It is no look.
    None,
}

impl Look {
    fn of(call: &Call) -> Self {
        match call.kind {
            CallKind::Check => Self::Check,
            _ if call.still_runs => Self::Open,
            CallKind::Mutate if call.failed() && sleeps(call) => Self::Failed,
            // Who sleeps long before it waits for something, whatever the program does that tells of it.
            CallKind::Mutate if sleeps(call) && call.span.1.saturating_sub(call.span.0) >= LONG_PAUSE => Self::Open,
            CallKind::Observe | CallKind::Unknown | CallKind::Record if call.failed() => Self::Failed,
            CallKind::Unknown if call.line.is_none() && does(&call.tool) => Self::Deed,
            CallKind::Observe | CallKind::Unknown | CallKind::Record => Self::Open,
            _ => Self::None,
        }
    }
}

/// The last end of a call.
#[derive(Debug, Clone, Copy)]
struct LastEnd {
    at: i64,
    /// How many calls did more than sleep by then.
    awake: i64,
    result: u64,
    /// When it first ended with this result, without another one since.
    since: i64,
    /// How often it did.
    times: u32,
    /// A command before the first of them may have started what it looks at.
    started: bool,
}

/// The time between a look and the equal one before it, in milliseconds.
#[derive(Debug, Clone, Copy)]
struct Gap {
    /// How long the look itself took.
    took: i64,
    /// How long it was since the one before, for each call in between: what was done then is no pause.
    pause: i64,
    /// How many calls did more than sleep since then, this one included.
    calls: i64,
    /// For how long equal reads have had this result.
    lasted: i64,
    /// How many of them had it.
    times: u32,
    /// What they look at may have been started just before.
    started: bool,
    /// The pause is no longer than those before other calls.
    is_usual: bool,
}

impl Gap {
    /// Whether equal reads follow on each other, or two take turns.
    fn is_spaced(&self) -> bool {
        self.calls <= SPACED
    }

    /// What a short pause is that something speaks for: a wait, but not for ever.
    fn short(&self) -> Pause {
        if self.lasted < SHORT_WAIT { Pause::Wait } else { Pause::Slow }
    }

    /// The same for looks without a pause of their own.
    fn hasty(&self) -> Pause {
        if self.started || self.times <= HASTY { self.short() } else { Pause::Slow }
    }
}

/// When the latest calls ended.
pub(super) struct Pauses {
    ends: BoundedMap<u64, LastEnd, BuildHasherDefault<KeyHasher>>,
    awake: i64,
    /// How many calls did more than sleep when a command last did something.
    deed: Option<i64>,
    /// The latest pauses before calls that were not just made, in milliseconds.
    usual: VecDeque<i64>,
    previous_polled: bool,
    /// When the session last slept, if it did nothing but look since.
    slept: Option<i64>,
    /// The key of the latest call, and when it ended.
    latest: Option<(u64, i64)>,
}

impl Pauses {
    pub(super) fn new() -> Self {
        Self {
            ends: BoundedMap::new(ENDS),
            awake: 0,
            deed: None,
            usual: VecDeque::new(),
            previous_polled: false,
            slept: None,
            latest: None,
        }
    }

    /// When the same call last ended, in milliseconds since the Unix epoch.
    pub(super) fn ended(&self, call: &Call) -> Option<i64> {
        self.ends.get(&call.wait_key()).map(|end| end.at)
    }

    /// What the pause before a call says: a call waits if it is the same read again, after a pause or with one, and
    /// there is a sign of what the pause is for.
    pub(super) fn before(&mut self, call: &Call) -> Pause {
        let polls = call.kind == CallKind::Poll && !is_over(call);
        if std::mem::replace(&mut self.previous_polled, polls) && call.kind != CallKind::Mutate || polls {
            return Pause::Wait;
        }
        let follows_sleep = self.follows_sleep(call);
        let Some(gap) = self.record(call).filter(|_| !is_over(call)) else {
            return Pause::None;
        };
        match Look::of(call) {
            Look::Open if follows_sleep => Pause::Wait,
            Look::Check => check_wait(call, gap),
            Look::Failed => failed_wait(call, gap),
            Look::Deed => deed_wait(call, gap),
            Look::Open => open_wait(call, gap),
            Look::None => Pause::None,
        }
    }

    /// Records the end of a call. Returns the gap since the same call before.
    fn record(&mut self, call: &Call) -> Option<Gap> {
        self.awake += i64::from(!only_sleeps(call));
        let (start, end) = call.span;
        let last = self.ends.get(&call.wait_key()).copied();
        let equal = last.filter(|last| last.result == call.result_key);
        let since = equal.map_or(end, |last| last.since);
        let times = equal.map_or(1, |last| last.times + 1);
        let started =
            equal.map_or_else(|| self.deed.is_some_and(|deed| self.awake - deed <= STARTED), |last| last.started);
        self.ends.insert(
            call.wait_key(),
            LastEnd { at: end, awake: self.awake, result: call.result_key, since, times, started },
        );
        if may_start(call) {
            self.deed = Some(self.awake);
        }
        self.time(call);
        let last = last?;
        let calls = self.awake - last.awake;
        let pause = start.saturating_sub(last.at) / calls.max(1);
        Some(Gap {
            took: end.saturating_sub(start),
            pause,
            is_usual: self.is_usual(pause),
            calls,
            lasted: end.saturating_sub(since),
            times,
            started,
        })
    }
}

impl Pauses {
    /// Whether a call is the first look of its kind since the session slept, and nothing was done in between.
    fn follows_sleep(&mut self, call: &Call) -> bool {
        let (start, end) = call.span;
        if only_sleeps(call) && end.saturating_sub(start) >= PAUSE {
            self.slept = Some(start);
            return false;
        }
        if !looks(call) {
            self.slept = None;
        }
        let slept = self.slept.filter(|_| !call.failed());
        slept.is_some_and(|slept| self.ended(call).is_some_and(|ended| ended < slept))
    }

    /// Notes how long it took until a call was made, unless it is the one before once more.
    fn time(&mut self, call: &Call) {
        let (start, end) = call.span;
        let before = self.latest.replace((call.wait_key(), end));
        let Some((_, ended)) = before.filter(|(key, _)| *key != call.wait_key()) else { return };
        push_bounded(&mut self.usual, USUAL, start.saturating_sub(ended));
    }

    /// Whether the model takes as long before other calls.
    fn is_usual(&self, pause: i64) -> bool {
        let mut usual: Vec<i64> = self.usual.iter().copied().collect();
        usual.sort_unstable();
        usual.len() >= FEWEST && pause <= usual[usual.len() / 2] * 3 / 2
    }
}

/// Whether a call sleeps or waits itself, as its command says.
fn sleeps(call: &Call) -> bool {
    call.line.as_ref().is_some_and(|line| line.waits)
}

/// Whether a command does nothing but sleep.
fn only_sleeps(call: &Call) -> bool {
    call.line.as_ref().is_some_and(|line| line.effect == Effect::Poll)
}

/// Whether a call did something that may have started what is looked at next; an edit starts nothing.
fn may_start(call: &Call) -> bool {
    let is_action = match call.kind {
        CallKind::Mutate | CallKind::Record => call.line.is_some(),
        CallKind::Unknown | CallKind::Spawn => true,
        _ => call.still_runs,
    };
    is_action && !call.failed() && !looks(call)
}

/// Whether a call looks at checks that run elsewhere, and one that it names has failed while none runs any more.
fn is_over(call: &Call) -> bool {
    matches!(&call.remote, Some(CheckOutcome::Failed { items, .. }) if !items.is_empty())
        && !WaitSigns::read(&call.tool, given(call), &call.ends, 0, 0).says_running
}

/// What a call is given: its command, or the text of its input.
fn given(call: &Call) -> &str {
    call.input.command.as_deref().unwrap_or(&call.input.text)
}

/// Whether a look is refused: what it looks at does not answer yet. So may another call be after a real pause, if the
/// refusal is all that it says.
fn is_refused(call: &Call, gap: Gap) -> bool {
    let waits = gap.pause >= PAUSE && call.ends.len() <= REFUSAL;
    let is_refusal = || refuses(&call.ends) || has_no_answer(call, gap);
    gap.pause >= BREATH && gap.is_spaced() && (looks(call) || waits) && is_refusal()
}

/// Whether a look after a real pause says that what it looks at is under way: by its exit code, it has not failed, but is
/// not there yet.
fn is_under_way(call: &Call, gap: Gap) -> bool {
    gap.pause >= PAUSE
        && gap.is_spaced()
        && (looks(call) || call.ends.len() <= REFUSAL)
        && WaitSigns::read(&call.tool, given(call), &call.ends, 0, 0).says_running
}

/// Whether whoever looks leaves a pause of their own, and what they look at may come by itself.
fn is_patient(call: &Call, gap: Gap) -> bool {
    gap.pause >= PAUSE && gap.is_spaced() && !gap.is_usual && by_itself(call) && !needs_more_than_time(&call.ends)
}

/// Whether what was just started answers nothing, or a code alone, as in `000` and `503`.
fn has_no_answer(call: &Call, gap: Gap) -> bool {
    gap.started && (call.empty || call.ends.trim().chars().eq([PLACEHOLDER])) && by_itself(call)
}

/// Whether a call looks at something, and does nothing: a program that nobody knows does, unless its words speak for it.
fn looks(call: &Call) -> bool {
    match call.kind {
        CallKind::Observe | CallKind::Poll => true,
        CallKind::Record | CallKind::Unknown => by_itself(call),
        _ => false,
    }
}

/// Whether what a call looks at may change while nobody does anything.
fn by_itself(call: &Call) -> bool {
    changes_by_itself(&call.tool, call.kind, call.input.command.as_deref(), &call.input.text)
}

fn check_wait(call: &Call, gap: Gap) -> Pause {
    let failed = call.failed() || matches!(call.check, Some(CheckOutcome::Failed { .. }));
    let running = || WaitSigns::read(&call.tool, given(call), &call.ends, 0, gap.pause).says_running;
    // What only says that it runs is no build, whatever its name and its exit code.
    let sleeps_first = || sleeps(call) && gap.took >= PAUSE && call.failing.is_none() && call.ends.len() <= REFUSAL;
    let is_wait = (gap.pause >= LONG_PAUSE && !failed || sleeps_first()) && running()
        // Nor is what sleeps long and complains of nothing.
        || sleeps_first() && !failed && gap.took >= LONG_PAUSE;
    if is_wait { Pause::Wait } else { Pause::None }
}

/// The pause must be the call's own, since agents think before they try again what failed. One that the call makes
/// itself is a wait whatever the failure says, since each program has words of its own for what is missing or held, unless
/// it is one that no time mends.
fn failed_wait(call: &Call, gap: Gap) -> Pause {
    let sleeps = sleeps(call);
    if !sleeps && call.failure.as_ref().is_some_and(|failure| failure.cut_off) {
        return Pause::None;
    }
    if gap.took < PAUSE && gap.pause < LONG_PAUSE {
        // A change behind a short sleep is repeated, not waited for, unless its answer says what is not there yet.
        let sleeps_first = sleeps && gap.took >= SHORT_PAUSE;
        return if sleeps_first && (looks(call) || refuses(&call.ends)) {
            gap.short()
        } else if is_under_way(call, gap) {
            Pause::Wait
        } else if is_refused(call, gap) {
            gap.hasty()
        } else if sleeps_first && call.kind == CallKind::Unknown || is_patient(call, gap) {
            Pause::Slow
        } else {
            Pause::None
        };
    }
    let named = sleeps || is_named_as_look(&call.tool, given(call));
    let may_wait = named || gap.pause >= LONG_PAUSE || call.line.is_none();
    if sleeps && needs_more_than_time(&call.ends) {
        gap.short()
    } else if sleeps && gap.took >= LONG_PAUSE || may_wait && says_not_yet(&call.ends) {
        Pause::Wait
    } else if sleeps {
        gap.short()
    } else if is_patient(call, gap) {
        Pause::Slow
    } else {
        Pause::None
    }
}

/// Who presses a button again does not wait, unless something says so.
fn deed_wait(call: &Call, gap: Gap) -> Pause {
    if WaitSigns::read(&call.tool, &call.input.text, &call.ends, gap.took, gap.pause).is_wait() {
        return open_wait(call, gap);
    }
    if gap.took.max(gap.pause) >= PAUSE { Pause::Slow } else { Pause::None }
}

fn open_wait(call: &Call, gap: Gap) -> Pause {
    let Gap { took, pause, .. } = gap;
    let read = WaitSigns::read(&call.tool, given(call), &call.ends, took, pause);
    let sleeps_on = sleeps(call) && took.max(pause) >= SHORT_PAUSE && read.says_running;
    let runs_on = call.still_runs && took >= SHORT_PAUSE;
    if took >= PAUSE || read.is_wait() || sleeps_on || runs_on {
        return Pause::Wait;
    }
    if pause >= LONG_PAUSE {
        // A file changes when somebody writes it: who looks at it again waits for what was started, or is slow.
        return match (gap.started || by_itself(call), gap.is_usual) {
            (true, _) => Pause::Wait,
            (false, true) => Pause::None,
            (false, false) => Pause::Slow,
        };
    }
    if pause < PAUSE {
        let says_so = || call.still_runs || says_not_yet(&call.ends) && by_itself(call) || has_no_answer(call, gap);
        let not_yet = || pause >= BREATH && gap.is_spaced() && says_so();
        let is_action = call.kind == CallKind::Record && !looks(call);
        return if sleeps(call) && took >= SHORT_PAUSE && !is_action {
            gap.short()
        } else if not_yet() {
            gap.hasty()
        } else if read.says_running && by_itself(call) {
            // An agent that looks too often at what is under way is in a hurry, and in no loop.
            Pause::Slow
        } else {
            Pause::None
        };
    }
    let is_unknown_tool = call.kind == CallKind::Unknown && call.line.is_none();
    if gap.is_spaced() && by_itself(call) {
        Pause::Wait
    } else if gap.calls <= 1 || gap.is_spaced() && is_unknown_tool {
        Pause::Slow
    } else {
        Pause::None
    }
}
