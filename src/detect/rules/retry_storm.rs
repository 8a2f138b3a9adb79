//! The provider is asked again and again. Not the agent's fault.

use super::{Fact, Limit, Rule, Seen, View};
use crate::detect::call::EXCERPT;
use crate::detect::hash;
use crate::detect::signal::Sighting;
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
    fn observe(&mut self, fact: &Fact<'_>, view: &View<'_>, seen: &mut Seen) {
        match fact {
            Fact::Retry { attempt, message } => {
                self.since.get_or_insert_with(|| view.point.clone());
                self.attempts = (*attempt).max(self.attempts);
                self.said = text::excerpt(message, EXCERPT);
                self.last.clone_from(&view.point.id);
                self.judge(view, seen);
            }
            Fact::Failed { name, message } if is_refusal(name) || is_refusal(message) => {
                self.said = text::excerpt(&format!("{name} {message}"), EXCERPT);
                self.last.clone_from(&view.point.id);
                self.since.get_or_insert_with(|| view.point.clone());
                self.judge(view, seen);
                self.since = None;
            }
            Fact::Time => self.judge(view, seen),
            // Output: the provider answers again.
            Fact::Text(..) | Fact::Call(..) | Fact::Step(_) | Fact::User => {
                *self = Self::default();
                seen.release(NAME);
            }
            _ => {}
        }
    }

    fn deadline(&self, view: &View<'_>) -> Option<i64> {
        Some(self.since.as_ref()?.ts.saturating_add(milliseconds(view)))
    }
}

fn milliseconds(view: &View<'_>) -> i64 {
    i64::try_from(view.config.of(&SECONDS))
        .unwrap_or(i64::MAX)
        .saturating_mul(1000)
}

fn is_refusal(said: &str) -> bool {
    REFUSED.as_ref().is_some_and(|pattern| pattern.is_match(said))
}

impl RetryStorm {
    fn judge(&self, view: &View<'_>, seen: &mut Seen) {
        let Some(since) = &self.since else {
            return;
        };
        let lasted = view.now.saturating_sub(since.ts);
        let refused = is_refusal(&self.said);
        let many = u64::from(self.attempts) >= view.config.of(&ATTEMPTS);
        if !refused && !many && lasted < milliseconds(view) {
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
        let mut sighting = Sighting::new(NAME, Kind::Storm, Grade::Warn, identity, summary);
        sighting.laps = u64::from(self.attempts.max(1));
        sighting.since = Some(since.clone());
        sighting.infra = true;
        sighting.evidence = vec![Evidence {
            id: self.last.clone(),
            excerpt: self.said.clone(),
        }];
        seen.sight(sighting);
    }
}
