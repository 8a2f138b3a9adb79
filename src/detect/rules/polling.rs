//! Detects polling for something that does not change. Polling is exempt from the rules about repetition; this is its
//! own limit.

use super::rule::{Rule, RuleInfo};
use super::streak::Streak;
use crate::bounded::push_bounded;
use crate::detect::call::Call;
use crate::detect::call::standing::{Stand, Standing};
use crate::detect::config::Limit;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::signal::{Signal, Signals};
use crate::detect::text::final_failure::{says_crashed, says_finished, says_over};
use crate::detect::text::stuck::Plight;
use crate::detect::text::wait_signs::says_not_yet;
use crate::wire::Timestamp;
use crate::wire::record::{Grade, Kind};
use std::collections::VecDeque;

const NAME: &str = "polling";

const POLLS: Limit = Limit::new(
    "polling.calls",
    10,
    "polls without a change before a notice, once they also span polling.seconds seconds",
);
const SECONDS: Limit = Limit::new(
    "polling.seconds",
    600,
    "seconds of polling without a change before a notice, once there are also polling.calls polls",
);

const WARN: Limit = Limit::new("polling.warn-seconds", 2700, "seconds of polling without a change before a warning");

// A read or two more may be made by habit, or to see what else is said.
const OVER: Limit =
    Limit::new("polling.over", 5, "repeated reads of something that has failed for good before a warning");

/// How many different polls may alternate, such as a read and a wait.
const POLL_CALLS: usize = 4;

/// An error in the latest lines may be an old one, and the program at work: it takes so many times longer.
const DOUBT: u64 = 2;
/// After so many times longer, fewer looks at something that is stuck are enough.
const LONG: u64 = 2;
const FEW: u64 = 6;

/// How long something has shown that it is stuck.
#[derive(Default)]
struct Jam {
    looks: u64,
    since: Timestamp,
    /// The least that one of the looks showed.
    plight: Plight,
}

/// What the rule remembers of one session.
#[derive(Default)]
pub(super) struct Polling {
    /// The keys of calls and their results.
    results: VecDeque<(u64, u64)>,
    since: Timestamp,
    /// Reads before the streak: the first of several is not a poll yet.
    first: u64,
    warned: bool,
    /// Reads in the streak of something that has failed for good.
    over: u64,
    streak: Option<Streak>,
    jam: Jam,
    /// What the looks have shown, by their keys.
    standings: VecDeque<(u64, Standing)>,
}

impl Rule for Polling {
    const INFO: RuleInfo = RuleInfo {
        name: NAME,
        about: "waiting for something that does not change",
        limits: &[POLLS, SECONDS, WARN, OVER],
    };

    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            Fact::Call(call, compared) if compared.waits() => {
                let stand = self.stand(call, context);
                if compared.moves && stand.plight == Plight::None {
                    self.restart();
                } else {
                    self.take(call, stand, compared.waits_since, context, signals);
                }
            }
            // What it waited for has come, and says nothing of waiting any more.
            Fact::Call(call, _)
                if self.results.iter().any(|(key, result)| *key == call.wait_key() && *result != call.result_key) =>
            {
                *self = Self::default();
                signals.release(NAME);
            }
            Fact::Call(_, compared) if compared.new_change || compared.moves || compared.is_novel() => {
                *self = Self::default();
            }
            Fact::User => *self = Self::default(),
            _ => {}
        }
    }
}

impl Polling {
    /// Compares what a poll shows with the same one before.
    fn stand(&mut self, call: &Call, context: &RuleContext<'_>) -> Stand {
        let Some(look) = call.look(context.config) else { return Stand { moves: true, ..Stand::default() } };
        let key = call.wait_key();
        if !self.standings.iter().any(|(known, _)| *known == key) {
            push_bounded(&mut self.standings, POLL_CALLS, (key, Standing::default()));
        }
        let standing = self.standings.iter_mut().find(|(known, _)| *known == key);
        standing.map(|(_, standing)| standing.advance(&look, call.span.1)).unwrap_or_default()
    }

    /// Begins anew, as something has come of the polls.
    fn restart(&mut self) {
        *self = Self { standings: std::mem::take(&mut self.standings), ..Self::default() };
    }

