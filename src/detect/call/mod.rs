//! One call that has come to its end, and the round that it was part of.

pub(crate) mod classify;
pub(crate) mod failure;
pub(crate) mod input;
pub(crate) mod normalize;
pub(crate) mod prefilter;
pub(crate) mod tokens;

use super::config::Config;
use classify::{Kind, classify};

use super::hash;
use crate::wire::part::{Part, ToolState};
use crate::wire::record::Point;
use crate::wire::{Raw, text};
use input::Input;
use normalize::normalize_raw_output;
use std::borrow::Cow;

/// How long an excerpt is, in characters.
pub(crate) const EXCERPT: usize = 160;
/// How much of a call's input an excerpt shows; the result has the rest.
const INPUT_EXCERPT: usize = 90;
/// Tools whose completed output is somebody else's text: an error in it is not theirs.
const READERS: [&str; 9] = [
    "read",
    "grep",
    "glob",
    "list",
    "webfetch",
    "websearch",
    "codesearch",
    "skill",
    "task",
];

/// One call that has come to its end.
#[derive(Debug)]
pub(crate) struct Call {
    /// The event that ended it.
    pub(crate) point: Point,
    /// The message that it belongs to.
    pub(crate) message: String,
    /// The tool's name.
    pub(crate) tool: String,
    /// What it is for.
    pub(crate) kind: Kind,
    /// The same for the same tool and input.
    pub(crate) a: u64,
    /// The same for the same status and masked result.
    pub(crate) r: u64,
    /// Whether nothing came back.
    pub(crate) empty: bool,
    /// The class of the error, where it failed.
    pub(crate) error: Option<u64>,
    /// The error for a person.
    pub(crate) error_line: String,
    /// The set of failures, of a check.
    pub(crate) failing: Option<u64>,
    /// What the call was given.
    pub(crate) input: Input,
    /// When it ran, as the server says.
    pub(crate) span: (i64, i64),
    /// What it looked like: tool, input, result.
    pub(crate) excerpt: String,
}

impl Call {
    /// Reads a tool part in its terminal state; `None` while it is under way.
    pub(crate) fn read(part: &Part<'_>, point: Point, config: &Config) -> Option<Self> {
        let state = part.state.as_ref()?;
        let tool = part.tool.as_deref().unwrap_or_default();
        if !is_over(state) {
            return None;
        }
        let input = Input::read(state.input, &config.ignored_args);
        let kind = classify(tool, input.command.as_deref(), &input.text, &config.polls);
        let raw = state.error.or(state.output);
        let masked = raw.map(|raw| normalize_raw_output(raw, &config.masks)).unwrap_or_default();
        let error = sign(tool, kind, state, &masked).and_then(|sign| sign.line(raw));
        let span = state.time.as_ref();
        let start = span.and_then(crate::wire::part::Span::start).unwrap_or(point.ts);
        Some(Self {
            message: part.message.clone().into_owned(),
            a: hash::join(hash::of(tool), input.key),
            r: hash::join(hash::of(&*state.status), hash::of(&masked)),
            empty: is_nothing(&masked),
            failing: raw
                .filter(|_| kind == Kind::Check)
                .and_then(|raw| failure::failing_set(&text::body(raw))),
            excerpt: excerpt(tool, &input, raw),
            span: (
                start,
                span.and_then(crate::wire::part::Span::end)
                    .unwrap_or(point.ts.max(start)),
            ),
            point,
            tool: tool.to_owned(),
            kind,
            error: error.as_deref().map(failure::class_of),
            error_line: error
                .map(|line| text::excerpt(&line, EXCERPT))
                .unwrap_or_default(),
            input,
        })
    }

    /// Call and result together.
    pub(crate) fn ar(&self) -> u64 {
        hash::join(self.a, self.r)
    }

    /// Whether it failed.
    pub(crate) fn failed(&self) -> bool {
        self.error.is_some()
    }
}

/// Whether a call has come to its end.
pub(crate) fn is_over(state: &ToolState<'_>) -> bool {
    matches!(&*state.status, "completed" | "error")
}

fn excerpt(tool: &str, input: &Input, result: Option<Raw<'_>>) -> String {
    let given = text::excerpt(&input.text, INPUT_EXCERPT);
    // Enough of the result to fill the line: the rest is cut all the same.
    let shown = result
        .map(|raw| text::beginning(raw, 4 * EXCERPT))
        .unwrap_or_default();
    text::excerpt(&format!("{tool} {given} → {shown}"), EXCERPT)
}

/// What speaks for it that a call failed.
#[derive(Debug, Clone, Copy)]
enum Sign {
    /// The server says so.
    Status,
    /// The command's exit code does.
    Exit,
    /// Nothing but, perhaps, the words of the result.
    Words,
}

impl Sign {
    /// The line that says what went wrong, if something did.
    fn line(self, result: Option<Raw<'_>>) -> Option<String> {
        let body = result.map(text::body).unwrap_or_default();
        let said = failure::error_line(&body).map(Cow::into_owned);
        let other = |line: fn(&str) -> Option<&str>| line(&text::unescaped(&body)).map(str::to_owned);
        match self {
            Self::Status => said
                .or_else(|| other(first_line))
                .or_else(|| Some("error".to_owned())),
            Self::Exit => said
                .or_else(|| other(last_line))
                .or_else(|| Some("failed".to_owned())),
            Self::Words => said,
        }
    }
}

/// Where to look for a failure; none for a call that went well.
fn sign(tool: &str, kind: Kind, state: &ToolState<'_>, masked: &str) -> Option<Sign> {
    if is_nothing(masked) && &*state.status == "completed" {
        // Such as grep: its exit code says that nothing was found.
        return None;
    }
    match (&*state.status, exit_code(state.metadata)) {
        ("error", _) => Some(Sign::Status),
        (_, Some(0)) => None,
        (_, Some(_)) => Some(Sign::Exit),
        _ if READERS.contains(&tool) || kind == Kind::Plan => None,
        _ => Some(Sign::Words),
    }
}

/// Whether a result says that there is none: it is empty, or `OpenCode`'s shell says so.
fn is_nothing(result: &str) -> bool {
    matches!(result.trim(), "" | "(no output)")
}

fn first_line(text: &str) -> Option<&str> {
    text.lines().find(|line| !line.trim().is_empty())
}

fn last_line(text: &str) -> Option<&str> {
    text.lines().rev().find(|line| !line.trim().is_empty())
}

/// The exit code in a shell tool's notes.
fn exit_code(metadata: Option<Raw<'_>>) -> Option<i64> {
    #[derive(serde::Deserialize)]
    struct Notes {
        exit: Option<i64>,
    }
    // Notes of another shape say nothing about an exit code.
    serde_json::from_str::<Notes>(metadata?.get()).ok()?.exit
}
