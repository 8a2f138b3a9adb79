//! The parts of messages: tool calls, text, and the ends of steps.

use super::effects::{Effects, LineContext, StepCost};
use super::state::State;
use crate::detect::call::Call;
use crate::detect::fact::{Fact, Step};
use crate::detect::text::assemble::{NewText, TextAssembler};
use crate::detect::text::channel::{Channel, PerChannel};
use crate::detect::text::prose::ProseFilter;
use crate::wire::Raw;
use crate::wire::part::{Part, Tokens};
use crate::wire::record::Why;
use crate::wire::text;

/// The largest buffer for prose to keep between events, in bytes: most pieces of text are smaller.
const BUFFER: usize = 1024;

/// Reads the parts of a session's messages.
pub(crate) struct PartReader {
    texts: TextAssembler,
    prose: PerChannel<ProseFilter>,
    /// A buffer for the prose of a piece of text.
    buffer: String,
    /// Calls in the current step.
    calls: u64,
    /// Whether the current step has neither text nor reasoning.
    silent: bool,
    steps: u64,
}

impl Default for PartReader {
    fn default() -> Self {
        Self {
            texts: TextAssembler::default(),
            prose: PerChannel::default(),
            buffer: String::new(),
            calls: 0,
            silent: true,
            steps: 0,
        }
    }
}

impl PartReader {
    /// Reads a part of the model's message. `call` is the call that ended in it, if that was parsed already.
    pub(crate) fn observe(
        &mut self,
        part: &Part<'_>,
        call: Option<&Call>,
        state: &mut State,
        line: &LineContext<'_>,
        effects: &mut Effects,
    ) {
        match &*part.kind {
            "tool" => self.observe_tool(part, call, state, line, effects),
            "text" | "reasoning" => {
                let channel = if part.kind == "text" { Channel::Text } else { Channel::Reasoning };
                // `opencode run` prints a text once, when it is complete.
                let complete = part.time.as_ref().is_some_and(|t| t.end().is_some());
                let new = self.texts.apply_snapshot(&part.id, channel, part.text, complete);
                self.take_text(&part.id, &new, state, line, effects);
            }
            "step-start" => {
                state.begin_answer();
                self.calls = 0;
            }
            "step-finish" => self.end_step(part, state, line, effects),
            _ => {}
        }
    }

    /// Reads text that is appended to a part.
    pub(crate) fn observe_delta(
        &mut self,
        part: &str,
        raw: Raw<'_>,
        state: &mut State,
        line: &LineContext<'_>,
        effects: &mut Effects,
    ) {
        let new = self.texts.append_delta(part, raw);
        self.take_text(part, &new, state, line, effects);
    }

    /// Reads a part of a message with the user's role, which may be ours.
    pub(crate) fn observe_user_part(part: &Part<'_>, state: &mut State, line: &LineContext<'_>, effects: &mut Effects) {
        if part.is_steer() {
            // The action is only recorded after this stage; here the message comes back from the server.
            if state.end_once(&part.id) {
                state.mark_steered(line, effects);
            }
            return;
        }
        if part.kind != "text" || part.synthetic == Some(true) {
            return;
        }
        let text = part.text.map(text::decode).unwrap_or_default();
        let is_new = state.user.receive_message(&part.message, &text);
        state.judge.allow_repetition(state.user.asked_for_repetition());
        if is_new {
            state.history.forget_calls();
            state.judge.reset(line, effects);
            state.show(&Fact::User, line, effects);
        }
    }

