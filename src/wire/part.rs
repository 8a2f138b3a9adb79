//! The parts of a message, the same in both OpenCode dialects. Text and inputs stay raw until they are needed; see
//! [`super::text::decode`].

use super::json::raw::Raw;
use serde::Deserialize;
use std::borrow::Cow;

/// A part of a message: text, reasoning, a tool call, the start or end of a step.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Part<'a> {
    /// The id of the part, the same in all of its updates.
    #[serde(borrow, deserialize_with = "super::text::lent")]
    pub id: Cow<'a, str>,
    /// The id of its message.
    #[serde(borrow, rename = "messageID", deserialize_with = "super::text::lent")]
    pub message: Cow<'a, str>,
    /// The session; old servers name it only here.
    #[serde(borrow, rename = "sessionID", deserialize_with = "super::text::borrowed")]
    pub session: Option<Cow<'a, str>>,
    /// `text`, `reasoning`, `tool`, `step-start`, `step-finish`, `patch`, `file`, …
    #[serde(borrow, rename = "type", deserialize_with = "super::text::lent")]
    pub kind: Cow<'a, str>,
    /// The whole text so far of a text or reasoning part.
    #[serde(borrow)]
    pub text: Option<Raw<'a>>,
    /// Whether a program wrote the part, not the model or the user.
    pub synthetic: Option<bool>,
    /// Whether the model does not see the part.
    pub ignored: Option<bool>,
    /// Free metadata. Our own messages are marked here.
    #[serde(borrow)]
    pub metadata: Option<Raw<'a>>,
    /// When a text part started and ended.
    #[serde(borrow)]
    pub time: Option<Span<'a>>,
    /// The name of the tool.
    #[serde(borrow, deserialize_with = "super::text::borrowed")]
    pub tool: Option<Cow<'a, str>>,
    /// The id of a tool call, which is unique within its message.
    #[serde(borrow, rename = "callID", deserialize_with = "super::text::borrowed")]
    pub call: Option<Cow<'a, str>>,
    /// The state of a tool call.
    #[serde(borrow)]
    pub state: Option<ToolState<'a>>,
    /// Why a step ended: `stop`, `tool-calls`, `length`, …
    #[serde(borrow, deserialize_with = "super::text::borrowed")]
    pub reason: Option<Cow<'a, str>>,
    /// The tokens of a step.
    #[serde(borrow)]
    pub tokens: Option<Tokens<'a>>,
    /// The cost of a step in dollars.
    #[serde(borrow)]
    pub cost: Option<Raw<'a>>,
    /// The files of a `patch` part, as absolute paths.
    #[serde(borrow)]
    pub files: Option<Raw<'a>>,
    /// Whether a compaction was automatic.
    pub auto: Option<bool>,
}

impl Part<'_> {
    /// Whether the part is one of our steering messages, marked `{"ocr":"steer"}`. It looks like a message of the user,
    /// but is not one.
    pub fn is_steer(&self) -> bool {
        #[derive(Deserialize)]
        struct Notes<'a> {
            #[serde(borrow)]
            ocr: Cow<'a, str>,
        }
        // Metadata of another shape is not ours.
        let notes = self.metadata.and_then(|raw| serde_json::from_str::<Notes<'_>>(raw.get()).ok());
        notes.is_some_and(|notes| notes.ocr == "steer")
    }
}

/// The state of a tool call.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ToolState<'a> {
    /// `pending`, `running`, `completed` or `error`.
    #[serde(borrow, deserialize_with = "super::text::lent")]
    pub status: Cow<'a, str>,
    /// The arguments.
    #[serde(borrow)]
    pub input: Option<Raw<'a>>,
    /// The result.
    #[serde(borrow)]
    pub output: Option<Raw<'a>>,
    /// The error, if the call failed.
    #[serde(borrow)]
    pub error: Option<Raw<'a>>,
    /// Pictures and files that belong to the result.
    #[serde(borrow)]
    pub attachments: Option<Raw<'a>>,
    /// Metadata of the tool: exit code, output so far, the child session of a `task`.
    #[serde(borrow)]
    pub metadata: Option<Raw<'a>>,
    /// When the call ran.
    #[serde(borrow)]
    pub time: Option<Span<'a>>,
}

impl ToolState<'_> {
    /// Whether the call has ended, well or badly.
    pub fn is_over(&self) -> bool {
        matches!(&*self.status, "completed" | "error")
    }

    /// The exit code in a shell tool's metadata.
    pub fn exit_code(&self) -> Option<i64> {
        #[derive(Deserialize)]
        struct Metadata {
            exit: Option<i64>,
        }
        // Metadata of another shape has no exit code.
        serde_json::from_str::<Metadata>(self.metadata?.get()).ok()?.exit
    }

    /// Whether the call has ended badly: the tool says so, or what it ran exited with a code other than 0.
    pub fn has_failed(&self) -> bool {
        &*self.status == "error" || &*self.status == "completed" && self.exit_code().is_some_and(|code| code != 0)
    }
}

/// A start and an end, in milliseconds since the Unix epoch.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Span<'a> {
    #[serde(borrow)]
    start: Option<Raw<'a>>,
    #[serde(borrow)]
    end: Option<Raw<'a>>,
}

impl Span<'_> {
    /// When it started.
    pub fn start(&self) -> Option<i64> {
        self.start.and_then(integer)
    }

    /// When it ended; `None` while it runs.
    pub fn end(&self) -> Option<i64> {
        self.end.and_then(integer)
    }
}

/// The tokens of a step.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Tokens<'a> {
    #[serde(borrow)]
    input: Option<Raw<'a>>,
    #[serde(borrow)]
    output: Option<Raw<'a>>,
    #[serde(borrow)]
    reasoning: Option<Raw<'a>>,
    #[serde(borrow)]
    cache: Option<Raw<'a>>,
}

/// The tokens of a step that the provider's cache holds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CachedTokens<'a> {
    #[serde(borrow)]
    read: Option<Raw<'a>>,
    #[serde(borrow)]
    write: Option<Raw<'a>>,
}

fn sum<'a>(counts: impl IntoIterator<Item = Option<Raw<'a>>>) -> u64 {
    let counts = counts.into_iter().flatten().filter_map(integer);
    counts.fold(0u64, |sum, n| sum.saturating_add(u64::try_from(n).unwrap_or(0)))
}

impl Tokens<'_> {
    /// Input, output and reasoning tokens together. Those of the cache are not among them.
    pub fn total(&self) -> u64 {
        sum([self.input, self.output, self.reasoning])
    }

    /// Tokens that were read from the cache or written to it.
    pub fn cached(&self) -> u64 {
        let cache = self.cache.and_then(|raw| serde_json::from_str::<CachedTokens<'_>>(raw.get()).ok());
        cache.map_or(0, |cache| sum([cache.read, cache.write]))
    }

    /// Output and reasoning tokens together.
    pub fn produced(&self) -> u64 {
        sum([self.output, self.reasoning])
    }
}

/// The integer in a raw value. A fraction is cut off; `None` for anything that is not a number.
pub fn integer(raw: Raw<'_>) -> Option<i64> {
    let source = raw.get();
    source.parse().ok().or_else(|| {
        let number: f64 = source.parse().ok()?;
        // The cast saturates, so a number out of range becomes the nearest one in range.
        #[allow(clippy::cast_possible_truncation)]
        number.is_finite().then_some(number as i64)
    })
}
