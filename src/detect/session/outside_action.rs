//! Tracks whether the agent's last action outside the project succeeded, if a tool took it, or a command that hands work
//! on to others. A refused action contradicts a claim of success in any language.

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
#[rustfmt::skip]
const MOOT: [&str; 7] = ["already", "exists", "duplicate", "no change", "not modified", "up-to-date", "up to date"];
/// Words of commands that hand work on to others: `git push`, `npm publish`, `twine upload`, `gh pr create`.
const HANDS_ON: [&str; 5] = ["push", "publish", "upload", "release", "pr"];
/// What is in a request for that.
#[rustfmt::skip]
const ASKED: [&str; 11] = [
    "push", "publish", "upload", "release", "pull request", " pr", "tag", "veröffentlich", "publier", "publica", "推送",
];
/// What says in an answer and in a text alike that something was refused.
const REFUSALS: [&str; 6] = ["rejected", "denied", "refused", "declined", "forbidden", "protected"];

/// The length of a command in a fact, in characters.
const COMMAND: usize = 60;

/// How one call came out that did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum OutsideAction {
    /// It was done, or may have been.
    Taken,
    /// It was not: the tool or the command, what that answered, and whether it is a command.
    Refused { tool: String, said: String, by_command: bool },
}

impl OutsideAction {
    /// How a call came out; `None` if it only looked, or if its failure leaves open what was done.
    pub(super) fn read(call: &Call, state: Option<&ToolState<'_>>) -> Option<Self> {
        if let Some(line) = &call.line {
            let looks = matches!(line.effect, Effect::Observe | Effect::Poll);
            let taken = (!looks && !call.failed()).then_some(Self::Taken);
            return taken.or_else(|| Self::not_handed_on(call, line.effect, state));
        }
        match call.kind {
            CallKind::Spawn => Some(Self::Taken),
            CallKind::Unknown | CallKind::Record | CallKind::Mutate if !call.failed() => Some(Self::Taken),
            CallKind::Unknown | CallKind::Mutate if call.guessed => Self::refused(call, state),
            _ => None,
        }
    }

    fn not_handed_on(call: &Call, effect: Effect, state: Option<&ToolState<'_>>) -> Option<Self> {
        let command = call.input.command.as_deref().filter(|_| effect == Effect::Record)?;
        let hands_on = command.split_ascii_whitespace().any(|word| HANDS_ON.contains(&word));
        (hands_on && call.failed())
            .then(|| Self::refusal(text::excerpt_in_lines(command, COMMAND), true, state))
            .flatten()
    }

    fn refused(call: &Call, state: Option<&ToolState<'_>>) -> Option<Self> {
        let acts = has_word(&call.tool, &ACTS) && !has_word(&call.tool, &NOTES);
        acts.then(|| Self::refusal(call.tool.clone(), false, state)).flatten()
    }

    /// That something was refused, unless it is there already.
    fn refusal(tool: String, by_command: bool, state: Option<&ToolState<'_>>) -> Option<Self> {
        let said = state.and_then(|state| state.error.or(state.output)).map(text::decode).unwrap_or_default();
        let lower = said.to_lowercase();
        let moot = MOOT.iter().any(|sign| lower.contains(sign));
        (!moot).then(|| Self::Refused { tool, said: text::excerpt_in_lines(said.trim(), EXCERPT), by_command })
    }

    /// What contradicts a text that does not tell of the refusal. `names` says whether the request has one of these words:
    /// a command may be more than it asks for.
    pub(super) fn fact(&self, text: &str, names: impl Fn(&[&str]) -> bool) -> Option<String> {
        let Self::Refused { tool, said, by_command } = self else { return None };
        let mut words = codes(said);
        words.extend(REFUSALS.iter().filter(|word| said.contains(**word)).map(|word| (*word).to_owned()));
        if *by_command && !names(&ASKED) || tells_failure(text, &words) || Ending::read(text) == Ending::GaveUp {
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
