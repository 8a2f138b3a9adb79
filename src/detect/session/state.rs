//! The state of one session.

use super::completion::{Completion, Pending};
use super::effects::{Effects, LineContext};
use super::rule_runner::RuleRunner;
use super::user::User;
use crate::bounded::BoundedMap;
use crate::detect::config::Config;
use crate::detect::fact::activity::Activity;
use crate::detect::fact::history::CallHistory;
use crate::detect::fact::rounds::Rounds;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::hash;
use crate::detect::hash::KeyHasher;
use crate::detect::text::channel::PerChannel;
use crate::detect::text::repetition::Rows;
use crate::detect::text::window::Window;
use crate::wire::part::{Span, ToolState};
use crate::wire::{Event, Timestamp};
use std::hash::BuildHasherDefault;

/// Ids of calls, steps and requests that ended: far more than a reconnect repeats. Seven eighths of a power of two.
const ENDED: usize = 896;

/// A silence shorter than this is not news in a stream without ticks, in milliseconds.
const SHORTEST_SILENCE: i64 = 60_000;

/// A bounded set or map whose keys are hashes.
pub(crate) type ByHash<V> = BoundedMap<u64, V, BuildHasherDefault<KeyHasher>>;

/// What is known about one session.
pub(crate) struct State {
    pub(super) rule_runner: RuleRunner,
    pub(super) activity: Activity,
    pub(super) completion: Completion,
    pub(super) history: CallHistory,
    pub(super) rounds: Rounds,
    pub(super) user: User,
    /// The end of the prose of the current part of each channel.
    pub(super) windows: PerChannel<Window>,
    /// The same of the whole text: code, tables and lists included.
    pub(super) rows: PerChannel<Rows>,
    /// Rests and findings since a person's last message.
    pub(super) iterations: u64,
    /// Whether the latest event had a time.
    timed: bool,
    ended: ByHash<()>,
}

impl State {
    pub(crate) fn new(id: &str, config: &Config) -> Self {
        Self {
            rule_runner: RuleRunner::new(id, config),
            activity: Activity::default(),
            completion: Completion::default(),
            history: CallHistory::new(),
            rounds: Rounds::default(),
            user: User::default(),
            windows: PerChannel::default(),
            rows: PerChannel::default(),
            iterations: 0,
            timed: false,
            ended: ByHash::new(ENDED),
        }
    }

    /// Shows a fact to every rule.
    pub(crate) fn show(&mut self, fact: &Fact<'_>, line: &LineContext<'_>, effects: &mut Effects) {
        let context = RuleContext {
            config: line.config,
            now: line.now,
            point: line.point,
            history: &self.history,
            activity: &self.activity,
            answered: self.completion.is_answered(),
            has_goal: self.user.has_goal(),
            surveys: self.user.surveys(),
            allowed: self.user.allowed(),
            windows: &self.windows,
            rows: &self.rows,
            wanted: self.user.wanted(),
        };
        self.rule_runner.show(fact, &context, effects);
    }

    /// Records that an event ends the silence before it. Without ticks, that silence shows only now.
    pub(crate) fn end_silence(&mut self, event: &Event<'_>, line: &LineContext<'_>, effects: &mut Effects) {
        // Nobody knows how long ago the events before the first one with a time happened.
        let silent = if self.timed { line.now.since(self.activity.last) } else { 0 };
        if !self.timed || (!line.ticked && silent >= line.config.tool_timeout) {
            self.activity.restart_calls(line.now);
        }
        if !line.ticked && silent >= SHORTEST_SILENCE {
            let by_call = ended_call(event).is_some_and(|call| self.was_running(call, line.now));
            self.show(&Fact::SilenceOver { by_call }, line, effects);
        }
        self.activity.last = line.now;
        self.timed = line.timed;
    }

    /// Whether a call that ends now ran for most of the silence before it. If it says that it began later, the model was
    /// silent until then.
    fn was_running(&self, call: &ToolState<'_>, now: Timestamp) -> bool {
        let begun = call.time.as_ref().and_then(Span::start).map(Timestamp::from_ms);
        begun.is_none_or(|begun| begun.since(self.activity.last) <= now.since(begun))
    }

    /// When the session next has to check the time.
    pub(crate) fn deadline(&self, line: &LineContext<'_>) -> Option<Timestamp> {
        let context = RuleContext {
            config: line.config,
            now: line.now,
            point: line.point,
            history: &self.history,
            activity: &self.activity,
            answered: self.completion.is_answered(),
            has_goal: self.user.has_goal(),
            surveys: self.user.surveys(),
            allowed: self.user.allowed(),
            windows: &self.windows,
            rows: &self.rows,
            wanted: self.user.wanted(),
        };
        let rest = self.completion.deadline(line.config, self.pending());
        self.rule_runner.deadline(&context).into_iter().chain(rest).min()
    }

    /// Records that something with this id ended. False if it had ended before, so this is a repetition.
    pub(crate) fn end_once(&mut self, id: &str) -> bool {
        self.ended.insert(hash::of(id), ()).is_none()
    }

    /// Whether something with this id has ended.
    pub(crate) fn has_ended(&self, id: &str) -> bool {
        self.ended.contains_key(&hash::of(id))
    }

    /// What keeps the session from resting.
    pub(crate) fn pending(&self) -> Pending {
        Pending { call: self.activity.is_call_running(), person: self.activity.waits_for_person() }
    }

    /// Records that a message begins, the user's or the model's.
    pub(crate) fn begin_message(&mut self, from_user: bool) {
        if from_user {
            self.completion.begin_user_message();
            self.activity.busy = true;
        } else {
            self.begin_answer();
        }
    }

    /// Records that the session works on an answer, and so is not at rest.
    pub(crate) fn begin_answer(&mut self) {
        self.completion.begin_answer();
        self.activity.busy = true;
    }

    /// Ends the current round of calls.
    pub(crate) fn end_round(&mut self, line: &LineContext<'_>, effects: &mut Effects) {
        if let Some(round) = self.rounds.take() {
            self.show(&Fact::Round(&round), line, effects);
        }
    }

    /// Records that a message was sent into the session about its open problems.
    pub(crate) fn mark_steered(&mut self, line: &LineContext<'_>, effects: &mut Effects) {
        self.rule_runner.mark_steered();
        self.show(&Fact::Steered, line, effects);
    }
}

/// The call that an event ends.
fn ended_call<'a>(event: &'a Event<'_>) -> Option<&'a ToolState<'a>> {
    let Event::Part(part) = event else { return None };
    part.state.as_ref().filter(|state| state.is_over())
}
