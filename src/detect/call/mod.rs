//! One tool call that ended: what it was given, what came back, and what identifies it.

pub(crate) mod classify;
pub(crate) mod failure;
pub(crate) mod input;
pub(crate) mod normalize;
pub(crate) mod prefilter;
pub(crate) mod tokens;

use super::config::Config;
use super::hash;
use crate::wire::part::{Part, Span, ToolState};
use crate::wire::record::{Evidence, Point};
use crate::wire::text::EXCERPT;
use crate::wire::{Raw, text};
use classify::{Kind, classify};
use input::Input;
use normalize::normalize_raw_output;
use std::borrow::Cow;

/// How much of an excerpt the call's input may take, in characters; the result takes the rest.
const INPUT_EXCERPT: usize = 90;
/// Tools that return text written by others: an error message in it does not mean that the call failed.
const READERS: [&str; 9] = ["read", "grep", "glob", "list", "webfetch", "websearch", "codesearch", "skill", "task"];

/// One call that ended.
#[derive(Debug)]
pub(crate) struct Call {
    /// The event that ended it.
    pub(crate) point: Point,
    /// The id of the message that made it.
    pub(crate) message: String,
    /// The tool's name.
    pub(crate) tool: String,
    /// What it is for.
    pub(crate) kind: Kind,
    /// Equal for equal tools and inputs.
    pub(crate) key: u64,
    /// Equal for equal statuses and normalized results.
    pub(crate) result_key: u64,
    /// Whether the result is empty.
    pub(crate) empty: bool,
    /// The class of the error, if it failed.
    pub(crate) error: Option<u64>,
    /// The error message; empty if it did not fail.
    pub(crate) error_line: String,
    /// The set of failing tests, if it is a check that names some.
    pub(crate) failing: Option<u64>,
    /// Its arguments.
    pub(crate) input: Input,
    /// When it began and ended on the server, in milliseconds since the Unix epoch.
    pub(crate) span: (i64, i64),
    /// Tool, input and result, for a person.
    pub(crate) excerpt: String,
}

impl Call {
    /// Reads a call from a tool part; `None` while it runs. `point` is the event that carries the part.
    pub(crate) fn read(part: &Part<'_>, point: impl FnOnce() -> Point, config: &Config) -> Option<Self> {
        let state = part.state.as_ref().filter(|state| state.is_over())?;
        let tool = part.tool.as_deref().unwrap_or_default();
        let point = point();
        let input = Input::read(state.input, &config.ignored_args);
        let kind = classify(tool, input.command.as_deref(), &input.text, &config.polls);
        let raw = state.error.or(state.output);
        let normalized = raw.map(|raw| normalize_raw_output(raw, &config.masks)).unwrap_or_default();
        let error = failure_sign(tool, kind, state, &normalized).and_then(|sign| sign.error_line(raw));
        let span = state.time.as_ref();
        let start = span.and_then(Span::start).unwrap_or(point.ts);
        Some(Self {
            message: part.message.clone().into_owned(),
            key: hash::join(hash::of(tool), input.key),
            result_key: hash::join(hash::of(&*state.status), hash::of(&normalized)),
            empty: is_nothing(&normalized),
            failing: raw.filter(|_| kind == Kind::Check).and_then(|raw| failure::failing_set(&text::body(raw))),
            excerpt: excerpt(tool, &input, raw),
            span: (start, span.and_then(Span::end).unwrap_or(point.ts.max(start))),
            point,
            tool: tool.to_owned(),
            kind,
            error: error.as_deref().map(failure::error_class),
            error_line: error.map(|line| text::excerpt(&line, EXCERPT)).unwrap_or_default(),
            input,
        })
    }

    /// Equal for equal calls with equal results.
    pub(crate) fn key_with_result(&self) -> u64 {
        hash::join(self.key, self.result_key)
    }

    /// Whether it failed.
    pub(crate) fn failed(&self) -> bool {
        self.error.is_some()
    }

    /// The call as evidence.
    pub(crate) fn evidence(&self) -> Evidence {
        Evidence { id: self.point.id.clone(), excerpt: self.excerpt.clone() }
    }
}

fn excerpt(tool: &str, input: &Input, result: Option<Raw<'_>>) -> String {
    let given = text::excerpt(&input.text, INPUT_EXCERPT);
    // More of the result would be cut anyway.
    let shown = result.map(|raw| text::beginning(raw, 4 * EXCERPT)).unwrap_or_default();
    text::excerpt(&format!("{tool} {given} → {shown}"), EXCERPT)
}

/// What tells that a call failed.
#[derive(Debug, Clone, Copy)]
enum FailureSign {
    /// Its status.
    Status,
    /// The command's exit code.
    Exit,
    /// At most an error message in the result.
    Message,
}

impl FailureSign {
    /// The error message, if the call failed.
    fn error_line(self, result: Option<Raw<'_>>) -> Option<String> {
        let body = result.map(text::body).unwrap_or_default();
        let message = failure::error_line(&body).map(Cow::into_owned);
        let other = |line: fn(&str) -> Option<&str>| line(&text::unescaped(&body)).map(str::to_owned);
        match self {
            Self::Status => message.or_else(|| other(first_line)).or_else(|| Some("error".to_owned())),
            Self::Exit => message.or_else(|| other(last_line)).or_else(|| Some("failed".to_owned())),
            Self::Message => message,
        }
    }
}

/// What can tell that a call failed; `None` if it succeeded for certain.
fn failure_sign(tool: &str, kind: Kind, state: &ToolState<'_>, normalized: &str) -> Option<FailureSign> {
    if is_nothing(normalized) && &*state.status == "completed" {
        // The exit code may only mean that nothing was found, as with grep.
        return None;
    }
    match (&*state.status, exit_code(state.metadata)) {
        ("error", _) => Some(FailureSign::Status),
        (_, Some(0)) => None,
        (_, Some(_)) => Some(FailureSign::Exit),
        _ if READERS.contains(&tool) || kind == Kind::Plan => None,
        _ => Some(FailureSign::Message),
    }
}

/// Whether a result is empty, or is what `OpenCode`'s shell writes for an empty one.
fn is_nothing(result: &str) -> bool {
    matches!(result.trim(), "" | "(no output)")
}

fn first_line(text: &str) -> Option<&str> {
    text.lines().find(|line| !line.trim().is_empty())
}

fn last_line(text: &str) -> Option<&str> {
    text.lines().rev().find(|line| !line.trim().is_empty())
}

/// The exit code in a shell tool's metadata.
fn exit_code(metadata: Option<Raw<'_>>) -> Option<i64> {
    #[derive(serde::Deserialize)]
    struct Metadata {
        exit: Option<i64>,
    }
    // Metadata of another shape has no exit code.
    serde_json::from_str::<Metadata>(metadata?.get()).ok()?.exit
}