    /// Compares the result of a poll with that of the same one before.
    fn compare(&mut self, call: &Call, stand: Stand, signals: &mut Signals) {
        let known = self.results.iter().position(|(call_key, _)| *call_key == call.wait_key());
        if let Some(at) = known.filter(|at| self.results[*at].1 != call.result_key) {
            if stand.equal || stand.plight > Plight::None {
                self.results[at].1 = call.result_key;
            } else {
                // What it waited for has come, or moves.
                self.restart();
                signals.release(NAME);
            }
        }
        if known.is_none() || self.results.is_empty() {
            push_bounded(&mut self.results, POLL_CALLS, (call.wait_key(), call.result_key));
        }
    }

    /// Takes a poll; `before` is when the same read before it ended, which was the first of the polls.
    fn take(
        &mut self,
        call: &Call,
        stand: Stand,
        before: Option<i64>,
        context: &RuleContext<'_>,
        signals: &mut Signals,
    ) {
        self.compare(call, stand, signals);
        self.jam.take(call, stand);
        let Some(streak) = &mut self.streak else {
            self.streak = Some(Streak::begin(call, context));
            self.since = Timestamp::from_ms(before.unwrap_or(call.point.ts));
            self.first = u64::from(before.is_some());
            return;
        };
        streak.add(call, context);
        let polls = streak.calls() + self.first;
        let seconds = Timestamp::from_ms(call.point.ts).since(self.since) / 1000;
        let waited = u64::try_from(seconds).unwrap_or(0);
        let enough = waited >= context.config.limit(&SECONDS) && polls >= context.config.limit(&POLLS);
        self.over += u64::from(says_over(&call.ends));
        let over = self.over + self.first;
        // Waiting is never worth a stop, so the warning does not grow.
        if self.warned {
            return;
        }
        let is_over = self.over > 0 && over >= context.config.limit(&OVER);
        let is_stuck = self.jam.is_long(call, context);
        let summary = if is_over {
            format!("{over} reads of something that has failed for good")
        } else if is_stuck {
            format!("{} looks at something that is stuck, and nothing has come of it", self.jam.looks)
        } else if enough {
            format!("{polls} polls in {seconds} s, and nothing has changed")
        } else {
            return;
        };
        let allowed = u64::try_from(context.allowed.looks / 1000).unwrap_or(0);
        // An agent that is told to try every minute goes on although it fails.
        let is_vain = || waited >= allowed && fails(call);
        let is_long = || waited >= context.config.limit(&WARN).max(allowed) || is_vain() || says_finished(&call.ends);
        self.warned = is_over || is_stuck || is_long();
        let grade = if self.warned { Grade::Warn } else { Grade::Notice };
        let mut signal = Signal::new(NAME, Kind::Stagnation, grade, 0, summary);
        streak.fill(&mut signal, context);
        signals.report(signal);
    }
}

impl Jam {
    /// Takes a poll. One that shows nothing of it, as when two take turns, says nothing against it.
    fn take(&mut self, call: &Call, stand: Stand) {
        if stand.moves {
            *self = Self::default();
        } else if stand.plight > Plight::None {
            if self.looks == 0 {
                *self = Self { looks: 0, since: Timestamp::from_ms(call.point.ts), plight: stand.plight };
            }
            self.looks += 1;
            self.plight = self.plight.min(stand.plight);
        }
    }

    /// Whether it has lasted so long that it does not mend itself.
    fn is_long(&self, call: &Call, context: &RuleContext<'_>) -> bool {
        let seconds = u64::try_from(Timestamp::from_ms(call.point.ts).since(self.since) / 1000).unwrap_or(0);
        let doubt = if self.plight == Plight::Error { DOUBT } else { 1 };
        let (polls, least) = (context.config.limit(&POLLS), doubt * context.config.limit(&SECONDS));
        self.plight > Plight::None
            && (self.looks >= polls && seconds >= least || self.looks >= polls.min(FEW) && seconds >= LONG * least)
    }
}

/// Whether a read fails and says nothing of what is to come, or shows what has crashed: by now, that will not mend itself.
fn fails(call: &Call) -> bool {
    let fails = call.failure.as_ref().is_some_and(|failure| !failure.cut_off && !failure.is_bare);
    (fails || says_crashed(&call.ends)) && !says_not_yet(&call.ends)
}
