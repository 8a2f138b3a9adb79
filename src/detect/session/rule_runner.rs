//! Shows facts to the rules, and turns their signals into findings.

use super::effects::{Effects, LineContext};
use crate::detect::config::Config;
use crate::detect::episode::{Episodes, STEERING};
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::rules::Rules;
use crate::detect::signal::{Signal, Signals};
use crate::wire::Timestamp;
use crate::wire::record::{Grade, Kind};

/// The rules of one session, and the problems that they found.
pub(crate) struct RuleRunner {
    session: String,
    rules: Rules,
    episodes: Episodes,
    /// The user asked for the current call, so that repetition is at most worth a notice.
    asked: bool,
}

impl RuleRunner {
    pub(crate) fn new(session: &str, config: &Config) -> Self {
        Self { session: session.to_owned(), rules: Rules::new(config), episodes: Episodes::default(), asked: false }
    }

    /// The session's id.
    pub(crate) fn session(&self) -> &str {
        &self.session
    }

    /// Shows a fact to every rule.
    pub(crate) fn show(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, effects: &mut Effects) {
        let mut signals = Signals::new(self.episodes.any_open(Grade::Notice));
        self.rules.observe(fact, context, &mut signals);
        let line =
            LineContext { config: context.config, now: context.now, timed: true, ticked: true, point: context.point };
        self.apply(signals, &line, effects);
    }

    /// Turns signals into findings. The gravest come first, so that lesser ones about the same problem are not
    /// reported beside them.
    fn apply(&mut self, signals: Signals, line: &LineContext<'_>, effects: &mut Effects) {
        let (reported, released) = signals.into_parts();
        for rule in released {
            effects.findings.extend(self.episodes.release(rule, line.point));
        }
        for signal in reported {
            if !line.config.disabled.contains(signal.rule) {
                self.apply_signal(signal, line, effects);
            }
        }
    }

    /// Turns one signal into findings.
    pub(crate) fn apply_signal(&mut self, mut signal: Signal, line: &LineContext<'_>, effects: &mut Effects) {
        if let Some(grade) = line.config.grades.get(signal.rule) {
            signal.grade = *grade;
        }
        if self.asked && matches!(signal.kind, Kind::Loop | Kind::Stagnation) {
            signal.grade = Grade::Notice;
            signal.summary.push_str(" (the user asked for repetition)");
        }
        let steering = !line.config.disabled.contains(STEERING);
        let ignored = steering.then(|| self.episodes.ignored_steering(&signal)).flatten();
        let steering = ignored.and_then(|ignored| self.episodes.apply(&self.session, &ignored, line.point));
        let finding = self.episodes.apply(&self.session, &signal, line.point);
        effects.findings.extend(finding.into_iter().chain(steering));
    }

    /// When the first rule wants to check the time.
    pub(crate) fn deadline(&self, context: &RuleContext<'_>) -> Option<Timestamp> {
        self.rules.deadline(context)
    }

    /// Starts a new call, which the user may have asked for: signals from here on belong to it.
    pub(crate) fn begin_call(&mut self, asked: bool) {
        self.asked = asked;
        self.episodes.begin_call();
    }

    /// Records that the current call was novel or changed something, and whether it failed.
    pub(crate) fn record_progress(
        &mut self,
        changed: bool,
        failed: bool,
        line: &LineContext<'_>,
        effects: &mut Effects,
    ) {
        effects.findings.extend(self.episodes.record_progress(changed, failed, line.point));
    }

    /// Records that a message was sent about all open problems.
    pub(crate) fn mark_steered(&mut self) {
        self.episodes.mark_steered();
    }

    /// Closes all problems but spent budgets, because the user sent a message.
    pub(crate) fn reset(&mut self, line: &LineContext<'_>, effects: &mut Effects) {
        effects.findings.extend(self.episodes.reset(line.point));
    }

    /// Brings the counts of the open problems up to date, for the session rests or the stream ends.
    pub(crate) fn settle(&mut self, effects: &mut Effects) {
        effects.findings.extend(self.episodes.settle());
    }

    /// What the latest open problem of grade `warn` or above is.
    pub(crate) fn open_warning(&self) -> Option<&str> {
        self.episodes.latest_warning()
    }
}
