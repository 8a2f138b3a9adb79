//! The parts of messages: calls, text, the ends of steps.

use super::{Now, Effects, Session, USER};
use crate::detect::call;
use crate::detect::call::Call;
use crate::detect::fact::{Channel, Fact, Step, TEXT_BLOCK};
use crate::detect::hash;
use crate::detect::text::assemble::Piece;
use crate::wire::Raw;
use crate::wire::part::{Part, Tokens};
use crate::wire::record::Why;
use crate::wire::text;

/// How much room for prose a session keeps from one piece to the next, in bytes: most pieces are smaller.
const SCRATCH: usize = 1024;

impl Session {
    pub(super) fn part(&mut self, part: &Part<'_>, call: Option<&Call>, line: &LineContext<'_>, effects: &mut Effects) {
        if self.messages.get(hash::of(&*part.message)) == Some(USER) {
            self.user_part(part, now, said);
            return;
        }
        match &*part.kind {
            "tool" => self.tool(part, call, now, said),
            "text" | "reasoning" => {
                let channel = if part.kind == "text" {
                    Channel::Text
                } else {
                    Channel::Reasoning
                };
                // `opencode run` prints a text once, when it is complete.
                let over = part.time.as_ref().is_some_and(|t| t.end().is_some());
                let piece = self.texts.snapshot(&part.id, channel, part.text, over);
                self.text(&part.id, &piece, now, said);
            }
            "step-start" => {
                self.begins();
                self.step_calls = 0;
            }
            "step-finish" => self.step(part, now, said),
            _ => {}
        }
    }

    fn tool(&mut self, part: &Part<'_>, call: Option<&Call>, line: &LineContext<'_>, effects: &mut Effects) {
        let Some(state) = &part.state else {
            return;
        };
        let key = hash::of(&*part.id);
        if self.ended.get(key).is_some() {
            return;
        }
        if !call::is_over(state) {
            self.activity.retrying = false;
            self.activity.runs(&part.id, now.ts);
            return;
        }
        self.ended.put(key, 0);
        self.activity.ended(&part.id);
        self.activity.retrying = false;
        let read;
        let call = if let Some(call) = call {
            call
        } else {
            read = Call::read(part, now.point.clone(), now.config);
            let Some(call) = &read else {
                return;
            };
            call
        };
        self.step_calls += 1;
        if self.rounds.has_twin(call) {
            return;
        }
        let compared = self.history.note(call);
        self.completion.call(call, compared);
        if let Some(round) = self.rounds.add(call, compared, self.history.tokens) {
            self.tell(&Fact::Round(&round), now, said);
        }
        self.episodes.next_call();
        self.tell(&Fact::Call(call, compared), now, said);
        if compared.novel() || compared.new_change {
            said.findings
                .extend(self.episodes.progress(compared.new_change, now.point));
        }
    }

    pub(super) fn delta(&mut self, part: &str, raw: Raw<'_>, line: &LineContext<'_>, effects: &mut Effects) {
        let piece = self.texts.delta(part, raw);
        self.text(part, &piece, now, said);
    }

    fn text(&mut self, part: &str, piece: &Piece<'_>, line: &LineContext<'_>, effects: &mut Effects) {
        if piece.channel == Channel::Text {
            if piece.first {
                self.completion.text_begins(part);
            }
            self.completion.text(&piece.text);
        }
        if !piece.text.is_empty() {
            self.activity.retrying = false;
            self.step_silent = false;
            let mut prose = std::mem::take(&mut self.scratch);
            self.prose[piece.channel as usize].more(&piece.text, &mut prose);
            self.prose(piece.channel, &prose, now, said);
            if prose.capacity() <= SCRATCH {
                prose.clear();
                self.scratch = prose;
            }
        }
        if piece.over {
            self.text_over(piece.channel, now, said);
        }
    }

    fn text_over(&mut self, channel: Channel, line: &LineContext<'_>, effects: &mut Effects) {
        let mut rest = String::new();
        self.prose[channel as usize].over(&mut rest);
        if !rest.is_empty() {
            self.prose(channel, &rest, now, said);
        }
        self.tell(&Fact::TextOver(channel), now, said);
        self.windows[channel as usize].clear();
    }

    /// Shows prose to the rules, cut where the text says and not where the server did.
    fn prose(&mut self, channel: Channel, mut prose: &str, line: &LineContext<'_>, effects: &mut Effects) {
        loop {
            let window = &mut self.windows[channel as usize];
            let room = TEXT_BLOCK - window.seen % TEXT_BLOCK;
            let cut = prose.char_indices().nth(room).map_or(prose.len(), |(at, _)| at);
            let (block, rest) = prose.split_at(cut);
            window.extend(block);
            self.tell(&Fact::Text(channel, block), now, said);
            prose = rest;
            if prose.is_empty() {
                return;
            }
        }
    }

    fn step(&mut self, part: &Part<'_>, line: &LineContext<'_>, effects: &mut Effects) {
        // The same step, seen again.
        if self.ended.put(hash::of(&*part.id), 0).is_some() {
            return;
        }
        let tokens = part.tokens.as_ref().map_or(0, Tokens::total);
        let cost = part
            .cost
            .and_then(|raw| raw.get().parse::<f64>().ok())
            .filter(|c| c.is_finite());
        self.history.tokens = self.history.tokens.saturating_add(tokens);
        self.end_round(now, said);
        self.text_over(Channel::Reasoning, now, said);
        self.text_over(Channel::Text, now, said);
        let silent = std::mem::replace(&mut self.step_silent, true);
        let text = if silent {
            String::new()
        } else {
            self.completion.last_text().to_owned()
        };
        let step = Step {
            message: &part.message,
            text: &text,
            silent,
            calls: std::mem::take(&mut self.step_calls),
            tokens,
            produced: part.tokens.as_ref().map_or(0, Tokens::produced),
            cost: cost.unwrap_or_default(),
        };
        self.tell(&Fact::Step(&step), now, said);
        said.steps.push((step.tokens, step.produced, step.cost));
        self.steps += 1;
        let interval = now.config.review_every.filter(|every| *every > 0);
        if interval.is_some_and(|every| self.steps.is_multiple_of(every)) {
            said.why.get_or_insert(Why::Interval);
        }
        if let Some(reason) = part.reason.as_deref() {
            self.completion.answered(reason);
        }
    }

    fn user_part(&mut self, part: &Part<'_>, line: &LineContext<'_>, effects: &mut Effects) {
        if part.is_steer() {
            // What was done is told behind us in the pipe; here it comes back from the server.
            if self.ended.put(hash::of(&*part.id), 0).is_none() {
                self.steered(now, said);
            }
            return;
        }
        if part.kind != "text" || part.synthetic == Some(true) {
            return;
        }
        let text = part.text.map(text::decode).unwrap_or_default();
        if self.user.says(&part.message, &text) {
            self.history.forget();
            said.findings.extend(self.episodes.reset(now.point));
            self.tell(&Fact::User, now, said);
        }
    }
}
