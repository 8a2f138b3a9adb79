//! Detects a session that is busy but silent, with nothing pending that would explain it.

use super::rule::{Rule, RuleInfo};
use super::time_limits;
use crate::detect::config::Limit;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::hash;
use crate::detect::signal::{Signal, Signals};
use crate::detect::text::channel::Channel;
use crate::wire::Timestamp;
use crate::wire::record::{Evidence, Grade, Kind, Point};

const NAME: &str = "stall";

// Five minutes by default. A slow model was seen to think for two and a half before its first token.
const WARN: Limit =
    Limit::new("stall.warn", 10, "multiples of --inactivity-timeout that the model is silent before a warning");
// Six minutes by default: at 50 tokens a second, the arguments would be longer than most models may write.
const ARGUMENTS: Limit = Limit::new(
    "stall.arguments",
    12,
    "multiples of --inactivity-timeout without a call's arguments before a stop; half as many before a warning",
);
const TOOL_STOP: Limit =
    Limit::new("stall.tool-stop", 10, "multiples of --tool-timeout that a tool is silent before a stop");
// Servers and log followers print for as long as they run; a build or a training run of two hours is rare.
const AGE: Limit = Limit::new(
    "stall.tool-minutes",
    120,
    "minutes that a tool may run, whatever it prints, before a warning; half as many before a notice",
);

/// Multiples of the tool timeout before a warning.
const TOOL_WARN: u64 = 2;
/// Multiples of the stall timeout before a warning about a silence that is over.
const PAST_WARN: u64 = 2;
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// What a silent session waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WaitingFor {
    Tool,
    Arguments,
    Model,
}

impl WaitingFor {
    /// What it is, for a person.
    fn name(self) -> &'static str {
        match self {
            Self::Tool => "a tool",
            Self::Arguments => "the arguments of a call",
            Self::Model => "the model",
        }
    }

    fn limits(self, context: &RuleContext<'_>) -> time_limits::TimeLimits {
        let config = context.config;
        let (inactivity, tool) = (config.inactivity, config.tool_timeout);
        let limits =
            |notice, warn, stop| time_limits::TimeLimits { notice: Some(notice), warn: Some(warn), stop: Some(stop) };
        match self {
            Self::Tool => {
                let stop = time_limits::times(tool, config.limit(&TOOL_STOP));
                let own = context.activity.longest_own_limit();
                // Who gives a call two hours expects one, but a person wants to know within the hour.
                let expected = (own.limit / 5 * 4).min(HOUR).max(own.pause.saturating_add(tool));
                let warn = time_limits::times(tool, TOOL_WARN).max(context.allowed.wait).max(expected);
                limits(
                    tool.max(own.pause),
                    warn,
                    stop.max(own.limit.saturating_add(tool)).max(warn.saturating_add(tool)),
                )
            }
            Self::Arguments => {
                let stop = time_limits::times(inactivity, config.limit(&ARGUMENTS));
                limits(inactivity, stop / 2, stop)
            }
            Self::Model => {
                let stop = config.stall_timeout.max(inactivity);
                limits(inactivity, time_limits::times(inactivity, config.limit(&WARN)).min(stop), stop)
            }
        }
    }
}

/// What the rule remembers of one session.
#[derive(Default)]
pub(super) struct Stall {
    /// The id of the last event before the silence.
    last: String,
    /// Whether the last that the model did was to say something: the answer may be complete.
    spoke: bool,
    silence: Option<Grade>,
    age: Option<Grade>,
}

impl Rule for Stall {
    const INFO: RuleInfo = RuleInfo {
        name: NAME,
        about: "the session is busy, but silent for too long",
        limits: &[WARN, ARGUMENTS, TOOL_STOP, AGE],
    };

    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            Fact::Alive | Fact::Rest => {
                self.last.clone_from(&context.point.id);
                let ended = context.activity.oldest_call().is_none() && self.age.take().is_some();
                if self.silence.take().is_some() | ended {
                    signals.release(NAME);
                }
            }
            Fact::Text(Channel::Text, _) => self.spoke = true,
            Fact::Call(..) | Fact::Step(_) | Fact::User => self.spoke = false,
            Fact::SilenceOver { by_call } => self.judge_past(*by_call, context, signals),
            Fact::Time => {
                self.judge_silence(context, signals);
                self.judge_age(context, signals);
            }
            _ => {}
        }
    }

    fn deadline(&self, context: &RuleContext<'_>) -> Option<Timestamp> {
        let waiting = waiting(context);
        let silence = waiting.and_then(|w| w.limits(context).next(context.activity.last, self.silence));
        let age = context.activity.oldest_call().and_then(|since| age_limits(context).next(since, self.age));
        silence.into_iter().chain(age).min()
    }
}

