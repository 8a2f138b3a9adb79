//! Detects a provider that fails again and again, or asks for a long wait. Neither is the agent's fault.

use super::rule::{Rule, RuleInfo};
use super::time_limits;
use crate::detect::config::Limit;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::hash;
use crate::detect::provider::{ProviderError, ProviderFault};
use crate::detect::quoted::quoted;
use crate::detect::signal::{Signal, Signals};
use crate::wire::Timestamp;
use crate::wire::record::{Evidence, Grade, Kind, Point};
use crate::wire::text::EXCERPT;

const NAME: &str = "retry-storm";
/// The name of findings about a wait that the provider asks for.
pub(crate) const QUOTA: &str = "quota";

// By then, OpenCode's backoff has waited for a minute, and a short outage is over.
const ATTEMPTS: Limit = Limit::new("retry-storm.attempts", 6, "failed attempts in a row before a warning");
const SECONDS: Limit = Limit::new(
    "retry-storm.seconds",
    120,
    "seconds of retries without output before a warning; a longer wait that the provider asks for is a quota",
);
// A provider that fails at every second or third answer is still worth a person's look.
const FLAPS: Limit = Limit::new(
    "retry-storm.flaps",
    12,
    "failures with answers in between before a warning, if they also span retry-storm.flap-seconds seconds",
);
const FLAP_SECONDS: Limit = Limit::new(
    "retry-storm.flap-seconds",
    600,
    "seconds of failures with answers in between before a warning; the same time without one resets the count",
);

/// The longest wait that is left alone, in milliseconds: the usage windows of plans last some hours, and a night is shorter.
const HALF_DAY: i64 = 12 * 60 * 60 * 1000;

/// Failures since the provider last worked well.
struct Failing {
    since: Timestamp,
    began: Point,
    attempts: u32,
    /// The last error message, and what it says.
    message: String,
    fault: ProviderFault,
    /// When the provider says to ask again, in milliseconds since the Unix epoch.
    until: Option<i64>,
    /// The longest wait that it asked for, in milliseconds.
    wait: i64,
    /// The first time to ask again that the provider named: one that it names anew each time holds nothing up.
    promised: Option<i64>,
    /// It names a time without a known zone.
    vague: bool,
    /// The id of the last event about it.
    last: String,
}

/// Failures with answers between them.
struct Flapping {
    since: Timestamp,
    latest: Timestamp,
    count: u64,
}

/// What the rule remembers of one session.
#[derive(Default)]
pub(super) struct RetryStorm {
    failing: Option<Failing>,
    /// Whether a failure ended the session, which may be told to go on.
    ended: bool,
    flapping: Option<Flapping>,
}

impl Rule for RetryStorm {
    const INFO: RuleInfo = RuleInfo {
        name: NAME,
        about: "the provider fails again and again, or refuses the key or the account",
        limits: &[ATTEMPTS, SECONDS, FLAPS, FLAP_SECONDS],
    };

    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            Fact::Retry { attempt, message, next } => {
                self.record(*attempt, message, *next, context);
                self.judge(context, signals);
            }
            Fact::Failed { name, message } => {
                let message = format!("{name} {message}");
                let read = ProviderError::read(&message, context.point.ts);
                let wait = read.until.map_or(0, |until| until.saturating_sub(context.point.ts));
                if read.is_final() || read.fault == ProviderFault::Quota || wait > seconds(&SECONDS, context) {
                    self.record(1, &message, None, context);
                    self.judge(context, signals);
                    let failing = self.failing.take();
                    self.ended = true;
                    // A quota ends the session at once, whether or not it says until when.
                    let quota =
                        failing.filter(|failing| failing.fault == ProviderFault::Quota && !failing.waits(context));
                    if let Some(failing) = quota {
                        signals.report(failing.quota(context));
                    }
                }
            }
            Fact::Time => self.judge(context, signals),
            // The provider answers again.
            Fact::Text(..) | Fact::Call(..) | Fact::Step(_) | Fact::User => {
                let ended = std::mem::take(&mut self.ended);
                if self.failing.take().is_some() || ended {
                    signals.release(NAME);
                    signals.release(QUOTA);
                }
                if matches!(fact, Fact::User) {
                    self.flapping = None;
                }
            }
            _ => {}
        }
    }

    fn deadline(&self, context: &RuleContext<'_>) -> Option<Timestamp> {
        let failing = self.failing.as_ref()?;
        if failing.waits(context) {
            let left = failing.until.unwrap_or_default().saturating_sub(context.point.ts);
            let stop = failing.stops(context).then(|| failing.since.after(context.config.stall_timeout));
            return stop.into_iter().chain([context.now.after(left)]).min();
        }
        let left = seconds(&SECONDS, context).saturating_sub(failing.lasted(context));
        Some(context.now.after(left.max(0)))
    }
}

fn seconds(limit: &Limit, context: &RuleContext<'_>) -> i64 {
    time_limits::times(1000, context.config.limit(limit))
}

impl Failing {
    /// Whether the provider asks to wait for so long that failing is not a storm.
    fn waits(&self, context: &RuleContext<'_>) -> bool {
        self.wait > seconds(&SECONDS, context) && self.until.is_some_and(|until| until > context.point.ts)
    }

    /// How long the provider has been failing, in milliseconds, without the long wait that it asked for.
    fn lasted(&self, context: &RuleContext<'_>) -> i64 {
        let waited = self.until.filter(|_| self.wait > seconds(&SECONDS, context));
        let lasted = context.now.since(self.since);
        waited.map_or(lasted, |until| context.point.ts.saturating_sub(until).clamp(0, lasted))
    }

