//! What becomes of a fact: the rules see it, their reported become episodes, episodes findings.

use super::{Now, Effects, Session};
use crate::detect::episode::STEERING;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::hash;
use crate::detect::signal::{Seen, Signal};
use crate::wire::record::{Grade, Kind, Point};

/// The rule that counts turns; its limit is `--max-iterations`.
pub(crate) const ITERATIONS: &str = "iterations";

impl Session {
    /// Shows a fact to every rule.
    pub(super) fn tell(&mut self, fact: &Fact<'_>, line: &LineContext<'_>, effects: &mut Effects) {
        let context = RuleContext {
            config: now.config,
            now: now.ts,
            point: now.point,
            history: &self.history,
            activity: &self.activity,
            windows: &self.windows,
        };
        let mut seen = Seen::new(self.episodes.any_open(Grade::Notice));
        self.rules.observe(fact, &context, &mut seen);
        self.take(seen, now, said);
    }

    /// Turns what the rules saw into findings: the gravest first, so that lesser names for the same
    /// trouble are not reported beside it.
    fn take(&mut self, mut seen: Seen, line: &LineContext<'_>, effects: &mut Effects) {
        for rule in seen.released {
            said.findings.extend(self.episodes.release(rule, now.point));
        }
        seen.reported
            .sort_by_key(|signal| std::cmp::Reverse(signal.grade));
        seen.reported.retain(|s| !now.config.disabled.contains(s.rule));
        for mut signal in seen.reported {
            if let Some(grade) = now.config.grades.get(signal.rule) {
                signal.grade = *grade;
            }
            if self.user.wants_repetition() && matches!(signal.kind, Kind::Loop | Kind::Stagnation) {
                signal.grade = Grade::Notice;
                signal.summary.push_str(" (the user asked for repetition)");
            }
            let steering = !now.config.disabled.contains(STEERING);
            let ignored = steering.then(|| self.episodes.ignored(&signal)).flatten();
            let more = ignored.and_then(|ignored| self.episodes.sight(&self.id, &ignored, now.point));
            said.findings
                .extend(self.episodes.sight(&self.id, &signal, now.point));
            said.findings.extend(more);
        }
    }

    /// A child session's step: it is paid from the same budget.
    pub(crate) fn child_step(&mut self, step: (u64, u64, f64), line: &LineContext<'_>, effects: &mut Effects) {
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
    pub(crate) fn turn(&mut self, line: &LineContext<'_>, effects: &mut Effects) -> u64 {
        self.turns += 1;
        let limit = now.config.max_iterations;
        if self.turns > limit && !now.config.disabled.contains(ITERATIONS) {
            let summary = format!("the budget is spent: more than {limit} iterations");
            let identity = hash::of(ITERATIONS);
            let mut signal = Signal::new(ITERATIONS, Kind::Budget, Grade::Stop, identity, summary);
            signal.laps = self.turns;
            let mut seen = Seen::new(false);
            signals.report(signal);
            self.take(seen, now, said);
        }
        self.turns
    }

    /// Time passed.
    pub(crate) fn time(&mut self, line: &LineContext<'_>, effects: &mut Effects) {
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
    pub(crate) fn deadline(&self, line: &LineContext<'_>) -> Option<i64> {
        let none = Point::default();
        let context = RuleContext {
            config: now.config,
            now: now.ts,
            point: &none,
            history: &self.history,
            activity: &self.activity,
            windows: &self.windows,
        };
        let rest = self.completion.deadline(now.config);
        self.rules.deadline(&context).into_iter().chain(rest).min()
    }

    /// No more lines will come.
    pub(crate) fn finish(&mut self, line: &LineContext<'_>, effects: &mut Effects) {
        self.end_round(now, said);
        if self.completion.rests_at_end() {
            self.rest(now, said);
        }
    }

    /// The round of calls that was under way is over.
    pub(super) fn end_round(&mut self, line: &LineContext<'_>, effects: &mut Effects) {
        if let Some(round) = self.rounds.end() {
            self.tell(&Fact::Round(&round), now, said);
        }
    }

    /// The session came to rest.
    pub(super) fn rest(&mut self, line: &LineContext<'_>, effects: &mut Effects) {
        self.end_round(now, said);
        self.activity.stopped();
        self.tell(&Fact::Rest, now, said);
        let trouble = self.episodes.any_open(Grade::Warn);
        said.done = Some(self.completion.rest(&self.id, now.config, trouble, now.point));
    }

    /// We sent a message into the session to lead it away from its trouble.
    pub(crate) fn steered(&mut self, line: &LineContext<'_>, effects: &mut Effects) {
        self.episodes.steered();
        self.tell(&Fact::Steered, now, said);
    }

    /// We are about to send this text: it will look like a user's, and is not.
    pub(crate) fn expects(&mut self, text: &str) {
        self.user.expects(text);
    }
}