    fn observe_tool(
        &mut self,
        part: &Part<'_>,
        call: Option<&Call>,
        state: &mut State,
        line: &LineContext<'_>,
        effects: &mut Effects,
    ) {
        let Some(tool) = &part.state else {
            return;
        };
        if state.has_ended(&part.id) {
            return;
        }
        state.activity.retrying = false;
        if !tool.is_over() {
            state.activity.start_call(&part.id, line.now);
            return;
        }
        state.end_once(&part.id);
        state.activity.end_call(&part.id);
        let parsed;
        let call = if let Some(call) = call {
            call
        } else {
            parsed = Call::read(part, || line.point.clone(), line.config);
            let Some(call) = &parsed else {
                return;
            };
            call
        };
        self.calls += 1;
        if state.rounds.contains_duplicate(call) {
            return;
        }
        let compared = state.history.record(call);
        state.completion.record_call(call, compared);
        if let Some(round) = state.rounds.add(call, compared, state.history.tokens) {
            state.show(&Fact::Round(&round), line, effects);
        }
        state.judge.begin_call();
        state.show(&Fact::Call(call, compared), line, effects);
        if compared.is_novel() || compared.new_change {
            state.judge.record_progress(compared.new_change, line, effects);
        }
    }

    fn take_text(
        &mut self,
        part: &str,
        new: &NewText<'_>,
        state: &mut State,
        line: &LineContext<'_>,
        effects: &mut Effects,
    ) {
        if new.channel == Channel::Text {
            if new.begins_part {
                state.completion.begin_text(part);
            }
            state.completion.append_text(&new.text);
        }
        if !new.text.is_empty() {
            state.activity.retrying = false;
            self.silent = false;
            let mut prose = std::mem::take(&mut self.buffer);
            self.prose.get_mut(new.channel).push(&new.text, &mut prose);
            show_prose(new.channel, &prose, state, line, effects);
            if prose.capacity() <= BUFFER {
                prose.clear();
                self.buffer = prose;
            }
        }
        if new.completes_part {
            self.end_text(new.channel, state, line, effects);
        }
    }

    fn end_text(&mut self, channel: Channel, state: &mut State, line: &LineContext<'_>, effects: &mut Effects) {
        let mut rest = String::new();
        self.prose.get_mut(channel).finish(&mut rest);
        if !rest.is_empty() {
            show_prose(channel, &rest, state, line, effects);
        }
        state.show(&Fact::TextOver(channel), line, effects);
        state.windows.get_mut(channel).clear();
    }

    fn end_step(&mut self, part: &Part<'_>, state: &mut State, line: &LineContext<'_>, effects: &mut Effects) {
        if !state.end_once(&part.id) {
            return;
        }
        let cost = part.cost.and_then(|raw| raw.get().parse::<f64>().ok()).filter(|c| c.is_finite());
        let cost = StepCost {
            tokens: part.tokens.as_ref().map_or(0, Tokens::total),
            produced: part.tokens.as_ref().map_or(0, Tokens::produced),
            cost: cost.unwrap_or_default(),
        };
        state.history.tokens = state.history.tokens.saturating_add(cost.tokens);
        state.end_round(line, effects);
        self.end_text(Channel::Reasoning, state, line, effects);
        self.end_text(Channel::Text, state, line, effects);
        let silent = std::mem::replace(&mut self.silent, true);
        let text = if silent { String::new() } else { state.completion.last_text().to_owned() };
        let step = Step {
            message: &part.message,
            text: &text,
            silent,
            calls: std::mem::take(&mut self.calls),
            tokens: cost.tokens,
            produced: cost.produced,
            cost: cost.cost,
        };
        state.show(&Fact::Step(&step), line, effects);
        effects.steps.push(cost);
        self.steps += 1;
        let interval = line.config.review_every.filter(|every| *every > 0);
        if interval.is_some_and(|every| self.steps.is_multiple_of(every)) {
            effects.review.get_or_insert(Why::Interval);
        }
        if let Some(reason) = part.reason.as_deref() {
            state.completion.end_answer(reason);
        }
    }
}

/// Shows prose to the rules, in blocks whose ends depend on the text alone.
fn show_prose(channel: Channel, mut prose: &str, state: &mut State, line: &LineContext<'_>, effects: &mut Effects) {
    loop {
        let (block, rest) = state.windows.get_mut(channel).push_block(prose);
        state.show(&Fact::Text(channel, block), line, effects);
        prose = rest;
        if prose.is_empty() {
            return;
        }
    }
}