    /// Whether the wait is longer than that for a plan's next window, and not half over when a silence would be stopped.
    fn stops(&self, context: &RuleContext<'_>) -> bool {
        self.wait > HALF_DAY.max(context.config.stall_timeout.saturating_mul(2))
    }

    /// How many attempts count as growth. However quickly it is asked, a limit per minute takes its time to clear, and
    /// a provider that names a time is right to refuse until then.
    fn laps(&self, context: &RuleContext<'_>) -> u64 {
        let attempts = u64::from(self.attempts.max(1));
        let is_short = self.lasted(context) < seconds(&SECONDS, context);
        let is_early = self.promised.is_some_and(|until| until > context.point.ts);
        if is_short || is_early { attempts.min(context.config.limit(&ATTEMPTS)) } else { attempts }
    }

    fn is_final(&self) -> bool {
        ProviderError { fault: self.fault, until: self.until, vague: self.vague }.is_final()
    }

    /// Whether a plan's quota is used up until an unknown time.
    fn is_vague_quota(&self) -> bool {
        self.fault == ProviderFault::Quota && self.vague
    }

    fn signal(&self, rule: &'static str, grade: Grade, identity: &str, summary: String) -> Signal {
        let mut signal = Signal::new(rule, Kind::Storm, grade, hash::of(identity), summary);
        signal.since = Some(self.began.clone());
        signal.infra = true;
        signal.evidence = vec![Evidence { id: self.last.clone(), excerpt: self.message.clone() }];
        signal
    }

    fn quota(&self, context: &RuleContext<'_>) -> Signal {
        let over = self.stops(context) && context.now.since(self.since) >= context.config.stall_timeout;
        let known = self.until.filter(|_| !self.vague || self.waits(context));
        let seconds = known.map(|until| until.saturating_sub(context.point.ts) / 1000);
        let summary = match seconds {
            Some(seconds) if seconds < 120 => {
                format!("the provider asks to wait for another {seconds} s: {}", self.message)
            }
            Some(seconds) => {
                format!("the provider asks to wait for another {} minutes: {}", seconds / 60, self.message)
            }
            None => format!("a quota is used up, and it is not known when it resets: {}", self.message),
        };
        self.signal(QUOTA, if over { Grade::Stop } else { Grade::Warn }, "", summary)
    }
}

impl RetryStorm {
    fn record(&mut self, attempt: u32, message: &str, next: Option<i64>, context: &RuleContext<'_>) {
        let now = context.point.ts;
        let read = ProviderError::read(message, now);
        let until = read.until.into_iter().chain(next).max();
        let wait = until.map_or(0, |until| until.saturating_sub(now).max(0));
        self.count_flap(context);
        let failing = self.failing.get_or_insert_with(|| Failing {
            since: context.now,
            began: context.point.clone(),
            attempts: 0,
            message: String::new(),
            fault: read.fault,
            until,
            wait,
            promised: None,
            vague: false,
            last: String::new(),
        });
        if failing.wait <= seconds(&SECONDS, context) || failing.until.is_some_and(|until| until <= now) {
            (failing.wait, failing.until) = (wait, until);
        }
        failing.attempts = failing.attempts.max(attempt);
        failing.message = quoted(message, EXCERPT);
        failing.fault = read.fault;
        failing.promised = failing.promised.or(read.until);
        failing.vague = read.vague;
        failing.last.clone_from(&context.point.id);
    }

    /// Counts a failure that is the first after an answer.
    fn count_flap(&mut self, context: &RuleContext<'_>) {
        if self.failing.is_some() {
            return;
        }
        let (now, pause) = (context.now, seconds(&FLAP_SECONDS, context));
        let new = Flapping { since: now, latest: now, count: 0 };
        let flapping = self.flapping.take().filter(|flapping| now.since(flapping.latest) < pause);
        let mut flapping = flapping.unwrap_or(new);
        flapping.latest = now;
        flapping.count += 1;
        self.flapping = Some(flapping);
    }

    fn judge(&self, context: &RuleContext<'_>, signals: &mut Signals) {
        let Some(failing) = &self.failing else {
            return;
        };
        if failing.waits(context) || failing.is_vague_quota() {
            signals.report(failing.quota(context));
            return;
        }
        let lasted = failing.lasted(context);
        if failing.is_final() {
            let summary = format!("the provider will not answer until a person acts: {}", failing.message);
            let mut signal = failing.signal(NAME, Grade::Warn, "refused", summary);
            signal.laps = u64::from(failing.attempts.max(1));
            signals.report(signal);
            return;
        }
        let many = u64::from(failing.attempts) >= context.config.limit(&ATTEMPTS);
        if many || lasted >= seconds(&SECONDS, context) {
            // A wait that it asks for is over by the next attempt, and part of the time.
            let (times, seconds) = (failing.attempts.max(1), context.now.since(failing.since) / 1000);
            let summary = format!("the provider failed {times} times in {seconds} s: {}", failing.message);
            let mut signal = failing.signal(NAME, Grade::Warn, "failing", summary);
            signal.laps = failing.laps(context);
            signals.report(signal);
        } else if let Some(flapping) = &self.flapping {
            judge_flapping(failing, flapping, context, signals);
        }
    }
}

fn judge_flapping(failing: &Failing, flapping: &Flapping, context: &RuleContext<'_>, signals: &mut Signals) {
    let lasted = context.now.since(flapping.since);
    if flapping.count < context.config.limit(&FLAPS) || lasted < seconds(&FLAP_SECONDS, context) {
        return;
    }
    let summary = format!(
        "the provider failed {} times in {} s, with answers between: {}",
        flapping.count,
        lasted / 1000,
        failing.message
    );
    signals.report(failing.signal(NAME, Grade::Warn, "flapping", summary));
}
