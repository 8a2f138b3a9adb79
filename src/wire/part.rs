//! The parts of a message, as both dialects carry them. Free text and inputs stay raw until somebody
//! needs them; see [`super::text::decode`].

use super::json::raw::Raw;
use serde::Deserialize;
use std::borrow::Cow;

/// One part of a message: text, reasoning, a tool call, a step's beginning or end.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Part<'a> {
    /// The part's id; the same in every update of it.
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    /// The message it belongs to.
    #[serde(borrow, rename = "messageID")]
    pub message: Cow<'a, str>,
    /// The session, which old servers name only here.
    #[serde(borrow, rename = "sessionID", deserialize_with = "super::text::borrowed")]
    pub session: Option<Cow<'a, str>>,
    /// `text`, `reasoning`, `tool`, `step-start`, `step-finish`, `patch`, `file`, …
    #[serde(borrow, rename = "type")]
    pub kind: Cow<'a, str>,
    /// The whole text so far, of a text or reasoning part.
    #[serde(borrow)]
    pub text: Option<Raw<'a>>,
    /// Written by a program on somebody's behalf, not by the model or the user.
    pub synthetic: Option<bool>,
    /// The notes of whoever wrote a text in somebody's place.
    #[serde(borrow)]
    pub metadata: Option<Raw<'a>>,
    /// When a text part began and ended.
    #[serde(borrow)]
    pub time: Option<Span<'a>>,
    /// The tool's name.
    #[serde(borrow, deserialize_with = "super::text::borrowed")]
    pub tool: Option<Cow<'a, str>>,
    /// Where a tool call stands.
    #[serde(borrow)]
    pub state: Option<ToolState<'a>>,
    /// Why a step ended: `stop`, `tool-calls`, `length`, …
    #[serde(borrow, deserialize_with = "super::text::borrowed")]
    pub reason: Option<Cow<'a, str>>,
    /// What a step took.
    #[serde(borrow)]
    pub tokens: Option<Tokens<'a>>,
    /// What a step cost, in dollars.
    #[serde(borrow)]
    pub cost: Option<Raw<'a>>,
    /// The files that a `patch` part is about, by their absolute paths.
    #[serde(borrow)]
    pub files: Option<Raw<'a>>,
    /// Where a message was cut or compacted automatically.
    pub auto: Option<bool>,
}

impl Part<'_> {
    /// Whether it is a message that we sent into the session, which we mark `{"ocr":"steer"}`: it looks like a
    /// user's, and is not.
    pub fn is_steer(&self) -> bool {
        #[derive(Deserialize)]
        struct Notes<'a> {
            #[serde(borrow)]
            ocr: Cow<'a, str>,
        }
        // Notes of another shape are somebody else's.
        let notes = self
            .metadata
            .and_then(|raw| serde_json::from_str::<Notes<'_>>(raw.get()).ok());
        notes.is_some_and(|notes| notes.ocr == "steer")
    }
}

/// A tool call's state.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ToolState<'a> {
    /// `pending`, `running`, `completed` or `error`.
    #[serde(borrow)]
    pub status: Cow<'a, str>,
    /// The arguments.
    #[serde(borrow)]
    pub input: Option<Raw<'a>>,
    /// What came back.
    #[serde(borrow)]
    pub output: Option<Raw<'a>>,
    /// The error that came back instead.
    #[serde(borrow)]
    pub error: Option<Raw<'a>>,
    /// The tool's own notes: exit code, output so far, the child session of a `task`.
    #[serde(borrow)]
    pub metadata: Option<Raw<'a>>,
    /// When it ran.
    #[serde(borrow)]
    pub time: Option<Span<'a>>,
}

impl ToolState<'_> {
    /// Whether the call has ended, well or badly.
    pub fn is_over(&self) -> bool {
        matches!(&*self.status, "completed" | "error")
    }
}

/// A beginning and an end, in milliseconds since the Unix epoch.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Span<'a> {
    /// When it began.
    #[serde(borrow)]
    start: Option<Raw<'a>>,
    /// When it ended; absent while it runs.
    #[serde(borrow)]
    end: Option<Raw<'a>>,
}

impl Span<'_> {
    /// When it began.
    pub fn start(&self) -> Option<i64> {
        self.start.and_then(integer)
    }

    /// When it ended; `None` while it runs.
    pub fn end(&self) -> Option<i64> {
        self.end.and_then(integer)
    }
}

/// What a step took.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Tokens<'a> {
    #[serde(borrow)]
    input: Option<Raw<'a>>,
    #[serde(borrow)]
    output: Option<Raw<'a>>,
    #[serde(borrow)]
    reasoning: Option<Raw<'a>>,
}

impl Tokens<'_> {
    /// What the model read, wrote and thought, together.
    pub fn total(&self) -> u64 {
        [self.input, self.output, self.reasoning]
            .into_iter()
            .flatten()
            .filter_map(integer)
            .fold(0u64, |sum, n| sum.saturating_add(u64::try_from(n).unwrap_or(0)))
    }

    /// What the model wrote and thought.
    pub fn produced(&self) -> u64 {
        [self.output, self.reasoning]
            .into_iter()
            .flatten()
            .filter_map(integer)
            .fold(0u64, |sum, n| sum.saturating_add(u64::try_from(n).unwrap_or(0)))
    }
}

/// A whole number out of a raw value; a fraction is cut, anything else is none.
pub fn integer(raw: Raw<'_>) -> Option<i64> {
    let source = raw.get();
    source.parse().ok().or_else(|| {
        let number: f64 = source.parse().ok()?;
        // The cast saturates, which is what a number out of range deserves.
        #[allow(clippy::cast_possible_truncation)]
        number.is_finite().then_some(number as i64)
    })
}
