//! The provider is asked again and again. Not the agent's fault.

use super::{Fact, Limit, Rule, Seen, RuleContext};
use crate::detect::call::EXCERPT;
use crate::detect::hash;
use crate::detect::signal::Signal;
use crate::wire::record::{Evidence, Grade, Kind, Point};
use crate::wire::text;
use regex::Regex;
use std::sync::LazyLock;

pub(super) const NAME: &str = "retry-storm";
pub(super) const ABOUT: &str = "the provider fails again and again, or refuses the key";

// OpenCode's backoff has waited for a minute by then; a short outage is over.
const ATTEMPTS: Limit = Limit {
    name: "retry-storm.attempts",
    default: 6,
    what: "attempts in a row: warn",
};
const SECONDS: Limit = Limit {
    name: "retry-storm.seconds",
    default: 120,
    what: "seconds of retries with no output: warn",
};
pub(super) const LIMITS: &[Limit] = &[ATTEMPTS, SECONDS];

/// How providers say that the key is wrong: no further attempt will help.
static REFUSED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b401\b|\bunauthori[sz]ed\b|\b(bad|invalid|incorrect|missing|expired|revoked)\s+(api[ _-]?)?(key|token|credentials?)\b|\bauthentication\b|ProviderAuthError|\bapi[ _-]?key\b.*\b(not valid|invalid|required|missing)\b",
    )
    .ok()
});

/// The rule's memory of one session.
#[derive(Default)]
pub(super) struct RetryStorm {
    since: Option<Point>,
    attempts: u32,
    said: String,
    last: String,
}

impl Rule for RetryStorm {
    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        match fact {
            Fact::Retry { attempt, message } => {
                self.since.get_or_insert_with(|| context.point.clone());
                self.attempts = (*attempt).max(self.attempts);
                self.said = text::excerpt(message, EXCERPT);
                self.last.clone_from(&context.point.id);
                self.judge(context, seen);
            }
            Fact::Failed { name, message } if is_refusal(name) || is_refusal(message) => {
                self.said = text::excerpt(&format!("{name} {message}"), EXCERPT);
                self.last.clone_from(&context.point.id);
                self.since.get_or_insert_with(|| context.point.clone());
                self.judge(context, seen);
                self.since = None;
            }
            Fact::Time => self.judge(context, seen),
            // Output: the provider answers again.
            Fact::Text(..) | Fact::Call(..) | Fact::Step(_) | Fact::User => {
                *self = Self::default();
                signals.release(NAME);
            }
            _ => {}
        }
    }

    fn deadline(&self, context: &RuleContext<'_>) -> Option<i64> {
        Some(self.since.as_ref()?.ts.saturating_add(milliseconds(context)))
    }
}

fn milliseconds(context: &RuleContext<'_>) -> i64 {
    i64::try_from(context.config.limit(&SECONDS))
        .unwrap_or(i64::MAX)
        .saturating_mul(1000)
}

fn is_refusal(said: &str) -> bool {
    REFUSED.as_ref().is_some_and(|pattern| pattern.is_match(said))
}

impl RetryStorm {
    fn judge(&self, context: &RuleContext<'_>, signals: &mut Signals) {
        let Some(since) = &self.since else {
            return;
        };
        let lasted = context.now.saturating_sub(since.ts);
        let refused = is_refusal(&self.said);
        let many = u64::from(self.attempts) >= context.config.limit(&ATTEMPTS);
        if !refused && !many && lasted < milliseconds(context) {
            return;
        }
        let summary = if refused {
            format!("the provider refuses the key: {}", self.said)
        } else {
            let seconds = lasted / 1000;
            format!(
                "the provider failed {} times in {seconds} s: {}",
                self.attempts.max(1),
                self.said
            )
        };
        let identity = hash::of(if refused { "refused" } else { "failing" });
        let mut signal = Signal::new(NAME, Kind::Storm, Grade::Warn, identity, summary);
        signal.laps = u64::from(self.attempts.max(1));
        signal.since = Some(since.clone());
        signal.infra = true;
        signal.evidence = vec![Evidence {
            id: self.last.clone(),
            excerpt: self.said.clone(),
        }];
        signals.report(signal);
    }
}
