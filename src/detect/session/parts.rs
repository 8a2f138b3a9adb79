//! Reads the parts of messages: tool calls, text, and the ends of steps.

use super::call_work::CallWork;
use super::effects::{Effects, LineContext, StepCost};
use super::state::State;
use crate::detect::call::Call;
use crate::detect::call::input::topic;
use crate::detect::call::own_limit::OwnLimit;
use crate::detect::fact::{Fact, Step};
use crate::detect::quoted::quoted;
use crate::detect::text::assemble::{NewText, TextAssembler};
use crate::detect::text::channel::{Channel, PerChannel};
use crate::detect::text::prose::ProseFilter;
use crate::wire::Raw;
use crate::wire::part::{Part, Tokens};
use crate::wire::record::Why;
use crate::wire::text;
use std::borrow::Cow;

/// What stands for a message where a person stopped the answer and said nothing, as Claude Code writes it.
const INTERRUPTED: &str = "[Request interrupted by user]";

/// The largest buffer for prose to keep between events, in bytes: most pieces of text are smaller.
const BUFFER: usize = 1024;
/// The length of what is said of a running call, in characters.
const DESCRIPTION: usize = 120;

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
                let id = part_id(part, line);
                let new = self.texts.apply_snapshot(&id, channel, part.text, complete);
                self.take_text(&id, &new, state, line, effects);
            }
            // One that came before begins nothing.
            "step-start" if state.end_once(&part_id(part, line)) => {
                state.user.begin_answer();
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
        if part.kind != "text" || part.synthetic == Some(true) || part.ignored == Some(true) {
            return;
        }
        let text = part.text.map(text::decode).unwrap_or_default();
        if text.trim() == INTERRUPTED {
            state.completion.record_interruption();
            return;
        }
        state.history.given.read(&text);
        if state.user.receive_message(&part.message, &text, line.now) {
            state.history.forget_calls();
            state.iterations = 0;
            state.rule_runner.reset(line, effects);
            state.completion.begin_request(&text);
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
        let id = part_id(part, line);
        if state.has_ended(&id) {
            return;
        }
        state.user.begin_answer();
        state.activity.retrying = false;
        if !tool.is_over() {
            state.activity.start_call(&part.id, line.now, tool.status == "pending", || {
                (describe_call(part), OwnLimit::read(tool.input))
            });
            return;
        }
        state.end_once(&id);
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
        if !state.rounds.contains_duplicate(call) {
            let work = CallWork::read(call, part);
            state.completion.record_call(&work);
            let touches_checks = work.touches_checks();
            effects.work.push(work);
            show_call(call, state, line, effects);
            if touches_checks {
                let warnings = state.completion.tamper_warnings();
                state.show(&Fact::Tampering { call, warnings: &warnings }, line, effects);
            }
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
            self.show_text(new.channel, &new.text, state, line, effects);
        }
        if new.completes_part {
            self.end_text(new.channel, state, line, effects);
        }
    }

    /// Shows text to the rules: its prose, and each time that all of it is measured.
    fn show_text(
        &mut self,
        channel: Channel,
        mut text: &str,
        state: &mut State,
        line: &LineContext<'_>,
        effects: &mut Effects,
    ) {
        let mut prose = std::mem::take(&mut self.buffer);
        while !text.is_empty() {
            let (block, rest) = state.rows.get_mut(channel).push_block(text);
            self.prose.get_mut(channel).push(block, &mut prose);
            show_prose(channel, &prose, state, line, effects);
            prose.clear();
            if state.rows.get(channel).is_measured() {
                state.show(&Fact::Rows(channel), line, effects);
            }
            text = rest;
        }
        if prose.capacity() <= BUFFER {
            self.buffer = prose;
        }
    }

    fn end_text(&mut self, channel: Channel, state: &mut State, line: &LineContext<'_>, effects: &mut Effects) {
        let mut rest = String::new();
        self.prose.get_mut(channel).finish(&mut rest);
        if !rest.is_empty() {
            show_prose(channel, &rest, state, line, effects);
        }
        state.rows.get_mut(channel).finish();
        state.show(&Fact::TextOver(channel), line, effects);
        state.windows.get_mut(channel).clear();
        state.rows.get_mut(channel).clear();
    }

    fn end_step(&mut self, part: &Part<'_>, state: &mut State, line: &LineContext<'_>, effects: &mut Effects) {
        if !state.end_once(&part_id(part, line)) {
            return;
        }
        let cost = part.cost.and_then(|raw| raw.get().parse::<f64>().ok()).filter(|c| c.is_finite());
        let cost = StepCost {
            tokens: part.tokens.as_ref().map_or(0, Tokens::total),
            cached: part.tokens.as_ref().map_or(0, Tokens::cached),
            produced: part.tokens.as_ref().map_or(0, Tokens::produced),
            cost: cost.unwrap_or_default(),
        };
        state.history.end_step(&part.message, cost.tokens);
        state.end_round(line, effects);
        self.end_text(Channel::Reasoning, state, line, effects);
        self.end_text(Channel::Text, state, line, effects);
        let silent = std::mem::replace(&mut self.silent, true);
        let text = if silent { String::new() } else { state.completion.last_text().to_owned() };
        let step = Step {
            message: &part.message,
            text: &text,
            reason: part.reason.as_deref().unwrap_or_default(),
            silent,
            calls: std::mem::take(&mut self.calls),
            tokens: cost.tokens,
            cached: cost.cached,
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
            if !matches!(reason, "tool-calls" | "tool_calls") {
                state.user.end_answer(line.now);
            }
            state.completion.end_answer(Some(reason), line.now);
        }
    }
}

/// What a call does, for a person: the tool and the beginning of its command.
fn describe_call(part: &Part<'_>) -> String {
    let tool = part.tool.as_deref().unwrap_or("tool");
    match part.state.as_ref().and_then(|state| state.input).and_then(topic) {
        Some(topic) => quoted(&format!("{tool}: {topic}"), DESCRIPTION),
        None => tool.to_owned(),
    }
}

/// Records a call that ended and shows it to the rules, after the round that it ends.
fn show_call(call: &Call, state: &mut State, line: &LineContext<'_>, effects: &mut Effects) {
    let times = state.history.times(call).saturating_add(1);
    let asked = state.user.asks_for(call) || state.user.asks_for_lap(call, times);
    let compared = state.history.record(call, state.user.rounds(), asked);
    if let Some(round) = state.rounds.add(call, compared, state.history.tokens) {
        state.show(&Fact::Round(&round), line, effects);
    }
    state.rule_runner.begin_call(asked);
    state.show(&Fact::Call(call, compared), line, effects);
    if compared.is_novel() || compared.new_change {
        state.rule_runner.record_progress(compared.new_change, call.failed(), line, effects);
    }
}

/// The id of a part. One without an id is known by its place: its message, its kind and its time.
fn part_id<'a>(part: &'a Part<'_>, line: &LineContext<'_>) -> Cow<'a, str> {
    if part.id.is_empty() {
        let input = part.state.as_ref().and_then(|state| state.input).map_or("", |input| input.get());
        Cow::Owned(format!("{}/{}/{}/{input}", part.message, part.kind, line.point.ts))
    } else {
        Cow::Borrowed(&part.id)
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
