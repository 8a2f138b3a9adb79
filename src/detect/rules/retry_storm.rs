//! Detects a provider that fails again and again, which is not the agent's fault.

use super::rule::{Rule, RuleInfo};
use crate::detect::config::Limit;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::hash;
use crate::detect::signal::{Signal, Signals};
use crate::wire::Timestamp;
use crate::wire::record::{Evidence, Grade, Kind, Point};
use crate::wire::text;
use crate::wire::text::EXCERPT;
use regex::Regex;
use std::sync::LazyLock;

const NAME: &str = "retry-storm";

// By then, OpenCode's backoff has waited for a minute, and a short outage is over.
const ATTEMPTS: Limit = Limit::new("retry-storm.attempts", 6, "failed attempts in a row before a warning");
const SECONDS: Limit = Limit::new("retry-storm.seconds", 120, "seconds of retries without output before a warning");

/// How providers say that the key is wrong, so that no further attempt can help.
static REFUSED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b401\b|\bunauthori[sz]ed\b|\b(bad|invalid|incorrect|missing|expired|revoked)\s+(api[ _-]?)?(key|token|credentials?)\b|\bauthentication\b|ProviderAuthError|\bapi[ _-]?key\b.*\b(not valid|invalid|required|missing)\b",
    )
    .ok()
});

/// What the rule remembers of one session.
#[derive(Default)]
pub(super) struct RetryStorm {
    since: Option<Point>,
    attempts: u32,
    /// The provider's last error message.
    message: String,
    /// The id of the last event about it.
    last: String,
}

impl Rule for RetryStorm {
    const INFO: RuleInfo = RuleInfo {
        name: NAME,
        about: "the provider fails again and again, or rejects the key",
        limits: &[ATTEMPTS, SECONDS],
    };

    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            Fact::Retry { attempt, message } => {
                self.since.get_or_insert_with(|| context.point.clone());
                self.attempts = (*attempt).max(self.attempts);
                self.message = text::excerpt(message, EXCERPT);
                self.last.clone_from(&context.point.id);
                self.judge(context, signals);
            }
            Fact::Failed { name, message } if is_refusal(name) || is_refusal(message) => {
                self.message = text::excerpt(&format!("{name} {message}"), EXCERPT);
                self.last.clone_from(&context.point.id);
                self.since.get_or_insert_with(|| context.point.clone());
                self.judge(context, signals);
                self.since = None;
            }
            Fact::Time => self.judge(context, signals),
            // The provider answers again.
            Fact::Text(..) | Fact::Call(..) | Fact::Step(_) | Fact::User => {
                *self = Self::default();
                signals.release(NAME);
            }
            _ => {}
        }
    }

    fn deadline(&self, context: &RuleContext<'_>) -> Option<Timestamp> {
        let since = Timestamp::from_ms(self.since.as_ref()?.ts);
        Some(since.after(patience(context)))
    }
}

/// How long retries may go on, in milliseconds.
fn patience(context: &RuleContext<'_>) -> i64 {
    i64::try_from(context.config.limit(&SECONDS)).unwrap_or(i64::MAX).saturating_mul(1000)
}

fn is_refusal(message: &str) -> bool {
    REFUSED.as_ref().is_some_and(|pattern| pattern.is_match(message))
}

impl RetryStorm {
    fn judge(&self, context: &RuleContext<'_>, signals: &mut Signals) {
        let Some(since) = &self.since else {
            return;
        };
        let lasted = context.now.since(Timestamp::from_ms(since.ts));
        let refused = is_refusal(&self.message);
        let many = u64::from(self.attempts) >= context.config.limit(&ATTEMPTS);
        if !refused && !many && lasted < patience(context) {
            return;
        }
        let summary = if refused {
            format!("the provider rejects the key: {}", self.message)
        } else {
            let seconds = lasted / 1000;
            format!("the provider failed {} times in {seconds} s: {}", self.attempts.max(1), self.message)
        };
        let identity = hash::of(if refused { "refused" } else { "failing" });
        let mut signal = Signal::new(NAME, Kind::Storm, Grade::Warn, identity, summary);
        signal.laps = u64::from(self.attempts.max(1));
        signal.since = Some(since.clone());
        signal.infra = true;
        signal.evidence = vec![Evidence { id: self.last.clone(), excerpt: self.message.clone() }];
        signals.report(signal);
    }
}
