//! Tracks what the last calls left unfinished: something that was still in progress, a dry run, or mail that was only
//! drafted.

use crate::detect::call::Call;
use crate::detect::call::classify::CallKind;
use crate::detect::call::shell::{Effect, commands};
use crate::detect::quoted::quoted;
use crate::detect::text::claims::{ClaimedOutcome, says_it_went};
use crate::detect::text::head_and_tail::tail;
use crate::detect::text::wait_signs::has_word;
use crate::wire::part::ToolState;
use crate::wire::text::{self, EXCERPT};
use regex::Regex;
use std::sync::LazyLock;

/// How much of the end of an output is read, in bytes, and how many of its last lines.
const OUTPUT: usize = 4 * 1024;
const LINES: usize = 4;

/// Words in the names of tools that send a draft, or whose draft is not a mail.
const NO_MAIL: [&str; 8] = ["send", "sends", "publish", "delete", "pr", "pull", "merge", "release"];

/// Words in the names of tools that look at something that takes its time.
#[rustfmt::skip]
const JOBS: [&str; 18] = [
    "build", "builds", "job", "run", "runs", "pipeline", "workflow", "deployment", "deploy", "operation", "export", "import", "render", "training", "scan", "backup",
    "migration", "release",
];
/// What an answer in JSON says of something that is under way.
const RUNNING: &str = r#"(?i)"(?:(?:is_?)?(?:building|in_?progress|queued)"\s*:\s*true|conclusion"\s*:\s*null|(?:status|state|phase)"\s*:\s*"(?:queued|pending|in[_ -]?progress|building|processing)")"#;
/// A share of the whole in a line, as a percentage below a hundred: `312 of 4107/7%`, `[ 42%]`.
const SHARE: &str = r"(?:^|[^\d.])\d{1,2}(?:\.\d+)?\s?%";
/// What such a line says of what runs, in small letters.
const WORKING: [&str; 7] = ["running", "executing", "building", "compiling", "in progress", "remaining", "eta"];

static RUNS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(RUNNING).ok());
static SHARES: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(SHARE).ok());

/// What is in every line that has such a command.
const HINTS: [&str; 7] = ["dry", " -n", " -a", "plan", "preview", "just-print", "what-if"];
/// What one call, or the last ones, left unfinished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unfinished {
    /// Nothing that is known: something was run, or may have been.
    Nothing,
    /// The last look says that something is under way.
    UnderWay(String),
    /// A command was only tried.
    Tried(String),
    /// Something was only drafted, by this tool.
    Drafted(String),
}

impl Unfinished {
    /// What a call leaves unfinished; `None` if it only looked.
    pub(super) fn read(call: &Call, state: Option<&ToolState<'_>>) -> Option<Self> {
        let Some(line) = &call.line else {
            return of_tool(call, state);
        };
        let command = call.input.command.as_deref().unwrap_or_default();
        // Most lines say nothing of it, and are spared a second reading.
        let listed = if HINTS.iter().any(|hint| command.contains(hint)) { commands(command) } else { Vec::new() };
        if let Some(tried) = listed.iter().rev().find(|command| command.is_dry()) {
            let mut others = listed.iter().filter(|command| !command.is_dry());
            let acts = others.any(|command| !matches!(command.effect(), Effect::Observe | Effect::Poll));
            return Some(if acts { Self::Nothing } else { Self::Tried(quoted(&tried.words.join(" "), EXCERPT)) });
        }
        if matches!(line.effect, Effect::Observe | Effect::Poll) {
            let waits = ["sleep", "tail", ".log"].iter().any(|word| command.contains(word));
            return waits.then(|| under_way_line(&end(state))).flatten().map(Self::UnderWay);
        }
        Some(Self::Nothing)
    }

    /// What is left unfinished after a call that left `found`; `before` is what was.
    pub(super) fn after(found: Option<Self>, before: Option<Self>) -> Option<Self> {
        match (found, before) {
            // A trial of what has already run looks whether anything is left.
            (Some(Self::Tried(_)), Some(Self::Nothing)) => Some(Self::Nothing),
            (Some(found), _) => Some(found),
            // What was under way may be through by the next look.
            (None, before) => before.filter(|before| !matches!(before, Self::UnderWay(_))),
        }
    }

    /// What contradicts a text that says that it is finished.
    pub(super) fn fact(&self, text: &str) -> Option<String> {
        let (went, but) = match self {
            Self::Nothing => return None,
            Self::UnderWay(said) => (ClaimedOutcome::Through, format!("the last look at it says \"{said}\"")),
            Self::Tried(command) => (ClaimedOutcome::Ran, format!("`{command}` only shows what it would do")),
            Self::Drafted(tool) => (ClaimedOutcome::Sent, format!("`{tool}` only drafted it")),
        };
        says_it_went(text, went).map(|said| format!("the agent says \"{said}\", but {but}"))
    }
}

fn of_tool(call: &Call, state: Option<&ToolState<'_>>) -> Option<Unfinished> {
    let drafts = has_word(&call.tool, &["draft", "drafts"]) && !has_word(&call.tool, &NO_MAIL);
    let said = || end(state);
    match call.kind {
        _ if call.failed() => None,
        CallKind::Observe | CallKind::Poll if has_word(&call.tool, &JOBS) => {
            under_way_json(&said()).map(Unfinished::UnderWay)
        }
        CallKind::Unknown | CallKind::Record if drafts => Some(Unfinished::Drafted(call.tool.clone())),
        CallKind::Unknown | CallKind::Record | CallKind::Spawn | CallKind::Check => Some(Unfinished::Nothing),
        _ => None,
    }
}

/// The end of what a call printed.
fn end(state: Option<&ToolState<'_>>) -> String {
    let output = state.and_then(|state| state.error.or(state.output)).map(text::decode).unwrap_or_default();
    tail(&output, OUTPUT).to_owned()
}

/// What an answer about one thing says of it, if that is under way.
fn under_way_json(answer: &str) -> Option<String> {
    let found = RUNS.as_ref()?.find(answer).filter(|_| answer.trim_start().starts_with('{'))?;
    Some(found.as_str().to_owned())
}

/// The line at the end of an output that says that something runs, and how far it is.
fn under_way_line(output: &str) -> Option<String> {
    let mut lines = output.lines().rev().filter(|line| !line.trim().is_empty()).take(LINES);
    let says = |line: &&str| {
        let lower = line.to_lowercase();
        WORKING.iter().any(|word| lower.contains(word)) && SHARES.as_ref().is_some_and(|share| share.is_match(&lower))
    };
    lines.find(says).map(|line| quoted(line.trim(), EXCERPT))
}
