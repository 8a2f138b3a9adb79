//! What becomes of a fact: the rules see it, their sightings become episodes, episodes findings.

use super::{Now, Said, Session};
use crate::detect::episode::STEERING;
use crate::detect::fact::{Fact, View};
use crate::detect::hash;
use crate::detect::signal::{Seen, Sighting};
use crate::wire::record::{Grade, Kind, Point};

/// The rule that counts turns; its limit is `--max-iterations`.
pub(crate) const ITERATIONS: &str = "iterations";

impl Session {
    /// Shows a fact to every rule.
    pub(super) fn tell(&mut self, fact: &Fact<'_>, now: &Now<'_>, said: &mut Said) {
        let view = View {
            config: now.config,
            now: now.ts,
            point: now.point,
            ledger: &self.ledger,
            activity: &self.activity,
            windows: &self.windows,
        };
        let mut seen = Seen::new(self.episodes.any_open(Grade::Notice));
        self.rules.observe(fact, &view, &mut seen);
        self.take(seen, now, said);
    }

    /// Turns what the rules saw into findings: the gravest first, so that lesser names for the same
    /// trouble are not reported beside it.
    fn take(&mut self, mut seen: Seen, now: &Now<'_>, said: &mut Said) {
        for rule in seen.released {
            said.findings.extend(self.episodes.release(rule, now.point));
        }
        seen.sightings
            .sort_by_key(|sighting| std::cmp::Reverse(sighting.grade));
        seen.sightings.retain(|s| !now.config.disabled.contains(s.rule));
        for mut sighting in seen.sightings {
            if let Some(grade) = now.config.grades.get(sighting.rule) {
                sighting.grade = *grade;
            }
            if self.user.wants_repetition() && matches!(sighting.kind, Kind::Loop | Kind::Stagnation) {
                sighting.grade = Grade::Notice;
                sighting.summary.push_str(" (the user asked for repetition)");
            }
            let steering = !now.config.disabled.contains(STEERING);
            let ignored = steering.then(|| self.episodes.ignored(&sighting)).flatten();
            let more = ignored.and_then(|ignored| self.episodes.sight(&self.id, &ignored, now.point));
            said.findings
                .extend(self.episodes.sight(&self.id, &sighting, now.point));
            said.findings.extend(more);
        }
    }

    /// A child session's step: it is paid from the same budget.
    pub(crate) fn child_step(&mut self, step: (u64, u64, f64), now: &Now<'_>, said: &mut Said) {
        let step = crate::detect::fact::Step {
            message: "",
            text: "",
            silent: true,
            calls: 0,
            tokens: step.0,
            produced: step.1,
            cost: step.2,
        };
        self.tell(&Fact::ChildStep(&step), now, said);
    }

    /// A turn begins: counts it against the budget of iterations.
    pub(crate) fn turn(&mut self, now: &Now<'_>, said: &mut Said) -> u64 {
        self.turns += 1;
        let limit = now.config.max_iterations;
        if self.turns > limit && !now.config.disabled.contains(ITERATIONS) {
            let summary = format!("the budget is spent: more than {limit} iterations");
            let identity = hash::of(ITERATIONS);
            let mut sighting = Sighting::new(ITERATIONS, Kind::Budget, Grade::Stop, identity, summary);
            sighting.laps = self.turns;
            let mut seen = Seen::new(false);
            seen.sight(sighting);
            self.take(seen, now, said);
        }
        self.turns
    }

    /// Time passed.
    pub(crate) fn time(&mut self, now: &Now<'_>, said: &mut Said) {
        if self
            .completion
            .deadline(now.config)
            .is_some_and(|at| at <= now.ts)
        {
            self.rest(now, said);
        }
        self.tell(&Fact::Time, now, said);
    }

    /// When the session wants to be told that time has passed.
    pub(crate) fn deadline(&self, now: &Now<'_>) -> Option<i64> {
        let none = Point::default();
        let view = View {
            config: now.config,
            now: now.ts,
            point: &none,
            ledger: &self.ledger,
            activity: &self.activity,
            windows: &self.windows,
        };
        let rest = self.completion.deadline(now.config);
        self.rules.deadline(&view).into_iter().chain(rest).min()
    }

    /// No more lines will come.
    pub(crate) fn finish(&mut self, now: &Now<'_>, said: &mut Said) {
        self.end_round(now, said);
        if self.completion.rests_at_end() {
            self.rest(now, said);
        }
    }

    /// The round of calls that was under way is over.
    pub(super) fn end_round(&mut self, now: &Now<'_>, said: &mut Said) {
        if let Some(round) = self.rounds.end() {
            self.tell(&Fact::Round(&round), now, said);
        }
    }

    /// The session came to rest.
    pub(super) fn rest(&mut self, now: &Now<'_>, said: &mut Said) {
        self.end_round(now, said);
        self.activity.stopped();
        self.tell(&Fact::Rest, now, said);
        let trouble = self.episodes.any_open(Grade::Warn);
        said.done = Some(self.completion.rest(&self.id, now.config, trouble, now.point));
    }

    /// We sent a message into the session to lead it away from its trouble.
    pub(crate) fn steered(&mut self, now: &Now<'_>, said: &mut Said) {
        self.episodes.steered();
        self.tell(&Fact::Steered, now, said);
    }

    /// We are about to send this text: it will look like a user's, and is not.
    pub(crate) fn expects(&mut self, text: &str) {
        self.user.expects(text);
    }
}