/// What the session waits for; `None` while silence is normal.
fn waiting(context: &RuleContext<'_>) -> Option<WaitingFor> {
    let activity = context.activity;
    // Requests and retries have their own rules.
    if !activity.busy || activity.retrying || activity.waits_for_person() {
        return None;
    }
    if activity.is_tool_running() {
        Some(WaitingFor::Tool)
    } else if activity.is_call_running() {
        Some(WaitingFor::Arguments)
    } else {
        // If the answer has ended, only the idle event is missing.
        (!context.answered).then_some(WaitingFor::Model)
    }
}

fn age_limits(context: &RuleContext<'_>) -> time_limits::TimeLimits {
    let own = context.activity.longest_own_limit();
    let warn = time_limits::times(MINUTE, context.config.limit(&AGE)).max(context.allowed.wait).max(own.pause);
    time_limits::TimeLimits { notice: Some(warn / 2), warn: Some(warn), stop: None }
}

impl Stall {
    fn judge_silence(&mut self, context: &RuleContext<'_>, signals: &mut Signals) {
        let Some(waiting) = waiting(context) else {
            return;
        };
        let silent = context.now.since(context.activity.last);
        if let Some(grade) = waiting.limits(context).grade(silent) {
            self.silence = Some(grade);
            let name = waiting.name();
            let summary = format!("nothing for {} s while it should be working; it waits for {name}", silent / 1000);
            signals.report(self.signal(grade, silent, name, summary, context));
        }
    }

    /// Judges a silence of a stream without ticks at its end. It is over, so it is not a reason to stop. Transcripts do
    /// not show when a person is asked, so a call, and an answer that may be complete, are worth a notice: of 28
    /// silences over half an hour in 139 real sessions, at least 25 were a person's.
    fn judge_past(&mut self, by_call: bool, context: &RuleContext<'_>, signals: &mut Signals) {
        if waiting(context).is_none() {
            return;
        }
        let waiting = if by_call { WaitingFor::Tool } else { WaitingFor::Model };
        let limits = time_limits::TimeLimits {
            notice: Some(context.config.tool_timeout),
            warn: (!by_call && !self.spoke).then_some(time_limits::times(context.config.stall_timeout, PAST_WARN)),
            stop: None,
        };
        let silent = context.now.since(context.activity.last);
        if let Some(grade) = limits.grade(silent) {
            self.silence = Some(grade);
            let name = waiting.name();
            let summary = format!("there was nothing for {} s; it waited for {name}", silent / 1000);
            signals.report(self.signal(grade, silent, name, summary, context));
        }
    }

    /// Judges how long a tool has been running, whatever it prints.
    fn judge_age(&mut self, context: &RuleContext<'_>, signals: &mut Signals) {
        let Some(since) = context.activity.oldest_call() else {
            return;
        };
        let age = context.now.since(since);
        if let Some(grade) = age_limits(context).grade(age) {
            self.age = Some(grade);
            let summary = match age / MINUTE {
                ..2 => format!("a tool has been running for {} s", age / 1000),
                minutes => format!("a tool has been running for {minutes} minutes"),
            };
            let mut signal = self.signal(grade, age, WaitingFor::Tool.name(), summary, context);
            signal.identity = hash::join(signal.identity, hash::of("age"));
            signals.report(signal);
        }
    }

    fn signal(
        &self,
        grade: Grade,
        lasted: i64,
        waiting_on: &str,
        summary: String,
        context: &RuleContext<'_>,
    ) -> Signal {
        let mut signal = Signal::new(NAME, Kind::Stall, grade, 0, summary);
        signal.since = Some(Point { ts: context.point.ts.saturating_sub(lasted), id: self.last.clone() });
        signal.waiting_on = Some(waiting_on.to_owned());
        signal.evidence =
            vec![Evidence { id: self.last.clone(), excerpt: "the last event before the silence".to_owned() }];
        signal
    }
}
