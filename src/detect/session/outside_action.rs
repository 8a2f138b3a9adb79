//! Tracks whether the agent's last action outside the project succeeded, if a tool took it. A refused action
//! contradicts a claim of success in any language.

use crate::detect::call::Call;
use crate::detect::call::classify::CallKind;
use crate::detect::call::shell::Effect;
use crate::detect::text::ending::Ending;
use crate::detect::text::reported::tells_failure;
use crate::detect::text::wait_signs::has_word;
use crate::wire::part::ToolState;
use crate::wire::text::{self, EXCERPT};

/// Words in the names of tools that leave something behind. A click or a query may fail on the way to what is asked.
#[rustfmt::skip]
const ACTS: [&str; 34] = [
    "create", "write", "send", "update", "delete", "remove", "add", "append", "insert", "set", "put", "patch", "post", "publish", "upload", "book", "schedule",
    "reserve", "invite", "submit", "assign", "transfer", "move", "merge", "close", "cancel", "pay", "order", "reply", "forward", "import", "save", "approve", "share",
];
/// Words in the names of tools that keep the agent's own notes.
const NOTES: [&str; 7] = ["memory", "memories", "todo", "plan", "thought", "thinking", "note"];
/// What an answer says of something that is there already, in small letters: what was asked for stands.
const MOOT: [&str; 5] = ["already", "exists", "duplicate", "no change", "not modified"];

/// How one call came out that did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum OutsideAction {
    /// It was done, or may have been.
    Taken,
    /// It was not: the tool, and what that answered.
    Refused { tool: String, said: String },
}

impl OutsideAction {
    /// How a call came out; `None` if it only looked, or if its failure leaves open what was done.
    pub(super) fn read(call: &Call, state: Option<&ToolState<'_>>) -> Option<Self> {
        if let Some(line) = &call.line {
            let looks = matches!(line.effect, Effect::Observe | Effect::Poll);
            return (!looks && !call.failed()).then_some(Self::Taken);
        }
        match call.kind {
            CallKind::Spawn => Some(Self::Taken),
            CallKind::Unknown | CallKind::Record | CallKind::Mutate if !call.failed() => Some(Self::Taken),
            CallKind::Unknown | CallKind::Mutate if call.guessed => Self::refused(call, state),
            _ => None,
        }
    }

    fn refused(call: &Call, state: Option<&ToolState<'_>>) -> Option<Self> {
        let said = state.and_then(|state| state.error.or(state.output)).map(text::decode).unwrap_or_default();
        let lower = said.to_lowercase();
        let acts = has_word(&call.tool, &ACTS) && !has_word(&call.tool, &NOTES);
        let moot = MOOT.iter().any(|sign| lower.contains(sign));
        (acts && !moot)
            .then(|| Self::Refused { tool: call.tool.clone(), said: text::excerpt_in_lines(said.trim(), EXCERPT) })
    }

    /// What contradicts a text that does not tell of the refusal.
    pub(super) fn fact(&self, text: &str) -> Option<String> {
        let Self::Refused { tool, said } = self else { return None };
        if tells_failure(text, &codes(said)) || Ending::read(text) == Ending::GaveUp {
            return None;
        }
        Some(format!("the last call of `{tool}` was refused, and the agent does not say so: \"{said}\""))
    }
}

/// The codes in an answer, such as `PERMISSION_DENIED` or `403`: its other words may stand in any text.
fn codes(answer: &str) -> Vec<String> {
    let words = answer.split(|c: char| !c.is_alphanumeric() && c != '_');
    let is_code = |word: &&str| word.contains(|c: char| c == '_' || c.is_ascii_digit());
    words.filter(is_code).map(str::to_owned).collect()
}
